import type { Db } from './account_store.ts'

export type Tries = { readonly key: Buffer; readonly failures: number; readonly lockedUntil: Date | null }

const TRIES = `key_sm3 as key, failures, locked_until as "lockedUntil"`

export async function readTries(db: Db, keys: readonly Buffer[]): Promise<Tries[]> {
  const { rows } = await db.query(`select ${TRIES} from log_in_tries where key_sm3 = any($1)`, [keys])
  return rows
}

/** As `readTries`, and whoever tries the same at this moment waits for us: there is a row to lock even for the first try. */
export async function holdTries(tx: Db, keys: readonly Buffer[], at: Date): Promise<Tries[]> {
  const { rows } = await tx.query(
    `insert into log_in_tries (key_sm3, failures, last_at) select key, 0, $2 from unnest($1::bytea[]) as k (key) order by key
         on conflict (key_sm3) do update set key_sm3 = excluded.key_sm3 returning ${TRIES}`,
    [keys, at],
  )
  return rows
}

export const setTries = (tx: Db, tries: readonly Tries[], at: Date): Promise<unknown> =>
  tx.query(
    `update log_in_tries t set failures = n.failures, locked_until = n.locked_until, last_at = $4
       from unnest($1::bytea[], $2::integer[], $3::timestamptz[]) as n (key, failures, locked_until) where t.key_sm3 = n.key`,
    [
      tries.map(({ key }) => key),
      tries.map(({ failures }) => failures),
      tries.map(({ lockedUntil }) => lockedUntil),
      at,
    ],
  )

export const forgetTries = (db: Db, keys: readonly Buffer[]): Promise<unknown> =>
  db.query('delete from log_in_tries where key_sm3 = any($1)', [keys])

export const forgetOldTries = (db: Db, before: Date): Promise<unknown> =>
  db.query('delete from log_in_tries where last_at < $1', [before])
