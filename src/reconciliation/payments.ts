import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { businessDayOf, type Day } from '../kernel/business_day.ts'
import { Failure } from '../kernel/failure.ts'
import { exponentOf, formatMinor, parseDecimal } from '../kernel/money.ts'
import { DayTally } from '../matching/coverage.ts'
import type { Kind, Status } from '../matching/entry.ts'
import { type Rules, rulesOf } from '../rules/rules.ts'
import type { CopyInto } from '../statements/copy_into.ts'
import { type CopyRows, wordOf } from '../statements/copy_rows.ts'
import type { RepeatWatch } from '../statements/repeats.ts'
import { BOOK_COLUMNS, epochDays, FIXED_ROOM, KINDS, ownOrderNo, SPACES, STATUSES } from '../statements/store.ts'
import { looksLikeXlsx } from '../system/spreadsheet.ts'
import { CsvRecords } from './csv_records.ts'
import { instantReader } from './instants.ts'
import { PaymentFacts } from './payment_facts.ts'
import type { PaymentNumbers } from './payment_numbers.ts'
import * as refuse from './payment_refusals.ts'
import { SheetRecords } from './sheet_records.ts'

/** The columns of a payments file, as the contract names them. */
export const PAYMENT_COLUMNS = [
  'payment_no',
  'order_no',
  'kind',
  'channel',
  'channel_trade_no',
  'merchant_order_no',
  'refund_no',
  'amount',
  'currency',
  'status',
  'paid_at',
  'merchant_no',
  'payer_account',
  'fee',
  'batch_no',
] as const

export type PaymentColumn = (typeof PAYMENT_COLUMNS)[number]

export const MOVEMENT_COLUMNS = ['id', 'payment_no', ...BOOK_COLUMNS] as const

export type PaymentsTally = {
  rows: number
  refunds: number
  readonly currencies: Set<string>
  /** Which days our book speaks about, by channel. */
  readonly days: Map<string, DayTally>
}

export const emptyTally = (): PaymentsTally => ({ rows: 0, refunds: 0, currencies: new Set(), days: new Map() })

export type PaymentsOptions = {
  /** The first half of each row's id. */
  readonly file: number
  readonly name: string
  readonly rules: Rules
  readonly watch: RepeatWatch
  readonly numbers: PaymentNumbers
  readonly tally: PaymentsTally
  readonly onProgress?: (bytes: number) => void
}

/**
 * Books a payments file: every row must be readable, because these are our own records; the first one that is not refuses
 * the whole file. CSV by the contract, or the same columns as a workbook, told by content.
 */
export async function readPayments(path: string, copy: CopyInto, options: PaymentsOptions): Promise<void> {
  const records = looksLikeXlsx(beginningOf(path, options.name))
    ? new SheetRecords(path, options.name)
    : new CsvRecords(path, options.onProgress)
  try {
    await writeAll(records, copy, options)
  } finally {
    await records.close()
  }
}

/** A record as it lies in bytes; a workbook's rows come in the same clothes. */
export type PaymentRecords = Pick<
  CsvRecords,
  'bytes' | 'view' | 'starts' | 'ends' | 'doubled' | 'fields' | 'line' | 'trouble' | 'size' | 'next' | 'text'
> & {
  /** Fetches what takes time, when `next` has no more. */
  readonly more?: () => Promise<boolean>
}

async function writeAll(records: PaymentRecords, copy: CopyInto, options: PaymentsOptions): Promise<void> {
  const { name } = options
  if (!(await advance(records))) throw records.trouble ? refuse.troubled(name, records.trouble) : refuse.empty(name)
  const columns = columnsOf(records, name)
  const width = records.fields
  const writer = new PaymentWriter(records, columns, options)
  while (await advance(records)) {
    if (records.fields !== width) throw refuse.fieldCount(writer.place(), records.fields, width)
    const room = records.size + FIXED_ROOM
    if (!copy.rows.roomFor(room)) await copy.makeRoom(room)
    writer.write(copy.rows)
  }
  if (records.trouble) throw refuse.troubled(name, records.trouble)
}

const advance = async (records: PaymentRecords): Promise<boolean> =>
  records.next() || (records.more !== undefined && (await records.more()) && records.next())

type Columns = Readonly<Record<PaymentColumn, number>>

function columnsOf(records: PaymentRecords, name: string): Columns {
  const header = Array.from({ length: records.fields }, (_, i) => records.text(i).trim().toLowerCase())
  const found: Partial<Record<PaymentColumn, number>> = {}
  for (const column of PAYMENT_COLUMNS) {
    const at = header.indexOf(column)
    if (at < 0) continue
    if (header.indexOf(column, at + 1) >= 0) throw refuse.columnTwice(name, column)
    found[column] = at
  }
  const missing = PAYMENT_COLUMNS.filter(column => found[column] === undefined)
  if (missing.length > 0) throw refuse.columnsMissing(name, missing, header)
  return found as Columns
}

/** The first bytes tell CSV from workbook; a file that cannot be read is refused here. */
function beginningOf(path: string, name: string): Buffer {
  let fd: number
  try {
    if (!statSync(path).isFile()) throw refuse.unreadable(name, 'EISDIR')
    fd = openSync(path, 'r')
  } catch (error) {
    if (error instanceof Failure) throw error
    throw refuse.unreadable(name, (error as NodeJS.ErrnoException).code ?? '')
  }
  try {
    const head = Buffer.alloc(4)
    return head.subarray(0, readSync(fd, head, 0, 4, 0))
  } finally {
    closeSync(fd)
  }
}

/** What a channel's rows share. */
type ChannelFacts = {
  readonly name: string
  readonly word: DataView
  readonly dayOf: (at: number) => Day
  readonly tally: DayTally
}
type CurrencyFacts = { readonly name: string; readonly word: DataView; readonly exponent: number }

class PaymentWriter {
  record = 0
  readonly #records: PaymentRecords
  readonly #columns: Columns
  readonly #options: PaymentsOptions
  readonly #kind: PaymentFacts<Kind>
  readonly #status: PaymentFacts<Status>
  readonly #channel: PaymentFacts<ChannelFacts>
  readonly #currency: PaymentFacts<CurrencyFacts>
  readonly #epochDayOf = epochDays()
  readonly #instants = instantReader()

  constructor(records: PaymentRecords, columns: Columns, options: PaymentsOptions) {
    this.#records = records
    this.#columns = columns
    this.#options = options
    this.#kind = new PaymentFacts(text => oneOf(text, KIND_NAMES) ?? this.#refuse('kind', text, 'payment / refund'))
    this.#status = new PaymentFacts(
      text => oneOf(text, STATUS_NAMES) ?? this.#refuse('status', text, 'success / pending / failed'),
    )
    this.#channel = new PaymentFacts(text => this.#channelOf(text))
    this.#currency = new PaymentFacts(text => this.#currencyOf(text))
  }

  place(): refuse.Place {
    return { name: this.#options.name, record: this.record + 1, line: this.#records.line }
  }

  write(to: CopyRows): void {
    const records = this.#records
    const columns = this.#columns
    const { file, watch, numbers, tally } = this.#options
    const kind = this.#kind.of(records, columns.kind)
    const status = this.#status.of(records, columns.status)
    const channel = this.#channel.of(records, columns.channel)
    const currency = this.#currency.of(records, columns.currency)
    const amount = this.#amount(currency)
    const at = this.#paidAt()
    const day = channel.dayOf(at)
    const fee = this.#fee(currency)
    const record = this.record + 1
    const payment = kind === 'payment'
    const { bytes, view } = to

    to.row(MOVEMENT_COLUMNS.length)
    to.id(file, record)
    let start = to.at + 4
    if (this.#number(to, 'payment_no') === 0) throw refuse.paymentNoMissing(this.place())
    numbers.add(to, start, to.at)
    const orderStart = to.at + 4
    if (this.#number(to, 'order_no') === 0) {
      to.at = orderStart - 4
      to.text(ownOrderNo(file, record))
    } else if (payment) watch.note(SPACES.order, view, orderStart, to.at)
    const orderEnd = to.at
    to.word(KINDS[kind])
    to.word(STATUSES[status])
    to.word(channel.word)
    start = to.at + 4
    this.#number(to, 'channel_trade_no')
    if (payment) watch.note(SPACES.trade, view, start, to.at)
    start = to.at + 4
    this.#number(to, 'merchant_order_no')
    if (payment && !sameBytes(bytes, orderStart, orderEnd, start, to.at)) watch.note(SPACES.order, view, start, to.at)
    this.#number(to, 'refund_no')
    to.text('')
    to.bigint(payment || amount === 0 ? amount : -amount)
    to.word(currency.word)
    to.instant(at)
    to.date(this.#epochDayOf(day))
    this.#plain(to, 'merchant_no')
    this.#plain(to, 'payer_account')
    if (fee === null) to.null()
    else to.bigint(fee)
    this.#number(to, 'batch_no')
    tally.rows++
    if (!payment) tally.refunds++
    channel.tally.add(at, day)
    this.record = record
  }

  /** Copies a field, without blanks around it; returns its length. */
  #plain(to: CopyRows, column: PaymentColumn): number {
    const records = this.#records
    const field = this.#columns[column]
    if (records.doubled[field]) {
      const text = records.text(field).trim()
      to.text(text)
      return text.length
    }
    const { bytes } = records
    let start = records.starts[field] as number
    let end = records.ends[field] as number
    while (end > start && (bytes[end - 1] as number) <= BLANK) end--
    while (start < end && (bytes[start] as number) <= BLANK) start++
    to.utf8(records.view, start, end)
    return end - start
  }

  /** As `#plain`, for a number that must have all its digits. */
  #number(to: CopyRows, column: PaymentColumn): number {
    const start = to.at + 4
    const length = this.#plain(to, column)
    // 4.2E+27: a spreadsheet has been here, the digits are lost.
    const second = to.bytes[start + 1]
    if (length > 3 && length < 24 && (second === POINT || second === E || second === LOWER_E)) {
      const text = to.bytes.toString('utf8', start, to.at)
      if (/^\d(\.\d+)?E\+\d+$/i.test(text)) throw refuse.digitsLost(this.place(), column, text)
    }
    return length
  }

  #amount(currency: CurrencyFacts): number {
    const plain = this.#plainAmount(this.#columns.amount, currency)
    if (plain !== null && plain > 0) return plain
    const text = this.#text('amount')
    const amount = /^\d/.test(text) ? parseDecimal(text, currency.exponent) : null
    if (amount !== null && amount > 0) return amount
    const largest = formatMinor(Number.MAX_SAFE_INTEGER, currency.name)
    return this.#refuse('amount', text, `${amountLike(currency)} (> 0, ≤ ${largest})`)
  }

  #fee(currency: CurrencyFacts): number | null {
    const column = this.#columns.fee
    if (this.#records.starts[column] === this.#records.ends[column]) return null
    const plain = this.#plainAmount(column, currency)
    if (plain !== null) return plain
    const text = this.#text('fee')
    if (text === '') return null
    return parseDecimal(text, currency.exponent) ?? this.#refuse('fee', text, amountLike(currency))
  }

  /** The spelling nearly all amounts have ("123.45"), read without making a string; null: look closer. */
  #plainAmount(field: number, { exponent }: CurrencyFacts): number | null {
    const { bytes, starts, ends } = this.#records
    const start = starts[field] as number
    const end = ends[field] as number
    const point = end - exponent - 1
    if (exponent === 0 || point <= start || end - start > PLAIN_DIGITS || bytes[point] !== POINT) return null
    let value = 0
    for (let i = start; i < end; i++) {
      if (i === point) continue
      const digit = (bytes[i] as number) - 48
      if (digit < 0 || digit > 9) return null
      value = value * 10 + digit
    }
    return value
  }

  #paidAt(): number {
    const { bytes, starts, ends } = this.#records
    const column = this.#columns.paid_at
    const at = this.#instants(bytes, starts[column] as number, ends[column] as number)
    return at ?? this.#refuse('paid_at', this.#text('paid_at'), '2026-11-20T08:30:00+08:00')
  }

  #channelOf(text: string): ChannelFacts {
    const name = text.toLowerCase()
    if (name === '') this.#refuse('channel', text, 'wechat / alipay / unionpay / bank …')
    const { calendar } = rulesOf(this.#options.rules, name)
    let tally = this.#options.tally.days.get(name)
    if (!tally) this.#options.tally.days.set(name, (tally = new DayTally(calendar)))
    return { name, word: wordOf(name), dayOf: businessDayOf(calendar), tally }
  }

  #currencyOf(text: string): CurrencyFacts {
    const name = text.toUpperCase()
    if (!CURRENCIES.has(name)) this.#refuse('currency', text, 'CNY')
    this.#options.tally.currencies.add(name)
    return { name, word: wordOf(name), exponent: exponentOf(name) }
  }

  #text(column: PaymentColumn): string {
    return this.#records.text(this.#columns[column]).trim()
  }

  #refuse(column: PaymentColumn, found: string, expected: string): never {
    throw refuse.unreadableField(this.place(), column, found, expected)
  }
}

const KIND_NAMES: readonly Kind[] = ['payment', 'refund']
const STATUS_NAMES: readonly Status[] = ['success', 'pending', 'failed']

const oneOf = <T extends string>(text: string, names: readonly T[]): T | undefined =>
  names.find(name => name === text.toLowerCase())

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

const amountLike = ({ exponent }: CurrencyFacts): string =>
  exponent === 0 ? '1234' : `1234.${'5'.padEnd(exponent, '0')}`

function sameBytes(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  const length = end - start
  if (length !== otherEnd - otherStart) return false
  for (let i = length - 1; i >= 0; i--) if (bytes[start + i] !== bytes[otherStart + i]) return false
  return true
}

const BLANK = 32
const POINT = 46
const E = 69
const LOWER_E = 101
/** So many digits are a safe integer for certain. */
const PLAIN_DIGITS = 15
