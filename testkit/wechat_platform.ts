import { createCipheriv, createHash, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import type { RawNotice } from '../src/channels/channel.ts'
import { privatePem } from './certificates.ts'
import type { Asked, Told } from './stand_in.ts'

/** Both sides of WeChat Pay's keys, made for a test. */
const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
const merchant = generateKeyPairSync('rsa', { modulusLength: 2048 })

export const PLATFORM_KEY = platform.privateKey
export const PLATFORM_ID = 'PUB_KEY_ID_0119000001092026112500000001'
export const API_KEY = '0123456789abcdef0123456789abcdef'
export const NOW = new Date('2026-11-25T02:00:00Z')

export const WECHAT = {
  channel: 'wechat',
  account: 'wx',
  mchid: '1900000109',
  appid: 'wxd678efh567hg6787',
  certificate_serial: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  private_key: privatePem(merchant.privateKey),
  api_v3_key: API_KEY,
  platform_keys: [
    { id: PLATFORM_ID, public_key: platform.publicKey.export({ type: 'spki', format: 'pem' }).toString() },
  ],
} as const

export type Sealing = {
  readonly key?: KeyObject
  readonly serial?: string
  readonly at?: Date
  readonly nonce?: string
}

export function seal(
  body: string,
  { key = PLATFORM_KEY, serial = PLATFORM_ID, at = NOW, nonce = 'n0nce' }: Sealing = {},
) {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signature = sign('sha256', Buffer.from(`${timestamp}\n${nonce}\n${body}\n`), key).toString('base64')
  return {
    'wechatpay-timestamp': timestamp,
    'wechatpay-nonce': nonce,
    'wechatpay-serial': serial,
    'wechatpay-signature': signature,
  }
}

export function told(content: object | null, status = 200, sealing: Sealing = {}): Exclude<Told, string> {
  const body = content === null ? '' : JSON.stringify(content)
  return { status, headers: { 'content-type': 'application/json', ...seal(body, sealing) }, body }
}

export function encrypt(text: string, associated_data: string, key = API_KEY) {
  const nonce = '61f9c719728a'
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(associated_data))
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64')
  return { algorithm: 'AEAD_AES_256_GCM', ciphertext, associated_data, nonce }
}

export const transaction = (changes: object = {}) => ({
  mchid: '1900000109',
  appid: 'wxd678efh567hg6787',
  out_trade_no: '01JDCJ3Q0Z5W8M2R7T9V4X6Y1A',
  transaction_id: '4200001234202611251234567890',
  trade_type: 'NATIVE',
  trade_state: 'SUCCESS',
  trade_state_desc: '支付成功',
  bank_type: 'CMC',
  attach: 'O20261125000001',
  success_time: '2026-11-25T09:59:58+08:00',
  payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
  amount: { total: 12345, payer_total: 12000, currency: 'CNY', payer_currency: 'CNY' },
  ...changes,
})

/** A notice as it comes over HTTP. */
export function noticeOf(
  content: object,
  type = 'transaction',
  sealing: Sealing & { apiKey?: string } = {},
): RawNotice {
  const resource = { original_type: type, ...encrypt(JSON.stringify(content), type, sealing.apiKey) }
  const body = JSON.stringify({
    id: 'EV-2018022511223320873',
    create_time: '2026-11-25T09:59:59+08:00',
    resource_type: 'encrypt-resource',
    event_type: type === 'refund' ? 'REFUND.SUCCESS' : 'TRANSACTION.SUCCESS',
    summary: '支付成功',
    resource,
  })
  return { headers: seal(body, sealing), body: Buffer.from(body), at: NOW }
}

/** Whether the request is signed by the merchant, as WeChat checks it. */
export function isSignedRequest({ method, url, headers, body }: Asked): boolean {
  const given = /^WECHATPAY2-SHA256-RSA2048 (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
  const fields = Object.fromEntries([...given.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
  if (fields.mchid !== WECHAT.mchid || fields.serial_no !== WECHAT.certificate_serial) return false
  const message = `${method}\n${url}\n${fields.timestamp}\n${fields.nonce_str}\n${body}\n`
  return verify('sha256', Buffer.from(message), merchant.publicKey, Buffer.from(fields.signature ?? '', 'base64'))
}

/** The page's signature, checked as the WeChat app does. */
export function isSignedPage(parameters: Readonly<Record<string, string>>): boolean {
  const { appId, timeStamp, nonceStr, package: bundle, paySign = '' } = parameters
  const message = `${appId}\n${timeStamp}\n${nonceStr}\n${bundle}\n`
  return verify('sha256', Buffer.from(message), merchant.publicKey, Buffer.from(paySign, 'base64'))
}

export const sha1 = (content: Buffer | string): string => createHash('sha1').update(content).digest('hex')
