import type { Collector } from '../collector.ts'
import { UNDECODABLE } from '../encoding.ts'
import type { Format, Probe, Reader, ReaderHead } from '../format.ts'
import { readWritten } from '../table/dates.ts'
import { TableReader } from '../table/reader.ts'
import { RowFeeder, rowsOf } from '../table/rows.ts'
import { settledTable } from '../table/settled.ts'
import { checkTrailer, FileSums } from '../table/trailer.ts'
import { meaningOf } from '../table/vocabulary.ts'

/**
 * Delimited text whose lines begin with their own kind: one header (H|20241207|6|), details (D|…), one trailer with a count and
 * sums (T|6|2001269.66|1535.37|). The details are a table without column names; the trailer is held against them, and a file
 * without it has lost its end.
 */
export const recordTypes: Format = { name: 'csv', channel: null, feed: 'decoded', recognise, read }

/** Above delimited text, which would take the header and the trailer for broken rows. */
const SCORE = 0.55
const DELIMITERS = ['|', ',', ';', '\t', '^', '\x01', '~'] as const
const CODE = /^[A-Z0-9]{1,3}$/i

type Found = {
  readonly delimiter: string
  readonly header: string
  /** The code of the details. */
  readonly detail: string
  readonly width: number
  readonly sample: readonly (readonly string[])[]
}

function recognise(probe: Probe) {
  const found = findTypes(probe)
  return found && { score: SCORE, reasons: [`lines of kinds ${found.header}, ${found.detail}`] }
}

function read(probe: Probe, into: Collector): Reader {
  const found = findTypes(probe)
  if (!found) throw new Error(`${into.file} was recognised by the kinds of its lines and now is not`)
  return new TypedReader(found, probe, into)
}

function findTypes(probe: Probe): Found | null {
  for (const delimiter of DELIMITERS) {
    if (!probe.text.includes(delimiter)) continue
    const rows = rowsOf(probe.text, delimiter, probe.whole)
      .map(({ cells }) => cells)
      .filter(cells => cells.some(cell => cell.trim() !== ''))
    const found = typesIn(rows, delimiter)
    if (found) return found
  }
  return null
}

function typesIn(rows: readonly (readonly string[])[], delimiter: string): Found | null {
  const header = codeOf(rows[0] ?? [])
  if (rows.length < 2 || header === '' || rows.some(cells => codeOf(cells) === '')) return null
  if (rows[0]!.filter(cell => meaningOf(cell).field !== null).length >= 2) return null
  const counts = new Map<string, number>()
  for (const cells of rows) counts.set(codeOf(cells), (counts.get(codeOf(cells)) ?? 0) + 1)
  if (counts.get(header) !== 1) return null
  const [detail, count] = [...counts].filter(([code]) => code !== header).sort((a, b) => b[1] - a[1])[0] ?? ['', 0]
  // Rows numbered 1, 2, 3 … are no kinds of lines.
  if (counts.size > 6 || (count === 1 && !/[a-z]/i.test(detail))) return null
  const details = rows.filter(cells => codeOf(cells) === detail)
  const width = details[0]!.length
  if (width < 4 || details.some(cells => cells.length !== width)) return null
  const isMoved = (cells: readonly string[]) =>
    cells.some(cell => readWritten(cell.trim()) !== null) &&
    cells.some(cell => /^[-+]?[\d,]*\d\.\d{1,4}$/.test(cell.trim()))
  if (details.filter(isMoved).length < details.length * 0.9) return null
  return { delimiter, header, detail, width, sample: details.slice(0, 500).map(untyped) }
}

/** D is the kind of the line here, and no debit. */
const untyped = (cells: readonly string[]): readonly string[] => ['', ...cells.slice(1)]

const codeOf = (cells: readonly string[]): string => (CODE.test(cells[0]?.trim() ?? '') ? cells[0]!.trim() : '')

class TypedReader implements Reader {
  readonly head: ReaderHead
  readonly #found: Found
  readonly #into: Collector
  readonly #feeder: RowFeeder
  readonly #reader: TableReader
  readonly #sums: FileSums
  #trailer: { cells: readonly string[]; line: number; kind: string } | null = null

  constructor(found: Found, probe: Probe, into: Collector) {
    this.#found = found
    this.#into = into
    this.#sums = new FileSums(into)
    const headers = Array.from({ length: found.width }, (_, index) => `#${index + 1}`)
    const table = { delimiter: found.delimiter, headers, headerLine: 0, above: [], sample: found.sample }
    const { layout, head } = settledTable(table, found.delimiter, probe.options, into)
    this.head = head
    this.#reader = new TableReader(layout, probe.options, into)
    this.#reader.damaged = false
    const limit = probe.options.limits?.rowLength
    this.#feeder = new RowFeeder((cells, line) => this.#row(cells, line), found.delimiter, into.file, probe.text, limit)
    into.warn({}, 'header_missing', {
      zh: '文件没有列名，列的含义由内容推断：请核对',
      en: 'the file has no column names; the meaning of its columns was told from their content, please check',
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
    const trailer = this.#trailer
    if (trailer) checkTrailer(this.#into, this.#sums, `文件尾 ${trailer.kind}`, trailer.cells.slice(1), trailer.line)
    else
      this.#into.spoil({}, 'footer_missing', {
        zh: `文件有头（${this.#found.header}）没有尾：最后一行应是汇总记录，文件不完整，请重新下载`,
        en: `the file has a header (${this.#found.header}) but no trailer as its last line: it is cut off, fetch it again`,
      })
  }

  #row(cells: readonly string[] | null, line: number): void {
    if (cells?.every(cell => cell.trim() === '')) return
    const kind = cells === null ? this.#found.detail : codeOf(cells)
    if (this.#trailer !== null && kind !== this.#trailer.kind) {
      if (kind === this.#found.detail || kind === this.#found.header)
        this.#into.spoil({ line }, 'content_after_totals', {
          zh: `第 ${line} 行在文件尾之后还有内容：可能是几份文件拼在一起，请分别提交`,
          en: `line ${line} follows the trailer: several files in one? give each one by itself`,
        })
    }
    if (cells === null || kind === this.#found.detail) return this.#reader.row(cells && untyped(cells), line)
    if (kind === this.#found.header) return
    if (kind === '') return this.#reader.row(cells, line)
    // The last of the other lines is the trailer; what stood in its place before is of a kind nobody knows.
    if (this.#trailer !== null)
      this.#into.warn({ line: this.#trailer.line }, 'line_unknown', {
        zh: `第 ${this.#trailer.line} 行的类型“${this.#trailer.kind}”未知，未作为交易读取：请确认`,
        en: `line ${this.#trailer.line} is of an unknown kind "${this.#trailer.kind}" and is not read as a transaction: please check`,
      })
    this.#trailer = { cells: [...cells], line, kind }
  }
}
