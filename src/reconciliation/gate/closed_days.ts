import type pg from 'pg'
import type { Day } from '../../kernel/business_day.ts'
import { NO_PAYOUT } from '../days/work_books.ts'

/** A closed business day of one account, and how far its books reach. */
export type ClosedDay = {
  readonly id: number
  readonly channel: string
  readonly account: string
  readonly day: Day
}

/** The last closed days of each account, oldest first. */
export async function lastClosedDays(db: pg.Pool | pg.ClientBase, count: number): Promise<ClosedDay[]> {
  const { rows } = await db.query(
    `select id, channel, account, business_date as day
       from (select *, row_number() over (partition by channel, account order by business_date desc) as back
               from days where state = 'closed') d
      where back <= $1 order by channel, account, business_date`,
    [count],
  )
  return rows
}

/** The last day that any account has closed; null: none. */
export async function lastClosedDay(db: pg.Pool | pg.ClientBase): Promise<Day | null> {
  const { rows } = await db.query("select max(business_date) as day from days where state = 'closed'")
  return rows[0].day
}

/**
 * Puts a book of a closed day into `day_…` of the scratch of this connection, as its close saw them: its own rows up to the marks, but for
 * those that came late (they count in another day) and lines that a newer version of the statement took away; and those late ones that
 * count in it.
 */
export async function copyBook(
  client: pg.ClientBase,
  day: ClosedDay,
  book: 'movements' | 'statement_lines',
): Promise<void> {
  const ours = book === 'movements'
  const standing = ours
    ? 'true'
    : `not exists (select from superseded_lines s where s.order_no = b.order_no and s.line_id = b.id) and ${NO_PAYOUT}`
  await client.query(
    `insert into day_${book}
     select b.* from days d join public.${book} b on b.channel = d.channel and b.account = d.account and b.business_date = d.business_date
      where d.id = $1 and b.id <= d.${ours ? 'movement_mark' : 'line_mark'} and ${standing}
        and not exists (select from late_rows r where r.side = $2 and r.order_no = b.order_no and r.row_id = b.id and r.day_id <> d.id)
     union all
     select b.* from late_rows r join public.${book} b on b.order_no = r.order_no and b.id = r.row_id
       join days d on d.id = r.day_id and d.business_date <> b.business_date
      where r.day_id = $1 and r.side = $2 and ${standing}`,
    [day.id, ours ? 'ours' : 'theirs'],
  )
}

export type BookFacts = { readonly rows: number; readonly currencies: readonly string[]; readonly refunds: boolean }

/** What settling asks about the books in the scratch. */
export async function factsOf(client: pg.ClientBase): Promise<BookFacts> {
  const { rows } = await client.query(`
    select currency, sum(rows)::bigint as rows, bool_or(refunds) as refunds
      from (select currency, count(*) as rows, bool_or(kind = 'refund') as refunds from movements group by 1
            union all
            select currency, count(*), bool_or(kind = 'refund') from statement_lines group by 1) b
     group by 1 order by 1`)
  return {
    rows: rows.reduce((sum, row) => sum + Number(row.rows), 0),
    currencies: rows.map(row => row.currency),
    refunds: rows.some(row => row.refunds),
  }
}
