import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

const POLL_MS = 2

/**
 * A number up to which all movements are there, committed: every later one has a greater one. A booking takes its lock on the table before its number,
 * so those that hold one now are waited for; whoever comes meanwhile gets greater numbers and waits for nothing.
 */
export async function bookedUpTo(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query(
    'select case when is_called then last_value else 0 end as mark from public.movement_ids',
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
