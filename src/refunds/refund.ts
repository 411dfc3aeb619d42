import type { RefundOutcome } from '../channels/channel.ts'
import { Failure } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import { isOpen, nextQuery, type Payment } from '../orders/payment.ts'

export type RefundKind = 'refund' | 'surplus' | 'reversal'
export type RefundState = 'awaiting_review' | 'approved' | 'pending' | 'success' | 'failed' | 'refused'

/** 退款 or 冲正, as the book has it. Amounts in minor units, positive. */
export type Refund = {
  readonly orderNo: string
  readonly refundNo: string
  readonly requestId: string
  readonly paymentNo: string
  readonly kind: RefundKind
  readonly amount: number
  readonly currency: string
  readonly reason: string
  readonly state: RefundState
  readonly askedBy: string
  readonly askedAt: Date
  readonly decidedBy: string
  readonly decidedAt: Date | null
  readonly submittedAt: Date | null
  readonly channelRefundNo: string
  readonly refundedAt: Date | null
  readonly bookedAt: Date | null
  readonly failure: string
  readonly nextQueryAt: Date | null
  readonly queries: number
  readonly lastAnswer: string
  /** The second person's question; '' where none was needed. */
  readonly reviewId: string
}

export type RefundAsk = {
  /** Made by the caller. */
  readonly id: string
  readonly paymentNo: string
  /** null: all that remains. */
  readonly amount: number | null
  readonly reason: string
  /** Ids of uploaded vouchers. */
  readonly vouchers?: readonly string[] | undefined
}

/**
 * What a refund is over, and which review it needs first: `refund_final` for a payment that is 已缴费且已对账, whatever the amount
 * (it goes back only with a voucher and a second person), `refund` from `reviewFrom` on, none below.
 * Throws payment_not_successful, refund_exceeds_remaining, nothing_to_refund, vouchers_unused.
 */
export function decideRefund(
  payment: Payment,
  ask: RefundAsk,
  { reconciled, reviewFrom }: { reconciled: boolean; reviewFrom: number | null },
): { amount: number; review: 'refund' | 'refund_final' | null } {
  if (payment.state !== 'success') throw notSuccessful(payment)
  const left = formatMinor(payment.remaining, payment.currency)
  if (payment.remaining === 0)
    throw new Failure(
      'nothing_to_refund',
      { zh: '该笔支付已全部退款或正在退款', en: 'All of this payment is refunded already, or being refunded' },
      { payment_no: payment.paymentNo },
    )
  const amount = ask.amount ?? payment.remaining
  if (amount > payment.remaining)
    throw new Failure(
      'refund_exceeds_remaining',
      { zh: `退款金额超过剩余金额 ${left}`, en: `The refund is more than what remains of the payment (${left})` },
      { payment_no: payment.paymentNo, remaining: left },
    )
  const review = reconciled ? 'refund_final' : reviewFrom !== null && amount >= reviewFrom ? 'refund' : null
  if (review === null && ask.vouchers?.length)
    throw new Failure(
      'vouchers_unused',
      {
        zh: '该退款无需复核，凭证无处可附：请去掉 vouchers',
        en: 'This refund needs no second person, so there is nothing to attach vouchers to: leave them out',
      },
      { field: 'vouchers' },
    )
  return { amount, review }
}

/** Whether a success may be reversed at all; whether the channel denies it is asked afterwards. */
export function decideReversal(payment: Payment, reconciled: boolean): void {
  if (payment.state !== 'success') throw notSuccessful(payment)
  if (reconciled)
    throw new Failure(
      'reversal_refused',
      {
        zh: '渠道对账单已确认该笔支付，不能冲正；如需退回请申请退款',
        en: "The channel's statement confirms this payment: it cannot be reversed; ask for a refund",
      },
      { payment_no: payment.paymentNo },
    )
  if (payment.refunded > 0 || payment.refunding > 0)
    throw new Failure(
      'reversal_refused',
      { zh: '该笔支付已有退款，不能冲正', en: 'Part of this payment is refunded: it cannot be reversed' },
      { payment_no: payment.paymentNo },
    )
}

const notSuccessful = (payment: Payment): Failure =>
  new Failure(
    'payment_not_successful',
    {
      zh: isOpen(payment.state) ? '该笔支付尚未成功，请等渠道确认' : '该笔支付没有成功，无款可退',
      en: isOpen(payment.state)
        ? 'This payment is not confirmed yet: wait for the channel'
        : 'This payment did not succeed: there is nothing to give back',
    },
    { payment_no: payment.paymentNo, state: payment.state },
  )

/** What a channel's word does to a refund that is approved or pending. */
export type RefundDecision =
  | { readonly act: 'nothing' }
  | { readonly act: 'book'; readonly channelRefundNo: string; readonly at: Date }
  | { readonly act: 'pending'; readonly channelRefundNo: string; readonly nextQueryAt: Date }
  | { readonly act: 'fail'; readonly failure: string }
  | { readonly act: 'wait'; readonly answer: string; readonly nextQueryAt: Date }

/** Pure. An amount other than what was asked for is not taken for a success: a person must look. */
export function decideRefundOutcome(refund: Refund, outcome: RefundOutcome, at: Date): RefundDecision {
  if (refund.state !== 'approved' && refund.state !== 'pending') return { act: 'nothing' }
  const nextQueryAt = nextQuery(at, refund.queries)
  switch (outcome.state) {
    case 'success':
      if (outcome.amount !== refund.amount)
        return { act: 'wait', answer: `amount_differs: ${formatMinor(outcome.amount, refund.currency)}`, nextQueryAt }
      return { act: 'book', channelRefundNo: outcome.channelRefundNo, at: outcome.refundedAt ?? at }
    case 'pending':
      return { act: 'pending', channelRefundNo: outcome.channelRefundNo, nextQueryAt }
    case 'failed':
      return { act: 'fail', failure: `${outcome.code} ${outcome.reason}`.trim().slice(0, 300) }
    case 'absent':
      return { act: 'wait', answer: 'absent', nextQueryAt }
    case 'unknown':
      return { act: 'wait', answer: `unknown: ${outcome.reason}`.slice(0, 200), nextQueryAt }
  }
}
