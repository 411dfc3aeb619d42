import type pg from 'pg'
import { type Scope, scopeSql } from '../access/scope.ts'
import type { DiscrepancyKind } from '../matching/entry.ts'
import type { BookSide } from '../reconciliation/days/day.ts'

/** What stands behind a discrepancy: its rows in both books, side by side. */

/** A row as its book has it. Minor units, signed. */
export type BookRow = {
  readonly side: BookSide
  readonly orderNo: string
  readonly id: number
  readonly live: boolean
  /** Ours only; '' for a line. */
  readonly ownNo: string
  readonly kind: string
  readonly status: string
  readonly amount: number
  readonly currency: string
  readonly occurredAt: Date | null
  readonly businessDate: string
  readonly channelTradeNo: string
  readonly merchantOrderNo: string
  readonly refundNo: string
  readonly channelRefundNo: string
  readonly fee: number | null
  readonly batchNo: string
  readonly merchant: string
  /** A blind index, to compare by: shown to nobody. */
  readonly payer: string
}

const OF_BOOK = `b.kind::text as kind, b.status::text as status, b.amount, b.currency, b.occurred_at as "occurredAt", b.business_date::text as "businessDate",
  b.channel_trade_no as "channelTradeNo", b.merchant_order_no as "merchantOrderNo", b.refund_no as "refundNo", b.channel_refund_no as "channelRefundNo",
  b.fee, b.batch_no as "batchNo", b.merchant, b.payer`

const ROWS_AT_MOST = 1000

export async function bookRowsOf(db: pg.Pool | pg.ClientBase, discrepancyId: number): Promise<BookRow[]> {
  const { rows } = await db.query(
    `select r.side, r.order_no as "orderNo", r.row_id as id, r.live, b.payment_no as "ownNo", ${OF_BOOK}
       from discrepancy_rows r join movements b on r.side = 'ours' and b.order_no = r.order_no and b.id = r.row_id where r.discrepancy_id = $1
     union all
     select r.side, r.order_no, r.row_id, r.live, '', ${OF_BOOK}
       from discrepancy_rows r join statement_lines b on r.side = 'theirs' and b.order_no = r.order_no and b.id = r.row_id where r.discrepancy_id = $1
      order by 1, 3 limit ${ROWS_AT_MOST}`,
    [discrepancyId],
  )
  return rows
}

export type OpenRowFilter = {
  readonly side: BookSide
  readonly channel: string
  readonly account: string
  readonly currency: string
  /** Of discrepancies of these kinds. */
  readonly kinds: readonly string[]
  /** Minor units, of either sign. */
  readonly amount?: number | undefined
  readonly discrepancyId?: number | undefined
  readonly number?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** The id of the last row of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

export type OpenBookRow = BookRow & {
  readonly discrepancyId: number
  readonly discrepancyKind: DiscrepancyKind
  readonly moved: number
}

/** Rows of one side of one account that a person could match: of open discrepancies that no second person and no refund holds, newest first. */
export async function openBookRows(db: pg.Pool, scope: Scope, filter: OpenRowFilter): Promise<OpenBookRow[]> {
  const values: unknown[] = []
  const add = (value: unknown): string => `$${values.push(value)}`
  const ours = filter.side === 'ours'
  const parts = [
    scopeSql(scope, { merchant: 'x.merchant', channel: 'x.channel' }, values),
    `x.state in ('open', 'waived') and x.review_id = '' and x.refund_no = ''`,
    `x.channel = ${add(filter.channel)} and x.account = ${add(filter.account)} and x.kind = any(${add(filter.kinds)}::text[])`,
    `r.live and r.side = ${ours ? "'ours'" : "'theirs'"} and r.currency = ${add(filter.currency)}`,
  ]
  if (filter.amount !== undefined) parts.push(`abs(b.amount) = ${add(filter.amount)}`)
  if (filter.discrepancyId !== undefined) parts.push(`x.id = ${add(filter.discrepancyId)}`)
  if (filter.number !== undefined) {
    const number = add(filter.number)
    parts.push(
      `${number} in (b.order_no, b.channel_trade_no, b.merchant_order_no, b.refund_no, b.channel_refund_no, b.batch_no${ours ? ', b.payment_no' : ''})`,
    )
  }
  if (filter.from !== undefined) parts.push(`b.business_date >= ${add(filter.from)}::date`)
  if (filter.to !== undefined) parts.push(`b.business_date <= ${add(filter.to)}::date`)
  if (filter.after !== undefined) parts.push(`r.row_id < ${add(filter.after)}::bigint`)
  const { rows } = await db.query(
    `select x.id as "discrepancyId", x.kind as "discrepancyKind", r.moved, r.side, r.order_no as "orderNo", r.row_id as id, r.live,
            ${ours ? 'b.payment_no' : "''"} as "ownNo", ${OF_BOOK}
       from discrepancies x
       join discrepancy_rows r on r.discrepancy_id = x.id
       join ${ours ? 'movements' : 'statement_lines'} b on b.order_no = r.order_no and b.id = r.row_id
      where ${parts.join(' and ')} order by r.row_id desc limit ${add(filter.limit)}`,
    values,
  )
  return rows
}

/** Names of statement files by their ids. */
export async function namesOfFiles(db: pg.Pool | pg.ClientBase, ids: readonly number[]): Promise<Map<number, string>> {
  const { rows } = await db.query('select id, name from statement_files where id = any($1)', [ids])
  return new Map(rows.map(row => [row.id, row.name]))
}

/** The version of the rules that a run decided by. */
export async function rulesOfRun(db: pg.Pool | pg.ClientBase, run: number): Promise<number> {
  const { rows } = await db.query('select rules from runs where id = $1', [run])
  return rows[0]?.rules ?? 0
}

export type Confirmation = {
  readonly orderNo: string
  readonly movementId: number
  readonly at: Date
  readonly byName: string
  readonly reason: string
}

export async function confirmationsOf(
  db: pg.Pool | pg.ClientBase,
  movements: readonly { readonly orderNo: string; readonly id: number }[],
): Promise<Confirmation[]> {
  const { rows } = await db.query(
    `select c.order_no as "orderNo", c.movement_id as "movementId", c.at, c.by_name as "byName", c.reason
       from unnest($1::text[], $2::bigint[]) as k (order_no, id) join confirmations c on c.order_no = k.order_no and c.movement_id = k.id
      where c.undone_at is null`,
    [movements.map(row => row.orderNo), movements.map(row => row.id)],
  )
  return rows
}

/** Our row in a plain pair or a group, by its number: what of it can be taken apart. */
export async function matchOfNumber(
  db: pg.Pool | pg.ClientBase,
  { orderNo, paymentNo }: { readonly orderNo: string; readonly paymentNo: string },
): Promise<{ readonly id: number; readonly group: number | null } | null> {
  const { rows } = await db.query(
    `select m.id, g.group_id as "group" from movements m
       left join match_links k on k.order_no = m.order_no and k.movement_id = m.id
       left join match_rows g on g.side = 'ours' and g.order_no = m.order_no and g.row_id = m.id and g.live
      where m.order_no = $1 and m.payment_no = $2 and (k.line_id is not null or g.group_id is not null)`,
    [orderNo, paymentNo],
  )
  return rows[0] ?? null
}
