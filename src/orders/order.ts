import { Failure } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'

/** What an issuer gives. `orderNo` is the id of the request: the same once more is the same bill. */
export type OrderAsk = {
  readonly orderNo: string
  readonly merchantNo: string
  readonly feeItemId: string
  readonly accountNo: string
  readonly payerName: string
  readonly phone: string
  readonly email: string
  readonly title: string
  readonly period: string
  readonly amount: number
  /** The fee item's. */
  readonly currency: string
  readonly dueOn: string | null
}

/** 缴费单, as the book has it: what the issuer gave, and what became of it. Amounts in minor units of `currency`. */
export type Order = OrderAsk & {
  readonly partPayment: boolean
  /** The least that a part may be; the last part may be less. */
  readonly partMin: number
  readonly paid: number
  readonly refunded: number
  /** 待缴 */
  readonly due: number
  /** 剩余金额: what could still be given back. */
  readonly remaining: number
  readonly refundFlag: RefundFlag
  readonly state: OrderState
  readonly createdAt: Date
  readonly paidAt: Date | null
  readonly closedAt: Date | null
  readonly closedWhy: string
}

/** A bill as it begins; its title and its parts may be the fee item's. */
export const newOrder = (
  ask: OrderAsk,
  { title, partPayment, partMin }: Pick<Order, 'title' | 'partPayment' | 'partMin'>,
  createdAt: Date,
): Order => ({
  orderNo: ask.orderNo,
  merchantNo: ask.merchantNo,
  feeItemId: ask.feeItemId,
  accountNo: ask.accountNo,
  payerName: ask.payerName,
  phone: ask.phone,
  email: ask.email,
  title,
  period: ask.period,
  amount: ask.amount,
  currency: ask.currency,
  dueOn: ask.dueOn,
  partPayment,
  partMin,
  paid: 0,
  refunded: 0,
  due: ask.amount,
  remaining: 0,
  refundFlag: 'none',
  state: 'unpaid',
  createdAt,
  paidAt: null,
  closedAt: null,
  closedWhy: '',
})

export type OrderState = 'unpaid' | 'part_paid' | 'paid' | 'closed'
export type RefundFlag = 'none' | 'partial' | 'full'

/**
 * How much a new payment of this order is over: what was asked, or all that is due.
 * Throws order_closed, order_paid, part_payment_not_allowed, part_too_small, amount_exceeds_due.
 */
export function decideAmount(order: Order, asked: number | null): number {
  if (order.state === 'closed')
    throw new Failure(
      'order_closed',
      { zh: `缴费单 ${order.orderNo} 已关闭，不能缴费`, en: `Order ${order.orderNo} is closed and cannot be paid` },
      { order_no: order.orderNo },
    )
  if (order.due === 0)
    throw new Failure(
      'order_paid',
      { zh: `缴费单 ${order.orderNo} 已缴清，无需再缴`, en: `Order ${order.orderNo} is paid in full already` },
      { order_no: order.orderNo },
    )
  const amount = asked ?? order.due
  const due = formatMinor(order.due, order.currency)
  if (amount > order.due)
    throw new Failure(
      'amount_exceeds_due',
      { zh: `金额超过待缴金额 ${due}，请改为不超过该金额`, en: `The amount is more than what is due (${due})` },
      { order_no: order.orderNo, due },
    )
  if (amount === order.due) return amount
  if (!order.partPayment)
    throw new Failure(
      'part_payment_not_allowed',
      { zh: `该缴费项目不支持部分缴费，请缴 ${due}`, en: `This fee item cannot be paid in parts; pay ${due}` },
      { order_no: order.orderNo, due },
    )
  if (amount < order.partMin) {
    const least = formatMinor(order.partMin, order.currency)
    throw new Failure(
      'part_too_small',
      { zh: `部分缴费每次至少 ${least}`, en: `A part must be at least ${least}` },
      { order_no: order.orderNo, least },
    )
  }
  return amount
}
