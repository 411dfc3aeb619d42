import type pg from 'pg'
import type { BookSide, RowKey } from '../reconciliation/days/day.ts'
import { bumpRevision, insertRun } from '../reconciliation/days/day_store.ts'
import type { PlacedRow } from '../reconciliation/days/place_store.ts'
import { rulesOn } from '../rules/store.ts'

/** Where rows are, and what a person moves of it. Whoever calls holds the places of the account (`lockDiscrepancies`, `lockDay`). */

export type OpenDay = { readonly id: number; readonly day: string; readonly run: number; readonly closesAt: Date }

/** Days of an account that are not closed, the earliest first. */
export async function openDaysOf(
  tx: pg.ClientBase,
  of: { readonly channel: string; readonly account: string },
): Promise<OpenDay[]> {
  const { rows } = await tx.query(
    `select id, business_date::text as day, run, closes_at as "closesAt" from days where channel = $1 and account = $2 and state <> 'closed'
      order by business_date`,
    [of.channel, of.account],
  )
  return rows
}

/** Runs of the account that began before this moment are not published: they have looked at places that are others now. */
export async function overtakeRuns(tx: pg.ClientBase, days: readonly OpenDay[]): Promise<void> {
  await bumpRevision(
    tx,
    days.map(({ id }) => id),
  )
}

/** The run that what a person places on an open day belongs to: its last one, or one of its own where there was none. */
export async function runOf(tx: pg.ClientBase, day: OpenDay, at: Date): Promise<number> {
  if (day.run > 0) return day.run
  const { version } = await rulesOn(tx, day.day)
  return await insertRun(tx, day.id, version, at)
}

/** A row that stands in a discrepancy that is open. */
export type OpenRow = PlacedRow & { readonly discrepancyId: number }

const OPEN_ROW = `r.discrepancy_id as "discrepancyId", r.side, r.order_no as "orderNo", r.row_id as id, r.day_id as "dayId", r.moved,
  abs(r.moved) as amount, r.currency`

/** Those of the keys that stand in open or waived discrepancies. */
export async function openRows(tx: pg.ClientBase, keys: readonly RowKey[]): Promise<OpenRow[]> {
  const { rows } = await tx.query(
    `select ${OPEN_ROW} from unnest($1::text[], $2::text[], $3::bigint[]) as k (side, order_no, row_id)
       join discrepancy_rows r on r.side = k.side::book_side and r.order_no = k.order_no and r.row_id = k.row_id and r.live
       join discrepancies x on x.id = r.discrepancy_id and x.state in ('open', 'waived')
      order by r.side, r.row_id`,
    [keys.map(key => key.side), keys.map(key => key.orderNo), keys.map(key => key.id)],
  )
  return rows
}

/** All rows whose place these are. */
export async function rowsOf(tx: pg.ClientBase, discrepancies: readonly number[]): Promise<OpenRow[]> {
  const { rows } = await tx.query(
    `select ${OPEN_ROW} from discrepancy_rows r where r.discrepancy_id = any($1) and r.live order by r.side, r.row_id`,
    [discrepancies],
  )
  return rows
}

/** Takes rows out of their discrepancies, before they get their new place. */
export async function freeRows(tx: pg.ClientBase, rows: readonly OpenRow[]): Promise<void> {
  await tx.query(
    `update discrepancy_rows r set live = false from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) as k (discrepancy_id, side, order_no, row_id)
      where r.discrepancy_id = k.discrepancy_id and r.side = k.side::book_side and r.order_no = k.order_no and r.row_id = k.row_id and r.live`,
    [
      rows.map(row => row.discrepancyId),
      rows.map(row => row.side),
      rows.map(row => row.orderNo),
      rows.map(row => row.id),
    ],
  )
}

export type ByHand = {
  readonly by: string
  readonly at: Date
  readonly reason: string
  /** '' : it was as it was thought. */
  readonly trueCause: string
}

/** Discrepancies after some of their rows were matched by hand: over where none is left, else what is left. */
export async function endMatched(
  tx: pg.ClientBase,
  ids: readonly number[],
  group: number,
  { by, at, reason, trueCause }: ByHand,
): Promise<void> {
  await tx.query(
    `update discrepancies x set state = 'explained', ended_at = $2, ended_by = $3, action = 'match', reason = $4, match_group = $5, asked_action = '',
            true_cause = coalesce(nullif($6, ''), nullif(x.likely_cause, ''), x.cause)
      where x.id = any($1) and not exists (select from discrepancy_rows r where r.discrepancy_id = x.id and r.live)`,
    [ids, at, by, reason, group, trueCause],
  )
  await tx.query(
    `with rest as (
       select discrepancy_id as id, bool_or(side = 'ours') as ours, bool_or(side = 'theirs') as theirs, max(abs(moved)) as amount,
              sum(case when side = 'theirs' then moved else -moved end) as difference
         from discrepancy_rows where discrepancy_id = any($1) and live group by 1
     )
     update discrepancies x set difference = rest.difference, amount = rest.amount, cause = 'rest_of_match', by_currency = null,
            likely_cause = '', likely_version = null, review_id = '', asked_action = '',
            kind = case when x.kind in ('in_transit', 'waived') then x.kind when not rest.theirs then 'platform_only'
                        when not rest.ours then 'channel_only' else x.kind end,
            evidence_zh = '同一差错的其他记录已手工匹配，这是余下的。', evidence_en = 'Other rows of it were matched by hand; this is what is left.'
       from rest where x.id = rest.id`,
    [ids],
  )
}

// --- matches, to be taken apart ---------------------------------------------------------------------------------------------

export type MatchRef =
  | { readonly kind: 'group'; readonly id: number }
  | { readonly kind: 'link'; readonly orderNo: string; readonly id: number }

/** A match that stands, with the days in whose books its rows count. */
export type StandingMatch = {
  readonly channel: string
  readonly account: string
  /** Where its rows are of one merchant. */
  readonly merchant: string
  readonly run: number
  /** Of the run that made it. */
  readonly dayId: number
  readonly pass: string
  readonly difference: number
  readonly madeBy: string
  readonly confirmed: boolean
  readonly rows: readonly (PlacedRow & { readonly dayClosed: boolean })[]
}

type MatchHead = { readonly run: number; readonly pass: string; readonly difference: number; readonly madeBy: string }

/** null: there is none, or none any more. */
export async function findMatch(db: pg.Pool | pg.ClientBase, ref: MatchRef): Promise<StandingMatch | null> {
  const [head, keys] = ref.kind === 'group' ? await groupRows(db, ref.id) : await linkRows(db, ref.orderNo, ref.id)
  if (!head) return null
  const { rows } = await db.query(
    `with k as (select * from unnest($1::text[], $2::text[], $3::bigint[]) as k (side, order_no, id)),
     books as (
       select k.side, k.order_no, k.id, m.channel, m.account, m.business_date, m.status, m.amount, m.currency, coalesce(f.merchant_no, '') as merchant
         from k join movements m on k.side = 'ours' and m.order_no = k.order_no and m.id = k.id left join fee_items f on f.id = m.fee_item
       union all
       select k.side, k.order_no, k.id, l.channel, l.account, l.business_date, l.status, l.amount, l.currency, null
         from k join statement_lines l on k.side = 'theirs' and l.order_no = k.order_no and l.id = k.id
     )
     select b.side, b.order_no as "orderNo", b.id, d.id as "dayId", d.state = 'closed' as "dayClosed", b.channel, b.account, b.merchant,
            abs(b.amount) as amount, b.currency, case when b.status = 'success' then b.amount else 0 end as moved
       from books b
       left join late_rows t on t.side = b.side::book_side and t.order_no = b.order_no and t.row_id = b.id
       join days d on d.id = coalesce(t.day_id, (select c.id from days c where c.channel = b.channel and c.account = b.account
                                                     and c.business_date = b.business_date))
      order by b.side, b.id`,
    [keys.map(key => key.side), keys.map(key => key.orderNo), keys.map(key => key.id)],
  )
  const { rows: more } = await db.query(
    `select r.day_id as "dayId", exists (
              select from unnest($2::text[], $3::bigint[]) as k (order_no, id) join confirmations c on c.order_no = k.order_no and c.movement_id = k.id
               where c.undone_at is null) as confirmed
       from runs r where r.id = $1`,
    [head.run, ...ourKeys(keys)],
  )
  const [first] = rows
  if (!first || !more[0]) return null
  const merchants = new Set(rows.map(row => row.merchant).filter(merchant => merchant !== null))
  return {
    ...head,
    channel: first.channel,
    account: first.account,
    merchant: merchants.size === 1 ? ([...merchants][0] as string) : '',
    dayId: more[0].dayId,
    confirmed: more[0].confirmed,
    rows,
  }
}

const ourKeys = (keys: readonly RowKey[]): [string[], number[]] => {
  const ours = keys.filter(({ side }) => side === 'ours')
  return [ours.map(key => key.orderNo), ours.map(key => key.id)]
}

async function groupRows(db: pg.Pool | pg.ClientBase, id: number): Promise<[MatchHead | null, RowKey[]]> {
  const { rows } = await db.query(
    `select g.run, g.pass, g.difference, g.made_by as "madeBy", r.side, r.order_no as "orderNo", r.row_id as id
       from match_groups g join match_rows r on r.group_id = g.id and r.live where g.id = $1 and g.undone_at is null order by r.side, r.row_id`,
    [id],
  )
  return [rows[0] ?? null, rows.map(({ side, orderNo, id: row }) => ({ side, orderNo, id: row }))]
}

async function linkRows(
  db: pg.Pool | pg.ClientBase,
  orderNo: string,
  id: number,
): Promise<[MatchHead | null, RowKey[]]> {
  const { rows } = await db.query(
    `select k.run, k.pass::text as pass, k.line_id, l.order_no as line_order from match_links k join statement_lines l on l.id = k.line_id
      where k.order_no = $1 and k.movement_id = $2`,
    [orderNo, id],
  )
  const [link] = rows
  if (!link) return [null, []]
  return [
    { run: link.run, pass: link.pass, difference: 0, madeBy: '' },
    [
      { side: 'ours' satisfies BookSide, orderNo, id },
      { side: 'theirs' satisfies BookSide, orderNo: link.line_order, id: link.line_id },
    ],
  ]
}

/** Takes the match away; its rows have no place until they get one. */
export async function dropMatch(tx: pg.ClientBase, ref: MatchRef, { by, at, reason }: ByHand): Promise<void> {
  if (ref.kind === 'link') {
    await tx.query(
      `with gone as (delete from match_links where order_no = $1 and movement_id = $2)
       delete from crossings where order_no = $1 and movement_id = $2`,
      [ref.orderNo, ref.id],
    )
    return
  }
  await tx.query(
    `with freed as (update match_rows set live = false where group_id = $1)
     update match_groups set undone_at = $2, undone_by = $3, undone_why = $4 where id = $1`,
    [ref.id, at, by, reason],
  )
}

/** Remarks about fees of rows that are not matched any more mean nothing: something else has the rows now. */
export async function endRemarks(
  tx: pg.ClientBase,
  keys: readonly RowKey[],
  replacedBy: number,
  { by, at }: ByHand,
): Promise<void> {
  await tx.query(
    `update discrepancies x set state = 'replaced', ended_at = $4, ended_by = $5, action = 'regrouped', replaced_by = $6, review_id = '', asked_action = ''
      where x.kind = 'fee_mismatch' and x.state in ('open', 'waived')
        and x.id in (select r.discrepancy_id from unnest($1::text[], $2::text[], $3::bigint[]) as k (side, order_no, id)
                       join discrepancy_rows r on r.side = k.side::book_side and r.order_no = k.order_no and r.row_id = k.id)`,
    [keys.map(key => key.side), keys.map(key => key.orderNo), keys.map(key => key.id), at, by, replacedBy],
  )
}
