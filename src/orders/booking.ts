import type { PaymentOutcome } from '../channels/channel.ts'
import { EXPIRY_MARGIN_MS, type Finding, isOpen, nextQuery, type PaymentState } from './payment.ts'

/** What booking needs to know of an order; `paid` moves while a batch is decided. */
export type OrderFacts = {
  readonly orderNo: string
  readonly amount: number
  readonly paid: number
  readonly closed: boolean
}

export type PaymentFacts = {
  readonly orderNo: string
  readonly paymentNo: string
  readonly amount: number
  readonly currency: string
  readonly state: PaymentState
  readonly channelTradeNo: string
  readonly received: number | null
  readonly reversed: boolean
  readonly expiresAt: Date
  readonly queries: number
  /** Closed by us while the channel did not know it yet: asked about until nobody can pay it any longer. */
  readonly watched: boolean
}

export type AnomalyKind =
  | 'duplicate_payment'
  | 'overpayment'
  | 'order_closed'
  | 'amount_differs'
  | 'merchant_differs'
  | 'denied_after_success'
  | 'success_after_reversal'

export type Anomaly = { readonly kind: AnomalyKind; readonly evidence: Readonly<Record<string, unknown>> }

type Success = Extract<PaymentOutcome, { state: 'success' }>

/** What becomes of one finding. */
export type Decision =
  /** The book says so already. */
  | { readonly act: 'nothing' }
  /** Money moved: a movement is written. Credited to the order, or surplus with a proposal to give it back. */
  | { readonly act: 'book'; readonly outcome: Success; readonly credit: boolean; readonly anomaly: Anomaly | null }
  /** The channel's final word: nothing moved. */
  | {
      readonly act: 'end'
      readonly state: 'failed' | 'closed'
      readonly reason: string
      readonly nextQueryAt: Date | null
    }
  /** Not known yet: asked again. */
  | { readonly act: 'wait'; readonly answer: string; readonly nextQueryAt: Date }
  /** Nothing is booked; a person must look. */
  | { readonly act: 'report'; readonly anomaly: Anomaly }

/**
 * Decides what one finding does to the book. Pure; findings of one order are decided one after the other, each on the
 * order as the one before left it, so that a bill is credited once however many successes arrive together.
 */
export function decideFinding(order: OrderFacts, payment: PaymentFacts, finding: Finding): Decision {
  const { outcome } = finding
  switch (outcome.state) {
    case 'success':
      return decideSuccess(order, payment, finding, outcome)
    case 'failed':
    case 'closed':
      return decideEnd(payment, finding, outcome)
    case 'absent':
      if (isOpen(payment.state) && isOver(payment, finding.at)) return end('closed', 'never_reached_channel')
      return wait(payment, finding)
    default:
      return wait(payment, finding)
  }
}

function decideSuccess(order: OrderFacts, payment: PaymentFacts, finding: Finding, outcome: Success): Decision {
  if (outcome.merchant !== finding.merchant)
    return report('merchant_differs', { expected: finding.merchant, found: outcome.merchant, ...factsOf(outcome) })
  if (payment.reversed) return report('success_after_reversal', factsOf(outcome))
  if (payment.state === 'success') {
    const same = payment.channelTradeNo === outcome.channelTradeNo && payment.received === outcome.amount
    if (same) return { act: 'nothing' }
    return report('amount_differs', {
      booked: { channel_trade_no: payment.channelTradeNo, amount: payment.received },
      ...factsOf(outcome),
    })
  }
  const anomaly = surplusOf(order, payment, outcome)
  return { act: 'book', outcome, credit: anomaly === null, anomaly }
}

/** Why a success is not credited; null when it is. Another amount or currency than was asked for is never "paid". */
function surplusOf(order: OrderFacts, payment: PaymentFacts, outcome: Success): Anomaly | null {
  const evidence = { asked: payment.amount, ...factsOf(outcome), order_amount: order.amount, order_paid: order.paid }
  if (outcome.amount !== payment.amount || outcome.currency !== payment.currency)
    return { kind: 'amount_differs', evidence: { ...evidence, asked_currency: payment.currency } }
  if (order.closed) return { kind: 'order_closed', evidence }
  if (order.paid === order.amount) return { kind: 'duplicate_payment', evidence }
  if (order.paid + outcome.amount > order.amount) return { kind: 'overpayment', evidence }
  return null
}

function decideEnd(
  payment: PaymentFacts,
  finding: Finding,
  outcome: Extract<PaymentOutcome, { state: 'failed' | 'closed' }>,
): Decision {
  const reason = outcome.state === 'failed' ? outcome.code : 'closed_by_channel'
  if (payment.state === 'success') return report('denied_after_success', { state: outcome.state, reason })
  if (payment.watched && !isOpen(payment.state)) return end('closed', reason)
  if (!isOpen(payment.state)) return { act: 'nothing' }
  return end(
    outcome.state,
    reason,
    finding.source === 'close_unconfirmed' ? nextQuery(finding.at, payment.queries) : null,
  )
}

function wait(payment: PaymentFacts, { outcome, at }: Finding): Decision {
  if (!isOpen(payment.state)) {
    if (!payment.watched) return { act: 'nothing' }
    if (outcome.state !== 'unknown' && isOver(payment, at)) return end('closed', 'closed_by_us')
  }
  const answer = outcome.state === 'unknown' ? `unknown: ${outcome.reason}`.slice(0, 200) : outcome.state
  return { act: 'wait', answer, nextQueryAt: nextQuery(at, payment.queries) }
}

const end = (state: 'failed' | 'closed', reason: string, nextQueryAt: Date | null = null): Decision => ({
  act: 'end',
  state,
  reason,
  nextQueryAt,
})

const isOver = (payment: PaymentFacts, at: Date): boolean =>
  at.getTime() >= payment.expiresAt.getTime() + EXPIRY_MARGIN_MS

const factsOf = (outcome: Success) => ({
  channel_trade_no: outcome.channelTradeNo,
  amount: outcome.amount,
  currency: outcome.currency,
  paid_at: outcome.paidAt.toISOString(),
})

const report = (kind: AnomalyKind, evidence: Record<string, unknown>): Decision => ({
  act: 'report',
  anomaly: { kind, evidence },
})
