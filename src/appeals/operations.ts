import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import { notPermitted } from '../access/refusals.ts'
import { covers } from '../access/scope.ts'
import { phonesOf } from '../access/store.ts'
import type { Act } from '../audit/act.ts'
import { record } from '../audit/record.ts'
import { maskText } from '../kernel/mask.ts'
import { enqueue } from '../notices/store.ts'
import { discrepanciesOf, discrepancyPlace } from '../orders/discrepancy_place.ts'
import type { Order } from '../orders/order.ts'
import type { Payment } from '../orders/payment.ts'
import { findOrder, findPayment } from '../orders/store.ts'
import { voucherUnknown, WHOLE } from '../reviews/voucher.ts'
import { openUsedVoucher, type VoucherContent } from '../reviews/voucher_operations.ts'
import { vouchersUsed } from '../reviews/voucher_store.ts'
import { once } from '../system/requests.ts'
import type { AppealDetail, AppealList } from './api.ts'
import { type Appeal, actsOf, appealUnknown, checkOpen, discrepancyUnknown, type Verdict } from './appeal.ts'
import { answeredMessages } from './messages.ts'
import { type Appealing, VOUCHER_USE } from './own_operations.ts'
import * as store from './store.ts'
import { appealDetail, appealView } from './views.ts'

/** What the staff does about appeals. */

const placeOf = ({ merchantNo, channel }: Appeal) => ({ merchant: merchantNo, channel })

/** Those within his scope; see `store.listAppeals` for the order. */
export async function readAppeals(app: Appealing, actor: Actor, filter: store.AppealFilter): Promise<AppealList> {
  const scope = actor.scopeOf('appeal.read')
  const found = await store.listAppeals(app.db.pool, app.vault, scope, { ...filter, limit: filter.limit + 1 })
  const appeals = found.slice(0, filter.limit)
  const last = found.length > filter.limit ? appeals.at(-1) : undefined
  const vouchers = await vouchersUsed(
    app.db.pool,
    VOUCHER_USE,
    appeals.map(({ id }) => id),
  )
  const at = app.now()
  return {
    appeals: appeals.map(appeal => appealView(appeal, vouchers.get(appeal.id) ?? [], actor, at)),
    next: last ? `${last.dueAt.getTime()}_${last.id}` : null,
  }
}

/** With what stands behind it: the payment now, its discrepancies, comments, and what the reader can do. Throws appeal_unknown. */
export async function readAppeal(app: Appealing, actor: Actor, id: string): Promise<AppealDetail> {
  const appeal = await store.findAppeal(app.db.pool, app.vault, id)
  if (!appeal || !covers(actor.scopeOf('appeal.read'), placeOf(appeal))) throw appealUnknown(id)
  const { orderNo, paymentNo } = appeal
  const { pool } = app.db
  const [payment, order, reconciled, discrepancies, comments, vouchers] = await Promise.all([
    findPayment(pool, app.vault, paymentNo),
    findOrder(pool, app.vault, orderNo),
    store.isReconciled(pool, orderNo, paymentNo),
    discrepanciesOf(pool, orderNo, paymentNo),
    store.commentsOf(pool, app.vault, id),
    vouchersUsed(pool, VOUCHER_USE, [id]),
  ])
  const may = (permission: 'appeal.handle' | 'payment.query'): boolean =>
    actor.permissions.has(permission) && covers(actor.scopeOf(permission), placeOf(appeal))
  const who = { id: actor.id, mayHandle: may('appeal.handle'), mayQuery: may('payment.query') }
  return appealDetail(appeal, vouchers.get(id) ?? [], actor, app.now(), {
    payment: payment as Payment,
    order: order as Order,
    reconciled,
    discrepancies,
    comments,
    acts: actsOf(appeal, who, (payment as Payment).state),
  })
}

/** What somebody does about one appeal. */
export type Doing = { readonly id: string; readonly appealId: string }

/** Under the appeal's lock, once for one id; the answer is the appeal as it stands then. */
async function onAppeal(
  app: Appealing,
  actor: Actor,
  operation: string,
  { id, ...asked }: Doing,
  work: (tx: pg.ClientBase, appeal: Appeal, at: Date) => Promise<Act | null>,
): Promise<AppealDetail> {
  await app.db.transaction(async tx => {
    const at = app.now()
    const body = { ...asked, by: actor.id }
    return await once(tx, { id, operation, body, actor: actor.id, at }, async () => {
      const appeal = await store.lockAppeal(tx, app.vault, asked.appealId)
      if (!appeal || !covers(actor.scopeOf('appeal.handle'), placeOf(appeal))) throw appealUnknown(asked.appealId)
      checkOpen(appeal)
      const act = await work(tx, appeal, at)
      if (act) {
        await record(tx, at, actor, [act])
        await store.tellAppealChanged(tx, [appeal.id])
      }
      // What people wrote is sealed, so it is no answer to keep.
      return { appeal_id: appeal.id }
    })
  })
  return await readAppeal(app, actor, asked.appealId)
}

const objectOf = ({ id }: Appeal) => ({ kind: 'appeal', id })

/** He works on it from now on, whoever did before. Throws appeal_unknown, appeal_closed_already, id_reused. */
export const takeAppeal = (app: Appealing, actor: Actor, doing: Doing): Promise<AppealDetail> =>
  onAppeal(app, actor, 'take_appeal', doing, async (tx, appeal) => {
    if (appeal.owner === actor.id) return null
    await store.setOwner(tx, appeal.id, actor.id, actor.name)
    return {
      what: 'appeal.take',
      object: objectOf(appeal),
      before: { owner: appeal.owner },
      after: { owner: actor.id },
    }
  })

/** Nobody works on it any more. Throws as `takeAppeal`. */
export const releaseAppeal = (app: Appealing, actor: Actor, doing: Doing): Promise<AppealDetail> =>
  onAppeal(app, actor, 'release_appeal', doing, async (tx, appeal) => {
    if (appeal.owner === '') return null
    await store.setOwner(tx, appeal.id, '', '')
    return { what: 'appeal.release', object: objectOf(appeal), before: { owner: appeal.owner }, after: { owner: '' } }
  })

/** For the staff only. Throws as `takeAppeal`. */
export const commentAppeal = (
  app: Appealing,
  actor: Actor,
  doing: Doing & { readonly text: string },
): Promise<AppealDetail> =>
  onAppeal(app, actor, 'comment_appeal', doing, async (tx, appeal, at) => {
    const comment = { id: app.newId(), at, by: actor.id, byName: actor.name, text: doing.text }
    await store.insertComment(tx, app.vault, appeal.id, comment)
    return { what: 'appeal.comment', object: objectOf(appeal), after: { comment: comment.id } }
  })

/** Names the discrepancy that stands behind it; null takes the name away. Throws as `takeAppeal`, and discrepancy_unknown. */
export const linkAppeal = (
  app: Appealing,
  actor: Actor,
  doing: Doing & { readonly discrepancyId: string | null },
): Promise<AppealDetail> =>
  onAppeal(app, actor, 'link_appeal', doing, async (tx, appeal) => {
    const { discrepancyId } = doing
    if (discrepancyId !== null) {
      const place = await discrepancyPlace(tx, Number(discrepancyId))
      if (!place || !covers(actor.scopeOf('appeal.handle'), place)) throw discrepancyUnknown(discrepancyId)
    }
    if (appeal.discrepancyId === discrepancyId) return null
    await store.setDiscrepancy(tx, appeal.id, discrepancyId)
    return {
      what: 'appeal.link',
      object: objectOf(appeal),
      before: { discrepancy_id: appeal.discrepancyId },
      after: { discrepancy_id: discrepancyId },
    }
  })

/** The payer has his answer, and is told. Throws as `takeAppeal`. */
export const answerAppeal = (
  app: Appealing,
  actor: Actor,
  doing: Doing & { readonly verdict: Verdict; readonly answer: string },
): Promise<AppealDetail> =>
  onAppeal(app, actor, 'answer_appeal', doing, async (tx, appeal, at) => {
    const { verdict, answer } = doing
    if (appeal.owner === '') await store.setOwner(tx, appeal.id, actor.id, actor.name)
    const ending = { state: 'answered', by: actor.id, name: actor.name, verdict, answer } as const
    await store.endAppeals(tx, app.vault, [{ ...ending, id: appeal.id, at }])
    const phones = await phonesOf(tx, app.vault, [appeal.accountId])
    await enqueue(tx, app.vault, answeredMessages(appeal, phones.get(appeal.accountId), { verdict, answer }), at)
    return {
      what: 'appeal.answer',
      object: objectOf(appeal),
      before: { state: appeal.state },
      after: { state: 'answered', verdict, answer: maskText(answer) },
    }
  })

/** A voucher of the appeal's: for whoever works on it or may see names whole. Throws appeal_unknown, voucher_unknown, not_permitted. */
export async function readAppealVoucher(
  app: Appealing,
  actor: Actor,
  { appealId, voucherId }: { readonly appealId: string; readonly voucherId: string },
): Promise<VoucherContent> {
  const appeal = await store.findAppeal(app.db.pool, app.vault, appealId)
  if (!appeal || !covers(actor.scopeOf('appeal.read'), placeOf(appeal))) throw appealUnknown(appealId)
  if (appeal.owner !== actor.id && !actor.permissions.has(WHOLE)) throw notPermitted(actor.id, WHOLE)
  const vouchers = (await vouchersUsed(app.db.pool, VOUCHER_USE, [appealId])).get(appealId) ?? []
  if (!vouchers.some(({ id }) => id === voucherId)) throw voucherUnknown(voucherId)
  return await openUsedVoucher(app, actor, voucherId)
}
