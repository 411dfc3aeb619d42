import { createHash, type KeyObject, sign, verify, X509Certificate } from 'node:crypto'
import type { RawNotice } from '../src/channels/channel.ts'
import { type Issued, issue, privatePem } from './certificates.ts'
import type { Asked, Told } from './stand_in.ts'

/** Both sides of UnionPay's certificates, made for a test. */
export const ROOT = issue({ name: 'CFCA root', issuer: null, ca: true })
export const MIDDLE = issue({ name: 'CFCA OCA1', issuer: ROOT, ca: true })
export const SIGNER = issue({ name: '041@Z12@中国银联股份有限公司@00000001', issuer: MIDDLE })
const merchant = issue({ name: '041@Z12@商户@1', issuer: MIDDLE })
export const NOW = new Date('2026-11-25T02:00:00Z')

export const UNIONPAY = {
  channel: 'unionpay',
  account: 'up',
  mer_id: '777290058110048',
  private_key: privatePem(merchant.key),
  certificate: merchant.pem,
  root_certificate: ROOT.pem,
  middle_certificate: MIDDLE.pem,
} as const

type Fields = Record<string, string>

const digestOf = (fields: Fields): string => {
  const names = Object.keys(fields).filter(name => name !== 'signature')
  const text = names
    .sort()
    .map(name => `${name}=${fields[name]}`)
    .join('&')
  return createHash('sha256').update(text).digest('hex')
}

export function signed(fields: Fields, signer: Issued = SIGNER, key: KeyObject = signer.key): Fields {
  const whole = { ...fields, signPubKeyCert: signer.pem }
  return { ...whole, signature: sign('sha256', Buffer.from(digestOf(whole)), key).toString('base64') }
}

/** An answer as UnionPay writes it: nothing is encoded. */
export const told = (fields: Fields, signer: Issued = SIGNER, key?: KeyObject): Exclude<Told, string> => ({
  body: Object.entries(signed(fields, signer, key))
    .map(([name, value]) => `${name}=${value}`)
    .join('&'),
})

export const fieldsOf = ({ body }: Pick<Asked, 'body'>): Fields => Object.fromEntries(new URLSearchParams(body))

/** Whether the message is signed by the merchant, as UnionPay checks it. */
export function isSignedMessage(fields: Fields): boolean {
  const certificate = new X509Certificate(merchant.pem)
  const signature = Buffer.from(fields.signature ?? '', 'base64')
  const named = fields.certId === BigInt(`0x${certificate.serialNumber}`).toString()
  return named && verify('sha256', Buffer.from(digestOf(fields)), certificate.publicKey, signature)
}

export const common: Fields = {
  version: '5.1.0',
  encoding: 'UTF-8',
  signMethod: '01',
  accessType: '0',
  bizType: '000201',
  merId: '777290058110048',
}

/** The answer to a query about a payment that succeeded. */
export const found = (changes: Fields = {}): Fields => ({
  ...common,
  txnType: '01',
  txnSubType: '01',
  orderId: '01JDCJ3Q0Z5W8M2R7T9V4X6Y1A',
  txnTime: '20261125095000',
  txnAmt: '12345',
  currencyCode: '156',
  queryId: '812611251000001234568',
  traceNo: '123456',
  traceTime: '1125095958',
  settleDate: '1125',
  accNo: '6216***********0018',
  respCode: '00',
  respMsg: '成功[0000000]',
  origRespCode: '00',
  origRespMsg: '成功[0000000]',
  reqReserved: 'O20261125000001',
  ...changes,
})

/** A notice as it comes over HTTP. */
export const noticeOf = (fields: Fields, signer: Issued = SIGNER, key?: KeyObject): RawNotice => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: Buffer.from(new URLSearchParams(signed(fields, signer, key)).toString()),
  at: NOW,
})
