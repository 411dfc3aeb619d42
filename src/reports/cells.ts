import { seenBy } from '../access/masking.ts'
import type { Lang } from '../kernel/failure.ts'
import { instantText } from '../kernel/instant_text.ts'
import { exponentOf, formatMinor } from '../kernel/money.ts'
import { withPayer, withPerson } from '../orders/sealed.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { Column } from './content.ts'
import { CURRENCY } from './dataset.ts'
import type { Query } from './query.ts'
import type { Cell } from './workbook.ts'

/** For whom a report is written: his language, his clock, what he sees whole. */
export type Reader = { readonly lang: Lang; readonly zone: string; readonly sees: ReadonlySet<string> }

/** A row as the database gives it, in the order of `Query.sources`. */
export type RawRow = readonly unknown[]

type Opened = Readonly<Record<string, string>>

/** Rows of a query → cells of the columns, opened and masked for the reader; totals are kept on the way. */
export class Table {
  readonly columns: readonly Column[]
  /** By currency (of counts: ''), then by column. */
  readonly totals = new Map<string, Map<string, bigint>>()
  rows = 0
  readonly #places: ReadonlyMap<string, number>
  readonly #vault: Vault
  readonly #reader: Reader
  readonly #person: boolean
  readonly #payer: boolean

  constructor(columns: readonly Column[], { sources }: Query, vault: Vault, reader: Reader) {
    this.columns = columns
    this.#places = new Map(sources.map((name, i) => [name, i]))
    this.#vault = vault
    this.#reader = reader
    this.#person = columns.some(({ field }) => field.sealed === 'accountNo' || field.sealed === 'payerName')
    this.#payer = columns.some(({ field }) => field.sealed === 'payer')
  }

  cells(raw: RawRow): Cell[] {
    this.rows++
    const opened = this.#opened(raw)
    const currency = String(this.#value(raw, CURRENCY) ?? '')
    return this.columns.map(({ name, field }) => {
      const value = field.sealed ? (opened[field.sealed] ?? null) : this.#value(raw, name)
      if (value === null || value === undefined || value === '') return null
      switch (field.type) {
        case 'money': {
          const minor = BigInt(value as number | string)
          if (field.sums) this.#add(currency, name, minor)
          return { decimal: formatMinor(minor, currency), decimals: exponentOf(currency) }
        }
        case 'count':
          if (field.sums) this.#add('', name, BigInt(value as number | string))
          return { decimal: String(value), decimals: 0 }
        case 'percent':
          return { decimal: String(value), decimals: 2 }
        case 'time':
          return localText(value as Date, this.#reader.zone)
        case 'code':
          return field.words?.(String(value), this.#reader.lang) ?? String(value)
        default:
          return field.mask ? seenBy({ permissions: this.#reader.sees }, field.mask, String(value)) : String(value)
      }
    })
  }

  /** One row for each currency, for the foot of a table; none where nothing can be added up. */
  totalRows(word: string): Cell[][] {
    if (!this.columns.some(({ field }) => field.sums)) return []
    const currencies = [...this.totals.keys()].filter(currency => currency !== '').sort()
    const counts = this.totals.get('')
    return (currencies.length > 0 ? currencies : ['']).map((currency, row) =>
      this.columns.map(({ name, field }, i): Cell => {
        if (field.type === 'money') {
          const sum = this.totals.get(currency)?.get(name)
          return sum === undefined
            ? null
            : { decimal: formatMinor(sum, currency), decimals: exponentOf(currency), bold: true }
        }
        // A count is of all currencies together.
        if (field.type === 'count' && row === 0 && counts?.has(name))
          return { decimal: String(counts.get(name)), decimals: 0, bold: true }
        if (name === CURRENCY) return { text: currency, style: 'bold' }
        return i === 0 && row === 0 ? { text: word, style: 'bold' } : null
      }),
    )
  }

  #value(raw: RawRow, name: string): unknown {
    const place = this.#places.get(name)
    return place === undefined ? null : raw[place]
  }

  #add(currency: string, name: string, amount: bigint): void {
    let sums = this.totals.get(currency)
    if (!sums) this.totals.set(currency, (sums = new Map()))
    sums.set(name, (sums.get(name) ?? 0n) + amount)
  }

  #opened(raw: RawRow): Opened {
    if (!this.#person && !this.#payer) return {}
    const row = Object.fromEntries([...this.#places].map(([name, place]) => [name, raw[place]]))
    return {
      // A file's movement, or one of a bill that is gone, has neither.
      ...(this.#person && row.orderNo != null ? withPerson<Opened & never>(this.#vault, row) : {}),
      ...(this.#payer && row.paymentNo != null ? { payer: withPayer<{ payer: string }>(this.#vault, row).payer } : {}),
    }
  }
}

/** "2026-11-20 08:11:02" on the clock of the zone. */
export const localText = (at: Date, zone: string): string => instantText(at, zone).slice(0, 19).replace('T', ' ')
