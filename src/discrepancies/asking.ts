import type { Actor } from '../access/actor.ts'
import { SYSTEM } from '../access/actor.ts'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import { askNow } from '../orders/operations.ts'
import { askRefund } from '../refunds/operations.ts'
import { readRefund } from '../refunds/reading.ts'
import { onceAround } from '../system/requests.ts'
import { checkAction, discrepancyUnknown } from './actions.ts'
import { bookRowsOf } from './evidence_store.ts'
import { checkReason, type Discrepancies, type Doing, type Done, lockSeen, mustMay, mustSee } from './operations.ts'
import * as places from './place_store.ts'
import * as store from './store.ts'

/** 补单 and 退还重复支付: what asks a channel, and so cannot be held in one transaction. Both are safe to repeat. */

/**
 * 补单: the channel has it and ours has not. It is asked; only what it confirms is booked, as any payment is, and the next run matches it.
 * Throws supplement_no_payment, channel_denies, not_permitted, discrepancy_unknown, id_reused, and as `checkAction`.
 */
export async function supplement(app: Discrepancies, actor: Actor, doing: Doing): Promise<Done> {
  mustMay(actor, 'payment.query')
  const x = await mustSee(app.db.pool, actor, doing.discrepancyId)
  const { id, ...body } = doing
  return await onceAround(
    app,
    { id, operation: 'discrepancy_supplement', body, actor: actor.id, at: app.now() },
    async (): Promise<Done> => {
      checkAction(x, 'supplement')
      const paymentNo = await paymentToAsk(app, x)
      const payment = await askNow(app, actor, paymentNo)
      if (payment.state !== 'success') throw channelDenies(x.id, paymentNo, payment.state)
      await app.db.transaction(async tx => {
        await record(tx, app.now(), actor, [
          {
            what: 'discrepancy.supplement',
            object: { kind: 'discrepancy', id: String(x.id) },
            after: { payment_no: paymentNo, payment_state: payment.state },
          },
        ])
        await store.tellChanged(tx, [x.id], [x.dayId])
      })
      return { outcome: 'booked', reviewId: '', refundNo: '' }
    },
  )
}

/** The one payment that a success of theirs names. Throws supplement_no_payment. */
async function paymentToAsk(app: Discrepancies, x: store.Discrepancy): Promise<string> {
  const rows = (await bookRowsOf(app.db.pool, x.id)).filter(row => row.live)
  const numbers = new Set(
    rows
      .filter(row => row.side === 'theirs' && row.kind === 'payment' && row.status === 'success')
      .map(row => row.merchantOrderNo),
  )
  const [number] = numbers
  if (numbers.size === 1 && number) return number
  throw new Failure(
    'supplement_no_payment',
    {
      zh: `差错 ${x.id} 的账单记录没有指明唯一的平台支付单，不能补单：请手工匹配或认可渠道`,
      en: `The lines of discrepancy ${x.id} do not name one payment of ours: match by hand, or accept the channel's record`,
    },
    { discrepancy_id: String(x.id), found: [...numbers] },
  )
}

const channelDenies = (id: number, paymentNo: string, state: string): Failure =>
  new Failure(
    'channel_denies',
    {
      zh: `渠道没有确认支付单 ${paymentNo} 成功，未入账：请稍后再查，或向渠道核实`,
      en: `The channel does not confirm payment ${paymentNo}, so nothing was booked: ask again later, or ask its support`,
    },
    { discrepancy_id: String(id), payment_no: paymentNo, payment_state: state },
  )

/**
 * 退还重复支付: asks for a refund of the surplus payment, with the reviews that refunds need. Its success ends the discrepancy.
 * Throws refund_no_payment, not_permitted, discrepancy_unknown, id_reused, as `checkAction`, and what `askRefund` throws.
 */
export async function refundDuplicate(app: Discrepancies, actor: Actor, doing: Doing): Promise<Done> {
  mustMay(actor, 'refund.ask')
  checkReason('refund_duplicate', doing.reason)
  const seen = await mustSee(app.db.pool, actor, doing.discrepancyId)
  const { id, ...body } = doing
  const done = await onceAround(
    app,
    { id, operation: 'discrepancy_refund', body, actor: actor.id, at: app.now() },
    async (): Promise<Done> => {
      // A refund that was asked for and not noted, as somebody died in between, is asked for again by the same id: it is the same one.
      checkAction(seen, 'refund_duplicate')
      const rows = (await bookRowsOf(app.db.pool, seen.id)).filter(row => row.live)
      const [ours, more] = rows.filter(row => row.side === 'ours' && row.kind === 'payment' && row.status === 'success')
      if (!ours || more) throw refundNoPayment(seen.id)
      const { reason, vouchers } = doing
      const ask = { id, paymentNo: ours.ownNo, amount: ours.amount, reason, vouchers }
      const refund = await askRefund(app, actor, ask)
      await app.db.transaction(async tx => {
        const [x] = await lockSeen(tx, actor, [seen.id])
        if (!x) throw discrepancyUnknown(seen.id)
        await store.setRefund(tx, x.id, refund.refundNo)
        await record(tx, app.now(), actor, [
          {
            what: 'discrepancy.refund_duplicate',
            object: { kind: 'discrepancy', id: String(x.id) },
            after: { refund_no: refund.refundNo, refund_state: refund.state, reason: doing.reason },
          },
        ])
        await store.tellChanged(tx, [x.id], [x.dayId])
      })
      return { outcome: 'refund_asked', reviewId: refund.reviewId, refundNo: refund.refundNo }
    },
  )
  await followRefund(app, doing.discrepancyId)
  return done
}

const refundNoPayment = (id: number): Failure =>
  new Failure(
    'refund_no_payment',
    {
      zh: `差错 ${id} 没有唯一的平台支付可退：请先补单，或由渠道退回`,
      en: `Discrepancy ${id} has no single payment of ours to refund: supplement it first, or have the channel give it back`,
    },
    { discrepancy_id: String(id) },
  )

/** Ends a discrepancy whose refund succeeded; frees one whose refund came to nothing. Gives whether anything changed. */
export async function followRefund(app: Discrepancies, id: number): Promise<boolean> {
  const seen = await store.findDiscrepancy(app.db.pool, id)
  if (seen?.state !== 'open' || seen.refundNo === '') return false
  const refund = await readRefund(app, seen.refundNo)
  const { state } = refund
  if (state !== 'success' && state !== 'failed' && state !== 'refused') return false
  return await app.db.transaction(async tx => {
    const [x] = await store.lockDiscrepancies(tx, [id])
    if (x?.state !== 'open' || x.refundNo !== seen.refundNo) return false
    const at = app.now()
    if (state === 'success') {
      const trueCause = store.thoughtCause(x)
      const { askedBy: by, reason } = refund
      await store.resolve(tx, id, { action: 'refund_duplicate', by, at, reason, trueCause })
      await places.overtakeRuns(tx, await places.openDaysOf(tx, x))
    } else await store.setRefund(tx, id, '')
    await record(tx, at, SYSTEM, [
      {
        what: state === 'success' ? 'discrepancy.refunded' : 'discrepancy.refund_over',
        object: { kind: 'discrepancy', id: String(id) },
        before: { state: x.state, refund_no: x.refundNo },
        after: { state: state === 'success' ? 'resolved' : 'open', refund_state: state },
      },
    ])
    await store.tellChanged(tx, [id], [x.dayId])
    return true
  })
}
