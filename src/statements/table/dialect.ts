import { readAmount } from '../amount_text.ts'
import type { Probe } from '../format.ts'
import type { StatementOptions } from '../statement.ts'
import { saidNames } from '../templates.ts'
import { cleanCell } from './cell.ts'
import { readTime, readWritten } from './dates.ts'
import { rowsOf } from './rows.ts'
import { bareHeader, isRemark, isTotalMark, meaningOf, sideOf } from './vocabulary.ts'

/** The longer ones first: what `||` divides, `|` does too, with an empty column between any two. */
const DELIMITERS = [',', '\t', ';', '|@|', '||', '|', '\x01', '^', '\x1f', '!^', '~', '!'] as const
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
  const said = saidNames(probe.options)
  let best: FoundTable | null = null
  let bestScore = 0
  for (const delimiter of DELIMITERS) {
    if (!probe.text.includes(delimiter)) continue
    const rows = rowsOf(probe.text, delimiter, probe.whole)
    const found = tableUnder(rows, delimiter, said)
    if (found && found.score > bestScore) {
      best = found.table
      bestScore = found.score
    }
  }
  return best
}

/** The same for rows that were cells from the start (a sheet). They come without their empty last cells. */
export function tableOf(rows: readonly (readonly string[])[], options: StatementOptions = {}): FoundTable | null {
  const width = Math.max(0, ...rows.map(row => row.length))
  const padded = rows.map((cells, index) => ({
    cells: [...cells, ...Array<string>(width - cells.length).fill('')],
    line: index + 1,
  }))
  return tableUnder(padded, '', saidNames(options))?.table ?? null
}

type Row = { readonly cells: readonly string[]; readonly line: number }

function tableUnder(
  rows: readonly Row[],
  delimiter: string,
  said: ReadonlySet<string>,
): { table: FoundTable; score: number } | null {
  let header: Row | null = null
  let names = 0
  for (const row of rows.slice(0, HEADER_ROWS_MAX)) {
    const count = namesIn(row.cells, said)
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

/** Known column names in a row, and those a person named; none where a cell is a value, because a header has none. */
function namesIn(cells: readonly string[], said: ReadonlySet<string>): number {
  if (cells.length < 2) return 0
  const fields = new Set<string>()
  let named = 0
  for (const cell of cells) {
    const text = cleanCell(cell)
    if (text === '') continue
    if (said.has(bareHeader(text))) {
      // One name from a person is worth two from the vocabulary: a header row needs no second.
      named += 2
      continue
    }
    if (
      text.length > NAME_MAX ||
      readWritten(text) ||
      (/\d/.test(text) && typeof readAmount(text, { exponent: 6, decimal: '.' }) !== 'string')
    )
      return 0
    const { field } = meaningOf(text)
    if (field) fields.add(field)
  }
  return fields.size + named
}

/** Rows that are not as wide as the most are, at their beginning, are a preamble; this share of the rest must be. */
const WIDE_SHARE = 0.8

/**
 * No known names: equally wide rows, each with a date and an amount. A first row of words above them is their header all the
 * same; without one the columns are called #1, #2, …
 */
function headless(rows: readonly Row[], delimiter: string): { table: FoundTable; score: number } | null {
  const all = rows.filter(row => row.cells.some(cell => cell.trim() !== ''))
  const width = commonWidth(all)
  const from = all.findIndex(row => row.cells.length === width)
  const filled = all.slice(from).filter(row => row.cells.length === width)
  const first = filled[0]
  if (!first || width < 2 || filled.length < (all.length - from) * WIDE_SHARE) return null
  const named = isNames(first.cells)
  if (!named && (width < 3 || filled.length < all.length)) return null
  const records = named ? filled.slice(1) : filled
  const kept = records.filter(named ? isLooseRecord : isRecord)
  if (kept.length === 0 || kept.length < records.length * (named ? WIDE_SHARE : 1)) return null
  const headers = named ? withoutTail(first.cells) : first.cells.map((_, index) => `#${index + 1}`)
  const sides = records[0]!.cells.filter(cell => sideOf(cleanCell(cell)) || readTime(cell)).length
  const sample = records.slice(0, SAMPLE_ROWS).map(row => row.cells)
  const above = named ? all.slice(0, from).map(row => row.cells) : []
  return { table: { delimiter, headers, headerLine: named ? first.line : 0, above, sample }, score: 1 + sides }
}

function commonWidth(rows: readonly Row[]): number {
  const counts = new Map<number, number>()
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1)
  return [...counts].sort(([a, n], [b, m]) => m - n || b - a)[0]?.[0] ?? 0
}

/** A row of words, each its own: a header, whatever the words mean. */
const isNames = (cells: readonly string[]): boolean => {
  const names = withoutTail(cells).map(cleanCell)
  return (
    names.every(name => name !== '' && name.length <= NAME_MAX && /\p{L}/u.test(name) && !isValue(name)) &&
    new Set(names).size === names.length
  )
}

/** Under a row of names a date and a number are enough. */
const isLooseRecord = ({ cells }: Row): boolean =>
  cells.some(cell => readWritten(cleanCell(cell)) !== null) &&
  cells.some(
    cell =>
      /\d/.test(cell) &&
      readWritten(cleanCell(cell)) === null &&
      typeof readAmount(cleanCell(cell), { exponent: 6, decimal: /,\d{1,2}$/.test(cell) ? ',' : '.' }) !== 'string',
  )

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
