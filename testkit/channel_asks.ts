import type { PaymentAsk, PaymentRef, RefundAsk } from '../src/channels/channel.ts'
import type { Told } from './stand_in.ts'

export const CREATED = new Date('2026-11-25T01:50:00Z')

export const ASK: PaymentAsk = {
  paymentNo: '01JDCJ3Q0Z5W8M2R7T9V4X6Y1A',
  orderNo: 'O20261125000001',
  method: 'native',
  amount: 12_345,
  currency: 'CNY',
  title: '2026年11月水费',
  createdAt: CREATED,
  expiresAt: new Date('2026-11-25T02:20:00Z'),
  openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  payerAddress: '203.0.113.7',
  notifyUrl: 'https://pay.example.gov.cn/notify/x/y',
  returnUrl: 'https://pay.example.gov.cn/pay/01JDCJ3Q0Z5W8M2R7T9V4X6Y1A?a=1&b=2',
}

export const REF: PaymentRef = ASK

export const REFUND: RefundAsk = {
  refundNo: '01JDCJ9R0Z5W8M2R7T9V4X6Y1B',
  paymentNo: ASK.paymentNo,
  orderNo: ASK.orderNo,
  channelTradeNo: '4200001234202611251234567890',
  amount: 345,
  paymentAmount: 12_345,
  currency: 'CNY',
  reason: '多缴退回',
  paidAt: new Date('2026-11-25T01:55:00Z'),
  askedAt: new Date('2026-11-25T01:58:00Z'),
  notifyUrl: 'https://pay.example.gov.cn/notify/x/y',
}

/** Answers that say nothing about the money. */
export const NOTHING_SAID: readonly (readonly [name: string, told: Told])[] = [
  ['500', { status: 500, body: '{"code":"SYSTEM_ERROR","message":"x"}' }],
  ['502 of a proxy', { status: 502, body: '<html>bad gateway</html>' }],
  ['garbage', { status: 200, body: '\u0000\u0001 not what was asked for' }],
  ['nothing', { status: 200, body: '' }],
  ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
  ['no answer in time', 'never'],
  ['an answer that does not end', 'endless'],
  ['a cut connection', 'cut'],
]
