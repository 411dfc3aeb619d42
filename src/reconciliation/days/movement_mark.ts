import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { BusinessDay } from './day.ts'

const POLL_MS = 2

/**
 * An id up to which all movements of the day are there, committed: every later one has a greater id. A booking takes its lock on the table before its
 * number, so those that hold one now are waited for; whoever comes meanwhile gets greater numbers and waits for nothing.
 */
export async function movementMark(
  client: pg.ClientBase,
  { channel, account, day }: Pick<BusinessDay, 'channel' | 'account' | 'day'>,
): Promise<number> {
  const { rows } = await client.query(
    `select greatest((select case when is_called then last_value else 0 end from public.movement_ids),
                     (select max(id) from public.movements where channel = $1 and account = $2 and business_date = $3)) as mark`,
    [channel, account, day],
  )
  const { rows: under } = await client.query(BOOKING)
  let waited = under.map(row => row.booking)
  while (waited.length > 0) {
    await sleep(POLL_MS)
    const { rows: still } = await client.query(`${BOOKING} and virtualtransaction = any($1)`, [waited])
    waited = still.map(row => row.booking)
  }
  return rows[0].mark
}

const BOOKING = `select virtualtransaction as booking from pg_locks
    where locktype = 'relation' and database = (select oid from pg_database where datname = current_database())
      and relation = 'public.movements'::regclass and mode = 'RowExclusiveLock'`
