import { Failure } from '../../kernel/failure.ts'
import { kept } from '../../kernel/kept.ts'
import type { Kind, Status } from '../../matching/entry.ts'
import { amountTroubleText, digitsLost, narrow, plainAmount, readAmount } from '../amount_text.ts'
import type { Collector, Sentences } from '../collector.ts'
import { UNDECODABLE } from '../encoding.ts'
import type { Format, Probe, Reader, ReaderHead, Recognition } from '../format.ts'
import { LineFeeder, lineEndOf } from '../lines.ts'
import { dayText, type LocalClock, stampAt } from '../local_time.ts'
import { columnMissing, refuseRepeated } from '../refusals.ts'
import type { Column, Field, FundFacts, Line, StatementOptions } from '../statement.ts'
import { momentOf, readWritten } from './dates.ts'
import type { Doubt } from './doubt.ts'
import { RowFeeder, rowsOf } from './rows.ts'

/**
 * Tables of one known sender: its column names are known, their order is not; there may be text above the header and totals
 * above or below the rows. A format says what its columns are called and what a record means; finding the header, cutting
 * rows, refusing bad cells and fed cells of a spreadsheet are the same for all.
 */

export type Cells = readonly string[]

export type TitledColumn = {
  readonly names: readonly string[]
  readonly field: Field | null
  /** Without it the file cannot be read. */
  readonly required?: true
}

export type TitledColumns<Key extends string> = Readonly<Record<Key, TitledColumn>>

/** What the table's top says: where each column is (-1: nowhere), and the rows above the header. */
export type Top<Key extends string> = {
  readonly delimiter: string | null
  /** As the file writes them. */
  readonly headers: readonly string[]
  readonly at: Readonly<Record<Key, number>>
  readonly above: readonly Cells[]
  /** First rows below the header. */
  readonly sample: readonly Cells[]
}

/** What is particular to one file of a format. */
export type TitledRows<Key extends string> = {
  readonly zone: string
  readonly period?: ReaderHead['period']
  /** A column's field, where a file uses it otherwise than the format's table of columns says. */
  readonly fields?: Partial<Readonly<Record<Key, Field | null>>>
  /** The same for a column that has no fixed name, by its index. */
  readonly fieldsAt?: ReadonlyMap<number, Field>
  /** What only a person can say; nothing is read before. */
  readonly doubt?: Doubt | null
  /** True: the row is no record (a remark, a total) and has been taken care of. `below`: it stands below the header. */
  readonly aside?: (cells: Cells, line: number, below: boolean) => boolean
  readonly record: (row: Row<Key>) => void
  readonly end?: () => void
  readonly companion?: (text: string, name: string) => void
}

export type TitledSpec<Key extends string> = {
  readonly name: string
  readonly channel: string
  /** What the channel counts in, where it counts in one: a bill without rows says so too. */
  readonly currency?: string
  /** For messages: "微信资金账单 wechat-funds". */
  readonly label: string
  readonly columns: TitledColumns<Key>
  /** Names by which the table is told from all others: so many of them are enough. */
  readonly marks?: { readonly names: readonly string[]; readonly enough: number }
  /** Words above the header that say it too: such a file with other columns is refused, not taken for something else. */
  readonly title?: RegExp
  /** Or all of these columns, whatever they are called (names that follow the user's language). */
  readonly recogniseKeys?: readonly NoInfer<Key>[]
  /** CSV quotes are in use. Where they are not, a quote is an ordinary character. */
  readonly quoted: boolean
  /** How a column name is written for comparison; trimmed by default. */
  readonly nameOf?: (cell: string) => string
  /** What is wrapped around values. */
  readonly clean?: (cell: string) => string
  readonly recogniseCompanion?: (probe: Probe) => boolean
  readonly open: (top: Top<Key>, into: Collector, options: StatementOptions) => TitledRows<Key>
}

/** A format whose rows may come from a text or from a spreadsheet. */
export type TitledFormat = Format & {
  readonly recogniseRows: (rows: readonly Cells[]) => Recognition | null
  readonly readRows: (rows: readonly Cells[], into: Collector, options: StatementOptions) => RowReader
}

/** Fed with the rows of a sheet from its first one on, header and all. */
export type RowReader = {
  readonly head: ReaderHead
  readonly row: (cells: Cells, line: number) => void
  readonly end: () => void
}

const DELIMITERS = [',', '\t', ';'] as const
/** How a text becomes rows. */
type Cut = { readonly delimiter: string; readonly quoted: boolean }
/** Rows above the header: the longest preamble known has 24. */
const TOP_ROWS = 60
const SAMPLE_ROWS = 2_000

export function titledFormat<Key extends string>(spec: TitledSpec<Key>): TitledFormat {
  const recogniseRows = (rows: readonly Cells[]): Recognition | null => {
    const header = headerOf(spec, rows)
    const names = header?.names ?? []
    const titled = rows.slice(0, header?.index ?? 0).some(cells => spec.title?.test(cells.join('')) === true)
    const wanted = spec.recogniseKeys?.map(key => names.find(name => spec.columns[key].names.includes(name)))
    if (wanted?.includes(undefined)) return null
    const marks = wanted ?? (spec.marks?.names ?? []).filter(name => names.includes(name))
    if (!titled && marks.length < (wanted?.length ?? spec.marks?.enough ?? 1)) return null
    const known = names.filter(name => keyOf(spec, name) !== null).length
    // Formats of one family share names: the one that knows more of them is the one.
    const score = 0.9 + (known * 2 >= names.length ? (0.08 * known) / names.length : 0)
    return { score, reasons: [`columns ${marks.join(', ')}`, `${known} of ${names.length} column names are known`] }
  }
  // A bill without quotes has them after a program has saved it again; then its header has them too.
  const cuts = (spec.quoted ? [true] : [false, true]).flatMap(quoted =>
    DELIMITERS.map((delimiter): Cut => ({ delimiter, quoted })),
  )
  return {
    name: spec.name,
    channel: spec.channel,
    feed: 'decoded',
    recognise: probe => bestOf(cuts.map(cut => recogniseRows(topRows(probe, cut.delimiter, cut.quoted)))),
    ...(spec.recogniseCompanion ? { recogniseCompanion: spec.recogniseCompanion } : {}),
    read: (probe, into) => {
      const score = ({ delimiter, quoted }: Cut) => recogniseRows(topRows(probe, delimiter, quoted))?.score ?? 0
      const cut = cuts.reduce((best, each) => (score(each) > score(best) ? each : best))
      const rows = allRows(probe, cut.delimiter, cut.quoted)
      return new TitledText(new TitledReader(spec, rows, cut.delimiter, into, probe.options), cut, probe, into)
    },
    recogniseRows,
    readRows: (rows, into, options) => new TitledReader(spec, rows, null, into, options),
  }
}

const bestOf = (found: readonly (Recognition | null)[]): Recognition | null =>
  found.reduce((best, each) => ((each?.score ?? 0) > (best?.score ?? 0) ? each : best), null)

/** The same beginning is asked for by every format in turn. */
const tops = new WeakMap<Probe, Map<string, readonly Cells[]>>()

export function topRows(probe: Probe, delimiter: string, quoted: boolean): readonly Cells[] {
  let known = tops.get(probe)
  if (!known) tops.set(probe, (known = new Map()))
  const key = `${quoted}${delimiter}`
  let rows = known.get(key)
  if (!rows) {
    let cut = 0
    const lineEnd = lineEndOf(probe.text)
    for (let line = 0; line < TOP_ROWS && cut >= 0; line++) cut = probe.text.indexOf(lineEnd, cut + 1)
    const text = cut < 0 ? probe.text : probe.text.slice(0, cut + 1)
    rows = cellsOf(text, delimiter, quoted, cut < 0 && probe.whole)
    known.set(key, rows)
  }
  return rows
}

const allRows = (probe: Probe, delimiter: string, quoted: boolean): readonly Cells[] =>
  cellsOf(probe.text, delimiter, quoted, probe.whole)

function cellsOf(text: string, delimiter: string, quoted: boolean, whole: boolean): readonly Cells[] {
  if (quoted) return rowsOf(text, delimiter, whole).map(({ cells }) => cells)
  const rows = text
    .split(lineEndOf(text))
    .map(line => (line.endsWith('\r') ? line.slice(0, -1) : line).split(delimiter))
  if (!whole || text.endsWith(lineEndOf(text))) rows.pop()
  return rows
}

/** Takes the byte order mark away too. */
const bare = (cell: string): string => cell.trim()

function keyOf<Key extends string>(spec: TitledSpec<Key>, name: string): Key | null {
  for (const key of Object.keys(spec.columns) as Key[]) if (spec.columns[key].names.includes(name)) return key
  return null
}

/** The row with the most known names, if it has two at least. */
function headerOf<Key extends string>(
  spec: TitledSpec<Key>,
  rows: readonly Cells[],
): { index: number; names: readonly string[]; titles: readonly string[] } | null {
  const nameOf = spec.nameOf ?? bare
  let best: ReturnType<typeof headerOf> = null
  let most = 1
  for (const [index, cells] of rows.slice(0, TOP_ROWS).entries()) {
    const names = withoutTail(cells.map(nameOf))
    const known = names.filter(name => keyOf(spec, name) !== null).length
    if (known > most) {
      most = known
      best = { index, names, titles: cells.slice(0, names.length).map(bare) }
    }
  }
  return best
}

function withoutTail(cells: Cells): Cells {
  let length = cells.length
  while (length > 0 && cells[length - 1]?.trim() === '') length--
  return cells.slice(0, length)
}

const isEmpty = (cells: Cells): boolean => cells.every(cell => cell.trim() === '')

/** One record's row, asked for its cells. The first trouble rejects the record; what is asked after it does not matter. */
export class Row<Key extends string> {
  record = 0
  line = 0
  cells: Cells = []
  #failed = false
  readonly #into: Collector
  readonly #headers: readonly string[]
  readonly #at: Readonly<Record<Key, number>>
  readonly #clean: (cell: string) => string

  constructor(
    into: Collector,
    headers: readonly string[],
    at: Readonly<Record<Key, number>>,
    clean: (cell: string) => string,
  ) {
    this.#into = into
    this.#headers = headers
    this.#at = at
    this.#clean = clean
  }

  turnTo(cells: Cells, line: number): void {
    this.record = ++this.#into.records
    this.line = line
    this.cells = cells
    this.#failed = false
  }

  get failed(): boolean {
    return this.#failed
  }

  has(key: Key): boolean {
    return this.#at[key] >= 0
  }

  text(key: Key): string {
    const cell = this.cells[this.#at[key]]
    return cell === undefined || cell === '' ? '' : this.#clean(cell)
  }

  /** A number that names something; refused where a spreadsheet has eaten its digits. */
  id(key: Key): string {
    const text = this.text(key)
    if (digitsLost(text)) this.fail(key, 'id_digits_lost', DIGITS_LOST(text))
    return text
  }

  /** Minor units; `empty` is the answer for an empty cell, which is refused without one. */
  amount<Empty = never>(key: Key, exponent: number, empty?: Empty, decimal: '.' | ',' = '.'): number | Empty {
    const text = this.text(key)
    const plain = decimal === '.' ? plainAmount(text, 0, text.length, exponent) : Number.NaN
    if (!Number.isNaN(plain)) return plain
    if (text === '' && empty !== undefined) return empty
    const read = readAmount(text, { exponent, decimal })
    if (typeof read !== 'string') return read.minor
    this.fail(key, 'amount_unreadable', amountTroubleText(read, text, exponent))
    return 0
  }

  /** An amount without a sign: `told` is the column that tells its direction. */
  magnitude(key: Key, exponent: number, told: Key): number {
    const amount = this.amount(key, exponent)
    if (amount < 0)
      this.fail(key, 'amount_sign', {
        zh: `金额“${this.text(key)}”为负数：此账单的金额不带符号，方向由“${this.#nameOf(told)}”决定`,
        en: `the amount "${this.text(key)}" is negative; this bill has unsigned amounts, "${this.#nameOf(told)}" tells the direction`,
      })
    return amount
  }

  /** One of a few words; anything else is refused. */
  oneOf<Word extends string>(key: Key, words: readonly Word[]): Word | '' {
    const text = this.text(key)
    const word = words.find(candidate => candidate === text)
    if (word === undefined)
      this.fail(key, 'direction_unknown', {
        zh: `“${this.#nameOf(key)}”的值“${text.slice(0, 20)}”未知，应为 ${words.join('、')}`,
        en: `the value "${text.slice(0, 20)}" of "${this.#nameOf(key)}" is not known; ${words.join(', ')} are`,
      })
    return word ?? ''
  }

  currency(key: Key): string {
    const text = this.text(key).toUpperCase()
    if (!/^[A-Z]{3}$/.test(text))
      this.fail(key, 'currency_unreadable', {
        zh: `币种“${text.slice(0, 20)}”不是三个字母的币种代码`,
        en: `the currency "${text.slice(0, 20)}" is not a code of three letters`,
      })
    return text
  }

  /** A date with a time, as text or as a spreadsheet's number. */
  time(key: Key, clock: LocalClock, text = this.text(key)): number {
    const plain = stampAt(text, 0, text.length, clock)
    if (!Number.isNaN(plain)) return plain
    const shown = momentOf(text, clock)
    if (!Number.isNaN(shown)) return shown
    this.fail(key, 'time_unreadable', TIME_UNREADABLE(text))
    return 0
  }

  fail(key: Key | null, code: string, text: Sentences): void {
    if (this.#failed) return
    this.#failed = true
    this.#into.reject(this.place(key), code, text)
  }

  warn(key: Key | null, code: string, text: Sentences): void {
    if (!this.#failed) this.#into.warn(this.place(key), code, text)
  }

  place(key: Key | null): { record: number; line: number; column: string | null } {
    return {
      record: this.record,
      line: this.line,
      column: key === null ? null : (this.#headers[this.#at[key]] ?? null),
    }
  }

  #nameOf(key: Key): string {
    return this.#headers[this.#at[key]] ?? key
  }

  /** The record, unless it was rejected. Money in is a payment and money out a refund, unless the format knows better. */
  add(facts: Facts): boolean {
    if (this.#failed) return false
    const { amount } = facts
    const line: Line = {
      record: this.record,
      lineNumber: this.line,
      kind: facts.kind ?? (amount < 0 ? 'refund' : 'payment'),
      status: facts.status ?? 'success',
      orderNo: '',
      tradeNo: facts.tradeNo ?? '',
      merchantOrderNo: facts.merchantOrderNo ?? '',
      refundNo: facts.refundNo ?? '',
      channelRefundNo: facts.channelRefundNo ?? '',
      amount: amount === 0 ? 0 : amount,
      currency: facts.currency,
      at: facts.at,
      date: null,
      merchant: facts.merchant ?? '',
      payer: facts.payer ?? '',
      fee: facts.fee === 0 ? 0 : (facts.fee ?? null),
      batchNo: facts.batchNo ?? '',
      neutral: facts.neutral ?? false,
    }
    this.#into.add(facts.fund ? { ...line, fund: facts.fund } : line)
    return true
  }
}

/** What a record says; the rest of a Line is empty. */
export type Facts = {
  readonly amount: number
  readonly currency: string
  readonly at: number
  readonly kind?: Kind
  readonly status?: Status
  readonly tradeNo?: string
  readonly merchantOrderNo?: string
  readonly refundNo?: string
  readonly channelRefundNo?: string
  readonly merchant?: string
  readonly payer?: string
  readonly fee?: number | null
  readonly batchNo?: string
  readonly neutral?: boolean
  readonly fund?: FundFacts
}

const DIGITS_LOST = (text: string): Sentences => ({
  zh: `单号“${text}”是科学计数法或超过 15 位的表格数字，后面的位数已丢失（被电子表格当作数字保存）：请使用未经 Excel 保存的原始文件，或把该列设为文本后重新导出`,
  en: `the number "${text}" is in scientific notation, or a spreadsheet number of more than 15 digits: its last digits are lost; use the original file, or export it again with this column as text`,
})

const TIME_UNREADABLE = (text: string): Sentences => ({
  zh: `时间“${text.slice(0, 40)}”无法识别，应为 2026-11-20 09:30:00 这样的格式`,
  en: `the time "${text.slice(0, 40)}" cannot be read; one like 2026-11-20 09:30:00 is expected`,
})

/** The rows of one file, from its first on. */
class TitledReader<Key extends string> implements RowReader {
  readonly head: ReaderHead
  readonly headers: readonly string[]
  /** `headers`, written for comparison. */
  readonly #names: readonly string[]
  damaged = false
  readonly #into: Collector
  readonly #rows: TitledRows<Key>
  readonly #row: Row<Key>
  readonly #nameOf: (cell: string) => string
  /** Rows of a sheet come without their empty last cells. */
  readonly #ragged: boolean
  #below = false

  constructor(
    spec: TitledSpec<Key>,
    rows: readonly Cells[],
    delimiter: string | null,
    into: Collector,
    options: StatementOptions,
  ) {
    const header = headerOf(spec, rows)
    if (!header) throw new Error(`${into.file} was recognised as ${spec.name} and now has no header`)
    this.#into = into
    this.#nameOf = spec.nameOf ?? bare
    this.#ragged = delimiter === null
    this.headers = header.titles
    this.#names = header.names
    const at = Object.fromEntries(
      Object.entries<TitledColumn>(spec.columns).map(([key, { names }]) => [key, firstOf(names, header.names)]),
    ) as Record<Key, number>
    refuseRepeated(
      into.file,
      spec.label,
      header.names,
      Object.values<TitledColumn>(spec.columns).flatMap(({ names }) => names),
    )
    for (const [key, { names, required }] of Object.entries<TitledColumn>(spec.columns))
      if (required && at[key as Key] < 0) throw columnMissing(into.file, spec.label, names[0] ?? key, header.titles)
    const above = rows.slice(0, header.index)
    const sample = rows.slice(header.index + 1, header.index + 1 + SAMPLE_ROWS)
    this.#rows = spec.open({ delimiter, headers: header.titles, at, above, sample }, into, options)
    this.#row = new Row(into, header.titles, at, spec.clean ?? bare)
    const fields = { ...this.#rows.fields } as Partial<Record<Key, Field | null>>
    this.head = {
      delimiter,
      confidence: this.#rows.doubt ? 0.4 : 0.99,
      columns: header.titles.map((name, index): Column => {
        const key = (Object.keys(at) as Key[]).find(candidate => at[candidate] === index)
        const own = this.#rows.fieldsAt?.get(index)
        if (key === undefined) return { header: name, field: own ?? null, confidence: 0.9 }
        return { header: name, field: key in fields ? (fields[key] ?? null) : spec.columns[key].field, confidence: 1 }
      }),
      zone: this.#rows.zone,
      period: this.#rows.period ?? null,
      currency: spec.currency ?? null,
    }
    const { doubt } = this.#rows
    if (doubt) {
      const problems = [{ severity: 'error', record: null, line: null, ...doubt }]
      throw new Failure('columns_unsure', doubtText(into.file, doubt), { file: into.file, head: this.head, problems })
    }
  }

  row(cells: Cells | null, line: number): void {
    if (cells === null) {
      if (this.#below) this.#refuse([], line, 'quote_open', QUOTE_OPEN)
      return
    }
    if (isEmpty(cells)) return
    if (!this.#below || this.#nameOf(cells[0] ?? '') === this.#names[0]) {
      if (this.#isHeader(cells)) {
        if (this.#below)
          this.#into.warn({ line }, 'header_repeated', {
            zh: `第 ${line} 行重复了表头，已跳过`,
            en: `line ${line} repeats the header and is skipped`,
          })
        this.#below = true
        return
      }
    }
    if (this.#rows.aside?.(cells, line, this.#below) || !this.#below) return
    const expected = this.headers.length
    const filled = Math.max(Math.min(cells.length, expected), withoutTail(cells).length)
    if (filled > expected || (filled < expected && !this.#ragged))
      return this.#refuse(cells, line, 'field_count', {
        zh: `这一行有 ${filled} 个字段，应为 ${expected} 个：文字里可能有分隔符或换行，或者文件被截断`,
        en: `this row has ${filled} fields instead of ${expected}: a separator or newline inside a text, or the file is cut off`,
      })
    if (this.damaged && cells.some(cell => cell.includes(UNDECODABLE)))
      return this.#refuse(cells, line, 'bytes_undecodable', UNDECODABLE_BYTES)
    this.#row.turnTo(cells, line)
    this.#rows.record(this.#row)
  }

  get hasCompanion(): boolean {
    return this.#rows.companion !== undefined
  }

  companion(text: string, name: string): void {
    this.#rows.companion?.(text, name)
  }

  end(): void {
    this.#rows.end?.()
  }

  #isHeader(cells: Cells): boolean {
    return cells.length >= this.#names.length && this.#names.every((name, i) => this.#nameOf(cells[i] ?? '') === name)
  }

  #refuse(cells: Cells, line: number, code: string, text: Sentences): void {
    this.#row.turnTo(cells, line)
    const broken = cells.findIndex(cell => cell.includes(UNDECODABLE))
    this.#into.reject({ record: this.#row.record, line, column: this.headers[broken] ?? null }, code, text)
  }
}

const doubtText = (file: string, doubt: Doubt): Sentences => ({
  zh: `文件“${file}”的列含义不能确定：${doubt.zh}`,
  en: `the columns of "${file}" are not certain: ${doubt.en}`,
})

const firstOf = (names: readonly string[], headers: readonly string[]): number =>
  names.map(name => headers.indexOf(name)).find(index => index >= 0) ?? -1

const QUOTE_OPEN: Sentences = {
  zh: '这一行的引号没有闭合：文件不完整，或引号未按 CSV 规则书写，请重新下载',
  en: 'a quote on this line is never closed: the file is cut off or its quotes are not those of CSV; download it again',
}

export const UNDECODABLE_BYTES: Sentences = {
  zh: '含有无法解码的字节（被截断的汉字或混用了编码）：请重新下载原始文件',
  en: 'it holds bytes that cannot be decoded (a cut character or a mix of encodings); fetch the original file again',
}

/** Cuts text into the rows of a TitledReader. */
class TitledText<Key extends string> implements Reader {
  readonly head: ReaderHead
  readonly companion?: (text: string, name: string) => void
  readonly #rows: TitledReader<Key>
  readonly #feeder: { push: (text: string) => void; end: () => void }
  readonly #companions: [text: string, name: string][] = []

  constructor(rows: TitledReader<Key>, { delimiter, quoted }: Cut, probe: Probe, into: Collector) {
    this.#rows = rows
    this.head = rows.head
    // Its totals can be held against the records when the last of them is read.
    if (rows.hasCompanion) this.companion = (text, name) => this.#companions.push([text, name])
    const limit = probe.options.limits?.rowLength
    if (quoted) {
      const feeder = new RowFeeder((cells, line) => rows.row(cells, line), delimiter, into.file, probe.text, limit)
      feeder.expected = rows.headers.length
      this.#feeder = feeder
    } else {
      const take = (text: string, from: number, to: number, line: number) =>
        rows.row(text.slice(from, to).split(delimiter), line)
      this.#feeder = new LineFeeder(take, into.file, probe.text, limit)
    }
  }

  push(text: string): void {
    if (!this.#rows.damaged && text.includes(UNDECODABLE)) this.#rows.damaged = true
    this.#feeder.push(text)
  }

  end(): void {
    this.#feeder.end()
    for (const [text, name] of this.#companions) this.#rows.companion(text, name)
    this.#rows.end()
  }
}

/** "起始日期：[2024年11月25日 00:00:00] 终止日期：[…]" above the rows. An end at midnight is the day before. */
export function periodAbove(above: readonly Cells[]): ReaderHead['period'] {
  const text = narrow(above.map(cells => cells.join(',')).join('\n'))
  const days = /起始(?:日期|时间):\s*\[?([^\]\n]+?)\]?\s*终止(?:日期|时间):\s*\[?([^\]\n,]+)/.exec(text)
  const from = readWritten(days?.[1] ?? '')
  const to = readWritten(days?.[2] ?? '')
  if (!from?.ymd || !to?.ymd) return null
  const first = dayText(from.ymd)
  const end = Temporal.PlainDate.from(dayText(to.ymd))
  const exclusive = to.seconds === 0 && to.ymd > from.ymd
  return { from: first, to: exclusive ? end.subtract({ days: 1 }).toString() : end.toString() }
}

/** Tells once per word that it is not known; an open set is taken over, not dropped. */
export class UnknownWords {
  readonly #seen = new Set<string>()

  note(word: string): void {
    if (this.#seen.size < 20 && !this.#seen.has(word)) this.#seen.add(kept(word))
  }

  tell(into: Collector, column: string, code: string, zh: string, en: string): void {
    for (const word of this.#seen)
      into.warn({ column }, code, {
        zh: `“${column}”的值“${word}”未知，${zh}：请确认`,
        en: `the value "${word}" of "${column}" is not known; ${en}, please check`,
      })
  }
}
