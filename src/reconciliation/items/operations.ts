import type pg from 'pg'
import type { Actor } from '../../access/actor.ts'
import { covers } from '../../access/scope.ts'
import { record } from '../../audit/record.ts'
import { Failure } from '../../kernel/failure.ts'
import { exponentOf, parseDecimal } from '../../kernel/money.ts'
import { tellChanged } from '../../orders/booking_store.ts'
import type { ReviewKind } from '../../reviews/kind.ts'
import { askReview } from '../../reviews/operations.ts'
import { rowRules } from '../../rules/rows.ts'
import { rulesOf } from '../../rules/rules.ts'
import { rulesOn } from '../../rules/store.ts'
import type { App } from '../../system/app.ts'
import { once } from '../../system/requests.ts'
import { decideConfirm, doubtOf, type Item, type ItemState, itemFinal, itemState } from './item.ts'
import * as store from './store.ts'

export type Confirming = Pick<App, 'db' | 'now'>

export type ConfirmAsk = { readonly id: string; readonly paymentNo: string; readonly reason: string }

export type Confirmed = {
  readonly payment_no: string
  readonly state: ItemState | 'awaiting_review'
  /** Of what waits for a second person. */
  readonly review_id: string | null
  /** Of the anomaly report that was written. */
  readonly report: number | null
}

/**
 * 快速确认. Where nothing speaks against the item it is confirmed at once; an anomalous one needs a reason, and an anomaly report is written; above the
 * rules' amount a second person decides. The same again changes nothing.
 * Throws item_unknown, item_final, confirmation_reason_required, review_open_already, id_reused.
 */
export const confirmItem = (app: Confirming, actor: Actor, ask: ConfirmAsk): Promise<Confirmed> =>
  app.db.transaction(tx => {
    const at = app.now()
    return once(tx, { id: ask.id, operation: 'confirm_item', body: ask, actor: actor.id, at }, async () => {
      const item = await seenItem(tx, actor, 'item.confirm', ask.paymentNo)
      const verdict = decideConfirm(item, ask.reason, await thresholdOf(tx, item))
      if (verdict.act === 'same') return answer(item, null, null)
      const reason = verdict.kind === 'anomalous' ? ask.reason.trim() : ''
      if (verdict.act === 'review') {
        await askReview(tx, { id: ask.id, at }, actor, CONFIRMATION, {
          object: { kind: 'payment', id: item.paymentNo },
          facts: [
            { zh: '缴费单', en: 'Order', value: item.orderNo },
            { zh: '渠道', en: 'Channel', value: item.channel },
            { zh: '账期', en: 'Business day', value: item.day },
            { zh: '对账状态', en: 'State', value: itemState(item) },
            { zh: '异常', en: 'Doubt', value: doubtOf(item)?.zh ?? '无 none' },
          ],
          before: null,
          after: { confirmed: verdict.kind },
          payload: { kind: verdict.kind },
          amount: { minor: Math.abs(item.amount), currency: item.currency },
          merchantNo: item.merchantNo,
          channel: item.channel,
          reason: ask.reason.trim() || '大额确认 Large amount',
        })
        return { ...answer(item, null, ask.id), state: 'awaiting_review' as const }
      }
      const report = await confirm(tx, item, verdict.kind, { at, by: actor.id, name: actor.name, reason, reviewId: '' })
      await record(tx, at, actor, [
        {
          what: 'item.confirm',
          object: { kind: 'payment', id: item.paymentNo },
          before: { state: itemState(item) },
          after: { confirmed: verdict.kind, reason, report },
        },
      ])
      return answer(await itemAgain(tx, item.paymentNo), report, null)
    })
  })

/** Takes a confirmation back while the day is open. Throws item_unknown, item_final, item_not_confirmed, id_reused. */
export const undoConfirm = (app: Confirming, actor: Actor, ask: Omit<ConfirmAsk, 'reason'>): Promise<Confirmed> =>
  app.db.transaction(tx => {
    const at = app.now()
    return once(tx, { id: ask.id, operation: 'undo_confirm', body: ask, actor: actor.id, at }, async () => {
      const item = await seenItem(tx, actor, 'item.confirm', ask.paymentNo)
      if (item.final) throw itemFinal(item.paymentNo)
      if (!(await store.undoConfirmation(tx, item, actor.id, at))) throw notConfirmed(item.paymentNo)
      await tellChanged(tx, [item.paymentNo])
      const now = await itemAgain(tx, item.paymentNo)
      await record(tx, at, actor, [
        {
          what: 'item.unconfirm',
          object: { kind: 'payment', id: item.paymentNo },
          before: { state: itemState(item) },
          after: { state: itemState(now) },
        },
      ])
      return answer(now, null, null)
    })
  })

/** What is confirmed above the rules' amount. */
export const CONFIRMATION: ReviewKind = {
  code: 'confirmation',
  name: { zh: '快速确认（大额）', en: 'Confirmation of a large payment' },
  decide: 'item.review',
  see: 'day.read',
  expiresAfterHours: 72,
  needsVoucher: false,
  async basis(tx, paymentNo) {
    const item = await store.findItem(tx, paymentNo)
    return (
      item && {
        state: itemState(item),
        amount: item.amount,
        doubt: doubtOf(item)?.kind ?? '',
        confirmed: item.confirmation !== null,
      }
    )
  },
  async apply(tx, review, ending) {
    const item = await itemAgain(tx, review.object.id)
    const { kind } = review.payload as { kind: 'plain' | 'anomalous' }
    const word = {
      at: ending.at,
      by: review.askedBy,
      name: review.askedName,
      reason: kind === 'plain' ? '' : review.reason,
      reviewId: review.id,
    }
    const report = await confirm(tx, item, kind, word)
    await record(tx, ending.at, ending.who, [
      {
        what: 'item.confirm',
        object: { kind: 'payment', id: item.paymentNo },
        before: { state: itemState(item) },
        after: { confirmed: kind, review: review.id, report },
      },
    ])
    return { payment_no: item.paymentNo, report }
  },
  release: async () => {},
}

async function confirm(
  tx: pg.ClientBase,
  item: Item,
  kind: 'plain' | 'anomalous',
  word: { at: Date; by: string; name: string; reason: string; reviewId: string },
): Promise<number | null> {
  await store.insertConfirmation(tx, item, { ...word, kind })
  await tellChanged(tx, [item.paymentNo])
  const doubt = doubtOf(item)
  return kind === 'anomalous' && doubt ? await store.insertAnomalyReport(tx, item, doubt, word) : null
}

/** An item that the actor may see; else it is as unknown as one that is not there. */
export async function seenItem(
  db: pg.Pool | pg.ClientBase,
  actor: Actor,
  permission: string,
  paymentNo: string,
): Promise<Item> {
  const item = await store.findItem(db, paymentNo)
  if (!item || !covers(actor.scopeOf(permission), { merchant: item.merchantNo, channel: item.channel }))
    throw unknown(paymentNo)
  return item
}

const itemAgain = async (tx: pg.ClientBase, paymentNo: string): Promise<Item> => {
  const item = await store.findItem(tx, paymentNo)
  if (!item) throw unknown(paymentNo)
  return item
}

/** Whether its confirmation is for a second person to agree to: its amount is above the rules’ `confirm_above`. */
export async function needsSecond(db: pg.Pool | pg.ClientBase, item: Item): Promise<boolean> {
  const threshold = await thresholdOf(db, item)
  return threshold !== null && Math.abs(item.amount) > threshold
}

async function thresholdOf(tx: pg.Pool | pg.ClientBase, item: Item): Promise<number | null> {
  const { rules } = await rulesOn(tx, item.day)
  const { confirmAbove } = rowRules(rulesOf(rules, item.channel), {
    merchant: item.merchantNo,
    feeItem: item.feeItemId,
  })
  return confirmAbove === null ? null : parseDecimal(confirmAbove, exponentOf(item.currency))
}

const answer = (item: Item, report: number | null, reviewId: string | null): Confirmed => ({
  payment_no: item.paymentNo,
  state: itemState(item),
  review_id: reviewId,
  report,
})

const unknown = (paymentNo: string): Failure =>
  new Failure(
    'item_unknown',
    { zh: `没有已缴费项目 ${paymentNo}`, en: `there is no paid item ${paymentNo}` },
    { payment_no: paymentNo },
  )

const notConfirmed = (paymentNo: string): Failure =>
  new Failure(
    'item_not_confirmed',
    { zh: `${paymentNo} 没有被确认过`, en: `${paymentNo} has not been confirmed` },
    { payment_no: paymentNo },
  )
