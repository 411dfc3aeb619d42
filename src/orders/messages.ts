import { formatMinor } from '../kernel/money.ts'
import type { Message } from '../notices/store.ts'
import type { BookRow, LockedOrder } from './booking_store.ts'

/** What the payer is told of a payment: once for each payment and medium, a surplus in words of its own. */
export function paymentMessages(order: LockedOrder, row: BookRow): Message[] {
  const template = row.credited ? 'payment_succeeded' : 'payment_surplus'
  const data = {
    title: order.title,
    order_no: order.orderNo,
    payment_no: row.paymentNo,
    account_no: order.accountNo,
    amount: formatMinor(row.received, row.currency),
    currency: row.currency,
    paid_at: row.paidAt.toISOString(),
  }
  return [
    ...(order.phone
      ? [{ key: `paid:${row.paymentNo}:sms`, medium: 'sms' as const, recipient: order.phone, template, data }]
      : []),
    ...(order.email
      ? [{ key: `paid:${row.paymentNo}:mail`, medium: 'mail' as const, recipient: order.email, template, data }]
      : []),
  ]
}
