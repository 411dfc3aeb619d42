import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { Failure } from '../kernel/failure.ts'
import { wholeFile } from '../system/whole_file.ts'
import { widthOf } from './layout.ts'

/**
 * Writes an .xlsx workbook as it is produced, in constant memory. What is written is small and fixed by ECMA-376: inline
 * strings, literal numbers, no formula anywhere. Same sheets, same bytes: the archive carries no clock.
 */

export type Tone = 'plain' | 'act' | 'check' | 'wait' | 'note' | 'good' | 'bad'

/** Text is never computed by a spreadsheet, whatever it begins with. `decimal` is the exact text of a number. */
export type Cell =
  | null
  | string
  | { readonly text: string; readonly style?: TextStyle }
  | { readonly decimal: string; readonly decimals: number; readonly bold?: boolean }

export type TextStyle =
  | 'text'
  | 'wrap'
  | 'right'
  | 'bold'
  | 'title'
  | 'section'
  | 'header'
  | 'header_right'
  | 'faint'
  | Exclude<Tone, 'plain'>

export type Row = readonly Cell[]

export type Sheet = {
  readonly name: string
  /** Column widths in characters. */
  readonly widths: readonly number[]
  /** Repeated on every continuation sheet and frozen when `freeze` is set. */
  readonly head: readonly Row[]
  readonly rows: Iterable<readonly Row[]> | AsyncIterable<readonly Row[]>
  /** Freeze the head and put a filter on its last row. */
  readonly freeze: boolean
  /** Only the first so many columns are printed: on paper the rest would make everything tiny. */
  readonly printColumns?: number
}

/** What Excel can hold; longer sheets go on in a sheet named `name(2)`. */
export const ROWS_PER_SHEET = 1_048_576
const TEXT_LIMIT = 32_767
/** Excel keeps 15 digits of a number; longer ones are written as text. */
const DIGIT_LIMIT = 15

export async function writeWorkbook(
  path: string,
  sheets: Iterable<Sheet>,
  rowsPerSheet = ROWS_PER_SHEET,
): Promise<void> {
  const file = wholeFile(path)
  try {
    await pipeline(workbookBytes(sheets, rowsPerSheet), createWriteStream(file.draft))
    await file.finish()
  } catch (error) {
    await file.abandon()
    throw asFailure(error, path)
  }
}

/** The workbook's bytes as its rows come; throws what the rows throw. */
export async function* workbookBytes(
  sheets: Iterable<Sheet>,
  rowsPerSheet = ROWS_PER_SHEET,
): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile()
  const packed = zip.outputStream as Readable
  zip.on('error', error => packed.destroy(error as Error))
  fill(zip, sheets, rowsPerSheet).catch(error => packed.destroy(error))
  try {
    yield* packed as AsyncIterable<Uint8Array>
  } finally {
    packed.destroy()
  }
}

async function fill(zip: ZipFile, sheets: Iterable<Sheet>, rowsPerSheet: number): Promise<void> {
  const parts: Part[] = []
  for (const sheet of sheets) {
    const source = new RowSource(sheet.rows)
    for (let piece = 1; piece === 1 || (await source.hasMore()); piece++) {
      const name = piece === 1 ? sheet.name : `${sheet.name}(${piece})`
      const done = Promise.withResolvers<void>()
      const part = { name, headRows: sheet.freeze ? sheet.head.length : 0, printColumns: sheet.printColumns ?? 0 }
      parts.push(part)
      // A broken source must not go unheard: the zip does not listen to the streams it is given.
      const xml = Readable.from(sheetXml(sheet, source, rowsPerSheet, done), { objectMode: false }).on(
        'error',
        done.reject,
      )
      zip.addReadStream(xml, `xl/worksheets/sheet${parts.length}.xml`, ENTRY)
      await done.promise
    }
  }
  for (const [name, xml] of fixedParts(parts)) zip.addBuffer(Buffer.from(xml), name, ENTRY)
  zip.end()
}

type Part = { readonly name: string; readonly headRows: number; readonly printColumns: number }

const ENTRY = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644, compressionLevel: 4 }

/** Rows one at a time out of batches, so that a sheet can stop in the middle of one. */
class RowSource {
  readonly #batches: AsyncIterator<readonly Row[]> | Iterator<readonly Row[]>
  #batch: readonly Row[] = []
  #next = 0

  constructor(rows: Sheet['rows']) {
    this.#batches = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]()
  }

  async hasMore(): Promise<boolean> {
    while (this.#next >= this.#batch.length) {
      const step = await this.#batches.next()
      if (step.done) return false
      this.#batch = step.value
      this.#next = 0
    }
    return true
  }

  /** Up to `limit` rows of the batch at hand. */
  take(limit: number): readonly Row[] {
    const rows = this.#batch.slice(this.#next, this.#next + limit)
    this.#next += rows.length
    return rows
  }
}

const CHUNK = 64 * 1024

async function* sheetXml(
  sheet: Sheet,
  source: RowSource,
  rowsPerSheet: number,
  done: PromiseWithResolvers<void>,
): AsyncGenerator<string> {
  try {
    let xml = sheetOpening(sheet)
    let row = 0
    for (const cells of sheet.head) xml += rowXml(cells, ++row, sheet.widths)
    while (row < rowsPerSheet && (await source.hasMore())) {
      for (const cells of source.take(rowsPerSheet - row)) {
        xml += rowXml(cells, ++row, sheet.widths)
        if (xml.length > CHUNK) {
          yield xml
          xml = ''
        }
      }
    }
    yield xml + sheetClosing(sheet, row)
    done.resolve()
  } catch (error) {
    done.reject(error)
    throw error
  }
}

function sheetOpening(sheet: Sheet): string {
  const head = sheet.head.length
  const pane = sheet.freeze
    ? `<pane ySplit="${head}" topLeftCell="A${head + 1}" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>`
    : ''
  const columns = sheet.widths
    .map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`)
    .join('')
  return (
    `${XML}<worksheet xmlns="${MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>` +
    `<sheetViews><sheetView showGridLines="${sheet.freeze ? 1 : 0}" workbookViewId="0">${pane}</sheetView></sheetViews>` +
    `<sheetFormatPr defaultRowHeight="${LINE_HEIGHT}" customHeight="1"/><cols>${columns}</cols><sheetData>`
  )
}

function sheetClosing(sheet: Sheet, rows: number): string {
  const head = sheet.head.length
  const width = sheet.head[head - 1]?.length ?? 0
  const filter = sheet.freeze && rows > head ? `<autoFilter ref="A${head}:${letters(width)}${rows}"/>` : ''
  return (
    `</sheetData>${filter}<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>` +
    '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>' +
    '<headerFooter><oddFooter>&amp;L&amp;A&amp;R&amp;P / &amp;N</oddFooter></headerFooter></worksheet>'
  )
}

const LINE_HEIGHT = 16.5
const LINES_MAX = 12

function rowXml(cells: Row, row: number, widths: readonly number[]): string {
  const height = heightOf(cells, widths)
  let xml = height === LINE_HEIGHT ? `<row r="${row}">` : `<row r="${row}" ht="${height}" customHeight="1">`
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]
    if (cell === null || cell === undefined || cell === '') continue
    xml += cellXml(cell, reference(i) + row)
  }
  return `${xml}</row>`
}

/** Spreadsheets do not agree on fitting rows to wrapped text by themselves, so the height is written. */
function heightOf(cells: Row, widths: readonly number[]): number {
  let lines = 1
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]
    if (cell === null || typeof cell !== 'object' || !('text' in cell)) continue
    if (cell.style === 'title') return LINE_HEIGHT * 1.6
    if (cell.style !== 'wrap' && cell.style !== 'header' && cell.style !== 'header_right') continue
    const width = Math.max((widths[i] ?? 10) - 1, 1)
    let needed = 0
    for (const line of cell.text.split('\n')) needed += Math.max(1, Math.ceil(widthOf(line) / width))
    if (needed > lines) lines = needed
  }
  return Math.min(lines, LINES_MAX) * LINE_HEIGHT
}

function cellXml(cell: Exclude<Cell, null>, at: string): string {
  if (typeof cell === 'string') return textXml(cell, 'text', at)
  if ('text' in cell) return textXml(cell.text, cell.style ?? 'text', at)
  const digits = cell.decimal.replace(/[^0-9]/g, '').replace(/^0+/, '').length
  if (digits > DIGIT_LIMIT) return textXml(cell.decimal, 'text', at)
  return `<c r="${at}" s="${numberStyle(cell.decimals, cell.bold ?? false)}"><v>${cell.decimal}</v></c>`
}

/** Text that a spreadsheet would take for a formula once somebody edits it or saves it as CSV. */
const FORMULA = /^[=+\-@\t\r]/

function textXml(text: string, style: TextStyle, at: string): string {
  const index = TEXT_STYLES.indexOf(style) * 2 + (FORMULA.test(text) ? 2 : 1)
  return `<c r="${at}" s="${index}" t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`
}

/** Markup, what XML 1.0 does not allow or does not keep, and what Excel reads as an escape of its own. */
const SPECIAL = /[&<>\ufffe\uffff]|(?![\t\n])\p{Cc}|\p{Cs}|_x[0-9A-Fa-f]{4}_/u

function escaped(text: string): string {
  const kept = text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT - 1)}…` : text
  if (!SPECIAL.test(kept)) return kept
  return kept
    .toWellFormed()
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(
      /[\ufffe\uffff]|(?![\t\n])\p{Cc}/gu,
      c => `_x${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    )
}

const REFERENCES: string[] = []
const reference = (column: number): string => (REFERENCES[column] ??= letters(column + 1))

/** 1 → A, 27 → AA. */
function letters(column: number): string {
  let name = ''
  for (let n = column; n > 0; n = Math.floor((n - 1) / 26)) name = String.fromCharCode(65 + ((n - 1) % 26)) + name
  return name
}

// Styles. Cell formats by index: 0 default, then each text style twice (plain, marked as text that looks like a formula),
// then numbers by decimals, plain and bold.

const TEXT_STYLES: readonly TextStyle[] = [
  'text',
  'wrap',
  'right',
  'bold',
  'title',
  'section',
  'header',
  'header_right',
  'faint',
  'act',
  'check',
  'wait',
  'note',
  'good',
  'bad',
]
const NUMBER_FORMATS = [0, 1, 2, 3, 4]
const FIRST_NUMBER = 1 + TEXT_STYLES.length * 2

const numberStyle = (decimals: number, bold: boolean): number =>
  FIRST_NUMBER + Math.min(decimals, 4) * 2 + (bold ? 1 : 0)

const FONTS = [
  '',
  '<b/>',
  '<b/>',
  '<b/>',
  '<color rgb="FF7F7F7F"/>',
  '<b/><color rgb="FF1E7B34"/>',
  '<b/><color rgb="FFC00000"/>',
]
const FONT_SIZES = [10, 10, 15, 10, 10, 10, 10]
const FILLS = ['FFDCE6F1', 'FFF8CBAD', 'FFFFE699', 'FFDDEBF7', 'FFEDEDED']

/** font, fill (0 none; 2… are FILLS), border, wrapped. */
const LOOKS: Readonly<Record<TextStyle, readonly [font: number, fill: number, border: number, wrap: boolean]>> = {
  text: [0, 0, 0, false],
  wrap: [0, 0, 0, true],
  right: [0, 0, 0, false],
  bold: [1, 0, 0, false],
  section: [1, 0, 0, false],
  title: [2, 0, 0, false],
  header: [3, 2, 1, true],
  header_right: [3, 2, 1, true],
  faint: [4, 0, 0, false],
  act: [0, 3, 0, false],
  check: [0, 4, 0, false],
  wait: [0, 5, 0, false],
  note: [0, 6, 0, false],
  good: [5, 0, 0, false],
  bad: [6, 0, 0, false],
}

function stylesXml(): string {
  const formats = NUMBER_FORMATS.map(decimals => {
    const plain = decimals === 0 ? '#,##0' : `#,##0.${'0'.repeat(decimals)}`
    return `<numFmt numFmtId="${170 + decimals}" formatCode="${plain};[Red]-${plain}"/>`
  }).join('')
  const fonts = FONTS.map((font, i) => {
    const [, bold = '', color = ''] = /^(<b\/>)?(<color.*>)?$/.exec(font) ?? []
    return `<font>${bold}<sz val="${FONT_SIZES[i]}"/>${color}<name val="微软雅黑"/><family val="2"/><charset val="134"/></font>`
  })
  const fills = FILLS.map(
    rgb => `<fill><patternFill patternType="solid"><fgColor rgb="${rgb}"/><bgColor indexed="64"/></patternFill></fill>`,
  )
  const formatsOfCells = ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>']
  for (const style of TEXT_STYLES)
    for (const quoted of ['', ' quotePrefix="1"']) {
      const [font, fill, border, wrapped] = LOOKS[style]
      const alignment = `<alignment vertical="${style.startsWith('header') ? 'center' : 'top'}"${style.endsWith('right') ? ' horizontal="right"' : style === 'title' || style === 'section' ? '' : ' horizontal="left" indent="1"'}${wrapped ? ' wrapText="1"' : ''}/>`
      formatsOfCells.push(
        `<xf numFmtId="49" fontId="${font}" fillId="${fill}" borderId="${border}" xfId="0"${quoted} applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">${alignment}</xf>`,
      )
    }
  for (const decimals of NUMBER_FORMATS)
    for (const font of [0, 1])
      formatsOfCells.push(
        `<xf numFmtId="${170 + decimals}" fontId="${font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyAlignment="1"><alignment horizontal="right" vertical="top"/></xf>`,
      )
  return (
    `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="${NUMBER_FORMATS.length}">${formats}</numFmts>` +
    `<fonts count="${fonts.length}">${fonts.join('')}</fonts>` +
    `<fills count="${fills.length + 2}"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>${fills.join('')}</fills>` +
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>' +
    '<border><left/><right/><top/><bottom style="thin"><color rgb="FF8EA9DB"/></bottom><diagonal/></border></borders>' +
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
    `<cellXfs count="${formatsOfCells.length}">${formatsOfCells.join('')}</cellXfs></styleSheet>`
  )
}

// The fixed parts of the package.

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

function fixedParts(parts: readonly Part[]): [name: string, xml: string][] {
  const defined = (name: string, sheet: number, range: string) => {
    const quoted = escaped((parts[sheet]?.name ?? '').replaceAll("'", "''"))
    return `<definedName name="_xlnm.${name}" localSheetId="${sheet}">'${quoted}'!${range}</definedName>`
  }
  const titles = [
    ...parts.map((part, i) =>
      part.printColumns > 0 ? defined('Print_Area', i, `$A:$${letters(part.printColumns)}`) : '',
    ),
    ...parts.map((part, i) =>
      part.headRows > 0 ? defined('Print_Titles', i, `$${part.headRows}:$${part.headRows}`) : '',
    ),
  ].join('')
  return [
    [
      '[Content_Types].xml',
      `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPES}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPES}.styles+xml"/>${parts.map((_, i) => `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="${TYPES}.worksheet+xml"/>`).join('')}</Types>`,
    ],
    [
      '_rels/.rels',
      `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      'xl/workbook.xml',
      `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><bookViews><workbookView activeTab="0"/></bookViews><sheets>${parts.map((part, i) => `<sheet name="${escaped(part.name).replaceAll('"', '&quot;')}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('')}</sheets>${titles ? `<definedNames>${titles}</definedNames>` : ''}</workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `${XML}<Relationships xmlns="${PACKAGE}/relationships">${parts.map((_, i) => `<Relationship Id="rId${i + 1}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join('')}<Relationship Id="rId${parts.length + 1}" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    ],
    ['xl/styles.xml', stylesXml()],
  ]
}

const REFUSED: Readonly<Record<string, { zh: string; en: string }>> = {
  ENOENT: { zh: '文件夹不存在', en: 'the folder does not exist' },
  ENOTDIR: { zh: '路径中有一段不是文件夹', en: 'a part of the path is not a folder' },
  EACCES: { zh: '没有写入权限', en: 'no permission to write there' },
  EPERM: { zh: '没有写入权限', en: 'no permission to write there' },
  EROFS: { zh: '该位置只读', en: 'that place is read-only' },
  EISDIR: { zh: '这是一个文件夹', en: 'it is a folder' },
  ENOSPC: { zh: '磁盘已满', en: 'the disk is full' },
}

function asFailure(error: unknown, path: string): unknown {
  const reason = error instanceof Error && 'code' in error ? REFUSED[String(error.code)] : undefined
  if (!reason) return error
  return new Failure(
    'report_unwritable',
    {
      zh: `报告写不进 ${path}：${reason.zh}。请换一个位置。`,
      en: `Cannot write the report ${path}: ${reason.en}. Choose another place.`,
    },
    { file: path },
  )
}
