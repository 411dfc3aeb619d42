import { createDecipheriv, createVerify, type KeyObject, sign } from 'node:crypto'
import { textOf } from '../http.ts'

/**
 * WeChat Pay API v3, "WECHATPAY2-SHA256-RSA2048": what is signed is method, path with query, time, nonce and body, each ended by
 * a line feed; answers and notices sign time, nonce and body. Source: 微信支付 接口规则, 签名生成 and 签名验证.
 */

/** How far a signed time may be from ours, before or behind. */
export const CLOCK_TOLERANCE_S = 300

export type Signer = { readonly mchid: string; readonly serial: string; readonly key: KeyObject }

/** The Authorization header of a request. `path` holds the query too. */
export function authorization(
  signer: Signer,
  request: { readonly method: string; readonly path: string; readonly body: string },
  at: Date,
  nonce: string,
): string {
  const timestamp = Math.floor(at.getTime() / 1000)
  const signature = signText(
    signer.key,
    `${request.method}\n${request.path}\n${timestamp}\n${nonce}\n${request.body}\n`,
  )
  const fields = { mchid: signer.mchid, nonce_str: nonce, signature, timestamp, serial_no: signer.serial }
  const listed = Object.entries(fields).map(([name, value]) => `${name}="${value}"`)
  return `WECHATPAY2-SHA256-RSA2048 ${listed.join(',')}`
}

/** What the page in the WeChat app hands to `WeixinJSBridge`. */
export function jsapiParameters(signer: Signer, appid: string, prepayId: string, at: Date, nonce: string) {
  const timeStamp = String(Math.floor(at.getTime() / 1000))
  const bundle = `prepay_id=${prepayId}`
  const paySign = signText(signer.key, `${appid}\n${timeStamp}\n${nonce}\n${bundle}\n`)
  return { appId: appid, timeStamp, nonceStr: nonce, package: bundle, signType: 'RSA', paySign }
}

const signText = (key: KeyObject, text: string): string => sign('sha256', Buffer.from(text), key).toString('base64')

/** The four headers of an answer or a notice; null when one is missing or there twice. */
export type Seal = {
  readonly timestamp: string
  readonly nonce: string
  readonly serial: string
  readonly signature: string
}

export function sealOf(headers: Readonly<Record<string, string | string[] | undefined>>): Seal | null {
  const timestamp = textOf(headers['wechatpay-timestamp'])
  const nonce = textOf(headers['wechatpay-nonce'])
  const serial = textOf(headers['wechatpay-serial'])
  const signature = textOf(headers['wechatpay-signature'])
  return timestamp && nonce && serial && signature ? { timestamp, nonce, serial, signature } : null
}

/** Key objects are parsed once: a PEM text per call would cost more than the verification itself. */
export const sealFits = (seal: Seal, body: Buffer, key: KeyObject): boolean =>
  createVerify('RSA-SHA256')
    .update(`${seal.timestamp}\n${seal.nonce}\n`)
    .update(body)
    .update('\n')
    .verify(key, seal.signature, 'base64')

export const isTimely = (seal: Seal, at: Date): boolean =>
  /^\d{1,12}$/.test(seal.timestamp) && Math.abs(at.getTime() / 1000 - Number(seal.timestamp)) <= CLOCK_TOLERANCE_S

export type Sealed = { readonly ciphertext: string; readonly nonce: string; readonly associated_data: string }

const TAG_BYTES = 16

/** AEAD_AES_256_GCM with the API v3 key; the tag stands behind the text. Throws when it does not fit. */
export function unseal({ ciphertext, nonce, associated_data }: Sealed, key: KeyObject): string {
  const bytes = Buffer.from(ciphertext, 'base64')
  if (bytes.length < TAG_BYTES) throw new Error('shorter than its tag')
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(associated_data))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  const text = decipher.update(bytes.subarray(0, -TAG_BYTES))
  // Throws when anything was changed; of this cipher nothing more comes.
  decipher.final()
  return text.toString()
}
