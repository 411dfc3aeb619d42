import { type FileHandle, open } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { Failure } from '../kernel/failure.ts'
import { digestOf } from '../statements/digest.ts'
import { Decoder, encodingOf } from '../statements/encoding.ts'
import { RowFeeder } from '../statements/table/rows.ts'
import { looksLikeXlsx, openWorkbook } from '../system/spreadsheet.ts'
import { columnsNamed } from './bill_batch_columns.ts'

/** A file of bills as rows of cells. `cells` null: a quote is opened and not closed. */
export type FileRow = { readonly row: number; readonly cells: readonly string[] | null }

export type BillFile = {
  readonly sm3: string
  readonly bytes: number
  readonly header: { readonly row: number; readonly cells: readonly string[] }
  /** Behind the header, without empty ones. */
  readonly rows: readonly FileRow[]
}

export const BYTES_MAX = 64 << 20
export const ROWS_MAX = 200_000
const PIECE = 256 << 10
/** Titles may stand above the header. */
const HEADER_WITHIN = 20

/**
 * Reads a CSV file (UTF-8, UTF-16 or GB18030; comma, semicolon or tab) or an xlsx workbook, told apart by content.
 * Throws file_unreadable, file_empty, file_too_large, rows_too_many, encoding_unknown, several_sheets, and what reading a
 * workbook throws. A byte that is not of the encoding marks its place (`UNDECODABLE`) and refuses its row, not the file.
 */
export async function readBillFile(path: string, name: string): Promise<BillFile> {
  const file = await opened(path, name)
  try {
    const { size } = await file.stat()
    if (size > BYTES_MAX) throw tooLarge(name, size)
    const sm3 = await digestOf(file.fd, size).done
    const head = Buffer.alloc(4)
    await file.read(head, 0, 4, 0)
    const rows = looksLikeXlsx(head) ? await sheetRows(file.fd, name) : await textRows(file, name)
    const filled = rows.filter(({ cells }) => cells === null || cells.some(cell => cell.trim() !== ''))
    if (filled.length === 0) throw empty(name)
    const at = headerAt(filled)
    const header = filled[at] as FileRow
    const found = filled.slice(at + 1)
    if (found.length === 0) throw empty(name)
    if (found.length > ROWS_MAX) throw tooMany(name, found.length)
    return { sm3, bytes: size, header: { row: header.row, cells: header.cells ?? [] }, rows: found }
  } finally {
    await file.close()
  }
}

/** The row among the first ones that names most of our columns. */
function headerAt(rows: readonly FileRow[]): number {
  let best = 0
  let most = 0
  for (const [i, { cells }] of rows.slice(0, HEADER_WITHIN).entries()) {
    const named = columnsNamed(cells ?? [])
    if (named > most) {
      most = named
      best = i
    }
  }
  return best
}

async function textRows(file: FileHandle, name: string): Promise<FileRow[]> {
  const bytes = await file.readFile()
  const encoding = encodingOf(bytes, true)
  if (encoding === null) throw notText(name)
  const decoder = new Decoder(encoding, name)
  const rows: FileRow[] = []
  let feeder: RowFeeder | undefined
  const feed = (text: string) => {
    if (!feeder) {
      const { delimiter, width } = dialectOf(text)
      feeder = new RowFeeder((cells, row) => void rows.push({ row, cells }), delimiter, name, text)
      feeder.expected = width
    }
    feeder.push(text)
  }
  for (let at = 0; at < bytes.length; at += PIECE) {
    feed(decoder.decode(bytes.subarray(at, at + PIECE)))
    if (rows.length > ROWS_MAX + HEADER_WITHIN) throw tooMany(name, rows.length)
    // Payments are booked by the same process: they must not wait for a large file.
    await setImmediate()
  }
  feed(decoder.end())
  feeder?.end()
  return rows
}

/** The sign that cuts one of the first lines into most of our columns, and into how many cells. */
function dialectOf(text: string): { delimiter: string; width: number } {
  const lines = text.slice(0, 64 << 10).split(/\r\n|\n|\r/, HEADER_WITHIN)
  let best = { delimiter: ',', width: 0 }
  let most = 0
  for (const delimiter of [',', '\t', ';', '，'])
    for (const line of lines) {
      const cells = line.replaceAll('"', '').split(delimiter)
      const named = columnsNamed(cells)
      if (named <= most) continue
      most = named
      best = { delimiter, width: cells.length }
    }
  return best
}

async function sheetRows(fd: number, name: string): Promise<FileRow[]> {
  const workbook = await openWorkbook(fd, name)
  try {
    const filled: { name: string; rows: FileRow[] }[] = []
    for (const sheet of workbook.sheets) {
      if (sheet.hidden) continue
      const rows: FileRow[] = []
      for await (const batch of sheet.rows()) {
        rows.push(...batch)
        if (rows.length > ROWS_MAX + HEADER_WITHIN) throw tooMany(name, rows.length)
      }
      if (rows.some(({ cells }) => cells?.some(cell => cell.trim() !== ''))) filled.push({ name: sheet.name, rows })
    }
    if (filled.length > 1)
      throw severalSheets(
        name,
        filled.map(sheet => sheet.name),
      )
    return filled[0]?.rows ?? []
  } finally {
    workbook.close()
  }
}

async function opened(path: string, name: string): Promise<FileHandle> {
  const refused = (reason: string) =>
    new Failure(
      'file_unreadable',
      {
        zh: `无法读取文件“${name}”（${reason}）：请检查路径与权限`,
        en: `File "${name}" cannot be read (${reason}): check the path and its permissions`,
      },
      { file: name, reason },
    )
  let file: FileHandle
  try {
    file = await open(path)
  } catch (error) {
    throw refused((error as NodeJS.ErrnoException).code ?? '')
  }
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw refused('EISDIR')
}

const empty = (file: string): Failure =>
  new Failure(
    'file_empty',
    {
      zh: `文件“${file}”没有账单：第一行应为列名，其后每行一张账单`,
      en: `File "${file}" holds no bill: a header row is expected, then one bill a row`,
    },
    { file },
  )

const tooLarge = (file: string, bytes: number): Failure =>
  new Failure(
    'file_too_large',
    {
      zh: `文件“${file}”有 ${Math.ceil(bytes / 2 ** 20)} MB，上限 ${BYTES_MAX >> 20} MB：请拆成几个文件`,
      en: `File "${file}" has ${Math.ceil(bytes / 2 ** 20)} MB; at most ${BYTES_MAX >> 20} MB are taken: split it into several files`,
    },
    { file, bytes, most: BYTES_MAX },
  )

const tooMany = (file: string, rows: number): Failure =>
  new Failure(
    'rows_too_many',
    {
      zh: `文件“${file}”超过 ${ROWS_MAX} 行：请拆成几个文件`,
      en: `File "${file}" has more than ${ROWS_MAX} rows: split it into several files`,
    },
    { file, rows, most: ROWS_MAX },
  )

const notText = (file: string): Failure =>
  new Failure(
    'file_binary',
    {
      zh: `文件“${file}”既不是 CSV 文本也不是 xlsx 工作簿：请导出为其中之一（旧版 .xls 请另存为 xlsx）`,
      en: `File "${file}" is neither CSV text nor an xlsx workbook: export it as one of them (save an old .xls as xlsx)`,
    },
    { file },
  )

const severalSheets = (file: string, sheets: readonly string[]): Failure =>
  new Failure(
    'several_sheets',
    {
      zh: `文件“${file}”有 ${sheets.length} 张有内容的工作表（${sheets.join('、')}）：请只保留账单所在的一张`,
      en: `File "${file}" has ${sheets.length} sheets with content (${sheets.join(', ')}): keep only the one with the bills`,
    },
    { file, sheets },
  )
