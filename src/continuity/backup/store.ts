import type pg from 'pg'
import type { Text } from '../drill.ts'
import { lsnText } from './names.ts'
import type { Archived } from './segment_writer.ts'

type Db = pg.Pool | pg.ClientBase

export type BackupRun = {
  readonly id: string
  readonly beganAt: Date
  readonly endedAt: Date
  readonly base: string | null
  readonly bytes: number
  readonly storedBytes: number
  readonly problem: (Text & { readonly code: string }) | null
}

export async function insertRun(db: Db, run: BackupRun): Promise<void> {
  await db.query(
    `insert into backup_runs (id, began_at, ended_at, base, bytes, stored_bytes, problem) values ($1, $2, $3, $4, $5, $6, $7)`,
    [run.id, run.beganAt, run.endedAt, run.base, run.bytes, run.storedBytes, JSON.stringify(run.problem ?? {})],
  )
}

/** Newest first. */
export async function listRuns(db: Db, limit: number): Promise<BackupRun[]> {
  const { rows } = await db.query(
    `select id, began_at as "beganAt", ended_at as "endedAt", base, bytes, stored_bytes as "storedBytes", nullif(problem, '{}') as problem
       from backup_runs order by began_at desc, id desc limit $1`,
    [limit],
  )
  return rows
}

export type BackupState = {
  /** When the last good base backup began: null, there is none. */
  readonly lastGood: Date | null
  readonly lastTried: Date | null
  readonly storedBytes: number
  readonly archive: {
    readonly segment: string | null
    readonly until: Date | null
    readonly storedBytes: number
    readonly gapAt: Date | null
  }
}

export async function readState(db: Db): Promise<BackupState> {
  const { rows } = await db.query(
    `select (select max(began_at) from backup_runs where base is not null) as "lastGood",
            (select max(began_at) from backup_runs) as "lastTried",
            coalesce((select stored_bytes from backup_runs where base is not null order by began_at desc limit 1), 0) as "storedBytes",
            a.segment, a.until, a.stored_bytes as "archiveBytes", a.gap_at as "gapAt"
       from backup_archive a`,
  )
  const { lastGood, lastTried, storedBytes, segment, until, archiveBytes, gapAt } = rows[0]
  return { lastGood, lastTried, storedBytes, archive: { segment, until, storedBytes: archiveBytes, gapAt } }
}

export async function noteArchived(db: Db, { segment, lsn, until, storedBytes }: Archived): Promise<void> {
  await db.query(
    `update backup_archive set segment = $1, lsn = $2, until = greatest(until, $3), stored_bytes = stored_bytes + $4`,
    [segment, lsnText(lsn), until, storedBytes],
  )
}

export async function noteGap(db: Db, at: Date): Promise<void> {
  await db.query('update backup_archive set gap_at = $1', [at])
}
