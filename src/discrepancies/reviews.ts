import type pg from 'pg'
import { record } from '../audit/record.ts'
import { lockDay } from '../reconciliation/days/day_store.ts'
import type { Ending, ReviewKind } from '../reviews/kind.ts'
import type { Review } from '../reviews/review.ts'
import type { Json } from '../system/requests.ts'
import { isResolving, type Resolving } from './actions.ts'
import { matchByHand, takeApart } from './matching.ts'
import * as places from './place_store.ts'
import * as store from './store.ts'

/** What a second person decides about discrepancies. Approved is done, in the transaction of the approval. */

const WEEK = 7 * 24

/** What is asked about one discrepancy, or about a match of rows of several. */
export type Payload =
  | { readonly action: Resolving; readonly trueCause: string }
  | {
      readonly action: 'match'
      readonly trueCause: string
      readonly rows: readonly { readonly side: 'ours' | 'theirs'; readonly orderNo: string; readonly id: number }[]
    }

/** The object of a question: one discrepancy, or those whose rows are to be matched. */
export const objectOf = (ids: readonly number[]) => ({
  kind: ids.length === 1 ? 'discrepancy' : 'discrepancies',
  id: [...ids].sort((a, b) => a - b).join(','),
})
const idsOf = (objectId: string): number[] => objectId.split(',').map(Number)

export const DISCREPANCY: ReviewKind = {
  code: 'discrepancy',
  name: { zh: '差错处理', en: 'Dealing with a discrepancy' },
  decide: 'discrepancy.review',
  see: 'discrepancy.read',
  expiresAfterHours: WEEK,
  needsVoucher: false,
  async basis(tx, objectId) {
    const found = await store.lockDiscrepancies(tx, idsOf(objectId))
    const rows = await places.rowsOf(
      tx,
      found.map(({ id }) => id),
    )
    return found.map(x => ({
      id: x.id,
      state: x.state,
      kind: x.kind,
      difference: x.difference,
      amount: x.amount,
      rows: rows
        .filter(row => row.discrepancyId === x.id)
        .map(row => `${row.side} ${row.orderNo} ${row.id} ${row.moved}`),
    }))
  },
  async apply(tx, review, ending) {
    const payload = review.payload as unknown as Payload
    const found = await store.lockDiscrepancies(tx, idsOf(review.object.id))
    const hand = { by: review.askedBy, at: ending.at, reason: review.reason, trueCause: payload.trueCause }
    if (payload.action === 'match') {
      const group = await matchByHand(tx, found, payload.rows, hand)
      await finish(tx, found, review, ending, { action: 'match', match_group: group })
      return { match_group: group }
    }
    const [x] = found
    if (!x || !isResolving(payload.action)) throw new Error(`review ${review.id} is about nothing`)
    await store.resolve(tx, x.id, { ...hand, action: payload.action })
    await places.overtakeRuns(tx, await places.openDaysOf(tx, x))
    await finish(tx, found, review, ending, { action: payload.action, true_cause: payload.trueCause })
    return { discrepancy_id: x.id, action: payload.action }
  },
  async release(tx, review) {
    const ids = idsOf(review.object.id)
    const asked = (await store.lockDiscrepancies(tx, ids)).filter(x => x.reviewId === review.id)
    await store.setAsked(
      tx,
      asked.map(({ id }) => id),
      '',
      '',
    )
    await store.tellChanged(tx, ids, [])
  },
}

async function finish(
  tx: pg.ClientBase,
  found: readonly store.Discrepancy[],
  review: Review,
  ending: Ending,
  after: { readonly [name: string]: Json },
): Promise<void> {
  await record(
    tx,
    ending.at,
    ending.who,
    found.map(({ id, state }) => ({
      what: `discrepancy.${after.action}`,
      object: { kind: 'discrepancy', id: String(id) },
      before: { state },
      after: { ...after, asked_by: review.askedBy, review: review.id, reason: review.reason },
    })),
  )
  await store.tellChanged(
    tx,
    found.map(({ id }) => id),
    found.map(({ dayId }) => dayId),
  )
}

// --- taking a large match apart -----------------------------------------------------------------------------------------------

/** `group:12`, `link:ORDER:77`. */
export const matchName = (ref: places.MatchRef): string =>
  ref.kind === 'group' ? `group:${ref.id}` : `link:${ref.orderNo}:${ref.id}`

function matchRef(name: string): places.MatchRef {
  const [, kind, orderNo = '', id] = /^(group|link):(?:(.*):)?(\d+)$/.exec(name) ?? []
  return kind === 'group' ? { kind, id: Number(id) } : { kind: 'link', orderNo, id: Number(id) }
}

/** Locks the places of the match's account and gives it as it stands then. */
export async function lockMatch(tx: pg.ClientBase, ref: places.MatchRef): Promise<places.StandingMatch | null> {
  const seen = await places.findMatch(tx, ref)
  if (!seen) return null
  await lockDay(tx, seen.dayId)
  return await places.findMatch(tx, ref)
}

export const UNMATCH: ReviewKind = {
  code: 'unmatch',
  name: { zh: '拆开匹配', en: 'Taking a match apart' },
  decide: 'discrepancy.review',
  see: 'discrepancy.read',
  expiresAfterHours: WEEK,
  needsVoucher: false,
  async basis(tx, objectId) {
    const match = await lockMatch(tx, matchRef(objectId))
    return (
      match && {
        run: match.run,
        confirmed: match.confirmed,
        rows: match.rows.map(row => `${row.side} ${row.orderNo} ${row.id} ${row.dayClosed}`),
      }
    )
  },
  async apply(tx, review, ending) {
    const ref = matchRef(review.object.id)
    const match = await lockMatch(tx, ref)
    if (!match) throw new Error(`review ${review.id} is about a match that is gone`)
    const ids = await takeApart(tx, ref, match, {
      by: review.askedBy,
      at: ending.at,
      reason: review.reason,
      trueCause: '',
      owner: review.askedBy,
    })
    await recordUnmatch(tx, ending.at, ending.who, ref, match, ids, review.reason)
    return { discrepancies: ids }
  },
  release: async () => {},
}

export async function recordUnmatch(
  tx: pg.ClientBase,
  at: Date,
  who: Ending['who'],
  ref: places.MatchRef,
  match: places.StandingMatch,
  ids: readonly number[],
  reason: string,
): Promise<void> {
  await record(tx, at, who, [
    {
      what: 'match.undo',
      object: { kind: 'match', id: matchName(ref) },
      before: { pass: match.pass, difference: match.difference, made_by: match.madeBy, rows: match.rows.length },
      after: { discrepancies: [...ids], reason },
    },
    ...ids.map(id => ({
      what: 'discrepancy.open',
      object: { kind: 'discrepancy', id: String(id) },
      after: { match: matchName(ref), reason },
    })),
  ])
  await store.tellChanged(tx, ids, [match.dayId])
}
