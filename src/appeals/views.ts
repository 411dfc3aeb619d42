import type { Actor } from '../access/actor.ts'
import { instantText } from '../kernel/instant_text.ts'
import { maskText } from '../kernel/mask.ts'
import { formatMinor } from '../kernel/money.ts'
import type { Order } from '../orders/order.ts'
import type { Payment } from '../orders/payment.ts'
import { voucherView } from '../reviews/views.ts'
import { type Voucher, WHOLE } from '../reviews/voucher.ts'
import type { AppealDetail, AppealView, OwnAppealView } from './api.ts'
import { type Appeal, type AppealAct, isOverdue } from './appeal.ts'
import type { Comment } from './store.ts'

/** Appeals, as the API tells them. Pure. */

const about = (appeal: Appeal, at: Date) => ({
  appeal_id: appeal.id,
  kind: appeal.kind,
  state: appeal.state,
  payment_no: appeal.paymentNo,
  order_no: appeal.orderNo,
  title: appeal.title,
  channel: appeal.channel,
  amount: formatMinor(appeal.amount, appeal.currency),
  currency: appeal.currency,
  channel_trade_no: appeal.channelTradeNo,
  text: appeal.text,
  filed_at: instantText(appeal.filedAt),
  due_at: instantText(appeal.dueAt),
  seconds_left: appeal.state === 'open' ? Math.floor((appeal.dueAt.getTime() - at.getTime()) / 1000) : 0,
  overdue: isOverdue(appeal, at),
  ended_at: appeal.endedAt && instantText(appeal.endedAt),
  verdict: appeal.verdict === '' ? null : appeal.verdict,
  answer: appeal.answer,
})

/** As its payer sees it: not who of the staff does what. */
export const ownAppealView = (appeal: Appeal, vouchers: readonly Voucher[], at: Date): OwnAppealView => ({
  ...about(appeal, at),
  email: appeal.email,
  vouchers: vouchers.map(voucher => ({
    voucher_id: voucher.id,
    name: voucher.name,
    media_type: voucher.mediaType,
    size: voucher.size,
  })),
})

/** Whoever may not see numbers whole sees none in free text either. */
const wordsFor = (actor: Actor, text: string): string =>
  actor.permissions.has('field.account_no') && actor.permissions.has('field.contact') ? text : maskText(text)

export const appealView = (appeal: Appeal, vouchers: readonly Voucher[], actor: Actor, at: Date): AppealView => ({
  ...about(appeal, at),
  text: wordsFor(actor, appeal.text),
  answer: wordsFor(actor, appeal.answer),
  merchant_no: appeal.merchantNo,
  filed_by: appeal.filedName,
  email: appeal.email,
  vouchers: vouchers.map((voucher, index) => ({
    ...voucherView(voucher),
    // People name files after people.
    ...(actor.permissions.has(WHOLE) ? {} : { name: `凭证 ${index + 1}` }),
  })),
  reminded: appeal.reminded,
  escalated_at: appeal.escalatedAt && instantText(appeal.escalatedAt),
  owner: appeal.owner,
  owner_name: appeal.ownerName,
  discrepancy_id: appeal.discrepancyId,
  ended_by: appeal.endedBy,
  ended_name: appeal.endedName,
})

export type Behind = {
  readonly payment: Payment
  readonly order: Order
  readonly reconciled: boolean
  readonly discrepancies: readonly string[]
  readonly comments: readonly Comment[]
  readonly acts: readonly AppealAct[]
}

export const appealDetail = (
  appeal: Appeal,
  vouchers: readonly Voucher[],
  actor: Actor,
  at: Date,
  behind: Behind,
): AppealDetail => ({
  ...appealView(appeal, vouchers, actor, at),
  payment_state: behind.payment.state,
  reconciled: behind.reconciled,
  channel_says_trade_no: behind.payment.channelTradeNo,
  account_no: behind.order.accountNo,
  payer_name: behind.order.payerName,
  discrepancies: [...behind.discrepancies],
  comments: behind.comments.map(comment => ({
    at: instantText(comment.at),
    by: comment.by,
    by_name: comment.byName,
    text: wordsFor(actor, comment.text),
  })),
  acts: [...behind.acts],
})
