import type pg from 'pg'
import { type Scope, scopeSql } from '../access/scope.ts'
import type { Refund, RefundKind, RefundState } from './refund.ts'

type Db = pg.Pool | pg.ClientBase

const COLUMNS = `r.order_no as "orderNo", r.refund_no as "refundNo", r.request_id as "requestId", r.payment_no as "paymentNo", r.kind, r.amount,
  r.currency, r.reason, r.state, r.asked_by as "askedBy", r.asked_at as "askedAt", r.decided_by as "decidedBy",
  r.decided_at as "decidedAt", r.submitted_at as "submittedAt", r.channel_refund_no as "channelRefundNo",
  r.refunded_at as "refundedAt", r.booked_at as "bookedAt", r.failure, r.next_query_at as "nextQueryAt", r.queries,
  r.last_answer as "lastAnswer", r.review_id as "reviewId"`

/** What names a refund in full: whoever knows its order says so, and a cluster asks one shard instead of all. */
export type RefundKey = Pick<Refund, 'orderNo' | 'refundNo'>

/** By its number alone. */
export async function findRefund(db: Db, refundNo: string): Promise<Refund | null> {
  const { rows } = await db.query({
    name: 'find_refund',
    text: `select ${COLUMNS} from refunds r where r.refund_no = $1`,
    values: [refundNo],
  })
  return rows[0] ?? null
}

/** As `findRefund`, for whoever knows the order too. */
export async function refundOfOrder(db: Db, { orderNo, refundNo }: RefundKey): Promise<Refund | null> {
  const { rows } = await db.query({
    name: 'refund_of_order',
    text: `select ${COLUMNS} from refunds r where r.order_no = $1 and r.refund_no = $2`,
    values: [orderNo, refundNo],
  })
  return rows[0] ?? null
}

/** A refund lies where its payment does. */
const PLACE = { merchant: 'p.merchant_no', channel: 'p.channel' } as const

/** null: there is none of this number in the scope. */
export async function findRefundWithin(db: Db, scope: Scope, refundNo: string): Promise<Refund | null> {
  const values: unknown[] = [refundNo]
  const { rows } = await db.query(
    `select ${COLUMNS} from refunds r join payments p using (order_no, payment_no)
      where r.refund_no = $1 and ${scopeSql(scope, PLACE, values)}`,
    values,
  )
  return rows[0] ?? null
}

export async function refundsOf(db: Db, scope: Scope, orderNo: string): Promise<Refund[]> {
  const values: unknown[] = [orderNo]
  const { rows } = await db.query(
    `select ${COLUMNS} from refunds r join payments p using (order_no, payment_no)
      where r.order_no = $1 and ${scopeSql(scope, PLACE, values)} order by r.asked_at, r.refund_no`,
    values,
  )
  return rows
}

export async function findRequest(
  tx: pg.ClientBase,
  orderNo: string,
  requestId: string,
): Promise<(Refund & { askSm3: string }) | null> {
  const { rows } = await tx.query(
    `select ${COLUMNS}, r.ask_sm3 as "askSm3" from refunds r where r.order_no = $1 and r.request_id = $2`,
    [orderNo, requestId],
  )
  return rows[0] ?? null
}

export async function insertRefund(
  tx: pg.ClientBase,
  row: {
    orderNo: string
    refundNo: string
    requestId: string
    askSm3: string
    paymentNo: string
    kind: RefundKind
    amount: number
    currency: string
    reason: string
    state: RefundState
    askedBy: string
    askedAt: Date
    nextQueryAt: Date | null
    bookedAt?: Date
    reviewId?: string
  },
): Promise<void> {
  await tx.query(
    `insert into refunds (order_no, refund_no, request_id, ask_sm3, payment_no, kind, amount, currency, reason, state, asked_by,
                          asked_at, next_query_at, booked_at, refunded_at, review_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15)`,
    [
      row.orderNo,
      row.refundNo,
      row.requestId,
      row.askSm3,
      row.paymentNo,
      row.kind,
      row.amount,
      row.currency,
      row.reason,
      row.state,
      row.askedBy,
      row.askedAt,
      row.nextQueryAt,
      row.bookedAt ?? null,
      row.reviewId ?? '',
    ],
  )
}

/** A second person's word; without one (`by` is ''), it was withdrawn or nobody decided in time. */
export async function markDecided(
  tx: pg.ClientBase,
  { orderNo, refundNo }: RefundKey,
  decision: { state: 'approved' | 'refused'; by: string; at: Date; why: string; nextQueryAt: Date | null },
): Promise<void> {
  await tx.query(
    `update refunds set state = $3, decided_by = $4, decided_at = $5, failure = $6, next_query_at = $7
      where order_no = $1 and refund_no = $2`,
    [orderNo, refundNo, decision.state, decision.by, decision.at, decision.why, decision.nextQueryAt],
  )
}

export async function markBooked(
  tx: pg.ClientBase,
  { orderNo, refundNo }: RefundKey,
  { channelRefundNo, refundedAt, at }: { channelRefundNo: string; refundedAt: Date; at: Date },
): Promise<void> {
  await tx.query(
    `update refunds set state = 'success', channel_refund_no = $3, refunded_at = $4, booked_at = $5, next_query_at = null,
            submitted_at = coalesce(submitted_at, $5), failure = '', last_answer = 'success'
      where order_no = $1 and refund_no = $2`,
    [orderNo, refundNo, channelRefundNo, refundedAt, at],
  )
}

export async function markPending(
  tx: pg.ClientBase,
  { orderNo, refundNo }: RefundKey,
  { channelRefundNo, at, nextQueryAt }: { channelRefundNo: string; at: Date; nextQueryAt: Date },
): Promise<void> {
  await tx.query(
    `update refunds set state = 'pending', channel_refund_no = $3, submitted_at = coalesce(submitted_at, $4), next_query_at = $5,
            last_answer = 'pending'
      where order_no = $1 and refund_no = $2`,
    [orderNo, refundNo, channelRefundNo, at, nextQueryAt],
  )
}

export async function markFailed(tx: pg.ClientBase, { orderNo, refundNo }: RefundKey, failure: string): Promise<void> {
  await tx.query(
    `update refunds set state = 'failed', failure = $3, next_query_at = null, last_answer = 'failed'
      where order_no = $1 and refund_no = $2`,
    [orderNo, refundNo, failure],
  )
}

export async function markWaiting(
  tx: pg.ClientBase,
  { orderNo, refundNo }: RefundKey,
  { answer, nextQueryAt }: { answer: string; nextQueryAt: Date },
): Promise<void> {
  await tx.query('update refunds set last_answer = $3, next_query_at = $4 where order_no = $1 and refund_no = $2', [
    orderNo,
    refundNo,
    answer,
    nextQueryAt,
  ])
}

/** Refunds that are due to be sent or asked about, the longest due first. Nobody has taken them yet: that is `claimRefund`. */
export async function dueRefunds(db: Db, at: Date, limit: number): Promise<RefundKey[]> {
  const { rows } = await db.query({
    name: 'due_refunds',
    text: `select order_no as "orderNo", refund_no as "refundNo" from refunds where next_query_at <= $1 order by next_query_at limit $2`,
    values: [at, limit],
  })
  return rows
}

/**
 * Takes one refund that is due, for `leaseMs`: whoever takes it and dies only delays it. Any number of processes may try at once, and one of them gets it: the
 * others wait for its statement and then find it no longer due. null: somebody else has it, or its end is known by now.
 */
export async function claimRefund(
  db: Db,
  { orderNo, refundNo }: RefundKey,
  at: Date,
  leaseMs: number,
): Promise<Refund | null> {
  const { rows } = await db.query({
    name: 'claim_refund',
    text: `update refunds r set next_query_at = $4, queries = r.queries + 1
            where r.order_no = $1 and r.refund_no = $2 and r.next_query_at <= $3
           returning ${COLUMNS}`,
    values: [orderNo, refundNo, at, new Date(at.getTime() + leaseMs)],
  })
  return rows[0] ?? null
}
