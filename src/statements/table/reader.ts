import { exponentOf } from '../../kernel/money.ts'
import type { Kind, Status } from '../../matching/entry.ts'
import { type AmountTrouble, amountTroubleText, digitsLost, narrow, plainAmount, readAmount } from '../amount_text.ts'
import type { Collector } from '../collector.ts'
import { columnWord } from '../column_word.ts'
import { UNDECODABLE } from '../encoding.ts'
import { dayText, LocalClock, stampAt } from '../local_time.ts'
import { FIELDS, type Field, type StatementOptions } from '../statement.ts'
import { cardSide, withYear } from './account.ts'
import { BalanceCheck } from './balance_check.ts'
import { cleanCell } from './cell.ts'
import { currencyIn, currencyOf } from './currencies.ts'
import { instantOf, readSerial, readTime, readWritten, ymdOf } from './dates.ts'
import type { Layout } from './layout.ts'
import { isSideTotal } from './side_totals.ts'
import { saysBack } from './side_words.ts'
import { isTotalRow, TableTotals } from './table_totals.ts'
import { unitStated } from './units.ts'
import { isRemark, isTotalText, kindOf, sideOf, statusOf, zoneOf } from './vocabulary.ts'

const ZONE = 'Asia/Shanghai'
const IDS = [
  'channel_trade_no',
  'merchant_order_no',
  'order_no',
  'refund_no',
  'channel_refund_no',
  'batch_no',
] as const satisfies readonly Field[]
type NumberField = (typeof IDS)[number]
/** Fields a row cannot be read without. */
const NEEDED: readonly Field[] = FIELDS.filter(field => !['description', 'payer_name', 'channel'].includes(field))
/** Columns whose sums a row of totals may state. */

/**
 * Why a row cannot be a Line: thrown inside `row` only, because rows are read many steps deep. No Error, whose stack trace
 * costs ten times what reading the row does: a file may hold a million of them.
 */
class Unreadable {
  readonly column: number
  readonly code: string
  readonly zh: string
  readonly en: string

  constructor(column: number, code: string, zh: string, en: string) {
    this.column = column
    this.code = code
    this.zh = zh
    this.en = en
  }
}

/**
 * Reads the rows of any table (delimited text, a spreadsheet, an HTML table) whose columns a Layout has settled. The caller
 * feeds the rows below the header, as cells.
 */
export class TableReader {
  readonly zone: string
  /** Cells may hold bytes that could not be decoded. A caller that sees the whole text can say that none does. */
  damaged = true
  readonly #layout: Layout
  readonly #into: Collector
  readonly #clock: LocalClock
  readonly #utc = new LocalClock('UTC')
  readonly #clocks = new Map<string, LocalClock>()
  readonly #givenCurrency: string
  readonly #totals: TableTotals
  readonly #numbered: readonly { field: NumberField; column: number }[]
  readonly #balance: BalanceCheck | null
  #dateText = ''
  #dateYmd = 0
  #dateDay = ''
  /** The currency of the row before, as written and as read. */
  #currencyWord = ''
  #currencyRead = ''
  #refundsInside = 0
  #shortRows = 0
  #totalsAmong = 0
  /** The row at hand is the last one and no line end follows it. */
  #unterminated = false
  /** Fewest decimals seen in the last column, where that is money. */
  #decimals = Number.POSITIVE_INFINITY

  constructor(layout: Layout, options: StatementOptions, into: Collector) {
    this.#layout = layout
    this.#into = into
    this.zone = layout.zone ?? options.zone ?? ZONE
    this.#clock = new LocalClock(this.zone)
    this.#givenCurrency = layout.currency ?? options.currency ?? ''
    this.#totals = new TableTotals(layout, this.#givenCurrency, into)
    this.#balance = layout.balance ? new BalanceCheck(layout.balance, layout.headers[layout.at.balance]!, into) : null
    this.#numbered = IDS.map(field => ({ field, column: layout.at[field] })).filter(({ column }) => column >= 0)
    for (const note of layout.notes) into.warn({ column: note.column }, note.code, note)
  }

  /** `cells` null: the row could not even be cut into cells. */
  row(cells: readonly string[] | null, line: number): void {
    if (cells === null)
      return this.#rejectRow(
        line,
        'quote_unclosed',
        '这一行的引号没有闭合：请补上引号或重新导出',
        'a quote on this line is never closed: close it or export the file again',
      )
    if (isBlank(cells)) return
    if (isRemark(cells)) return this.#heed(cells, line)
    if (isTotalRow(cells)) return this.#totals.row(cells)
    if (isSideTotal(cells)) return this.#totals.note(cells)
    const { description } = this.#layout.at
    if (description >= 0 && description < cells.length && isTotalText(cleanCell(cells[description]!))) {
      this.#totalsAmong++
      return
    }
    const { headers } = this.#layout
    if (this.#isShort(cells)) {
      this.#shortRows++
      return this.row([...cells, ...Array<string>(headers.length - cells.length).fill('')], line)
    }
    if (cells.length !== headers.length && !onlyEmptyBehind(cells, headers.length)) {
      const zh = `这一行有 ${cells.length} 个字段，应为 ${headers.length} 个：值里可能有未加引号的分隔符或换行`
      return this.#rejectRow(
        line,
        'field_count',
        zh,
        `this row has ${cells.length} fields instead of ${headers.length}: a delimiter or newline inside a value without quotes?`,
      )
    }
    if (cells[0]!.length > 0 && this.#isHeader(cells))
      return this.#into.warn({ line }, 'header_repeated', {
        zh: `第 ${line} 行重复了表头，已跳过`,
        en: `line ${line} repeats the header and is skipped`,
      })
    const record = ++this.#into.records
    try {
      this.#record(cells, record, line)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      if (error.code === 'time_unreadable' && isBalanceMark(cells)) {
        this.#into.records--
        return
      }
      this.#balance?.gap()
      this.#into.reject({ record, line, column: error.column >= 0 ? headers[error.column]! : null }, error.code, error)
    }
  }

  /** A remark among or behind the records may state totals, or the unit of the amounts. */
  #heed(cells: readonly string[], line: number): void {
    this.#totals.note(cells)
    const unit = unitStated([cells.join(' ')])
    if (unit.unknown === null && unit.minor === this.#layout.minorUnits) return
    if (unit.unknown === null && !unit.minor && unit.currency === null) return
    this.#into.spoil({ line }, 'unit_contradicted', {
      zh: `第 ${line} 行说明金额单位是“${unit.unknown ?? (unit.minor ? '分' : '元')}”，与表头不符：请在金额列的列名里写明单位，如“金额(${unit.minor ? '分' : '元'})”`,
      en: `line ${line} states another unit of the amounts (${unit.unknown ?? (unit.minor ? 'minor units' : 'whole units')}) than the header: name the unit in the amount column's name`,
    })
  }

  /** What comes now stands at the end of the file without a line end: it may have been cut there. */
  unterminated(): void {
    this.#unterminated = true
  }

  /**
   * Some banks leave the last cells of a row out. Such a row counts when all that matters stands before, and a balance behind the
   * amount and a text that is none prove that no cell before them is missing.
   */
  #isShort(cells: readonly string[]): boolean {
    const { headers, at } = this.#layout
    const { length } = cells
    if (length >= headers.length || length < 4 || this.#unterminated || at.balance < 0) return false
    for (const field of NEEDED) if (at[field] >= length) return false
    const amount = Math.max(at.amount, at.amount_in, at.amount_out)
    const isMoney = (cell: string) =>
      typeof readAmount(cleanCell(cell), { exponent: 6, decimal: this.#layout.decimal }) !== 'string'
    return (
      at.balance > amount &&
      isMoney(cells[at.balance]!) &&
      at.description >= 0 &&
      at.description < amount &&
      !isMoney(cells[at.description]!)
    )
  }

  end(): void {
    this.#totals.end()
    if (this.#totalsAmong > 0)
      this.#into.warn({}, 'totals_among_records', {
        zh: `${this.#totalsAmong} 行的摘要是合计或小计（如“本日合计”“承前页”），不是交易，未计入：请核对`,
        en: `the text of ${this.#totalsAmong} rows says that they are totals ("Total for the day"); they are no transactions and are not counted: please check`,
      })
    if (this.#shortRows > 0)
      this.#into.warn({}, 'row_short', {
        zh: `${this.#shortRows} 行缺少末尾的几个字段，缺的按空读取；日期、金额和余额都在：请核对`,
        en: `${this.#shortRows} rows lack their last cells, which are read as empty; date, amount and balance are there: please check`,
      })
    this.#balance?.end(this.#totals.net.value, this.#into.rejectedCount > 0)
    if (this.#refundsInside > 0)
      this.#into.warn(
        { column: this.#layout.headers[this.#layout.at.refund_amount] ?? null },
        'refund_inside_payment',
        {
          zh: `${this.#refundsInside} 条收款记录里另写了退款金额；退款没有单独成行，未计入：请核对这些退款`,
          en: `${this.#refundsInside} payments carry a refunded amount beside; such refunds have no row of their own and are not counted, check them`,
        },
      )
  }

  #record(cells: readonly string[], record: number, line: number): void {
    const layout = this.#layout
    const { at } = layout
    if (this.damaged) this.#refuseDamage(cells)
    const currency = this.#currency(cells)
    const exponent = layout.minorUnits ? 0 : exponentOf(currency)
    const moment = this.#moment(cells)

    const kindWord = at.kind >= 0 ? cleanCell(cells[at.kind]!) : ''
    let kind: Kind | null = kindWord === '' ? null : kindOf(kindWord)
    const { status, kindOfStatus } = this.#status(cells)
    kind ??= kindOfStatus

    const money = this.#amount(cells, exponent, kind, kindWord)
    const amount = money.amount === 0 ? 0 : money.amount
    if (amount === 0) {
      this.#totals.zeros++
      this.#refuseHidden(cells, exponent)
    }
    kind ??= amount < 0 ? 'refund' : 'payment'
    // A refund is money out whatever else the row says; a payment that is negative is money out as well.
    if (amount < 0) kind = 'refund'

    this.#refuseCut(cells)
    const ids = this.#ids(cells)
    const fee = at.fee >= 0 ? this.#fee(cells, exponent, kind) : null
    this.#sumUp(cells, exponent)
    this.#totals.net.add(amount)
    if (this.#balance && at.balance >= 0) {
      const text = cleanCell(cells[at.balance]!)
      const read = readAmount(text, { exponent, decimal: layout.decimal })
      if (typeof read === 'string') this.#balance.gap()
      else this.#balance.take(read.minor, money.neutral ? 0 : amount, record, line)
    }
    this.#into.add({
      record,
      lineNumber: line,
      kind,
      status,
      orderNo: ids.order_no,
      tradeNo: ids.channel_trade_no,
      merchantOrderNo: ids.merchant_order_no,
      refundNo: ids.refund_no,
      channelRefundNo: ids.channel_refund_no,
      amount,
      currency,
      at: moment.at,
      date: moment.date,
      merchant: this.#text(cells, at.merchant_no),
      payer: this.#text(cells, at.payer_account),
      fee,
      batchNo: ids.batch_no,
      neutral: money.neutral,
    })
  }

  #refuseDamage(cells: readonly string[]): void {
    for (let column = 0; column < cells.length; column++)
      if (cells[column]!.includes(UNDECODABLE))
        throw new Unreadable(
          column,
          'bytes_undecodable',
          '含有无法解码的字节（被截断的汉字或混用了编码）：请重新下载原始文件',
          'it holds bytes that cannot be decoded (a cut character or a mix of encodings); fetch the original file again',
        )
  }

  /** 1234.5 at the very end, where every other amount has two decimals, is 1234.56 cut off. */
  #refuseCut(cells: readonly string[]): void {
    const column = this.#layout.headers.length - 1
    if (![this.#layout.at.amount, this.#layout.at.amount_in, this.#layout.at.amount_out].includes(column)) return
    const text = cells[column]!.trim()
    const point = text.lastIndexOf(this.#layout.decimal)
    const decimals = text === '' ? this.#decimals : point < 0 ? 0 : text.length - point - 1
    if (this.#unterminated && this.#decimals < Number.POSITIVE_INFINITY && decimals < this.#decimals)
      throw new Unreadable(
        column,
        'row_cut',
        `文件在这一行“${text}”处中断（没有换行，小数位比其他行少）：金额可能被截断，请重新下载`,
        `the file ends in the middle of this row at "${text}" (no line end, fewer decimals than the other rows): the amount may be cut, download it again`,
      )
    this.#decimals = Math.min(this.#decimals, decimals)
  }

  #text(cells: readonly string[], column: number): string {
    if (column < 0) return ''
    const text = cleanCell(cells[column]!)
    return text === '-' || text === '--' || text === '/' ? '' : /[\uff10-\uff5a]/.test(text) ? narrow(text) : text
  }

  #ids(cells: readonly string[]): Record<NumberField, string> {
    const ids = {
      channel_trade_no: '',
      merchant_order_no: '',
      order_no: '',
      refund_no: '',
      channel_refund_no: '',
      batch_no: '',
    }
    for (const { field, column } of this.#numbered) {
      const text = this.#text(cells, column)
      if (digitsLost(text))
        throw new Unreadable(
          column,
          'id_digits_lost',
          `单号“${text}”是科学计数法或超过 15 位的表格数字，后面的位数已丢失（被电子表格当作数字保存）：请使用未经 Excel 保存的原始文件，或把该列设为文本后重新导出`,
          `the number "${text}" is in scientific notation, or a spreadsheet number of more than 15 digits: its last digits are lost; use the original file, or export it again with this column as text`,
        )
      ids[field] = text
    }
    return ids
  }

  #currency(cells: readonly string[]): string {
    const column = this.#layout.at.currency
    if (column < 0) return this.#currencyBeside(cells)
    const word = cleanCell(cells[column]!)
    if (word === '' && this.#givenCurrency !== '') return this.#givenCurrency
    if (word === this.#currencyWord) return this.#currencyRead
    const currency = currencyOf(word)
    if (currency !== null) {
      this.#currencyWord = word
      this.#currencyRead = currency
      return currency
    }
    throw new Unreadable(
      column,
      'currency_unreadable',
      `币种“${word.slice(0, 20)}”无法识别，应为 CNY 这样的代码`,
      `the currency "${word.slice(0, 20)}" is not known; a code such as CNY is expected`,
    )
  }

  /** A currency in the amount's own cell ("JPY 1000.00") beats the file's. */
  #currencyBeside(cells: readonly string[]): string {
    const column = this.#layout.at.amount
    const cell = column < 0 ? '' : cells[column]!
    const last = cell.charCodeAt(cell.length - 1)
    const first = cell.charCodeAt(0)
    if (cell === '' || (first < 65 && last < 65 && !cell.includes('€') && !cell.includes('£')))
      return this.#givenCurrency
    return currencyIn(cleanCell(cell)) ?? this.#givenCurrency
  }

  #moment(cells: readonly string[]): { at: number | null; date: string | null } {
    const { at, serialDates } = this.#layout
    const { column, text } = this.#written(cells)
    const clock = at.zone >= 0 ? this.#clockOf(cells) : this.#clock
    const stamp = stampAt(text, 0, text.length, clock)
    if (!Number.isNaN(stamp)) return { at: stamp, date: null }
    if (text === this.#dateText && this.#dateYmd > 0) return this.#withTime(cells, this.#dateYmd, clock)
    const written = serialDates ? readSerial(text) : (readWritten(text) ?? this.#mended(text))
    const ymd = written ? ymdOf(written, this.#layout.dateOrder) : 0
    if (!written || ymd === 0)
      throw new Unreadable(
        column,
        'time_unreadable',
        `时间“${text.slice(0, 40)}”无法识别，应与其他行的格式一致`,
        `the time "${text.slice(0, 40)}" cannot be read; it should look like those of the other rows`,
      )
    if (written.seconds === null) {
      this.#dateText = text
      this.#dateYmd = ymd
      this.#dateDay = dayText(ymd)
      return this.#withTime(cells, ymd, clock)
    }
    const instant = instantOf(
      ymd,
      { seconds: written.seconds, millis: written.millis, offset: written.offset },
      clock,
      this.#utc,
    )
    return { at: instant, date: null }
  }

  /** The cell that tells the time, with its year. */
  #written(cells: readonly string[]): { column: number; text: string } {
    const { at, dateElse, yearless, account } = this.#layout
    let column = at.occurred_at >= 0 ? at.occurred_at : at.date
    let text = cleanCell(cells[column]!)
    if (text === '' && dateElse >= 0) {
      column = dateElse
      text = cleanCell(cells[column]!)
    }
    return { column, text: yearless ? (withYear(text, account) ?? text) : text }
  }

  /** Two blanks, full-width colons. */
  #mended(text: string) {
    return readWritten(narrow(text).replace(/\s+/g, ' '))
  }

  #withTime(cells: readonly string[], ymd: number, clock: LocalClock): { at: number | null; date: string | null } {
    const { at, serialDates } = this.#layout
    // A day number without a fraction, in a column of moments, is midnight.
    if (serialDates && at.occurred_at >= 0) return { at: clock.at(ymd, 0, 0, 0), date: null }
    const text = at.time < 0 ? '' : cleanCell(cells[at.time]!)
    if (text === '') return { at: null, date: this.#dateDay }
    const time = readTime(text) ?? timeOf(text)
    if (time) return { at: instantOf(ymd, time, clock, this.#utc), date: null }
    const shown = text.slice(0, 40)
    throw new Unreadable(
      at.time,
      'time_unreadable',
      `时间“${shown}”无法识别，应为 09:30:00 这样的格式`,
      `the time "${shown}" cannot be read; one like 09:30:00 is expected`,
    )
  }

  #clockOf(cells: readonly string[]): LocalClock {
    const column = this.#layout.at.zone
    const word = cleanCell(cells[column]!)
    const zone = word === '' ? this.zone : zoneOf(word)
    if (zone === null)
      throw new Unreadable(
        column,
        'zone_unknown',
        `时区“${word.slice(0, 30)}”无法识别`,
        `the time zone "${word.slice(0, 30)}" is not known`,
      )
    let clock = this.#clocks.get(zone)
    if (!clock) this.#clocks.set(zone, (clock = new LocalClock(zone)))
    return clock
  }

  #status(cells: readonly string[]): { status: Status; kindOfStatus: Kind | null } {
    const column = this.#layout.at.status
    if (column < 0) return { status: 'success', kindOfStatus: null }
    const word = cleanCell(cells[column]!)
    const status = statusOf(word)
    if (status) return { status, kindOfStatus: /退款|refund/i.test(word) ? 'refund' : null }
    const kindOfStatus = kindOf(word)
    if (kindOfStatus) return { status: 'success', kindOfStatus }
    throw new Unreadable(
      column,
      'status_unknown',
      `状态“${word.slice(0, 20)}”未知，不知道钱是否已经到账`,
      `the status "${word.slice(0, 20)}" is not known, so whether the money moved is not either`,
    )
  }

  #money(cells: readonly string[], column: number, exponent: number): number | AmountTrouble {
    const text = cleanCell(cells[column]!)
    if (this.#layout.decimal === '.') {
      const plain = plainAmount(text, 0, text.length, exponent)
      if (!Number.isNaN(plain)) return plain
    }
    if (text === '-' || text === '--') return 'empty'
    const read = readAmount(text, { exponent, decimal: this.#layout.decimal })
    return typeof read === 'string' ? read : read.minor
  }

  #must(cells: readonly string[], column: number, exponent: number): number {
    const money = this.#money(cells, column, exponent)
    if (typeof money === 'number') return money
    const text = amountTroubleText(money, cleanCell(cells[column]!), exponent)
    throw new Unreadable(column, 'amount_unreadable', text.zh, text.en)
  }

  #amount(
    cells: readonly string[],
    exponent: number,
    kind: Kind | null,
    kindWord: string,
  ): { amount: number; neutral: boolean } {
    const { at, sign, headers } = this.#layout
    if (sign === 'in_out' || sign === 'in_out_net') {
      const income = this.#either(cells, at.amount_in, exponent)
      const outgo = this.#either(cells, at.amount_out, exponent)
      if (income === null && outgo === null)
        throw new Unreadable(
          at.amount_in,
          'amount_unreadable',
          `“${headers[at.amount_in]}”和“${headers[at.amount_out]}”都为空`,
          `both "${headers[at.amount_in]}" and "${headers[at.amount_out]}" are empty`,
        )
      if ((income ?? 0) !== 0 && (outgo ?? 0) !== 0)
        throw new Unreadable(
          at.amount_in,
          'two_amounts',
          `“${headers[at.amount_in]}”和“${headers[at.amount_out]}”都有金额，无法判断方向`,
          `both "${headers[at.amount_in]}" and "${headers[at.amount_out]}" hold an amount: the direction cannot be told`,
        )
      if (sign === 'in_out_net') return { amount: (income ?? 0) - (outgo ?? 0), neutral: false }
      return { amount: Math.abs(income ?? 0) - Math.abs(outgo ?? 0), neutral: false }
    }
    const amount = this.#refunded(cells, exponent, kind) ?? this.#must(cells, at.amount, exponent)
    const side = at.direction >= 0 ? this.#side(cells) : null
    if (side === 'neutral') return { amount: Math.abs(amount), neutral: true }
    switch (sign) {
      case 'side': {
        const word = side ?? (kind === null ? null : kind === 'refund' ? 'out' : 'in')
        if (word === null)
          throw new Unreadable(
            at.direction,
            'direction_unknown',
            `方向“${cleanCell(cells[at.direction]!).slice(0, 20)}”未知，应为收入/支出、借/贷等`,
            `the direction "${cleanCell(cells[at.direction]!).slice(0, 20)}" is not known; words such as 收入/支出 or CR/DR are`,
          )
        if (amount < 0 && word === 'in' && this.#layout.balance === null)
          throw new Unreadable(
            at.amount,
            'amount_sign',
            `方向为收入，金额却是负数“${cleanCell(cells[at.amount]!)}”：无法判断方向`,
            `the direction is "in" but the amount "${cleanCell(cells[at.amount]!)}" is negative: which one is right cannot be told`,
          )
        return { amount: word === 'out' ? -Math.abs(amount) : Math.abs(amount), neutral: false }
      }
      case 'kind':
        if (kind === null)
          throw new Unreadable(
            at.kind,
            'kind_unknown',
            `类型“${kindWord.slice(0, 20)}”未知，无法判断是收款还是退款`,
            `the kind "${kindWord.slice(0, 20)}" is not known: payment or refund cannot be told`,
          )
        return { amount: kind === 'refund' ? -Math.abs(amount) : amount, neutral: false }
      case 'inverse':
        return { amount: -amount, neutral: false }
      case 'words': {
        const words = cleanCell(cells[at.description]!)
        const told = cardSide(words)
        if (told === null)
          throw new Unreadable(
            at.description,
            'direction_unknown',
            `“${words.slice(0, 20)}”看不出是支出还是收入（消费、还款、退货等）`,
            `"${words.slice(0, 20)}" does not tell whether money was spent or paid back (消费, 还款, 退货 do)`,
          )
        return { amount: told === 'out' ? -Math.abs(amount) : Math.abs(amount), neutral: false }
      }
      case 'all_in':
        if (kind !== 'refund') this.#refuseBack(cells, kindWord)
        return { amount: kind === 'refund' ? -Math.abs(amount) : amount, neutral: false }
      default:
        if (kind === 'refund' && amount > 0 && kindOf(kindWord) === 'refund')
          throw new Unreadable(
            at.amount,
            'refund_positive',
            `类型为退款，金额却是正数“${cleanCell(cells[at.amount]!)}”，而文件里其他金额带符号：无法判断方向`,
            `the kind is a refund but the amount "${cleanCell(cells[at.amount]!)}" is positive in a file of signed amounts: the direction cannot be told`,
          )
        return { amount, neutral: false }
    }
  }

  /** Nothing moved, yet a column that held nothing in the first rows now holds money: it is part of the record. */
  #refuseHidden(cells: readonly string[], exponent: number): void {
    for (const column of this.#layout.waiting) {
      const money = this.#money(cells, column, exponent)
      if (typeof money !== 'number' || money === 0) continue
      const { headers } = this.#layout
      throw new Unreadable(
        column,
        'amount_elsewhere',
        `金额为 0，而列“${headers[column]}”里有 ${cleanCell(cells[column]!).slice(0, 30)}，不能确定发生了多少钱：请写 ${columnWord(headers[column], 'amount_out')}（支出）或 =amount_in（收入），与金额无关则写 ${columnWord(headers[column], '-')}`,
        `the amount is zero, but column "${headers[column]}" holds ${cleanCell(cells[column]!).slice(0, 30)}, so how much moved is not certain: say ${columnWord(headers[column], 'amount_out')} or =amount_in, or ${columnWord(headers[column], '-')} where it is no part of it`,
      )
    }
  }

  /** Nothing tells the direction, and the record's own words say that it gives money back: it is not taken for money in. */
  #refuseBack(cells: readonly string[], kindWord: string): void {
    const { at, headers } = this.#layout
    const said = at.description < 0 ? '' : cleanCell(cells[at.description]!)
    const column = saysBack(kindWord) ? at.kind : saysBack(said) ? at.description : -1
    if (column < 0) return
    const shown = cleanCell(cells[column]!).slice(0, 20)
    throw new Unreadable(
      column,
      'direction_unknown',
      `“${shown}”像是退款，而文件没有收支方向，金额又是正数：无法判断方向；如果确是收入，请写 ${columnWord(headers[column], '-')}`,
      `"${shown}" sounds like money given back, but no column tells the direction and the amount is plus: it cannot be told; where it is money in, say ${columnWord(headers[column], '-')}`,
    )
  }

  /** The refund's own column, where the row is a refund: minus; null where the amount column counts. */
  #refunded(cells: readonly string[], exponent: number, kind: Kind | null): number | null {
    const { at } = this.#layout
    if (at.refund_amount < 0) return null
    const refund = this.#either(cells, at.refund_amount, exponent)
    if (refund === null || refund === 0) return null
    const amount = this.#either(cells, at.amount, exponent) ?? 0
    if (kind === 'refund' || (kind === null && amount === 0)) return -Math.abs(refund)
    this.#refundsInside++
    return null
  }

  /** null: empty. */
  #either(cells: readonly string[], column: number, exponent: number): number | null {
    const money = this.#money(cells, column, exponent)
    return money === 'empty' ? null : typeof money === 'number' ? money : this.#must(cells, column, exponent)
  }

  #side(cells: readonly string[]): 'in' | 'out' | 'neutral' | null {
    return sideOf(cleanCell(cells[this.#layout.at.direction]!))
  }

  /** What a payment shows is kept by the channel, what a refund shows is given back, whichever sign the file likes. */
  #fee(cells: readonly string[], exponent: number, kind: Kind): number | null {
    const fee = this.#either(cells, this.#layout.at.fee, exponent)
    return fee === null ? null : kind === 'refund' && fee !== 0 ? -Math.abs(fee) : Math.abs(fee)
  }

  #sumUp(cells: readonly string[], exponent: number): void {
    for (const { column, raw, gross } of this.#totals.summed) {
      const money = this.#money(cells, column, exponent)
      if (typeof money !== 'number') continue
      raw.add(money)
      gross.add(Math.abs(money))
    }
  }

  #isHeader(cells: readonly string[]): boolean {
    return this.#layout.headers.every((header, index) => cleanCell(cells[index] ?? '') === header)
  }

  #rejectRow(line: number, code: string, zh: string, en: string): void {
    this.#balance?.gap()
    this.#into.reject({ record: ++this.#into.records, line }, code, { zh, en })
  }
}

/** A line that states a balance, before or behind the records, where their date would be. */
const isBalanceMark = (cells: readonly string[]): boolean =>
  /^(opening|closing|starting|ending) balance|^balance (at|on|as of|brought|carried)|^(期初|期末|上期|本期|承前|结转)(余额|页|额)?/i.test(
    cleanCell(cells.find(cell => cell.trim() !== '') ?? ''),
  )

const isBlank = (cells: readonly string[]): boolean => {
  for (const cell of cells) if (cell !== '' && cell.trim() !== '') return false
  return true
}

const onlyEmptyBehind = (cells: readonly string[], length: number): boolean =>
  cells.length > length && isBlank(cells.slice(length))

function timeOf(text: string): { seconds: number; millis: number; offset: number | null } | null {
  const written = readWritten(text)
  return written?.seconds == null ? null : { seconds: written.seconds, millis: written.millis, offset: written.offset }
}
