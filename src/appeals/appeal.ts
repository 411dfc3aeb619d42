import { Failure } from '../kernel/failure.ts'
import type { Payment } from '../orders/payment.ts'

/** 对账申诉: what is decided about it. Pure. */

/** not_reconciled: 已缴费 but not 已对账. not_paid: his channel took the money, and the bill says unpaid. */
export const KINDS = ['not_reconciled', 'not_paid'] as const
export type AppealKind = (typeof KINDS)[number]

export const STATES = ['open', 'answered', 'closed_by_reconciliation', 'withdrawn'] as const
export type AppealState = (typeof STATES)[number]

export const VERDICTS = ['accepted', 'explained', 'rejected'] as const
export type Verdict = (typeof VERDICTS)[number]

export type Appeal = {
  readonly id: string
  readonly kind: AppealKind
  readonly state: AppealState
  readonly orderNo: string
  readonly paymentNo: string
  readonly merchantNo: string
  readonly channel: string
  readonly title: string
  /** Minor units of `currency`. */
  readonly amount: number
  readonly currency: string
  readonly channelTradeNo: string
  readonly accountId: string
  /** As the platform names a payer: his masked phone. */
  readonly filedName: string
  readonly text: string
  /** '' : he wants no mail. */
  readonly email: string
  readonly filedAt: Date
  readonly dueAt: Date
  readonly reminded: number
  readonly escalatedAt: Date | null
  readonly owner: string
  readonly ownerName: string
  readonly discrepancyId: string | null
  readonly endedAt: Date | null
  readonly endedBy: string
  readonly endedName: string
  readonly verdict: Verdict | ''
  readonly answer: string
}

export type AppealSettings = {
  /** The clock: hours from filing to the answer. */
  readonly hours: number
  /** Hours after filing at which the staff is reminded, ascending, all below `hours`. */
  readonly remindAtHours: readonly number[]
  readonly perPayerAndDay: number
  readonly vouchersPerPayerAndDay: number
  /** Who is told of what is due and overdue. */
  readonly mailTo: readonly string[]
}

export const HOUR_MS = 3_600_000

export const dueAt = (filedAt: Date, { hours }: Pick<AppealSettings, 'hours'>): Date =>
  new Date(filedAt.getTime() + hours * HOUR_MS)

/** The very moment it is due it is overdue. */
export const isOverdue = (appeal: Pick<Appeal, 'state' | 'dueAt'>, at: Date): boolean =>
  appeal.state === 'open' && at.getTime() >= appeal.dueAt.getTime()

/** How many reminders are due: the n-th at exactly its hour. */
export const remindersDue = (
  filedAt: Date,
  at: Date,
  { remindAtHours }: Pick<AppealSettings, 'remindAtHours'>,
): number => remindAtHours.filter(hours => at.getTime() - filedAt.getTime() >= hours * HOUR_MS).length

/** What the platform has to do about an open appeal at this moment; after a pause only the last of what was missed. */
export function nudge(
  appeal: Pick<Appeal, 'state' | 'filedAt' | 'dueAt' | 'reminded' | 'escalatedAt'>,
  at: Date,
  settings: Pick<AppealSettings, 'remindAtHours'>,
): { readonly kind: 'remind' | 'escalate'; readonly reminded: number } | null {
  if (appeal.state !== 'open' || appeal.escalatedAt !== null) return null
  if (isOverdue(appeal, at)) return { kind: 'escalate', reminded: settings.remindAtHours.length }
  const due = remindersDue(appeal.filedAt, at, settings)
  return due > appeal.reminded ? { kind: 'remind', reminded: due } : null
}

/** Whether this can be appealed about. Throws appeal_needless, payment_not_paid, payment_paid_already, appeal_evidence_missing. */
export function checkFiling(
  ask: { readonly kind: AppealKind; readonly channelTradeNo: string; readonly vouchers: readonly string[] },
  payment: Pick<Payment, 'paymentNo' | 'state'>,
  reconciled: boolean,
): void {
  const detail = { payment_no: payment.paymentNo, state: payment.state }
  const paid = payment.state === 'success'
  if (paid && reconciled)
    throw new Failure(
      'appeal_needless',
      { zh: '该笔缴费已对账，无需申诉', en: 'This payment is reconciled: there is nothing to appeal about' },
      detail,
    )
  if (ask.kind === 'not_reconciled' && !paid)
    throw new Failure(
      'payment_not_paid',
      {
        zh: '该笔支付在平台上尚未缴费成功：如已扣款，请改选“已扣款未到账”（not_paid），并提供渠道交易号或凭证',
        en: 'The platform does not show this payment as paid: if you were charged, choose not_paid and give the trade number or a voucher',
      },
      detail,
    )
  if (ask.kind === 'not_paid' && paid)
    throw new Failure(
      'payment_paid_already',
      {
        zh: '该笔支付已缴费成功：如对账状态不符，请改选“已缴费未对账”（not_reconciled）',
        en: 'This payment is shown as paid: if it is not reconciled, choose not_reconciled',
      },
      detail,
    )
  if (ask.kind === 'not_paid' && ask.channelTradeNo === '' && ask.vouchers.length === 0)
    throw new Failure(
      'appeal_evidence_missing',
      {
        zh: '请提供渠道交易号，或上传扣款凭证（截图、PDF）',
        en: 'Give the trade number of your channel, or a voucher (picture or PDF) of the charge',
      },
      detail,
    )
}

/** Throws appeal_closed_already. */
export function checkOpen({ id, state, endedAt }: Pick<Appeal, 'id' | 'state' | 'endedAt'>): void {
  if (state === 'open') return
  throw new Failure(
    'appeal_closed_already',
    { zh: `申诉 ${id} 已结束，不能再处理`, en: `Appeal ${id} is over: nothing can be done about it any more` },
    { appeal_id: id, state, ended_at: endedAt?.toISOString() ?? null },
  )
}

export const ACTS = ['take', 'release', 'comment', 'query', 'link', 'answer'] as const
export type AppealAct = (typeof ACTS)[number]

/** What this member of staff can do about it now. `query` is the active query of its payment: POST /api/payments/{payment_no}/query. */
export function actsOf(
  appeal: Pick<Appeal, 'state' | 'owner'>,
  who: { readonly id: string; readonly mayHandle: boolean; readonly mayQuery: boolean },
  paymentState: Payment['state'],
): AppealAct[] {
  if (appeal.state !== 'open' || !who.mayHandle) return []
  return ACTS.filter(act => {
    if (act === 'take') return appeal.owner !== who.id
    if (act === 'release') return appeal.owner === who.id
    if (act === 'query') return who.mayQuery && paymentState !== 'success'
    return true
  })
}

/** What a payer is told when the reconciliation itself has settled his appeal. */
export const settledWords = (kind: AppealKind): { readonly zh: string; readonly en: string } =>
  kind === 'not_paid'
    ? {
        zh: '您的缴费已入账，并已与渠道账单核对一致，无需再做任何操作。',
        en: 'Your payment is booked and agrees with the statement of your channel; there is nothing left for you to do.',
      }
    : {
        zh: '您的缴费已与渠道账单核对一致，状态已更新为“已对账”，无需再做任何操作。',
        en: 'Your payment agrees with the statement of your channel and is now reconciled; there is nothing left for you to do.',
      }

export const appealUnknown = (id: string): Failure =>
  new Failure('appeal_unknown', { zh: `没有申诉 ${id}`, en: `There is no appeal ${id}` }, { appeal_id: id })

export const appealOpenAlready = (paymentNo: string): Failure =>
  new Failure(
    'appeal_open_already',
    {
      zh: '该笔缴费已有处理中的申诉：请等待答复，或撤回后重新提交',
      en: 'There is an open appeal about this payment already: wait for its answer, or withdraw it first',
    },
    { payment_no: paymentNo },
  )

export const appealsTooMany = (most: number): Failure =>
  new Failure(
    'appeals_too_many',
    {
      zh: `24 小时内最多提交 ${most} 次申诉：请明天再试，或致电客服`,
      en: `At most ${most} appeals can be filed in 24 hours: try again tomorrow, or call the service desk`,
    },
    { most },
  )

export const discrepancyUnknown = (id: string): Failure =>
  new Failure(
    'discrepancy_unknown',
    { zh: `没有差错 ${id}`, en: `There is no discrepancy ${id}` },
    { discrepancy_id: id },
  )
