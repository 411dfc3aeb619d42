import { exponentOf, formatMinor } from '../../kernel/money.ts'
import { narrow } from '../amount_text.ts'
import { type Collector, ExactSum, type Sentences } from '../collector.ts'

/** Number and sum of the records of one kind, to hold against a total of the file. */
export class Count {
  count = 0
  readonly sum = new ExactSum()

  add(amount: number): void {
    this.count++
    this.sum.add(amount)
  }
}

/** A stated number of records ("20" or "20.0") against the computed one. */
export function countControl(
  into: Collector,
  name: string,
  stated: string,
  computed: number,
  explained?: boolean,
): void {
  const ok = /^\d+(\.0+)?$/.test(stated.trim()) && Number(stated) === computed
  into.control({ name, stated: stated.trim(), computed: String(computed), ok }, explained)
}

/** How a stated sum is to be taken. */
export type SumStyle = {
  /** The sign of the stated sum says nothing (支出合计 is printed with and without one). */
  readonly unsigned?: boolean
  /** Why it may fail in a file that is in order. */
  readonly because?: Sentences
}

/** A stated sum in major units against the computed one in minor units. */
export function sumControl(
  into: Collector,
  name: string,
  stated: string,
  computed: bigint,
  currency: string,
  style: SumStyle = {},
): void {
  const read = exactMinor(stated, exponentOf(currency))
  const [wanted, own] = style.unsigned
    ? [read === null ? null : magnitude(read), magnitude(computed)]
    : [read, computed]
  const control = { name, stated: stated.trim(), computed: formatMinor(own, currency), ok: wanted === own }
  into.control(control, style.because !== undefined || into.rejectedCount > 0, style.because)
}

export const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)

/** A sum of any size, or null. */
export function exactMinor(text: string, exponent: number): bigint | null {
  const parts = /^([+-]?)¥?(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?元?$/.exec(narrow(text).trim())
  if (!parts) return null
  const [, sign = '', whole = '', fraction = ''] = parts
  if (/[1-9]/.test(fraction.slice(exponent))) return null
  const value = BigInt(whole.replaceAll(',', '') + fraction.slice(0, exponent).padEnd(exponent, '0'))
  return sign === '-' ? -value : value
}

/**
 * A running balance: every row leads from the balance before it to the one it states. The rows of a complete file form one
 * chain from the opening to the closing balance, in whatever order they stand (newest first, or two of one second swapped);
 * a row that is missing, doubled or changed breaks it.
 */
export class BalanceChain {
  readonly #name: string
  readonly #currency: string
  readonly #into: Collector
  /** How often each balance was reached, less how often it was left. */
  readonly #open = new Map<number, number>()
  readonly #moved = new ExactSum()
  #first: { before: number; after: number } | null = null
  #last: { before: number; after: number } | null = null
  #ascending = 0
  #descending = 0
  #rows = 0
  #upBreak: Place | null = null
  #downBreak: Place | null = null

  constructor(name: string, currency: string, into: Collector) {
    this.#name = name
    this.#currency = currency
    this.#into = into
  }

  take(amount: number, balance: number, place: Place): void {
    const before = balance - amount
    this.#rows++
    this.#moved.add(amount)
    if (this.#last) {
      if (this.#last.after === before) this.#ascending++
      else this.#upBreak ??= { record: place.record, line: place.line }
      if (this.#last.before === balance) this.#descending++
      else this.#downBreak ??= { record: place.record, line: place.line }
    }
    this.#last = { before, after: balance }
    this.#first ??= this.#last
    this.#turn(balance, 1)
    this.#turn(before, -1)
  }

  end(): void {
    const [first, last] = [this.#first, this.#last]
    if (!first || !last) return
    const newestFirst = this.#descending > this.#ascending
    const whole =
      this.#open.size === 0 || (this.#open.size === 2 && [...this.#open.values()].every(times => Math.abs(times) === 1))
    const ends = [...this.#open].sort((a, b) => a[1] - b[1])
    const inOrder = Math.max(this.#ascending, this.#descending) === this.#rows - 1
    const opening = whole && !inOrder ? (ends[0]?.[0] ?? first.before) : newestFirst ? last.before : first.before
    const closing = whole && !inOrder ? (ends[1]?.[0] ?? first.before) : newestFirst ? first.after : last.after
    const broken = newestFirst ? this.#downBreak : this.#upBreak
    const text = (value: bigint): string => formatMinor(value, this.#currency)
    if (!whole)
      this.#into.warn({ ...broken, column: this.#name }, 'balance_broken', {
        zh: `“${this.#name}”从这一行起与前后记录的金额接不上：可能缺行、重复或被改动`,
        en: `"${this.#name}" does not follow from the rows around this one: rows are missing, doubled or changed`,
      })
    const computed = text(BigInt(opening) + this.#moved.value)
    this.#into.control({ name: this.#name, stated: text(BigInt(closing)), computed, ok: whole })
  }

  #turn(balance: number, by: 1 | -1): void {
    const times = (this.#open.get(balance) ?? 0) + by
    if (times === 0) this.#open.delete(balance)
    // A broken file would fill the memory with loose ends; it is broken long before that.
    else if (this.#open.size < LOOSE_ENDS_MAX || this.#open.has(balance)) this.#open.set(balance, times)
  }
}

type Place = { readonly record: number; readonly line: number }

const LOOSE_ENDS_MAX = 10_000
