import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { BusinessDay } from './day.ts'

/**
 * The books of a day of which nobody has placed a row yet, looked at where they lie: a copy of a million rows would cost as much as pairing them. What
 * `movements` and `statement_lines` mean in the scratch becomes a view of the day's rows, together with those other rows that a run looks at, which lie in
 * the scratch. However long the run takes and from however many connections, each look sees the same rows: those up to a mark that were there when it began.
 */
export async function movementsInPlace(client: pg.ClientBase, day: BusinessDay): Promise<void> {
  const mark = await movementMark(client, day)
  await client.query('create unlogged table gone_movements (id bigint not null)')
  await client.query(viewText('movements', day, mark))
}

/** Lines that do not count (`superseded_lines`, `payout_lines`) are left out as they are known now. Accepted files of before: `Overtaken` of the run. */
export async function linesInPlace(client: pg.ClientBase, day: BusinessDay): Promise<void> {
  // Imports of an account follow one another, and the number of a file that is not booked yet is greater.
  const { rows } = await client.query(
    `select coalesce(max(id), -1) * 4294967296 + 4294967295 as mark from public.statement_files
      where channel = $1 and account = $2 and kind = 'trade' and state = 'booked'`,
    [day.channel, day.account],
  )
  await client.query('create unlogged table gone_statement_lines (id bigint not null)')
  await client.query(
    `insert into gone_statement_lines
     select l.id from (select order_no, line_id from public.superseded_lines union select order_no, line_id from public.payout_lines) g
       join public.statement_lines l on l.id = g.line_id and l.order_no = g.order_no
      where l.channel = $1 and l.account = $2 and l.business_date = $3`,
    [day.channel, day.account, day.day],
  )
  await client.query(viewText('statement_lines', day, rows[0].mark))
}

/** Without rows that do not count, and those that lie in the scratch already. */
const viewText = (table: 'movements' | 'statement_lines', day: BusinessDay, mark: number): string => {
  const [channel, account, date] = [day.channel, day.account, day.day].map(text => pg.escapeLiteral(text))
  return `
    alter table ${table} rename to other_${table};
    insert into gone_${table} select id from other_${table};
    create view ${table} as
      select b.* from public.${table} b
       where b.channel = ${channel} and b.account = ${account} and b.business_date = ${date} and b.id <= ${mark}
         and not exists (select from gone_${table} g where g.id = b.id)
      union all select * from other_${table}`
}

const POLL_MS = 2

/**
 * An id up to which all movements of the day are there, committed: every later one has a greater id. A booking takes its lock on the table before its
 * number, so those that hold one now are waited for; whoever comes meanwhile gets greater numbers and waits for nothing.
 */
async function movementMark(client: pg.ClientBase, day: BusinessDay): Promise<number> {
  const { rows } = await client.query(
    `select greatest((select case when is_called then last_value else 0 end from public.movement_ids),
                     (select max(id) from public.movements where channel = $1 and account = $2 and business_date = $3)) as mark`,
    [day.channel, day.account, day.day],
  )
  const booking = `select virtualtransaction as booking from pg_locks
    where locktype = 'relation' and database = (select oid from pg_database where datname = current_database())
      and relation = 'public.movements'::regclass and mode = 'RowExclusiveLock'`
  const { rows: under } = await client.query(booking)
  let waited = under.map(row => row.booking)
  while (waited.length > 0) {
    await sleep(POLL_MS)
    const { rows: still } = await client.query(`${booking} and virtualtransaction = any($1)`, [waited])
    waited = still.map(row => row.booking)
  }
  return rows[0].mark
}
