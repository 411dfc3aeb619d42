import pg from 'pg'
import { CORRECTIONS } from '../../statements/line_store.ts'
import { fileOf, recordOf } from '../open_rows.ts'
import type { BusinessDay } from './day.ts'

/**
 * The rows a run looks at, copied into its scratch: those of the day that have no place yet, those that wait in open discrepancies of the account
 * (in transit among them), those that came late for a closed day, and those whose partner a newer version of the statement took away.
 */
export type WorkScope = {
  readonly day: BusinessDay
  /** Movements beyond it come too late for the run (`movementMark`). */
  readonly movementMark: number
  /** Rows of the day up to here have been seen by an earlier run, and those without a place are in open discrepancies. */
  readonly seenMovements: number
  readonly seenLines: number
  /** Nobody has placed any row of the day yet. */
  readonly untouched: boolean
  /** The day is the account's first open one: what came late counts in it. */
  readonly takesLate: boolean
}

export type WorkFacts = {
  readonly rows: number
  readonly refunds: boolean
  readonly currencies: readonly string[]
  /** The highest id of the day's rows that were looked at. */
  readonly mark: number
  /** The one file that brought all of the rows; null: there are several, or entries that correct closed days, or no rows. */
  readonly file: number | null
}

type Book = { readonly table: 'movements' | 'statement_lines'; readonly side: 'ours' | 'theirs'; readonly mark: string }
const OURS: Book = { table: 'movements', side: 'ours', mark: 'movement_mark' }
const THEIRS: Book = { table: 'statement_lines', side: 'theirs', mark: 'line_mark' }

/**
 * Days that were settled by a version that did not wait for bookings under way may have rows below the highest id that was seen: nothing is under way so long that
 * so many others come meanwhile. The close asks again for all, under a lock.
 */
const IN_FLIGHT = 10_000

/** Late rows are looked for so many days back: an order number is another order after a month. */
const LATE_DAYS = 45

export const ROW_DAYS =
  'create unlogged table row_days (side book_side not null, id bigint not null, day_id integer not null)'

export const fillOurs = (client: pg.ClientBase, scope: WorkScope): Promise<WorkFacts> =>
  fill(client, scope, OURS, Math.max(-1, scope.seenMovements - IN_FLIGHT), scope.movementMark)

export const fillTheirs = (client: pg.ClientBase, scope: WorkScope): Promise<WorkFacts> =>
  fill(client, scope, THEIRS, scope.seenLines, Number.MAX_SAFE_INTEGER)

async function fill(
  client: pg.ClientBase,
  { day, untouched, takesLate }: WorkScope,
  book: Book,
  above: number,
  upTo: number,
): Promise<WorkFacts> {
  const { table, side } = book
  const standing =
    side === 'theirs'
      ? `not exists (select from superseded_lines s where s.order_no = b.order_no and s.line_id = b.id) and ${NO_PAYOUT}`
      : 'true'
  const of = [day.channel, day.account]
  // Small sets are looked up by index; the day's own rows are read in one go.
  await client.query('set enable_nestloop to on')
  // Rows that make a table come into it in half the time that an insert takes; only a prepared statement has parameters there.
  const values = [...of, day.day, String(above), String(upTo)].map(value => pg.escapeLiteral(value))
  await client.query(
    `prepare rows_of_day as select b.* from public.${table} b
      where b.channel = $1 and b.account = $2 and b.business_date = $3 and b.id > $4 and b.id <= $5 and ${standing}
        ${untouched ? '' : `and ${unplaced(book)}`}`,
  )
  await client.query(
    `create unlogged table ${table} with (autovacuum_enabled = false) as execute rows_of_day (${values.join(', ')})`,
  )
  await client.query(
    `with waiting as (
       insert into row_days select r.side, r.row_id, r.day_id
         from discrepancies x join discrepancy_rows r on r.discrepancy_id = x.id and r.live and r.side = $3
        where x.channel = $1 and x.account = $2 and x.state in ('open', 'waived') and x.origin = 'engine'
       returning id
     )
     insert into ${table} select b.* from waiting w join discrepancy_rows r on r.row_id = w.id and r.side = $3 and r.live
       join public.${table} b on b.order_no = r.order_no and b.id = r.row_id where ${standing}`,
    [...of, side],
  )
  if (takesLate)
    await client.query(
      `with late as (
         insert into ${table} select b.* from days c join public.${table} b on b.channel = c.channel and b.account = c.account
                and b.business_date = c.business_date and b.id > c.${book.mark}
          where c.channel = $1 and c.account = $2 and c.state = 'closed' and c.business_date > $3::date - ${LATE_DAYS}
            and ${standing} and ${unplaced(book)}
         returning order_no, id
       ), told as (
         insert into row_days select $5, id, $4 from late
       )
       insert into late_rows (side, order_no, row_id, day_id) select $5, order_no, id, $4 from late on conflict do nothing`,
      [...of, day.day, day.id, side],
    )
  await client.query(
    `with reopened as (
       ${side === 'ours' ? REOPENED_OURS : REOPENED_THEIRS}
     ), told as (
       insert into row_days select '${side}', id, day_id from reopened
     )
     insert into ${table} select b.* from reopened o join public.${table} b on b.order_no = o.order_no and b.id = o.id
      where ${standing} and not exists (select from ${table} here where here.id = b.id)`,
    side === 'ours' ? [...of, day.day, day.id] : [...of, day.day],
  )
  await client.query('set enable_nestloop to off')
  const { rows } = await client.query(
    `select currency, count(*) as rows, bool_or(kind = 'refund') as refunds, max(id) filter (where business_date = $1) as mark,
            min(id) as first, max(id) as last
       from ${table} group by currency`,
    [day.day],
  )
  const [first, last] = [Math.min(...rows.map(row => row.first)), Math.max(...rows.map(row => row.last))]
  return {
    rows: rows.reduce((sum, row) => sum + row.rows, 0),
    refunds: rows.some(row => row.refunds),
    currencies: rows.map(row => row.currency),
    mark: rows.reduce((most, row) => Math.max(most, row.mark ?? -1), -1),
    file: rows.length > 0 && fileOf(first) === fileOf(last) && recordOf(last) < CORRECTIONS ? fileOf(first) : null,
  }
}

/** More rows than this are a day's first run: what came before them is then told by booking alone. */
const FEW = 20_000

/**
 * Numbers of which other rows than these may have a say: settling in SQL sees only the rows at hand, the engine is shown the others as well. They are
 * those of rows that waited in a discrepancy together with others, of orders that booking found paid twice, and of few rows all orders that have other payments.
 * `others`: there are rows that count in another day, or waited.
 */
export async function numbersWithPast(client: pg.ClientBase, rows: number, others: boolean): Promise<string[]> {
  await client.query('set enable_nestloop to on')
  const { rows: found } = await client.query(
    `select m.order_no as number from movements m join payment_anomalies a on a.order_no = m.order_no and a.kind in ('duplicate_payment', 'overpayment')
     ${others ? WAITED : ''}
     ${rows > FEW ? '' : OTHER_PAYMENTS}`,
  )
  await client.query('set enable_nestloop to off')
  return found.map(row => row.number).filter(number => number !== '')
}

const IN_COMPANY = `exists (
         select from discrepancy_rows r join discrepancy_rows o on o.discrepancy_id = r.discrepancy_id and o.live and (o.side, o.row_id) <> (r.side, r.row_id)
          where r.side = w.side and r.row_id = w.id and r.live)`

const WAITED = `union
     select unnest(array[m.order_no, m.merchant_order_no, m.channel_trade_no, m.refund_no])
       from row_days w join movements m on w.side = 'ours' and m.id = w.id where ${IN_COMPANY}
     union
     select unnest(array[l.merchant_order_no, l.channel_trade_no, l.refund_no, l.channel_refund_no])
       from row_days w join statement_lines l on w.side = 'theirs' and l.id = w.id where ${IN_COMPANY}`

const OTHER_PAYMENTS = `union
     select m.order_no from movements m
      where exists (select from public.movements o where o.order_no = m.order_no and o.kind = 'payment' and o.id <> m.id)`

/** Runs that may have placed rows of the account around the day: links lie together by run. $1 channel, $2 account, $3 day. */
export const NEAR_RUNS = `any(array(select r.id from runs r join days n on n.id = r.day_id
    where n.channel = $1 and n.account = $2 and n.business_date between $3::date - ${LATE_DAYS} and $3::date + ${LATE_DAYS}))`

/** A channel's payout has its place in its settlement. */
export const NO_PAYOUT =
  'not exists (select from public.payout_lines p where p.order_no = b.order_no and p.line_id = b.id)'

/** A row of a book without a place. */
export const unplaced = ({ side }: Pick<Book, 'side'>): string => `
  not exists (select from public.match_links k where ${side === 'ours' ? 'k.order_no = b.order_no and k.movement_id = b.id' : `k.line_id = b.id and k.run = ${NEAR_RUNS}`})
  and not exists (select from match_rows k where k.side = '${side}' and k.order_no = b.order_no and k.row_id = b.id and k.live)
  and not exists (select from discrepancy_rows k where k.side = '${side}' and k.order_no = b.order_no and k.row_id = b.id and k.live)`

/** Lines that count in this day, of their own date or come late, that a newer version took away, and whose consequences are not drawn yet. */
export const TAKEN_AWAY = `
  select s.order_no, s.line_id, s.by_file from superseded_lines s
    join statement_files f on f.id = s.by_file and f.channel = $1 and f.account = $2
    join public.statement_lines l on l.order_no = s.order_no and l.id = s.line_id
    left join late_rows t on t.side = 'theirs' and t.order_no = s.order_no and t.row_id = s.line_id
    left join days c on c.id = t.day_id
   where s.run is null and coalesce(c.business_date, l.business_date) = $3::date`

/** Rows of a discrepancy that ends with one of them: one that waits for the engine is looked at anyway, one that a person has decided is not. */
const REOPENED_DISCREPANT = `(${TAKEN_AWAY}) t join discrepancy_rows k on k.side = 'theirs' and k.row_id = t.line_id and k.live
    join discrepancies x on x.id = k.discrepancy_id and not (x.state in ('open', 'waived') and x.origin = 'engine')
    join days d on d.id = x.day_id and (x.state in ('open', 'waived') or d.state <> 'closed')
    join discrepancy_rows o on o.discrepancy_id = x.id and o.live`

/** Our rows that stood with one of them, in a day that is still open. */
const REOPENED_OURS = `
  select k.order_no, k.movement_id as id, coalesce(c.movement_day, $4) as day_id
    from (${TAKEN_AWAY}) t join public.match_links k on k.line_id = t.line_id and k.run = ${NEAR_RUNS}
    join runs r on r.id = k.run join days d on d.id = r.day_id and d.state <> 'closed'
    left join crossings c on c.order_no = k.order_no and c.movement_id = k.movement_id
  union
  select o.order_no, o.row_id, o.day_id
    from (${TAKEN_AWAY}) t join match_rows k on k.side = 'theirs' and k.row_id = t.line_id and k.live
    join match_groups g on g.id = k.group_id join runs r on r.id = g.run join days d on d.id = r.day_id and d.state <> 'closed'
    join match_rows o on o.group_id = g.id and o.side = 'ours' and o.live
  union
  select o.order_no, o.row_id, o.day_id from ${REOPENED_DISCREPANT} and o.side = 'ours'`

const REOPENED_THEIRS = `
  select o.order_no, o.row_id as id, o.day_id
    from (${TAKEN_AWAY}) t join match_rows k on k.side = 'theirs' and k.row_id = t.line_id and k.live
    join match_groups g on g.id = k.group_id join runs r on r.id = g.run join days d on d.id = r.day_id and d.state <> 'closed'
    join match_rows o on o.group_id = g.id and o.side = 'theirs' and o.live and o.row_id <> t.line_id
  union
  select o.order_no, o.row_id, o.day_id from ${REOPENED_DISCREPANT} and o.side = 'theirs' and o.row_id <> t.line_id`
