import type { Actor } from '../../access/actor.ts'
import { covers } from '../../access/scope.ts'
import { record } from '../../audit/record.ts'
import type { Day } from '../../kernel/business_day.ts'
import { Failure } from '../../kernel/failure.ts'
import { instantText } from '../../kernel/instant_text.ts'
import { formatMinor } from '../../kernel/money.ts'
import { askReview } from '../../reviews/operations.ts'
import type { App } from '../../system/app.ts'
import { pageUnknown } from '../../system/page_unknown.ts'
import { once } from '../../system/requests.ts'
import { SETTLEMENT_ACCEPTANCE } from './acceptance.ts'
import type {
  AcceptAsk,
  CommentAsk,
  CreditList,
  CreditQuery,
  SettlementDetail,
  SettlementList,
  SettlementQuery,
} from './api.ts'
import { commentsOf, insertComment } from './comment_store.ts'
import { creditsOfPayout, listCredits } from './payout_store.ts'
import * as store from './settlement_store.ts'
import { creditView, isOpen, settlementView, stillAccepted } from './views.ts'

/** What people do about settlements. */

const LIMIT = 100

/** An account's money is that of all its merchants. */
const placeOf = ({ channel }: store.Settlement) => ({ merchant: '', channel })

/** Within his scope, newest first. Throws page_unknown. */
export async function readSettlements(app: App, actor: Actor, query: SettlementQuery): Promise<SettlementList> {
  const { limit = LIMIT, after, ...filter } = query
  const found = await store.listSettlements(app.db.pool, actor.scopeOf('day.read'), {
    ...{ ...filter, after: after === undefined ? undefined : readPlace(after), limit: limit + 1 },
  })
  const settlements = found.slice(0, limit)
  const last = found.length > limit ? settlements.at(-1) : undefined
  return { settlements: settlements.map(settlementView), next: last ? `${last.day}_${last.id}` : null }
}

/** With the credits that pay it and what people said. Throws settlement_unknown. */
export async function readSettlement(app: App, actor: Actor, id: number): Promise<SettlementDetail> {
  const settlement = await store.findSettlement(app.db.pool, id)
  if (!settlement || !covers(actor.scopeOf('day.read'), placeOf(settlement))) throw settlementUnknown(id)
  const { payoutId } = settlement
  const [credits, days, comments] = await Promise.all([
    payoutId === null ? [] : creditsOfPayout(app.db.pool, payoutId),
    payoutId === null ? [] : store.daysOfPayout(app.db.pool, payoutId),
    commentsOf(app.db.pool, app.vault, id),
  ])
  return {
    ...settlementView(settlement),
    credits: credits.map(creditView),
    pays_days: days,
    comments: comments.map(({ at, byName, text }) => ({ at: instantText(at), by: byName, text })),
  }
}

/** Payouts as the bank's statements have them, newest first. Throws page_unknown. */
export async function readCredits(app: App, actor: Actor, query: CreditQuery): Promise<CreditList> {
  const { limit = LIMIT, after, ...filter } = query
  const found = await listCredits(app.db.pool, actor.scopeOf('day.read'), {
    ...{ ...filter, after: after === undefined ? undefined : readPlace(after), limit: limit + 1 },
  })
  const credits = found.slice(0, limit)
  const last = found.length > limit ? credits.at(-1) : undefined
  return { credits: credits.map(creditView), next: last ? `${last.paidOn}_${last.id}` : null }
}

/** Throws settlement_unknown, id_reused. */
export async function commentSettlement(
  app: App,
  actor: Actor,
  settlementId: number,
  { id, text }: CommentAsk,
): Promise<SettlementDetail> {
  const at = app.now()
  await app.db.transaction(tx =>
    once(tx, { id, operation: 'comment_settlement', body: { settlementId, text }, actor: actor.id, at }, async () => {
      const settlement = await store.lockSettlement(tx, settlementId)
      if (!settlement || !covers(actor.scopeOf('discrepancy.handle'), placeOf(settlement)))
        throw settlementUnknown(settlementId)
      const commentId = app.newId()
      await insertComment(tx, app.vault, settlementId, { id: commentId, at, by: actor.id, byName: actor.name, text })
      await record(tx, at, actor, [
        {
          what: 'settlement.comment',
          object: { kind: 'settlement', id: String(settlementId) },
          after: { comment_id: commentId },
        },
      ])
      return { comment_id: commentId }
    }),
  )
  return await readSettlement(app, actor, settlementId)
}

/**
 * Asks a second person to let its differences stand. Throws settlement_unknown, settlement_agrees, review_open_already, voucher_unknown,
 * id_reused.
 */
export async function askAcceptance(
  app: App,
  actor: Actor,
  settlementId: number,
  { id, reason, vouchers = [] }: AcceptAsk,
): Promise<{ review_id: string }> {
  const at = app.now()
  const body = { settlementId, reason, vouchers }
  return await app.db.transaction(tx =>
    once(tx, { id, operation: 'accept_settlement', body, actor: actor.id, at }, async () => {
      const settlement = await store.lockSettlement(tx, settlementId)
      if (!settlement || !covers(actor.scopeOf('discrepancy.handle'), placeOf(settlement)))
        throw settlementUnknown(settlementId)
      if (!isOpen(settlement) || stillAccepted(settlement)) throw settlementAgrees(settlement)
      const reviewId = app.newId()
      await askReview(tx, { id: reviewId, at }, actor, SETTLEMENT_ACCEPTANCE, {
        object: { kind: 'settlement', id: String(settlementId) },
        facts: factsOf(settlement),
        before: { state: settlement.state },
        after: { accepted: settlement.differences.map(({ code, amount }) => ({ code, amount })) },
        channel: settlement.channel,
        reason,
        vouchers,
      })
      return { review_id: reviewId }
    }),
  )
}

const factsOf = (of: store.Settlement) => [
  { zh: '渠道账户', en: 'Account', value: `${of.channel}/${of.account}` },
  { zh: '账期', en: 'Business day', value: of.day },
  { zh: '应到', en: 'Due', value: of.due === null ? '' : `${formatMinor(of.due, of.currency)} ${of.currency}` },
  ...of.differences.map(({ zh, en, amount }) => ({
    zh,
    en,
    value: `${formatMinor(amount, of.currency)} ${of.currency}`,
  })),
]

function readPlace(text: string): { day: Day; id: number } {
  const [day = '', id = ''] = text.split('_')
  if (!Number.isSafeInteger(Number(id)) || Number.isNaN(Date.parse(day))) throw pageUnknown()
  return { day, id: Number(id) }
}

const settlementUnknown = (id: number): Failure =>
  new Failure(
    'settlement_unknown',
    { zh: `没有编号为 ${id} 的结算`, en: `There is no settlement ${id}` },
    { settlement_id: id },
  )

const settlementAgrees = ({ id }: store.Settlement): Failure =>
  new Failure(
    'settlement_agrees',
    {
      zh: `结算 ${id} 没有待接受的差异`,
      en: `Settlement ${id} has no difference that waits to be accepted`,
    },
    { settlement_id: id },
  )
