import { parseDecimal } from '../../kernel/money.ts'
import type { LocalClock } from '../../statements/local_time.ts'
import { unknown } from '../answers.ts'
import type { CreateAnswer, PaymentOutcome, RefundOutcome } from '../channel.ts'
import { textOf } from '../http.ts'
import { readDashedStamp } from '../stamps.ts'

/**
 * What Alipay's answers mean. `code` 10000 says that the call was carried out, 40004 that the business refused it (`sub_code`
 * says why), 20000 that Alipay itself does not know. Amounts are 元 with two decimals, always CNY.
 */

export type Json = Readonly<Record<string, unknown>>

const CNY_DECIMALS = 2

/** 分, or null for anything that is no positive amount. */
export function yuan(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : textOf(value)
  const minor = parseDecimal(text, CNY_DECIMALS)
  return minor !== null && minor > 0 ? minor : null
}

/**
 * A trade, of a query or a notice. TRADE_CLOSED is said of trades nobody paid and of trades that were paid and wholly refunded:
 * only the latter have a time of payment (send_pay_date in answers, gmt_payment in notices).
 */
export function paymentOutcome(trade: Json, clock: LocalClock, merchant: string): PaymentOutcome {
  const state = textOf(trade.trade_status)
  const paid = textOf(trade.send_pay_date) || textOf(trade.gmt_payment)
  switch (state) {
    case 'WAIT_BUYER_PAY':
      return { state: 'pending' }
    case 'TRADE_CLOSED':
      return paid === '' ? { state: 'closed' } : success(trade, paid, clock, merchant)
    case 'TRADE_SUCCESS':
    case 'TRADE_FINISHED':
      return success(trade, paid, clock, merchant)
    default:
      return unknown(`trade_status ${state || 'missing'}`)
  }
}

function success(trade: Json, paid: string, clock: LocalClock, merchant: string): PaymentOutcome {
  const amount = yuan(trade.total_amount)
  const paidAt = readDashedStamp(paid, clock)
  const channelTradeNo = textOf(trade.trade_no)
  if (amount === null || !paidAt || !channelTradeNo) return unknown('a success without its amount, number or time')
  const payer = textOf(trade.buyer_open_id) || textOf(trade.buyer_user_id) || textOf(trade.buyer_id)
  return { state: 'success', channelTradeNo, amount, currency: 'CNY', paidAt, payer, fee: null, merchant }
}

const codeOf = (answer: Json): string => textOf(answer.sub_code) || textOf(answer.code)

const textOfError = (answer: Json): string =>
  `${codeOf(answer) || 'error'}: ${textOf(answer.sub_msg) || textOf(answer.msg)}`

export const isDone = (answer: Json): boolean => answer.code === '10000'

/** The call itself was wrong (arguments, signature, permission): nothing was done by it. */
const callRefused = (answer: Json): boolean => ['40001', '40002', '40003', '40006'].includes(textOf(answer.code))

/** Refusals after which nobody can pay by this order. */
const CREATE_REFUSED = new Set(
  `ACQ.INVALID_PARAMETER ACQ.ACCESS_FORBIDDEN ACQ.EXIST_FORBIDDEN_WORD ACQ.PARTNER_ERROR ACQ.TOTAL_FEE_EXCEED ACQ.TRADE_HAS_CLOSE
   ACQ.SELLER_BEEN_BLOCKED ACQ.ERROR_SELLER_CERTIFY_LEVEL_LIMIT ACQ.MERCHANT_STATUS_NOT_NORMAL ACQ.INVALID_STORE_ID
   ACQ.BEYOND_PAY_RESTRICTION ACQ.BEYOND_PER_RECEIPT_RESTRICTION ACQ.SUBJECT_NOT_MATCH`.split(/\s+/),
)

export const createError = (answer: Json): CreateAnswer =>
  callRefused(answer) || CREATE_REFUSED.has(codeOf(answer))
    ? { state: 'failed', code: codeOf(answer), reason: textOfError(answer) }
    : unknown(textOfError(answer))

/** A trade is made when the payer opens it: a code nobody has scanned does not exist yet. */
export const queryError = (answer: Json): PaymentOutcome =>
  codeOf(answer) === 'ACQ.TRADE_NOT_EXIST' ? { state: 'absent' } : unknown(textOfError(answer))

/** What a refused closing says by itself; `ask`: only a query tells. */
export const closeError = (answer: Json): 'closed' | 'ask' =>
  codeOf(answer) === 'ACQ.TRADE_NOT_EXIST' ? 'closed' : 'ask'

/** Refusals after which no money moves by this request number, until it is sent again. */
const REFUND_REFUSED = new Set(
  `ACQ.INVALID_PARAMETER ACQ.SELLER_BALANCE_NOT_ENOUGH ACQ.REFUND_AMT_NOT_EQUAL_TOTAL ACQ.REASON_TRADE_BEEN_FREEZEN
   ACQ.TRADE_NOT_EXIST ACQ.TRADE_HAS_FINISHED ACQ.TRADE_STATUS_ERROR ACQ.REASON_TRADE_REFUND_FEE_ERR ACQ.REFUND_FEE_ERROR
   ACQ.TRADE_NOT_ALLOW_REFUND ACQ.REASON_TRADE_STATUS_INVALID ACQ.BUYER_ERROR ACQ.BUYER_NOT_EXIST ACQ.ENTERPRISE_PAY_BIZ_ERROR
   ACQ.NOT_ALLOW_PARTIAL_REFUND ACQ.CURRENCY_NOT_SUPPORT ACQ.TRADE_SETTLE_ERROR`.split(/\s+/),
)

/**
 * The answer to a refund. `fund_change` Y: the money moved now. N: it did not move by this call, be it because it had moved
 * before or because it could not: only the refund query tells (`null`).
 */
export function refundAnswer(answer: Json, refundNo: string, amount: number, clock: LocalClock): RefundOutcome | null {
  if (!isDone(answer))
    return callRefused(answer) || REFUND_REFUSED.has(codeOf(answer))
      ? { state: 'failed', code: codeOf(answer), reason: textOfError(answer) }
      : unknown(textOfError(answer))
  if (answer.fund_change !== 'Y') return null
  return {
    state: 'success',
    channelRefundNo: refundNo,
    amount,
    refundedAt: readDashedStamp(answer.gmt_refund_pay, clock),
  }
}

/**
 * The answer to a refund query. Without REFUND_SUCCESS the refund was not received or did not succeed, and may be asked for again
 * by the same number; too soon after the request it says nothing (Alipay: wait ten seconds).
 */
export function refundOutcome(answer: Json, clock: LocalClock, soon: boolean): RefundOutcome {
  const absent: RefundOutcome = soon ? unknown('asked within ten seconds of the refund') : { state: 'absent' }
  if (codeOf(answer) === 'ACQ.TRADE_NOT_EXIST') return absent
  if (!isDone(answer)) return unknown(textOfError(answer))
  const state = textOf(answer.refund_status)
  const amount = yuan(answer.refund_amount)
  // Older accounts are not told the status: there, being told the amount means success.
  if (state === '' && amount === null) return absent
  if (state !== '' && state !== 'REFUND_SUCCESS') return unknown(`refund_status ${state}`)
  if (amount === null) return unknown('a success without its amount')
  const refundedAt = readDashedStamp(answer.gmt_refund_pay, clock)
  return { state: 'success', channelRefundNo: textOf(answer.out_request_no), amount, refundedAt }
}

export const billMissing = (answer: Json): boolean => /BILL_NOT_EXIST$/i.test(codeOf(answer))
export { textOfError as errorText }
