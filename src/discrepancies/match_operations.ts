import type { Actor } from '../access/actor.ts'
import { covers } from '../access/scope.ts'
import { record } from '../audit/record.ts'
import { checkKnown } from '../causes/cause.ts'
import { addedCauses } from '../causes/store.ts'
import { Failure } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import type { RowKey } from '../reconciliation/days/day.ts'
import { dayById } from '../reconciliation/days/day_store.ts'
import { askReview } from '../reviews/operations.ts'
import { takeVouchers } from '../reviews/voucher_operations.ts'
import { type Json, once } from '../system/requests.ts'
import { checkAction, reviewReason } from './actions.ts'
import type { MatchAnswer, UnmatchAnswer } from './api.ts'
import { matchOfNumber } from './evidence_store.ts'
import { checkUnmatch, matchByHand, takeApart, weighMatch } from './matching.ts'
import { actionText, confirmAbove, type Discrepancies, factsOf, lockSeen, mustSee, VOUCHER_USE } from './operations.ts'
import * as places from './place_store.ts'
import { DISCREPANCY, lockMatch, matchName, objectOf, type Payload, recordUnmatch, UNMATCH } from './reviews.ts'
import * as store from './store.ts'

/** 手工匹配 and 拆开, as people ask for them. */

export type Matching = {
  readonly id: string
  /** All of their rows. */
  readonly discrepancies: readonly number[]
  readonly rows: readonly RowKey[]
  readonly reason: string
  /** '' : the likely ones. */
  readonly trueCause: string
  readonly vouchers: readonly string[]
}

/**
 * Matches rows of open discrepancies of one account; with a difference, or above the rules' amount, when a second person agrees.
 * Throws discrepancy_unknown, cause_unknown, voucher_unknown, review_open_already, id_reused, no_open_day, and as `checkAction` and `weighMatch`.
 */
export async function matchRows(app: Discrepancies, actor: Actor, ask: Matching): Promise<MatchAnswer> {
  const { id, ...body } = ask
  for (const each of ask.discrepancies) await mustSee(app.db.pool, actor, each)
  const at = app.now()
  return await app.db.transaction(tx =>
    once(tx, { id, operation: 'match_by_hand', body, actor: actor.id, at }, async (): Promise<MatchAnswer> => {
      // Single rows tell their discrepancies; what moves meanwhile is found under the lock.
      const named = (await places.openRows(tx, ask.rows)).map(row => row.discrepancyId)
      const ids = [...new Set([...ask.discrepancies, ...named])].sort((a, b) => a - b)
      const found = await lockSeen(tx, actor, ids)
      for (const x of found) checkAction(x, 'match')
      const whole = await places.rowsOf(tx, ask.discrepancies)
      const keys = distinct([...whole, ...ask.rows])
      const rows = (await places.openRows(tx, keys)).filter(row => ids.includes(row.discrepancyId))
      const weighed = weighMatch(keys, rows, found)
      if (ask.trueCause !== '') checkKnown(ask.trueCause, await addedCauses(tx))
      for (const x of found) await takeVouchers(tx, actor, { kind: VOUCHER_USE, id: String(x.id) }, ask.vouchers)
      const [first] = found
      if (!first) throw new Error('rows that are open stand in discrepancies')
      const why = reviewReason('match', weighed, await confirmAbove(tx, first))
      const difference = formatMinor(weighed.difference, weighed.currency)
      const answer = { difference, currency: weighed.currency }
      if (why) {
        const reviewId = app.newId()
        const payload: Payload = { action: 'match', trueCause: ask.trueCause, rows: keys }
        await askReview(tx, { id: reviewId, at }, actor, DISCREPANCY, {
          object: objectOf(ids),
          facts: [
            ...found.slice(0, FACTS_OF).flatMap(factsOf),
            { zh: '处理', en: 'Action', value: actionText('match') },
            { zh: '匹配后差额', en: 'Difference of the match', value: `${difference} ${weighed.currency}` },
            { zh: '复核原因', en: 'Why', value: `${why.zh} ${why.en}` },
          ],
          after: { rows: rows.length, difference: weighed.difference },
          payload: payload as unknown as Json,
          ...(weighed.amount > 0 ? { amount: { minor: weighed.amount, currency: weighed.currency } } : {}),
          merchantNo: new Set(found.map(({ merchant }) => merchant)).size === 1 ? first.merchant : '',
          channel: first.channel,
          reason: ask.reason,
          vouchers: ask.vouchers,
        })
        await store.setAsked(tx, ids, reviewId, 'match')
        await store.tellChanged(tx, ids, [])
        return { ...answer, outcome: 'awaiting_review', review_id: reviewId, match_group: '' }
      }
      const hand = { by: actor.id, at, reason: ask.reason, trueCause: ask.trueCause }
      const group = await matchByHand(tx, found, keys, hand)
      await record(
        tx,
        at,
        actor,
        found.map(x => ({
          what: 'discrepancy.match',
          object: { kind: 'discrepancy', id: String(x.id) },
          before: { state: x.state },
          after: { match_group: group, difference: weighed.difference, reason: ask.reason },
        })),
      )
      await store.tellChanged(
        tx,
        ids,
        found.map(({ dayId }) => dayId),
      )
      return { ...answer, outcome: 'done', review_id: '', match_group: String(group) }
    }),
  )
}

const FACTS_OF = 5

function distinct(keys: readonly RowKey[]): RowKey[] {
  const seen = new Map(keys.map(({ side, orderNo, id }) => [`${side} ${orderNo} ${id}`, { side, orderNo, id }]))
  return [...seen.values()]
}

export type Unmatching = {
  readonly id: string
  readonly group: number | null
  readonly orderNo: string
  readonly paymentNo: string
  readonly reason: string
  readonly vouchers: readonly string[]
}

/**
 * Takes a match of an open day apart; its rows become discrepancies. Above the rules' amount a second person must agree.
 * Throws match_unknown, voucher_unknown, review_open_already, id_reused, and as `checkUnmatch`.
 */
export async function unmatch(app: Discrepancies, actor: Actor, ask: Unmatching): Promise<UnmatchAnswer> {
  const { id, ...body } = ask
  const at = app.now()
  return await app.db.transaction(tx =>
    once(tx, { id, operation: 'unmatch', body, actor: actor.id, at }, async (): Promise<UnmatchAnswer> => {
      const ref = await refOf(tx, ask)
      const match = ref && (await lockMatch(tx, ref))
      if (!ref || !match || !covers(actor.scopeOf('discrepancy.handle'), match)) throw matchUnknown(ask)
      checkUnmatch(match, (await dayById(tx, match.dayId))?.state === 'closed')
      const [first] = match.rows
      if (!first) throw matchUnknown(ask)
      const day = (await dayById(tx, match.dayId))?.day ?? ''
      const amount = Math.max(...match.rows.map(row => row.amount))
      const above = await confirmAbove(tx, { ...match, businessDate: day, currency: first.currency })
      const why = reviewReason('unmatch', { difference: match.difference, byCurrency: null, amount }, above)
      if (why) {
        const reviewId = app.newId()
        await askReview(tx, { id: reviewId, at }, actor, UNMATCH, {
          object: { kind: 'match', id: matchName(ref) },
          facts: [
            {
              zh: '账期',
              en: 'Business day',
              value: `${match.channel}${match.account ? `/${match.account}` : ''} ${day}`,
            },
            { zh: '记录数', en: 'Rows', value: String(match.rows.length) },
            { zh: '匹配依据', en: 'Matched by', value: match.pass },
            { zh: '复核原因', en: 'Why', value: `${why.zh} ${why.en}` },
          ],
          amount: { minor: amount, currency: first.currency },
          merchantNo: match.merchant,
          channel: match.channel,
          reason: ask.reason,
          vouchers: ask.vouchers,
        })
        return { outcome: 'awaiting_review', review_id: reviewId, discrepancies: [] }
      }
      const hand = { by: actor.id, at, reason: ask.reason, trueCause: '', owner: actor.id }
      const made = await takeApart(tx, ref, match, hand)
      for (const each of made) await takeVouchers(tx, actor, { kind: VOUCHER_USE, id: String(each) }, ask.vouchers)
      await recordUnmatch(tx, at, actor, ref, match, made, ask.reason)
      return { outcome: 'done', review_id: '', discrepancies: made.map(String) }
    }),
  )
}

async function refOf(tx: Parameters<typeof lockMatch>[0], ask: Unmatching): Promise<places.MatchRef | null> {
  if (ask.group !== null) return { kind: 'group', id: ask.group }
  const found = await matchOfNumber(tx, ask)
  if (!found) return null
  return found.group === null
    ? { kind: 'link', orderNo: ask.orderNo, id: found.id }
    : { kind: 'group', id: found.group }
}

const matchUnknown = ({ group, orderNo, paymentNo }: Unmatching): Failure =>
  new Failure(
    'match_unknown',
    {
      zh: '没有这组匹配：请给出 match_group，或 order_no 和 payment_no',
      en: 'There is no such match: give match_group, or order_no and payment_no',
    },
    { match_group: group === null ? null : String(group), order_no: orderNo, payment_no: paymentNo },
  )
