import { exponentOf, formatMinor } from '../../kernel/money.ts'
import { narrow, readAmount } from '../amount_text.ts'
import { type Collector, ExactSum } from '../collector.ts'
import type { Field } from '../statement.ts'
import { cleanCell } from './cell.ts'
import type { Layout } from './layout.ts'
import { checkSideTotals, type SideTotal, sideTotalsIn } from './side_totals.ts'
import { FileSums } from './trailer.ts'
import { isTotalMark } from './vocabulary.ts'

const SUMMED: readonly Field[] = ['amount', 'amount_in', 'amount_out', 'refund_amount', 'fee']
/** More are no totals of a file: they would only fill the memory. */
const SIDE_TOTALS_MAX = 100

type Summed = { readonly raw: ExactSum; readonly gross: ExactSum }

/** Its first words say that the row holds totals, not a record. */
export const isTotalRow = (cells: readonly string[]): boolean => {
  const first = cells.findIndex(cell => cell.trim() !== '')
  return first >= 0 && first < 3 && isTotalMark(cleanCell(cells[first]!))
}

/** What the records of a table come to, held against every total that the file states of itself. */
export class TableTotals {
  readonly net = new ExactSum()
  /** Records of no money, which a bank may count on either side. */
  zeros = 0
  /** The columns that are summed up: with their signs, and without. */
  readonly summed: readonly (Summed & { readonly column: number })[]
  readonly #layout: Layout
  readonly #into: Collector
  readonly #currency: string
  /** Records of the files before this one in the same zip. */
  readonly #before: number
  readonly #fileSums: FileSums
  readonly #sums = new Map<Field, Summed>(SUMMED.map(field => [field, { raw: new ExactSum(), gross: new ExactSum() }]))
  /** What the file itself says that came in and went out, above, among or behind its records. */
  readonly #sideTotals: SideTotal[]

  /** `currency`: of amounts that do not name theirs; '' where nobody knows it. */
  constructor(layout: Layout, currency: string, into: Collector) {
    this.#layout = layout
    this.#into = into
    this.#currency = currency
    this.#before = into.records
    this.#fileSums = new FileSums(into)
    this.#sideTotals = [...layout.account.sides]
    this.summed = SUMMED.filter(field => layout.at[field] >= 0).map(field => ({
      column: layout.at[field],
      ...this.#sums.get(field)!,
    }))
  }

  /** A row of totals is a control: its counts and the sums under the amount columns. */
  row(cells: readonly string[]): void {
    const layout = this.#layout
    const { at, headers } = layout
    const mark = cleanCell(cells.find(cell => cell.trim() !== '') ?? '')
    if (/小计|本页|subtotal/i.test(mark)) return
    const currency = this.#currency
    const exponent = layout.minorUnits ? 0 : exponentOf(currency)
    for (const field of SUMMED) {
      const column = at[field]
      const stated = column < 0 ? '' : cleanCell(cells[column] ?? '')
      if (stated === '') continue
      const read = readAmount(stated, { exponent, decimal: layout.decimal })
      const { raw, gross } = this.#sums.get(field)!
      // Authors of totals count the net, the plain column, or the magnitudes.
      const ways = field === 'amount' ? [this.net.value, raw.value, gross.value] : [raw.value, gross.value]
      const found = typeof read === 'string' ? undefined : ways.find(way => way === BigInt(read.minor))
      this.#into.control({
        name: `${mark} ${headers[column]}`,
        stated,
        computed: layout.minorUnits ? String(found ?? ways[0]!) : formatMinor(found ?? ways[0]!, currency),
        ok: found !== undefined,
      })
    }
    const counted = cells
      .map(cell => /(\d+)\s*(笔|条|records?|items?|rows?)/i.exec(narrow(cell))?.[1])
      .find(count => count !== undefined)
    if (counted !== undefined)
      this.#into.control(
        {
          name: `${mark} 笔数`,
          stated: counted,
          computed: String(this.#into.records - this.#before),
          ok: Number(counted) === this.#into.records - this.#before,
        },
        false,
      )
  }

  /** A line that is no record may state the totals of a side. */
  note(cells: readonly string[]): void {
    if (this.#sideTotals.length < SIDE_TOTALS_MAX) this.#sideTotals.push(...sideTotalsIn(cells))
  }

  end(): void {
    const { count } = this.#layout.account
    const records = this.#into.records - this.#before
    if (count !== null)
      this.#into.control(
        { name: '表头上方的笔数', stated: count, computed: String(records), ok: Number(count) === records },
        false,
      )
    this.#checkSides()
  }

  /** Sums are told in one currency and in whole units, or not compared. */
  #checkSides(): void {
    if (this.#sideTotals.length === 0) return
    const { minorUnits } = this.#layout
    const all = this.#fileSums.sides
    const [only, ...more] = all
    const count = (side: 'creditCount' | 'debitCount') => all.reduce((sum, each) => sum + each[side], 0)
    const [credits, debits] = [count('creditCount'), count('debitCount')]
    const currency = only?.currency ?? this.#currency
    const raw = (field: Field) => this.#sums.get(field)!.raw.value
    const compared = more.length === 0 && !minorUnits
    checkSideTotals(
      this.#into,
      compared ? this.#sideTotals : this.#sideTotals.map(total => ({ ...total, amount: null })),
      {
        in: { count: credits, sums: [only?.credits ?? 0n, raw('amount_in')] },
        out: { count: debits, sums: [only?.debits ?? 0n, raw('amount_out')] },
      },
      {
        loose: this.zeros + this.#fileSums.records - this.#into.rejectedCount - credits - debits,
        currency,
        exponent: exponentOf(currency),
      },
    )
  }
}
