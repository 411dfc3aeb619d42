import type pg from 'pg'
import type { AccountDay } from './day_store.ts'

type Db = pg.Pool | pg.ClientBase

/** FILE of the FILE#N by which a line is called: the file's name, made unique where several are named alike. */
export async function fileNames(db: Db): Promise<(file: number) => string> {
  const { rows } = await db.query(
    'select id, case when count(*) over (partition by name) > 1 then name || $1 || id else name end as name from statement_files',
    ['@'],
  )
  const names = new Map(rows.map(row => [row.id as number, row.name as string]))
  return file => names.get(file) ?? `statement@${file}`
}

/** How often a day's books were touched, and whether all of it must be looked at. */
export async function touchedTimes(db: Db, of: AccountDay): Promise<{ times: number; whole: boolean }> {
  const { rows } = await db.query(
    'select times, whole from touched_days where channel = $1 and account = $2 and business_date = $3',
    [of.channel, of.account, of.day],
  )
  return rows[0] ?? { times: 0, whole: false }
}

/** What was seen is done; a touch since then stays. */
export async function takeTouched(tx: Db, of: AccountDay, times: number): Promise<void> {
  await tx.query('delete from touched_days where channel = $1 and account = $2 and business_date = $3 and times = $4', [
    of.channel,
    of.account,
    of.day,
    times,
  ])
}
