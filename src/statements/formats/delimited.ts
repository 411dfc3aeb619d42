import type { Collector } from '../collector.ts'
import { UNDECODABLE } from '../encoding.ts'
import type { Format, Probe, Reader, ReaderHead } from '../format.ts'
import { type FoundTable, findTable } from '../table/dialect.ts'
import { TableReader } from '../table/reader.ts'
import { RowFeeder } from '../table/rows.ts'
import { settledTable } from '../table/settled.ts'

/**
 * Delimited text of anyone: any separator, a header row somewhere near the top, columns found by name and by what stands in
 * them. What is not certain about amounts, times and directions is asked, never guessed.
 */
export const delimited: Format = { name: 'csv', channel: null, feed: 'decoded', recognise, read }

/** Below every format that knows its own header; above "not a statement". */
const SCORE = 0.5

function recognise(probe: Probe) {
  const table = findTable(probe)
  if (!table) return null
  return {
    score: SCORE,
    reasons: [`separator ${JSON.stringify(table.delimiter)}`, `header on line ${table.headerLine}`],
  }
}

function read(probe: Probe, into: Collector): Reader {
  const table = findTable(probe)
  if (!table) throw new Error(`${into.file} was recognised as delimited text and now is not`)
  return new DelimitedReader(table, probe, into)
}

class DelimitedReader implements Reader {
  readonly head: ReaderHead
  readonly #feeder: RowFeeder
  readonly #reader: TableReader

  constructor(table: FoundTable, probe: Probe, into: Collector) {
    const { layout, head } = settledTable(table, table.delimiter, probe.options, into)
    this.head = head
    this.#reader = new TableReader(layout, probe.options, into)
    this.#reader.damaged = false
    this.#feeder = new RowFeeder(
      (cells, line) => {
        if (line > table.headerLine) this.#reader.row(cells, line)
      },
      table.delimiter,
      into.file,
      probe.text,
      probe.options.limits?.rowLength,
    )
    this.#feeder.expected = table.headers.length
    if (table.headerLine === 0)
      into.warn({ line: 1 }, 'header_missing', {
        zh: '文件没有表头，列的含义由内容推断：请核对',
        en: 'the file has no header row; the meaning of its columns was told from their content, please check',
      })
  }

  push(text: string): void {
    if (!this.#reader.damaged && text.includes(UNDECODABLE)) this.#reader.damaged = true
    this.#feeder.push(text)
  }

  end(): void {
    this.#reader.unterminated()
    this.#feeder.end()
    this.#reader.end()
  }
}
