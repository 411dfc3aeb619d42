import { unknown } from '../answers.ts'
import type { CreateAnswer, PaymentOutcome, RefundOutcome } from '../channel.ts'
import { isObject, textOf } from '../http.ts'
import { readOffsetStamp } from '../stamps.ts'

/** What WeChat Pay's answers mean. Amounts of its interface are whole 分 already. Error codes come in two spellings. */

type Json = Readonly<Record<string, unknown>>

/** A transaction, of a query or a notice. REFUND says that something went back of what was paid. */
export function paymentOutcome(transaction: Json): PaymentOutcome {
  const state = textOf(transaction.trade_state)
  switch (state) {
    case 'SUCCESS':
    case 'REFUND':
      return paid(transaction)
    case 'NOTPAY':
    case 'USERPAYING':
    case 'ACCEPT':
      return { state: 'pending' }
    case 'CLOSED':
    case 'REVOKED':
      return { state: 'closed' }
    case 'PAYERROR':
      return { state: 'failed', code: state, reason: textOf(transaction.trade_state_desc) }
    default:
      return unknown(`trade_state ${state || 'missing'}`)
  }
}

function paid(transaction: Json): PaymentOutcome {
  const amount = isObject(transaction.amount) ? transaction.amount : {}
  const channelTradeNo = textOf(transaction.transaction_id)
  const paidAt = readOffsetStamp(transaction.success_time)
  const currency = textOf(amount.currency) || 'CNY'
  const merchant = textOf(transaction.mchid)
  if (!isAmount(amount.total) || !channelTradeNo || !paidAt || !merchant)
    return unknown('a success without its amount, number, time or merchant')
  const payer = isObject(transaction.payer) ? textOf(transaction.payer.openid) : ''
  return { state: 'success', channelTradeNo, amount: amount.total, currency, paidAt, payer, fee: null, merchant }
}

/** A refund; its state is `status` in answers and `refund_status` in notices. */
export function refundOutcome(refund: Json): RefundOutcome {
  const state = textOf(refund.status) || textOf(refund.refund_status)
  const channelRefundNo = textOf(refund.refund_id)
  switch (state) {
    case 'SUCCESS': {
      const amount = isObject(refund.amount) ? refund.amount.refund : undefined
      if (!isAmount(amount) || !channelRefundNo) return unknown('a success without its amount or number')
      return { state: 'success', channelRefundNo, amount, refundedAt: readOffsetStamp(refund.success_time) }
    }
    case 'PROCESSING':
      return { state: 'pending', channelRefundNo }
    case 'CLOSED':
      return { state: 'failed', code: state, reason: '退款关闭 refund closed' }
    // The payer's card is gone; WeChat holds the money until somebody settles it on its pages. It is on its way, not back.
    case 'ABNORMAL':
      return unknown('退款异常 ABNORMAL: settle it in 商户平台 → 交易中心')
    default:
      return unknown(`refund status ${state || 'missing'}`)
  }
}

const isAmount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

/** Refusals of an order after which nothing can be paid by it. All other errors leave open whether the order stands. */
const CREATE_REFUSED = new Set(
  `PARAM_ERROR APPID_MCHID_NOT_MATCH APPIDMCHIDNOTMATCH MCH_NOT_EXISTS MCHNOTEXISTS NO_AUTH NOAUTH SIGN_ERROR SIGNERROR
   RULE_LIMIT RULELIMIT OPENID_MISMATCH ORDER_CLOSED ORDERCLOSED`.split(/\s+/),
)

export const createError = (code: string, message: string): CreateAnswer =>
  CREATE_REFUSED.has(code) ? { state: 'failed', code, reason: message } : unknown(errorText(code, message))

export const queryError = (code: string, message: string): PaymentOutcome =>
  code === 'ORDER_NOT_EXIST' || code === 'ORDERNOTEXIST' ? { state: 'absent' } : unknown(errorText(code, message))

/** What a refused closing says by itself; `ask`: only a query tells. */
export function closeError(code: string): 'closed' | 'paid' | 'ask' {
  if (['ORDER_NOT_EXIST', 'ORDERNOTEXIST', 'ORDER_CLOSED', 'ORDERCLOSED'].includes(code)) return 'closed'
  return code === 'ORDER_PAID' || code === 'ORDERPAID' ? 'paid' : 'ask'
}

/** Refusals of a refund after which no money moves by its number. INVALID_REQUEST is not among them: it also says "refunded already". */
const REFUND_REFUSED = new Set(
  `PARAM_ERROR NOT_ENOUGH NOTENOUGH USER_ACCOUNT_ABNORMAL MCH_NOT_EXISTS MCHNOTEXISTS NO_AUTH NOAUTH SIGN_ERROR SIGNERROR
   RESOURCE_NOT_EXISTS TRADE_OVERDUE`.split(/\s+/),
)

export const refundError = (code: string, message: string): RefundOutcome =>
  REFUND_REFUSED.has(code) ? { state: 'failed', code, reason: message } : unknown(errorText(code, message))

export const refundQueryError = (code: string, message: string): RefundOutcome =>
  code === 'RESOURCE_NOT_EXISTS' || code === 'REFUNDNOTEXIST' ? { state: 'absent' } : unknown(errorText(code, message))

/** Whether there is no bill (yet): WeChat makes them from nine in the morning on and asks to be asked after ten. */
export const billMissing = (code: string): boolean => code === 'NO_STATEMENT_EXIST' || code === 'NOSTATEMENTEXIST'
export const billInWork = (code: string): boolean => code === 'STATEMENT_CREATING' || code === 'STATEMENTCREATING'

export const errorText = (code: string, message: string): string => `${code || 'error'}: ${message}`.slice(0, 200)
