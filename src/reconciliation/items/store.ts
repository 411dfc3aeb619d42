import type pg from 'pg'
import { type Scope, scopeSql } from '../../access/scope.ts'
import type { Doubt, Item, ItemState } from './item.ts'

type Db = pg.Pool | pg.ClientBase

/** All that is asked about a movement `m`: each by a key, so that a page costs as much as its rows. */
const ITEM = `
  m.order_no as "orderNo", m.id as "movementId", m.payment_no as "paymentNo", m.kind, coalesce(f.merchant_no, '') as "merchantNo", m.fee_item as "feeItemId",
  m.channel, m.account, m.channel_trade_no as "tradeNo", m.amount, m.currency, m.occurred_at as "paidAt", m.business_date::text as day,
  d.id as "dayId", d.state as "dayState", k.line_id is not null or g.id is not null as matched,
  coalesce(kd.state = 'closed', gd.state = 'closed', xd.state = 'closed', false) as final, k.line_id as "lineId",
  coalesce(g.flags, case when k.needs_confirmation then array['needs_confirmation'] else '{}' end) as flags,
  case when x.id is not null then jsonb_build_object('id', x.id, 'kind', x.kind, 'state', x.state, 'cause', x.cause, 'difference', x.difference,
    'zh', x.evidence_zh, 'en', x.evidence_en) end as discrepancy,
  case when c.at is not null then jsonb_build_object('at', c.at, 'by', c.by, 'name', c.by_name, 'kind', c.kind, 'reason', c.reason) end as confirmation,
  coalesce((select array_agg(a.kind::text order by a.kind) from payment_anomalies a
             where a.order_no = m.order_no and a.payment_no = m.payment_no and a.settled_at is null), '{}') as anomalies`

const JOINS = `
  left join fee_items f on f.id = m.fee_item
  left join days d on d.channel = m.channel and d.account = m.account and d.business_date = m.business_date
  left join match_links k on k.order_no = m.order_no and k.movement_id = m.id
  left join runs kr on kr.id = k.run left join days kd on kd.id = kr.day_id
  left join match_rows gk on gk.side = 'ours' and gk.order_no = m.order_no and gk.row_id = m.id and gk.live
  left join match_groups g on g.id = gk.group_id left join runs gr on gr.id = g.run left join days gd on gd.id = gr.day_id
  left join discrepancy_rows xk on xk.side = 'ours' and xk.order_no = m.order_no and xk.row_id = m.id and xk.live
  left join discrepancies x on x.id = xk.discrepancy_id left join days xd on xd.id = x.day_id
  left join confirmations c on c.order_no = m.order_no and c.movement_id = m.id and c.undone_at is null`

const itemOf = (row: Item): Item => ({
  ...row,
  confirmation: row.confirmation && { ...row.confirmation, at: new Date(row.confirmation.at) },
})

/** A payment or refund, by our number; null: it moved no money, or there is none. */
export async function findItem(db: Db, paymentNo: string): Promise<Item | null> {
  const { rows } = await db.query({
    name: 'find_item',
    text: `with named as (
             select order_no from payments where payment_no = $1 union select order_no from refunds where refund_no = $1)
           select ${ITEM} from named n join movements m on m.order_no = n.order_no and m.payment_no = $1 ${JOINS}`,
    values: [paymentNo],
  })
  return rows[0] ? itemOf(rows[0]) : null
}

/** As `itemState` says, of the row's columns. One meaning, held together by a test. */
export const STATE_SQL = `case
  when matched and (final or confirmation is not null) then 'reconciled' when matched then 'matched'
  when discrepancy->>'state' in ('resolved', 'waived') then case when final then 'reconciled' else 'matched' end
  when confirmation is not null then 'confirmed' when discrepancy->>'kind' = 'in_transit' then 'in_transit'
  when discrepancy is not null then 'discrepancy' else 'waiting' end`

/** A movement of our book. */
export type MovementKey = { readonly orderNo: string; readonly id: number }

/** Those of so many movements that are in one of these states, newest first; null: all of them. */
export async function itemsOfKeys(
  db: Db,
  keys: readonly MovementKey[],
  states: readonly ItemState[] | null,
): Promise<Item[]> {
  if (keys.length === 0) return []
  const { rows } = await db.query({
    name: 'items_of_keys',
    text: `with asked as (
             select ${ITEM} from unnest($1::text[], $2::bigint[]) as asked (order_no, id) join movements m using (order_no, id) ${JOINS})
           select * from asked where $3::text[] is null or (${STATE_SQL}) = any($3) order by "movementId" desc`,
    values: [keys.map(key => key.orderNo), keys.map(key => key.id), states],
  })
  return rows.map(itemOf)
}

export async function insertConfirmation(
  tx: pg.ClientBase,
  item: Pick<Item, 'orderNo' | 'movementId'>,
  word: {
    readonly at: Date
    readonly by: string
    readonly name: string
    readonly kind: string
    readonly reason: string
    readonly reviewId: string
  },
): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'insert_confirmation',
    text: `insert into confirmations (order_no, movement_id, no, at, by, by_name, kind, reason, review_id)
           select $1, $2, coalesce((select max(no) from confirmations where order_no = $1 and movement_id = $2), 0) + 1, $3, $4, $5, $6, $7, $8
               on conflict do nothing`,
    values: [item.orderNo, item.movementId, word.at, word.by, word.name, word.kind, word.reason, word.reviewId],
  })
  return rowCount === 1
}

export async function undoConfirmation(
  tx: pg.ClientBase,
  item: Pick<Item, 'orderNo' | 'movementId'>,
  by: string,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update confirmations set undone_at = $3, undone_by = $4 where order_no = $1 and movement_id = $2 and undone_at is null',
    [item.orderNo, item.movementId, at, by],
  )
  return rowCount === 1
}

/** 异常交易专项报告 of one payment. Gives its number. */
export async function insertAnomalyReport(
  tx: pg.ClientBase,
  item: Item,
  doubt: Doubt,
  word: {
    readonly at: Date
    readonly by: string
    readonly name: string
    readonly reason: string
    readonly reviewId: string
  },
): Promise<number> {
  const { rows } = await tx.query(
    `insert into anomaly_reports (at, order_no, movement_id, payment_no, merchant, channel, business_date, amount, currency, discrepancy_id, kind, cause,
                                  expected, found, reason, by, by_name, review_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) returning id`,
    [
      word.at,
      item.orderNo,
      item.movementId,
      item.paymentNo,
      item.merchantNo,
      item.channel,
      item.day,
      item.amount,
      item.currency,
      item.discrepancy?.id ?? null,
      doubt.kind,
      doubt.cause,
      JSON.stringify(doubt.expected),
      JSON.stringify(doubt.found),
      word.reason,
      word.by,
      word.name,
      word.reviewId,
    ],
  )
  return rows[0].id
}

export type AnomalyReport = {
  readonly id: number
  readonly at: Date
  readonly paymentNo: string
  readonly orderNo: string
  readonly merchantNo: string
  readonly channel: string
  readonly day: string
  readonly amount: number
  readonly currency: string
  readonly kind: string
  readonly cause: string
  readonly expected: Readonly<Record<string, string>>
  readonly found: Readonly<Record<string, string>>
  readonly reason: string
  readonly byName: string
}

export async function anomalyReports(
  db: pg.Pool,
  scope: Scope,
  after: number | null,
  limit: number,
): Promise<AnomalyReport[]> {
  const values: unknown[] = [after, limit]
  const visible = scopeSql(scope, { merchant: 'r.merchant', channel: 'r.channel' }, values)
  const { rows } = await db.query(
    `select r.id, r.at, r.payment_no as "paymentNo", r.order_no as "orderNo", r.merchant as "merchantNo", r.channel, r.business_date::text as day, r.amount,
            r.currency, r.kind, r.cause, r.expected, r.found, r.reason, r.by_name as "byName"
       from anomaly_reports r where ${visible} and ($1::bigint is null or r.id < $1) order by r.id desc limit $2`,
    values,
  )
  return rows
}
