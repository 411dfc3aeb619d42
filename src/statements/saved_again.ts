import type { Collector } from './collector.ts'
import type { Format, Probe, Reader, ReaderHead, Recognition } from './format.ts'
import { RowFeeder, rowsOf } from './table/rows.ts'
import { topRows } from './table/titled.ts'

/**
 * Bills of WeChat and Alipay are lines of plain commas, read in place and without quotes. A program that opens one and saves it
 * again puts quotes around its cells, or tabs or semicolons between them (Excel's Unicode text). Such a file is written back
 * as the channel writes it and read by the channel's own reader, line numbers included.
 */
export function savedAgain(format: Format): Format {
  const plainOf = (probe: Probe) => plainBeginning(format, probe)
  return {
    ...format,
    recognise: probe => format.recognise(probe) ?? plainOf(probe)?.recognition ?? null,
    read: (probe, into) => {
      const plain = format.recognise(probe) ? null : plainOf(probe)
      return plain ? new WrittenBack(format.read(plain.probe, into), plain, into) : format.read(probe, into)
    },
  }
}

const DELIMITERS = [',', '\t', ';'] as const

type Plain = {
  readonly delimiter: string
  readonly probe: Probe
  readonly original: string
  readonly recognition: Recognition
}

/** The first lines are enough to recognise a bill by, and all its reader asks the probe for. */
function plainBeginning(format: Format, probe: Probe): Plain | null {
  for (const delimiter of DELIMITERS) {
    // Plain commas without quotes are what the format has seen already.
    if (!probe.text.includes(delimiter === ',' ? '"' : delimiter)) continue
    const text = topRows(probe, delimiter, true).map(plainLine).join('\n')
    const plain = { ...probe, text }
    const recognition = format.recognise(plain)
    if (recognition) return { delimiter, probe: { ...plain, text: `${text}\n` }, original: probe.text, recognition }
  }
  return null
}

const plainLine = (cells: readonly string[]): string => cells.map(plainCell).join(',')

/** A quoted cell may hold what a plain one cannot: 1,234.00 is a number, any other comma and line end is part of a text. */
const plainCell = (cell: string): string =>
  /^\s*`?[-+]?\d{1,3}(,\d{3})+(\.\d+)?\s*$/.test(cell)
    ? cell.replaceAll(',', '')
    : cell.replaceAll(',', '，').replace(/[\r\n]+/g, ' ')

class WrittenBack implements Reader {
  readonly head: ReaderHead
  readonly companion?: (text: string, name: string) => void
  readonly #reader: Reader
  readonly #rows: RowFeeder
  #written = ''
  /** The line that is written next. */
  #line = 1

  constructor(reader: Reader, { delimiter, probe, original }: Plain, into: Collector) {
    this.#reader = reader
    this.head = { ...reader.head, delimiter }
    if (reader.companion)
      this.companion = (text, name) => {
        const rows = rowsOf(text, delimiter, true)
        reader.companion?.(rows.map(({ cells }) => plainLine(cells)).join('\n'), name)
      }
    const take = (cells: readonly string[] | null, line: number) => {
      // A row of several lines leaves blank ones behind: what follows keeps its number.
      this.#written += '\n'.repeat(line - this.#line)
      // A quote that is never closed costs its line: no record has one field.
      this.#written += `${cells === null ? '"' : plainLine(cells)}\n`
      this.#line = line + 1
    }
    this.#rows = new RowFeeder(take, delimiter, into.file, original, probe.options.limits?.rowLength)
    this.#rows.expected = reader.head.columns.length
  }

  push(text: string): void {
    this.#rows.push(text)
    this.#hand()
  }

  end(): void {
    this.#rows.end()
    this.#hand()
    this.#reader.end()
  }

  #hand(): void {
    if (this.#written !== '') this.#reader.push(this.#written)
    this.#written = ''
  }
}
