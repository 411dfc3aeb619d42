import type pg from 'pg'
import { isEverywhere, merchantsOf, type Scope, scopeSql } from '../access/scope.ts'
import type { Person } from '../kernel/person.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { Order } from './order.ts'
import { isOpen, type Payment, type Waiting } from './payment.ts'
import { reconciledSql } from './reconciled.ts'
import { personSql, withPayer, withPerson } from './sealed.ts'
import { PAYMENT_COLUMNS } from './store.ts'

/** What is read in lists: 缴费记录, what waits, what a person must look at. All of them go on from where the last page ended. */

export type RecordPlace = { readonly createdAt: Date; readonly paymentNo: string }

export type RecordFilter = {
  readonly merchantNo?: string | undefined
  readonly accountNo?: string | undefined
  readonly orderNo?: string | undefined
  readonly channel?: string | undefined
  /** Of the attempt's beginning: from (inclusive) to (exclusive). */
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly states?: readonly Payment['state'][] | undefined
  /** The last row of the page before. */
  readonly after?: RecordPlace | undefined
  readonly limit: number
}

/** A payment lies where its merchant and channel do. */
const PAYMENT_PLACE = { merchant: 'p.merchant_no', channel: 'p.channel' } as const

export type PaymentRecord = Payment & {
  readonly title: string
  readonly period: string
  readonly merchantName: string
  readonly accountNo: string
  readonly orderState: Order['state']
  readonly reconciled: boolean
}

/** Attempts without a final word are few among many, and all of them wait. */
const AMONG_WAITING = 'and (p.order_no, p.payment_no) in (select w.order_no, w.payment_no from payments_waiting w)'

const isOnlyOpen = ({ states }: RecordFilter): boolean => states?.every(isOpen) ?? false

/** What no index knows is looked for among so many attempts for one page. */
const WALKED = 40_000
const NEWEST = `(select * from payments p
  where ($5::timestamptz is null or p.created_at >= $5) and ($6::timestamptz is null or p.created_at < $6)
    and ($8::timestamptz is null or (p.created_at, p.payment_no) < ($8, $9))
  order by p.created_at desc, p.payment_no desc limit ${WALKED})`

const isWalked = (scope: Scope, filter: RecordFilter): boolean =>
  (filter.states !== undefined || filter.channel !== undefined || !isEverywhere(scope)) &&
  !isOnlyOpen(filter) &&
  (filter.merchantNo ?? filter.accountNo ?? filter.orderNo) === undefined &&
  merchantsOf(scope) === null

/** 缴费记录, newest first: a page, which may be short, and from where the list goes on; null: there is nothing below. */
export async function recordPage(
  db: pg.Pool,
  vault: Vault,
  scope: Scope,
  filter: RecordFilter,
): Promise<{ readonly records: PaymentRecord[]; readonly next: RecordPlace | null }> {
  const records = await paymentRecords(db, vault, scope, filter)
  const last = records.at(-1)
  if (last && records.length === filter.limit) return { records, next: last }
  return { records, next: isWalked(scope, filter) ? await walkedTo(db, filter) : null }
}

/** The last attempt that was looked at; null: there was none below. */
async function walkedTo(db: pg.Pool, { from, to, after }: RecordFilter): Promise<RecordPlace | null> {
  const { rows } = await db.query(
    `select p.created_at as "createdAt", p.payment_no as "paymentNo" from payments p
      where ($1::timestamptz is null or p.created_at >= $1) and ($2::timestamptz is null or p.created_at < $2)
        and ($3::timestamptz is null or (p.created_at, p.payment_no) < ($3, $4))
      order by p.created_at desc, p.payment_no desc offset ${WALKED} - 1 limit 1`,
    [from ?? null, to ?? null, after?.createdAt ?? null, after?.paymentNo ?? null],
  )
  return rows[0] ?? null
}

/** 缴费记录, newest first, each with its reconciliation status. */
export async function paymentRecords(
  db: pg.Pool,
  vault: Vault,
  scope: Scope,
  filter: RecordFilter,
): Promise<PaymentRecord[]> {
  const values: unknown[] = [
    filter.merchantNo ?? null,
    filter.accountNo === undefined ? null : vault.blinds('account_no', filter.accountNo),
    filter.orderNo ?? null,
    filter.channel ?? null,
    filter.from ?? null,
    filter.to ?? null,
    filter.states ?? null,
    filter.after?.createdAt ?? null,
    filter.after?.paymentNo ?? null,
    filter.limit,
  ]
  const visible = scopeSql(scope, PAYMENT_PLACE, values)
  const onlyOpen = isOnlyOpen(filter)
  const walked = isWalked(scope, filter)
  // Only of the page itself it is asked whether it is reconciled: of all rows, the planner would read the whole book first.
  const { rows } = await db.query(
    `select r.*, ${reconciledSql('r."orderNo"', 'r."paymentNo"')} as reconciled
       from (select ${PAYMENT_COLUMNS}, o.title, o.period, m.name as "merchantName", ${personSql('o')}, o.state as "orderState"
               from ${walked ? NEWEST : 'payments'} p join orders o using (order_no) join merchants m on m.merchant_no = p.merchant_no
              where ${visible} and ($1::text is null or p.merchant_no = $1) and ($2::bytea[] is null or o.account_index = any($2))
                and ($3::text is null or p.order_no = $3) and ($4::text is null or p.channel = $4)
                and ($5::timestamptz is null or p.created_at >= $5) and ($6::timestamptz is null or p.created_at < $6)
                and ($7::text[] is null or p.state = any($7::payment_state[])) ${onlyOpen ? AMONG_WAITING : ''}
                and ($8::timestamptz is null or (p.created_at, p.payment_no) < ($8, $9))
              order by p.created_at desc, p.payment_no desc limit $10) r
      order by r."createdAt" desc, r."paymentNo" desc`,
    values,
  )
  return rows.map(row => withPayer<PaymentRecord>(vault, withPerson<PaymentRecord & Person>(vault, row)))
}

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
