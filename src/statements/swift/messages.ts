import { kept } from '../../kernel/kept.ts'
import { exponentOf, formatMinor } from '../../kernel/money.ts'
import { onlyReference } from '../../kernel/transfer_reference.ts'
import { amountControl, type Collector, ExactSum, type Sentences } from '../collector.ts'
import { ControlList } from '../control_list.ts'
import { UNDECODABLE } from '../encoding.ts'
import type { Probe, Reader, ReaderHead } from '../format.ts'
import { LineFeeder } from '../lines.ts'
import { LocalClock } from '../local_time.ts'
import { ownNumberIn } from '../own_number.ts'
import { digitsAt } from '../short_date.ts'
import type { Column } from '../statement.ts'
import { BALANCE, type Balance, balanceOf } from './balance.ts'
import { commaAmount, type EntryTrouble, SwiftEntry } from './entry.ts'
import { type Information, isIban, readInformation, remittanceOf } from './information.ts'
import type { MessageType } from './recognition.ts'
import { TROUBLE_CODE, TROUBLE_TEXT } from './troubles.ts'

/** SWIFT allows 390 characters of :86:; what comes after this is no information but a broken file. */
const INFORMATION_MAX = 16_384
/** Accounts whose last closing balance is kept for the link to the next page. */
const ACCOUNTS_MAX = 20_000
const WARNINGS_MAX = 100

/** ING and Van Lanschot sum up the day: number of debits and credits, then their amounts. */
const DAY_SUMS = /^D(\d{1,6})C(\d{1,6})D(\d+,\d*)C(\d+,\d*)$/

/** Customer references that only say where the reference is. */
const NO_REFERENCE = new Set(['', 'N', 'NONREF', 'NOREF', 'EREF', 'MARF', 'PREF', 'KREF', 'NOTPROVIDED'])

const COLUMNS: readonly Column[] = [
  { header: ':25:', field: 'merchant_no', confidence: 1 },
  { header: ':60: currency', field: 'currency', confidence: 1 },
  { header: ':61: value date', field: null, confidence: 1 },
  { header: ':61: entry date', field: 'date', confidence: 1 },
  { header: ':61: debit/credit mark', field: 'direction', confidence: 1 },
  { header: ':61: amount', field: 'amount', confidence: 1 },
  { header: ':61: transaction type', field: null, confidence: 1 },
  { header: ':61: reference for the account owner', field: 'channel_trade_no', confidence: 1 },
  { header: ':61: reference of the bank', field: 'channel_trade_no', confidence: 1 },
  { header: ':86: EREF', field: 'merchant_order_no', confidence: 1 },
  { header: ':86: counterparty', field: 'payer_account', confidence: 1 },
]

/** Where in a message the reader stands. */
type Stage = 'outside' | 'header' | 'entries' | 'closed'
/** What a line without a tag continues. */
type Open = 'nothing' | 'entry' | 'information' | 'statement' | 'skipped'

/** The last page of an account, for the link to the next one. */
type Closing = {
  readonly number: number
  readonly page: number
  readonly opening: Balance
  readonly balance: Balance
  readonly final: boolean
}

/** A tag as one number: 61 → 6100, 60F → 6006. */
const TAG = (digits: number, letter = ''): number => digits * 100 + (letter === '' ? 0 : letter.charCodeAt(0) - 64)
const NO_TAG = -1
/** `:NS:` and its like: tags of one bank, skipped. */
const OTHER_TAG = -2
const [T20, T21, T25, T25P, T28, T28C] = [TAG(20), TAG(21), TAG(25), TAG(25, 'P'), TAG(28), TAG(28, 'C')]
const [T60F, T60M, T61, T62F, T62M, T64, T65, T86] = [
  TAG(60, 'F'),
  TAG(60, 'M'),
  TAG(61),
  TAG(62, 'F'),
  TAG(62, 'M'),
  TAG(64),
  TAG(65),
  TAG(86),
]
const [T13, T13D, T34F, T90C, T90D] = [TAG(13), TAG(13, 'D'), TAG(34, 'F'), TAG(90, 'C'), TAG(90, 'D')]
/** What may follow :20:; a line that only looks like :20: (a wrapped time) is not followed by one of them. */
const AFTER_START = new Set([T21, T25, T25P, T28, T28C, T13, T13D, T34F, T60F, T60M, OTHER_TAG])

/**
 * SWIFT MT940 (end of day) and MT942 (intraday) messages, in any envelope: blocks {1:…}{4: … -}, bare tags, lines of a bank
 * around them. A statement begins at :20:; what stands before it, and after its end, is no part of it.
 *
 * A line is a tag only where the tag is legal: text is wrapped at 65 characters, so a line of :86: may begin with ":26:37", ":00:" or
 * "-". That is decided by where the message stands (`Stage`), and for :20: by the line that follows.
 */
export class MessageReader implements Reader {
  readonly head: ReaderHead
  readonly #into: Collector
  readonly #type: MessageType
  readonly #feeder: LineFeeder
  readonly #controls: ControlList
  readonly #fallbackCurrency: string
  readonly #remittance: boolean
  #damaged = false
  #warnings = 0

  #stage: Stage = 'outside'
  #open: Open = 'nothing'
  /** Where the value of the tag on the current line begins. */
  #valueAt = 0
  /** A line ":20:…" inside text, until the next line tells whether a message begins there. */
  #held: string | null = null
  #heldLine = 0
  /** A line "-" inside text: the end of an MT942 without totals, or a dash of the text. */
  #dash = false

  #account = ''
  #number = -1
  #page = -1
  #intraday = false
  #startLine = 0
  #opening: Balance | null = null
  #openingFinal = true
  #openingSeen = false
  #currency = ''
  #exponent = 2
  #report = ''
  readonly #floors = new Set<string>()
  #mixed = false
  #messages = 0
  #entriesOfMessage = 0
  #rejectedOfMessage = 0
  #net = new ExactSum()
  #credits = new ExactSum()
  #debits = new ExactSum()
  #creditCount = 0
  #debitCount = 0
  #creditsStated = false
  #debitsStated = false
  #untotalled = 0

  readonly #entry = new SwiftEntry()
  readonly #about: Information = { account: '', name: '', endToEnd: '' }
  #entryOpen = false
  #entryRecord = 0
  #entryLine = 0
  #entryDamaged = false
  #supplement = ''
  #information = ''
  #newlineFields = false
  #statementInformation = ''
  #ymd = 0
  #day = ''

  readonly #closings = new Map<string, Closing>()
  readonly #reports = new Map<string, string>()
  #linksStated = 0
  #linksHeld = 0
  #lastIntermediate = ''

  constructor(type: MessageType, probe: Probe, into: Collector) {
    this.#into = into
    this.#type = type
    this.#feeder = new LineFeeder(
      (text, from, to, line) => this.#line(text, from, to, line),
      into.file,
      probe.text,
      probe.options.limits?.rowLength,
    )
    this.#controls = new ControlList(into, '其余控制 further controls')
    this.#fallbackCurrency = probe.options.currency ?? ''
    this.#remittance = probe.options.remittance ?? false
    const { zone } = new LocalClock(probe.options.zone ?? 'Asia/Shanghai')
    this.head = { delimiter: null, confidence: 0.99, columns: COLUMNS, zone, period: null }
  }

  push(text: string): void {
    if (!this.#damaged && text.includes(UNDECODABLE)) this.#damaged = true
    this.#feeder.push(text)
  }

  end(): void {
    this.#feeder.end()
    if (this.#held !== null) this.#start(this.#heldLine)
    this.#finish()
    if (this.#linksStated > 0) {
      const [stated, computed] = [String(this.#linksStated), String(this.#linksHeld)]
      this.#controls.add({ name: ':28C: 连续 in sequence', stated, computed, ok: stated === computed }, false)
    }
    this.#controls.end()
    if (this.#messages === 0)
      this.#into.spoil({}, 'statement_missing', {
        zh: '文件里没有完整的报文（:20: … :62F:）：请重新下载',
        en: 'there is no complete message (:20: … :62F:) in the file: download it again',
      })
    if (this.#lastIntermediate !== '')
      this.#into.warn({}, 'next_page_missing', {
        zh: `账户 ${this.#lastIntermediate} 的最后一页以 :62M: 结束，后面还应有一页：请一并提交后续文件`,
        en: `the last page of account ${this.#lastIntermediate} ends with :62M:, so another page follows: give the next file too`,
      })
    if (this.#untotalled > 0)
      this.#into.warn({}, 'totals_missing', {
        zh: `${this.#untotalled} 份 MT942 报文没有 :90D:/:90C: 合计，无法证明记录齐全`,
        en: `${this.#untotalled} MT942 messages have no totals :90D:/:90C:, so they cannot prove that they are complete`,
      })
  }

  #line(text: string, begin: number, end: number, line: number): void {
    let from = begin
    let to = end
    // SOH before, ETX and Ctrl-Z behind the text of a message.
    while (from < to && (text.charCodeAt(from) < 32 || text.charCodeAt(from) === 0xfeff)) from++
    while (to > from && text.charCodeAt(to - 1) < 32) to--
    if (from === to) return
    const first = text.charCodeAt(from)
    const tag = first === 58 ? this.#tagOf(text, from, to) : NO_TAG
    if (this.#held !== null) this.#settleHeld(tag, first)
    if (this.#dash) {
      this.#dash = false
      if (tag !== T20 && first !== 123) this.#append('-', 0, 1)
    }
    if (first === 123 && isBlock(text, from)) return this.#envelope(text, from, to, line)
    if (first === 45 && this.#terminator(text, from, to, line)) return
    if (tag === NO_TAG && first === 58 && isTypeLine(text, from, to)) this.#skip()
    else if (tag === NO_TAG || !this.#take(tag, text, from, to, line)) this.#append(text, from, to)
  }

  /** `:NN:`, `:NNa:` or `:NS…:`; sets where its value begins. */
  #tagOf(text: string, from: number, to: number): number {
    const a = text.charCodeAt(from + 1) - 48
    const b = text.charCodeAt(from + 2) - 48
    const c = text.charCodeAt(from + 3)
    if (a >= 0 && a <= 9 && b >= 0 && b <= 9) {
      if (c === 58 && from + 3 < to) {
        this.#valueAt = from + 4
        return (a * 10 + b) * 100
      }
      if (c >= 65 && c <= 90 && text.charCodeAt(from + 4) === 58 && from + 4 < to) {
        this.#valueAt = from + 5
        return (a * 10 + b) * 100 + c - 64
      }
      return NO_TAG
    }
    if (a === 30 && b === 35 && (c === 58 || text.charCodeAt(from + 4) === 58)) return OTHER_TAG
    return NO_TAG
  }

  /** False where the tag is not legal: the line is text. */
  #take(tag: number, text: string, from: number, to: number, line: number): boolean {
    const stage = this.#stage
    if (tag === T61) this.#begin(text, to, line)
    else if (tag === T86) this.#inform(text, to)
    else if (tag === T20) {
      if (this.#inText()) {
        this.#held = text.slice(from, to)
        this.#heldLine = line
      } else this.#start(line)
    } else if (tag === T60F || tag === T60M) this.#openBalance(tag, text.slice(this.#valueAt, to).trim(), line)
    else if (tag === T62F || tag === T62M) this.#closeBalance(tag, text.slice(this.#valueAt, to).trim(), line)
    else if (tag === T90C || tag === T90D) this.#total(tag, text.slice(this.#valueAt, to).trim(), line)
    else if (stage === 'header') this.#header(tag, text.slice(this.#valueAt, to).trim())
    else if (tag === T64 || tag === T65) {
      if (stage === 'entries' && !BALANCE.test(text.slice(this.#valueAt, to).trim())) return false
      this.#skip()
    } else if (tag === OTHER_TAG || tag % 100 !== 0) this.#skip()
    else return false
    return true
  }

  #skip(): void {
    this.#open = 'skipped'
  }

  #inText(): boolean {
    return (
      (this.#stage === 'entries' || this.#stage === 'closed') && this.#open !== 'nothing' && this.#open !== 'skipped'
    )
  }

  #settleHeld(tag: number, first: number): void {
    const held = this.#held ?? ''
    this.#held = null
    if (AFTER_START.has(tag) || first === 123) this.#start(this.#heldLine)
    else this.#append(held, 0, held.length)
  }

  #append(text: string, from: number, to: number): void {
    if (this.#damaged && this.#entryOpen && !this.#entryDamaged)
      this.#entryDamaged = text.slice(from, to).includes(UNDECODABLE)
    switch (this.#open) {
      case 'entry':
        if (this.#supplement.length < INFORMATION_MAX) this.#supplement += text.slice(from, to)
        return
      case 'information':
        if (this.#information.length > INFORMATION_MAX) return
        // Some banks put each subfield on a line of its own instead of behind a "?".
        if (this.#newlineFields && digitsAt(text, from, 2) >= 0) this.#information += '?'
        this.#information += text.slice(from, to)
        return
      case 'statement':
        if (this.#statementInformation.length < INFORMATION_MAX) this.#statementInformation += text.slice(from, to)
        return
      case 'nothing':
      case 'skipped':
        return
    }
  }

  /** A line that begins with "-": the end of the message, or text that was wrapped before a dash. */
  #terminator(text: string, from: number, to: number, line: number): boolean {
    if (text.charCodeAt(from + 1) === 125) {
      this.#finish()
      this.#envelope(text, from, to, line)
      return true
    }
    if (this.#stage === 'closed') {
      this.#finish()
      return true
    }
    if (this.#stage === 'entries' && text.slice(from, to).trim() === '-') {
      this.#dash = true
      return true
    }
    return false
  }

  /** {1:…}{2:…}{4: — the message may begin on the same line. */
  #envelope(text: string, from: number, to: number, line: number): void {
    this.#finish()
    const block = text.indexOf('{4:', from)
    if (block >= 0 && block + 3 < to) this.#line(text, block + 3, to, line)
  }

  #start(line: number): void {
    this.#finish()
    this.#stage = 'header'
    this.#open = 'skipped'
    this.#startLine = line
    this.#account = ''
    this.#number = -1
    this.#page = -1
    this.#intraday = false
    this.#currency = this.#fallbackCurrency
    this.#exponent = exponentOf(this.#currency)
    this.#report = ''
    this.#reset()
  }

  #reset(): void {
    this.#opening = null
    this.#openingSeen = false
    this.#entriesOfMessage = 0
    this.#rejectedOfMessage = 0
    this.#net = new ExactSum()
    this.#credits = new ExactSum()
    this.#debits = new ExactSum()
    this.#creditCount = 0
    this.#debitCount = 0
    this.#creditsStated = false
    this.#debitsStated = false
  }

  #header(tag: number, value: string): void {
    this.#open = 'skipped'
    if (tag === T25 || tag === T25P) this.#account = kept(value)
    else if (tag === T28 || tag === T28C) {
      const found = /^(\d+)(?:\/(\d+))?/.exec(value)
      this.#number = found ? Number(found[1]) : -1
      this.#page = found?.[2] === undefined ? -1 : Number(found[2])
    } else if (tag === T34F) this.#floor(value)
    else if (tag === T13D || tag === T13) this.#report = kept(value)
  }

  #floor(value: string): void {
    this.#intraday = true
    const found = /^([A-Z]{3})([CD]?)(\d+(?:,\d*)?)$/.exec(value)
    if (!found) return
    const [, currency = '', side = '', amount = ''] = found
    this.#turnTo(currency)
    if (!/[1-9]/.test(amount) || this.#floors.has(value) || this.#floors.size >= WARNINGS_MAX) return
    this.#floors.add(kept(value))
    const zh = side === 'D' ? '支出' : side === 'C' ? '收入' : '收支'
    const en = side === 'D' ? 'debits' : side === 'C' ? 'credits' : 'entries'
    this.#into.warn({ line: this.#startLine, column: ':34F:' }, 'floor_limit', {
      zh: `低于 ${amount} ${currency} 的${zh}不在这份日间报告里：它不完整，不能单独用来对平一天`,
      en: `${en} below ${amount} ${currency} are not in this intraday report: it is not complete and cannot settle a day by itself`,
    })
  }

  #turnTo(currency: string): void {
    if (currency === this.#currency) return
    this.#currency = kept(currency)
    this.#exponent = exponentOf(currency)
    this.#into.states(currency)
  }

  #openBalance(tag: number, value: string, line: number): void {
    if (this.#stage !== 'header') {
      // The previous page was not closed, or the line :20: of this one is lost: the account may be another one.
      this.#finish()
      this.#into.spoil({ line, column: ':60F:' }, 'statement_start_missing', {
        zh: '期初余额前面没有 :20: 和 :25:：报文不完整，请重新下载',
        en: 'an opening balance without :20: and :25: before it; the message is not complete, download the file again',
      })
      this.#start(line)
    }
    this.#stage = 'entries'
    this.#open = 'statement'
    this.#statementInformation = ''
    this.#openingSeen = true
    const balance = balanceOf(value)
    if (!balance) return this.#unreadableBalance(value, line)
    this.#turnTo(balance.currency)
    this.#opening = balance
    this.#openingFinal = tag === T60F
    this.#account = withoutCurrency(this.#account, balance.currency)
    this.#link(line)
  }

  #unreadableBalance(value: string, line: number): void {
    this.#into.spoil({ line }, 'balance_unreadable', {
      zh: `余额“${value.slice(0, 40)}”无法识别，应为 C260320EUR1000,00 这样的格式`,
      en: `the balance "${value.slice(0, 40)}" cannot be read; one like C260320EUR1000,00 is expected`,
    })
  }

  #closeBalance(tag: number, value: string, line: number): void {
    this.#flush()
    const stage = this.#stage
    this.#open = 'skipped'
    this.#stage = 'closed'
    this.#statementInformation = ''
    const balance = balanceOf(value)
    if (!balance) return this.#unreadableBalance(value, line)
    if (!this.#opening) {
      // An unreadable opening balance has been told.
      if (this.#openingSeen) return
      return this.#into.spoil({ line }, 'opening_missing', {
        zh: '期末余额没有对应的期初余额 :60F:：报文不完整，请重新下载',
        en: 'a closing balance without an opening one (:60F:); the message is not complete, download the file again',
      })
    }
    if (stage !== 'entries')
      return this.#into.spoil({ line }, 'closing_repeated', {
        zh: '这是同一份对账单的第二个期末余额：报文不完整，请重新下载',
        en: 'a second closing balance of one statement; the message is not complete, download the file again',
      })
    const opening = this.#opening
    const { currency } = opening
    const computed = opening.minor + this.#net.value
    const control = amountControl(
      `:62${tag === T62F ? 'F' : 'M'}: ${this.#name()}`,
      balance.minor,
      computed,
      balance.currency,
    )
    // Two currencies are shown with the figures: 100.00 against 100.00 would tell nobody what is wrong.
    const other = balance.currency !== currency
    const shown = other
      ? { stated: `${balance.currency} ${control.stated}`, computed: `${currency} ${formatMinor(computed, currency)}` }
      : {}
    const ok = control.ok && !other
    this.#controls.add({ ...control, ...shown, ok }, ok || (!other && this.#rejectedOfMessage > 0))
    const key = `${this.#account} ${currency}`
    if (this.#closings.size >= ACCOUNTS_MAX && !this.#closings.has(key)) this.#closings.clear()
    this.#closings.set(key, { number: this.#number, page: this.#page, opening, balance, final: tag === T62F })
    this.#lastIntermediate = tag === T62M ? this.#account : ''
    this.#messages++
  }

  /** This page against the last one of its account: numbers of :28C:, and the balance carried over. */
  #link(line: number): void {
    const opening = this.#opening
    if (!opening) return
    const before = this.#closings.get(`${this.#account} ${opening.currency}`)
    if (!before) {
      if (!this.#openingFinal)
        this.#warn(line, 'page_missing', {
          zh: `账户 ${this.#account} 的第 ${this.#label()} 页以中间余额 :60M: 开始，前一页不在文件里：请确认前页已另行导入`,
          en: `page ${this.#label()} of account ${this.#account} begins with an intermediate balance :60M: and the page before it is not in the file: make sure that it is imported too`,
        })
      return
    }
    const carried = before.balance.minor === opening.minor
    const [number, page] = [this.#number, this.#page]
    const numbered = number > 0 && before.number > 0
    const again = before.opening.ymd === opening.ymd && before.opening.minor === opening.minor
    const samePage = number === before.number && page === before.page
    // Without a page of its own it may go on from the one before, unless that left another balance.
    if (samePage && (numbered && page > 0 ? true : again && !carried)) {
      if (again)
        this.#warn(line, 'statement_repeated', {
          zh: `账户 ${this.#account} 的第 ${this.#label()} 号对账单在文件里出现两次：它的记录可能是重复的`,
          en: `statement ${this.#label()} of account ${this.#account} is in the file twice: its records may be repeated`,
        })
      return
    }
    const samePages = number === before.number && page >= 0 && before.page >= 0
    const next = samePages && numbered ? page === before.page + 1 : numbered && number === before.number + 1
    const unnumbered = !numbered || (number === before.number && page < 0)
    const sequential = next || !this.#openingFinal || (unnumbered && before.balance.ymd === opening.ymd)
    const gap =
      numbered &&
      (number > before.number + 1 || (number === before.number && page > before.page + 1 && before.page >= 0))
    if (numbered && (next || gap)) {
      this.#linksStated++
      if (next || carried) this.#linksHeld++
    }
    if (gap)
      this.#warn(line, 'statement_gap', {
        zh: `账户 ${this.#account} 的对账单从 ${labelOf(before.number, before.page)} 跳到 ${this.#label()}${carried ? '，但余额相接' : '，且余额不相接：缺少的对账单里有资金变动'}`,
        en: `statements of account ${this.#account} jump from ${labelOf(before.number, before.page)} to ${this.#label()}${carried ? ', but the balances join' : ' and the balances do not join: money moved in what is missing'}`,
      })
    if (sequential || gap) {
      const tag = this.#openingFinal ? ':60F:' : ':60M:'
      const { currency } = opening
      this.#controls.add(amountControl(`${tag} ${this.#name()}`, opening.minor, before.balance.minor, currency), false)
    }
  }

  #total(tag: number, value: string, line: number): void {
    this.#flush()
    if (this.#stage === 'outside') return
    if (tag === T90D) this.#debitsStated = true
    else this.#creditsStated = true
    if (this.#opening === null) {
      this.#intraday = true
      this.#stage = 'closed'
    }
    this.#open = 'skipped'
    const found = /^(\d{1,5})([A-Z]{3})(\d+(?:,\d*)?)$/.exec(value)
    const minor = found
      ? commaAmount(found[3] ?? '', 0, (found[3] ?? '').length, exponentOf(found[2] ?? ''))
      : Number.NaN
    if (!found || Number.isNaN(minor))
      return this.#into.spoil({ line }, 'totals_unreadable', {
        zh: `合计“${value.slice(0, 40)}”无法识别，应为 12EUR345,67 这样的格式`,
        en: `the total "${value.slice(0, 40)}" cannot be read; one like 12EUR345,67 is expected`,
      })
    const [, count = '', currency = ''] = found
    const debits = tag === T90D
    const name = `${debits ? ':90D:' : ':90C:'} ${this.#name()}`
    const counted = debits ? this.#debitCount : this.#creditCount
    const summed = debits ? -this.#debits.value : this.#credits.value
    const explained = this.#rejectedOfMessage > 0
    this.#controls.add(
      { name: `${name} 笔数`, stated: String(Number(count)), computed: String(counted), ok: Number(count) === counted },
      explained,
    )
    this.#controls.add(amountControl(`${name} 金额`, BigInt(minor), summed, currency), explained)
  }

  /** The :86: of the statement that states counts and sums of the day. */
  #daySums(): void {
    const found = DAY_SUMS.exec(this.#statementInformation.trim())
    this.#statementInformation = ''
    if (!found || this.#currency === '') return
    const [, debits = '', credits = '', debited = '', credited = ''] = found
    const explained = this.#rejectedOfMessage > 0
    const count = (name: string, stated: string, computed: number) =>
      this.#controls.add(
        { name, stated: String(Number(stated)), computed: String(computed), ok: Number(stated) === computed },
        explained,
      )
    const sum = (name: string, stated: string, computed: bigint) => {
      const minor = commaAmount(stated, 0, stated.length, this.#exponent)
      if (!Number.isNaN(minor))
        this.#controls.add(amountControl(name, BigInt(minor), computed, this.#currency), explained)
    }
    count(`:86: D ${this.#name()} 笔数`, debits, this.#debitCount)
    count(`:86: C ${this.#name()} 笔数`, credits, this.#creditCount)
    sum(`:86: D ${this.#name()} 金额`, debited, -this.#debits.value)
    sum(`:86: C ${this.#name()} 金额`, credited, this.#credits.value)
  }

  #inform(text: string, to: number): void {
    if (this.#stage === 'outside' || this.#stage === 'header') {
      this.#open = 'skipped'
    } else if (this.#stage === 'closed' || this.#entriesOfMessage === 0) {
      if (this.#statementInformation !== '') this.#daySums()
      this.#open = 'statement'
      this.#statementInformation = text.slice(this.#valueAt, to)
    } else if (!this.#entryOpen) this.#open = 'skipped'
    else {
      this.#open = 'information'
      const first = this.#information === ''
      this.#newlineFields = false
      if (!first) this.#information += '\n'
      this.#append(text, this.#valueAt, to)
      if (first) this.#newlineFields = /^\s?\d{3}\s*$/.test(this.#information)
    }
  }

  #begin(text: string, to: number, line: number): void {
    this.#flush()
    const record = ++this.#into.records
    const stage = this.#stage
    if (stage === 'header') this.#stage = 'entries'
    else if (stage !== 'entries') {
      this.#skip()
      return this.#into.reject({ record, line, column: ':61:' }, 'entry_outside', {
        zh: ':61: 不在任何对账单之内（前面没有期初余额）：币种和账户不明，未读取',
        en: 'a :61: outside of any statement (no opening balance before it); its account and currency are not known',
      })
    }
    this.#entriesOfMessage++
    if (this.#currency === '')
      return this.#refuse(record, line, 'currency_missing', {
        zh: '所在的对账单没有写明币种（:60F: 或 :34F: 缺失或无法识别）：请用 --currency 指明币种，或向银行重新下载',
        en: 'the currency of this statement is not known (its :60F: or :34F: is missing or cannot be read): give it with --currency, or fetch the file again',
      })
    const entry = this.#entry
    const trouble = entry.read(text, this.#valueAt, to, this.#exponent)
    if (trouble !== null)
      return this.#refuse(
        record,
        line,
        TROUBLE_CODE[trouble],
        this.#troubleText(trouble, text.slice(this.#valueAt, to)),
      )
    this.#entryOpen = true
    this.#open = 'entry'
    this.#entryRecord = record
    this.#entryLine = line
    this.#entryDamaged = this.#damaged && text.slice(this.#valueAt, to).includes(UNDECODABLE)
    this.#supplement = ''
    this.#information = ''
    if (entry.dayMended)
      this.#warn(
        line,
        'date_mended',
        {
          zh: `日期 ${text.slice(this.#valueAt, this.#valueAt + 10)} 在日历上不存在（银行按每月 30 天计息），按二月最后一天读取`,
          en: `the date ${text.slice(this.#valueAt, this.#valueAt + 10)} is in no calendar (banks that count 30 days a month); the last day of February was taken`,
        },
        record,
      )
    if (entry.funds !== '' && entry.funds !== this.#currency[2])
      this.#warn(
        line,
        'funds_code',
        {
          zh: `资金代码“${entry.funds}”不是币种 ${this.#currency} 的第三个字母：请确认`,
          en: `the funds code "${entry.funds}" is not the third letter of ${this.#currency}, please check`,
        },
        record,
      )
  }

  #refuse(record: number, line: number, code: string, text: Sentences): void {
    this.#rejectedOfMessage++
    this.#open = 'skipped'
    this.#into.reject({ record, line, column: ':61:' }, code, text)
  }

  #troubleText(trouble: EntryTrouble, found: string): Sentences {
    const shown = found.slice(0, 60)
    const [zh, en] = TROUBLE_TEXT[trouble]
    const decimals = String(this.#exponent)
    return {
      zh: `:61: “${shown}”${zh.replace('#', decimals)}`,
      en: `":61:${shown}" ${en.replace('#', decimals)}`,
    }
  }

  /** The entry is complete when something else begins. */
  #flush(): void {
    if (!this.#entryOpen) return
    this.#entryOpen = false
    const entry = this.#entry
    if (this.#entryDamaged)
      return this.#refuse(this.#entryRecord, this.#entryLine, 'bytes_undecodable', {
        zh: '这条记录含有无法解码的字节：请重新下载原始文件',
        en: 'the record holds bytes that cannot be decoded; fetch the original file again',
      })
    const amount = entry.incoming || entry.amount === 0 ? entry.amount : -entry.amount
    if (!entry.expected) this.#net.add(amount)
    if (entry.incoming) {
      this.#creditCount++
      this.#credits.add(amount)
    } else {
      this.#debitCount++
      this.#debits.add(amount)
    }
    if (entry.ymd !== this.#ymd) {
      this.#ymd = entry.ymd
      const digits = String(entry.ymd)
      this.#day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
    }
    const about = this.#about
    readInformation(this.#information, about)
    const supplement = this.#supplement === '' ? '' : this.#supplement.trim()
    const customerRef = NO_REFERENCE.has(entry.customerRef) ? '' : entry.customerRef
    // The customer reference of money in is often a number of the bank's: only where nothing else is there, it may be ours.
    const sentNo = about.endToEnd || (amount < 0 || entry.bankRef === '' ? customerRef : '')
    const said = this.#remittance || entry.bankRef === '' || sentNo === '' ? remittanceOf(this.#information) : ''
    const bankNo = entry.bankRef || onlyReference(`${sentNo}\n${said}`)
    this.#into.add({
      record: this.#entryRecord,
      lineNumber: this.#entryLine,
      kind: amount < 0 ? 'refund' : 'payment',
      status: entry.expected ? 'pending' : 'success',
      orderNo: '',
      // On money out the bank's number is the movement's own, not the one of the payment that it may give back.
      tradeNo: amount < 0 ? '' : bankNo,
      merchantOrderNo: sentNo || ownNumberIn(said),
      refundNo: '',
      channelRefundNo: amount < 0 ? bankNo : '',
      reference: customerRef,
      ...(this.#remittance ? { remittance: said } : {}),
      amount,
      currency: this.#currency,
      at: null,
      date: this.#day,
      merchant: this.#account,
      payer: about.account || (supplement !== '' && isIban(supplement) ? supplement : '') || about.name || entry.name,
      fee: null,
      batchNo: '',
      neutral: false,
    })
  }

  /** The message ends here, by its own end, by the next one, or with the file. */
  #finish(): void {
    this.#flush()
    if (this.#stage === 'closed' && this.#statementInformation !== '') this.#daySums()
    const stage = this.#stage
    this.#stage = 'outside'
    this.#open = 'nothing'
    this.#dash = false
    this.#held = null
    if (stage === 'outside') return
    const intraday = this.#opening === null && (this.#intraday || this.#report !== '')
    this.#noteType(intraday)
    if (intraday) return this.#finishReport()
    if (stage !== 'closed')
      this.#into.spoil({ line: this.#startLine }, 'closing_missing', {
        zh: '这里开始的对账单没有期末余额 :62F:：文件被截断，请重新下载',
        en: 'the statement that begins here has no closing balance :62F:; the file is cut off, download it again',
      })
  }

  #finishReport(): void {
    this.#messages++
    // A bank may leave out the total of a side without entries, not both.
    const proven = (this.#creditsStated || this.#creditCount === 0) && (this.#debitsStated || this.#debitCount === 0)
    if (!proven || (!this.#creditsStated && !this.#debitsStated)) this.#untotalled++
    const key = `${this.#account} ${this.#label()}`
    const content = `${this.#report} ${this.#creditCount} ${this.#credits.value} ${this.#debitCount} ${this.#debits.value}`
    if (this.#reports.get(key) === content && this.#entriesOfMessage > 0)
      this.#warn(this.#startLine, 'statement_repeated', {
        zh: `账户 ${this.#account} 的第 ${this.#label()} 号日间报告在文件里出现两次：它的记录可能是重复的`,
        en: `intraday report ${this.#label()} of account ${this.#account} is in the file twice: its records may be repeated`,
      })
    if (this.#reports.size >= ACCOUNTS_MAX) this.#reports.clear()
    this.#reports.set(key, content)
  }

  #noteType(intraday: boolean): void {
    if (this.#mixed || intraday === (this.#type === 'mt942')) return
    this.#mixed = true
    this.#into.warn({ line: this.#startLine }, 'messages_mixed', {
      zh: '文件里既有 MT940 又有 MT942 报文：同一笔记录可能出现两次，请分别提交',
      en: 'the file holds both MT940 and MT942 messages: a record may be in it twice, give them one by one',
    })
  }

  #warn(line: number, code: string, text: Sentences, record: number | null = null): void {
    if (this.#warnings++ < WARNINGS_MAX) this.#into.warn({ line, record }, code, text)
  }

  #name(): string {
    return `${this.#account} ${this.#label()}`.trim()
  }

  #label(): string {
    return labelOf(this.#number, this.#page)
  }
}

const isBlock = (text: string, from: number): boolean => {
  const block = text.charCodeAt(from + 1)
  return block >= 49 && block <= 53 && text.charCodeAt(from + 2) === 58
}

/** `:940:` alone on a line: some banks begin each message with it. */
const isTypeLine = (text: string, from: number, to: number): boolean =>
  to - from === 5 && /^:94[02]:$/.test(text.slice(from, to))

/** Dutch banks write the currency behind the account: it is no part of it. */
const withoutCurrency = (account: string, currency: string): string =>
  account.length > 3 && account.endsWith(currency) ? account.slice(0, -3).trimEnd() : account

const labelOf = (number: number, page: number): string =>
  number < 0 ? '' : page < 0 ? String(number) : `${number}/${page}`
