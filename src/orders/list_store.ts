import type pg from 'pg'
import { type Scope, scopeSql } from '../access/scope.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { Order } from './order.ts'
import type { Payment, Waiting } from './payment.ts'
import { personSql, withPayer, withPerson } from './sealed.ts'
import { PAYMENT_COLUMNS } from './store.ts'

/** What is read in lists beside 缴费记录: what waits, and what a person must look at. */

/** A payment lies where its merchant and channel do. */
export const PAYMENT_PLACE = { merchant: 'p.merchant_no', channel: 'p.channel' } as const

/** What delay compensation waits for, the longest first, and why. */
export async function waitingPayments(
  db: pg.Pool,
  vault: Vault,
  scope: Scope,
  limit: number,
): Promise<(Payment & Waiting)[]> {
  const values: unknown[] = [limit]
  const { rows } = await db.query(
    `select ${PAYMENT_COLUMNS}, w.next_query_at as "nextQueryAt", w.queries, w.last_answer as "lastAnswer"
       from payments_waiting w join payments p using (order_no, payment_no) where ${scopeSql(scope, PAYMENT_PLACE, values)}
      order by p.created_at, p.payment_no limit $1`,
    values,
  )
  return rows.map(row => withPayer<Payment & Waiting>(vault, row))
}

export async function waitingSummary(
  db: pg.Pool,
  scope: Scope,
): Promise<{ channel: string; state: string; answer: string; count: number; oldest: Date }[]> {
  const values: unknown[] = []
  const { rows } = await db.query(
    `select channel, state, split_part(last_answer, ':', 1) as answer, count(*)::int as count, min(created_at) as oldest
       from payments_waiting w join payments p using (order_no, payment_no) where ${scopeSql(scope, PAYMENT_PLACE, values)}
      group by 1, 2, 3 order by oldest`,
    values,
  )
  return rows
}

export type OpenAnomaly = {
  readonly orderNo: string
  readonly paymentNo: string
  readonly kind: string
  readonly evidence: Readonly<Record<string, unknown>>
  readonly foundAt: Date
  readonly settledAt: Date | null
  readonly settledBy: string
  readonly note: string
}

const ANOMALY = `a.order_no as "orderNo", a.payment_no as "paymentNo", a.kind, a.evidence, a.found_at as "foundAt", a.settled_at as "settledAt",
  a.settled_by as "settledBy", a.note`

/** 待处理, the oldest first. */
export async function openAnomalies(db: pg.Pool, scope: Scope, limit: number): Promise<OpenAnomaly[]> {
  const values: unknown[] = [limit]
  const { rows } = await db.query(
    `select ${ANOMALY} from payment_anomalies a join payments p using (order_no, payment_no)
      where a.settled_at is null and ${scopeSql(scope, PAYMENT_PLACE, values)}
      order by a.found_at, a.payment_no limit $1`,
    values,
  )
  return rows
}

/** A person has dealt with it. Null: there is none. Settled already (`fresh` is false), it stays as it was settled first. */
export async function markAnomalySettled(
  tx: pg.ClientBase,
  { paymentNo, kind, by, note, at }: { paymentNo: string; kind: string; by: string; note: string; at: Date },
): Promise<{ anomaly: OpenAnomaly | null; fresh: boolean }> {
  const { rowCount } = await tx.query(
    `update payment_anomalies set settled_at = $3, settled_by = $4, note = $5
      where payment_no = $1 and kind = $2::anomaly_kind and settled_at is null`,
    [paymentNo, kind, at, by, note],
  )
  const { rows } = await tx.query(
    `select ${ANOMALY} from payment_anomalies a where payment_no = $1 and kind = $2::anomaly_kind`,
    [paymentNo, kind],
  )
  return { anomaly: rows[0] ?? null, fresh: rowCount === 1 }
}

export type RefusedNotice = {
  readonly at: Date
  readonly channel: string
  readonly account: string
  readonly address: string
  readonly code: string
  readonly excerpt: string
}

/** Keeps a notice that was refused, for the operator. */
export async function insertRefusedNotice(db: pg.Pool, row: RefusedNotice): Promise<void> {
  await db.query(
    'insert into refused_notices (at, channel, account, address, code, excerpt) values ($1, $2, $3, $4, $5, $6)',
    [row.at, row.channel, row.account, row.address, row.code, row.excerpt],
  )
}

/** They name no merchant that could be believed: only who sees all merchants sees them. */
export async function refusedNotices(db: pg.Pool, scope: Scope, limit: number): Promise<RefusedNotice[]> {
  const values: unknown[] = [limit]
  const { rows } = await db.query(
    `select at, channel, account, address, code, excerpt from refused_notices n
      where ${scopeSql(scope, { merchant: "''", channel: 'n.channel' }, values)} order by at desc, id desc limit $1`,
    values,
  )
  return rows
}

/** What a bill is called, and whose it is: for lists of what hangs on it. By order number; unknown ones are left out. Throws Failure sealed_unreadable. */
export async function billsOf(
  db: pg.Pool | pg.ClientBase,
  vault: Vault,
  orderNos: readonly string[],
): Promise<Map<string, Pick<Order, 'orderNo' | 'title' | 'accountNo' | 'payerName'>>> {
  const { rows } = await db.query(
    `select o.order_no as "orderNo", o.title, ${personSql('o')} from orders o where o.order_no = any($1)`,
    [orderNos],
  )
  return new Map(rows.map(row => [row.orderNo, withPerson<Order>(vault, row)]))
}

/** What each account of a channel did since then: attempts, payments among them, and when the newest was paid and booked. */
export async function activitySince(
  db: pg.Pool,
  from: Date,
): Promise<{ channel: string; account: string; started: number; paid: number; lastBookedAt: Date | null }[]> {
  const { rows } = await db.query(
    `select channel, account, count(*)::int as started, count(*) filter (where state = 'success')::int as paid, max(booked_at) as "lastBookedAt"
       from payments where created_at >= $1 group by 1, 2 order by 1, 2`,
    [from],
  )
  return rows
}

/** Notices refused since then, by account, and why the newest was. */
export async function refusedSince(
  db: pg.Pool,
  from: Date,
): Promise<{ channel: string; account: string; count: number; lastAt: Date; code: string }[]> {
  const { rows } = await db.query(
    `select channel, account, count(*)::int as count, max(at) as "lastAt", (array_agg(code order by id desc))[1] as code
       from refused_notices where at >= $1 group by 1, 2`,
    [from],
  )
  return rows
}
