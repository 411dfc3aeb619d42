import { basename } from 'node:path'
import { Failure } from '../kernel/failure.ts'
import { Collector } from './collector.ts'
import { type Opened, openContainer, type Part } from './container.ts'
import { type Digest, digestOf, sm3Of } from './digest.ts'
import { Decoder, decodeStrictly, encodingOf } from './encoding.ts'
import type { Asked, Cells, Format, Probe, Reader, ReaderHead, RowReader } from './format.ts'
import { FORMATS } from './formats/index.ts'
import { columnsFixed, onlyTotals, unknownBinary, unrecognised } from './refusals.ts'
import { type Book, type BookSheet, openBook } from './sheets/book.ts'
import type { Encoding, Line, Statement, StatementHead, StatementOptions } from './statement.ts'

const PROBE_BYTES = 256 << 10
const COMPANION_BYTES_MAX = 8 << 20
/**
 * Lines, good and rejected, handed over together: enough to make the hand-over free, few enough that they are gone before the
 * young heap has been collected twice, even where a line is 2 KB of XML; what lives longer waits for a collection of everything.
 */
const BATCH = 256
/** Rows above the header of a sheet. */
const HEADER_ROWS_MAX = 60
/** Below this score a format has no claim. */
const SCORE_MIN = 0.3

/** A part whose beginning has been read. */
type Opening = {
  readonly part: Part
  readonly encoding: Encoding
  readonly probe: Probe
  readonly start: readonly Uint8Array[]
  readonly rest: AsyncIterator<Uint8Array>
  /** Its sheets, where it is a spreadsheet; it is read by them then and not by its text. */
  readonly book: Book | null
}

/** `sheet`: the one with the table; `more`: others with the same table, read after it. */
type Recognised = {
  readonly format: Format
  readonly score: number
  readonly opening: Opening
  readonly sheet: BookSheet | null
  readonly more: readonly BookSheet[]
}

/**
 * Opens a statement of any known format: container → encoding → format are settled from its first bytes; its records are
 * read by iterating. Throws a Failure that names the file and what to do when it is no readable statement.
 */
export async function openStatement(
  path: string,
  options: StatementOptions & { name?: string } = {},
): Promise<Statement> {
  const name = options.name ?? basename(path)
  const opened = await openContainer(path, name, options.limits, options.onProgress)
  const open: Opening[] = []
  try {
    const { records, companions, ignored } = await recognise(opened, options, name, open)
    const into = new Collector(name)
    for (const { entry, format } of ignored)
      into.warn(
        {},
        format ? 'entry_of_another_format' : 'entry_ignored',
        format
          ? {
              zh: `压缩包里的“${entry}”是另一种对账单（${format}），没有读取：请单独提交`,
              en: `"${entry}" in the zip is a statement of another format (${format}) and is not read: give it by itself`,
            }
          : {
              zh: `压缩包里的“${entry}”不是对账单，已忽略：请确认`,
              en: `"${entry}" in the zip is no statement and is ignored: please check`,
            },
      )
    const main = records[0]!
    const reader = readerOf(main, into, opened, name, options)
    const [said] = Object.keys(options.mapping ?? {})
    if (said !== undefined && !options.standingMapping && !reader.head.layout)
      throw columnsFixed(name, main.format.name, said)
    const state: Reading = {
      opened,
      options,
      into,
      records,
      companions,
      reader,
      digest: null,
      encoding: main.opening.encoding,
      open,
    }
    if (options.digest !== false) state.digest = digestOf(opened.fd, opened.bytes)
    return statementOf(state, name)
  } catch (error) {
    await closeAll(open, opened)
    throw error
  }
}

/** A reader whose columns need a person's word says so in a Failure; it is completed here with what only the pipeline knows. */
function readerOf(
  { format, opening, sheet }: Recognised,
  into: Collector,
  opened: Opened,
  name: string,
  options: StatementOptions,
): Reader | RowReader {
  try {
    return sheet ? format.readRows!(cellsOf(sheet), into, options) : format.read(opening.probe, into)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'columns_unsure') throw error
    const { head, problems, sample } = error.detail as Pick<Asked, 'problems' | 'sample'> & { head: ReaderHead }
    const { container, bytes, fd } = opened
    const asked: Asked = {
      head: {
        file: name,
        bytes,
        container,
        encoding: opening.encoding,
        format: format.name,
        channel: format.channel,
        ...head,
      },
      sm3: sm3Of(fd),
      problems,
      sample: sample ?? [],
    }
    throw new Failure(error.code, error, { file: name, columns: problems.map(problem => problem.column), asked })
  }
}

type Reading = {
  readonly opened: Opened
  readonly options: StatementOptions
  readonly into: Collector
  readonly records: readonly Recognised[]
  readonly companions: readonly Opening[]
  readonly reader: Reader | RowReader
  readonly open: Opening[]
  digest: Digest | null
  encoding: Encoding
}

function statementOf(state: Reading, name: string): Statement {
  const { into, opened, reader, records } = state
  let sm3: string | null = null
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await state.digest?.cancel()
    await closeAll(state.open, opened)
  }
  const head: StatementHead = {
    file: name,
    bytes: opened.bytes,
    container: opened.container,
    get encoding() {
      return state.encoding
    },
    format: records[0]!.format.name,
    channel: records[0]!.format.channel,
    ...reader.head,
  }
  return {
    head,
    records: async function* () {
      try {
        for (const recognised of records) yield* readPart(state, recognised)
        sm3 = state.digest ? await state.digest.done : null
      } finally {
        await close()
      }
    },
    rejected: () => into.takeRejected(),
    end: () => into.end(sm3),
    close,
  }
}

async function* readPart(state: Reading, recognised: Recognised): AsyncGenerator<readonly Line[]> {
  if (recognised.sheet) return yield* readSheets(state, recognised, recognised.sheet)
  const { format, opening } = recognised
  const { into, records } = state
  const first = opening === records[0]!.opening
  if (!first) into.beginPart()
  const reader = first ? (state.reader as Reader) : format.read(opening.probe, into)
  if (!first && format.channel === null && namesOf(reader.head) !== namesOf(state.reader.head))
    into.warn({}, 'entries_differ', {
      zh: `压缩包里的“${opening.part.name}”与“${records[0]!.opening.part.name}”的列不同，各按自己的表头读取：请确认它们是同一种对账单`,
      en: `"${opening.part.name}" in the zip has other columns than "${records[0]!.opening.part.name}"; each is read by its own header, please check that they are of one kind`,
    })
  const decoder = new Decoder(opening.encoding, into.file)
  const textOf = (text: string): string => (format.feed === 'decoded' ? text : bytewise(Buffer.from(text)))
  // UTF-16 has no bytes that anyone counts; those of the same text in UTF-8 are cut instead.
  const decodes = format.feed === 'decoded' || opening.encoding.startsWith('utf-16')
  const feed = (bytes: Uint8Array): void => {
    reader.push(decodes ? textOf(decoder.decode(bytes)) : bytewise(Buffer.from(bytes)))
    if (first) state.encoding = decoder.encoding
  }
  for (const piece of opening.start) {
    feed(piece)
    if (into.waiting >= BATCH) yield into.takeBatch()
  }
  for (let next = await opening.rest.next(); !next.done; next = await opening.rest.next()) {
    feed(next.value)
    if (into.waiting >= BATCH) yield into.takeBatch()
  }
  if (decodes) reader.push(textOf(decoder.end()))
  for (const companion of state.companions)
    reader.companion?.(await wholeText(companion, into.file), companion.part.name)
  reader.end()
  if (into.waiting > 0) yield into.takeBatch()
}

const bytewise = (bytes: Buffer): string => bytes.toString('latin1')

const namesOf = ({ columns }: ReaderHead): string => columns.map(({ header }) => header).join('\n')

async function* readSheets(
  state: Reading,
  { format, opening, more }: Recognised,
  sheet: BookSheet,
): AsyncGenerator<readonly Line[]> {
  const { into, records, options } = state
  const first = opening === records[0]!.opening
  if (!first) into.beginPart()
  const reader = first ? (state.reader as RowReader) : format.readRows!(cellsOf(sheet), into, options)
  const others = opening.book!.sheets.filter(other => other !== sheet && !more.includes(other) && hasTable(other))
  for (const other of others)
    into.warn({}, 'sheet_ignored', {
      zh: `工作表“${other.name}”里也有一张表，但与“${sheet.name}”不同，未读取：请确认，需要时另存为单独的文件`,
      en: `sheet "${other.name}" holds a table too, unlike that of "${sheet.name}", and is not read: check it, and save it as a file of its own if it counts`,
    })
  if (sheet.hidden)
    into.warn({}, 'sheet_hidden', {
      zh: `读取的工作表“${sheet.name}”是隐藏的：请确认`,
      en: `the sheet that is read, "${sheet.name}", is hidden: please check`,
    })
  for (const each of [sheet, ...more]) {
    if (each !== sheet)
      into.warn({}, 'sheets_joined', {
        zh: `工作表“${each.name}”与“${sheet.name}”的表头相同，接在其后读取`,
        en: `sheet "${each.name}" has the same header as "${sheet.name}" and is read after it`,
      })
    const from = each === sheet ? 0 : headerRow(each, sheet)
    const warn = (code: string, text: { zh: string; en: string }) => into.warn({}, code, text)
    for await (const rows of each.rows(warn)) {
      for (const { row, cells } of rows) if (row > from) (reader as RowReader).row(cells, row)
      if (into.waiting > 0) yield into.takeBatch()
    }
  }
  reader.end()
  if (into.waiting > 0) yield into.takeBatch()
}

const cellsOf = (sheet: BookSheet): readonly Cells[] => sheet.top.map(({ cells }) => cells)

const rowText = (cells: Cells): string =>
  cells
    .map(cell => cell.trim())
    .join('\t')
    .trim()

/** Two sheets go together when the widest row of words of the one stands in the other too: its header. */
function headerRow(sheet: BookSheet, main: BookSheet): number {
  const title = headerText(main)
  return title === '' ? -1 : (sheet.top.find(({ cells }) => rowText(cells) === title)?.row ?? -1)
}

function headerText(sheet: BookSheet): string {
  let best: Cells = []
  for (const { cells } of sheet.top.slice(0, HEADER_ROWS_MAX))
    if (filled(cells) > filled(best) && !cells.some(cell => /^[-+]?[\d.,]+$/.test(cell))) best = cells
  return filled(best) < 3 ? '' : rowText(best)
}

const filled = (cells: Cells): number => cells.filter(cell => cell.trim() !== '').length

/** Rows of several cells, and more than one of them. */
const hasTable = (sheet: BookSheet): boolean => sheet.top.filter(({ cells }) => filled(cells) >= 3).length > 1

async function recognise(
  opened: Opened,
  options: StatementOptions,
  name: string,
  open: Opening[],
): Promise<{ records: Recognised[]; companions: Opening[]; ignored: Ignored[] }> {
  const candidates: Recognised[] = []
  const rest: Opening[] = []
  const ignored: Ignored[] = []
  let refusal: Failure | null = null
  for (const part of opened.parts) {
    const opening = await openPart(part, options, opened.parts.length > 1 ? `${name}/${part.name}` : name, opened)
    if (opening instanceof Failure) {
      refusal ??= opening
      ignored.push({ entry: part.name, format: null })
      continue
    }
    open.push(opening)
    const best = bestFormat(opening)
    if (best) candidates.push(best)
    else rest.push(opening)
  }
  const top = Math.max(...candidates.map(candidate => candidate.score))
  const format = candidates.find(candidate => candidate.score === top)?.format
  if (!format && rest.some(({ probe }) => isTotals(probe, FORMATS))) throw onlyTotals(name)
  if (!format) throw refusal ?? unrecognised(name, rest[0]?.probe.text ?? '')
  // The generic format claims anything with a header row; beside a statement of a known format that is no second statement.
  // By itself a file of totals looks like a table of anyone: then any format may know it for what it is.
  const knowers = format.channel === null ? FORMATS : [format]
  const records = candidates.filter(
    candidate => candidate.format === format && !isTotals(candidate.opening.probe, knowers),
  )
  if (records.length === 0) throw onlyTotals(name)
  const others = candidates.filter(candidate => !records.includes(candidate))
  const companions = [...rest, ...others.map(({ opening }) => opening)].filter(({ probe }) => isTotals(probe, [format]))
  for (const opening of rest)
    if (!companions.includes(opening)) ignored.push({ entry: opening.part.name, format: null })
  for (const other of others)
    if (!companions.includes(other.opening))
      ignored.push({
        entry: other.opening.part.name,
        format: other.format.channel === null ? null : other.format.name,
      })
  return { records, companions, ignored }
}

/** An entry of a zip that is not read; `format`: it is a statement all the same. */
type Ignored = { readonly entry: string; readonly format: string | null }

/** A file of totals of the records of one of these formats. */
const isTotals = (probe: Probe, formats: readonly Format[]): boolean =>
  formats.some(format => format.recogniseCompanion?.(probe) === true)

function bestFormat(opening: Opening): Recognised | null {
  if (opening.book) return bestSheet(opening, opening.book)
  let best: Recognised | null = null
  for (const format of FORMATS) {
    const score = format.recognise(opening.probe)?.score ?? 0
    if (score >= SCORE_MIN && score > (best?.score ?? 0)) best = { format, score, opening, sheet: null, more: [] }
  }
  return best
}

/** What can be seen counts before what is hidden; among equals the first tab. */
function bestSheet(opening: Opening, book: Book): Recognised | null {
  const best = bestOf(opening, book, false) ?? bestOf(opening, book, true)
  if (!best) return null
  const more = book.sheets.filter(each => each !== best.sheet && !each.hidden && headerRow(each, best.sheet) >= 0)
  return { ...best, more }
}

function bestOf(opening: Opening, book: Book, hidden: boolean): (Recognised & { sheet: BookSheet }) | null {
  let best: ReturnType<typeof bestOf> = null
  for (const sheet of book.sheets.filter(each => each.hidden === hidden))
    for (const format of FORMATS) {
      const score = format.recogniseRows?.(cellsOf(sheet), book.kind)?.score ?? 0
      if (score >= SCORE_MIN && score > (best?.score ?? 0)) best = { format, score, opening, sheet, more: [] }
    }
  return best
}

/** Reads the beginning of a part; a Failure where it is no text. */
async function openPart(
  part: Part,
  options: StatementOptions,
  name: string,
  opened: Opened,
): Promise<Opening | Failure> {
  const rest = part.open()[Symbol.asyncIterator]()
  const start: Uint8Array[] = []
  let length = 0
  let whole = false
  while (length < PROBE_BYTES) {
    const next = await rest.next()
    if (next.done) {
      whole = true
      break
    }
    // The next piece may be read into the same buffer.
    start.push(Buffer.from(next.value))
    length += next.value.length
  }
  const bytes = Buffer.concat(start).subarray(0, PROBE_BYTES)
  const encoding = encodingOf(bytes, whole && length <= PROBE_BYTES)
  const text = encoding === null ? '' : probeText(bytes, encoding)
  const fd = opened.container === 'none' ? opened.fd : null
  let book: Book | null
  try {
    book = await openBook(part, fd, { bytes, encoding, text }, name)
  } catch (error) {
    await rest.return?.()
    if (error instanceof Failure && opened.parts.length > 1) return error
    throw error
  }
  if (!book && (encoding === null || bytes.length === 0)) {
    await rest.return?.()
    return unknownBinary(name, bytes)
  }
  const cut = encoding?.startsWith('utf-16') ? Buffer.from(text) : bytes
  const probe = { name, text, bytes: cut, whole: whole && length <= PROBE_BYTES, options }
  return { part, encoding: book?.encoding ?? encoding ?? 'utf-8', probe, start, rest, book }
}

function probeText(bytes: Uint8Array, encoding: Encoding): string {
  const decoder = new Decoder(encoding, '')
  return decodeStrictly(bytes, encoding)?.replace(/^\ufeff/, '') ?? decoder.decode(bytes) + decoder.end()
}

async function wholeText(opening: Opening, name: string): Promise<string> {
  const decoder = new Decoder(opening.encoding, name)
  let text = ''
  for (const piece of opening.start) text += decoder.decode(piece)
  for (let next = await opening.rest.next(); !next.done; next = await opening.rest.next()) {
    text += decoder.decode(next.value)
    if (text.length > COMPANION_BYTES_MAX) break
  }
  return text + decoder.end()
}

async function closeAll(open: readonly Opening[], opened: Opened): Promise<void> {
  for (const opening of open) {
    await opening.rest.return?.()
    await opening.book?.close()
  }
  await opened.close()
}
