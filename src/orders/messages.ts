import { formatMinor } from '../kernel/money.ts'
import type { Message, MessageData, Template, ToPayer } from '../notices/message.ts'
import type { Order } from './order.ts'
import type { SealedPersonRow } from './sealed.ts'

type Addressed = Pick<Order, 'orderNo' | 'title' | 'accountNo' | 'phone' | 'email'>

/** By all media that the bill names. The order's sealed person goes along as it is. */
export const toPayer = (
  { orderNo, person, bySms, byMail }: { readonly orderNo: string } & SealedPersonRow,
  key: string,
  template: Template,
  facts: MessageData,
): ToPayer[] =>
  person === null
    ? []
    : [...(bySms ? (['sms'] as const) : []), ...(byMail ? (['mail'] as const) : [])].map(medium => ({
        key: `${key}:${medium}`,
        medium,
        template,
        facts,
        person,
        orderNo,
      }))

/** What the payer is told when money went back to him. */
export const refundMessages = (
  order: Addressed,
  refund: {
    readonly refundNo: string
    readonly paymentNo: string
    readonly amount: number
    readonly currency: string
    readonly refundedAt: Date
  },
): Message[] =>
  addressed(order, `refunded:${refund.refundNo}`, 'refund_made', {
    payment_no: refund.paymentNo,
    refund_no: refund.refundNo,
    amount: formatMinor(refund.amount, refund.currency),
    currency: refund.currency,
    refunded_at: refund.refundedAt.toISOString(),
  })

function addressed(order: Addressed, key: string, template: Template, facts: MessageData): Message[] {
  const data = { title: order.title, order_no: order.orderNo, account_no: order.accountNo, ...facts }
  const to = [
    { medium: 'sms', recipient: order.phone },
    { medium: 'mail', recipient: order.email },
  ] as const
  return to
    .filter(({ recipient }) => recipient !== '')
    .map(({ medium, recipient }) => ({ key: `${key}:${medium}`, medium, recipient, template, data }))
}
