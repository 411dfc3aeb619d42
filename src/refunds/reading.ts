import type { Scope } from '../access/scope.ts'
import { Failure } from '../kernel/failure.ts'
import type { Paying } from '../orders/paying.ts'
import type { Refund } from './refund.ts'
import { findRefund, findRefundWithin, type RefundKey, refundOfOrder } from './store.ts'

/** Reading one refund: each throws refund_unknown. */

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

/** As `readRefund`, for whoever knows the order too, also within a transaction. */
export async function readRefundOf(db: Parameters<typeof refundOfOrder>[0], key: RefundKey): Promise<Refund> {
  const refund = await refundOfOrder(db, key)
  if (!refund) throw refundUnknown(key.refundNo)
  return refund
}

const refundUnknown = (refundNo: string): Failure =>
  new Failure(
    'refund_unknown',
    { zh: `没有退款单 ${refundNo}`, en: `There is no refund ${refundNo}` },
    { refund_no: refundNo },
  )
