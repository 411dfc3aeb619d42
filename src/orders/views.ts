import type { Checkout } from '../channels/channel.ts'
import { instantText } from '../kernel/instant_text.ts'
import { formatMinor } from '../kernel/money.ts'
import type { BillList, CheckoutView, OrderView, PaymentView } from './api.ts'
import type { Order } from './order.ts'
import type { Progress } from './progress.ts'
import type { PaymentRecord } from './record_store.ts'

/** What the book knows, as the API tells it. Pure. */

const instant = (at: Date | null): string | null => (at === null ? null : instantText(at))

/** Bills as their payer sees them. */
export const billViews = (orders: readonly Order[], underWay: ReadonlySet<string>): BillList['orders'] =>
  orders.map(order => ({ ...orderView(order), payment_under_way: underWay.has(order.orderNo) }))

export function orderView(order: Order): OrderView {
  const money = (amount: number) => formatMinor(amount, order.currency)
  return {
    order_no: order.orderNo,
    merchant_no: order.merchantNo,
    fee_item_id: order.feeItemId,
    account_no: order.accountNo,
    title: order.title,
    period: order.period,
    amount: money(order.amount),
    currency: order.currency,
    paid: money(order.paid),
    due: money(order.due),
    refunded: money(order.refunded),
    remaining: money(order.remaining),
    refund_flag: order.refundFlag,
    part_payment: order.partPayment,
    part_min: money(order.partMin),
    due_on: order.dueOn,
    state: order.state,
    created_at: instantText(order.createdAt),
    paid_at: instant(order.paidAt),
    closed_at: instant(order.closedAt),
    closed_why: order.closedWhy,
  }
}

export function paymentView({ payment, steps, final }: Progress): PaymentView {
  const money = (amount: number) => formatMinor(amount, payment.currency)
  return {
    payment_no: payment.paymentNo,
    order_no: payment.orderNo,
    channel: payment.channel,
    method: payment.method,
    amount: money(payment.amount),
    currency: payment.currency,
    state: payment.state,
    created_at: instantText(payment.createdAt),
    expires_at: instantText(payment.expiresAt),
    checkout: payment.checkout && checkoutView(payment.checkout),
    channel_trade_no: payment.channelTradeNo,
    received: payment.received === null ? null : money(payment.received),
    paid_at: instant(payment.paidAt),
    credited: payment.credited,
    reason: payment.reason,
    refunded: money(payment.refunded),
    refunding: money(payment.refunding),
    remaining: money(payment.remaining),
    refund_flag: payment.refundFlag,
    steps: steps.map(({ step, done, at }) => ({ step, done, at: instant(at) })),
    final,
  }
}

function checkoutView(checkout: Checkout): CheckoutView {
  switch (checkout.kind) {
    case 'qr':
      return { kind: 'qr', code_url: checkout.codeUrl }
    case 'transfer':
      return {
        kind: 'transfer',
        bank: checkout.bank,
        account_name: checkout.accountName,
        account_no: checkout.accountNo,
        reference: checkout.reference,
      }
    case 'form':
      return { kind: 'form', url: checkout.url, fields: { ...checkout.fields } }
    case 'jsapi':
      return { kind: 'jsapi', parameters: { ...checkout.parameters } }
    default:
      return { ...checkout }
  }
}

export const recordView = (record: PaymentRecord) => ({
  payment_no: record.paymentNo,
  order_no: record.orderNo,
  merchant_no: record.merchantNo,
  merchant_name: record.merchantName,
  account_no: record.accountNo,
  title: record.title,
  period: record.period,
  channel: record.channel,
  amount: formatMinor(record.amount, record.currency),
  received: record.received === null ? null : formatMinor(record.received, record.currency),
  currency: record.currency,
  state: record.state,
  order_state: record.orderState,
  credited: record.credited,
  refunded: formatMinor(record.refunded, record.currency),
  refund_flag: record.refundFlag,
  channel_trade_no: record.channelTradeNo,
  created_at: instantText(record.createdAt),
  paid_at: instant(record.paidAt),
  reconciled: record.reconciled,
})
