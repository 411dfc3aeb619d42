import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../kernel/failure.ts'
import { openWorkbook } from '../../system/spreadsheet.ts'
import type { Sentences } from '../collector.ts'
import type { Part } from '../container.ts'
import { Decoder, decodeStrictly } from '../encoding.ts'
import type { Encoding } from '../statement.ts'
import { readBiff } from './biff.ts'
import { HtmlTables } from './html_tables.ts'
import { SpreadsheetMl } from './spreadsheet_ml.ts'

/**
 * Whatever comes as cells instead of text: xlsx; and what is called .xls: BIFF, SpreadsheetML 2003, an HTML table. Told by
 * content, never by name. All of them are rows of text cells from here on.
 */
export type Book = {
  readonly kind: BookKind
  readonly encoding: Encoding
  readonly sheets: readonly BookSheet[]
  readonly close: () => Promise<void>
}

export type BookKind = 'xlsx' | 'xls'

export type BookRow = { readonly row: number; readonly cells: readonly string[] }

export type BookSheet = {
  /** The name of its tab; "" where there is none (HTML). */
  readonly name: string
  readonly hidden: boolean
  /** The first rows, to recognise it by. */
  readonly top: readonly BookRow[]
  /** It has no more rows than these. */
  readonly whole: boolean
  /** From the first row on. */
  readonly rows: (warn: Warn) => AsyncIterable<readonly BookRow[]>
}

export type Warn = (code: string, text: Sentences) => void

/** Told of rows in the order of the file; `sheet` counts from 0. */
export type RowTaker = (sheet: number, row: number, cells: string[]) => void

/** Text that holds tables; `names` are known at its end. */
export type TableText = {
  readonly names: readonly string[]
  readonly push: (text: string) => void
  readonly end: (warn: Warn) => void
}

export const TOP_ROWS = 1_000
/** Excel's own limit; HTML and XML are held to it too. */
export const COLUMNS_MAX = 16_384
/** Tables of one text; pages made of tables have dozens. */
export const SHEETS_MAX = 1_000
const SPOOL_MAX = 2 * 2 ** 30
/** Old Excel stops at 65,536 rows a sheet; real files have a few megabytes. They are read as a whole, in memory. */
const BIFF_MAX = 64 << 20

type Start = { readonly bytes: Uint8Array; readonly encoding: Encoding | null; readonly text: string }

/** null: it is no book. `fd`: the part lies there as it is; null where it must be unpacked first. */
export async function openBook(part: Part, fd: number | null, start: Start, name: string): Promise<Book | null> {
  const { bytes, encoding } = start
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3)
    return fd !== null || looksLikeWorkbook(bytes) ? xlsxBook(part, fd, name) : null
  if (Buffer.from(bytes.subarray(0, 8)).toString('hex') === 'd0cf11e0a1b11ae1') return biffBook(part, name)
  if (encoding === null) return null
  const told = declaredEncoding(start.text)
  const settled = told !== null && decodesAs(bytes, told, encoding) ? told : encoding
  if (isSpreadsheetMl(start.text)) return textBook(part, settled, name, take => new SpreadsheetMl(take, name))
  if (isHtml(start.text)) return textBook(part, settled, name, take => new HtmlTables(take, name))
  return null
}

/** The names of a zip's entries stand in front of them too; programs write these among the first. */
const looksLikeWorkbook = (bytes: Uint8Array): boolean =>
  /\[Content_Types\]\.xml|_rels\/\.rels|docProps\/|xl\//.test(
    Buffer.from(bytes.subarray(0, 64 << 10)).toString('latin1'),
  )

const isSpreadsheetMl = (text: string): boolean =>
  /^\s*<(\?xml|\w*:?Workbook)/.test(text) &&
  text.slice(0, 8_192).includes('urn:schemas-microsoft-com:office:spreadsheet') &&
  !/<html[\s>]/i.test(text.slice(0, 2_048))

const isHtml = (text: string): boolean =>
  /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style|title|div|center|font|p)\b/i.test(
    text,
  ) && /<t[rdh][\s>]/i.test(text)

/** What an HTML or XML text says of itself. */
function declaredEncoding(text: string): Encoding | null {
  const label = /<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?([\w-]+)/i.exec(text.slice(0, 4_096))?.[1] ?? ''
  if (/^gb(2312|k|18030)$/i.test(label)) return 'gb18030'
  if (/^big5/i.test(label)) return 'big5'
  if (/^(windows-1252|iso-8859-1)$/i.test(label)) return 'windows-1252'
  return /^utf-?8$/i.test(label) ? 'utf-8' : null
}

/** Bytes decide between the encodings with a mark or a form of their own; between the others its own word does, if it fits. */
function decodesAs(bytes: Uint8Array, told: Encoding, found: Encoding): boolean {
  if (found !== 'gb18030' && found !== 'big5' && found !== 'windows-1252') return false
  const line = bytes.lastIndexOf(0x3e)
  return decodeStrictly(line < 0 ? bytes : bytes.subarray(0, line + 1), told) !== null
}

async function xlsxBook(part: Part, fd: number | null, name: string): Promise<Book> {
  const file = fd === null ? await spooled(part, name) : { fd, close: async () => {} }
  try {
    const workbook = await openWorkbook(file.fd, name)
    const sheets: BookSheet[] = []
    for (const sheet of workbook.sheets) {
      const { top, whole } = await topOf(sheet.rows())
      sheets.push({ name: sheet.name, hidden: sheet.hidden, top, whole, rows: () => sheet.rows() })
    }
    const close = async () => {
      workbook.close()
      await file.close()
    }
    return { kind: 'xlsx', encoding: 'utf-8', sheets, close }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function topOf(rows: AsyncIterable<readonly BookRow[]>): Promise<{ top: readonly BookRow[]; whole: boolean }> {
  const top: BookRow[] = []
  for await (const batch of rows) {
    top.push(...batch)
    if (top.length > TOP_ROWS) return { top: top.slice(0, TOP_ROWS), whole: false }
  }
  return { top, whole: true }
}

/** A workbook inside a container is read at many places, so it is laid down beside for as long as it is open. */
async function spooled(part: Part, name: string): Promise<{ fd: number; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-book-'))
  const handle = await open(join(folder, 'book'), 'wx+', 0o600)
  const close = async () => {
    await handle.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    let size = 0
    for await (const piece of part.open()) {
      size += piece.length
      if (size > SPOOL_MAX) throw tooLarge(name, SPOOL_MAX)
      await handle.write(piece)
    }
    return { fd: handle.fd, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function biffBook(part: Part, name: string): Promise<Book> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of part.open()) {
    size += piece.length
    if (size > BIFF_MAX) throw tooLarge(name, BIFF_MAX)
    pieces.push(Buffer.from(piece))
  }
  const sheets = (await readBiff(Buffer.concat(pieces), name)).map(({ name: tab, hidden, rows }) => ({
    name: tab,
    hidden,
    top: rows.slice(0, TOP_ROWS),
    whole: rows.length <= TOP_ROWS,
    rows: async function* () {
      for (let at = 0; at < rows.length; at += 512) yield rows.slice(at, at + 512)
    },
  }))
  // Its texts are UTF-16, each with the zero bytes left out where it can.
  return { kind: 'xls', encoding: 'utf-16le', sheets, close: async () => {} }
}

const tooLarge = (name: string, limit: number): Failure =>
  new Failure(
    'spreadsheet_too_large',
    {
      zh: `文件“${name}”超过 ${limit >> 20} MB，此格式只能整份读入内存：请另存为 xlsx 或 CSV 后再提交`,
      en: `file "${name}" is larger than ${limit >> 20} MB, and this format can only be read as a whole: save it as xlsx or CSV`,
    },
    { file: name },
  )

/** Two passes over the text: one to see which tables there are, one to read those that count. */
async function textBook(
  part: Part,
  encoding: Encoding,
  name: string,
  parserOf: (take: RowTaker) => TableText,
): Promise<Book> {
  const tops: { top: BookRow[]; whole: boolean }[] = []
  const first = parserOf((sheet, row, cells) => {
    while (tops.length <= sheet) tops.push({ top: [], whole: true })
    const seen = tops[sheet]!
    if (seen.top.length < TOP_ROWS) seen.top.push({ row, cells })
    else seen.whole = false
  })
  const decoder = new Decoder(encoding, name)
  for await (const bytes of part.open()) first.push(decoder.decode(bytes))
  first.push(decoder.end())
  first.end(() => {})
  const sheets = tops.map(
    ({ top, whole }, index): BookSheet => ({
      name: first.names[index] ?? '',
      hidden: false,
      top,
      whole,
      rows: async function* (warn) {
        let rows: BookRow[] = []
        const parser = parserOf((sheet, row, cells) => {
          if (sheet === index) rows.push({ row, cells })
        })
        const again = new Decoder(encoding, name)
        for await (const bytes of part.open()) {
          parser.push(again.decode(bytes))
          yield rows
          rows = []
        }
        parser.push(again.end())
        parser.end(warn)
        yield rows
      },
    }),
  )
  return { kind: 'xls', encoding: decoder.encoding, sheets, close: async () => {} }
}
