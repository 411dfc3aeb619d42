import { fstatSync, readSync } from 'node:fs'
import { Readable } from 'node:stream'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { Failure } from '../kernel/failure.ts'
import { TextStore } from './text_store.ts'
import { type XmlTag, XmlTokens } from './xml_tokens.ts'

/**
 * Reads the first sheet of an .xlsx workbook, streaming, as text: what a person typed, or a refusal where the workbook no
 * longer holds it. Excel keeps numbers as 64-bit floats and shows 15 digits, so
 *   - a number comes back as Excel shows it at 15 digits ("19.99", never "19.989999999999998");
 *   - a whole number of more than 15 digits has already lost its last ones, and is refused;
 *   - a date-typed cell has no zone, and is refused: a time must be typed as text with its offset.
 * A formula gives the value saved with it; an error value (#N/A) is refused.
 */

/** One row: its number in the sheet (1-based, as Excel shows it) and its cells; missing ones are ''. */
export type SheetRow = { readonly row: number; readonly cells: readonly string[] }

/** Starts like a zip archive: an .xlsx is one. Takes at least the first four bytes of the file. */
export const looksLikeXlsx = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && head[2] === 0x03 && head[3] === 0x04

/** Unpacked text of one part; a sheet of 1,048,576 rows × 40 columns stays below. Against zip bombs. */
const PART_LIMIT = 8 * 1024 ** 3
/** Shared strings stay in memory while the rows are read. */
const STRINGS_LIMIT = 256 * 1024 ** 2
/** Rows of like cells pack well (up to 60 to 1), not like this; judged from RATIO_FROM unpacked bytes on. */
const RATIO_LIMIT = 300
const RATIO_FROM = 32 * 1024 ** 2
/** What the parser may hold back before it tells of a tag. */
const SILENCE_LIMIT = 4 * 1024 ** 2
const COLUMNS_MAX = 16_384
/** Excel itself stops at 32,767 characters a cell. */
const CELL_LIMIT = 1_000_000
const BATCH = 512

/** `name` is the file as the reader of a message knows it. */
export async function* readSheet(path: string, name = path): AsyncGenerator<readonly SheetRow[]> {
  const book = await openBook(path, name)
  try {
    const sheet = (await sheetsOf(book)).sheets[0]!
    const strings = await sharedStrings(book)
    const formats = await cellFormats(book)
    yield* rowsOf(book, sheet.part, strings, formats, strictCell)
  } finally {
    book.zip.close()
  }
}

/** A workbook of somebody else's: all its sheets, and cells taken as they are shown instead of refused. */
export type Workbook = {
  /** In the order of the tabs. */
  readonly sheets: readonly {
    readonly name: string
    readonly hidden: boolean
    readonly rows: () => AsyncGenerator<readonly SheetRow[]>
  }[]
  readonly close: () => void
}

/** `file`: the workbook as an open descriptor, which stays the caller's. */
export async function openWorkbook(file: number, name: string): Promise<Workbook> {
  const book = await openBook(file, name)
  try {
    const { sheets, date1904 } = await sheetsOf(book)
    const strings = await sharedStrings(book)
    const formats = await cellFormats(book)
    const shown: CellText = ({ type, text, format }) =>
      type === 'e' ? text : type === 'd' ? text : shownNumber(text, format, date1904)
    return {
      sheets: sheets.map(({ name: tab, hidden, part }) => ({
        name: tab,
        hidden,
        rows: () => rowsOf(book, part, strings, formats, shown),
      })),
      close: () => book.zip.close(),
    }
  } catch (error) {
    book.zip.close()
    throw error
  }
}

/**
 * The payments file as a workbook: header row first, then one record a row. `cells` are in the order of `header`. Rows
 * without any value are left out, as Excel users leave them behind. Checking the columns is the caller's business.
 */
export async function* readPaymentsXlsx(
  path: string,
  name = path,
): AsyncGenerator<{ readonly header: readonly string[]; readonly rows: readonly SheetRow[] }> {
  let header: readonly string[] | undefined
  for await (const batch of readSheet(path, name)) {
    let rows = batch.filter(({ cells }) => cells.some(cell => cell !== ''))
    if (!header) {
      if (rows.length === 0) continue
      header = (rows[0]?.cells ?? []).map(cell => cell.trim())
      rows = rows.slice(1)
    }
    const width = header.length
    yield { header, rows: rows.map(({ row, cells }) => ({ row, cells: fitted(cells, width) })) }
  }
  if (!header)
    throw refusal(
      name,
      'spreadsheet_empty',
      '第一张工作表是空的，应有表头和数据',
      'the first sheet is empty; a header row and data were expected',
    )
}

function fitted(cells: readonly string[], width: number): readonly string[] {
  if (cells.length === width) return cells
  return Array.from({ length: Math.max(width, cells.length) }, (_, i) => cells[i] ?? '')
}

/** Text a spreadsheet program would compute when it opens a CSV: begins with = + - @ tab or carriage return. Numbers stay. */
const FORMULA = /^[=+\-@\t\r]/
const PLAIN_NUMBER = /^[-+]?\d+(?:\.\d+)?$/

/** For every text field of a CSV export: what would run as a formula is shown as text instead. */
export const neutralized = (text: string): string =>
  FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text

type Book = { readonly name: string; readonly zip: ZipFile; readonly parts: ReadonlyMap<string, Entry> }

async function openBook(file: string | number, name: string): Promise<Book> {
  const broken = refusal(
    name,
    'spreadsheet_broken',
    '不是完整的 xlsx 文件（压缩包损坏或被截断），请重新导出',
    'not a whole xlsx file (the archive is damaged or cut); export it again',
  )
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    const done = (error: Error | null, opened: ZipFile): void =>
      error ? reject('code' in error ? error : broken) : resolve(opened)
    const options = { lazyEntries: true, autoClose: false }
    if (typeof file === 'string') yauzl.open(file, options, done)
    // A reader of its own, which does not close the caller's file.
    else yauzl.fromRandomAccessReader(new OpenFile(file), fstatSync(file).size, options, done)
  })
  const parts = new Map<string, Entry>()
  try {
    await new Promise<void>((resolve, reject) => {
      zip.on('entry', (entry: Entry) => {
        parts.set(entry.fileName, entry)
        zip.readEntry()
      })
      zip.on('end', resolve)
      zip.on('error', () => reject(broken))
      zip.readEntry()
    })
    if (!parts.has('xl/workbook.xml'))
      throw refusal(
        name,
        'spreadsheet_broken',
        '压缩包里没有工作簿，不是 xlsx 文件',
        'the archive holds no workbook; it is not an xlsx file',
      )
  } catch (error) {
    zip.close()
    throw error
  }
  return { name, zip, parts }
}

/** The caller's descriptor, read at positions. */
class OpenFile extends yauzl.RandomAccessReader {
  readonly #file: number

  constructor(file: number) {
    super()
    this.#file = file
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const file = this.#file
    return Readable.from(
      (async function* () {
        for (let at = start; at < end; ) {
          const piece = Buffer.allocUnsafe(Math.min(64 << 10, end - at))
          const length = readSync(file, piece, 0, piece.length, at)
          if (length === 0) return
          at += length
          yield piece.subarray(0, length)
        }
      })(),
    )
  }
}

type Handlers = {
  readonly open?: (name: string, attributes: XmlTag['attributes']) => void
  readonly text?: (text: string) => void
  readonly close?: (name: string) => void
}

/** Feeds one part through the parser, yielding after each piece so that what was found can be passed on. */
async function* parsed(book: Book, part: string, limit: number, handlers: Handlers): AsyncGenerator<void> {
  const entry = book.parts.get(part)
  if (!entry)
    throw refusal(book.name, 'spreadsheet_broken', `工作簿缺少部件 ${part}`, `the workbook lacks its part ${part}`)
  const { compressedSize, uncompressedSize } = entry
  if (uncompressedSize > limit || (uncompressedSize > RATIO_FROM && uncompressedSize > compressedSize * RATIO_LIMIT))
    throw refusal(
      book.name,
      'spreadsheet_too_large',
      `部件 ${part} 解开后超过上限，拒绝读取`,
      `part ${part} unpacks to more than the limit; refused`,
    )
  const refuse = (): never => {
    throw damaged(book, part)
  }
  const tokens = new XmlTokens({
    open: tag => handlers.open?.(tag.local, tag.attributes),
    text: (source, from, to) => handlers.text?.(source.slice(from, to)),
    close: tag => handlers.close?.(tag.local),
    doctype: refuse,
    broken: refuse,
  })
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) =>
    book.zip.openReadStream(entry, (error, opened) => (error ? reject(damaged(book, part)) : resolve(opened))),
  )
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let silent = 0
  try {
    for await (const chunk of stream) {
      const tag = (chunk as Buffer).lastIndexOf(0x3c)
      silent = tag < 0 ? silent + (chunk as Buffer).length : (chunk as Buffer).length - tag
      if (silent > SILENCE_LIMIT) throw damaged(book, part)
      tokens.write(decoder.decode(chunk as Buffer, { stream: true }))
      yield
    }
    tokens.write(decoder.decode())
    tokens.end()
  } catch (error) {
    throw error instanceof Failure ? error : damaged(book, part)
  }
  yield
}

const damaged = (book: Book, part: string): Failure =>
  refusal(
    book.name,
    'spreadsheet_broken',
    `工作簿的部件 ${part} 已损坏，请重新导出`,
    `the workbook's part ${part} is damaged; export it again`,
  )

async function drained(run: AsyncGenerator<void>): Promise<void> {
  for await (const _ of run);
}

type SheetPart = { readonly name: string; readonly hidden: boolean; readonly part: string }

/** The sheets in the order a person sees the tabs. */
async function sheetsOf(book: Book): Promise<{ sheets: readonly SheetPart[]; date1904: boolean }> {
  const tabs: { name: string; hidden: boolean; relation: string }[] = []
  let date1904 = false
  await drained(
    parsed(book, 'xl/workbook.xml', STRINGS_LIMIT, {
      open: (name, attributes) => {
        if (name === 'workbookPr') date1904 = /^(?:1|true)$/.test(attributes.get('date1904') ?? '')
        if (name !== 'sheet') return
        const relation = [...attributes].find(([key]) => key.endsWith(':id'))?.[1] ?? ''
        const hidden = /^(?:hidden|veryHidden)$/.test(attributes.get('state') ?? '')
        tabs.push({ name: attributes.get('name') ?? '', hidden, relation })
      },
    }),
  )
  const targets = new Map<string, string>()
  await drained(
    parsed(book, 'xl/_rels/workbook.xml.rels', STRINGS_LIMIT, {
      open: (name, attributes) => {
        if (name === 'Relationship') targets.set(attributes.get('Id') ?? '', attributes.get('Target') ?? '')
      },
    }),
  )
  const sheets = tabs.flatMap(({ name, hidden, relation }) => {
    const target = targets.get(relation) ?? ''
    const part = target.startsWith('/') ? target.slice(1) : `xl/${target}`
    // A chart sheet has no cells.
    return target && book.parts.has(part) && !part.includes('chartsheets/') ? [{ name, hidden, part }] : []
  })
  if (sheets.length === 0)
    throw refusal(book.name, 'spreadsheet_broken', '工作簿里没有工作表', 'the workbook holds no sheet')
  return { sheets, date1904 }
}

async function sharedStrings(book: Book): Promise<TextStore> {
  const strings = new TextStore()
  if (!book.parts.has('xl/sharedStrings.xml')) return strings
  let text = ''
  let inText = false
  let phonetic = false
  await drained(
    parsed(book, 'xl/sharedStrings.xml', STRINGS_LIMIT, {
      open: name => {
        if (name === 'si') text = ''
        else if (name === 'rPh') phonetic = true
        else if (name === 't') inText = !phonetic
      },
      text: piece => {
        if (inText) text += piece
      },
      close: name => {
        if (name === 't') inText = false
        else if (name === 'rPh') phonetic = false
        else if (name === 'si') strings.add(text)
      },
    }),
  )
  return strings
}

/** How each cell style shows a number: the format's id and, for a custom one, its code. */
type CellFormat = { readonly id: number; readonly code: string | undefined }

async function cellFormats(book: Book): Promise<readonly CellFormat[]> {
  const custom = new Map<number, string>()
  const formats: CellFormat[] = []
  if (!book.parts.has('xl/styles.xml')) return formats
  let inCellFormats = false
  await drained(
    parsed(book, 'xl/styles.xml', STRINGS_LIMIT, {
      open: (name, attributes) => {
        if (name === 'numFmt') custom.set(Number(attributes.get('numFmtId')), attributes.get('formatCode') ?? '')
        else if (name === 'cellXfs') inCellFormats = true
        else if (name === 'xf' && inCellFormats) {
          const id = Number(attributes.get('numFmtId') ?? 0)
          formats.push({ id, code: custom.get(id) })
        }
      },
      close: name => {
        if (name === 'cellXfs') inCellFormats = false
      },
    }),
  )
  return formats
}

/** Built-in date formats are 14–22, 27–36, 45–47 and 50–58; a custom one says y, m, d, h or s outside quotes and colours. */
export function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined)
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)
  return /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*./gi, '').replace(/general/i, ''))
}

/** A cell that is neither text nor empty: `type` n (number), d (ISO date) or e (error). */
type CellValue = {
  readonly type: string
  readonly text: string
  readonly format: CellFormat | undefined
  readonly where: () => string
  readonly book: Book
}

type CellText = (cell: CellValue) => string

/** For files that were typed for us: what Excel no longer holds, or cannot hold, is refused with its cell. */
const strictCell: CellText = ({ type, text, format, where, book }) => {
  if (type === 'e')
    throw refusal(
      book.name,
      'cell_error',
      `单元格 ${where()} 是错误值 ${text}，请更正`,
      `cell ${where()} holds the error ${text}; mend it`,
      { cell: where() },
    )
  if (text === '') return ''
  if (type === 'd' || (format && isDateFormat(format.id, format.code)))
    throw refusal(
      book.name,
      'cell_date',
      `单元格 ${where()} 是日期格式，没有时区；请把该列设为文本，写成 2026-11-20T08:00:00+08:00`,
      `cell ${where()} is a date without a zone; make the column text and write 2026-11-20T08:00:00+08:00`,
      { cell: where() },
    )
  const number = numberText(text)
  if (number !== null) return number
  throw refusal(
    book.name,
    'digits_lost',
    `单元格 ${where()} 的数字 ${text} 超过 15 位，Excel 已丢失末位；请把该列设为文本后重新填写`,
    `cell ${where()}: the number ${text} has more than 15 digits and Excel has lost the last ones; make the column text and fill it again`,
    { cell: where() },
  )
}

async function* rowsOf(
  book: Book,
  part: string,
  strings: TextStore,
  formats: readonly CellFormat[],
  textOf: CellText,
): AsyncGenerator<readonly SheetRow[]> {
  let rows: SheetRow[] = []
  let row = 0
  let cells: string[] = []
  let column = 0
  let type = ''
  let style = 0
  let text = ''
  let inText = false
  let phonetic = false
  const where = (): string => `${letters(column)}${row}`
  const run = parsed(book, part, PART_LIMIT, {
    open: (name, attributes) => {
      if (name === 'c') {
        const reference = attributes.get('r')
        column = reference ? columnOf(reference) : column + 1
        if (column < 1 || column > COLUMNS_MAX) throw damaged(book, part)
        type = attributes.get('t') ?? 'n'
        style = Number(attributes.get('s') ?? 0)
        text = ''
      } else if (name === 'row') {
        row = Number(attributes.get('r') || row + 1)
        cells = []
        column = 0
      } else if (name === 'rPh') phonetic = true
      else if (name === 'v' || name === 't') inText = !phonetic
    },
    text: piece => {
      if (inText) text += piece
      if (text.length > CELL_LIMIT)
        throw refusal(
          book.name,
          'spreadsheet_broken',
          `单元格 ${where()} 过长，超过 Excel 的上限`,
          `cell ${where()} is longer than Excel allows`,
          { cell: where() },
        )
    },
    close: name => {
      if (name === 'v' || name === 't') inText = false
      else if (name === 'rPh') phonetic = false
      else if (name === 'c') {
        const value = cellText()
        if (value === '') return
        while (cells.length < column - 1) cells.push('')
        cells[column - 1] = value
      } else if (name === 'row') rows.push({ row, cells })
    },
  })
  const cellText = (): string => {
    if (type === 's') return unescaped(strings.at(Number(text)) ?? '')
    if (type === 'inlineStr' || type === 'str') return unescaped(text)
    if (type === 'b') return text === '1' ? 'TRUE' : 'FALSE'
    return textOf({ type, text, format: formats[style], where, book })
  }
  for await (const _ of run)
    if (rows.length >= BATCH) {
      yield rows
      rows = []
    }
  if (rows.length > 0) yield rows
}

/**
 * A number as its cell shows it, where that matters: dates as 2026-11-20 08:05:09, leading zeros of a format such as 000000.
 * More than 15 digits are shown in scientific notation, as Excel does: the reader then knows that digits are lost.
 */
export function shownNumber(stored: string, format: CellFormat | undefined, date1904: boolean): string {
  if (stored === '') return ''
  if (format && isDateFormat(format.id, format.code)) {
    const shown = dateText(Number(stored), format.code ?? builtInDate(format.id), date1904)
    if (shown !== null) return shown
  }
  const number = numberText(stored)
  if (number === null) {
    const value = Number(stored)
    return Number.isFinite(value)
      ? value
          .toExponential(14)
          .replace(/\.?0+e/, 'E')
          .replace('e', 'E')
      : stored
  }
  const zeros = /^0+$/.exec(format?.code ?? '')
  return zeros && /^\d+$/.test(number) ? number.padStart(zeros[0].length, '0') : number
}

/** Which parts the built-in formats show is all that matters of them. */
const builtInDate = (id: number): string =>
  id === 22 ? 'y h' : (id >= 18 && id <= 21) || (id >= 45 && id <= 47) ? 'h' : 'y'

const DAY_MS = 86_400_000

/** null: no day Excel knows (it counts 29 February 1900, which never was). */
function dateText(serial: number, code: string, date1904: boolean): string | null {
  if (!Number.isFinite(serial) || serial < 0 || serial >= 2_958_466) return null
  const bare = code.replace(/"[^"]*"|\\.|\[\$[^\]]*\]/g, '')
  const days = Math.floor(serial)
  const ms = Math.round((serial - days) * DAY_MS)
  // Fractions of a day are exact to some microseconds; whole seconds are meant unless the format shows parts of them.
  const rounded = /s\.0/i.test(bare) ? ms : Math.round(ms / 1000) * 1000
  const whole = date1904 ? days + 1462 : days
  const time = new Date(rounded).toISOString().slice(11, rounded % 1000 === 0 ? 19 : 23)
  if (whole === 0 && !/[yd]/i.test(bare)) return time
  if (whole < 61) return null
  const day = new Date((whole - 25_569) * DAY_MS + rounded).toISOString().slice(0, 10)
  return /[hs]/i.test(bare) || rounded % DAY_MS !== 0 ? `${day} ${time}` : day
}

/** Below 10^10 the 15 digits Excel keeps reach the fifth decimal: no money has more. */
const EXACT_POWER_MAX = 9

/**
 * As Excel shows it: 15 significant digits, plain notation. null: a number too long to be held, whole (a transaction number) or
 * not (12345678901234.56 would come back as .6). Float noise (19.989999999999998) goes away in rounding and is none.
 */
export function numberText(stored: string): string | null {
  const value = Number(stored)
  if (!Number.isFinite(value)) return null
  if (Number.isInteger(value)) return Math.abs(value) < 1e15 ? String(value === 0 ? 0 : value) : null
  const shortest = String(value)
  if (shortest.length <= 15 && !shortest.includes('e')) return shortest
  const [mantissa = '', power = '0'] = value.toExponential(14).split('e')
  const sign = mantissa.startsWith('-') ? '-' : ''
  const digits = mantissa.replace(/[-.]/g, '').replace(/0+$/, '')
  const exponent = Number(power)
  const significant = shortest.replace(/[-.]/g, '').replace(/^0+/, '')
  if (exponent > EXACT_POWER_MAX && digits.length === 15 && significant.length > 15) return null
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const rest = digits.slice(exponent + 1)
  return sign + whole + (rest ? `.${rest}` : '')
}

/** Excel writes a control character as _x000D_, and a literal "_x000D_" as "_x005F_x000D_". */
function unescaped(text: string): string {
  if (!text.includes('_x')) return text
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** "AB12" → 28. */
function columnOf(reference: string): number {
  let column = 0
  for (let i = 0; i < reference.length; i++) {
    const c = reference.charCodeAt(i)
    if (c < 65 || c > 90) break
    column = column * 26 + c - 64
  }
  return column
}

function letters(column: number): string {
  let name = ''
  for (let n = column; n > 0; n = Math.floor((n - 1) / 26)) name = String.fromCharCode(65 + ((n - 1) % 26)) + name
  return name
}

const refusal = (name: string, code: string, zh: string, en: string, detail: Record<string, unknown> = {}): Failure =>
  new Failure(code, { zh: `${name}：${zh}。`, en: `${name}: ${en}.` }, { file: name, ...detail })
