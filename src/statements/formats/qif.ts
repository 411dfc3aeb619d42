import { Failure } from '../../kernel/failure.ts'
import { exponentOf } from '../../kernel/money.ts'
import { amountTroubleText, readAmount } from '../amount_text.ts'
import type { Collector, Sentences } from '../collector.ts'
import { UNDECODABLE } from '../encoding.ts'
import type { Format, Probe, Reader, ReaderHead } from '../format.ts'
import { LineFeeder } from '../lines.ts'
import { dayText, isDay, LocalClock } from '../local_time.ts'
import type { Column, DateOrder, Field } from '../statement.ts'
import { readWritten } from '../table/dates.ts'

/**
 * QIF: one letter and a value per line, records end with ^. It says neither currency nor time nor totals, and the order of
 * day and month only where a day is above 12; otherwise the order is asked. Only the sections of bank, cash, card and other
 * accounts hold records; lists (categories, classes, memorized) do not, and investments are not read.
 */
export const qif: Format = {
  name: 'qif',
  channel: 'bank',
  feed: 'decoded',
  recognise,
  read: (probe, into) => new QifReader(probe, into),
}

const MONEY = /^(?:bank|cash|ccard|oth\s*[al])$/i
const LISTS = /^(?:cat|class|memorized|security|prices|budget|template|tag|account)$/i
/** Splits of one record; more were made to hurt. */
const SPLITS_MAX = 10_000
/** Failing splits told one by one. */
const FAILED_MAX = 100

const COLUMNS: readonly (readonly [string, Field | null])[] = [
  ['D', 'date'],
  ['T', 'amount'],
  ['P', 'payer_name'],
  ['M', 'description'],
  ['N', null],
  ['L', null],
  ['S', null],
  ['$', null],
]

function recognise(probe: Probe) {
  const first = /^[\s\ufeff]*([^\r\n]*)/.exec(probe.text)?.[1]?.trim() ?? ''
  if (!/^!(?:Type\s*:\s*[A-Za-z]|Account\b|Option\s*:|Clear\s*:)/i.test(first)) return null
  // A header alone is an empty file; with more there are lines of a letter, and ends of records.
  if (!probe.whole && !/^\^/m.test(probe.text)) return null
  return { score: 0.97, reasons: [`first line ${JSON.stringify(first.slice(0, 40))}`] }
}

type Entry = {
  readonly line: number
  date: string
  amount: string
  otherAmount: string
  payee: string
  number: string
  category: string
  repeated: string
  damaged: boolean
  splits: string[]
  /** Splits without an amount, or in per cent: their sum says nothing. */
  openSplits: boolean
}

/** N is the number of a cheque or what else the bank wrote there: "ATM" and "Print" name no record. */
const referenceOf = (number: string): string => (/\d/.test(number) ? number.trim() : '')

const emptyEntry = (line: number): Entry => ({
  line,
  date: '',
  amount: '',
  otherAmount: '',
  payee: '',
  number: '',
  category: '',
  repeated: '',
  damaged: false,
  splits: [],
  openSplits: false,
})

class QifReader implements Reader {
  readonly head: ReaderHead
  readonly #into: Collector
  readonly #feeder: LineFeeder
  readonly #currency: string
  readonly #order: DateOrder | null
  readonly #decimal: '.' | ',' | null
  #section: 'money' | 'list' | 'investment' | 'none' = 'none'
  #entry: Entry | null = null
  #investments = 0
  #splitRecords = 0
  #splitRight = 0
  #splitFailed = 0

  constructor(probe: Probe, into: Collector) {
    this.#into = into
    this.#currency = probe.options.currency ?? ''
    const { dates, amounts } = sampled(probe.text, probe.whole)
    this.#decimal = decimalOf(amounts)
    const settled = orderOf(dates, probe.options.dateOrder)
    const columns: Column[] = COLUMNS.map(([header, field]) => ({
      header,
      field,
      confidence: header === 'D' && settled === 'unsure' ? 0.5 : 1,
    }))
    const zone = new LocalClock(probe.options.zone ?? 'Asia/Shanghai').zone
    this.head = { delimiter: null, confidence: settled === 'unsure' ? 0.5 : 0.97, columns, zone, period: null }
    if (settled === 'unsure') throw orderUnsure(into.file, this.head, dates)
    this.#order = settled
    this.#feeder = new LineFeeder(
      (text, from, to, line) => this.#line(text, from, to, line),
      into.file,
      probe.text,
      probe.options.limits?.rowLength,
    )
  }

  push(text: string): void {
    this.#feeder.push(text)
  }

  end(): void {
    this.#feeder.end()
    if (this.#entry)
      this.#into.spoil({ line: this.#entry.line }, 'file_cut_off', {
        zh: `第 ${this.#entry.line} 行开始的最后一条记录没有结束标记 ^：文件不完整，请重新导出`,
        en: `the last record, from line ${this.#entry.line} on, has no end mark ^: the file is cut off, export it again`,
      })
    if (this.#splitRecords > 0 && this.#splitFailed === 0)
      this.#into.control({
        name: 'Σ$ = T',
        stated: String(this.#splitRecords),
        computed: String(this.#splitRight),
        ok: true,
      })
    if (this.#investments > 0)
      this.#told(this.#into.records === 0)({}, 'investments_skipped', {
        zh: `文件含有 ${this.#investments} 条投资账户（!Type:Invst）记录，不属于资金流水，未读取`,
        en: `${this.#investments} records of investment accounts (!Type:Invst) are not movements of money and were not read`,
      })
  }

  /** A warning, or trouble with the whole file where there is nothing else in it. */
  #told(all: boolean) {
    return all ? this.#into.spoil.bind(this.#into) : this.#into.warn.bind(this.#into)
  }

  #line(text: string, from: number, to: number, line: number): void {
    let start = from
    if (line === 1 && text.charCodeAt(start) === 0xfeff) start++
    const code = text.charCodeAt(start)
    if (start >= to) return
    if (code === 33) return this.#header(text.slice(start, to).trim(), line)
    if (code === 94) return this.#endOfRecord()
    const value = text.slice(start + 1, to).trim()
    if (text.slice(start, to).trim() === '') return
    if (this.#section === 'list') return
    if (this.#section === 'none')
      return this.#into.spoil({ line }, 'section_missing', {
        zh: `第 ${line} 行之前没有 !Type 一行，不知道是哪种账户：请重新导出`,
        en: `there is no !Type line before line ${line}, so the kind of account is not known: export the file again`,
      })
    this.#entry ??= emptyEntry(line)
    if (this.#section === 'money') this.#field(this.#entry, text[start] ?? '', value)
  }

  #header(text: string, line: number): void {
    if (this.#entry)
      this.#into.spoil({ line: this.#entry.line }, 'record_not_ended', {
        zh: `第 ${this.#entry.line} 行开始的记录没有结束标记 ^ 就遇到了新的一节：请重新导出`,
        en: `the record from line ${this.#entry.line} on has no end mark ^ before the next section: export the file again`,
      })
    this.#entry = null
    if (/^!(?:Option|Clear)\s*:/i.test(text)) return
    const type = /^!Type\s*:?\s*(.*)$/i.exec(text)?.[1]?.trim() ?? text.slice(1)
    if (MONEY.test(type)) this.#section = 'money'
    else if (LISTS.test(type)) this.#section = 'list'
    else if (/^invst$/i.test(type)) this.#section = 'investment'
    else {
      this.#section = 'list'
      this.#into.spoil({ line }, 'section_unknown', {
        zh: `第 ${line} 行的“${text.slice(0, 40)}”不是已知的 QIF 小节，其内容未读取：请确认文件来源`,
        en: `"${text.slice(0, 40)}" on line ${line} is no known section of QIF and was not read; check where the file comes from`,
      })
    }
  }

  #field(entry: Entry, code: string, value: string): void {
    if (value.includes(UNDECODABLE)) entry.damaged = true
    const once = (field: 'date' | 'amount' | 'otherAmount') => {
      if (entry[field] !== '') entry.repeated = code
      entry[field] = value
    }
    if (code === 'D') once('date')
    else if (code === 'T') once('amount')
    else if (code === 'U') once('otherAmount')
    else if (code === 'P') entry.payee = value
    else if (code === 'N') entry.number = value
    else if (code === 'L') entry.category = value
    else if (code === 'S') {
      if (entry.splits.length < SPLITS_MAX) entry.splits.push('')
      else entry.openSplits = true
    } else if (code === '$') {
      const last = entry.splits.length - 1
      if (last < 0 || entry.splits[last] !== '') entry.openSplits = true
      else entry.splits[last] = value
    } else if (code === '%') entry.openSplits = true
  }

  #endOfRecord(): void {
    const entry = this.#entry
    this.#entry = null
    if (!entry) return
    if (this.#section === 'investment') this.#investments++
    else if (this.#section === 'money') this.#record(entry)
  }

  #record(entry: Entry): void {
    const record = ++this.#into.records
    const { line } = entry
    const reject = (column: string, code: string, text: Sentences) =>
      this.#into.reject({ record, line, column }, code, text)
    if (entry.damaged)
      return reject('P', 'bytes_undecodable', {
        zh: '含有无法解码的字节（被截断的字符或混用了编码）：请重新导出',
        en: 'it holds bytes that cannot be decoded (a cut character or a mix of encodings); export the file again',
      })
    if (entry.repeated !== '')
      return reject(entry.repeated, 'element_unclear', {
        zh: `一条记录中 ${entry.repeated} 出现两次（可能缺少结束标记 ^）：请重新导出`,
        en: `${entry.repeated} stands twice in one record (an end mark ^ missing?): export the file again`,
      })
    const written = entry.amount || entry.otherAmount
    const minor = this.#amount(written)
    if (typeof minor === 'string')
      return reject('T', 'amount_unreadable', amountTroubleText(minor, written, exponentOf(this.#currency)))
    if (entry.amount !== '' && entry.otherAmount !== '' && this.#amount(entry.otherAmount) !== minor)
      return reject('U', 'amounts_disagree', {
        zh: `T“${entry.amount.slice(0, 40)}”与 U“${entry.otherAmount.slice(0, 40)}”两个金额不一致`,
        en: `the two amounts T "${entry.amount.slice(0, 40)}" and U "${entry.otherAmount.slice(0, 40)}" differ`,
      })
    const ymd = ymdOf(entry.date, this.#order)
    if (ymd === 0)
      return reject('D', 'time_unreadable', {
        zh: `日期“${entry.date.slice(0, 40)}”无法识别，或与文件的日期顺序（${this.#order ?? 'ymd'}）不符`,
        en: `the date "${entry.date.slice(0, 40)}" cannot be read, or is not in the order of the file (${this.#order ?? 'ymd'})`,
      })
    this.#checkSplits(entry, minor, record)
    const opening = /^opening balance$/i.test(entry.payee) && /^\[.*\]$/.test(entry.category)
    if (opening)
      this.#into.warn({ record, line, column: 'P' }, 'opening_balance', {
        zh: `第 ${record} 条是期初余额，不是一笔交易：不计入收支`,
        en: `record ${record} is the opening balance and no movement of money: it is not counted as one`,
      })
    const out = minor < 0
    this.#into.add({
      record,
      lineNumber: line,
      kind: out ? 'refund' : 'payment',
      status: 'success',
      orderNo: '',
      tradeNo: '',
      merchantOrderNo: '',
      refundNo: '',
      channelRefundNo: '',
      reference: referenceOf(entry.number),
      amount: minor,
      currency: this.#currency,
      at: null,
      date: dayText(ymd),
      merchant: '',
      payer: '',
      fee: null,
      batchNo: '',
      neutral: opening,
    })
  }

  #amount(text: string): number | 'empty' | 'scientific' | 'decimals' | 'too_large' | 'unreadable' {
    // "1,234" and "1.234" may be thousands or decimals where nothing else in the file tells which.
    if (this.#decimal === null && /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/.test(text)) return 'unreadable'
    const read = readAmount(text, { exponent: exponentOf(this.#currency), decimal: this.#decimal ?? '.' })
    if (typeof read === 'string') return read
    return read.side === null ? read.minor : 'unreadable'
  }

  #checkSplits(entry: Entry, minor: number, record: number): void {
    if (entry.splits.length === 0 || entry.openSplits || entry.splits.includes('')) return
    const parts = entry.splits.map(split => this.#amount(split))
    this.#splitRecords++
    const sum = parts.every(part => typeof part === 'number') ? parts.reduce((a, b) => a + b, 0) : Number.NaN
    if (sum === minor) this.#splitRight++
    else if (this.#splitFailed++ < FAILED_MAX) {
      const computed = Number.isNaN(sum)
        ? entry.splits.join(' + ').slice(0, 60)
        : String(sum / 10 ** exponentOf(this.#currency))
      this.#into.control({ name: `Σ$ = T #${record}`, stated: entry.amount || entry.otherAmount, computed, ok: false })
    }
  }
}

/** Dates and amounts of the sections with money, from the beginning of the file. */
function sampled(text: string, whole: boolean): { dates: string[]; amounts: string[] } {
  const dates: string[] = []
  const amounts: string[] = []
  const lines = text.split(/\r\n|\n|\r/)
  // The last line of a piece may be cut.
  if (!whole) lines.pop()
  let money = false
  for (const line of lines) {
    if (line.startsWith('!') || line.startsWith('\ufeff!')) {
      const type = /^\ufeff?!Type\s*:?\s*(.*)$/i.exec(line)?.[1]?.trim()
      if (!/^\ufeff?!(?:Option|Clear)/i.test(line)) money = type !== undefined && MONEY.test(type)
    } else if (!money) continue
    else if (line.startsWith('D')) dates.push(line.slice(1).trim())
    else if (/^[TU$]/.test(line)) amounts.push(line.slice(1).trim())
  }
  return { dates, amounts }
}

/** Which sign the file's amounts prove to be decimal: the one before one or two last digits, or behind the other sign. */
function decimalOf(amounts: readonly string[]): '.' | ',' | null {
  const point = amounts.some(amount => /\.\d{1,2}$/.test(amount) || /,\d{3}\./.test(amount))
  const comma = amounts.some(amount => /,\d{1,2}$/.test(amount) || /\.\d{3},/.test(amount))
  return point === comma ? null : point ? '.' : ','
}

const NUMERIC = /^(\d{1,4})\s*[-/.]\s*(\d{1,2})\s*([-/.'’])\s*(\d{1,4})$/

/** 20261122, or 0 where there is no such day in this order. A year of two digits is 1970 to 2069; behind ' it is 20xx. */
function ymdOf(text: string, order: DateOrder | null): number {
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text)
  if (compact) return dayOf(Number(compact[1]), Number(compact[2]), Number(compact[3]))
  // "13 Jan 2026" says itself what is what.
  if (/[a-z]{3}/i.test(text)) return /\d{4}/.test(text) ? (readWritten(text)?.ymd ?? 0) : 0
  const parts = NUMERIC.exec(text)
  if (!parts) return 0
  const [, a = '', b = '', mark = '', c = ''] = parts
  if (a.length === 3 || c.length === 3) return 0
  if (a.length === 4) return c.length === 4 ? 0 : dayOf(Number(a), Number(b), Number(c))
  if (order === null) return 0
  if (order === 'ymd') return c.length === 4 || /['’]/.test(mark) ? 0 : dayOf(fullYear(a, mark), Number(b), Number(c))
  const year = fullYear(c, mark)
  return order === 'dmy' ? dayOf(year, Number(b), Number(a)) : dayOf(year, Number(a), Number(b))
}

function fullYear(text: string, mark: string): number {
  if (text.length === 4) return Number(text)
  const short = Number(text)
  return /['’]/.test(mark) || short < 70 ? 2000 + short : 1900 + short
}

function dayOf(year: number, month: number, day: number): number {
  const ymd = year * 10_000 + month * 100 + day
  return isDay(ymd) ? ymd : 0
}

/** The one order in which every date is a day; null where all say it themselves (2026-11-20). */
function orderOf(dates: readonly string[], given: DateOrder | undefined): DateOrder | null | 'unsure' {
  const open = dates.filter(date => NUMERIC.test(date) && ymdOf(date, null) === 0)
  if (given) return given
  if (open.length === 0) return null
  // Unreadable ones have no say: they are rejected one by one.
  const readable = open.filter(date => (['dmy', 'mdy', 'ymd'] as const).some(order => ymdOf(date, order) > 0))
  if (readable.length === 0) return 'dmy'
  const orders = (['dmy', 'mdy', 'ymd'] as const).filter(order => readable.every(date => ymdOf(date, order) > 0))
  const [only, ...others] = orders
  if (only !== undefined && others.length === 0) return only
  const days = orders.map(order => new Set(readable.map(date => ymdOf(date, order))))
  // 11/11/2026 is one day in either order.
  if (only !== undefined && readable.every(date => orders.every(order => ymdOf(date, order) === ymdOf(date, only))))
    return only
  // 23/10/13 and 25/10/13: two days apart, or two years. A statement does not span years of which nothing else is told.
  if (orders.length === 2 && orders.includes('ymd')) {
    const spans = days.map(set => yearsOf(set))
    const other = orders.indexOf('ymd') === 0 ? 1 : 0
    if ((spans[other] ?? 9) <= 2 && (spans[1 - other] ?? 0) > 4) return orders[other] ?? 'unsure'
  }
  return 'unsure'
}

const yearsOf = (days: ReadonlySet<number>): number => new Set([...days].map(ymd => Math.floor(ymd / 10_000))).size

function orderUnsure(file: string, head: ReaderHead, dates: readonly string[]): Failure {
  const example = dates.find(date => ymdOf(date, null) === 0) ?? ''
  const problem = {
    severity: 'error',
    record: null,
    line: null,
    column: 'D',
    code: 'date_order_unsure',
    zh: `列“D”的日期（如 ${example}）分不清年、月、日的顺序：请指明日期顺序（dmy、mdy 或 ymd）`,
    en: `the dates of column "D" (such as ${example}) may be read in more than one order of day, month and year: say which (dmy, mdy or ymd)`,
  }
  return new Failure(
    'columns_unsure',
    {
      zh: `文件“${file}”的列含义不能确定：${problem.zh}`,
      en: `the columns of "${file}" are not certain: ${problem.en}`,
    },
    { file, head, problems: [problem] },
  )
}
