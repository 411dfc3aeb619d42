import { DEFAULT_LIMITS } from '../container.ts'
import { lineEndOf, rowTooLong } from '../lines.ts'

const QUOTE = 34

/** Takes one row: its cells, or null where a quote was opened and never closed; `line` is where it begins. */
export type RowTaker = (cells: readonly string[] | null, line: number) => void

/**
 * Cuts delimited text into rows (RFC 4180): a quoted cell may hold delimiters, doubled quotes and line ends, so a row may be
 * several physical lines. A quote in the middle of a cell is an ordinary character. A quote that is never closed costs the
 * line it stands on, not the rest of the file.
 */
export class RowFeeder {
  /** Cells of a row, once known: a row of several lines with another number is a quote left open. */
  expected = 0
  readonly #take: RowTaker
  readonly #delimiter: string
  readonly #lineEnd: '\n' | '\r'
  readonly #file: string
  readonly #limit: number
  #waiting = ''
  #line = 1

  constructor(take: RowTaker, delimiter: string, file: string, probe: string, limit = DEFAULT_LIMITS.rowLength) {
    this.#take = take
    this.#delimiter = delimiter
    this.#lineEnd = lineEndOf(probe)
    this.#file = file
    this.#limit = limit
  }

  push(piece: string): void {
    this.#waiting = this.#cut(this.#waiting === '' ? piece : this.#waiting + piece, false)
    if (this.#waiting.length > this.#limit) {
      this.#waiting = this.#cut(this.#waiting, true)
      if (this.#waiting.length > this.#limit) throw rowTooLong(this.#file, this.#line, this.#limit)
    }
  }

  end(): void {
    this.#waiting = this.#cut(this.#waiting, true)
    if (this.#waiting !== '') this.#cut(this.#waiting + this.#lineEnd, true)
    this.#waiting = ''
  }

  /** `all`: what waits for a closing quote will not get one. Returns what is left over. */
  #cut(text: string, all: boolean): string {
    let from = 0
    for (;;) {
      const feed = text.indexOf(this.#lineEnd, from)
      if (feed < 0) return from === 0 ? text : text.slice(from)
      const plain = this.#plain(text, from, feed)
      if (plain) {
        this.#take(plain, this.#line++)
        from = feed + 1
        continue
      }
      const row = this.#quoted(text, from, feed)
      if (row === null && !all && text.length - from <= this.#limit) return text.slice(from)
      if (row === null || (row.lines > 1 && this.expected > 0 && withoutTail(row.cells) > this.expected)) {
        this.#take(null, this.#line++)
        from = feed + 1
        continue
      }
      if (row.lines > 1 && this.expected > 0 && row.cells.length < this.expected) {
        this.#take(null, this.#line++)
        from = feed + 1
        continue
      }
      this.#take(row.cells, this.#line)
      this.#line += row.lines
      from = row.next
    }
  }

  /**
   * The row of one line whose quotes, if it has any, stand around whole cells and hold no quote: nearly all. null: it takes a closer
   * look.
   */
  #plain(text: string, from: number, feed: number): string[] | null {
    const to = feed > from && text.charCodeAt(feed - 1) === 13 ? feed - 1 : feed
    const delimiter = this.#delimiter
    if (delimiter.length !== 1) {
      const line = text.slice(from, to)
      return line.includes('"') ? null : line.split(delimiter)
    }
    const sign = delimiter.charCodeAt(0)
    const cells: string[] = []
    for (let at = from; ; at++) {
      const begin = at
      if (text.charCodeAt(at) === QUOTE && at < to) {
        const close = text.indexOf('"', at + 1)
        at = close + 1
        if (close < 0 || at > to || (at < to && text.charCodeAt(at) !== sign)) return null
        cells.push(text.slice(begin + 1, close))
      } else {
        for (; at < to; at++) {
          const code = text.charCodeAt(at)
          if (code === sign) break
          if (code === QUOTE) return null
        }
        cells.push(text.slice(begin, at))
      }
      if (at >= to) return cells
    }
  }

  /**
   * The row that begins at `from`; null when the text ends before its quote is closed or its line ends. `feed`: the next line
   * end, looked for again only behind a quote that held one.
   */
  #quoted(text: string, from: number, firstFeed: number): { cells: string[]; lines: number; next: number } | null {
    const cells: string[] = []
    const delimiter = this.#delimiter
    let feed = firstFeed
    let lines = 1
    let at = from
    for (;;) {
      let cell = ''
      // Blanks before a quote do not make it ordinary.
      let open = at
      while (text.charCodeAt(open) === 32) open++
      if (text.charCodeAt(open) === 34) {
        at = open + 1
        for (;;) {
          const close = text.indexOf('"', at)
          if (close < 0) return null
          cell = cell === '' ? text.slice(at, close) : cell + text.slice(at, close)
          at = close + 1
          if (text.charCodeAt(at) !== 34) break
          cell += '"'
          at++
        }
        for (; feed >= 0 && feed < at; feed = text.indexOf(this.#lineEnd, feed + 1)) lines++
      }
      if (feed < 0) return null
      const next = text.indexOf(delimiter, at)
      const last = next < 0 || next > feed
      const to = !last ? next : feed > at && text.charCodeAt(feed - 1) === 13 ? feed - 1 : feed
      cells.push(cell === '' ? text.slice(at, to) : to === at ? cell : cell + text.slice(at, to))
      if (last) return { cells, lines, next: feed + 1 }
      at = next + delimiter.length
    }
  }
}

/** Number of cells without empty ones at the end. */
function withoutTail(cells: readonly string[]): number {
  let length = cells.length
  while (length > 0 && cells[length - 1]!.trim() === '') length--
  return length
}

/** All rows of a short text. */
export function rowsOf(text: string, delimiter: string, whole: boolean): { cells: readonly string[]; line: number }[] {
  const rows: { cells: readonly string[]; line: number }[] = []
  const feeder = new RowFeeder((cells, line) => cells && rows.push({ cells, line }), delimiter, '', text)
  feeder.push(text)
  // The last row of a probe is cut off in the middle.
  if (whole) feeder.end()
  return rows
}
