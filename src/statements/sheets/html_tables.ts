import { Failure } from '../../kernel/failure.ts'
import { COLUMNS_MAX, type RowTaker, SHEETS_MAX, type TableText, type Warn } from './book.ts'

/** A tag, a comment or a run of text that does not end within so many characters is no table. */
const WAITING_MAX = 1 << 20
const CELL_MAX = 1 << 20
const DEPTH_MAX = 50
const SPAN_MAX = 65_536
/** Their content is no text of the page. */
const SKIPPED = new Set(['script', 'style', 'title', 'noscript', 'template', 'textarea', 'object'])
/** A blank stands where these break the line. */
const BREAKS = new Set(['br', 'p', 'div', 'li', 'hr'])

const ENTITIES: Readonly<Record<string, string>> = {
  nbsp: ' ',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  yen: '¥',
  euro: '€',
  pound: '£',
  cent: '¢',
  middot: '·',
  minus: '-',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  times: '×',
  copy: '©',
  reg: '®',
  shy: '',
}

type Table = {
  readonly sheet: number
  row: number
  cells: string[] | null
  /** Rows that cells above still reach into, by column. */
  readonly down: number[]
  text: string | null
  cell: { readonly across: number; readonly down: number }
}

/**
 * The tables of an HTML text, as rows of cells: what people mean by "Excel" when a web page exports one. Only tags, entities
 * and spans are understood; scripts, styles and comments are passed over, nothing is loaded or run.
 */
export class HtmlTables implements TableText {
  readonly names: string[] = []
  readonly #take: RowTaker
  readonly #file: string
  readonly #open: Table[] = []
  #waiting = ''
  /** Inside of an element whose content is skipped: its name. */
  #skipped = ''
  #sheets = 0
  #unclosed = false

  constructor(take: RowTaker, file: string) {
    this.#take = take
    this.#file = file
  }

  push(piece: string): void {
    const text = this.#waiting === '' ? piece : this.#waiting + piece
    let from = 0
    while (from < text.length) {
      const next = this.#skipped === '' ? this.#step(text, from) : this.#skip(text, from)
      if (next < 0) break
      from = next
    }
    this.#waiting = text.slice(from)
    if (this.#waiting.length > WAITING_MAX) throw this.#broken()
  }

  end(warn: Warn): void {
    if (this.#waiting !== '' && !this.#waiting.startsWith('<')) this.#text(this.#waiting)
    this.#waiting = ''
    const table = this.#open[0]
    if (table?.text != null || (table?.cells ?? null) !== null)
      throw new Failure(
        'file_cut',
        {
          zh: `文件“${this.#file}”的 HTML 表格在第 ${table!.row} 行中间断开：文件不完整，请重新下载`,
          en: `the HTML table in "${this.#file}" ends in the middle of its row ${table!.row}: the file is cut off, fetch it again`,
        },
        { file: this.#file, row: table!.row },
      )
    if (table !== undefined || this.#unclosed)
      warn('table_unclosed', {
        zh: 'HTML 表格没有结束标记（</table>）：文件可能不完整，请核对最后一条记录',
        en: 'the HTML table has no end (</table>): the file may be cut off, check its last record',
      })
  }

  /** One tag or one run of text; -1 where more is needed to tell. */
  #step(text: string, from: number): number {
    const tag = text.indexOf('<', from)
    if (tag !== from) {
      const to = tag < 0 ? text.length : tag
      // An entity may be cut by the end of the piece.
      if (tag < 0) {
        const entity = text.lastIndexOf('&')
        if (entity >= from && to - entity < 12 && !text.includes(';', entity)) {
          if (entity === from) return -1
          this.#text(text.slice(from, entity))
          return entity
        }
      }
      this.#text(text.slice(from, to))
      return to
    }
    if (text.startsWith('<!--', from)) {
      const to = text.indexOf('-->', from + 4)
      if (to >= 0) return to + 3
      if (text.length - from > WAITING_MAX) throw this.#broken()
      return -1
    }
    if (text.length - from < 4 && '<!--'.startsWith(text.slice(from))) return -1
    if (!/[a-z/!?]/i.test(text[from + 1] ?? 'a')) {
      this.#text('<')
      return from + 1
    }
    const to = endOfTag(text, from)
    if (to < 0) return -1
    this.#tag(text.slice(from + 1, to))
    return to + 1
  }

  #skip(text: string, from: number): number {
    const found = text.slice(from).search(new RegExp(`</${this.#skipped}[\\s>/]`, 'i'))
    if (found >= 0) {
      this.#skipped = ''
      return from + found
    }
    // Keep what may be the beginning of the end tag.
    const kept = Math.max(from, text.length - this.#skipped.length - 3)
    return kept > from ? kept : -1
  }

  #tag(inside: string): void {
    const parts = /^(\/?)([a-z][a-z0-9:]*)/i.exec(inside)
    if (!parts) return
    const closing = parts[1] === '/'
    const name = parts[2]!.toLowerCase()
    if (!closing && SKIPPED.has(name) && !inside.endsWith('/')) {
      this.#skipped = name
      return
    }
    const table = this.#open.at(-1)
    if (BREAKS.has(name)) {
      if (table && table.text !== null) table.text += ' '
    } else if (name === 'table') {
      if (closing) this.#endTable()
      else this.#beginTable()
    } else if (!table) {
      // Rows without a table around them: a page cut from its middle.
      if (!closing && name === 'tr') {
        this.#beginTable()
        this.#unclosed = true
        this.#beginRow(this.#open.at(-1)!)
      }
    } else if (name === 'tr' || name === 'tbody' || name === 'thead' || name === 'tfoot') {
      this.#endRow(table)
      if (name === 'tr' && !closing) this.#beginRow(table)
    } else if (name === 'td' || name === 'th') {
      this.#endCell(table)
      if (!closing) {
        if (table.cells === null) this.#beginRow(table)
        table.text = ''
        table.cell = { across: spanOf(inside, 'colspan', COLUMNS_MAX), down: spanOf(inside, 'rowspan', SPAN_MAX) }
      }
    }
  }

  #text(text: string): void {
    const table = this.#open.at(-1)
    if (!table || table.text === null) return
    table.text += text
    if (table.text.length > CELL_MAX) throw this.#broken()
  }

  #beginTable(): void {
    if (this.#open.length >= DEPTH_MAX || this.#sheets >= SHEETS_MAX) throw this.#broken()
    this.#open.push({ sheet: this.#sheets++, row: 0, cells: null, down: [], text: null, cell: { across: 1, down: 1 } })
    this.names.push('')
  }

  #endTable(): void {
    const table = this.#open.at(-1)
    if (!table) return
    this.#endRow(table)
    this.#open.pop()
  }

  #beginRow(table: Table): void {
    table.row++
    table.cells = []
  }

  #endRow(table: Table): void {
    this.#endCell(table)
    const { cells } = table
    if (cells === null) return
    table.cells = null
    this.#reach(table, cells)
    for (let column = 0; column < table.down.length; column++)
      if (table.down[column]! > 0) table.down[column] = table.down[column]! - 1
    this.#take(table.sheet, table.row, cells)
  }

  /** Cells of rows above that reach into this one hold their places. */
  #reach(table: Table, cells: string[]): void {
    while ((table.down[cells.length] ?? 0) > 0 && cells.length < COLUMNS_MAX) cells.push('')
  }

  #endCell(table: Table): void {
    const { cells, text, cell } = table
    table.text = null
    if (cells === null || text === null) return
    this.#reach(table, cells)
    const at = cells.length
    if (at + cell.across > COLUMNS_MAX) throw this.#broken()
    cells.push(plain(text))
    for (let extra = 1; extra < cell.across; extra++) cells.push('')
    if (cell.down > 1)
      for (let column = at; column < at + cell.across; column++) {
        while (table.down.length <= column) table.down.push(0)
        table.down[column] = cell.down
      }
  }

  #broken(): Failure {
    return new Failure(
      'html_unreadable',
      {
        zh: `文件“${this.#file}”的 HTML 表格无法读取（标签没有结束、嵌套过深或单元格过长）：请从渠道重新下载，或另存为 xlsx`,
        en: `the HTML table in "${this.#file}" cannot be read (a tag without end, nesting too deep, or a cell too long): fetch it again or save it as xlsx`,
      },
      { file: this.#file },
    )
  }
}

/** The `>` that ends the tag, outside of quoted attributes. */
function endOfTag(text: string, from: number): number {
  let quote = ''
  for (let at = from + 1; at < text.length; at++) {
    const character = text[at]!
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '>') return at
    // A quote opens a value only behind "=".
    else if ((character === '"' || character === "'") && /=\s*$/.test(text.slice(Math.max(from, at - 8), at)))
      quote = character
  }
  return -1
}

function spanOf(tag: string, name: string, most: number): number {
  const found = new RegExp(`\\s${name}\\s*=\\s*["']?\\s*(\\d{1,6})`, 'i').exec(tag)
  return Math.min(most, Math.max(1, Number(found?.[1] ?? 1)))
}

/** Entities resolved once, blanks drawn together. */
const plain = (text: string): string =>
  text
    .replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});?/gi, (whole, name: string) => entityOf(name) ?? whole)
    .replace(/[\s\u00a0]+/g, ' ')
    .trim()

function entityOf(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES[name] ?? ENTITIES[name.toLowerCase()]
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined
}
