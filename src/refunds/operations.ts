import type { Actor } from '../access/actor.ts'
import { record } from '../audit/record.ts'
import { businessDayOf } from '../kernel/business_day.ts'
import { Failure } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import { paymentUnknown } from '../orders/book.ts'
import { tellChanged } from '../orders/booking_store.ts'
import { orderUnknown, readPaymentWithin } from '../orders/operations.ts'
import type { Paying } from '../orders/paying.ts'
import { nextQuery, type Payment } from '../orders/payment.ts'
import { bookReversal, holdForRefund, reconciledNumbers } from '../orders/refund_book.ts'
import { refundFacts } from '../orders/refund_review.ts'
import { findPayment, lockOrder, paymentOfOrder } from '../orders/store.ts'
import { askReview } from '../reviews/operations.ts'
import { askDigest, idReused } from '../system/ask_digest.ts'
import { readRefundOf } from './reading.ts'
import { decideRefund, decideReversal, type Refund, type RefundAsk } from './refund.ts'
import { REFUND, REFUND_FINAL } from './reviews.ts'
import { sendRefund } from './sending.ts'
import { findRequest, insertRefund } from './store.ts'

/**
 * Asks for a refund, full or in part. The money is held from here on, so that many refunds at once never exceed what
 * was paid. What needs a second person waits as a review; the others go to the channel at once. The same id again gives the same
 * refund. Throws payment_unknown and what `decideRefund` and `askReview` throw.
 */
export async function askRefund(app: Paying, actor: Actor, ask: RefundAsk): Promise<Refund> {
  await readPaymentWithin(app, actor.scopeOf('refund.ask'), ask.paymentNo)
  const askSm3 = askDigest(ask)
  const asked = await app.db.transaction(async tx => {
    const { order, payment } = await lockPayment(app, tx, ask.paymentNo)
    const earlier = await findRequest(tx, payment.orderNo, ask.id)
    if (earlier) {
      if (earlier.askSm3 !== askSm3) throw idReused(ask.id)
      return { refund: earlier, fresh: false }
    }
    const at = app.now()
    const reconciled = (await reconciledNumbers(tx, payment.orderNo)).has(payment.paymentNo)
    const { amount, review } = decideRefund(payment, ask, { reconciled, reviewFrom: app.settings.refundReviewFrom })
    const refundNo = app.newId()
    const reviewId = review === null ? '' : app.newId()
    await insertRefund(tx, {
      orderNo: payment.orderNo,
      refundNo,
      requestId: ask.id,
      askSm3,
      paymentNo: payment.paymentNo,
      kind: 'refund',
      amount,
      currency: payment.currency,
      reason: ask.reason,
      state: review === null ? 'approved' : 'awaiting_review',
      askedBy: actor.id,
      askedAt: at,
      nextQueryAt: review === null ? nextQuery(at, 0) : null,
      reviewId,
    })
    await holdForRefund(tx, payment, amount)
    await record(tx, at, actor, [
      {
        what: 'refund.ask',
        object: { kind: 'refund', id: refundNo },
        before: { remaining: formatMinor(payment.remaining, payment.currency) },
        after: {
          order_no: payment.orderNo,
          payment_no: payment.paymentNo,
          amount: formatMinor(amount, payment.currency),
          currency: payment.currency,
          reason: ask.reason,
          state: review === null ? 'approved' : 'awaiting_review',
        },
      },
    ])
    if (review !== null)
      await askReview(tx, { id: reviewId, at }, actor, review === 'refund' ? REFUND : REFUND_FINAL, {
        object: { kind: 'refund', id: refundNo },
        facts: refundFacts(order, { ...payment, received: payment.received as number }),
        before: { remaining: formatMinor(payment.remaining, payment.currency) },
        after: { remaining: formatMinor(payment.remaining - amount, payment.currency) },
        amount: { minor: amount, currency: payment.currency },
        merchantNo: order.merchantNo,
        channel: payment.channel,
        reason: ask.reason,
        vouchers: ask.vouchers ?? [],
      })
    return { refund: await readRefundOf(tx, { orderNo: payment.orderNo, refundNo }), fresh: true }
  })
  if (asked.fresh && asked.refund.state === 'approved') await sendRefund(app, asked.refund)
  return await readRefundOf(app.db.pool, asked.refund)
}

/**
 * 冲正: takes back a success that was booked by mistake. Only where the channel denies it for certain: confirmed, it is
 * refused (reversal_refused); not known, too (payment_outcome_unknown). Two clicks do it once.
 */
export async function reversePayment(
  app: Paying,
  actor: Actor,
  { id, paymentNo, reason }: { id: string; paymentNo: string; reason: string },
): Promise<Refund> {
  const askSm3 = askDigest({ id, paymentNo, reason })
  const payment = await readPaymentWithin(app, actor.scopeOf('payment.reverse'), paymentNo)
  const repeated = await app.db.transaction(tx => findRequest(tx, payment.orderNo, id))
  if (repeated) {
    if (repeated.askSm3 !== askSm3) throw idReused(id)
    return repeated
  }
  decideReversal(payment, (await reconciledNumbers(app.db.pool, payment.orderNo)).has(paymentNo))
  await mustBeDenied(app, payment)
  return await app.db.transaction(async tx => {
    await lockOrder(tx, app.vault, payment.orderNo)
    const earlier = await findRequest(tx, payment.orderNo, id)
    if (earlier) return earlier
    const now = (await paymentOfOrder(tx, app.vault, payment)) as Payment
    decideReversal(now, (await reconciledNumbers(tx, now.orderNo)).has(paymentNo))
    const at = app.now()
    const refundNo = app.newId()
    await insertRefund(tx, {
      orderNo: now.orderNo,
      refundNo,
      requestId: id,
      askSm3,
      paymentNo,
      kind: 'reversal',
      amount: now.received as number,
      currency: now.currency,
      reason,
      state: 'success',
      askedBy: actor.id,
      askedAt: at,
      nextQueryAt: null,
      bookedAt: at,
    })
    const { calendar } = app.channels.account(now.account)
    await bookReversal(tx, {
      orderNo: now.orderNo,
      paymentNo,
      refundNo,
      at,
      businessDate: businessDayOf(calendar)(at.getTime()),
    })
    await record(tx, at, actor, [
      {
        what: 'payment.reverse',
        object: { kind: 'payment', id: paymentNo },
        before: { state: 'success' },
        after: { refund_no: refundNo, reason },
      },
    ])
    await tellChanged(tx, [paymentNo])
    return await readRefundOf(tx, { orderNo: now.orderNo, refundNo })
  })
}

async function mustBeDenied(app: Paying, payment: Payment): Promise<void> {
  const channel = app.channels.account(payment.account)
  const found = await channel.query(payment)
  if (found.state === 'failed' || found.state === 'closed') return
  if (found.state === 'success')
    throw new Failure(
      'reversal_refused',
      {
        zh: '渠道确认该笔支付成功，不能冲正；如需退回请申请退款',
        en: 'The channel confirms this payment: it cannot be reversed; ask for a refund',
      },
      { payment_no: payment.paymentNo, channel_trade_no: found.channelTradeNo },
    )
  if (found.state === 'pending' || found.state === 'absent') {
    const closed = await channel.close(payment)
    if (closed.state === 'closed') return
  }
  throw new Failure(
    'payment_outcome_unknown',
    { zh: '渠道暂时没有给出确定结果，请稍后再试', en: 'The channel does not say for certain; try again later' },
    { payment_no: payment.paymentNo },
  )
}

/** Locks the payment's order, then reads both as they are under the lock. */
async function lockPayment(app: Paying, tx: Parameters<typeof lockOrder>[0], paymentNo: string) {
  const seen = await findPayment(tx, app.vault, paymentNo)
  if (!seen) throw paymentUnknown(paymentNo)
  const order = await lockOrder(tx, app.vault, seen.orderNo)
  if (!order) throw orderUnknown(seen.orderNo)
  return { order, payment: (await paymentOfOrder(tx, app.vault, seen)) as Payment }
}
