import type { Collector } from '../collector.ts'
import type { Cells, Format, ReaderHead, RowReader } from '../format.ts'
import type { BookKind } from '../sheets/book.ts'
import type { StatementOptions } from '../statement.ts'
import { type FoundTable, tableOf } from '../table/dialect.ts'
import { TableReader } from '../table/reader.ts'
import { settledTable } from '../table/settled.ts'

/**
 * Spreadsheets of anyone: the same table as in delimited text, with its cells cut already. `xlsx` is Office Open XML; `xls` is
 * all that goes by this name: BIFF, SpreadsheetML 2003, an HTML table. (Tab-separated text called .xls is delimited text.)
 */
export const xlsx: Format = spreadsheet('xlsx')
export const xls: Format = spreadsheet('xls')

/** Below every format that knows its own header. */
const SCORE = 0.5

function spreadsheet(name: BookKind): Format {
  return {
    name,
    channel: null,
    feed: 'decoded',
    recognise: () => null,
    read: (_, into) => {
      throw new Error(`${into.file} is read by its rows`)
    },
    recogniseRows: (rows, kind) => {
      const table = kind === name ? tableOf(rows) : null
      return (
        table && { score: SCORE, reasons: [`header in row ${table.headerLine} of ${table.headers.length} columns`] }
      )
    },
    readRows: (rows, into, options) => {
      const table = tableOf(rows)
      if (!table) throw new Error(`${into.file} was recognised as a table and now is not`)
      return new SheetReader(table, rows, options, into)
    },
  }
}

class SheetReader implements RowReader {
  readonly head: ReaderHead
  readonly #reader: TableReader
  readonly #width: number
  /** Rows to come up to the header, itself included. */
  #above: number

  constructor(table: FoundTable, rows: readonly Cells[], options: StatementOptions, into: Collector) {
    const { layout, head } = settledTable(table, null, options, into)
    this.head = head
    this.#reader = new TableReader(layout, options, into)
    this.#reader.damaged = rows.some(cells => cells.some(cell => cell.includes('\uffff')))
    this.#width = table.headers.length
    this.#above = table.headerLine
    if (table.headerLine === 0)
      into.warn({ line: 1 }, 'header_missing', {
        zh: '表格没有表头，列的含义由内容推断：请核对',
        en: 'the sheet has no header row; the meaning of its columns was told from their content, please check',
      })
  }

  row(cells: Cells, line: number): void {
    if (this.#above > 0) {
      this.#above--
      return
    }
    // A sheet leaves empty last cells out.
    this.#reader.row(cells.length < this.#width ? padded(cells, this.#width) : cells, line)
  }

  end(): void {
    this.#reader.end()
  }
}

const padded = (cells: Cells, width: number): Cells => [...cells, ...Array<string>(width - cells.length).fill('')]
