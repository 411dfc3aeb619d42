import { narrow } from '../amount_text.ts'
import { isDay, LocalClock, twoDigits } from '../local_time.ts'
import type { DateOrder } from '../statement.ts'

/** A written moment, as far as it can be told without knowing the order of day and month. */
export type Written = {
  /** 20261122 where year, month and day are certain. */
  readonly ymd: number
  /** Else the two doubtful numbers and the year. */
  readonly a: number
  readonly b: number
  readonly year: number
  /** Seconds of the day, null where only a date is written. */
  readonly seconds: number | null
  readonly millis: number
  /** Minutes east of UTC where the text says so. */
  readonly offset: number | null
  /** The year has two digits, so 26/02/03 may begin with it. Then `a` and `b` are set even where `ymd` is. */
  readonly short: boolean
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const TIME =
  /^[\sT,]*(?:(上午|下午)\s*)?(\d{1,2})[:：时点.](\d{2})(?:[:：分.](\d{2})秒?)?(?:[.,](\d{1,9}))?\s*(AM|PM)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i

/** null: no date. */
export function readWritten(text: string): Written | null {
  const trimmed = narrow(text).trim()
  const compact = /^(\d{4})(\d{2})(\d{2})(?:[\sT]?(\d{2}):?(\d{2}):?(\d{2}))?$/.exec(trimmed)
  if (compact) {
    const seconds =
      compact[4] === undefined ? null : clockSeconds(Number(compact[4]), Number(compact[5]), Number(compact[6]))
    return seconds === -1 ? null : certain(Number(compact[1]), Number(compact[2]), Number(compact[3]), seconds)
  }
  let parts = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?(?!\d)(.*)$/s.exec(trimmed)
  if (parts) return withTime(certain(Number(parts[1]), Number(parts[2]), Number(parts[3]), null), parts[4]!)
  // 民國 years: three digits, counted from 1911.
  parts = /^(1\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?(?!\d)(.*)$/s.exec(trimmed)
  if (parts) return withTime(certain(Number(parts[1]) + 1911, Number(parts[2]), Number(parts[3]), null), parts[4]!)
  parts = /^(\d{1,2})[-/. ]([a-z]{3,9})\.?[-/. ,]+(\d{4}|\d{2})(?!\d)(.*)$/is.exec(trimmed)
  if (parts) return withTime(certain(fullYear(parts[3]!), monthOf(parts[2]!), Number(parts[1]), null), parts[4]!)
  parts = /^([a-z]{3,9})\.? (\d{1,2}),? (\d{4})(?!\d)(.*)$/is.exec(trimmed)
  if (parts) return withTime(certain(Number(parts[3]), monthOf(parts[1]!), Number(parts[2]), null), parts[4]!)
  parts = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)$/s.exec(trimmed)
  if (!parts) return null
  const [, a = '', sign = '', b = '', year = '', rest = ''] = parts
  const open = { ymd: 0, a: Number(a), b: Number(b), year: fullYear(year), seconds: null, millis: 0, offset: null }
  const short = year.length === 2
  if (sign !== '.') return withTime({ ...open, short }, rest)
  // With points the day comes first, wherever points are used, unless the year may.
  const pointed = certain(open.year, open.b, open.a, null)
  if (pointed) return withTime(short ? { ...open, ymd: pointed.ymd, short } : pointed, rest)
  return short ? withTime({ ...open, short }, rest) : null
}

const certain = (year: number, month: number, day: number, seconds: number | null): Written | null => {
  const ymd = year * 10_000 + month * 100 + day
  return isDay(ymd) ? { ymd, a: 0, b: 0, year, seconds, millis: 0, offset: null, short: false } : null
}

const fullYear = (text: string): number => (text.length === 4 ? Number(text) : 2000 + Number(text))

const monthOf = (name: string): number => MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1

function withTime(date: Written | null, rest: string): Written | null {
  if (date === null || rest.trim() === '') return date
  const time = readTime(rest)
  return time && { ...date, ...time }
}

/** "08:05:09", "080509", "8:05 PM +08:00". */
export function readTime(text: string): { seconds: number; millis: number; offset: number | null } | null {
  const plain = plainTime(text)
  if (plain >= 0) return { seconds: plain, millis: 0, offset: null }
  const compact = /^(\d{2})(\d{2})(\d{2})$/.exec(text.trim())
  if (compact) {
    const seconds = clockSeconds(Number(compact[1]), Number(compact[2]), Number(compact[3]))
    return seconds < 0 ? null : { seconds, millis: 0, offset: null }
  }
  const parts = TIME.exec(narrow(text))
  if (!parts) return null
  const half =
    parts[1] === '下午' || /pm/i.test(parts[6] ?? '')
      ? 'pm'
      : parts[1] === '上午' || /am/i.test(parts[6] ?? '')
        ? 'am'
        : null
  let hour = Number(parts[2])
  if (half && (hour < 1 || hour > 12)) return null
  if (half === 'pm' && hour < 12) hour += 12
  if (half === 'am' && hour === 12) hour = 0
  const seconds = clockSeconds(hour, Number(parts[3]), Number(parts[4] ?? 0))
  if (seconds < 0) return null
  return { seconds, millis: Number((parts[5] ?? '').slice(0, 3).padEnd(3, '0')), offset: offsetOf(parts[7]) }
}

/** Seconds of the day of "08:05:09", which nearly all files write; below zero for anything else. */
function plainTime(text: string): number {
  if (text.length !== 8 || text.charCodeAt(2) !== 58 || text.charCodeAt(5) !== 58) return -1
  const [hour, minute, second] = [twoDigits(text, 0), twoDigits(text, 3), twoDigits(text, 6)]
  return hour < 0 || minute < 0 || second < 0 ? -1 : clockSeconds(hour, minute, second)
}

const clockSeconds = (hour: number, minute: number, second: number): number =>
  hour > 23 || minute > 59 || second > 59 ? -1 : (hour * 60 + minute) * 60 + second

function offsetOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const parts = /^([+-])(\d{2}):?(\d{2})$/.exec(text)
  if (!parts) return 0
  return (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3]))
}

/** Excel's day numbers (1900 system, 25569 is 1970-01-01), of years 1954 to 2119. */
export function readSerial(text: string): Written | null {
  if (!/^\d{5}(\.\d+)?$/.test(text.trim())) return null
  const serial = Number(text)
  if (serial < 20_000 || serial > 80_000) return null
  const date = Temporal.PlainDate.from('1970-01-01').add({ days: Math.floor(serial) - 25_569 })
  // A fraction of a day is exact to about a microsecond with ten decimals; whole seconds are meant.
  const seconds = Math.round((serial - Math.floor(serial)) * 86_400)
  const next = seconds === 86_400
  const day = next ? date.add({ days: 1 }) : date
  const ymd = day.year * 10_000 + day.month * 100 + day.day
  return {
    ymd,
    a: 0,
    b: 0,
    year: day.year,
    seconds: text.includes('.') ? (next ? 0 : seconds) : null,
    millis: 0,
    offset: null,
    short: false,
  }
}

/** Which orders of day and month all the values allow. */
export function ordersOf(values: readonly Written[]): readonly ('dmy' | 'mdy')[] {
  const doubtful = values.filter(value => value.ymd === 0)
  const allows = (order: 'dmy' | 'mdy') => doubtful.every(value => ymdOf(value, order) > 0)
  return (['dmy', 'mdy'] as const).filter(allows)
}

/** 20261122, or 0 when there is no such day in this order. */
export function ymdOf(value: Written, order: DateOrder | null): number {
  if (value.ymd > 0 && !(value.short && order === 'ymd')) return value.ymd
  if (order === null) return 0
  const [year, month, day] =
    order === 'dmy'
      ? [value.year, value.b, value.a]
      : order === 'mdy'
        ? [value.year, value.a, value.b]
        : [2000 + value.a, value.b, value.year % 100]
  const ymd = year * 10_000 + month * 100 + day
  return isDay(ymd) ? ymd : 0
}

/** The instant of a written moment; NaN where there is none. */
export function instantOf(
  ymd: number,
  time: { seconds: number; millis: number; offset: number | null },
  clock: LocalClock,
  utc: LocalClock,
): number {
  const { seconds, millis, offset } = time
  const at = (offset === null ? clock : utc).at(
    ymd,
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  )
  return at + millis - (offset ?? 0) * 60_000
}

const UTC = new LocalClock('UTC')

/**
 * A moment with a date and a time, however it is written or shown by a spreadsheet (2026/11/20 9:05, 46346.378): epoch
 * milliseconds. NaN where the text has not both, or its order of day and month is open.
 */
export function momentOf(text: string, clock: LocalClock): number {
  const written = readWritten(text) ?? readSerial(text)
  if (!written || written.ymd <= 0 || written.seconds === null) return Number.NaN
  return instantOf(written.ymd, { ...written, seconds: written.seconds }, clock, UTC)
}
