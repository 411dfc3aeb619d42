import type { Day } from '../kernel/business_day.ts'

export type Kind = 'payment' | 'refund'
/** `pending` includes a refund in progress; `failed` includes closed and revoked-before-payment. */
export type Status = 'success' | 'pending' | 'failed'

/**
 * One movement of money as one side tells it. Movements (what WE say moved) and statement lines (what THEY say moved) have
 * this one shape; the engine sees nothing else. An empty string means "not given".
 */
export type Entry = {
  /** payment_no for ours, `FILE#N` for theirs. Unique within its side. */
  readonly id: string
  readonly kind: Kind
  readonly status: Status
  readonly channel: string
  /** 缴费单号. Theirs: only where the statement carries our order number in a column of its own. */
  readonly orderNo: string
  /** The channel's own number of the transaction; on a refund the one of the original payment or of the refund. */
  readonly tradeNo: string
  /** What was sent to the channel as out_trade_no. */
  readonly merchantOrderNo: string
  /** What was sent to the channel as out_refund_no / out_request_no. */
  readonly refundNo: string
  /** The channel's own number of the refund (微信退款单号). */
  readonly channelRefundNo: string
  /** Minor units, signed from our side: money in is plus; refunds, reversals and payouts are minus. */
  readonly amount: number
  readonly currency: string
  /** Epoch milliseconds; null where the source has only a date (then `day` says all). */
  readonly at: number | null
  readonly day: Day
  readonly merchant: string
  /** 缴费项目 of our order; theirs never tell. */
  readonly feeItem?: string
  readonly payer: string
  /** Minor units, what the channel keeps: plus on a payment, minus where it is given back. null: not given, which is not zero. */
  readonly fee: number | null
  readonly batchNo: string
}

export type Flag =
  | 'interchangeable'
  | 'tolerance'
  | 'cross_day'
  | 'split'
  | 'merged'
  | 'batch'
  | 'fee_netted'
  | 'needs_confirmation'

export type Pass =
  | 'trade_no'
  | 'refund_no'
  | 'merchant_order_no'
  | 'order_no'
  | 'similar_no'
  | 'batch_no'
  | 'day_total'
  | 'amount_time'
  | 'subset_sum'
  | 'agreed_absent'

export type DiscrepancyKind =
  | 'channel_only'
  | 'platform_only'
  | 'amount_mismatch'
  | 'status_mismatch'
  | 'duplicate_payment'
  | 'duplicate_line'
  | 'fee_mismatch'
  | 'currency_mismatch'
  | 'ambiguous'
  | 'unresolved'
  | 'in_transit'
  | 'waived'
  | 'rejected_line'

export const DISCREPANCY_KINDS: readonly DiscrepancyKind[] = [
  'channel_only',
  'platform_only',
  'amount_mismatch',
  'status_mismatch',
  'duplicate_payment',
  'duplicate_line',
  'fee_mismatch',
  'currency_mismatch',
  'ambiguous',
  'unresolved',
  'in_transit',
  'waived',
  'rejected_line',
]

export type Match = {
  /** payment ids and line ids, each sorted. */
  readonly payments: readonly string[]
  readonly lines: readonly string[]
  readonly pass: Pass
  /** Lines minus payments in minor units, counting only what moved money. */
  readonly difference: number
  readonly currency: string
  readonly flags: readonly Flag[]
}

/** A sentence for a person, in both languages. */
export type Sentence = { readonly zh: string; readonly en: string }

export type Discrepancy = {
  readonly kind: DiscrepancyKind
  readonly payments: readonly string[]
  readonly lines: readonly string[]
  /** Lines minus payments, minor units, counting only what moved money; for fee_mismatch the fees. */
  readonly difference: number
  /** Of `difference`; for currency_mismatch see `byCurrency`. */
  readonly currency: string
  /** Only where the rows have several currencies: lines minus payments in each. `difference` is then 0. */
  readonly byCurrency?: Readonly<Record<string, number>>
  readonly cause: string
  readonly evidence: Sentence
  /** For a surplus: the ids of the pair that stays matched. */
  readonly linkedTo?: readonly string[]
}

/** The days the two books speak about, per channel; what lies outside or at their edge may still be in transit. */
export type Coverage = {
  readonly channel: string
  /** Days the statement covers; empty with `statementGiven` false when no statement of this channel was given at all. */
  readonly statementDays: readonly Day[]
  readonly statementGiven: boolean
  readonly paymentDays: readonly Day[]
}

export type Outcome = { readonly matches: readonly Match[]; readonly discrepancies: readonly Discrepancy[] }
