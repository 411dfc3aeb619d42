import { exponentOf, formatMinor } from '../../kernel/money.ts'
import type { Collector } from '../collector.ts'
import { exactMinor, magnitude } from './controls.ts'
import { readWritten } from './dates.ts'

/** What the records of one file come to; told from the collector, which may hold those of files before it. */
export class FileSums {
  readonly #into: Collector
  readonly #records: number
  readonly #before: ReadonlyMap<string, readonly bigint[]>

  constructor(into: Collector) {
    this.#into = into
    this.#records = into.records
    this.#before = this.#all()
  }

  get records(): number {
    return this.#into.records - this.#records
  }

  /** Money in and out by currency, with the numbers of records. */
  get sides(): { currency: string; credits: bigint; debits: bigint; creditCount: number; debitCount: number }[] {
    return [...this.#all()].map(([currency, now]) => {
      const before = this.#before.get(currency)
      const [credits = 0n, debits = 0n, creditCount = 0n, debitCount = 0n] = now.map(
        (sum, index) => sum - (before?.[index] ?? 0n),
      )
      return { currency, credits, debits, creditCount: Number(creditCount), debitCount: Number(debitCount) }
    })
  }

  #all(): ReadonlyMap<string, readonly bigint[]> {
    const { byCurrency } = this.#into.end(null)
    return new Map(
      [...byCurrency].map(([currency, { credits, debits }]) => [
        currency,
        [credits.amount, debits.amount, BigInt(credits.count), BigInt(debits.count)],
      ]),
    )
  }
}

/**
 * The last line of a file, of which nobody says what its figures are called: the first whole number is the number of records;
 * what has decimals is the sum of what came in, of what went out, of both or their difference, and anything else is wrong.
 */
export function checkTrailer(
  into: Collector,
  sums: FileSums,
  mark: string,
  cells: readonly string[],
  line: number,
): void {
  const figures = cells.map(cell => cell.trim()).filter(cell => cell !== '')
  const count = figures.find(cell => /^\d{1,10}$/.test(cell) && (readWritten(cell)?.ymd ?? 0) === 0)
  if (count !== undefined)
    into.control(
      {
        name: `${mark} 笔数`,
        stated: count,
        computed: String(sums.records),
        ok: Number(count) === sums.records,
      },
      false,
    )
  const amounts = figures.filter(cell => /^[-+]?[\d,]*\d\.\d{1,6}$/.test(cell))
  const [side, ...more] = sums.sides
  if (amounts.length > 0 && (side === undefined || more.length === 0)) {
    const { currency, credits, debits } = side ?? { currency: '', credits: 0n, debits: 0n }
    const ways = [credits, debits, credits - debits, debits - credits, credits + debits]
    for (const [index, stated] of amounts.entries()) {
      const read = exactMinor(stated.replace(/^\+/, ''), exponentOf(currency))
      const found = ways.find(way => read !== null && way === read) ?? ways.find(way => magnitude(way) === read)
      const expected = amounts.length === 1 ? credits - debits : index === 0 ? credits : debits
      into.control({
        name: `${mark} 金额${amounts.length > 1 ? index + 1 : ''}`,
        stated,
        computed: formatMinor(found ?? expected, currency),
        ok: found !== undefined,
      })
    }
  } else if (amounts.length > 0)
    into.warn({ line }, 'trailer_unchecked', {
      zh: `第 ${line} 行的合计没有写明币种，而记录有多个币种，无法核对`,
      en: `the sums on line ${line} do not name their currency, while the records have several: they cannot be checked`,
    })
  if (count === undefined && amounts.length === 0)
    into.warn({ line }, 'trailer_unread', {
      zh: `第 ${line} 行（${mark}）看起来是文件尾，但没有可核对的笔数或金额：请确认`,
      en: `line ${line} (${mark}) looks like the end of the file but states no count or sum to check: please confirm`,
    })
}
