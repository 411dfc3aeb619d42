/** Dates of six digits without a separator, as SWIFT and BAI2 files write them. */

/** Years 80 to 99 are of the last century, as the SWIFT handbook reads them. */
const CENTURY_PIVOT = 80

const DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** `length` digits from `at` on as a number; -1 when one of them is none. */
export function digitsAt(text: string, at: number, length: number): number {
  let value = 0
  for (let i = at; i < at + length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

/** 261122 → 20261122; the day is not checked. */
export const fullYear = (yymmdd: number): number =>
  (yymmdd >= CENTURY_PIVOT * 10_000 ? 19_000_000 : 20_000_000) + yymmdd

export function lastDayOf(year: number, month: number): number {
  if (month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) return 29
  return DAYS[month] ?? 0
}

export function isCalendarDay(ymd: number): boolean {
  const day = ymd % 100
  return day >= 1 && day <= lastDayOf(Math.floor(ymd / 10_000), Math.floor(ymd / 100) % 100)
}

/**
 * Banks that count every month with 30 days write 30 February (and 29 in a common year): the last day of that February.
 * Any other day that is none stays what it is.
 */
export function withinFebruary(ymd: number): number {
  const day = ymd % 100
  if (Math.floor(ymd / 100) % 100 !== 2 || day < 29 || day > 30) return ymd
  return ymd - day + Math.min(day, lastDayOf(Math.floor(ymd / 10_000), 2))
}

/** The day MMDD that lies nearest to `ymd`: an entry of 31 December may have its value on 1 January. */
export function nearestYear(mmdd: number, ymd: number): number {
  const year = Math.floor(ymd / 10_000)
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (const candidate of [year, year - 1, year + 1]) {
    const distance = Math.abs(ordinal(candidate * 10_000 + mmdd) - ordinal(ymd))
    if (distance < least) {
      least = distance
      best = candidate * 10_000 + mmdd
    }
  }
  return best
}

/** A number that grows by one a day, near enough to compare distances of months. */
const ordinal = (ymd: number): number => {
  const month = Math.floor(ymd / 100) % 100
  return Math.floor(ymd / 10_000) * 365.25 + month * 30.44 + (ymd % 100)
}
