import type pg from 'pg'
import { type Scope, scopeSql } from '../../access/scope.ts'
import type { Item, ItemState } from './item.ts'
import { itemsOfKeys, type MovementKey } from './store.ts'

/** 已缴费-待对账 as a list: newest first, by the order of booking. A page costs what it looks at, which is bounded however many rows there are. */

export type ItemFilter = {
  readonly channel?: string | undefined
  readonly account?: string | undefined
  /** Business days, both inclusive. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly merchantNo?: string | undefined
  /** Minor units, both inclusive, of the amount without its sign. */
  readonly least?: number | undefined
  readonly most?: number | undefined
  readonly states?: readonly ItemState[] | undefined
  /** Any number: order, payment, refund or channel's. */
  readonly number?: string | undefined
  /** The last row of the page before. */
  readonly after?: number | undefined
  readonly limit: number
}

export type ItemPage = { readonly items: Item[]; readonly next: number | null }

/** A page ends early after about so many rows of the book, and after so many looks into it. */
const LOOKED_AT = 12_000
const LOOKS = 6
/** Each look reaches so much further than the one before: most lists are dense. */
const FURTHER = 8
const REACH_AT_MOST = 4 * LOOKED_AT
/** Rows of which all is read, for one page at most. */
const READ_AT_MOST = 2_000

/**
 * Within the scope. A page that finds little among many rows ends early, perhaps with nothing, and `next` says from where to go on; null: there is nothing below.
 */
export async function listItems(db: pg.Pool, scope: Scope, filter: ItemFilter): Promise<ItemPage> {
  const { number, limit, states } = filter
  if (number !== undefined) return { items: await itemsByNumber(db, scope, number, limit), next: null }
  if (states?.every(isOfDiscrepancy)) {
    const { page, found } = await readKeys(db, filter, await discrepantKeys(db, scope, filter), [])
    return page ?? { items: [...found], next: null }
  }
  const items: Item[] = []
  let ends = await endsOf(db, filter, filter.after ?? null)
  for (let look = 0, all = 0, reach = 2 * limit; ends !== null; look++) {
    if (look === LOOKS || all >= LOOKED_AT) return { items, next: ends.newest + 1 }
    const above = ends.newest - reach
    const { keys, looked } = await lookInto(db, scope, filter, { above, upTo: ends.newest })
    const { page, found } = await readKeys(db, filter, keys, items)
    if (page) return page
    items.push(...found)
    all += looked
    reach = nextReach(reach, looked)
    // Where the days asked for have no rows, nothing is looked at.
    if (above < ends.oldest) ends = null
    else ends = looked > 0 ? { ...ends, newest: above } : await endsOf(db, filter, above + 1)
  }
  return { items, next: null }
}

/** As far as is thought to hold `LOOKED_AT` rows, where the last reach held so many. */
const nextReach = (reach: number, looked: number): number =>
  Math.min(reach * FURTHER, Math.ceil((LOOKED_AT * reach) / Math.max(1, looked)), REACH_AT_MOST)

/** Of rows that may be asked for, those that are; a page as soon as it is full, or as enough was read. */
async function readKeys(
  db: pg.Pool,
  { states, limit }: ItemFilter,
  keys: readonly MovementKey[],
  before: readonly Item[],
): Promise<{ readonly page: ItemPage | null; readonly found: readonly Item[] }> {
  const found: Item[] = []
  for (let read = 0, step = limit; read < keys.length; read += step, step *= 2) {
    const items = await itemsOfKeys(db, keys.slice(read, read + step), states ?? null)
    found.push(...items)
    const all = [...before, ...found].slice(0, limit)
    if (all.length === limit) return { page: { items: all, next: all.at(-1)?.movementId ?? null }, found }
  }
  const last = keys.length < READ_AT_MOST ? null : (keys.at(-1)?.id ?? null)
  return { page: last === null ? null : { items: [...before, ...found], next: last }, found }
}

/** The newest and the oldest row of the days that are asked for, of those below `after`; null: there is none. */
async function endsOf(
  db: pg.Pool,
  filter: ItemFilter,
  after: number | null,
): Promise<{ readonly newest: number; readonly oldest: number } | null> {
  const { rows } = await db.query(
    `select max(high.id) as newest, min(low.id) as oldest
       from days d, lateral (
         select m.id from movements m where m.channel = d.channel and m.account = d.account and m.business_date = d.business_date
            and ($5::bigint is null or m.id < $5) order by m.id desc limit 1) high, lateral (
         select m.id from movements m where m.channel = d.channel and m.account = d.account and m.business_date = d.business_date
          order by m.id limit 1) low
      where ${CHOSEN_DAYS}`,
    [...daysOf(filter), after],
  )
  return rows[0].newest === null ? null : rows[0]
}

/** Of `days d`, by the parameters $1 to $4 of `daysOf`. Without days of one's own choice: those that are not closed. */
const CHOSEN_DAYS = `($1::text is null or d.channel = $1) and ($2::text is null or d.account = $2)
  and ($3::date is null or d.business_date >= $3) and ($4::date is null or d.business_date <= $4)
  and ($3::date is not null or $4::date is not null or d.state <> 'closed')`

const daysOf = ({ channel, account, from, to }: Pick<ItemFilter, 'channel' | 'account' | 'from' | 'to'>): unknown[] => [
  channel ?? null,
  account ?? null,
  from ?? null,
  to ?? null,
]

/**
 * The rows of a stretch of the book that may be asked for, newest first: what the row itself and a plain pair say is decided here, all else by reading them. A stretch
 * is of so many numbers, and so of no more rows, whatever the planner thinks of the days.
 */
async function lookInto(
  db: pg.Pool,
  scope: Scope,
  filter: ItemFilter,
  { above, upTo }: { readonly above: number; readonly upTo: number },
): Promise<{ keys: MovementKey[]; looked: number }> {
  const values: unknown[] = [
    ...daysOf(filter),
    above,
    upTo,
    filter.merchantNo ?? null,
    filter.least ?? null,
    filter.most ?? null,
    filter.states ?? null,
  ]
  const visible = scopeSql(scope, { merchant: "coalesce(f.merchant_no, '')", channel: 'l.channel' }, values)
  const { rows } = await db.query(
    `with looked as materialized (
       select m.id, m.order_no, m.channel, m.fee_item, m.amount from days d, lateral (
         select * from movements m where m.channel = d.channel and m.account = d.account and m.business_date = d.business_date
            and m.id > $5 and m.id <= $6 offset 0) m
        where m.status = 'success' and ${CHOSEN_DAYS}
     ), fitting as (
       select l.id, l.order_no from looked l left join fee_items f on f.id = l.fee_item
         left join lateral (select k.line_id, k.run from match_links k where k.order_no = l.order_no and k.movement_id = l.id limit 1) k on true
         left join runs r on r.id = k.run left join days d on d.id = r.day_id
        where ${visible} and ($7::text is null or f.merchant_no = $7)
          and ($8::bigint is null or abs(l.amount) >= $8) and ($9::bigint is null or abs(l.amount) <= $9)
          and ($10::text[] is null or k.line_id is null or case when d.state = 'closed' or exists (
                 select from confirmations c where c.order_no = l.order_no and c.movement_id = l.id and c.undone_at is null)
               then 'reconciled' else 'matched' end = any($10))
        order by l.id desc limit ${READ_AT_MOST}
     )
     select (select count(*) from looked) as looked, f.id, f.order_no as "orderNo" from (select) one left join fitting f on true order by f.id desc`,
    values,
  )
  return { keys: rows[0].id === null ? [] : rows, looked: rows[0].looked }
}

const isOfDiscrepancy = (state: ItemState): boolean => state === 'discrepancy' || state === 'in_transit'

/**
 * Rows that stand in a discrepancy, found by the discrepancies: few among many rows. Those of a closed day that a restatement replaced keep their rows.
 */
async function discrepantKeys(db: pg.Pool, scope: Scope, filter: ItemFilter): Promise<MovementKey[]> {
  const values: unknown[] = [
    ...daysOf(filter),
    filter.after ?? null,
    filter.merchantNo ?? null,
    filter.least ?? null,
    filter.most ?? null,
  ]
  const visible = scopeSql(scope, { merchant: "coalesce(f.merchant_no, '')", channel: 'm.channel' }, values)
  const { rows } = await db.query(
    `with standing as (
       select x.id from discrepancies x
        where x.state = 'open' and ($1::text is null or x.channel = $1) and ($2::text is null or x.account = $2)
       union all
       select x.id from days d join discrepancies x on x.day_id = d.id and x.state in ('explained', 'replaced') where ${CHOSEN_DAYS}
     )
     select m.id, m.order_no as "orderNo" from standing x
       join discrepancy_rows r on r.discrepancy_id = x.id and r.side = 'ours' and r.live
       join movements m on m.order_no = r.order_no and m.id = r.row_id and m.status = 'success'
       join lateral (
         select from days d where d.channel = m.channel and d.account = m.account and d.business_date = m.business_date and ${CHOSEN_DAYS} limit 1) d on true
       left join fee_items f on f.id = m.fee_item
      where ${visible} and ($5::bigint is null or m.id < $5) and ($6::text is null or f.merchant_no = $6)
        and ($7::bigint is null or abs(m.amount) >= $7) and ($8::bigint is null or abs(m.amount) <= $8)
      order by m.id desc limit ${READ_AT_MOST}`,
    values,
  )
  return rows
}

/** By any number: ours by their keys, the channel's by the movement that carries it. */
async function itemsByNumber(db: pg.Pool, scope: Scope, number: string, limit: number): Promise<Item[]> {
  const values: unknown[] = [number, limit]
  const visible = scopeSql(scope, { merchant: "coalesce(f.merchant_no, '')", channel: 'm.channel' }, values)
  const { rows } = await db.query(
    `with keys as (
       select order_no, id from movements where order_no = $1
       union
       select m.order_no, m.id from payments p join movements m on m.order_no = p.order_no and m.merchant_order_no = p.payment_no where p.payment_no = $1
       union
       select m.order_no, m.id from refunds r join movements m on m.order_no = r.order_no and m.payment_no = r.refund_no where r.refund_no = $1
       union
       select order_no, id from movements where channel_trade_no = $1 and channel_trade_no <> ''
     )
     select m.id, m.order_no as "orderNo" from keys join movements m using (order_no, id) left join fee_items f on f.id = m.fee_item
      where ${visible} and m.status = 'success' order by m.id desc limit $2`,
    values,
  )
  return await itemsOfKeys(db, rows, null)
}

/**
 * From where the list goes on with what was paid at a moment or before; null: nothing was. Within a day found by halving, as rows are booked in about the order they
 * were paid in: a day of a million is not walked through, and one that was booked long afterwards does not count.
 */
export async function placeAt(
  db: pg.Pool,
  { at, channel, account }: { at: Date; channel: string | undefined; account: string | undefined },
): Promise<number | null> {
  const { rows } = await db.query(
    `with recursive chosen as (
       select d.channel, d.account, d.business_date, d.business_date >= moment.day - 1 as near
         from (select ($1::timestamptz at time zone 'Asia/Shanghai')::date as day) moment, days d
        -- A cutoff before midnight puts an evening into the day that follows.
        where d.business_date <= moment.day + 1 and ($2::text is null or d.channel = $2) and ($3::text is null or d.account = $3)
     ), halved as (
       select c.channel, c.account, c.business_date, low.id as lowest, low.id as low, high.id + 1 as high
         from chosen c, lateral (
           select m.id from movements m where m.channel = c.channel and m.account = c.account and m.business_date = c.business_date order by m.id limit 1) low,
              lateral (
           select m.id from movements m where m.channel = c.channel and m.account = c.account and m.business_date = c.business_date
            order by m.id desc limit 1) high
        where c.near
       union all
       select h.channel, h.account, h.business_date, h.lowest, case when t.early then t.id + 1 else h.low end, case when t.early then h.high else h.middle end
         from (select *, low + (high - low) / 2 as middle from halved where low < high) h
         left join lateral (
           select m.id, coalesce(m.occurred_at <= $1, false) as early from movements m
            where m.channel = h.channel and m.account = h.account and m.business_date = h.business_date and m.id >= h.middle and m.id < h.high
            order by m.id limit 1) t on true
     )
     -- The days before are asked only where these have nothing so early.
     select coalesce((select max(low) from halved where low = high and low > lowest), (
       select max(m.id) + 1 from chosen c, lateral (
         select m.id from movements m where m.channel = c.channel and m.account = c.account and m.business_date = c.business_date
          order by m.id desc limit 1) m where not c.near)) as after`,
    [at, channel ?? null, account ?? null],
  )
  return rows[0].after
}
