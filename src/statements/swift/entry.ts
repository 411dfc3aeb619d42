import { digitsAt, fullYear, isCalendarDay, nearestYear, withinFebruary } from '../short_date.ts'

export type EntryTrouble = 'date' | 'mark' | 'amount' | 'decimals' | 'type'

/**
 * One :61: statement line: `6!n[4!n]2a[1!a]15d1!a3!c16x[//16x]`. The object is filled anew for each line; a large file has
 * millions of them.
 */
export class SwiftEntry {
  /** Entry (booking) date where the line has one, else the value date. */
  ymd = 0
  /** A day that is in no calendar (30 February) was taken for the last of its month. */
  dayMended = false
  /** C and RD: money in; D and RC: money out. */
  incoming = false
  /** EC, ED: expected, not booked. */
  expected = false
  /** The third letter of the currency; "" when it is left out. */
  funds = ''
  amount = 0
  customerRef = ''
  bankRef = ''
  /** Old Rabobank files put the counterparty behind the sixteen characters of the reference. */
  name = ''
  #value = 0
  #mmdd = -1
  #ymd = 0

  /** Null when the line was read. */
  read(text: string, from: number, to: number, exponent: number): EntryTrouble | null {
    let at = this.#dates(text, from)
    if (at < 0) return 'date'
    at = this.#mark(text, at)
    if (at < 0) return 'mark'
    const begin = at
    while (at < to && isAmountSign(text.charCodeAt(at))) at++
    const amount = commaAmount(text, begin, at, exponent)
    if (Number.isNaN(amount)) return /^\d+,\d+$/.test(text.slice(begin, at)) ? 'decimals' : 'amount'
    this.amount = amount
    // Banks use other first letters than N, S and F, and pad short codes with blanks ("NOV ").
    if (to - at < 4 || !isLetter(text.charCodeAt(at))) return 'type'
    this.#references(text, at + 4, to)
    return null
  }

  #dates(text: string, from: number): number {
    const value = digitsAt(text, from, 6)
    if (value < 0) return -1
    let at = from + 6
    let mmdd = -1
    const next = text.charCodeAt(at)
    if (next >= 48 && next <= 57) {
      mmdd = digitsAt(text, at, 4)
      if (mmdd < 0) return -1
      at += 4
    } else if (next === 32) at += 4 // Citi leaves the entry date blank
    if (value !== this.#value || mmdd !== this.#mmdd) {
      this.#value = value
      this.#mmdd = mmdd
      this.#settle(fullYear(value), mmdd)
    }
    this.ymd = this.#ymd
    return this.#ymd === 0 ? -1 : at
  }

  #settle(value: number, mmdd: number): void {
    this.#ymd = 0
    const day = withinFebruary(value)
    this.dayMended = day !== value
    if (!isCalendarDay(day)) return
    if (mmdd < 0) this.#ymd = day
    else {
      const entry = nearestYear(mmdd, day)
      const mended = withinFebruary(entry)
      if (mended !== entry) this.dayMended = true
      if (isCalendarDay(mended)) this.#ymd = mended
    }
  }

  /** `C`, `D`, `RC`, `RD`, `EC`, `ED`, then the funds code: `CR` with EUR is C and R, never a reversal. */
  #mark(text: string, from: number): number {
    let at = from
    let mark = text.charCodeAt(at)
    const reversal = mark === 82
    this.expected = mark === 69
    if (reversal || this.expected) mark = text.charCodeAt(++at)
    if (mark !== 67 && mark !== 68) return -1
    at++
    this.incoming = (mark === 67) !== reversal
    this.funds = ''
    if (isLetter(text.charCodeAt(at))) this.funds = text[at++] ?? ''
    return at
  }

  #references(text: string, from: number, to: number): void {
    let slashes = text.indexOf('//', from)
    if (slashes < 0 || slashes >= to) slashes = to
    this.bankRef = slashes + 2 < to ? text.slice(slashes + 2, to).trim() : ''
    this.name = ''
    if (slashes - from > 16 && text.charCodeAt(from + 15) === 32) {
      this.customerRef = text.slice(from, from + 16).trim()
      this.name = text.slice(from + 16, slashes).trim()
    } else this.customerRef = text.slice(from, slashes).trim()
  }
}

const isLetter = (code: number): boolean => code >= 65 && code <= 90
const isAmountSign = (code: number): boolean => (code >= 48 && code <= 57) || code === 44 || code === 46

/**
 * "12,5", "300,", "000050,00" and, against the rule but seen, "500": minor units, or NaN. A point is no decimal sign here,
 * and no thousands sign either.
 */
export function commaAmount(text: string, from: number, to: number, exponent: number): number {
  if (to <= from) return Number.NaN
  let value = 0
  let decimals = -1
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit >= 0 && digit <= 9) {
      if (decimals < exponent) {
        value = value * 10 + digit
        if (decimals >= 0) decimals++
      } else if (digit !== 0) return Number.NaN
    } else if (digit === -4 && decimals < 0 && at > from) decimals = 0
    else return Number.NaN
    if (value > Number.MAX_SAFE_INTEGER) return Number.NaN
  }
  for (let d = decimals < 0 ? 0 : decimals; d < exponent; d++) value *= 10
  return value > Number.MAX_SAFE_INTEGER ? Number.NaN : value
}
