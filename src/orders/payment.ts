import type { ChannelName, Checkout, Method, PaymentOutcome } from '../channels/channel.ts'
import type { RefundFlag } from './order.ts'

export type PaymentState = 'created' | 'pending' | 'success' | 'failed' | 'closed'

/** One attempt to pay an order. Amounts in minor units. */
export type Payment = {
  readonly orderNo: string
  readonly paymentNo: string
  readonly merchantNo: string
  readonly requestId: string
  readonly channel: ChannelName
  readonly account: string
  readonly method: Method
  readonly amount: number
  readonly currency: string
  readonly state: PaymentState
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly submittedAt: Date | null
  readonly checkout: Checkout | null
  readonly channelTradeNo: string
  /** What the channel says was paid; null unless it succeeded. */
  readonly received: number | null
  readonly paidAt: Date | null
  readonly payer: string
  readonly fee: number | null
  readonly bookedAt: Date | null
  readonly credited: boolean
  readonly reason: string
  readonly reversedAt: Date | null
  readonly refunded: number
  readonly refunding: number
  readonly remaining: number
  readonly refundFlag: RefundFlag
}

/** What is known of a payment whose channel has not said its final word: when it is asked next, how often it was, what it said last. */
export type Waiting = {
  readonly nextQueryAt: Date
  readonly queries: number
  readonly lastAnswer: string
}

export const isOpen = (state: PaymentState): boolean => state === 'created' || state === 'pending'

/**
 * How we came to know something about a payment. `close_unconfirmed`: we closed it while the channel did not know it, as
 * with an Alipay code that nobody has scanned yet; the payer's device may still show it.
 */
export type Source = 'notice' | 'query' | 'close' | 'close_unconfirmed'

/** Something a channel said about a payment, on its way into the book. */
export type Finding = {
  readonly orderNo: string
  readonly paymentNo: string
  readonly source: Source
  readonly outcome: PaymentOutcome
  /** Of our account with the channel: the one a success must name. */
  readonly merchant: string
  readonly at: Date
}

/**
 * Delay compensation 延迟补偿: how long after the n-th unanswered question (0: none yet) the channel is asked again, in
 * seconds. The last step repeats until the channel's final word.
 */
export const QUERY_STEPS = [5, 15, 60, 300, 900, 1800, 3600, 7200, 21_600] as const

export const nextQuery = (at: Date, queries: number): Date =>
  new Date(at.getTime() + 1000 * (QUERY_STEPS[Math.min(queries, QUERY_STEPS.length - 1)] as number))

/**
 * An order that the channel does not know, and one that nobody paid, is over this long after it expired: no request of
 * ours can be under way any more.
 */
export const EXPIRY_MARGIN_MS = 10 * 60_000
