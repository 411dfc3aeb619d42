import { exponentOf } from '../../kernel/money.ts'
import { type Collector, ExactSum, type Sentences } from '../collector.ts'
import { DEFAULT_LIMITS } from '../container.ts'
import { ControlList } from '../control_list.ts'
import { UNDECODABLE } from '../encoding.ts'
import type { Format, Probe, Reader, ReaderHead } from '../format.ts'
import { LineFeeder, rowTooLong } from '../lines.ts'
import { LocalClock } from '../local_time.ts'
import { digitsAt, fullYear, isCalendarDay } from '../short_date.ts'
import type { Column } from '../statement.ts'

/**
 * BAI2, "Cash Management Balance Reporting Specifications, Version 2". File › group › account › transaction, each with a trailer
 * that states a total and a number of records; 88 continues the record before it. Amounts are whole minor units.
 */
export const bai2: Format = {
  name: 'bai2',
  channel: 'bank',
  feed: 'decoded',
  recognise,
  read: (probe, into) => new Bai2Reader(probe, into),
}

const HEADER =
  /^[\ufeff\s]*01,[^,\r\n]*,[^,\r\n]*,\d{6},[\d:]{0,8},[^,\r\n]*,(\d*)\s*,\s*\d*\s*,\s*2\s*(?:\/|\r?\n\s*02,)/
/** Several records on one physical line: proven by one of those that hold no text. */
const PACKED =
  /\/[ \t]*(?:02,[^,\r\n]*,[^,\r\n]*,[1-4],\d{6},|03,[^,\r\n]+,|49,[+-]?\d*,\d+[ \t]*\/|98,[+-]?\d*,\d+,\d+[ \t]*\/)/
/** The next record on the same line; 16 and 88 only with the shape of their own fields. */
const NEXT_RECORD =
  /\/[ \t]*(?=(?:02,[^,]*,[^,]*,[1-4]?,|03,|16,\d{3},|49,[+-]?\d*,\d+|88,|98,[+-]?\d*,\d+,|99,[+-]?\d*,\d+,))/g

/** Currencies without decimals that are no longer issued; the product keeps two for them. */
const LEGACY_WHOLE = new Set(['ADP', 'BEF', 'BYB', 'BYR', 'ESP', 'GRD', 'ITL', 'LUF', 'MGF', 'PTE', 'TPE', 'TRL'])

/** The decimals of an amount hang on its currency, so an unknown one is told. CNH is yuan traded abroad. */
const CURRENCIES = new Set([
  ...Intl.supportedValuesOf('currency'),
  ...LEGACY_WHOLE,
  ...['CNH', 'DEM', 'FRF', 'NLG', 'ATS', 'FIM', 'IEP', 'SKK', 'SIT', 'EEK', 'LVL', 'LTL', 'HRK', 'CYP', 'MTL'],
])

const COLUMNS: readonly Column[] = [
  { header: '02 as-of date', field: 'date', confidence: 1 },
  { header: '03 account', field: 'merchant_no', confidence: 1 },
  { header: '03 currency', field: 'currency', confidence: 1 },
  { header: '16 type code', field: 'direction', confidence: 1 },
  { header: '16 amount', field: 'amount', confidence: 1 },
  { header: '16 bank reference', field: 'channel_trade_no', confidence: 1 },
  { header: '16 customer reference', field: 'merchant_order_no', confidence: 1 },
  { header: '16 text', field: 'description', confidence: 1 },
]

const DEFAULT_CURRENCY = 'USD'
const WARNINGS_MAX = 100
/** What comes before the text of a 16 is far shorter, unless the file is broken. */
const FIELDS_MAX = 8_192

function recognise(probe: Probe) {
  if (!HEADER.test(probe.text.slice(0, 1_024))) return null
  const grouped = /\n\s*02,|\/\s*02,/.test(probe.text.slice(0, 4_096))
  return {
    score: grouped ? 0.99 : 0.8,
    reasons: ['file header 01 of version 2', grouped ? 'group header 02' : 'no group header'],
  }
}

/** A sum and a number of records, on one of the three levels. */
class Level {
  open = false
  line = 0
  /** Of amounts of its own. */
  own = new ExactSum()
  /** Of the levels below. */
  below = 0n
  records = 0
  members = 0
  /** Something below could not be read, so that its trailer cannot hold. */
  explained = false

  begin(line: number): void {
    this.open = true
    this.line = line
    this.own = new ExactSum()
    this.below = 0n
    this.records = 0
    this.members = 0
    this.explained = false
  }

  get total(): bigint {
    return this.below + this.own.value
  }
}

class Bai2Reader implements Reader {
  readonly head: ReaderHead
  readonly #into: Collector
  readonly #controls: ControlList
  readonly #feed: { readonly push: (text: string) => void; readonly end: () => void }
  readonly #packed: boolean
  readonly #limit: number
  readonly #file = new Level()
  readonly #group = new Level()
  readonly #account = new Level()
  #damaged = false
  #warnings = 0
  #files = 0

  /** The logical record that 88 may go on with. */
  #code = ''
  #content = ''
  #contentLine = 0
  /** The free text of a 16 has begun: an 88 is more of it, not the next field. */
  #inText = false
  readonly #fields = new FieldCursor()

  #groupCurrency = DEFAULT_CURRENCY
  #day: string | null = null
  #dayFound = ''
  #accountNo = ''
  #currency = DEFAULT_CURRENCY
  #scale = 1
  /** What 100 and 400 state, and what the records below give. */
  #creditsStated: Summary | null = null
  #debitsStated: Summary | null = null
  #credits = new ExactSum()
  #debits = new ExactSum()
  #creditCount = 0
  #debitCount = 0

  constructor(probe: Probe, into: Collector) {
    this.#into = into
    this.#controls = new ControlList(into, '其余控制 further controls')
    this.#limit = probe.options.limits?.rowLength ?? DEFAULT_LIMITS.rowLength
    this.#packed = PACKED.test(probe.text)
    const width = Number(HEADER.exec(probe.text.slice(0, 1_024))?.[1] ?? 0)
    const take = (text: string, from: number, to: number, line: number) => this.#physical(text, from, to, line)
    // Tapes have no line ends: the header says how long a record is.
    this.#feed =
      width >= 20 && !/[\r\n]/.test(probe.text)
        ? new WidthFeeder(width, take)
        : new LineFeeder(take, into.file, probe.text, this.#limit)
    const { zone } = new LocalClock(probe.options.zone ?? 'Asia/Shanghai')
    this.head = { delimiter: ',', confidence: 0.99, columns: COLUMNS, zone, period: null }
  }

  push(text: string): void {
    if (!this.#damaged && text.includes(UNDECODABLE)) this.#damaged = true
    this.#feed.push(text)
  }

  end(): void {
    this.#feed.end()
    this.#complete()
    for (const [level, code, zh, en] of [
      [this.#account, '49', '账户', 'account'],
      [this.#group, '98', '组', 'group'],
      [this.#file, '99', '文件', 'file'],
    ] as const)
      if (level.open) this.#trailerMissing(level, code, zh, en)
    if (this.#files === 0)
      this.#into.spoil({}, 'statement_missing', {
        zh: '文件没有 99 结尾记录：不完整，请重新下载',
        en: 'the file has no trailer 99: it is cut off, download it again',
      })
    this.#controls.end()
  }

  #trailerMissing(level: Level, code: string, zh: string, en: string): void {
    level.open = false
    this.#into.spoil({ line: level.line }, 'trailer_missing', {
      zh: `这里开始的${zh}没有 ${code} 结尾记录：文件被截断，请重新下载`,
      en: `the ${en} that begins here has no trailer ${code}; the file is cut off, download it again`,
    })
  }

  /** One physical line; several records may stand on it. */
  #physical(text: string, from: number, to: number, line: number): void {
    if (!this.#packed) return this.#record(text.slice(from, to), line)
    const whole = text.slice(from, to)
    let at = 0
    NEXT_RECORD.lastIndex = 0
    for (let found = NEXT_RECORD.exec(whole); found; found = NEXT_RECORD.exec(whole)) {
      this.#record(whole.slice(at, found.index + 1), line)
      at = found.index + found[0].length
    }
    this.#record(whole.slice(at), line)
  }

  #record(raw: string, line: number): void {
    const found = codeOf(raw)
    if (found === '') {
      const rest = raw.trim()
      if (rest === '') return
      // A line that is no record is text that was broken; anywhere else it is no BAI2.
      if (this.#code === '16') return this.#more(rest)
      return this.#strange(line, rest)
    }
    const content = raw.slice(raw.indexOf(',') + 1).trimEnd()
    if (found === '88') {
      this.#count()
      if (this.#code === '') return this.#strange(line, raw.trim())
      return this.#more(content)
    }
    this.#complete()
    this.#code = found
    this.#contentLine = line
    this.#content = ''
    this.#inText = false
    this.#begin(found, line)
    this.#more(content)
    // Trailers close their level, so what follows must begin a new one.
    if (found === '49' || found === '98' || found === '99') this.#complete()
  }

  #count(): void {
    this.#file.records++
    this.#group.records++
    this.#account.records++
  }

  /** A header opens its level before its fields are complete: an 88 may follow, and counts. */
  #begin(code: string, line: number): void {
    if (code === '01') {
      if (this.#file.open) this.#trailerMissing(this.#file, '99', '文件', 'file')
      this.#file.begin(line)
    } else if (code === '02') {
      if (this.#account.open) this.#trailerMissing(this.#account, '49', '账户', 'account')
      if (this.#group.open) this.#trailerMissing(this.#group, '98', '组', 'group')
      this.#group.begin(line)
      this.#file.members++
    } else if (code === '03') {
      if (this.#account.open) this.#trailerMissing(this.#account, '49', '账户', 'account')
      this.#account.begin(line)
      this.#group.members++
    }
    this.#count()
  }

  /** More of the current record: the next field, or more text. A final "/" ends it, except in text that may end so by itself. */
  #more(piece: string): void {
    const text = this.#code === '16' ? (piece.endsWith('/') ? piece.slice(0, -1) : piece) : untilSlash(piece)
    if (this.#content === '') this.#content = text
    else this.#content += this.#inText ? `\n${text}` : `,${text}`
    if (this.#content.length > this.#limit) throw rowTooLong(this.#into.file, this.#contentLine, this.#limit)
    if (this.#code === '16' && !this.#inText)
      this.#inText = this.#content.length > FIELDS_MAX || textBegun(this.#fields, this.#content)
  }

  /** The current record has all its fields. */
  #complete(): void {
    const code = this.#code
    this.#code = ''
    if (code === '02') this.#readGroup()
    else if (code === '03') this.#readAccount()
    else if (code === '16') this.#readTransaction()
    else if (code === '49') this.#closeAccount()
    else if (code === '98') this.#closeGroup()
    else if (code === '99') this.#closeFile()
    this.#content = ''
  }

  #readGroup(): void {
    const [, , status = '', asOf = '', , currency = '', modifier = ''] = this.#content.split(',')
    const line = this.#contentLine
    const ymd = asOf.length === 6 ? digitsAt(asOf, 0, 6) : -1
    this.#dayFound = asOf
    this.#day = ymd >= 0 && isCalendarDay(fullYear(ymd)) ? dayText(fullYear(ymd)) : null
    this.#groupCurrency = /^[A-Z]{3}$/.test(currency.trim()) ? currency.trim() : DEFAULT_CURRENCY
    if (status === '4')
      this.#into.spoil({ line }, 'group_test', {
        zh: '组是测试数据（状态 4）：不能入账',
        en: 'this group is test data (status 4): it must not be booked',
      })
    else if (status === '2')
      this.#into.spoil({ line }, 'group_deletion', {
        zh: '组要求删除先前发送的数据（状态 2）：不能当作新的交易入账，请向银行核实',
        en: 'this group deletes what was sent before (status 2); it cannot be booked as new records, ask the bank',
      })
    else if (status === '3')
      this.#warn(line, 'group_correction', {
        zh: '组更正先前发送的同一账户、同一天的数据（状态 3）：请先撤销先前的那份',
        en: 'this group replaces what was sent before for the same account and day (status 3); undo the earlier one first',
      })
    else if (status !== '1')
      this.#warn(line, 'group_status', {
        zh: `组状态“${status}”未知，按新数据（1）读取`,
        en: `the group status "${status}" is not known, it was read as an update (1)`,
      })
    if (modifier.trim() === '1' || modifier.trim() === '3')
      this.#warn(line, 'group_interim', {
        zh: `组是中间数据（${modifier.trim()}）：最终数据会再次包含这些记录`,
        en: `this group is interim (${modifier.trim()}): the final one will hold its records again`,
      })
  }

  #readAccount(): void {
    this.#credits = new ExactSum()
    this.#debits = new ExactSum()
    this.#creditCount = 0
    this.#debitCount = 0
    this.#creditsStated = null
    this.#debitsStated = null
    const fields = this.#fields
    fields.open(this.#content)
    this.#accountNo = fields.next().trim()
    const currency = fields.next().trim()
    this.#currency = /^[A-Z]{3}$/.test(currency) ? currency : this.#groupCurrency
    this.#into.states(this.#currency)
    this.#scale = LEGACY_WHOLE.has(this.#currency) ? 10 ** exponentOf(this.#currency) : 1
    if (currency !== '' && currency !== this.#currency)
      this.#into.spoil({ line: this.#contentLine }, 'currency_unreadable', {
        zh: `币种“${currency.slice(0, 20)}”不是三个字母的代码`,
        en: `the currency "${currency.slice(0, 20)}" is no code of three letters`,
      })
    if (!CURRENCIES.has(this.#currency))
      this.#warn(this.#contentLine, 'currency_unknown', {
        zh: `币种“${this.#currency}”不在 ISO 4217 中：金额没有小数点，已按 2 位小数读取，请核实`,
        en: `the currency "${this.#currency}" is not in ISO 4217; its amounts, written without a point, were read with 2 decimals, please check`,
      })
    while (fields.more) {
      const type = fields.next().trim()
      const amount = fields.next().trim()
      const count = fields.next().trim()
      skipFunds(fields)
      if (amount !== '') {
        const minor = wholeAmount(amount)
        if (Number.isNaN(minor)) {
          this.#into.spoil({ line: this.#contentLine }, 'amount_unreadable', {
            zh: `账户汇总 ${type} 的金额“${amount.slice(0, 40)}”无法识别`,
            en: `the amount "${amount.slice(0, 40)}" of summary ${type} cannot be read`,
          })
          continue
        }
        this.#account.own.add(minor)
        if (type === '100') this.#creditsStated = { amount: minor, count }
        else if (type === '400') this.#debitsStated = { amount: minor, count }
      }
    }
  }

  #readTransaction(): void {
    const record = ++this.#into.records
    const line = this.#contentLine
    if (!this.#account.open)
      return this.#reject(record, line, '16', 'record_outside', {
        zh: '交易不在任何账户（03）之内：账户、币种和日期不明',
        en: 'a transaction outside of any account (03): its account, currency and date are not known',
      })
    const fields = this.#fields
    fields.open(this.#content)
    const type = fields.next().trim()
    const amountText = fields.next().trim()
    skipFunds(fields)
    const bankRef = fields.next().trim()
    const customerRef = fields.next().trim()
    const text = fields.rest()
    const minor = wholeAmount(amountText)
    if (!Number.isNaN(minor)) this.#account.own.add(minor)
    const code = /^\d{1,3}$/.test(type) ? Number(type) : Number.NaN
    const neutral = code === 890
    const credit = code > 100 && code <= 399
    const debit = code > 400 && code <= 699
    if (!neutral && !credit && !debit)
      return this.#reject(record, line, '16 type code', 'type_code_unknown', typeText(type, code))
    if (Number.isNaN(minor) && !(neutral && amountText === '')) {
      this.#explain()
      return this.#reject(record, line, '16 amount', 'amount_unreadable', {
        zh:
          amountText === ''
            ? '金额为空（空不等于 0）'
            : `金额“${amountText.slice(0, 40)}”无法识别，应为不带小数点的整数`,
        en:
          amountText === ''
            ? 'the amount is empty (which is not zero)'
            : `the amount "${amountText.slice(0, 40)}" cannot be read; whole minor units without a point are expected`,
      })
    }
    const amount = Number.isNaN(minor) ? 0 : minor * this.#scale
    if (minor < 0)
      return this.#reject(record, line, '16 amount', 'amount_sign', {
        zh: `交易金额带负号：方向由类型码 ${type} 决定，无法判断`,
        en: `the amount has a minus sign, but its direction is told by the type code ${type}: it cannot be told`,
      })
    if (!Number.isSafeInteger(amount))
      return this.#reject(record, line, '16 amount', 'amount_unreadable', {
        zh: '金额过大，无法精确表示',
        en: 'the amount is too large to be exact',
      })
    if (this.#day === null)
      return this.#reject(record, line, '02 as-of date', 'time_unreadable', {
        zh: `所在组的日期“${this.#dayFound.slice(0, 20)}”无法识别，应为 YYMMDD`,
        en: `the as-of date "${this.#dayFound.slice(0, 20)}" of its group cannot be read; YYMMDD is expected`,
      })
    if (this.#damaged && this.#content.includes(UNDECODABLE))
      return this.#reject(record, line, '16', 'bytes_undecodable', {
        zh: '这条记录含有无法解码的字节：请重新下载原始文件',
        en: 'the record holds bytes that cannot be decoded; fetch the original file again',
      })
    if (credit) {
      this.#creditCount++
      this.#credits.add(minor)
    } else if (debit) {
      this.#debitCount++
      this.#debits.add(minor)
    }
    const signed = debit && amount !== 0 ? -amount : amount
    this.#into.add({
      record,
      lineNumber: line,
      kind: signed < 0 ? 'refund' : 'payment',
      status: 'success',
      orderNo: '',
      // On money out the bank's number is the movement's own, not the one of the payment that it may give back.
      tradeNo: signed < 0 ? '' : bankRef,
      merchantOrderNo: customerRef,
      refundNo: '',
      channelRefundNo: signed < 0 ? bankRef : '',
      amount: signed,
      currency: this.#currency,
      at: null,
      date: this.#day,
      merchant: this.#accountNo,
      payer: counterparty(text, debit),
      fee: null,
      batchNo: '',
      neutral,
    })
  }

  #closeAccount(): void {
    const [total = '', records = ''] = this.#content.split(',').map(field => field.trim())
    if (!this.#account.open) return this.#strange(this.#contentLine, `49,${this.#content}`)
    this.#account.open = false
    this.#trailer(`49 ${this.#accountNo}`, this.#account, total, records, null)
    this.#group.below += this.#account.total
    if (this.#account.explained) this.#group.explained = true
    this.#summary('100', this.#creditsStated, this.#credits.value, this.#creditCount)
    this.#summary('400', this.#debitsStated, this.#debits.value, this.#debitCount)
  }

  /** A summary with an item count proves sum and number of the details; a bank may give summaries only. */
  #summary(code: string, stated: Summary | null, sum: bigint, count: number): void {
    if (!stated || !/^\d+$/.test(stated.count)) return
    const items = Number(stated.count)
    if (items > 0 && this.#creditCount + this.#debitCount === 0 && !this.#account.explained)
      return this.#warn(this.#contentLine, 'details_missing', {
        zh: `账户 ${this.#accountNo} 的汇总 ${code} 写有 ${items} 笔，但文件没有逐笔记录`,
        en: `summary ${code} of account ${this.#accountNo} states ${items} items, but the file lists none`,
      })
    this.#control(`${code} ${this.#accountNo} 笔数`, String(items), String(count), this.#account)
    this.#control(`${code} ${this.#accountNo} 金额`, String(stated.amount), String(sum), this.#account)
  }

  #closeGroup(): void {
    const [total = '', accounts = '', records = ''] = this.#content.split(',').map(field => field.trim())
    if (!this.#group.open) return this.#strange(this.#contentLine, `98,${this.#content}`)
    if (this.#account.open) this.#trailerMissing(this.#account, '49', '账户', 'account')
    this.#group.open = false
    this.#trailer('98', this.#group, total, records, accounts)
    this.#file.below += this.#group.total
    if (this.#group.explained) this.#file.explained = true
  }

  #closeFile(): void {
    const [total = '', groups = '', records = ''] = this.#content.split(',').map(field => field.trim())
    if (!this.#file.open) return this.#strange(this.#contentLine, `99,${this.#content}`)
    if (this.#account.open) this.#trailerMissing(this.#account, '49', '账户', 'account')
    if (this.#group.open) this.#trailerMissing(this.#group, '98', '组', 'group')
    this.#file.open = false
    this.#files++
    this.#trailer('99', this.#file, total, records, groups)
  }

  #trailer(name: string, level: Level, total: string, records: string, members: string | null): void {
    if (total !== '') {
      const stated = /^[+-]?\d{1,30}$/.test(total) ? String(BigInt(total.replace('+', ''))) : total
      this.#control(`${name} 控制合计`, stated, String(level.total), level)
    }
    if (members !== null)
      this.#control(`${name} ${name === '98' ? '账户数' : '组数'}`, plainCount(members), String(level.members), level)
    this.#control(`${name} 记录数`, plainCount(records), String(level.records), level)
  }

  #control(name: string, stated: string, computed: string, level: Level): void {
    this.#controls.add({ name, stated, computed, ok: stated === computed }, level.explained)
  }

  #explain(): void {
    this.#account.explained = true
  }

  #reject(record: number, line: number, column: string, code: string, text: Sentences): void {
    this.#explain()
    this.#into.reject({ record, line, column }, code, text)
  }

  #strange(line: number, found: string): void {
    this.#into.spoil({ line }, 'record_unknown', {
      zh: `这一行不是此处可以出现的 BAI2 记录：“${found.slice(0, 40)}”`,
      en: `this is no BAI2 record that may stand here: "${found.slice(0, 40)}"`,
    })
  }

  #warn(line: number, code: string, text: Sentences): void {
    if (this.#warnings++ < WARNINGS_MAX) this.#into.warn({ line }, code, text)
  }
}

type Summary = { readonly amount: number; readonly count: string }

/** Fields of one record, one after the other. */
class FieldCursor {
  #text = ''
  #at = 0

  open(text: string): void {
    this.#text = text
    this.#at = 0
  }

  get more(): boolean {
    return this.#at <= this.#text.length
  }

  /** "" when there is no further field. */
  next(): string {
    if (this.#at > this.#text.length) return ''
    const comma = this.#text.indexOf(',', this.#at)
    const end = comma < 0 ? this.#text.length : comma
    const field = this.#text.slice(this.#at, end)
    this.#at = end + 1
    return field
  }

  rest(): string {
    return this.#at > this.#text.length ? '' : this.#text.slice(this.#at)
  }
}

/** Funds type and its sub-fields: S + 3 amounts, V + date and time, D + n + n pairs. */
function skipFunds(fields: FieldCursor): void {
  const funds = fields.next().trim()
  if (funds === 'S') for (let i = 0; i < 3; i++) fields.next()
  else if (funds === 'V') for (let i = 0; i < 2; i++) fields.next()
  else if (funds === 'D') {
    const pairs = Number(fields.next())
    for (let i = 0; i < 2 * pairs && fields.more; i++) fields.next()
  }
}

/** True when the five fields before the text of a 16 are complete. */
function textBegun(fields: FieldCursor, content: string): boolean {
  fields.open(content)
  fields.next()
  fields.next()
  skipFunds(fields)
  fields.next()
  fields.next()
  return fields.more
}

const CODES = new Set(['01', '02', '03', '16', '49', '88', '98', '99'])

/** Record code of a line, blanks before it allowed; "" for none. */
function codeOf(raw: string): string {
  let at = 0
  while (raw.charCodeAt(at) <= 32 || raw.charCodeAt(at) === 0xfeff) at++
  if (raw.charCodeAt(at + 2) !== 44) return ''
  const code = raw.slice(at, at + 2)
  return CODES.has(code) ? code : ''
}

const untilSlash = (piece: string): string => {
  const slash = piece.indexOf('/')
  return slash < 0 ? piece : piece.slice(0, slash)
}

/** "+4350000", "00", "-500000"; NaN for anything else. */
function wholeAmount(text: string): number {
  if (!/^[+-]?\d{1,30}$/.test(text)) return Number.NaN
  const value = Number(text)
  return Number.isSafeInteger(value) ? value + 0 : Number.NaN
}

const plainCount = (text: string): string => (/^\d{1,15}$/.test(text) ? String(Number(text)) : text)

const dayText = (ymd: number): string => {
  const digits = String(ymd)
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
}

/** Keys of the text lines as banks write them: the account of the other side is a better mark than its name. */
function counterparty(text: string, debit: boolean): string {
  if (!text.includes('\n')) return ''
  const keys = debit ? ['CACT', 'CRNM'] : ['DACT', 'DBNM']
  for (const key of keys) {
    const at = text.indexOf(`\n${key}:`)
    if (at < 0) continue
    const end = text.indexOf('\n', at + 1)
    const value = text.slice(at + key.length + 2, end < 0 ? text.length : end).trim()
    if (value !== '') return value
  }
  return ''
}

function typeText(type: string, code: number): Sentences {
  const shown = type.slice(0, 20)
  if (code === 100 || code === 400)
    return {
      zh: `类型码 ${code} 是合计，不是一笔交易：未读取`,
      en: `type code ${code} is a total, not a transaction: it was not read`,
    }
  if (code >= 900)
    return {
      zh: `类型码 ${shown} 由银行自行约定，收支方向不明：请向银行核实后再处理`,
      en: `type code ${shown} is defined by the bank, so its direction is not known: ask the bank`,
    }
  return {
    zh: `类型码“${shown}”不是收入（101–399）也不是支出（401–699）：方向不明，未读取`,
    en: `type code "${shown}" is neither a credit (101–399) nor a debit (401–699): its direction is not known`,
  }
}

/** Records of one length without line ends. */
class WidthFeeder {
  readonly #width: number
  readonly #take: (text: string, from: number, to: number, line: number) => void
  #waiting = ''
  #line = 0

  constructor(width: number, take: (text: string, from: number, to: number, line: number) => void) {
    this.#width = width
    this.#take = take
  }

  push(piece: string): void {
    const text = this.#waiting + piece
    let from = 0
    for (; from + this.#width <= text.length; from += this.#width)
      this.#take(text, from, from + this.#width, ++this.#line)
    this.#waiting = text.slice(from)
  }

  end(): void {
    if (this.#waiting.trim() !== '') this.#take(this.#waiting, 0, this.#waiting.length, ++this.#line)
    this.#waiting = ''
  }
}
