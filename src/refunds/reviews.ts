import type pg from 'pg'
import { tellChanged } from '../orders/booking_store.ts'
import { holdForRefund, reconciledNumbers } from '../orders/refund_book.ts'
import { refundBasis, SURPLUS_REVIEW } from '../orders/refund_review.ts'
import { holdOrder, type PaymentStanding, paymentState } from '../orders/store.ts'
import type { Ending, ReviewKind } from '../reviews/kind.ts'
import type { Review } from '../reviews/review.ts'
import type { Json } from '../system/requests.ts'
import type { Refund } from './refund.ts'
import { findRefund, markDecided, refundOfOrder } from './store.ts'

/** What a second person decides about refunds. Approved ones are due at once: `compensateRefunds` sends them after the commit. */

const DAYS = 24

type What = Pick<ReviewKind, 'code' | 'name' | 'expiresAfterHours' | 'needsVoucher'>

const kindOf = (what: What): ReviewKind => ({
  ...what,
  decide: 'refund.review',
  see: 'refund.read',
  basis: (tx, refundNo) => basis(tx, refundNo, what.code !== SURPLUS_REVIEW),
  apply,
  release,
})

export const REFUND = kindOf({
  code: 'refund',
  name: { zh: '退款', en: 'Refund' },
  expiresAfterHours: 7 * DAYS,
  needsVoucher: false,
})

/** Of a payment that is 已缴费且已对账: nobody takes such a one back alone, however small it is. */
export const REFUND_FINAL = kindOf({
  code: 'refund_final',
  name: { zh: '已对账缴费的退款', en: 'Refund of a reconciled payment' },
  expiresAfterHours: 7 * DAYS,
  needsVoucher: true,
})

/** Somebody's money that is not the merchant's waits until a person has looked. */
export const REFUND_SURPLUS = kindOf({
  code: SURPLUS_REVIEW,
  name: { zh: '多收款退回', en: 'Return of a surplus' },
  expiresAfterHours: null,
  needsVoucher: false,
})

export const REFUND_REVIEWS: readonly ReviewKind[] = [REFUND, REFUND_FINAL, REFUND_SURPLUS]

async function basis(tx: pg.ClientBase, refundNo: string, asked: boolean): Promise<Json> {
  const seen = await findRefund(tx, refundNo)
  if (!seen) return null
  await holdOrder(tx, seen.orderNo)
  const refund = (await refundOfOrder(tx, seen)) as Refund
  const payment = (await paymentState(tx, refund)) as PaymentStanding
  if (!asked) return refundBasis(refund, payment)
  return refundBasis(refund, payment, (await reconciledNumbers(tx, refund.orderNo)).has(refund.paymentNo))
}

async function apply(tx: pg.ClientBase, review: Review, ending: Ending): Promise<Json> {
  const refund = await decided(tx, review, {
    state: 'approved',
    by: ending.who.id,
    at: ending.at,
    why: '',
    nextQueryAt: ending.at,
  })
  return { refund_no: refund.refundNo }
}

/** The refund is over before it began, and its money is free. */
async function release(tx: pg.ClientBase, review: Review, ending: Ending): Promise<void> {
  const why = ending.state === 'refused' ? ending.why : `${ending.state} ${ending.why}`.trim()
  const by = ending.state === 'refused' ? ending.who.id : ''
  const refund = await decided(tx, review, { state: 'refused', by, at: ending.at, why, nextQueryAt: null })
  await holdForRefund(tx, refund, -refund.amount)
  await tellChanged(tx, [refund.paymentNo])
}

async function decided(
  tx: pg.ClientBase,
  review: Review,
  decision: Parameters<typeof markDecided>[2],
): Promise<Refund> {
  const refund = (await findRefund(tx, review.object.id)) as Refund
  if (refund.state !== 'awaiting_review') throw new Error(`refund ${refund.refundNo} is ${refund.state}, not waiting`)
  await markDecided(tx, refund, decision)
  return refund
}
