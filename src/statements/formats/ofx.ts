import { exponentOf } from '../../kernel/money.ts'
import { amountTroubleText, plainAmount } from '../amount_text.ts'
import type { Collector, Sentences } from '../collector.ts'
import { UNDECODABLE } from '../encoding.ts'
import type { Format, Probe, Reader, ReaderHead } from '../format.ts'
import { dayText, isDay, LocalClock } from '../local_time.ts'
import { SgmlFeeder, unescaped } from '../sgml.ts'
import type { Column, Field } from '../statement.ts'
import { doctypeRefused } from '../xml.ts'

/**
 * OFX, also as QFX and QBO: SGML of version 1 (leaf tags left open), XML of version 2, and files whose header says one and
 * whose body is the other. TRNAMT carries its sign; LEDGERBAL is a snapshot of some moment and proves nothing.
 */
export const ofx: Format = {
  name: 'ofx',
  channel: 'bank',
  feed: 'decoded',
  recognise,
  read: (probe, into) => new OfxReader(probe, into),
}

/** Identifiers remembered to notice repeated ones; a bank's download holds a few thousand. */
const IDS_KEPT = 200_000
const START = /^[\s\ufeff]*(?:(OFXHEADER\s*:)|(?:<\?xml[^>]*\?>\s*)?(?:(<\?OFX\b)|(<OFX[\s>])))/i

const COLUMNS: readonly (readonly [string, Field | null])[] = [
  ['DTPOSTED', 'occurred_at'],
  ['TRNAMT', 'amount'],
  ['CURDEF', 'currency'],
  ['TRNTYPE', 'kind'],
  ['FITID', 'channel_trade_no'],
  ['NAME', 'payer_name'],
  ['MEMO', 'description'],
]

const STATEMENTS = new Set(['STMTRS', 'CCSTMTRS', 'INVSTMTRS', 'LOANSTMTRS'])
const TRANSACTIONS = new Set(['STMTTRN', 'STMTTRNP'])
/** Aggregates below a transaction whose leaves are not the transaction's own. */
const NESTED = new Set([
  'CURRENCY',
  'ORIGCURRENCY',
  'PAYEE',
  'BANKACCTTO',
  'CCACCTTO',
  'BANKACCTFROM',
  'CCACCTFROM',
  'IMAGEDATA',
  'LOANPMTINFO',
])
/** Leaves that are read; each may stand once in a transaction. */
const LEAVES = new Set(['TRNTYPE', 'DTPOSTED', 'DTTRAN', 'TRNAMT', 'FITID', 'CORRECTFITID', 'CORRECTACTION', 'REFNUM'])
/** Securities bought and sold, and what they earn: movements that have no STMTTRN. */
const INVESTMENT =
  /^(?:BUY|SELL|REINVEST|INCOME$|INVEXPENSE$|JRNL|MARGININTEREST$|RETOFCAP$|SPLIT$|TRANSFER$|CLOSUREOPT$)/

function recognise(probe: Probe) {
  const start = START.exec(probe.text)
  if (!start) return null
  return { score: start[3] ? 0.95 : 0.99, reasons: [start[3] ? 'element OFX' : 'OFX header'] }
}

type Transaction = {
  readonly line: number
  readonly pending: boolean
  readonly leaves: Map<string, string>
  repeated: string
  currency: string
  counterparty: string
  damaged: boolean
}

class OfxReader implements Reader {
  readonly head: ReaderHead
  readonly #into: Collector
  readonly #feeder: SgmlFeeder
  readonly #utc = new LocalClock('UTC')
  readonly #givenCurrency: string
  /** A decimal comma is used somewhere, so that a point before three digits could group them. */
  readonly #commas: boolean
  #currency = ''
  #accountOpen = false
  #transaction: Transaction | null = null
  #nested = ''
  #ended = false
  #ids = new Set<string>()
  #repeatedIds = 0
  #firstRepeated = 0
  #contradictions = 0
  #firstContradiction = 0
  #investments = 0

  constructor(probe: Probe, into: Collector) {
    if (/<!(?:DOCTYPE|ENTITY)/i.test(probe.text.slice(0, 4_096))) throw doctypeRefused(into.file)
    this.#into = into
    this.#givenCurrency = probe.options.currency ?? ''
    this.#commas = /<(?:TRNAMT|BALAMT)>\s*[+-]?\d+,\d{1,2}\s*(?:<|$)/im.test(probe.text)
    this.#feeder = new SgmlFeeder(
      {
        open: (name, line) => this.#open(name, line),
        leaf: (name, text, line) => this.#leaf(name, text, line),
        close: name => this.#close(name),
      },
      into.file,
      probe.text,
      probe.options.limits?.rowLength,
    )
    const zone = new LocalClock(probe.options.zone ?? 'Asia/Shanghai').zone
    const columns: Column[] = COLUMNS.map(([header, field]) => ({ header, field, confidence: 1 }))
    this.head = { delimiter: null, confidence: 0.99, columns, zone, period: periodOf(probe) }
  }

  push(text: string): void {
    this.#feeder.push(text)
  }

  end(): void {
    this.#feeder.end()
    if (!this.#ended)
      this.#into.spoil({}, 'file_cut_off', {
        zh: '文件结尾没有 </OFX>：文件不完整，请重新下载',
        en: 'the end </OFX> is missing: the file is cut off, download it again',
      })
    if (this.#repeatedIds > 0)
      this.#into.warn({ record: this.#firstRepeated, column: 'FITID' }, 'id_repeated', {
        zh: `有 ${this.#repeatedIds} 笔记录的 FITID 与同一账户的前面记录重复（首次在第 ${this.#firstRepeated} 笔）：银行编号不可靠，请核对是否重复列出`,
        en: `${this.#repeatedIds} records repeat a FITID of the same account (first at record ${this.#firstRepeated}): the bank's numbers are not reliable, check whether records are listed twice`,
      })
    if (this.#contradictions > 0)
      this.#into.warn({ record: this.#firstContradiction, column: 'TRNTYPE' }, 'sign_doubtful', {
        zh: `有 ${this.#contradictions} 笔记录的 TRNTYPE（CREDIT/DEBIT）与金额正负相反（首次在第 ${this.#firstContradiction} 笔），已以金额的正负为准：请核对`,
        en: `${this.#contradictions} records have a TRNTYPE (CREDIT/DEBIT) against the sign of their amount (first at record ${this.#firstContradiction}); the sign was followed, please check`,
      })
    if (this.#investments > 0)
      this.#into.spoil({}, 'investments_unsupported', {
        zh: `文件含有 ${this.#investments} 笔证券交易，本系统不读取：请只下载银行账户或信用卡账户的对账单`,
        en: `the file holds ${this.#investments} securities transactions, which are not read: download the bank or card account alone`,
      })
  }

  #open(name: string, line: number): void {
    if (this.#ended && name !== 'OFX') return
    if (TRANSACTIONS.has(name)) {
      // Left open by the file: what it has so far is what it is.
      if (this.#transaction) this.#finish(this.#transaction)
      const pending = name === 'STMTTRNP'
      this.#transaction = {
        line,
        pending,
        leaves: new Map(),
        repeated: '',
        currency: '',
        counterparty: '',
        damaged: false,
      }
      this.#nested = ''
    } else if (this.#transaction) {
      if (NESTED.has(name)) this.#nested = name
    } else if (STATEMENTS.has(name)) {
      this.#currency = ''
    } else if (name === 'BANKACCTFROM' || name === 'CCACCTFROM' || name === 'INVACCTFROM') this.#accountOpen = true
    else if (name === 'OFX' && this.#ended) {
      this.#into.spoil({ line }, 'content_after_end', {
        zh: `第 ${line} 行在 </OFX> 之后又开始一份对账单：请分别提交`,
        en: `line ${line} begins another statement after </OFX>: give each one by itself`,
      })
    } else if (INVESTMENT.test(name)) this.#investments++
  }

  #leaf(name: string, text: string, line: number): void {
    const transaction = this.#transaction
    if (transaction) {
      if (text.includes(UNDECODABLE)) transaction.damaged = true
      if (this.#nested === 'CURRENCY' && name === 'CURSYM') transaction.currency = text.toUpperCase()
      else if (/^(?:BANK|CC)ACCTTO$/.test(this.#nested) && name === 'ACCTID') transaction.counterparty = unescaped(text)
      else if (this.#nested === '' && LEAVES.has(name)) {
        if (transaction.leaves.has(name)) transaction.repeated = name
        transaction.leaves.set(name, text)
      }
    } else if (name === 'CURDEF') {
      this.#currency = text.toUpperCase()
      if (/^[A-Z]{3}$/.test(this.#currency)) this.#into.states(this.#currency)
    } else if (name === 'ACCTID' && this.#accountOpen) {
      this.#ids = new Set()
    } else if (name === 'SEVERITY' && text.toUpperCase() === 'ERROR')
      this.#into.spoil({ line }, 'server_error', {
        zh: `第 ${line} 行：银行返回的状态是错误（ERROR），对账单不完整：请重新下载`,
        en: `line ${line}: the bank answered with an error, so the statement is not complete; download it again`,
      })
  }

  #close(name: string): void {
    if (name === 'OFX') {
      if (this.#transaction) this.#finish(this.#transaction)
      this.#ended = true
    } else if (TRANSACTIONS.has(name) || name === 'BANKTRANLIST' || STATEMENTS.has(name)) {
      if (this.#transaction) this.#finish(this.#transaction)
    } else if (name === this.#nested) this.#nested = ''
    else if (/^(?:BANK|CC|INV)ACCTFROM$/.test(name)) this.#accountOpen = false
  }

  #finish(transaction: Transaction): void {
    this.#transaction = null
    this.#nested = ''
    const { leaves, line } = transaction
    const record = ++this.#into.records
    const reject = (column: string, code: string, text: Sentences) =>
      this.#into.reject({ record, line, column }, code, text)
    if (transaction.damaged)
      return reject('STMTTRN', 'bytes_undecodable', {
        zh: '含有无法解码的字节（被截断的字符或混用了编码）：请重新下载原始文件',
        en: 'it holds bytes that cannot be decoded (a cut character or a mix of encodings); fetch the original file again',
      })
    if (transaction.repeated !== '')
      return reject(transaction.repeated, 'element_unclear', {
        zh: `元素 ${transaction.repeated} 在一笔记录中出现两次，含义不明：请重新下载`,
        en: `the element ${transaction.repeated} stands twice in one record, so what it means is not clear; download the file again`,
      })
    const currency = transaction.currency || this.#currency || this.#givenCurrency
    if (!/^[A-Z]{3}$/.test(currency))
      return reject('CURDEF', 'currency_missing', {
        zh: `币种“${currency.slice(0, 20)}”缺失或无法识别，应为 CNY 这样的三个字母：请用选项指明币种`,
        en: `the currency "${currency.slice(0, 20)}" is missing or not three letters like EUR: give it as an option`,
      })
    const exponent = exponentOf(currency)
    const written = leaves.get('TRNAMT') ?? ''
    const amount = this.#amount(written, exponent)
    if (typeof amount === 'string')
      return reject('TRNAMT', 'amount_unreadable', amountTroubleText(amount as 'unreadable', written, exponent))
    const dated = leaves.get('DTPOSTED') ?? leaves.get('DTTRAN') ?? ''
    const moment = ofxMoment(dated, this.#utc)
    if (!moment)
      return reject('DTPOSTED', 'time_unreadable', {
        zh: `日期“${dated.slice(0, 40)}”无法识别，应为 20261120 或 20261120093000[+8:CST]`,
        en: `the date "${dated.slice(0, 40)}" cannot be read; 20261120 or 20261120093000[-5:EST] is expected`,
      })
    const out = amount < 0 || (amount === 0 && written.startsWith('-'))
    const type = (leaves.get('TRNTYPE') ?? '').toUpperCase()
    if ((type === 'DEBIT' && amount > 0) || (type === 'CREDIT' && amount < 0)) {
      if (this.#contradictions++ === 0) this.#firstContradiction = record
    }
    const id = unescaped(leaves.get('FITID') ?? '')
    this.#noteId(id, record)
    const removed = this.#correction(leaves, id, record, line)
    const reference = /^(?:0*|NONE|N\/A|NULL)$/i.test(id) ? unescaped(leaves.get('REFNUM') ?? '') : id
    this.#into.add({
      record,
      lineNumber: line,
      kind: out ? 'refund' : 'payment',
      status: transaction.pending ? 'pending' : 'success',
      orderNo: '',
      // On money out the bank's number is the movement's own, not the one of the payment that it may give back.
      tradeNo: out ? '' : reference,
      merchantOrderNo: '',
      refundNo: '',
      channelRefundNo: out ? reference : '',
      amount,
      currency,
      at: moment.at,
      date: moment.date,
      merchant: '',
      payer: transaction.counterparty,
      fee: null,
      batchNo: '',
      neutral: removed,
    })
  }

  /** Point or comma before the decimals, any number of them; never both meanings. */
  #amount(text: string, exponent: number): number | 'empty' | 'decimals' | 'unreadable' {
    if (text === '') return 'empty'
    const parts = /^([+-]?)(\d*)(?:([.,])(\d*))?$/.exec(text) ?? grouped(text)
    if (!parts) return 'unreadable'
    const [, sign = '', whole = '', separator = '', fraction = ''] = parts
    if (whole === '' && fraction === '') return 'unreadable'
    // "1,234" and, where commas are decimal, "1.234" may be thousands.
    const doubtful = separator === ',' || (separator === '.' && this.#commas)
    if (doubtful && fraction.length === 3 && /^[1-9]\d{0,2}$/.test(whole)) return 'unreadable'
    const plain = `${sign}${whole || '0'}${fraction === '' ? '' : `.${fraction}`}`
    const minor = plainAmount(plain, 0, plain.length, exponent)
    if (!Number.isNaN(minor)) return minor
    return /[1-9]/.test(fraction.slice(exponent)) ? 'decimals' : 'unreadable'
  }

  #noteId(id: string, record: number): void {
    if (id === '') return
    if (this.#ids.has(id)) {
      if (this.#repeatedIds++ === 0) this.#firstRepeated = record
    } else if (this.#ids.size < IDS_KEPT) this.#ids.add([...id].join(''))
  }

  /** CORRECTFITID: this record takes the place of an earlier one, or strikes it out. True: it moves nothing itself. */
  #correction(leaves: ReadonlyMap<string, string>, id: string, record: number, line: number): boolean {
    const corrected = unescaped(leaves.get('CORRECTFITID') ?? '')
    if (corrected === '') return false
    const place = { record, line, column: 'CORRECTFITID' }
    const removes = (leaves.get('CORRECTACTION') ?? '').toUpperCase() === 'DELETE'
    if (corrected !== id && this.#ids.has(corrected))
      this.#into.spoil(place, 'correction_in_file', {
        zh: `第 ${record} 笔更正同一文件中的 ${corrected}，两者都入账会使金额错误：请向银行索取更正后的文件`,
        en: `record ${record} corrects ${corrected}, which is in this file too: booking both would be wrong; ask the bank for a corrected file`,
      })
    else
      this.#into.warn(place, 'correction', {
        zh: `第 ${record} 笔${removes ? '撤销' : '替换'}银行以前发出的 ${corrected}：如果已入账，请先处理那一笔`,
        en: `record ${record} ${removes ? 'strikes out' : 'replaces'} ${corrected}, which the bank sent before: if that was booked, mend it first`,
      })
    return removes
  }
}

/** "1,234.56" and "1.234,56": both signs show which is which. */
function grouped(text: string): RegExpExecArray | null {
  const groups = /^[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?!\1)[.,]\d{1,2}$/
  if (!groups.test(text)) return null
  const cut = text.length - (/[.,]\d{1,2}$/.exec(text)?.[0].length ?? 0)
  return /^([+-]?)(\d*)([.,])(\d*)$/.exec(text.slice(0, cut).replace(/[.,]/g, '') + text.slice(cut))
}

const MOMENT =
  /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(?:(\d{2})(?:[.,](\d{1,6}))?)?)?\s*(?:\[\s*([+\-−]?\d{1,4}(?:\.\d{1,2})?)\s*(?::[^\]]*)?\])?$/

/**
 * A time without an offset is GMT by the specification. Midnight, with or without an offset, is how banks write a date that
 * has no time: it stays the day that is written, whatever zone the reader is in.
 */
export function ofxMoment(text: string, utc: LocalClock): { at: number | null; date: string | null } | null {
  const parts = MOMENT.exec(text.trim())
  if (!parts) return null
  const ymd = Number(parts[1]) * 10_000 + Number(parts[2]) * 100 + Number(parts[3])
  if (!isDay(ymd)) return null
  const [hour, minute, second] = [Number(parts[4] ?? 0), Number(parts[5] ?? 0), Number(parts[6] ?? 0)]
  const millis = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'))
  const offset = offsetMinutes(parts[8] ?? '0')
  if (offset === null) return null
  if (hour === 0 && minute === 0 && second === 0 && millis === 0) return { at: null, date: dayText(ymd) }
  const at = utc.at(ymd, hour, minute, second)
  return Number.isNaN(at) ? null : { at: at + millis - offset * 60_000, date: null }
}

/** "-5", "+5.5", "5.30" (as written in India) and "+0530", in minutes. */
function offsetMinutes(text: string): number | null {
  const parts = /^([+\-−]?)(\d{1,2}|\d{4})(?:\.(\d{1,2}))?$/.exec(text)
  if (!parts) return null
  const digits = parts[2] ?? ''
  const fraction = parts[3] ?? ''
  const hours = Number(digits.length === 4 ? digits.slice(0, 2) : digits)
  const part = fraction === '30' || fraction === '45' ? Number(fraction) : Math.round(Number(`0.${fraction || 0}`) * 60)
  const minutes = digits.length === 4 ? Number(digits.slice(2)) : part
  if (hours > 14 || minutes > 59) return null
  return (parts[1] === '' || parts[1] === '+' ? 1 : -1) * (hours * 60 + minutes)
}

/** DTSTART to DTEND where the file has one statement; banks that put the moment of the download into both say nothing. */
function periodOf(probe: Probe): { from: string; to: string } | null {
  const days = (tag: string) =>
    [...probe.text.matchAll(new RegExp(`<${tag}>\\s*(\\d{8})`, 'g'))].map(match => Number(match[1]))
  const [from, ...others] = days('DTSTART')
  const to = days('DTEND')[0]
  if (!probe.whole || others.length > 0 || from === undefined || to === undefined) return null
  return isDay(from) && isDay(to) && from < to ? { from: dayText(from), to: dayText(to) } : null
}
