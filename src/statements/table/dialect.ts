import { readAmount } from '../amount_text.ts'
import type { Probe } from '../format.ts'
import { readTime, readWritten } from './dates.ts'
import { cleanCell } from './layout.ts'
import { rowsOf } from './rows.ts'
import { isRemark, isTotalMark, meaningOf, sideOf } from './vocabulary.ts'

const DELIMITERS = [',', '\t', ';', '|@|', '|', '\x01', '^', '\x1f', '!^', '~'] as const
/** Lines above the header: the longest preambles known have 24. */
const HEADER_ROWS_MAX = 60
const SAMPLE_ROWS = 500
/** billing_details_house_number_or_name has 36 characters, a sentence more. */
const NAME_MAX = 60

export type FoundTable = {
  readonly delimiter: string
  readonly headers: readonly string[]
  /** Physical line of the header; 0 where there is none. */
  readonly headerLine: number
  /** Rows above it: titles, accounts, periods. */
  readonly above: readonly (readonly string[])[]
  /** First rows below it. */
  readonly sample: readonly (readonly string[])[]
}

/** The separator under which the text is most of a table: a header row with known names, rows as wide as the header. */
export function findTable(probe: Probe): FoundTable | null {
  let best: FoundTable | null = null
  let bestScore = 0
  for (const delimiter of DELIMITERS) {
    if (!probe.text.includes(delimiter)) continue
    const rows = rowsOf(probe.text, delimiter, probe.whole)
    const found = tableUnder(rows, delimiter)
    if (found && found.score > bestScore) {
      best = found.table
      bestScore = found.score
    }
  }
  return best
}

/** The same for rows that were cells from the start (a sheet). They come without their empty last cells. */
export function tableOf(rows: readonly (readonly string[])[]): FoundTable | null {
  const width = Math.max(0, ...rows.map(row => row.length))
  const padded = rows.map((cells, index) => ({
    cells: [...cells, ...Array<string>(width - cells.length).fill('')],
    line: index + 1,
  }))
  return tableUnder(padded, '')?.table ?? null
}

type Row = { readonly cells: readonly string[]; readonly line: number }

function tableUnder(rows: readonly Row[], delimiter: string): { table: FoundTable; score: number } | null {
  let header: Row | null = null
  let names = 0
  for (const row of rows.slice(0, HEADER_ROWS_MAX)) {
    const count = namesIn(row.cells)
    if (count > names) {
      names = count
      header = row
    }
  }
  if (header && names >= 2) {
    const headers = withoutTail(header.cells)
    const above = rows.filter(row => row.line < header.line)
    const below = rows.filter(row => row.line > header.line)
    return scored(headers, header.line, above, below, delimiter, names)
  }
  return headless(rows, delimiter)
}

function scored(
  headers: readonly string[],
  headerLine: number,
  above: readonly Row[],
  below: readonly Row[],
  delimiter: string,
  names: number,
) {
  const records = below.filter(
    row =>
      row.cells.some(cell => cell.trim() !== '') && !isRemark(row.cells) && !isTotalMark(cleanCell(row.cells[0] ?? '')),
  )
  const fitting = records.filter(
    row => withoutTail(row.cells).length <= headers.length && row.cells.length >= headers.length,
  )
  const share = records.length === 0 ? 1 : fitting.length / records.length
  const cells = (list: readonly Row[]) => list.map(row => row.cells)
  const table = { delimiter, headers, headerLine, above: cells(above), sample: cells(fitting.slice(0, SAMPLE_ROWS)) }
  return { table, score: names * 2 * (0.2 + share) }
}

/** Known column names in a row; none where a cell is a value, because a header has none. */
function namesIn(cells: readonly string[]): number {
  if (cells.length < 2) return 0
  const fields = new Set<string>()
  for (const cell of cells) {
    const text = cleanCell(cell)
    if (text === '') continue
    if (
      text.length > NAME_MAX ||
      readWritten(text) ||
      (/\d/.test(text) && typeof readAmount(text, { exponent: 6, decimal: '.' }) !== 'string')
    )
      return 0
    const { field } = meaningOf(text)
    if (field) fields.add(field)
  }
  return fields.size
}

/**
 * No known names: equally wide rows, each with a date and an amount. A first row of words above them is their header all the
 * same; without one the columns are called #1, #2, …
 */
function headless(rows: readonly Row[], delimiter: string): { table: FoundTable; score: number } | null {
  const filled = rows.filter(row => row.cells.some(cell => cell.trim() !== ''))
  const width = filled[0]?.cells.length ?? 0
  if (width < 3 || filled.some(row => row.cells.length !== width)) return null
  const named = !isRecord(filled[0]!) && !filled[0]!.cells.some(isValue)
  const records = named ? filled.slice(1) : filled
  if (records.length === 0 || !records.every(isRecord)) return null
  const headers = named ? withoutTail(filled[0]!.cells) : filled[0]!.cells.map((_, index) => `#${index + 1}`)
  const sides = records[0]!.cells.filter(cell => sideOf(cleanCell(cell)) || readTime(cell)).length
  const sample = records.slice(0, SAMPLE_ROWS).map(row => row.cells)
  return { table: { delimiter, headers, headerLine: named ? filled[0]!.line : 0, above: [], sample }, score: 1 + sides }
}

const isRecord = ({ cells }: Row): boolean =>
  cells.some(cell => readWritten(cleanCell(cell)) !== null) &&
  cells.some(cell => /^[-+(]?[\d,]+\.\d{2}\)?$/.test(cleanCell(cell)))

const isValue = (cell: string): boolean =>
  /^[-+(]?[\d.,]+\)?$/.test(cleanCell(cell)) || readWritten(cleanCell(cell)) !== null

function withoutTail(cells: readonly string[]): readonly string[] {
  let length = cells.length
  while (length > 0 && cells[length - 1]!.trim() === '') length--
  return cells.slice(0, length)
}
