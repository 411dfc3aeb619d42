import { SaxesParser } from 'saxes'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { Failure } from '../kernel/failure.ts'

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
const STRINGS_LIMIT = 1024 ** 3
/** Excel itself stops at 32,767 characters a cell. */
const CELL_LIMIT = 1_000_000
const BATCH = 512

/** `name` is the file as the reader of a message knows it. */
export async function* readSheet(path: string, name = path): AsyncGenerator<readonly SheetRow[]> {
  const book = await openBook(path, name)
  try {
    const sheet = await firstSheet(book)
    const strings = await sharedStrings(book)
    const dates = await dateStyles(book)
    yield* rowsOf(book, sheet, strings, dates)
  } finally {
    book.zip.close()
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

async function openBook(path: string, name: string): Promise<Book> {
  const broken = refusal(
    name,
    'spreadsheet_broken',
    '不是完整的 xlsx 文件（压缩包损坏或被截断），请重新导出',
    'not a whole xlsx file (the archive is damaged or cut); export it again',
  )
  const zip = await new Promise<ZipFile>((resolve, reject) =>
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, opened) =>
      error ? reject('code' in error ? error : broken) : resolve(opened),
    ),
  )
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

type Handlers = {
  readonly open?: (name: string, attributes: Readonly<Record<string, string>>) => void
  readonly text?: (text: string) => void
  readonly close?: (name: string) => void
}

/** Feeds one part through the parser, yielding after each piece so that what was found can be passed on. */
async function* parsed(book: Book, part: string, limit: number, handlers: Handlers): AsyncGenerator<void> {
  const entry = book.parts.get(part)
  if (!entry)
    throw refusal(book.name, 'spreadsheet_broken', `工作簿缺少部件 ${part}`, `the workbook lacks its part ${part}`)
  if (entry.uncompressedSize > limit)
    throw refusal(
      book.name,
      'spreadsheet_too_large',
      `部件 ${part} 解开后超过上限，拒绝读取`,
      `part ${part} unpacks to more than the limit; refused`,
    )
  const parser = new SaxesParser({ fragment: false })
  let failed: Error | undefined
  parser.on('error', error => {
    failed ??= error
  })
  if (handlers.open) {
    const { open } = handlers
    parser.on('opentag', tag => open(local(tag.name), tag.attributes as Record<string, string>))
  }
  if (handlers.text) parser.on('text', handlers.text)
  if (handlers.close) {
    const { close } = handlers
    parser.on('closetag', tag => close(local(tag.name)))
  }
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) =>
    book.zip.openReadStream(entry, (error, opened) => (error ? reject(damaged(book, part)) : resolve(opened))),
  )
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of stream) {
      parser.write(decoder.decode(chunk as Buffer, { stream: true }))
      if (failed) throw failed
      yield
    }
    parser.write(decoder.decode()).close()
    if (failed) throw failed
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

const local = (name: string): string => (name.includes(':') ? name.slice(name.indexOf(':') + 1) : name)

async function drained(run: AsyncGenerator<void>): Promise<void> {
  for await (const _ of run);
}

/** The first sheet in the order a person sees the tabs. */
async function firstSheet(book: Book): Promise<string> {
  let relation = ''
  await drained(
    parsed(book, 'xl/workbook.xml', STRINGS_LIMIT, {
      open: (name, attributes) => {
        if (name !== 'sheet' || relation) return
        relation = Object.entries(attributes).find(([key]) => local(key) === 'id' && key !== 'id')?.[1] ?? ''
      },
    }),
  )
  let target = ''
  await drained(
    parsed(book, 'xl/_rels/workbook.xml.rels', STRINGS_LIMIT, {
      open: (name, attributes) => {
        if (name === 'Relationship' && attributes.Id === relation) target = attributes.Target ?? ''
      },
    }),
  )
  const part = target.startsWith('/') ? target.slice(1) : `xl/${target}`
  if (!target || !book.parts.has(part))
    throw refusal(book.name, 'spreadsheet_broken', '工作簿里没有工作表', 'the workbook holds no sheet')
  return part
}

async function sharedStrings(book: Book): Promise<readonly string[]> {
  const strings: string[] = []
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
        else if (name === 'si') strings.push(unescaped(text))
      },
    }),
  )
  return strings
}

/** Cell formats that show a number as a date or time. */
async function dateStyles(book: Book): Promise<ReadonlySet<number>> {
  const custom = new Map<number, string>()
  const dates = new Set<number>()
  if (!book.parts.has('xl/styles.xml')) return dates
  let inCellFormats = false
  let index = 0
  await drained(
    parsed(book, 'xl/styles.xml', STRINGS_LIMIT, {
      open: (name, attributes) => {
        if (name === 'numFmt') custom.set(Number(attributes.numFmtId), attributes.formatCode ?? '')
        else if (name === 'cellXfs') inCellFormats = true
        else if (name === 'xf' && inCellFormats) {
          const format = Number(attributes.numFmtId ?? 0)
          if (isDateFormat(format, custom.get(format))) dates.add(index)
          index++
        }
      },
      close: name => {
        if (name === 'cellXfs') inCellFormats = false
      },
    }),
  )
  return dates
}

/** Built-in date formats are 14–22, 27–36, 45–47 and 50–58; a custom one says y, m, d, h or s outside quotes and colours. */
function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined)
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)
  return /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*./gi, '').replace(/general/i, ''))
}

async function* rowsOf(
  book: Book,
  part: string,
  strings: readonly string[],
  dates: ReadonlySet<number>,
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
        column = attributes.r ? columnOf(attributes.r) : column + 1
        type = attributes.t ?? 'n'
        style = Number(attributes.s ?? 0)
        text = ''
      } else if (name === 'row') {
        row = attributes.r ? Number(attributes.r) : row + 1
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
    if (type === 's') return strings[Number(text)] ?? ''
    if (type === 'inlineStr' || type === 'str') return unescaped(text)
    if (type === 'b') return text === '1' ? 'TRUE' : 'FALSE'
    if (type === 'e')
      throw refusal(
        book.name,
        'cell_error',
        `单元格 ${where()} 是错误值 ${text}，请更正`,
        `cell ${where()} holds the error ${text}; mend it`,
        { cell: where() },
      )
    if (text === '') return ''
    if (type === 'd' || dates.has(style))
      throw refusal(
        book.name,
        'cell_date',
        `单元格 ${where()} 是日期格式，没有时区；请把该列设为文本，写成 2026-11-20T08:00:00+08:00`,
        `cell ${where()} is a date without a zone; make the column text and write 2026-11-20T08:00:00+08:00`,
        { cell: where() },
      )
    return numberText(text) ?? tooLong(text)
  }
  const tooLong = (found: string): never => {
    throw refusal(
      book.name,
      'digits_lost',
      `单元格 ${where()} 的数字 ${found} 超过 15 位，Excel 已丢失末位；请把该列设为文本后重新填写`,
      `cell ${where()}: the number ${found} has more than 15 digits and Excel has lost the last ones; make the column text and fill it again`,
      { cell: where() },
    )
  }
  for await (const _ of run)
    if (rows.length >= BATCH) {
      yield rows
      rows = []
    }
  if (rows.length > 0) yield rows
}

/** As Excel shows it: 15 significant digits, plain notation. null: a whole number too long to be held. */
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
