import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import type { RawNotice } from '../src/channels/channel.ts'
import { privatePem } from './certificates.ts'
import type { Asked, Told } from './stand_in.ts'

/** Both sides of Alipay's keys, made for a test. */
const alipay = generateKeyPairSync('rsa', { modulusLength: 2048 })
const merchant = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const ALIPAY_KEY = alipay.privateKey
export const NOW = new Date('2026-11-25T02:00:00Z')

export const ALIPAY = {
  channel: 'alipay',
  account: 'ali',
  app_id: '2021000000000001',
  seller_id: '2088102146225135',
  private_key: privatePem(merchant.privateKey),
  alipay_public_key: alipay.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
} as const

const signText = (text: string, key: KeyObject): string => sign('sha256', Buffer.from(text), key).toString('base64')

/** An answer of the gateway to whatever method was asked. */
export function told({ url }: Pick<Asked, 'url'>, content: object, key: KeyObject = ALIPAY_KEY): Exclude<Told, string> {
  const method = new URL(url, 'http://x').searchParams.get('method') ?? ''
  const text = JSON.stringify(content)
  return { body: `{"${method.replaceAll('.', '_')}_response":${text},"sign":"${signText(text, key)}"}` }
}

export const methodOf = ({ url }: Pick<Asked, 'url'>): string =>
  new URL(url, 'http://x').searchParams.get('method') ?? ''

export const parametersOf = ({ url, body }: Pick<Asked, 'url' | 'body'>): Record<string, string> => ({
  ...Object.fromEntries(new URL(url, 'http://x').searchParams),
  ...Object.fromEntries(new URLSearchParams(body)),
})

export const contentOf = (asked: Pick<Asked, 'url' | 'body'>): Record<string, unknown> =>
  JSON.parse(parametersOf(asked).biz_content ?? '')

/** Whether the request is signed by the merchant, as Alipay checks it. */
export function isSignedRequest(asked: Pick<Asked, 'url' | 'body'>): boolean {
  const { sign: given = '', ...fields } = parametersOf(asked)
  const text = Object.keys(fields)
    .sort()
    .map(name => `${name}=${fields[name]}`)
    .join('&')
  return verify('sha256', Buffer.from(text), merchant.publicKey, Buffer.from(given, 'base64'))
}

export const trade = (changes: object = {}) => ({
  code: '10000',
  msg: 'Success',
  out_trade_no: '01JDCJ3Q0Z5W8M2R7T9V4X6Y1A',
  trade_no: '2026112522001404150521000001',
  trade_status: 'TRADE_SUCCESS',
  total_amount: '123.45',
  receipt_amount: '123.45',
  buyer_pay_amount: '120.00',
  buyer_user_id: '2088101117955611',
  buyer_logon_id: '159****5620',
  send_pay_date: '2026-11-25 09:59:58',
  ...changes,
})

export const notified = (changes: Record<string, string> = {}): Record<string, string> => ({
  notify_time: '2026-11-25 10:00:00',
  notify_type: 'trade_status_sync',
  notify_id: 'ac05099524730693a8b330c5ecf72da9786',
  app_id: '2021000000000001',
  charset: 'utf-8',
  version: '1.0',
  sign_type: 'RSA2',
  trade_no: '2026112522001404150521000001',
  out_trade_no: '01JDCJ3Q0Z5W8M2R7T9V4X6Y1A',
  buyer_id: '2088101117955611',
  seller_id: '2088102146225135',
  trade_status: 'TRADE_SUCCESS',
  total_amount: '123.45',
  receipt_amount: '123.45',
  gmt_create: '2026-11-25 09:59:50',
  gmt_payment: '2026-11-25 09:59:58',
  subject: '2026年11月水费 100%',
  passback_params: 'O20261125000001',
  ...changes,
})

/** A notice as it comes over HTTP: signed without `sign` and `sign_type`. */
export function noticeOf(fields: Record<string, string>, key: KeyObject = ALIPAY_KEY): RawNotice {
  const text = Object.keys(fields)
    .filter(name => name !== 'sign_type')
    .sort()
    .map(name => `${name}=${fields[name]}`)
    .join('&')
  const body = new URLSearchParams({ ...fields, sign: signText(text, key) }).toString()
  return { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from(body), at: NOW }
}
