import { Failure } from '../../kernel/failure.ts'
import type { Collector } from '../collector.ts'
import { decodeStrictly, encodingOf, UNDECODABLE } from '../encoding.ts'
import type { Format, Probe, Reader, ReaderHead } from '../format.ts'
import { LineFeeder } from '../lines.ts'
import type { ColumnWidth, Encoding } from '../statement.ts'
import { readWritten } from '../table/dates.ts'
import { TableReader } from '../table/reader.ts'
import { settledTable } from '../table/settled.ts'
import { checkTrailer, FileSums } from '../table/trailer.ts'
import { isTotalMark, meaningOf } from '../table/vocabulary.ts'
import { knownWidths, type Span, spansOfWidths, widthDialect } from '../table/widths.ts'

/**
 * Text in columns of fixed width, found by what is blank in every line. It is cut by bytes before it is decoded, because that is
 * how the sender counted (a Chinese character is two bytes of GBK); UTF-8 text is cut by the width its characters take on a
 * screen, or by their number, whichever makes its lines equal. Columns that touch each other cannot be told apart: a person
 * gives their widths, or a template does that was confirmed with them.
 */
export const fixedWidth: Format = { name: 'fixed-width', channel: null, feed: 'bytes', recognise, read }

/** Below delimited text. */
const SCORE = 0.45
/** Above delimited text: somebody has said where the columns are. */
const SAID_SCORE = 0.6
const LINES_MIN = 2
const SAMPLE_LINES = 500
const TOP_LINES = 60

/** What one place of a line is. */
type Measure = 'bytes' | 'screen' | 'characters'

type Found = {
  readonly encoding: Encoding
  readonly measure: Measure
  readonly spans: readonly Span[]
  readonly headers: readonly string[]
  /** 0 where there is none. */
  readonly headerLine: number
  readonly above: readonly (readonly string[])[]
  readonly sample: readonly (readonly string[])[]
  /** A first character that all records share and other lines do not: their kind. */
  readonly kind: string
  /** Of columns whose widths a person has given; empty where the blanks between them show. */
  readonly dialect: string
}

function recognise(probe: Probe) {
  const found = findColumns(probe)
  const score = found?.dialect ? SAID_SCORE : SCORE
  if (found) return { score, reasons: [`${found.spans.length} columns, counted by ${found.measure}`] }
  // A person says that it is; what does not fit is told when it is read.
  return probe.options.widths ? { score: SAID_SCORE, reasons: ['widths given'] } : null
}

function read(probe: Probe, into: Collector): Reader {
  const found = findColumns(probe)
  if (!found) throw widthsUnfit(into.file, probe)
  return new FixedReader(found, probe, into)
}

const known = new WeakMap<Probe, Found | null>()

function findColumns(probe: Probe): Found | null {
  let found = known.get(probe)
  if (found === undefined) known.set(probe, (found = columnsOf(probe)))
  return found
}

function columnsOf(probe: Probe): Found | null {
  const encoding = encodingOf(probe.bytes, probe.whole)
  if (encoding === null || encoding.startsWith('utf-16')) return null
  const text = Buffer.from(probe.bytes)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
  const lines = text.split(/\r\n|\n|\r/)
  if (!probe.whole) lines.pop()
  const said = probe.options.widths
  const measures: Measure[] = encoding.startsWith('utf-8') ? ['screen', 'characters', 'bytes'] : ['bytes']
  for (const widths of said ? [said] : knownWidths(probe.options.templates ?? []))
    for (const measure of measures) {
      const found = columnsOfWidths(widths, measure, lines.slice(0, SAMPLE_LINES), encoding)
      if (found) return found
    }
  if (said) return null
  // Tabs have no width of their own.
  if (text.includes('\t') || lines.filter(line => line.trim() !== '').length < LINES_MIN) return null
  for (const measure of measures) {
    const found = columnsBy(measure, lines.slice(0, SAMPLE_LINES), encoding)
    if (found) return found
  }
  return null
}

function columnsBy(measure: Measure, lines: readonly string[], encoding: Encoding): Found | null {
  const placed = lines.map(line => places(line, measure, encoding))
  const isRecord = (line: string): boolean =>
    / \d{4}-?\d|\d{2}[-/.年]\d{1,2}|\d{8}/.test(` ${line}`) && /\d\.\d{2}(?!\d)/.test(line)
  const numbers = placed.map((_, index) => index).filter(index => isRecord(placed[index]!))
  if (numbers.length < LINES_MIN) return null
  // Files with kinds of lines: the records are those that begin like most.
  const kinds = new Map<string, number>()
  for (const index of numbers) kinds.set(placed[index]![0]!, (kinds.get(placed[index]![0]!) ?? 0) + 1)
  const [kind = '', times = 0] = [...kinds].sort((a, b) => b[1] - a[1])[0] ?? []
  const typed = /[A-Z]/i.test(kind) && times >= numbers.length - 2
  const records = numbers.filter(
    index =>
      (!typed || placed[index]![0] === kind) && !isTotalMark(nameText(placed[index]!).trim().split(/ +/)[0] ?? ''),
  )
  if (typed) for (const index of records) placed[index] = untyped(placed[index]!)
  const width = Math.max(...records.map(index => placed[index]!.length))
  const even = records.filter(index => placed[index]!.length === width).length
  const trimmed = records.every(index => placed[index]!.length > width * 0.5)
  if (!trimmed || records.length < LINES_MIN) return null
  const headerIndex = headerBefore(placed, records[0]!)
  const shaping = records.map(index => placed[index]!)
  if (headerIndex >= 0) shaping.push(placed[headerIndex]!)
  const spans = spansOf(shaping, Math.max(width, headerIndex >= 0 ? placed[headerIndex]!.length : 0))
  if (spans.length < 3) return null
  const cut = (index: number) => cellsOf(placed[index]!, spans, measure, encoding)
  const sample = records.map(cut)
  const dated = sample.filter(
    cells => cells.some(cell => readWritten(cell)) && cells.some(cell => /^[-+(]?[\d,]*\d\.\d{2}[-)]?$/.test(cell)),
  )
  if (dated.length < sample.length * 0.9) return null
  // Lines of free text may have a column by accident: either they are equally long, or they have a header over them.
  if (headerIndex < 0 && even < records.length * 0.9) return null
  const headers = headerIndex >= 0 ? cut(headerIndex) : spans.map((_, index) => `#${index + 1}`)
  return {
    encoding,
    measure,
    spans,
    headers: headers.map((header, index) => header || `#${index + 1}`),
    headerLine: headerIndex + 1,
    above: lines.slice(0, Math.max(0, headerIndex)).map(line => [decoded(line, encoding)]),
    sample,
    kind: typed ? kind : '',
    dialect: '',
  }
}

/** So many of the lines must be records of exactly these widths. */
const FITTING = 0.6

/** The same where the widths are known: what is a record shows in its length, and in a day and a number where columns begin. */
function columnsOfWidths(
  widths: readonly ColumnWidth[],
  measure: Measure,
  lines: readonly string[],
  encoding: Encoding,
): Found | null {
  const placed = lines.map(line => places(line, measure, encoding))
  const spans = spansOfWidths(widths)
  const [least, width] = spans.at(-1)!
  const cut = (index: number) => cellsOf(placed[index]!, spans, measure, encoding)
  const filled = placed.map((_, index) => index).filter(index => placed[index]!.trim() !== '')
  // Blanks at the end of the last column may have been cut off.
  const fitting = filled.filter(index => placed[index]!.length > least && placed[index]!.trimEnd().length <= width)
  const records = fitting.filter(index => {
    const cells = cut(index)
    return (
      cells.some(cell => (readWritten(cell)?.ymd ?? 0) > 0) && cells.some(cell => /^[-+]?[\d,]*\.?\d+[-+]?$/.test(cell))
    )
  })
  if (records.length === 0 || records.length < filled.length * FITTING) return null
  const kind = widths[0]!.width === 1 ? placed[records[0]!]![0]! : ''
  const typed = /[A-Z]/i.test(kind) && records.every(index => placed[index]![0] === kind)
  if (typed) for (const index of records) placed[index] = untyped(placed[index]!)
  const headerIndex = headerBefore(placed, records[0]!)
  const names = headerIndex >= 0 ? cut(headerIndex) : []
  return {
    encoding,
    measure,
    spans,
    headers: widths.map(({ name }, at) => name ?? (names[at] || `#${at + 1}`)),
    headerLine: headerIndex + 1,
    above: lines.slice(0, Math.max(0, headerIndex)).map(line => [decoded(line, encoding)]),
    sample: records.map(cut),
    kind: typed ? kind : '',
    dialect: widthDialect(widths),
  }
}

/** Which line does not have the length that the widths come to. */
function widthsUnfit(file: string, probe: Probe): Failure {
  const total = (probe.options.widths ?? []).reduce((sum, { width }) => sum + width, 0)
  const lines = Buffer.from(probe.bytes)
    .toString('latin1')
    .split(/\r\n|\n|\r/)
  const line = lines.findIndex(each => each.trim() !== '' && each.length !== total)
  const found = lines[line]?.length
  return new Failure(
    'widths_unfit',
    found === undefined
      ? {
          zh: `按给出的列宽切开“${file}”，没有一行同时有日期和金额：请核对每一列的宽度`,
          en: `cut by the widths given, no line of "${file}" has a date and an amount: check the width of each column`,
        }
      : {
          zh: `列宽合计 ${total} 字节，而“${file}”第 ${line + 1} 行有 ${found} 字节：请核对 --widths 中每一列的宽度（汉字按文件编码计字节）`,
          en: `the widths come to ${total} bytes, but line ${line + 1} of "${file}" has ${found}: check the width of each column in --widths`,
        },
    { file, total, line: line + 1, found },
  )
}

/** The first character is the kind of the line: D is no debit. */
const untyped = (line: string): string => ` ${line.slice(1)}`

/** The nearest line above the records that names at least two columns. */
function headerBefore(placed: readonly string[], first: number): number {
  for (let index = first - 1; index >= Math.max(0, first - TOP_LINES); index--) {
    const names = nameText(placed[index]!)
      .trim()
      .split(/\s{1,}/)
    if (names.filter(name => meaningOf(name).field !== null).length >= 2) return index
  }
  return -1
}

/** In bytes the names of GBK text are not readable yet. */
const nameText = (line: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the filler of wide characters
  /[\x80-\xff]/.test(line) && !/[^\x00-\xff]/.test(line)
    ? (decodeStrictly(Buffer.from(line, 'latin1'), 'gb18030') ?? line)
    : line.replaceAll(FILLER, '')

/** Stands for the second place of a wide character. */
const FILLER = '\x00'
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/g

/** The line with one character for every place. */
function places(line: string, measure: Measure, encoding: Encoding): string {
  if (measure === 'bytes' || !/[\x80-\xff]/.test(line)) return line
  const text = decoded(line, encoding)
  return measure === 'screen' ? text.replace(WIDE, `$&${FILLER}`) : text
}

function spansOf(lines: readonly string[], width: number): Span[] {
  const filled = new Uint8Array(width)
  for (const line of lines) for (let at = 0; at < line.length; at++) if (line.charCodeAt(at) !== 32) filled[at] = 1
  const spans: Span[] = []
  for (let at = 0; at < width; at++) {
    if (filled[at] === 0) continue
    const from = at
    while (at < width && filled[at] === 1) at++
    spans.push([from, at])
  }
  return spans
}

const cellsOf = (line: string, spans: readonly Span[], measure: Measure, encoding: Encoding): string[] =>
  spans.map(([from, to]) => {
    const cell = line.slice(from, to).replace(/^ +| +$/g, '')
    if (measure === 'bytes') return fieldOf(cell, encoding)
    return cell.includes(FILLER) ? cell.replaceAll(FILLER, '') : cell
  })

/** Senders that count bytes cut a character in two where a field ends. */
function fieldOf(cell: string, encoding: Encoding): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: any byte above ASCII
  if (!/[^\x00-\x7f]/.test(cell)) return cell
  const bytes = Buffer.from(cell, 'latin1')
  const text = decodeStrictly(bytes, encoding) ?? decodeStrictly(bytes.subarray(0, -1), encoding)
  return text ?? cell.replace(/[\x80-\xff]+/g, UNDECODABLE)
}

const decoded = (line: string, encoding: Encoding): string => {
  const bytes = Buffer.from(line, 'latin1')
  return decodeStrictly(bytes, encoding) ?? line.replace(/[\x80-\xff]+/g, UNDECODABLE)
}

class FixedReader implements Reader {
  readonly head: ReaderHead
  readonly #found: Found
  readonly #into: Collector
  readonly #lines: LineFeeder
  readonly #reader: TableReader
  readonly #sums: FileSums
  /** ASCII so far: the first other byte decides. */
  #encoding: Encoding
  #trailer: { cells: readonly string[]; line: number; kind: string } | null = null
  #begun = false

  constructor(found: Found, probe: Probe, into: Collector) {
    this.#found = found
    this.#into = into
    this.#encoding = found.encoding
    this.#sums = new FileSums(into)
    const { headers, headerLine, above, sample } = found
    const { layout, head } = settledTable(
      { delimiter: found.dialect, headers, headerLine, above, sample },
      null,
      probe.options,
      into,
    )
    this.head = head
    this.#reader = new TableReader(layout, probe.options, into)
    const limit = probe.options.limits?.rowLength
    this.#lines = new LineFeeder(
      (text, from, to, line) => this.#line(text.slice(from, to), line),
      into.file,
      probe.text,
      limit,
    )
    if (headerLine === 0 && headers.some(header => header.startsWith('#')))
      into.warn({ line: 1 }, 'header_missing', {
        zh: '文件没有表头，列的含义由内容推断：请核对',
        en: 'the file has no header row; the meaning of its columns was told from their content, please check',
      })
  }

  push(text: string): void {
    this.#lines.push(this.#begun ? text : text.replace(/^\xef\xbb\xbf/, ''))
    this.#begun = true
  }

  end(): void {
    this.#reader.unterminated()
    this.#lines.end()
    this.#reader.end()
    const trailer = this.#trailer
    if (trailer) checkTrailer(this.#into, this.#sums, `文件尾 ${trailer.kind}`, trailer.cells, trailer.line)
    else if (this.#found.kind !== '')
      this.#into.spoil({}, 'footer_missing', {
        zh: `记录行以“${this.#found.kind}”开头，却没有汇总行：文件不完整，请重新下载`,
        en: `the records begin with "${this.#found.kind}" and there is no line of totals: the file is cut off, fetch it again`,
      })
  }

  #line(raw: string, line: number): void {
    const { headerLine, kind, measure, spans } = this.#found
    // biome-ignore lint/suspicious/noControlCharactersInRegex: any byte above ASCII
    if (this.#encoding === 'ascii' && /[^\x00-\x7f]/.test(raw))
      this.#encoding = encodingOf(Buffer.from(raw, 'latin1'), true) ?? 'utf-8'
    if (line <= headerLine || raw.trim() === '' || /^[-=+|*\s]+$/.test(raw)) return
    let placed = places(raw, measure, this.#encoding)
    if (kind !== '' && placed[0] !== kind) {
      if (line === 1) return
      this.#trailer = { cells: placed.slice(1).trim().split(/\s+/), line, kind: placed[0]! }
      return
    }
    if (kind !== '') placed = untyped(placed)
    const [mark = '', ...cells] = /^\s*[\d-]/.test(raw) ? [] : decoded(raw, this.#encoding).trim().split(/\s+/)
    if (isTotalMark(mark)) {
      this.#trailer = { cells: cells.map(cell => cell.replace(/[笔条]$/, '')), line, kind: mark }
      return
    }
    const last = spans.at(-1)![1]
    if (placed.length > last && placed.slice(last).trim() !== '')
      return this.#reader.row([...cellsOf(placed, spans, measure, this.#encoding), placed.slice(last)], line)
    this.#reader.row(cellsOf(placed, spans, measure, this.#encoding), line)
  }
}
