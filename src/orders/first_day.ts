import type pg from 'pg'
import type { Day } from '../kernel/business_day.ts'

/** The first business day of an account on which money moved; null: none did yet. */
export async function firstDayOf(db: pg.Pool, channel: string, account: string): Promise<Day | null> {
  const { rows } = await db.query(
    `select business_date::text as day from movements where channel = $1 and account = $2 order by business_date limit 1`,
    [channel, account],
  )
  return rows[0]?.day ?? null
}
