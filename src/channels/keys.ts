import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { accountWrong } from './account_wrong.ts'

/**
 * Reads keys and certificates of one account: each value is the PEM itself, its base64 without the frame (as Alipay's
 * console gives it), or the path of a file that holds either. What is wrong is said without the value, which may be a secret.
 */
export class KeyReader {
  readonly #account: string
  readonly #folder: string

  /** `folder`: where relative paths begin. */
  constructor(account: string, folder: string) {
    this.#account = account
    this.#folder = folder
  }

  privateKey(field: string, value: string): KeyObject {
    const text = this.#text(field, value)
    const key = firstOf(
      () => createPrivateKey(text),
      () => createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' }),
      () => createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs1' }),
    )
    return this.#rsa(field, key, '未加密的 RSA 私钥（PEM）', 'an RSA private key as PEM without a password')
  }

  publicKey(field: string, value: string): KeyObject {
    const text = this.#text(field, value)
    const key = firstOf(
      () => createPublicKey(text),
      () => createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }),
    )
    return this.#rsa(field, key, 'RSA 公钥（PEM）', 'an RSA public key as PEM')
  }

  certificate(field: string, value: string): X509Certificate {
    const text = this.#text(field, value)
    const certificate = firstOf(
      () => new X509Certificate(text),
      () => new X509Certificate(Buffer.from(text, 'base64')),
    )
    if (!certificate)
      throw accountWrong(this.#account, field, '应为 X.509 证书（PEM）', 'must be an X.509 certificate as PEM')
    return certificate
  }

  /** The text of a file that may hold several certificates. */
  certificates(field: string, value: string): string {
    const text = this.#text(field, value)
    this.certificate(field, text)
    return text
  }

  /** Exactly `bytes` long: the text itself, or the path of a file that holds it. */
  secret(field: string, value: string, bytes: number): KeyObject {
    const fits = (text: string | null): text is string => text !== null && Buffer.byteLength(text) === bytes
    const text = fits(value) ? value : firstOf(() => this.#file(field, value))
    if (fits(text)) return createSecretKey(Buffer.from(text))
    const zh = `应为 ${bytes} 字节，或存放它的文件的路径`
    throw accountWrong(this.#account, field, zh, `must be ${bytes} bytes, or the path of a file that holds them`)
  }

  #rsa(field: string, key: KeyObject | null, zh: string, en: string): KeyObject {
    if (!key) throw accountWrong(this.#account, field, `应为${zh}`, `must be ${en}`)
    if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
      throw accountWrong(
        this.#account,
        field,
        '应为不短于 2048 位的 RSA 密钥',
        'must be an RSA key of 2048 bits or more',
      )
    return key
  }

  #text(field: string, value: string): string {
    const text = value.trim()
    if (text.includes('-----BEGIN') || /^[A-Za-z0-9+/=\s]{200,}$/.test(text)) return text
    return this.#file(field, text)
  }

  #file(field: string, path: string): string {
    try {
      return readFileSync(resolve(this.#folder, path), 'utf8').trim()
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
      throw accountWrong(
        this.#account,
        field,
        `文件读不到（${code}）：请检查路径与权限，或直接写入 PEM`,
        `names a file that cannot be read (${code}): check its path and permissions, or write the PEM itself`,
      )
    }
  }
}

function firstOf<T>(...ways: readonly (() => T)[]): T | null {
  for (const way of ways)
    try {
      return way()
    } catch {
      // Not in this spelling.
    }
  return null
}
