import { isDay, type LocalClock, stampAt } from '../statements/local_time.ts'

/** 2026-11-25T10:00:00+08:00 */
export const offsetStamp = (at: Date, zone: string): string =>
  local(at, zone).toString({ timeZoneName: 'never', smallestUnit: 'second' })

/** 2026-11-25 10:00:00 */
export const dashedStamp = (at: Date, zone: string): string => {
  const text = local(at, zone).toPlainDateTime().toString({ smallestUnit: 'second' })
  return text.replace('T', ' ')
}

/** 20261125100000 */
export const compactStamp = (at: Date, zone: string): string => dashedStamp(at, zone).replace(/\D/g, '')

/** An instant with its offset; null for anything else. */
export function readOffsetStamp(text: unknown): Date | null {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return null
  return valid(Date.parse(text))
}

/** "2026-11-25 10:00:00", with or without milliseconds, by the channel's clock; null for anything else. */
export function readDashedStamp(text: unknown, clock: LocalClock): Date | null {
  if (typeof text !== 'string') return null
  const stamp = text.replace(/\.\d{1,3}$/, '')
  return valid(stampAt(stamp, 0, stamp.length, clock))
}

/** "20261125100000" by the channel's clock; null for anything else. */
export function readCompactStamp(text: unknown, clock: LocalClock): Date | null {
  const found = typeof text === 'string' ? /^(\d{8})(\d\d)(\d\d)(\d\d)$/.exec(text) : null
  if (!found || !isDay(Number(found[1]))) return null
  return valid(clock.at(Number(found[1]), Number(found[2]), Number(found[3]), Number(found[4])))
}

/** Whether it is `time` ("10:00") of the day after `day` or later, on the channel's wall clock. */
export const isReady = (at: Date, day: string, zone: string, time: string): boolean =>
  Temporal.PlainDateTime.compare(
    local(at, zone).toPlainDateTime(),
    Temporal.PlainDate.from(day).add({ days: 1 }).toPlainDateTime(Temporal.PlainTime.from(time)),
  ) >= 0

const local = (at: Date, zone: string) => Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)

const valid = (epochMs: number): Date | null => (Number.isNaN(epochMs) ? null : new Date(epochMs))
