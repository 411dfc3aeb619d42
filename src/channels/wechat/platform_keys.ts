import { type KeyObject, X509Certificate } from 'node:crypto'
import { isObject, jsonObject, textOf } from '../http.ts'
import { unseal } from './signature.ts'

/** A forged serial must not make us ask for certificates all the time. */
const ASK_AGAIN_MS = 60_000

/**
 * WeChat's keys by their serial: 微信支付公钥 (PUB_KEY_ID_…), which do not change, and 平台证书, which WeChat replaces every five
 * years and hands out, sealed with our API v3 key. During a change both are in use at once.
 */
export class PlatformKeys {
  readonly #keys = new Map<string, KeyObject>()
  readonly #preferred: string | null
  #askedAt = Number.NEGATIVE_INFINITY
  #learning: Promise<void> = Promise.resolve()

  constructor(keys: readonly (readonly [serial: string, key: KeyObject])[]) {
    for (const [serial, key] of keys) this.#keys.set(serial, key)
    this.#preferred = keys[0]?.[0] ?? null
  }

  /** What we ask to be answered with (request header Wechatpay-Serial). */
  get preferred(): string | null {
    return this.#preferred
  }

  get(serial: string): KeyObject | null {
    return this.#keys.get(serial) ?? null
  }

  /**
   * Has certificates fetched when one of that serial may be had from WeChat: at most once a minute, and whoever asks
   * meanwhile waits for the same answer.
   */
  async learn(
    serial: string,
    at: Date,
    fetch: () => Promise<ReadonlyMap<string, KeyObject>>,
  ): Promise<KeyObject | null> {
    if (!this.#keys.has(serial) && /^[0-9A-F]{20,64}$/i.test(serial)) {
      if (at.getTime() - this.#askedAt >= ASK_AGAIN_MS) {
        this.#askedAt = at.getTime()
        this.#learning = fetch().then(
          keys => this.#add(keys),
          () => {},
        )
      }
      await this.#learning
    }
    return this.get(serial)
  }

  #add(keys: ReadonlyMap<string, KeyObject>): void {
    for (const [serial, key] of keys) this.#keys.set(serial, key)
  }
}

/** Upper-case hexadecimal, as the header has it. */
export const serialOf = (certificate: X509Certificate): string => certificate.serialNumber.toUpperCase()

/**
 * The certificates in an answer of /v3/certificates. They are authentic when they can be decrypted: only WeChat and we have the
 * API v3 key. Those that are not valid now are left out. Throws when the answer is none.
 */
export function certificatesIn(body: Buffer, apiKey: KeyObject, at: Date): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>()
  const data = jsonObject(body.toString())?.data
  if (!Array.isArray(data)) throw new Error('no certificates')
  for (const entry of data) {
    const sealed = isObject(entry) && isObject(entry.encrypt_certificate) ? entry.encrypt_certificate : {}
    const text = unseal(
      {
        ciphertext: textOf(sealed.ciphertext),
        nonce: textOf(sealed.nonce),
        associated_data: textOf(sealed.associated_data),
      },
      apiKey,
    )
    const certificate = new X509Certificate(text)
    const valid = certificate.validFromDate <= at && at <= certificate.validToDate
    if (valid) keys.set(serialOf(certificate), certificate.publicKey)
  }
  return keys
}
