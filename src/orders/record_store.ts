import type pg from 'pg'
import { isEverywhere, merchantsOf, type Scope, scopeSql } from '../access/scope.ts'
import type { Person } from '../kernel/person.ts'
import type { Vault } from '../system/vault/vault.ts'
import { PAYMENT_PLACE } from './list_store.ts'
import type { Order } from './order.ts'
import { isOpen, type Payment } from './payment.ts'
import { reconciledSql } from './reconciled.ts'
import { personSql, withPayer, withPerson } from './sealed.ts'
import { PAYMENT_COLUMNS } from './store.ts'

/** 缴费记录: attempts to pay, newest first, each with its bill and whether it is reconciled. A page goes on from where the one before ended. */

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

export type PaymentRecord = Payment & {
  readonly title: string
  readonly period: string
  readonly merchantName: string
  readonly accountNo: string
  readonly orderState: Order['state']
  readonly reconciled: boolean
}

export type RecordPage = { readonly records: PaymentRecord[]; readonly next: RecordPlace | null }

/** What no index knows is looked for among so many attempts for one page. */
const WALKED = 40_000
/** Each stretch of them reaches at most so much further than the one before: most lists are dense. */
const FURTHER = 8

/** 缴费记录, newest first: a page, which may be short, and from where the list goes on; null: there is nothing below. */
export async function recordPage(db: pg.Pool, vault: Vault, scope: Scope, filter: RecordFilter): Promise<RecordPage> {
  if (isWalked(scope, filter)) return await walk(db, vault, scope, filter)
  const records = await paymentRecords(db, vault, scope, filter)
  return { records, next: records.length === filter.limit ? (records.at(-1) ?? null) : null }
}

/** 缴费记录, newest first, found by an index of what is asked for: those of a merchant, of an account number, of a bill, what waits, or all there are. */
export const paymentRecords = async (
  db: pg.Pool,
  vault: Vault,
  scope: Scope,
  filter: RecordFilter,
): Promise<PaymentRecord[]> => await described(db, vault, await found(db, vault, scope, filter, null))

const isWalked = (scope: Scope, filter: RecordFilter): boolean =>
  (filter.states !== undefined || filter.channel !== undefined || !isEverywhere(scope)) &&
  !isOnlyOpen(filter) &&
  (filter.merchantNo ?? filter.accountNo ?? filter.orderNo) === undefined &&
  merchantsOf(scope) === null

/** Attempts without a final word are few among many, and all of them wait. */
const AMONG_WAITING = 'and (p.order_no, p.payment_no) in (select w.order_no, w.payment_no from payments_waiting w)'
const isOnlyOpen = ({ states }: RecordFilter): boolean => states?.every(isOpen) ?? false

/** Looks through the attempts stretch by stretch, from the newest on, until the page is full or enough was looked at. */
async function walk(db: pg.Pool, vault: Vault, scope: Scope, filter: RecordFilter): Promise<RecordPage> {
  const { limit } = filter
  const rows: Found[] = []
  let { after } = filter
  for (let looked = 0, reach = 2 * limit; ; ) {
    const end = await placeBelow(db, { ...filter, after }, reach)
    rows.push(...(await found(db, vault, scope, { ...filter, after, limit: limit - rows.length }, { downTo: end })))
    looked += reach
    const full = rows.length === limit
    if (full || end === null || looked >= WALKED) {
      const next = full ? (rows.at(-1) ?? null) : end
      return {
        records: await described(db, vault, rows),
        next: next && { createdAt: next.createdAt, paymentNo: next.paymentNo },
      }
    }
    after = end
    reach = nextReach(reach, { looked, found: rows.length, wanted: limit })
  }
}

/** As far as is thought to fill the page, by what was found so far. */
const nextReach = (reach: number, { looked, found, wanted }: Record<'looked' | 'found' | 'wanted', number>): number =>
  Math.min(reach * FURTHER, Math.ceil((1.2 * (wanted - found) * looked) / Math.max(1, found)), WALKED - looked)

/** The place so many attempts further down; null: there are not so many. */
async function placeBelow(db: pg.Pool, filter: RecordFilter, reach: number): Promise<RecordPlace | null> {
  const { rows } = await db.query(
    `select p.created_at as "createdAt", p.payment_no as "paymentNo" from payments p where ${BETWEEN}
      order by p.created_at desc, p.payment_no desc offset $7 - 1 limit 1`,
    [...endsOf(filter, null), reach],
  )
  return rows[0] ?? null
}

/** A row of `payments`, the payer still sealed. */
type Found = RecordPlace & { readonly orderNo: string; readonly merchantNo: string }

/** Of `payments p`, by the parameters $1 to $6 of `endsOf`. */
const BETWEEN = `($1::timestamptz is null or p.created_at >= $1) and ($2::timestamptz is null or p.created_at < $2)
  and ($3::timestamptz is null or (p.created_at, p.payment_no) < ($3, $4))
  and ($5::timestamptz is null or (p.created_at, p.payment_no) >= ($5, $6))`

/** One condition for each end, the narrower one: of two, the index is read from the wider one on. */
function endsOf({ from, to, after }: RecordFilter, downTo: RecordPlace | null): unknown[] {
  const top = after && (to === undefined || after.createdAt < to) ? after : null
  const bottom = downTo && (from === undefined || downTo.createdAt >= from) ? downTo : null
  return [
    bottom ? null : (from ?? null),
    top ? null : (to ?? null),
    top?.createdAt ?? null,
    top?.paymentNo ?? null,
    bottom?.createdAt ?? null,
    bottom?.paymentNo ?? null,
  ]
}

/** Read as it lies on the disk, one page after the other, and put into order afterwards: backwards, each page would be a wait of its own. */
const STRETCH = `(select * from payments p where ${BETWEEN} offset 0)`

/** The newest attempts that are asked for: by an index, or of a stretch down to a place, that one included; null: to the end. */
async function found(
  db: pg.Pool,
  vault: Vault,
  scope: Scope,
  filter: RecordFilter,
  stretch: { readonly downTo: RecordPlace | null } | null,
): Promise<Found[]> {
  const values: unknown[] = [
    ...endsOf(filter, stretch?.downTo ?? null),
    filter.limit,
    filter.merchantNo ?? null,
    filter.orderNo ?? null,
    filter.channel ?? null,
    filter.states ?? null,
  ]
  const visible = scopeSql(scope, PAYMENT_PLACE, values)
  const ofAccount =
    filter.accountNo === undefined
      ? ''
      : `and p.order_no in (select o.order_no from orders o
          where o.account_index = any($${values.push(vault.blinds('account_no', filter.accountNo))}::bytea[]))`
  const { rows } = await db.query(
    `select ${PAYMENT_COLUMNS} from ${stretch ? STRETCH : 'payments'} p
      where ${visible} and ${BETWEEN} and ($8::text is null or p.merchant_no = $8) and ($9::text is null or p.order_no = $9)
        and ($10::text is null or p.channel = $10) and ($11::text[] is null or p.state = any($11::payment_state[]))
        ${isOnlyOpen(filter) ? AMONG_WAITING : ''} ${ofAccount}
      order by p.created_at desc, p.payment_no desc limit $7`,
    values,
  )
  return rows
}

/** With what the page says beside: only of its own rows it is asked whether they are reconciled. Throws Failure sealed_unreadable. */
async function described(db: pg.Pool, vault: Vault, payments: readonly Found[]): Promise<PaymentRecord[]> {
  if (payments.length === 0) return []
  // In the order of bills, many of which lie beside one another.
  const keys = payments.toSorted((a, b) => (a.orderNo < b.orderNo ? -1 : 1))
  const { rows } = await db.query(
    `select k.payment_no as "paymentNo", o.title, o.period, m.name as "merchantName", ${personSql('o')}, o.state as "orderState",
            ${reconciledSql('k.order_no', 'k.payment_no')} as reconciled
       from unnest($1::text[], $2::text[], $3::text[]) as k (order_no, payment_no, merchant_no)
       join orders o on o.order_no = k.order_no join merchants m on m.merchant_no = k.merchant_no`,
    [
      keys.map(({ orderNo }) => orderNo),
      keys.map(({ paymentNo }) => paymentNo),
      keys.map(({ merchantNo }) => merchantNo),
    ],
  )
  const beside = new Map(rows.map(row => [row.paymentNo, row]))
  return payments.map(payment =>
    withPayer<PaymentRecord>(
      vault,
      withPerson<PaymentRecord & Person>(vault, { ...payment, ...beside.get(payment.paymentNo) }),
    ),
  )
}
