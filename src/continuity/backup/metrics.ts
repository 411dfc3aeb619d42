import type pg from 'pg'
import { gauge } from '../../system/metrics.ts'
import { readState } from './store.ts'

/** The database that is looked at; null where nothing looks after backups in this process. */
let watched: { readonly db: pg.Pool; readonly now: () => Date } | null = null

export const measureBackups = (what: typeof watched): void => void (watched = what)

/** NaN: there is none, or no backups are configured; a graph shows a hole, and an alert on absence fires. */
async function figure(read: (state: Awaited<ReturnType<typeof readState>>, now: Date) => number): Promise<number> {
  if (!watched) return Number.NaN
  return read(await readState(watched.db), watched.now())
}

const age = (at: Date | null, now: Date): number => (at ? (now.getTime() - at.getTime()) / 1000 : Number.NaN)

gauge('fzpay_backup_age_seconds', 'Age of the last good base backup', () =>
  figure(({ lastGood }, now) => age(lastGood, now)),
)
gauge('fzpay_backup_bytes', 'Bytes that the last good base backup takes in the repository', () =>
  figure(({ storedBytes }) => storedBytes),
)
gauge('fzpay_backup_wal_age_seconds', 'What was committed longer ago than this lies in the archive', () =>
  figure(({ archive }, now) => age(archive.until, now)),
)
gauge('fzpay_backup_wal_bytes', 'Bytes of WAL that were written to the repository, ever', () =>
  figure(({ archive }) => archive.storedBytes),
)
