import type { Collector } from './collector.ts'
import type { Cells, Format, Probe, Reader, ReaderHead, Recognition, RowReader } from './format.ts'
import type { StatementOptions } from './statement.ts'
import { RowFeeder, rowsOf } from './table/rows.ts'
import { topRows } from './table/titled.ts'

/**
 * Bills of WeChat and Alipay are lines of plain commas, read in place and without quotes. A program that opens one and saves it
 * again puts quotes around its cells, or tabs or semicolons between them (Excel's Unicode text). Such a file is written back
 * as the channel writes it and read by the channel's own reader, line numbers included. So are the rows of a workbook.
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
    recogniseRows: rows => format.recognise(sheetProbe(rows, {})),
    readRows: (rows, into, options) => new RowsWrittenBack(format.read(sheetProbe(rows, options), into)),
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

function sheetProbe(rows: readonly Cells[], options: StatementOptions): Probe {
  const text = rows.map(cells => `${sheetLine(cells)}\n`).join('')
  return { name: '', text, bytes: Buffer.from(text), whole: false, options }
}

/** A sentence above or below the table stands in the first cell of its row, or was cut at its commas. */
const sheetLine = (cells: Cells): string => {
  const sentence = /^[\ufeff\s]*#/.test(cells[0] ?? '')
  const end = sentence ? cells.findLastIndex(cell => cell.trim() !== '') + 1 : cells.length
  return sentence
    ? cells
        .slice(0, end)
        .join(',')
        .replace(/[\r\n]+/g, ' ')
    : plainLine(cells)
}

class RowsWrittenBack implements RowReader {
  readonly head: ReaderHead
  readonly #reader: Reader
  /** The line that is written next. */
  #line = 1

  constructor(reader: Reader) {
    this.#reader = reader
    this.head = { ...reader.head, delimiter: null }
  }

  row(cells: Cells, line: number): void {
    // Empty cells at a row's end are not kept by every program; a row of fewer is not one that is cut off.
    const width = this.head.columns.length
    const isRow = cells.length > 1 && !/^[\ufeff\s]*#/.test(cells[0] ?? '')
    const full = isRow && cells.length < width ? [...cells, ...Array<string>(width - cells.length).fill('')] : cells
    this.#reader.push(`${'\n'.repeat(Math.max(0, line - this.#line))}${sheetLine(full)}\n`)
    this.#line = line + 1
  }

  end(): void {
    this.#reader.end()
  }
}

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
