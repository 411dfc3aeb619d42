import type pg from 'pg'
import { sqlArray } from '../system/sql_array.ts'
import type { DayOfAccount } from './file_store.ts'
import type { HeldStretch, Stretch } from './stretches.ts'

/** Stretches of a day's statement of which every line still counts, and that have none which another day's statement lists as well. */
export async function heldStretches(tx: pg.ClientBase, of: DayOfAccount): Promise<HeldStretch[]> {
  const { rows } = await tx.query(
    `select s.file_id as file, s.first, s.last, encode(s.sha256, 'hex') as sha256
       from statement_files f join statement_stretches s on s.file_id = f.id
      where f.channel = $1 and f.account = $2 and f.kind = $3 and f.day = $4 and f.state = 'booked'
        and not exists (select from superseded_lines x
                         where x.line_id between s.file_id * 4294967296 + s.first and s.file_id * 4294967296 + s.last)
        and not exists (select from shared_lines x
                         where x.line_id between s.file_id * 4294967296 + s.first and s.file_id * 4294967296 + s.last)`,
    [of.channel, of.account, of.kind, of.day],
  )
  return rows
}

/** Keeps the stretches of a file whose lines were all booked. */
export async function keepStretches(tx: pg.ClientBase, file: number, stretches: readonly Stretch[]): Promise<void> {
  await tx.query(
    `insert into statement_stretches (file_id, first, last, sha256)
     select $1, first, last, decode(sha256, 'hex') from unnest($2::integer[], $3::integer[], $4::text[]) as s (first, last, sha256)`,
    [
      file,
      sqlArray(stretches, ({ first }) => first),
      sqlArray(stretches, ({ last }) => last),
      sqlArray(stretches, ({ sha256 }) => sha256),
    ],
  )
}

/** Keeps which numbers may occur more than once among a file's lines; null: nobody has noticed, or they are too many to be told. */
export async function keepRepeated(tx: pg.ClientBase, file: number, numbers: readonly string[] | null): Promise<void> {
  await tx.query('update statement_files set repeated = $2 where id = $1', [file, numbers])
}

/** Numbers that may occur more than once among the lines of a file, all others do not; null: that must be found out. */
export async function repeatedOf(db: pg.Pool, file: number): Promise<readonly string[] | null> {
  const { rows } = await db.query('select repeated from statement_files where id = $1', [file])
  return rows[0]?.repeated ?? null
}
