import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import { permissionsOf } from '../access/actor_of_grants.ts'
import { notPermitted } from '../access/refusals.ts'
import { covers } from '../access/scope.ts'
import { findByLogin, rolesHeld } from '../access/store.ts'
import { record } from '../audit/record.ts'
import { checkKnown } from '../causes/cause.ts'
import { addedCauses } from '../causes/store.ts'
import { addDays } from '../kernel/business_day.ts'
import { Failure } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import { ruleAmount } from '../matching/pool.ts'
import type { Paying } from '../orders/paying.ts'
import { openDay } from '../reconciliation/days/run.ts'
import { askReview } from '../reviews/operations.ts'
import { takeVouchers } from '../reviews/voucher_operations.ts'
import { rowRules } from '../rules/rows.ts'
import { rulesOf } from '../rules/rules.ts'
import { rulesOn } from '../rules/store.ts'
import { type Json, once } from '../system/requests.ts'
import {
  ACTIONS,
  type Action,
  checkAction,
  checkWait,
  discrepancyUnknown,
  isResolving,
  reviewReason,
} from './actions.ts'
import type { Outcome } from './api.ts'
import * as places from './place_store.ts'
import { DISCREPANCY, objectOf, type Payload } from './reviews.ts'
import * as store from './store.ts'

/** What people do about one discrepancy. Matching by hand takes several: `match_operations.ts`; what asks channels: `asking.ts`. */

export type Discrepancies = Paying

export const VOUCHER_USE = 'discrepancy'

export type Doing = {
  readonly id: string
  readonly discrepancyId: number
  readonly action: Exclude<Action, 'match'>
  readonly reason: string
  readonly until?: Date | undefined
  /** A log-in name. */
  readonly owner?: string | undefined
  /** '' : the likely one. */
  readonly trueCause: string
  readonly vouchers: readonly string[]
}

export type Done = { readonly outcome: Outcome; readonly reviewId: string; readonly refundNo: string }
const DONE: Done = { outcome: 'done', reviewId: '', refundNo: '' }

const NEEDS_REASON: ReadonlySet<Action> = new Set([
  'wait',
  'transfer',
  'accept_platform',
  'accept_channel',
  'write_off',
  'force_close',
  'refund_duplicate',
  'reopen',
])

/** Throws reason_missing. */
export function checkReason(action: Action, reason: string): void {
  if (!NEEDS_REASON.has(action) || reason.trim() !== '') return
  throw new Failure(
    'reason_missing',
    { zh: `“${ACTIONS[action].zh}”请写明理由`, en: `Say why: "${ACTIONS[action].en}" needs a reason` },
    { field: 'reason', action },
  )
}

/** One that the actor may act on, locked with the places of its account; any other is unknown. */
export async function lockSeen(tx: pg.ClientBase, actor: Actor, ids: readonly number[]): Promise<store.Discrepancy[]> {
  const found = await store.lockDiscrepancies(tx, ids)
  const scope = actor.scopeOf('discrepancy.handle')
  for (const id of ids) {
    const x = found.find(each => each.id === id)
    if (!x || !covers(scope, x)) throw discrepancyUnknown(id)
  }
  return found
}

/** One that the actor may act on, as it stands; any other is unknown. Before anything is locked. */
export async function mustSee(db: pg.Pool | pg.ClientBase, actor: Actor, id: number): Promise<store.Discrepancy> {
  const x = await store.findDiscrepancy(db, id)
  if (!x || !covers(actor.scopeOf('discrepancy.handle'), x)) throw discrepancyUnknown(id)
  return x
}

/**
 * Does it, once for one id, or asks a second person. Throws discrepancy_unknown, reason_missing, cause_unknown, wait_until_wrong, assignee_unknown,
 * assignee_not_permitted, voucher_unknown, review_open_already, id_reused, and as `checkAction`.
 */
export async function act(app: Discrepancies, actor: Actor, doing: Doing): Promise<Done> {
  const { id, ...asked } = doing
  checkReason(doing.action, doing.reason)
  await mustSee(app.db.pool, actor, doing.discrepancyId)
  const at = app.now()
  return await app.db.transaction(tx =>
    once(tx, { id, operation: `discrepancy_${doing.action}`, body: asked, actor: actor.id, at }, async () => {
      const [x] = await lockSeen(tx, actor, [doing.discrepancyId])
      if (!x) throw discrepancyUnknown(doing.discrepancyId)
      checkAction(x, doing.action)
      const done = await perform(app, tx, actor, x, doing, at)
      await store.tellChanged(tx, [x.id], [x.dayId])
      return done
    }),
  )
}

async function perform(
  app: Discrepancies,
  tx: pg.ClientBase,
  actor: Actor,
  x: store.Discrepancy,
  doing: Doing,
  at: Date,
): Promise<Done> {
  const { action } = doing
  const told = (before: { [name: string]: Json }, after: { [name: string]: Json }) =>
    record(tx, at, actor, [
      {
        what: `discrepancy.${action}`,
        object: { kind: 'discrepancy', id: String(x.id) },
        before,
        after: { ...after, ...(doing.reason === '' ? {} : { reason: doing.reason }) },
      },
    ])
  if (isResolving(action)) return await end(app, tx, actor, x, { ...doing, action }, at)
  switch (action) {
    case 'take':
    case 'release':
    case 'assign': {
      const owner = action === 'take' ? actor.id : action === 'release' ? '' : await assignee(tx, doing.owner ?? '')
      if (owner === x.owner) return DONE
      await store.setOwner(tx, x.id, owner)
      await told({ owner: x.owner }, { owner })
      return DONE
    }
    case 'wait': {
      const until = doing.until ?? at
      checkWait(until, at)
      await store.setWait(tx, x.id, until, doing.reason)
      await told({ waits_until: x.waitsUntil?.toISOString() ?? null }, { waits_until: until.toISOString() })
      return DONE
    }
    case 'transfer': {
      const day = await nextOpenDay(app, tx, x, at)
      await store.setDay(tx, x.id, day.id, day.closesAt)
      await store.tellChanged(tx, [], [day.id])
      await told({ day: x.day }, { day: day.day })
      return DONE
    }
    case 'reopen': {
      const open = await places.openDaysOf(tx, x)
      await store.reopen(tx, x.id, new Date(at.getTime() + DAY_MS))
      await places.overtakeRuns(tx, open)
      await told({ state: x.state, action: x.action, true_cause: x.trueCause }, { state: 'open' })
      return DONE
    }
    default:
      throw new Error(`${action} is done elsewhere`)
  }
}

const DAY_MS = 86_400_000

/** Ends it, or asks the second person that it needs. */
async function end(
  app: Discrepancies,
  tx: pg.ClientBase,
  actor: Actor,
  x: store.Discrepancy,
  doing: Doing & { readonly action: Exclude<Payload['action'], 'match'> },
  at: Date,
): Promise<Done> {
  const trueCause = doing.trueCause || store.thoughtCause(x)
  if (doing.trueCause !== '') checkKnown(doing.trueCause, await addedCauses(tx))
  await takeVouchers(tx, actor, { kind: VOUCHER_USE, id: String(x.id) }, doing.vouchers)
  const why = reviewReason(doing.action, x, await confirmAbove(tx, x))
  if (why) {
    const reviewId = app.newId()
    const payload: Payload = { action: doing.action, trueCause }
    await askReview(tx, { id: reviewId, at }, actor, DISCREPANCY, {
      object: objectOf([x.id]),
      facts: [
        ...factsOf(x),
        { zh: '处理', en: 'Action', value: actionText(doing.action) },
        { zh: '复核原因', en: 'Why', value: `${why.zh} ${why.en}` },
      ],
      before: { state: x.state },
      after: { state: 'resolved', action: doing.action, true_cause: trueCause },
      payload: payload as unknown as Json,
      ...(x.amount > 0 ? { amount: { minor: x.amount, currency: x.currency } } : {}),
      merchantNo: x.merchant,
      channel: x.channel,
      reason: doing.reason,
      vouchers: doing.vouchers,
    })
    await store.setAsked(tx, [x.id], reviewId, doing.action)
    return { outcome: 'awaiting_review', reviewId, refundNo: '' }
  }
  await store.resolve(tx, x.id, { action: doing.action, by: actor.id, at, reason: doing.reason, trueCause })
  await places.overtakeRuns(tx, await places.openDaysOf(tx, x))
  await record(tx, at, actor, [
    {
      what: `discrepancy.${doing.action}`,
      object: { kind: 'discrepancy', id: String(x.id) },
      before: { state: x.state },
      after: { state: 'resolved', true_cause: trueCause, reason: doing.reason },
    },
  ])
  return DONE
}

export const actionText = (action: Action): string => `${ACTIONS[action].zh} ${ACTIONS[action].en}`

/** What the second person reads of it. */
export const factsOf = (x: store.Discrepancy) => [
  { zh: '差错', en: 'Discrepancy', value: `${x.id} ${x.kind}` },
  { zh: '账期', en: 'Business day', value: `${x.channel}${x.account ? `/${x.account}` : ''} ${x.day}` },
  { zh: '差额', en: 'Difference', value: `${formatMinor(x.difference, x.currency)} ${x.currency}` },
  { zh: '依据', en: 'Evidence', value: `${x.evidence.zh} ${x.evidence.en}` },
]

/** From which amount on the rules of its day want a second person, minor units; null: from none. */
export async function confirmAbove(
  tx: pg.ClientBase,
  {
    businessDate,
    channel,
    merchant,
    currency,
  }: Pick<store.Discrepancy, 'businessDate' | 'channel' | 'merchant' | 'currency'>,
): Promise<number | null> {
  const { rules } = await rulesOn(tx, businessDate)
  return ruleAmount(rowRules(rulesOf(rules, channel), { merchant }).confirmAbove, currency)
}

/** Throws assignee_unknown, assignee_not_permitted. */
async function assignee(tx: pg.ClientBase, login: string): Promise<string> {
  const account = login === '' ? null : await findByLogin(tx, login)
  if (account?.kind !== 'staff' || account.state !== 'active')
    throw new Failure(
      'assignee_unknown',
      { zh: `没有可指派的工作人员“${login}”`, en: `There is nobody named "${login}" to give it to` },
      { owner: login },
    )
  const roles = await rolesHeld(tx, account.id)
  if (!roles.some(role => permissionsOf({ ...role }).includes('discrepancy.handle')))
    throw new Failure(
      'assignee_not_permitted',
      { zh: `${account.name}没有处理差错的权限`, en: `${account.name} may not deal with discrepancies` },
      { owner: login },
    )
  return `staff:${login}`
}

/** The next day of the account that is open, opened now if nobody has heard of it yet. */
async function nextOpenDay(
  app: Discrepancies,
  tx: pg.ClientBase,
  x: store.Discrepancy,
  at: Date,
): Promise<places.OpenDay> {
  const known = (await places.openDaysOf(tx, x)).find(({ day }) => day > x.day)
  if (known) return known
  for (let day = addDays(x.day, 1); ; day = addDays(day, 1)) {
    const found = await openDay(app, { channel: x.channel, account: x.account, day }, await rulesOn(tx, day), at)
    if (found.state !== 'closed') return found
  }
}

export type Commenting = { readonly id: string; readonly discrepancyId: number }

/** A note for colleagues, also on one that is over. Throws discrepancy_unknown, id_reused. */
export async function comment(
  app: Discrepancies,
  actor: Actor,
  { id, discrepancyId, text }: Commenting & { readonly text: string },
): Promise<void> {
  await mustSee(app.db.pool, actor, discrepancyId)
  const at = app.now()
  const body = { discrepancyId, text }
  await app.db.transaction(tx =>
    once(tx, { id, operation: 'comment_discrepancy', body, actor: actor.id, at }, async () => {
      const made = { id: app.newId(), at, by: actor.id, byName: actor.name, text }
      await store.insertComment(tx, app.vault, discrepancyId, made)
      await record(tx, at, actor, [
        {
          what: 'discrepancy.comment',
          object: { kind: 'discrepancy', id: String(discrepancyId) },
          after: { comment: made.id },
        },
      ])
      await store.tellChanged(tx, [discrepancyId], [])
      return { comment: made.id }
    }),
  )
}

/** Vouchers that the actor uploaded. Throws discrepancy_unknown, voucher_unknown, id_reused. */
export async function attach(
  app: Discrepancies,
  actor: Actor,
  { id, discrepancyId, vouchers }: Commenting & { readonly vouchers: readonly string[] },
): Promise<void> {
  await mustSee(app.db.pool, actor, discrepancyId)
  const at = app.now()
  const body = { discrepancyId, vouchers }
  await app.db.transaction(tx =>
    once(tx, { id, operation: 'attach_to_discrepancy', body, actor: actor.id, at }, async () => {
      await takeVouchers(tx, actor, { kind: VOUCHER_USE, id: String(discrepancyId) }, vouchers)
      await record(tx, at, actor, [
        {
          what: 'discrepancy.attach',
          object: { kind: 'discrepancy', id: String(discrepancyId) },
          after: { vouchers: [...vouchers] },
        },
      ])
      await store.tellChanged(tx, [discrepancyId], [])
      return { attached: vouchers.length }
    }),
  )
}

/** Throws not_permitted. */
export function mustMay(actor: Actor, permission: 'payment.query' | 'refund.ask'): void {
  if (!actor.permissions.has(permission)) throw notPermitted(actor.id, permission)
}
