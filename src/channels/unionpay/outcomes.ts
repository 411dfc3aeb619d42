import { LocalClock } from '../../statements/local_time.ts'
import { unknown } from '../answers.ts'
import type { PaymentOutcome, RefundOutcome } from '../channel.ts'
import { readCompactStamp } from '../stamps.ts'
import type { Fields } from './fields.ts'

/**
 * What UnionPay's answers mean. `respCode` is about the message itself, `origRespCode` about the transaction that is asked about:
 * only 00 and 00 is money. 03, 04 and 05 say that it is not known yet; so does every code that is not listed here as a
 * refusal. Source: 平台接入接口规范 第5部分 附录, 应答码.
 */

const UNIONPAY_CLOCK = new LocalClock('Asia/Shanghai')

/** No money moved: refused by UnionPay or the issuing bank. 34 (no such transaction) is not among them: it says something else. */
const REFUSED = new Set(
  `01 02 10 11 13 30 31 32 33 35 36 38 39 40 43 44 60 61 62 63 64 65 66 67 68 69 71 72 73 76 77 78 79 80 81 82 85 86 88 89`.split(
    ' ',
  ),
)

/**
 * The answer to a query of a payment. A refusal is final only when its time is over: until then the payer may try another card on
 * UnionPay's page, under the same order.
 */
export function paymentOutcome(fields: Fields, over: boolean): PaymentOutcome {
  if (fields.respCode === '34') return { state: 'absent' }
  if (fields.respCode !== '00') return unknown(codeText(fields.respCode, fields.respMsg))
  const code = fields.origRespCode ?? ''
  if (code === '00')
    return fields.txnType === '01' ? paid(fields) : unknown(`the answer is about txnType ${fields.txnType}`)
  if (!REFUSED.has(code)) return unknown(codeText(code, fields.origRespMsg))
  return over ? { state: 'failed', code, reason: codeText(code, fields.origRespMsg) } : { state: 'pending' }
}

/** A notice of a payment: UnionPay sends it when the payment succeeded. */
export const noticeOutcome = (fields: Fields): PaymentOutcome =>
  fields.respCode === '00' ? paid(fields) : unknown(codeText(fields.respCode, fields.respMsg))

function paid(fields: Fields): PaymentOutcome {
  const amount = fen(fields.txnAmt)
  const paidAt = paidAtOf(fields)
  const channelTradeNo = fields.queryId ?? ''
  const merchant = fields.merId ?? ''
  if (amount === null || !paidAt || !channelTradeNo || !merchant || (fields.currencyCode ?? '156') !== '156')
    return unknown('a success without its amount in CNY, number, time or merchant')
  return {
    state: 'success',
    channelTradeNo,
    amount,
    currency: 'CNY',
    paidAt,
    payer: fields.accNo ?? '',
    fee: null,
    merchant,
  }
}

/** The answer to a refund: 00 means that it was taken, its outcome follows. */
export function refundAnswer(fields: Fields): RefundOutcome {
  const code = fields.respCode ?? ''
  if (code === '00') return { state: 'pending', channelRefundNo: fields.queryId ?? '' }
  return REFUSED.has(code) || code === '34'
    ? { state: 'failed', code, reason: codeText(code, fields.respMsg) }
    : unknown(codeText(code, fields.respMsg))
}

/** The answer to a query of a refund. */
export function refundOutcome(fields: Fields): RefundOutcome {
  if (fields.respCode === '34') return { state: 'absent' }
  if (fields.respCode !== '00') return unknown(codeText(fields.respCode, fields.respMsg))
  const code = fields.origRespCode ?? ''
  if (code === '00')
    return fields.txnType === '04' ? refunded(fields) : unknown(`the answer is about txnType ${fields.txnType}`)
  return REFUSED.has(code)
    ? { state: 'failed', code, reason: codeText(code, fields.origRespMsg) }
    : unknown(codeText(code, fields.origRespMsg))
}

/** A notice of a refund. */
export const refundNoticeOutcome = (fields: Fields): RefundOutcome =>
  fields.respCode === '00' ? refunded(fields) : unknown(codeText(fields.respCode, fields.respMsg))

function refunded(fields: Fields): RefundOutcome {
  const amount = fen(fields.txnAmt)
  const channelRefundNo = fields.queryId ?? ''
  if (amount === null || !channelRefundNo) return unknown('a success without its amount or number')
  return { state: 'success', channelRefundNo, amount, refundedAt: paidAtOf(fields) }
}

/** Whole 分, up to twelve digits. */
const fen = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,12}$/.test(text) && Number(text) > 0 ? Number(text) : null

/** `traceTime` (MMDDhhmmss) has no year: it is the first such moment after the order was sent, less a day for clocks that differ. */
function paidAtOf({ txnTime = '', traceTime = '' }: Fields): Date | null {
  const sent = readCompactStamp(txnTime, UNIONPAY_CLOCK)
  if (!sent || !/^\d{10}$/.test(traceTime)) return sent
  const year = Number(txnTime.slice(0, 4))
  const candidates = [year - 1, year, year + 1].map(each => readCompactStamp(`${each}${traceTime}`, UNIONPAY_CLOCK))
  return candidates.find(at => at !== null && at.getTime() > sent.getTime() - 86_400_000) ?? sent
}

export const codeText = (code = '', message = ''): string => `${code || 'no respCode'}: ${message}`
