import type { Meaning } from '../access/permissions.ts'
import { Failure } from '../kernel/failure.ts'
import type { DiscrepancyKind } from '../matching/entry.ts'

/** What can be done about a discrepancy, and when: one table. Pure. */

export const ACTIONS = {
  take: { zh: '受理', en: 'Work on it' },
  release: { zh: '放回', en: 'Let others work on it' },
  assign: { zh: '指派', en: 'Give it to somebody' },
  wait: { zh: '等待', en: 'Let it wait' },
  accept_platform: { zh: '认可平台', en: 'Ours is right' },
  accept_channel: { zh: '认可渠道', en: 'Theirs is right' },
  supplement: { zh: '补单', en: 'Book the lost payment' },
  refund_duplicate: { zh: '退还重复支付', en: 'Refund the duplicate' },
  write_off: { zh: '核销', en: 'Write off' },
  transfer: { zh: '转下一账期', en: 'Move to the next day' },
  match: { zh: '手工匹配', en: 'Match by hand' },
  force_close: { zh: '强制结案', en: 'Close by force' },
  reopen: { zh: '重新打开', en: 'Open again' },
} as const satisfies Readonly<Record<string, Meaning>>

export type Action = keyof typeof ACTIONS
export const ACTION_CODES = Object.keys(ACTIONS) as readonly Action[]

/** These end it, with the cause as it turned out. */
export const RESOLVING = ['accept_platform', 'accept_channel', 'write_off', 'force_close'] as const
export type Resolving = (typeof RESOLVING)[number]
export const isResolving = (action: Action): action is Resolving => (RESOLVING as readonly Action[]).includes(action)

/** Whose work it is can be said of all that is open. */
const OWNING: readonly Action[] = ['take', 'release', 'assign']
const DECIDING: readonly Action[] = ['wait', 'transfer', 'accept_platform', 'accept_channel', 'force_close']
const MATCHING: readonly Action[] = [...DECIDING, 'match', 'write_off']

/** Which kind allows what, while it is open. */
export const ALLOWED: Readonly<Record<DiscrepancyKind, readonly Action[]>> = {
  channel_only: [...MATCHING, 'supplement'],
  platform_only: MATCHING,
  amount_mismatch: MATCHING,
  status_mismatch: [...MATCHING, 'supplement'],
  // Somebody's money: it is given back or explained, never written off.
  duplicate_payment: [...DECIDING, 'match', 'refund_duplicate'],
  // No money moved.
  duplicate_line: [],
  // Its rows are matched: it is a remark about a fee.
  fee_mismatch: [...DECIDING, 'write_off'],
  // Two currencies make no match by hand.
  currency_mismatch: [...DECIDING, 'write_off'],
  ambiguous: MATCHING,
  unresolved: MATCHING,
  // Time decides; a person who knows better may match it, or end it with a second one.
  in_transit: ['wait', 'transfer', 'match', 'force_close'],
  waived: ['match'],
  rejected_line: ['wait', 'transfer', 'accept_channel', 'force_close'],
}

/** Rows of these can be matched by hand. */
export const MATCHABLE = (Object.keys(ALLOWED) as DiscrepancyKind[]).filter(kind => ALLOWED[kind].includes('match'))

export type State = 'open' | 'waived' | 'explained' | 'replaced' | 'resolved'

/** What is decided upon. Amounts in minor units. */
export type Standing = {
  readonly id: number
  readonly kind: DiscrepancyKind
  readonly state: State
  readonly owner: string
  /** Theirs minus ours. */
  readonly difference: number
  /** Where its rows have several currencies: the difference in each. */
  readonly byCurrency: Readonly<Record<string, number>> | null
  /** Of its largest row. */
  readonly amount: number
  /** A second person has been asked: his question; '' none. */
  readonly reviewId: string
  /** The refund under way; '' none. */
  readonly refundNo: string
  /** Of its day. */
  readonly dayClosed: boolean
}

/** What can be done about it now. */
export function actionsOf(of: Standing): Action[] {
  if (of.state === 'resolved') return of.dayClosed ? [] : ['reopen']
  if (of.state !== 'open' && of.state !== 'waived') return []
  if (of.state === 'waived') return ALLOWED[of.kind].filter(action => action === 'match')
  const owning = OWNING.filter(action => action !== 'release' || of.owner !== '')
  return of.reviewId !== '' || of.refundNo !== '' ? owning : [...owning, ...ALLOWED[of.kind]]
}

/** Throws discrepancy_over, discrepancy_under_review, refund_under_way, day_closed_already, action_not_allowed. */
export function checkAction(of: Standing, action: Action): void {
  if (actionsOf(of).includes(action)) return
  const detail = { discrepancy_id: String(of.id), action, kind: of.kind, state: of.state }
  const refuse = (code: string, zh: string, en: string): Failure =>
    new Failure(code, { zh: `差错 ${of.id} ${zh}`, en: `Discrepancy ${of.id} ${en}` }, detail)
  if (of.state === 'resolved' && action === 'reopen')
    throw refuse(
      'day_closed_already',
      '所在账期已关账，不能重新打开：请在当前账期更正',
      'belongs to a closed day and cannot be opened again: correct it by an entry of the open one',
    )
  if (of.state !== 'open' && of.state !== 'waived')
    throw refuse('discrepancy_over', '已结束，不能再处理', 'is over: nothing can be done about it any more')
  if (of.reviewId !== '' && ALLOWED[of.kind].includes(action))
    throw refuse(
      'discrepancy_under_review',
      '正在等待复核：请先完成或撤回该复核',
      'waits for a second person: have that decided or withdrawn first',
    )
  if (of.refundNo !== '' && ALLOWED[of.kind].includes(action))
    throw refuse(
      'refund_under_way',
      `的退款 ${of.refundNo} 尚未完成：退款成功后自动结案`,
      `has a refund under way (${of.refundNo}): its success ends it`,
    )
  throw refuse(
    'action_not_allowed',
    `的类型或状态不允许“${ACTIONS[action].zh}”`,
    `is of a kind or in a state that does not allow "${ACTIONS[action].en}"`,
  )
}

export type Weighed = Pick<Standing, 'difference' | 'byCurrency' | 'amount'>

/**
 * Why a second person must agree; null: nobody must. `confirmAbove`: of the rules, minor units; null: there is no such amount. Asked of what ends or
 * changes a place.
 */
export function reviewReason(
  action: Resolving | 'match' | 'unmatch',
  of: Weighed,
  confirmAbove: number | null,
): Meaning | null {
  if (action === 'write_off' || action === 'force_close')
    return { zh: `${ACTIONS[action].zh}一律复核`, en: `"${ACTIONS[action].en}" always needs a second person` }
  const differs = of.difference !== 0 || Object.values(of.byCurrency ?? {}).some(each => each !== 0)
  if (action !== 'unmatch' && differs) return { zh: '差额不为零', en: 'There is a difference' }
  if (confirmAbove !== null && of.amount > confirmAbove)
    return { zh: '金额超过规则的复核金额', en: 'Above the amount that the rules let one person decide' }
  return null
}

const WAIT_DAYS_AT_MOST = 31

/** Throws wait_until_wrong. */
export function checkWait(until: Date, at: Date): void {
  const days = (until.getTime() - at.getTime()) / 86_400_000
  if (days > 0 && days <= WAIT_DAYS_AT_MOST) return
  throw new Failure(
    'wait_until_wrong',
    {
      zh: `等待时间应在此刻之后、${WAIT_DAYS_AT_MOST} 天以内`,
      en: `It can wait until a moment within the next ${WAIT_DAYS_AT_MOST} days`,
    },
    { until: until.toISOString() },
  )
}

/** Nobody has dealt with it in time; what waits by somebody's word is not overdue until then. */
export const isOverdue = (
  of: {
    readonly state: State
    readonly kind: DiscrepancyKind
    readonly dueAt: Date | null
    readonly waitsUntil: Date | null
  },
  at: Date,
): boolean =>
  of.state === 'open' &&
  of.kind !== 'in_transit' &&
  of.dueAt !== null &&
  of.dueAt <= at &&
  (of.waitsUntil === null || of.waitsUntil <= at)

export const discrepancyUnknown = (id: number | string): Failure =>
  new Failure(
    'discrepancy_unknown',
    { zh: `没有差错 ${id}`, en: `There is no discrepancy ${id}` },
    { discrepancy_id: String(id) },
  )
