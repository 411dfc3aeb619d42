import { maskName, maskNumber } from '../kernel/mask.ts'
import { formatMinor } from '../kernel/money.ts'
import type { Fact } from '../reviews/review.ts'
import type { Json } from '../system/requests.ts'

/** What a second person is told of a refund, and what his word stands on. Pure: booking proposes refunds, people ask for them. */

/** The kind under which the platform proposes to return what is not the merchant's. */
export const SURPLUS_REVIEW = 'refund_surplus'

const SURPLUS_REASONS: Readonly<Record<string, string>> = {
  duplicate_payment: '重复缴费：该缴费单此前已缴清 Paid again: the bill was paid already',
  overpayment: '多缴：超过待缴金额 More was paid than was due',
  order_closed: '缴费单已撤销，款项仍到账 Paid for a bill that is taken back',
  amount_differs: '到账金额与支付单不符 The channel took another amount than was asked for',
}

/** Why the platform proposes it, for people. */
export const surplusReason = (anomaly: string): string => SURPLUS_REASONS[anomaly] ?? anomaly

/**
 * `reconciled` counts where people ask: a payment that a statement has confirmed meanwhile needs a voucher. A surplus that the
 * platform proposed is proven by its own book.
 */
export const refundBasis = (
  refund: { readonly state: string; readonly amount: number },
  payment: { readonly state: string; readonly received: number | null },
  reconciled?: boolean,
): Json => ({
  refund: refund.state,
  amount: refund.amount,
  payment: payment.state,
  received: payment.received,
  ...(reconciled === undefined ? {} : { reconciled }),
})

export const refundFacts = (
  order: { readonly orderNo: string; readonly title: string; readonly accountNo: string; readonly payerName: string },
  payment: {
    readonly paymentNo: string
    readonly channel: string
    readonly received: number
    readonly refunded: number
    readonly currency: string
  },
): Fact[] => [
  { zh: '缴费单', en: 'Order', value: order.orderNo },
  { zh: '事由', en: 'For', value: order.title },
  { zh: '户号', en: 'Account', value: maskNumber(order.accountNo) },
  { zh: '缴费人', en: 'Payer', value: maskName(order.payerName) },
  { zh: '支付单', en: 'Payment', value: payment.paymentNo },
  { zh: '渠道', en: 'Channel', value: payment.channel },
  { zh: '实收', en: 'Received', value: formatMinor(payment.received, payment.currency) },
  { zh: '已退', en: 'Refunded before', value: formatMinor(payment.refunded, payment.currency) },
]
