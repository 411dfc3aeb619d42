import type { Day } from '../kernel/business_day.ts'
import { businessDayOf } from '../kernel/business_day.ts'
import { DayTally } from '../matching/coverage.ts'
import type { ChannelRules } from '../rules/rules.ts'
import type { CopyInto } from './copy_into.ts'
import { CopyRows, wordOf, wordsOf } from './copy_rows.ts'
import type { RepeatWatch } from './repeats.ts'
import type { FundFacts, Line } from './statement.ts'
import type { Stretches } from './stretches.ts'

/** What both books have in common, in the order the rows are written. */
export const BOOK_COLUMNS = [
  'order_no',
  'kind',
  'status',
  'channel',
  'channel_trade_no',
  'merchant_order_no',
  'refund_no',
  'channel_refund_no',
  'amount',
  'currency',
  'occurred_at',
  'business_date',
  'merchant',
  'payer',
  'fee',
  'batch_no',
] as const

export const LINE_COLUMNS = ['id', ...BOOK_COLUMNS, 'account'] as const

/** What a line of a funds statement says besides. */
export const FUND_COLUMNS = [...LINE_COLUMNS, 'entry', 'balance'] as const

/** Numbers of one kind: in the eyes of `settle` an order number and what was sent for it are the same kind. */
export const SPACES = { trade: 1, order: 2, payment: 3 } as const

/** Everything of a row that is not text of any length: lengths, numbers, dates, labels. */
export const FIXED_ROOM = 400

/** `#` and the row's own id stands for an order number that is not given, so that the hot tables can be distributed by it. */
export const ownOrderNo = (file: number, record: number): string => `#${file * 4_294_967_296 + record}`

/** Writes a statement's lines into the book. One writer for one statement. */
export type LineWriter = {
  /** Writes a batch, handing full buffers on. */
  readonly write: (batch: readonly Line[], copy: CopyInto) => Promise<void>
  /** Hands on what it holds back until it is known whether it must be written. */
  readonly end: (copy: CopyInto) => Promise<void>
  readonly rows: () => number
  readonly refunds: () => number
  readonly tally: DayTally
  /** Every business day that a line lies in, spill included, with how many do. */
  readonly days: () => ReadonlyMap<Day, number>
  /** Merchant numbers that occur; '' for lines without one. */
  readonly merchants: () => ReadonlySet<string>
  /** Currencies that occur, sorted. */
  readonly currencies: () => string[]
}

export type LineWriterOptions = {
  /** The first half of each line's id. */
  readonly file: number
  readonly channel: string
  /** Which of our accounts with the channel; default ''. */
  readonly account?: string
  /** Into the book of funds statements. */
  readonly funds?: boolean
  readonly calendar: ChannelRules['calendar']
  /** Of lines that do not say. */
  readonly currency: string
  readonly watch: RepeatWatch | null
  /** Lines that an earlier version of the statement has brought are counted and not written. */
  readonly stretches?: Stretches | null
  /** What the book keeps in place of payers: keyed indexes, of a batch at a time. Without it what the lines say, for a book that lives as long as a command. */
  readonly payers?: (payers: readonly string[]) => readonly string[]
}

export function lineWriter({
  file,
  channel,
  account = '',
  funds = false,
  calendar,
  currency,
  watch,
  stretches = null,
  payers,
}: LineWriterOptions): LineWriter {
  const tally = new DayTally(calendar)
  const dayOf = businessDayOf(calendar)
  const epochDayOf = epochDays()
  const channelWord = wordOf(channel)
  const accountWord = wordOf(account)
  const currencyWord = wordsOf()
  const merchantWord = wordsOf()
  const currencies = new Set<string>()
  const merchants = new Set<string>()
  const days = new Map<Day, number>()
  let day = ''
  let ofDay = 0
  let rows = 0
  let refunds = 0

  const writeOne = (to: CopyRows, line: Line, payer: string): void => {
    const payment = line.kind === 'payment'
    const bytes = to.view
    to.row(funds ? FUND_COLUMNS.length : LINE_COLUMNS.length)
    to.id(file, line.record)
    const lies = line.at === null ? (line.date ?? '') : dayOf(line.at)
    tally.add(line.at, lies)
    // Rows come in runs of one day.
    if (lies !== day) {
      if (ofDay > 0) days.set(day, (days.get(day) ?? 0) + ofDay)
      day = lies
      ofDay = 0
    }
    ofDay++

    to.text(line.orderNo || ownOrderNo(file, line.record))
    const orderEnd = to.at
    if (watch && payment && line.orderNo !== '' && line.orderNo !== line.merchantOrderNo)
      watch.note(SPACES.order, bytes, orderEnd - Buffer.byteLength(line.orderNo), orderEnd)
    to.word(KINDS[line.kind])
    // By the file's own word it moved no money, so it counts as little as one that failed.
    to.word(STATUSES[line.neutral ? 'failed' : line.status])
    to.word(channelWord)

    let start = to.at + 4
    to.text(line.tradeNo)
    if (watch && payment) watch.note(SPACES.trade, bytes, start, to.at)
    start = to.at + 4
    to.text(line.merchantOrderNo)
    if (watch && payment) watch.note(SPACES.order, bytes, start, to.at)
    to.text(line.refundNo)
    to.text(line.channelRefundNo)

    to.bigint(line.amount)
    const coin = line.currency || currency
    if (!currencies.has(coin)) currencies.add(coin)
    to.word(currencyWord(coin))
    if (line.at === null) to.null()
    else to.instant(line.at)
    to.date(epochDayOf(lies))
    if (!merchants.has(line.merchant)) merchants.add(line.merchant)
    to.word(merchantWord(line.merchant))
    to.text(payer)
    if (line.fee === null) to.null()
    else to.bigint(line.fee)
    to.text(line.batchNo)
    to.word(accountWord)
    if (funds) writeFund(to, line.fund)
    rows++
    if (!payment) refunds++
  }

  const endStretch = async (held: Stretches, copy: CopyInto): Promise<void> => {
    watch?.lookUp()
    if (!held.end()) {
      if (!copy.rows.roomFor(held.rows.at)) await copy.makeRoom(held.rows.at)
      copy.rows.rows(held.rows)
    }
    held.rows.at = 0
  }

  const makeRoom = async (held: Stretches, room: number, copy: CopyInto): Promise<void> => {
    if (!held.empty) await endStretch(held, copy)
    if (!held.rows.roomFor(room)) held.rows = new CopyRows(room)
  }

  return {
    async write(batch, copy) {
      const indexes = payers?.(batch.map(line => line.payer))
      for (const [at, line] of batch.entries()) {
        const payer = indexes?.[at] ?? line.payer
        const room = roomOf(line, payer)
        if (stretches === null) {
          if (!copy.rows.roomFor(room)) await copy.makeRoom(room)
          writeOne(copy.rows, line, payer)
          continue
        }
        if (!stretches.rows.roomFor(room)) await makeRoom(stretches, room, copy)
        const start = stretches.rows.at
        writeOne(stretches.rows, line, payer)
        if (stretches.take(line, start)) await endStretch(stretches, copy)
      }
    },
    async end(copy) {
      if (stretches && !stretches.empty) await endStretch(stretches, copy)
    },
    rows: () => rows,
    refunds: () => refunds,
    tally,
    days: () => {
      if (ofDay > 0) days.set(day, (days.get(day) ?? 0) + ofDay)
      ofDay = 0
      return days
    },
    merchants: () => merchants,
    currencies: () => [...currencies].sort(),
  }
}

function writeFund(to: CopyRows, fund: FundFacts | undefined): void {
  to.text(fund?.entry ?? 'other')
  if (fund?.balance == null) to.null()
  else to.bigint(fund.balance)
}

export const KINDS = { payment: wordOf('payment'), refund: wordOf('refund') } as const
export const STATUSES = { success: wordOf('success'), pending: wordOf('pending'), failed: wordOf('failed') } as const

/** A character takes at most three bytes of UTF-8 (a pair of surrogates four). */
const roomOf = (line: Line, payer: string): number =>
  FIXED_ROOM +
  3 *
    (line.orderNo.length +
      line.tradeNo.length +
      line.merchantOrderNo.length +
      line.refundNo.length +
      line.channelRefundNo.length +
      line.merchant.length +
      payer.length +
      line.batchNo.length)

/** Days since 1970-01-01; rows come in runs of one day. */
export function epochDays(): (day: Day) => number {
  let last = ''
  let number = 0
  return day => {
    if (day !== last) {
      last = day
      number = Date.parse(day) / 86_400_000
    }
    return number
  }
}
