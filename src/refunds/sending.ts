import type { Channel, RefundOutcome, RefundRef } from '../channels/channel.ts'
import { businessDayOf } from '../kernel/business_day.ts'
import { enqueue } from '../notices/store.ts'
import { tellChanged } from '../orders/booking_store.ts'
import { eachAtOnce } from '../orders/compensation.ts'
import { refundMessages } from '../orders/messages.ts'
import { noticeAddress, readPaymentOf } from '../orders/operations.ts'
import type { Order } from '../orders/order.ts'
import type { Paying } from '../orders/paying.ts'
import type { Payment } from '../orders/payment.ts'
import { bookRefund, holdForRefund } from '../orders/refund_book.ts'
import { lockOrder, paymentOfOrder } from '../orders/store.ts'
import { readRefund, readRefundOf } from './reading.ts'
import { decideRefundOutcome, type Refund } from './refund.ts'
import { claimRefund, dueRefunds, markBooked, markFailed, markPending, markWaiting, type RefundKey } from './store.ts'

/** The way of a refund to its channel and back into the book. */

/** Sends it to the channel, by the number that makes it the same refund there however often it is sent. */
export async function sendRefund(app: Paying, refund: Refund): Promise<void> {
  const { channel, ref } = await refOf(app, refund)
  const outcome = await channel.refund({
    ...ref,
    reason: refund.reason,
    notifyUrl: noticeAddress(app, channel),
  })
  await bookOutcome(app, refund, outcome)
}

/** Takes the channel's word about a refund into the book, once. Channels name it by its number alone. Throws refund_unknown. */
export const learnRefund = async (app: Paying, refundNo: string, outcome: RefundOutcome): Promise<void> =>
  await bookOutcome(app, await readRefund(app, refundNo), outcome)

async function bookOutcome(app: Paying, key: RefundKey, outcome: RefundOutcome): Promise<void> {
  await app.db.transaction(async tx => {
    const order = (await lockOrder(tx, app.vault, key.orderNo)) as Order
    const refund = await readRefundOf(tx, key)
    const at = app.now()
    const decision = decideRefundOutcome(refund, outcome, at)
    switch (decision.act) {
      case 'nothing':
        return
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
  const payment = (await paymentOfOrder(tx, app.vault, refund)) as Payment
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

async function refOf(app: Paying, refund: Refund): Promise<{ channel: Channel; ref: RefundRef }> {
  const payment = await readPaymentOf(app, refund)
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

/** Refunds looked for in one go, and questions to channels under way at the same time. */
const SOME = 32
const AT_ONCE = 16
/** Whoever claims and dies only delays them by this; longer than four calls take until they time out. */
const LEASE_MS = 45_000

/** Refunds that are due: sent if the channel does not know them, else asked about. As `compensate` of payments. */
export async function compensateRefunds(app: Paying, signal?: AbortSignal): Promise<number> {
  let asked = 0
  while (!signal?.aborted) {
    const due = await dueRefunds(app.db.pool, app.now(), SOME)
    // Each is taken as its turn comes: several processes with the same list share it, and on a cluster a claim is a matter of one shard.
    await eachAtOnce(due, AT_ONCE, async key => {
      const refund = await claimRefund(app.db.pool, key, app.now(), LEASE_MS)
      if (!refund) return
      asked++
      await compensateOne(app, refund)
    })
    if (due.length < SOME) break
  }
  return asked
}

async function compensateOne(app: Paying, refund: Refund): Promise<void> {
  try {
    const { channel, ref } = await refOf(app, refund)
    const found = await channel.queryRefund(ref)
    if (found.state === 'absent' && refund.state === 'approved') await sendRefund(app, refund)
    else await bookOutcome(app, refund, found)
  } catch (error) {
    app.log.warn({ err: error, refund_no: refund.refundNo }, 'refund could not be asked about')
  }
}
