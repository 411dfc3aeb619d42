import type { Day } from '../kernel/business_day.ts'
import { isDay, type LocalClock } from './local_time.ts'

export type Moment = { readonly at: number | null; readonly date: Day | null }

const MOMENT = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?$/

/**
 * "2026-11-20" or "2026-11-20T10:15:00.000+01:00" as XML writes them; null for anything else. Without an offset the time is
 * local; an offset behind a date alone does not move the day.
 */
export function isoMoment(text: string, clock: LocalClock, utc: LocalClock): Moment | null {
  const parts = MOMENT.exec(text)
  if (!parts) return null
  const ymd = Number(parts[1]) * 10_000 + Number(parts[2]) * 100 + Number(parts[3])
  if (parts[4] === undefined) return isDay(ymd) ? { at: null, date: text.slice(0, 10) } : null
  const minutes = offsetMinutes(parts[8])
  if (Number.isNaN(minutes)) return null
  const endOfDay = parts[4] === '24' && parts[5] === '00' && parts[6] === '00'
  const at = (parts[8] === undefined ? clock : utc).at(
    ymd,
    endOfDay ? 0 : Number(parts[4]),
    Number(parts[5]),
    Number(parts[6]),
  )
  if (Number.isNaN(at)) return null
  const millis = parts[7] === undefined ? 0 : Number(parts[7].slice(0, 3).padEnd(3, '0'))
  return { at: at + millis - minutes * 60_000 + (endOfDay ? 86_400_000 : 0), date: null }
}

function offsetMinutes(text: string | undefined): number {
  if (text === undefined || text === 'Z') return 0
  const hours = Number(text.slice(1, 3))
  const minutes = Number(text.slice(4, 6))
  if (hours > 14 || minutes > 59) return Number.NaN
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}
