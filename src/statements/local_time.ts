import { Failure } from '../kernel/failure.ts'

/**
 * Local wall time to an instant. A statement's rows cluster on few days, so the offset of a day is asked of Temporal once;
 * only days on which the clock changes are asked time by time.
 */
export class LocalClock {
  readonly zone: string
  #day = 0
  #midnight = 0
  #steady = true

  constructor(zone: string) {
    try {
      Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
    } catch {
      throw new Failure(
        'zone_unknown',
        {
          zh: `时区“${zone}”无法识别：请使用 Asia/Shanghai 这样的名称`,
          en: `time zone "${zone}" is not known: use a name like Asia/Shanghai`,
        },
        { zone },
      )
    }
    this.zone = zone
  }

  /** Epoch milliseconds, or NaN when there is no such day or time. `ymd` is 20261122. */
  at(ymd: number, hour: number, minute: number, second: number): number {
    if (hour > 23 || minute > 59 || second > 59) return Number.NaN
    if (ymd !== this.#day && !this.#turnTo(ymd)) return Number.NaN
    if (this.#steady) return this.#midnight + ((hour * 60 + minute) * 60 + second) * 1_000
    const date = dateOf(ymd)
    return date
      ? date.toZonedDateTime({ timeZone: this.zone, plainTime: { hour, minute, second } }).epochMilliseconds
      : Number.NaN
  }

  #turnTo(ymd: number): boolean {
    const date = dateOf(ymd)
    if (!date) return false
    const midnight = date.toZonedDateTime(this.zone)
    this.#day = ymd
    this.#midnight = midnight.epochMilliseconds
    this.#steady =
      midnight.hoursInDay === 24 && midnight.offset === midnight.add({ hours: 23 }).offset && midnight.hour === 0
    return true
  }
}

function dateOf(ymd: number): Temporal.PlainDate | null {
  const year = Math.floor(ymd / 10_000)
  if (year < 1900 || year > 2200) return null
  try {
    return Temporal.PlainDate.from({ year, month: Math.floor(ymd / 100) % 100, day: ymd % 100 }, { overflow: 'reject' })
  } catch {
    return null
  }
}

/** True when there is such a calendar day. */
export const isDay = (ymd: number): boolean => dateOf(ymd) !== null

/** 20261122 → "2026-11-22". */
export const dayText = (ymd: number): string => {
  const text = String(ymd)
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`
}

/** The number of two digits; far below zero where one of them is none. */
export const twoDigits = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NO_DIGITS
}

/** Stays below zero whatever other digits of a date add to it. */
const NO_DIGITS = -1e9

/**
 * "2026-11-20 23:59:51" between two positions, the one spelling nearly every Chinese channel uses; NaN for anything else.
 */
export function stampAt(text: string, from: number, to: number, clock: LocalClock): number {
  if (to - from !== 19) return Number.NaN
  if (text.charCodeAt(from + 4) !== 45 || text.charCodeAt(from + 7) !== 45 || text.charCodeAt(from + 10) !== 32)
    return Number.NaN
  if (text.charCodeAt(from + 13) !== 58 || text.charCodeAt(from + 16) !== 58) return Number.NaN
  const ymd =
    (twoDigits(text, from) * 100 + twoDigits(text, from + 2)) * 10_000 +
    twoDigits(text, from + 5) * 100 +
    twoDigits(text, from + 8)
  const hour = twoDigits(text, from + 11)
  const minute = twoDigits(text, from + 14)
  const second = twoDigits(text, from + 17)
  if (!(ymd > 0 && hour >= 0 && minute >= 0 && second >= 0)) return Number.NaN
  return clock.at(ymd, hour, minute, second)
}
