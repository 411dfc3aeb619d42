import type pg from 'pg'
import type { Item } from './item.ts'

/** What stands behind one item: the match, the lines on their side, and what people said of it. */

type Db = pg.Pool | pg.ClientBase
type Key = Pick<Item, 'orderNo' | 'movementId'>

export type ItemMatch = {
  readonly pass: string
  readonly run: number
  readonly rules: number | null
  /** Minor units, theirs minus ours. */
  readonly difference: number
  /** '' the engine; else who matched it by hand, and why. */
  readonly by: string
  readonly reason: string
  /** null: a plain pair. */
  readonly group: number | null
}

export async function matchOfItem(db: Db, { orderNo, movementId }: Key): Promise<ItemMatch | null> {
  const { rows } = await db.query(
    `select k.pass::text as pass, k.run, r.rules, 0::bigint as difference, '' as by, '' as reason, null::bigint as "group"
       from match_links k left join runs r on r.id = k.run where k.order_no = $1 and k.movement_id = $2
     union all
     select g.pass, g.run, r.rules, g.difference, g.made_by, g.reason, g.id
       from match_rows m join match_groups g on g.id = m.group_id left join runs r on r.id = g.run
      where m.side = 'ours' and m.order_no = $1 and m.row_id = $2 and m.live`,
    [orderNo, movementId],
  )
  return rows[0] ?? null
}

export type ItemLine = {
  /** `file * 2^32 + record`. */
  readonly id: number
  readonly file: string
  readonly kind: string
  readonly status: string
  readonly amount: number
  readonly currency: string
  readonly occurredAt: Date | null
  readonly tradeNo: string
  readonly fee: number | null
}

const LINES_AT_MOST = 50

/** Lines that it is matched with, or shares a live discrepancy with. */
export async function linesOfItem(db: Db, { orderNo, movementId }: Key): Promise<ItemLine[]> {
  const { rows } = await db.query(
    `select l.id, coalesce(f.name, '') as file, l.kind::text as kind, l.status::text as status, l.amount, l.currency, l.occurred_at as "occurredAt",
            l.channel_trade_no as "tradeNo", l.fee
       from (
         select k.line_id as id from match_links k where k.order_no = $1 and k.movement_id = $2
         union
         select t.row_id from match_rows o join match_rows t on t.group_id = o.group_id and t.side = 'theirs' and t.live
          where o.side = 'ours' and o.order_no = $1 and o.row_id = $2 and o.live
         union
         select t.row_id from discrepancy_rows o join discrepancy_rows t on t.discrepancy_id = o.discrepancy_id and t.side = 'theirs'
          where o.side = 'ours' and o.order_no = $1 and o.row_id = $2 and o.live
       ) k join statement_lines l on l.id = k.id left join statement_files f on f.id = (l.id >> 32)::integer
      order by l.id limit ${LINES_AT_MOST}`,
    [orderNo, movementId],
  )
  return rows
}

export type Word = {
  readonly at: Date
  readonly by: string
  readonly kind: string
  readonly reason: string
  readonly undoneAt: Date | null
}

/** Each confirmation there was, newest first. */
export async function confirmationsOfItem(db: Db, { orderNo, movementId }: Key): Promise<Word[]> {
  const { rows } = await db.query(
    `select at, by_name as by, kind, reason, undone_at as "undoneAt" from confirmations where order_no = $1 and movement_id = $2 order by no desc`,
    [orderNo, movementId],
  )
  return rows
}
