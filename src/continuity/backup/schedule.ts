import type { BackupSettings } from './api.ts'
import type { BackupState } from './store.ts'

/** When a base backup is due, and when somebody must hear that there is none. Pure. */

const ZONE = 'Asia/Shanghai'
/** After one that failed. */
const AGAIN_MS = 30 * 60_000

/** The last of the given times of day that has come. */
export function lastScheduled(times: readonly string[], now: Date): Date {
  const local = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(ZONE)
  const moments = [local, local.subtract({ days: 1 })].flatMap(day =>
    times.map(time => day.withPlainTime(Temporal.PlainTime.from(time)).epochMilliseconds),
  )
  return new Date(Math.max(...moments.filter(moment => moment <= now.getTime())))
}

/** The first one at once; then one for each time of the schedule, and one where WAL was lost to the archive. */
export function isDue({ lastGood, lastTried, archive }: BackupState, times: readonly string[], now: Date): boolean {
  const failed = lastTried !== null && (lastGood === null || lastTried > lastGood)
  if (failed && now.getTime() - lastTried.getTime() < AGAIN_MS) return false
  if (lastGood === null || (archive.gapAt !== null && archive.gapAt > lastGood)) return true
  return lastGood < lastScheduled(times, now)
}

export type Trouble = 'backup_too_old' | 'wal_too_old' | 'wal_gap'
export const TROUBLES: readonly Trouble[] = ['backup_too_old', 'wal_too_old', 'wal_gap']

/** What the operator must hear of. `since`: when the platform began to look after backups, for one that never made any. */
export function troublesOf(
  { lastGood, archive }: BackupState,
  { alert_hours, alert_wal_minutes }: Pick<BackupSettings, 'alert_hours' | 'alert_wal_minutes'>,
  since: Date,
  now: Date,
): Trouble[] {
  const older = (at: Date | null, ms: number): boolean => now.getTime() - (at ?? since).getTime() > ms
  const found: Trouble[] = []
  if (older(lastGood, alert_hours * 3_600_000)) found.push('backup_too_old')
  if (older(archive.until, alert_wal_minutes * 60_000) && older(since, alert_wal_minutes * 60_000))
    found.push('wal_too_old')
  if (archive.gapAt !== null && (lastGood === null || archive.gapAt > lastGood)) found.push('wal_gap')
  return found
}
