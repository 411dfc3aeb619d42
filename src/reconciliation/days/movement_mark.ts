import type pg from 'pg'
import { bookedUpTo } from '../../orders/booked_up_to.ts'
import type { BusinessDay } from './day.ts'

/** An id up to which all movements of the day are there, committed: every later one has a greater id, also where rows of the day brought theirs with them. */
export async function movementMark(
  client: pg.ClientBase,
  { channel, account, day }: Pick<BusinessDay, 'channel' | 'account' | 'day'>,
): Promise<number> {
  // Asked first: what is committed by now came before whatever is waited for.
  const { rows } = await client.query(
    'select coalesce(max(id), 0) as highest from public.movements where channel = $1 and account = $2 and business_date = $3',
    [channel, account, day],
  )
  return Math.max(rows[0].highest, await bookedUpTo(client))
}
