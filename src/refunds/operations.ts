import type { Actor } from '../access/actor.ts'
import type { Scope } from '../access/scope.ts'
import { record } from '../audit/record.ts'
import type { Channel, RefundOutcome, RefundRef } from '../channels/channel.ts'
import { businessDayOf } from '../kernel/business_day.ts'
import { Failure } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import { enqueue } from '../notices/store.ts'
import { paymentUnknown } from '../orders/book.ts'
import { tellChanged } from '../orders/booking_store.ts'
import { eachAtOnce } from '../orders/compensation.ts'
import { refundMessages } from '../orders/messages.ts'
import { noticeAddress, orderUnknown, readPayment, readPaymentWithin } from '../orders/operations.ts'
import type { Order } from '../orders/order.ts'
import type { Paying } from '../orders/paying.ts'
import { nextQuery, type Payment } from '../orders/payment.ts'
import { bookRefund, bookReversal, holdForRefund, reconciledNumbers } from '../orders/refund_book.ts'
import { refundFacts } from '../orders/refund_review.ts'
import { findPayment, lockOrder } from '../orders/store.ts'
import { askReview } from '../reviews/operations.ts'
import { askDigest, idReused } from '../system/ask_digest.ts'
import { decideRefund, decideRefundOutcome, decideReversal, type Refund, type RefundAsk } from './refund.ts'
import { REFUND, REFUND_FINAL } from './reviews.ts'
import {
  claimDueRefunds,
  findRefund,
  findRefundWithin,
  findRequest,
  insertRefund,
  markBooked,
  markFailed,
  markPending,
  markWaiting,
} from './store.ts'

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
    return { refund: await mustFind(tx, refundNo), fresh: true }
  })
  if (asked.fresh && asked.refund.state === 'approved') await sendRefund(app, asked.refund)
  return await readRefund(app, asked.refund.refundNo)
}

/** Sends it to the channel, by the number that makes it the same refund there however often it is sent. */
async function sendRefund(app: Paying, refund: Refund): Promise<void> {
  const { channel, ref } = await refOf(app, refund)
  const outcome = await channel.refund({
    ...ref,
    reason: refund.reason,
    notifyUrl: noticeAddress(app, channel),
  })
  await learnRefund(app, refund.refundNo, outcome)
}

/** Takes the channel's word about a refund into the book, once. */
export async function learnRefund(app: Paying, refundNo: string, outcome: RefundOutcome): Promise<Refund> {
  const { orderNo } = await readRefund(app, refundNo)
  return await app.db.transaction(async tx => {
    const order = (await lockOrder(tx, app.vault, orderNo)) as Order
    const refund = await mustFind(tx, refundNo)
    const at = app.now()
    const decision = decideRefundOutcome(refund, outcome, at)
    switch (decision.act) {
      case 'nothing':
        return refund
      case 'book':
        await book(app, tx, order, refund, decision)
        break
      case 'pending':
        await markPending(tx, refund, { ...decision, at })
        break
      case 'fail':
        await markFailed(tx, refund, decision.failure)
        await holdForRefund(tx, refund, -refund.amount)
        break
      case 'wait':
        await markWaiting(tx, refund, decision)
        break
    }
    await tellChanged(tx, [refund.paymentNo])
    return await mustFind(tx, refundNo)
  })
}

async function book(
  app: Paying,
  tx: Parameters<typeof bookRefund>[0],
  order: Order,
  refund: Refund,
  { channelRefundNo, at: refundedAt }: { channelRefundNo: string; at: Date },
): Promise<void> {
  const at = app.now()
  const payment = (await findPayment(tx, app.vault, refund.paymentNo)) as Payment
  const channel = app.channels.account(payment.account)
  await markBooked(tx, refund, { channelRefundNo, refundedAt, at })
  await bookRefund(tx, {
    orderNo: refund.orderNo,
    paymentNo: refund.paymentNo,
    refundNo: refund.refundNo,
    channel: channel.name,
    account: payment.account,
    channelTradeNo: channel.refundsListedUnder === 'payment' ? payment.channelTradeNo : channelRefundNo,
    channelRefundNo,
    amount: refund.amount,
    currency: refund.currency,
    at: refundedAt,
    businessDate: businessDayOf(channel.calendar)(refundedAt.getTime()),
    merchant: channel.merchant,
    payer: app.vault.payer(payment.payer),
  })
  await enqueue(tx, app.vault, refundMessages(order, { ...refund, refundedAt }), at)
}

/** Refunds claimed in one go, and questions to channels under way at the same time. */
const CLAIM = 32
const AT_ONCE = 16
/** Whoever claims and dies only delays them by this; longer than four calls take until they time out. */
const LEASE_MS = 45_000

/** Refunds that are due: sent if the channel does not know them, else asked about. As `compensate` of payments. */
export async function compensateRefunds(app: Paying, signal?: AbortSignal): Promise<number> {
  let asked = 0
  while (!signal?.aborted) {
    const due = await claimDueRefunds(app.db.pool, app.now(), CLAIM, LEASE_MS)
    await eachAtOnce(due, AT_ONCE, refund => compensateOne(app, refund))
    asked += due.length
    if (due.length < CLAIM) break
  }
  return asked
}

async function compensateOne(app: Paying, refund: Refund): Promise<void> {
  try {
    const { channel, ref } = await refOf(app, refund)
    const found = await channel.queryRefund(ref)
    if (found.state === 'absent' && refund.state === 'approved') await sendRefund(app, refund)
    else await learnRefund(app, refund.refundNo, found)
  } catch (error) {
    app.log.warn({ err: error, refund_no: refund.refundNo }, 'refund could not be asked about')
  }
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
    const now = (await findPayment(tx, app.vault, paymentNo)) as Payment
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
    return await mustFind(tx, refundNo)
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

/** As `readRefund`; one outside of the scope is as unknown as one that does not exist. */
export async function readRefundWithin(app: Paying, scope: Scope, refundNo: string): Promise<Refund> {
  const refund = await findRefundWithin(app.db.pool, scope, refundNo)
  if (!refund) throw refundUnknown(refundNo)
  return refund
}

export async function readRefund(app: Paying, refundNo: string): Promise<Refund> {
  const refund = await findRefund(app.db.pool, refundNo)
  if (!refund) throw refundUnknown(refundNo)
  return refund
}

const mustFind = async (tx: Parameters<typeof findRefund>[0], refundNo: string): Promise<Refund> => {
  const refund = await findRefund(tx, refundNo)
  if (!refund) throw refundUnknown(refundNo)
  return refund
}

/** Locks the payment's order, then reads both as they are under the lock. */
async function lockPayment(app: Paying, tx: Parameters<typeof lockOrder>[0], paymentNo: string) {
  const seen = await findPayment(tx, app.vault, paymentNo)
  if (!seen) throw paymentUnknown(paymentNo)
  const order = await lockOrder(tx, app.vault, seen.orderNo)
  if (!order) throw orderUnknown(seen.orderNo)
  return { order, payment: (await findPayment(tx, app.vault, paymentNo)) as Payment }
}

async function refOf(app: Paying, refund: Refund): Promise<{ channel: Channel; ref: RefundRef }> {
  const payment = await readPayment(app, refund.paymentNo)
  return {
    channel: app.channels.account(payment.account),
    ref: {
      refundNo: refund.refundNo,
      paymentNo: payment.paymentNo,
      orderNo: payment.orderNo,
      channelTradeNo: payment.channelTradeNo,
      amount: refund.amount,
      paymentAmount: payment.received as number,
      currency: refund.currency,
      paidAt: payment.paidAt as Date,
      askedAt: refund.askedAt,
    },
  }
}

const refundUnknown = (refundNo: string): Failure =>
  new Failure(
    'refund_unknown',
    { zh: `没有退款单 ${refundNo}`, en: `There is no refund ${refundNo}` },
    { refund_no: refundNo },
  )
