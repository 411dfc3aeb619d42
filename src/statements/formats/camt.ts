import { exponentOf, formatMinor } from '../../kernel/money.ts'
import { onlyReference } from '../../kernel/transfer_reference.ts'
import type { Status } from '../../matching/entry.ts'
import type { XmlTag } from '../../system/xml_tokens.ts'
import { amountIn, decimalAmount, ExactSumPair, feeOf, hasCharges } from '../camt/amounts.ts'
import { onlyCurrency, periodOf } from '../camt/beginning.ts'
import { type Carried, ControlList } from '../camt/ledger.ts'
import {
  type Batch,
  type Charge,
  type Detail,
  type Entry,
  type MessageTaker,
  type Movement,
  messageTree,
  type Position,
  type StatementPart,
} from '../camt/message.ts'
import { amountRefusal, currencyRefusal, dateRefusal, type Refusal, sideRefusal, unclear } from '../camt/refusals.ts'
import { amountControl, type Collector } from '../collector.ts'
import type { Format, Probe, Reader, ReaderHead } from '../format.ts'
import { isoMoment, type Moment } from '../iso_moment.ts'
import { LocalClock } from '../local_time.ts'
import { ownNumberIn } from '../own_number.ts'
import type { Column, Field, Line } from '../statement.ts'
import { doctypeRefused, type PathNode, UNDECODABLE_IN_XML, XmlFeeder } from '../xml.ts'

/**
 * ISO 20022 account reports (camt.052), statements (camt.053) and debit/credit notifications (camt.054), all versions, with
 * or without namespace. A record is a TxDtls where an entry has several whose amounts are in the entry's currency, else the
 * entry. CdtDbtInd is the direction of the entry itself: RvslInd does not turn it round.
 */
export const camt052: Format = camtFormat('camt.052', 'AcctRpt', 'Rpt')
export const camt053: Format = camtFormat('camt.053', 'Stmt', 'Stmt')
export const camt054: Format = camtFormat('camt.054', 'DbtCdtNtfctn', 'Ntfctn')

/** Details held until it is clear what the entry's records are; a longer batch is settled by these. */
const DETAILS_HELD = 1_000
const ZONE = 'Asia/Shanghai'
const ROOT = /^BkToCstmr(Stmt|AcctRpt|DbtCdtNtfctn)(?:V\d+)?$/
const ROOT_TAG = /<(?:[\w.-]+:)?BkToCstmr(Stmt|AcctRpt|DbtCdtNtfctn)(?:V\d+)?[\s/>]/
/** What banks write where there is no number. */
const NO_REFERENCE = /^(?:NOT ?PROVIDED|NOTAVAILABLE|NON ?REF|NONE|N\/?A|UNKNOWN|-+|0+)$/i

const COLUMNS: readonly (readonly [string, Field | null])[] = [
  ['Amt', 'amount'],
  ['CdtDbtInd', 'direction'],
  ['Amt@Ccy', 'currency'],
  ['Sts', 'status'],
  ['BookgDt', 'occurred_at'],
  ['ValDt', null],
  ['AcctSvcrRef', 'channel_trade_no'],
  ['EndToEndId', 'merchant_order_no'],
  ['CdtrRefInf/Ref', 'order_no'],
  ['DbtrAcct/CdtrAcct', 'payer_account'],
  ['Chrgs', 'fee'],
  ['Btch/PmtInfId', 'batch_no'],
]

function camtFormat(name: string, root: string, part: 'Rpt' | 'Stmt' | 'Ntfctn'): Format {
  const tree = messageTree(part)
  return {
    name,
    channel: 'bank',
    feed: 'decoded',
    recognise: probe => recognise(probe, name, root),
    read: (probe, into) => new CamtReader(name, root, tree, probe, into),
  }
}

function recognise(probe: Probe, name: string, root: string) {
  if (!/^[\s\ufeff]*</.test(probe.text)) return null
  const text = probe.text.replace(/<!--[\s\S]*?-->/g, '')
  const found = ROOT_TAG.exec(text)
  if (!found || found[1] !== root) return null
  const before = text
    .slice(0, found.index)
    .replace(/^[\s\ufeff]*(?:<\?[^>]*\?>\s*)*(?:<!DOCTYPE(?:[^>[]|\[[\s\S]*?\])*>\s*)?/, '')
  const alone = /^(?:<(?:[\w.-]+:)?Document\b[^>]*>\s*)?$/.test(before)
  // Otherwise in the envelope of a network or a bank: the message must still be inside elements.
  if (!alone && !/^<[A-Za-z_]/.test(before)) return null
  const namespace = new RegExp(`${name.replace('.', '\\.')}\\.\\d{3}\\.\\d{2}`).exec(text)?.[0]
  return {
    score: alone ? 0.99 : 0.9,
    reasons: [`element BkToCstmr${root}`, ...(namespace ? [`namespace ${namespace}`] : [])],
  }
}

/** What is certain about an entry. */
type Settled = {
  readonly minor: number
  readonly currency: string
  readonly status: Status
  readonly neutral: boolean
  readonly moment: Moment | null
}

class CamtReader implements Reader, MessageTaker {
  readonly head: ReaderHead
  statement: StatementPart | null = null
  entry: Entry | null = null
  detail: Detail | null = null
  batch: Batch | null = null
  charge: Charge | null = null
  balance: Position['balance'] = null
  pages = { page: '', last: '' }
  readonly #into: Collector
  readonly #root: string
  readonly #format: string
  readonly #currency: string
  readonly #remittance: boolean
  readonly #clock: LocalClock
  readonly #utc = new LocalClock('UTC')
  readonly #controls: ControlList
  readonly #feeder: XmlFeeder
  readonly #tree: PathNode<MessageTaker>
  readonly #path: (PathNode<MessageTaker> | null)[] = []
  #node: PathNode<MessageTaker> | null = null
  #text = ''
  #ccy = ''
  /** What the entry being read is, settled when it is first needed, and how its details are taken. */
  #settled: Settled | Refusal | null = null
  #mode: 'undecided' | 'details' | 'entry' = 'undecided'
  readonly #detailSum = new ExactSumPair()
  #detailCharges = 0
  readonly #groupSum = new ExactSumPair()
  #unproven = 0
  #carried: Carried | null = null
  readonly #seen = new Set<string>()
  #dateless = 0
  #batches = 0
  #batchesRight = 0
  #momentText = ''
  #moment: Moment | null = null

  constructor(name: string, root: string, tree: PathNode<MessageTaker>, probe: Probe, into: Collector) {
    if (/<!(?:DOCTYPE|ENTITY)/.test(probe.text.slice(0, 4_096))) throw doctypeRefused(into.file)
    this.#format = name
    this.#root = root
    this.#tree = tree
    this.#into = into
    this.#currency = probe.options.currency ?? ''
    this.#remittance = probe.options.remittance ?? false
    this.#clock = new LocalClock(probe.options.zone ?? ZONE)
    this.#controls = new ControlList(into)
    this.#feeder = new XmlFeeder(
      {
        open: tag => this.#open(tag),
        text: (source, from, to) => this.#take(source, from, to),
        close: () => this.#close(),
        broken: (reason, line) => this.#broken(reason, line),
      },
      into.file,
      probe.options.limits?.rowLength,
    )
    const columns: Column[] = COLUMNS.map(([header, field]) => ({ header, field, confidence: 1 }))
    this.head = {
      delimiter: null,
      confidence: 0.99,
      columns,
      zone: this.#clock.zone,
      period: root === 'Stmt' && probe.whole ? periodOf(probe.text) : null,
      currency: onlyCurrency(probe.text) ?? (this.#currency || null),
    }
  }

  push(text: string): void {
    this.#feeder.push(text)
  }

  end(): void {
    this.#feeder.end()
    if (this.#batches > 0 && this.#batches === this.#batchesRight)
      this.#controls.add({
        name: 'ΣTxDtls = Ntry',
        stated: String(this.#batches),
        computed: String(this.#batchesRight),
        ok: true,
      })
    this.#controls.end()
    if (this.#dateless > 0)
      this.#into.warn({ column: 'BookgDt' }, 'date_missing', {
        zh: `${this.#dateless} 笔分录没有记账日和起息日，已采用报文的生成日期（CreDtTm）：请确认`,
        en: `${this.#dateless} entries have neither a booking nor a value date; the day the message was made (CreDtTm) was taken, please check`,
      })
    if (this.#root === 'Stmt' && this.#unproven > 0)
      this.#into.warn({}, 'totals_missing', {
        zh: `${this.#unproven} 份对账单没有可比的期初、期末余额，无法证明记录齐全：请与银行页面上的余额核对`,
        en: `${this.#unproven} statements state no opening and closing balance that could be compared, so nothing proves them complete; compare with what the bank shows`,
      })
    if (this.#carried) this.#pageMissing(this.#carried.page + 1)
    else if (this.#unproven > 0 && this.pages.last === 'false') this.#pageMissing(Number(this.pages.page || '1') + 1)
    else if (this.#unproven > 0 && Number(this.pages.page || '1') > 1) this.#pageMissing(Number(this.pages.page) - 1)
  }

  #open({ local: element, attributes }: XmlTag): void {
    const node = this.#node
    if (node?.leaf && this.#text !== '' && this.#text.trim() !== '') this.#mark(element)
    this.#path.push(node)
    this.#text = ''
    this.#ccy = attributes.get('Ccy') ?? ''
    if (node) {
      const child = node.children.get(element) ?? null
      this.#node = child
      child?.enter?.(this, this.#feeder.line)
      return
    }
    if (this.statement !== null) return
    const root = ROOT.exec(element)
    if (!root) return
    const line = this.#feeder.line
    if (root[1] !== this.#root)
      return this.#into.spoil({ line }, 'messages_mixed', {
        zh: `第 ${line} 行是另一种报文（${element}），文件按 ${this.#format} 读取：请分别提交`,
        en: `line ${line} begins another kind of message (${element}) in a ${this.#format} file: give each one by itself`,
      })
    this.#node = this.#tree
  }

  #take(source: string, from: number, to: number): void {
    if (this.#node === null) {
      if (this.entry && this.#feeder.damaged && source.slice(from, to).includes(UNDECODABLE_IN_XML)) this.#mark('')
      return
    }
    if (!this.#node.leaf) return
    const text = source.slice(from, to)
    this.#text = this.#text === '' ? text : this.#text + text
  }

  #close(): void {
    const node = this.#node
    this.#node = this.#path.pop() ?? null
    if (node === null) return
    if (node.leaf) {
      const text = this.#text.trim()
      if (text !== '') {
        if (text.includes(UNDECODABLE_IN_XML)) this.#mark('')
        node.leaf(this, text, this.#ccy)
      }
    }
    this.#text = ''
    this.#ccy = ''
    node.exit?.(this)
  }

  /** The record being read holds an element that is not clear, or undecodable bytes (""). */
  #mark(element: string): void {
    const movement: Movement | null = this.detail ?? this.entry
    if (!movement) return
    if (element === '') movement.damaged = true
    else movement.unclear = element
  }

  balanceEnd(balance: NonNullable<Position['balance']>): void {
    const statement = this.statement
    // Interim balances carry a page forward; the page's own sums are checked at its last page.
    if (!statement || (balance.sub === 'INTM' && balance.type !== 'ITBD')) return
    const currency = balance.currency || statement.currency
    const minor = decimalAmount(balance.amount, exponentOf(currency))
    const sign = balance.side === 'CRDT' ? 1 : balance.side === 'DBIT' ? -1 : 0
    if (Number.isNaN(minor) || sign === 0) {
      this.#into.spoil({ column: `Bal ${balance.type}` }, 'balance_unreadable', {
        zh: `余额 ${balance.type}“${balance.amount.slice(0, 40)}”（${balance.side || '无借贷标志'}）无法识别：请重新下载报文`,
        en: `the balance ${balance.type} "${balance.amount.slice(0, 40)}" (${balance.side || 'no CdtDbtInd'}) cannot be read; fetch the message again`,
      })
      return
    }
    statement.ledger.balance({ type: balance.type, currency, minor: minor * sign, day: balance.day })
  }

  /** Details are held until the entry ends, or until there are so many that it must be decided. */
  detailEnd(entry: Entry, detail: Detail): void {
    if (this.#mode === 'undecided') {
      entry.details.push(detail)
      if (entry.details.length < DETAILS_HELD) return
      this.#decide(entry)
      return
    }
    if (this.#mode === 'details') this.#detailRecord(entry, detail, false)
  }

  groupEnd(entry: Entry): void {
    const batch = entry.batch
    // A batch may be told in full in another message: only when its transactions are listed, their number must agree.
    if (batch && entry.groupCount >= 2) {
      if (this.#mode === 'undecided') this.#decide(entry)
      if (batch.count !== '')
        this.#batchControl({
          name: `NbOfTxs ${nameOf(entry)}`,
          stated: batch.count,
          computed: String(entry.groupCount),
          ok: /^\d+$/.test(batch.count) && Number(batch.count) === entry.groupCount,
        })
      if (batch.amount !== '') this.#batchTotal(entry, batch)
    }
    entry.batch = entry.groupCount >= 2 ? null : batch
    entry.groupCount = 0
    this.#groupSum.clear()
  }

  entryEnd(entry: Entry): void {
    if (this.#mode === 'undecided') this.#decide(entry)
    const settled = this.#settle(entry)
    if (this.#mode === 'details' && !('code' in settled)) {
      this.#batches++
      const sum = this.#detailSum.value
      // A batch may be booked net of its charges, which stand beside each detail or once for the entry.
      const charges = this.#detailCharges || (feeOf(entry, settled.currency) ?? 0)
      const netted = charges !== 0 && sum !== BigInt(settled.minor) && sum - BigInt(charges) === BigInt(settled.minor)
      const right = netted || sum === BigInt(settled.minor)
      if (netted)
        this.#into.warn({ line: entry.line }, 'charges_netted', {
          zh: `分录 ${nameOf(entry)} 入账的是扣除手续费 ${formatMinor(charges, settled.currency)} 之后的净额：各笔明细按全额读取，手续费另列`,
          en: `entry ${nameOf(entry)} was booked net of its charges of ${formatMinor(charges, settled.currency)}: its details are read in full, the charges beside them`,
        })
      if (right) this.#batchesRight++
      else
        this.#controls.add(
          amountControl(`ΣTxDtls = Ntry ${nameOf(entry)}`, BigInt(settled.minor), sum, settled.currency),
        )
    }
    if (!('code' in settled)) {
      const booked = settled.status === 'success' && !settled.neutral
      this.statement?.ledger.entry(settled.minor, settled.currency, booked, entry.valuedOn.slice(0, 10))
    }
    this.#settled = null
    this.#mode = 'undecided'
    this.#detailSum.clear()
    this.#detailCharges = 0
  }

  statementEnd(statement: StatementPart): void {
    const key = [statement.id, statement.account, statement.sequence, statement.created, statement.from, statement.page]
    const identity = JSON.stringify(key)
    if (statement.id !== '' && this.#seen.has(identity))
      this.#into.spoil({ line: statement.line }, 'statement_repeated', {
        zh: `对账单 ${statement.id} 在文件中出现了两次：重复入账会使金额加倍，请删去其中一份`,
        en: `statement ${statement.id} is in the file twice; booking both would double the amounts, so remove one`,
      })
    if (this.#seen.size < 100_000) this.#seen.add(identity)
    this.#into.made(isoMoment(statement.created, this.#clock, this.#utc)?.at ?? Number.NaN)
    if (/^(?:CODU|DUPL)$/.test(statement.duplicate))
      this.#into.warn({ line: statement.line, column: 'CpyDplctInd' }, 'statement_duplicate', {
        zh: `银行注明对账单 ${statement.id} 是副本（${statement.duplicate}）：如果已导入原件，请勿重复入账`,
        en: `the bank marks statement ${statement.id} as a duplicate (${statement.duplicate}): do not book it again if the original was`,
      })
    const page = Number(statement.page || '1')
    const last = statement.lastPage !== 'false' && statement.lastPage !== '0'
    statement.ledger.name = statement.id
    const { carry, proven } = statement.ledger.end(
      this.#controls,
      this.#into,
      statement.line,
      { account: statement.account, number: page, last },
      this.#carried,
    )
    const continues = this.#carried?.account === statement.account && this.#carried.page === page - 1
    if (page > 1 && !continues && !proven) this.#pageMissing(page - 1, statement.line)
    this.#carried = carry
    if (!proven && last) this.#unproven++
  }

  /** The records of an entry, as soon as they can be told. */
  #decide(entry: Entry): void {
    const held = entry.details
    entry.details = []
    const settled = this.#settle(entry)
    if ('code' in settled) {
      this.#mode = 'entry'
      return this.#reject(entry.line, settled)
    }
    const countable = held.filter(detail => amountIn(detail, settled.currency) !== '').length
    const several = entry.detailCount >= 2
    if (several && countable === held.length) {
      this.#mode = 'details'
      // A reference that several transactions share is the batch's.
      const shared = new Set(held.map(detail => detail.servicerRef)).size < held.length
      for (const detail of held) this.#detailRecord(entry, detail, shared)
      return
    }
    this.#mode = 'entry'
    const detail = several ? null : (held[0] ?? null)
    if (several && countable > 0)
      this.#into.warn({ record: this.#into.records + 1, line: entry.line }, 'details_incomplete', {
        zh: `分录 ${nameOf(entry)} 的部分明细没有 ${settled.currency} 金额，按分录总额记为一笔：请用明细报文逐笔核对`,
        en: `some details of entry ${nameOf(entry)} have no amount in ${settled.currency}; the entry was read as one record`,
      })
    else if (several && held.some(one => one.amount !== ''))
      this.#into.warn({ record: this.#into.records + 1, line: entry.line }, 'details_other_currency', {
        zh: `分录 ${nameOf(entry)} 的明细是其他币种，无法与 ${settled.currency} 总额核对，按分录总额记为一笔`,
        en: `the details of entry ${nameOf(entry)} are in another currency than its ${settled.currency}; the entry was read as one record`,
      })
    this.#entryRecord(entry, settled, detail)
  }

  #entryRecord(entry: Entry, settled: Settled, detail: Detail | null): void {
    const refusal = detail && unclear(detail)
    if (refusal) return this.#reject(entry.line, refusal)
    const record = this.#into.records + 1
    const stated = detail ? amountIn(detail, settled.currency) : ''
    const own = decimalAmount(stated, exponentOf(settled.currency))
    if (detail && !Number.isNaN(own) && own !== Math.abs(settled.minor))
      this.#into.warn({ record, line: entry.line, column: 'TxDtls/Amt' }, 'detail_differs', {
        zh: `分录金额 ${formatMinor(Math.abs(settled.minor), settled.currency)} 与其唯一明细的 ${stated} 不同：以分录（实际入账）为准，请核对`,
        en: `the entry is ${formatMinor(Math.abs(settled.minor), settled.currency)}, its only detail ${stated}; the entry, which is what was booked, was taken, please check`,
      })
    const reference =
      clean(entry.servicerRef) ||
      clean(detail?.servicerRef ?? '') ||
      clean(detail?.transactionId ?? '') ||
      this.#entryReference(entry)
    const batchNo = entry.batch ? clean(entry.batch.paymentId) || clean(entry.batch.messageId) : ''
    this.#add(entry, settled, detail, entry.line, settled.minor, reference, batchNo)
  }

  #detailRecord(entry: Entry, detail: Detail, shared: boolean): void {
    const settled = this.#settle(entry)
    if ('code' in settled) return
    const text = amountIn(detail, settled.currency)
    const minor = decimalAmount(text, exponentOf(settled.currency))
    const side = detail.side || entry.side
    const refusal =
      unclear(detail) ??
      (Number.isNaN(minor)
        ? amountRefusal('TxDtls/Amt', text, settled.currency)
        : side !== 'CRDT' && side !== 'DBIT'
          ? sideRefusal('TxDtls/CdtDbtInd', side)
          : null)
    if (refusal) return this.#reject(detail.line, refusal)
    const amount = side === 'CRDT' ? minor : -minor || 0
    this.#detailSum.add(amount)
    this.#groupSum.add(amount)
    const reference = (shared ? '' : clean(detail.servicerRef)) || clean(detail.transactionId)
    const batchNo =
      clean(entry.batch?.paymentId ?? '') ||
      clean(entry.batch?.messageId ?? '') ||
      clean(entry.servicerRef) ||
      this.#entryReference(entry)
    this.#add(entry, settled, detail, detail.line, amount, reference, batchNo)
  }

  #add(
    entry: Entry,
    settled: Settled,
    detail: Detail | null,
    line: number,
    amount: number,
    reference: string,
    batchNo: string,
  ): void {
    const moment = settled.moment ?? this.#datelessMoment(detail)
    if (!moment)
      return this.#reject(
        line,
        dateRefusal(entry.bookedOn || entry.valuedOn || detail?.date || this.statement?.created || ''),
      )
    // An entry of 0.00 goes by its mark.
    const out = amount < 0 || (amount === 0 && (detail?.side || entry.side) === 'DBIT')
    const sentNo = clean(detail?.endToEndId ?? '')
    const said = this.#wordsOf(entry, detail)
    const number = reference || onlyReference(`${sentNo}\n${said}`)
    const own = this.statement?.account ?? ''
    const parties = detail ? [detail.debtorAccount, detail.creditorAccount] : ['', '']
    if (out) parties.reverse()
    this.#into.records++
    const made: Line = {
      record: this.#into.records,
      lineNumber: line,
      kind: out ? 'refund' : 'payment',
      status: settled.status,
      orderNo: clean(detail?.creditorReference ?? ''),
      // On money out the bank's number is the movement's own, not the one of the payment that it may give back.
      tradeNo: out ? '' : number,
      merchantOrderNo: sentNo || ownNumberIn(said),
      refundNo: '',
      channelRefundNo: out ? number : '',
      ...(this.#remittance ? { remittance: said } : {}),
      amount,
      currency: settled.currency,
      at: moment.at,
      date: moment.date,
      merchant: '',
      payer: parties.find(account => account !== '' && account !== own) ?? '',
      fee: feeOf(
        detail && hasCharges(detail) ? detail : detail === null || entry.detailCount < 2 ? entry : null,
        settled.currency,
      ),
      batchNo,
      neutral: settled.neutral,
    }
    if (this.#mode === 'details') this.#detailCharges += made.fee ?? 0
    this.#into.add(made)
  }

  /** The payer's own words; what the bank says of the whole entry only where it is one record. */
  #wordsOf(entry: Entry, detail: Detail | null): string {
    if (detail && detail.remittance !== '') return detail.remittance
    return detail?.additional || (this.#mode === 'details' ? '' : entry.additional)
  }

  /** Amount, direction, status and date of an entry: without them nothing of it can be booked. */
  #settle(entry: Entry): Settled | Refusal {
    this.#settled ??= this.#settleNow(entry)
    return this.#settled
  }

  #settleNow(entry: Entry): Settled | Refusal {
    const vague = unclear(entry)
    if (vague) return vague
    const currency = entry.currency || this.statement?.currency || this.#currency
    if (!/^[A-Z]{3}$/.test(currency)) return currencyRefusal(currency)
    const minor = decimalAmount(entry.amount, exponentOf(currency))
    if (Number.isNaN(minor)) return amountRefusal('Amt', entry.amount, currency)
    if (entry.side !== 'CRDT' && entry.side !== 'DBIT') return sideRefusal('CdtDbtInd', entry.side)
    const state = statusOf(entry.status)
    if (!state)
      return {
        element: 'Sts',
        code: 'status_unknown',
        text: {
          zh: `分录状态“${entry.status.slice(0, 40)}”未知，应为 BOOK、PDNG、INFO 或 FUTR：请向银行确认`,
          en: `the status "${entry.status.slice(0, 40)}" of the entry is not known; BOOK, PDNG, INFO or FUTR is expected, ask the bank`,
        },
      }
    let moment: Moment | null = null
    const written = entry.bookedOn || entry.valuedOn
    if (written !== '') {
      moment = this.#read(written)
      if (!moment) return dateRefusal(written)
    }
    return { minor: entry.side === 'CRDT' ? minor : -minor || 0, currency, ...state, moment }
  }

  /** Entries of one day follow each other. */
  #read(text: string): Moment | null {
    if (text !== this.#momentText) {
      this.#momentText = text
      this.#moment = isoMoment(text, this.#clock, this.#utc)
    }
    return this.#moment
  }

  #datelessMoment(detail: Detail | null): Moment | null {
    if (detail && detail.date !== '') return this.#read(detail.date)
    this.#dateless++
    const day = isoMoment((this.statement?.created ?? '').slice(0, 10), this.#clock, this.#utc)
    return day
  }

  /** NtryRef may be anything, even the account's own number: the last resort. */
  #entryReference(entry: Entry): string {
    const reference = clean(entry.reference)
    return reference === this.statement?.account ? '' : reference
  }

  #batchControl(control: { name: string; stated: string; computed: string; ok: boolean }): void {
    this.#controls.add(control)
  }

  #batchTotal(entry: Entry, batch: Batch): void {
    const settled = this.#settle(entry)
    if ('code' in settled || this.#mode !== 'details' || (batch.currency || settled.currency) !== settled.currency)
      return
    const minor = decimalAmount(batch.amount, exponentOf(settled.currency))
    const name = `TtlAmt ${nameOf(entry)}`
    const sum = this.#groupSum.value
    if (Number.isNaN(minor))
      return this.#batchControl({ name, stated: batch.amount, computed: formatMinor(sum, settled.currency), ok: false })
    this.#batchControl(
      amountControl(name, BigInt((batch.side || entry.side) === 'DBIT' ? -minor : minor), sum, settled.currency),
    )
  }

  #reject(line: number, refusal: Refusal): void {
    this.#into.records++
    this.#into.reject({ record: this.#into.records, line, column: refusal.element }, refusal.code, refusal.text)
  }

  #pageMissing(page: number, line: number | null = null): void {
    this.#into.warn({ line }, 'page_missing', {
      zh: `对账单分页，文件中没有第 ${page} 页：请把其他页一并导入`,
      en: `the statement comes in pages and page ${page} is not in the file: import the other pages too`,
    })
  }

  #broken(reason: string, line: number): void {
    this.#into.spoil({ line }, 'xml_broken', {
      zh: `第 ${line} 行起 XML 不完整或有错误（${reason}）：文件被截断或损坏，请重新下载`,
      en: `from line ${line} on the XML is cut off or damaged (${reason}): download the file again`,
    })
  }
}

/** Without a status an entry of a statement is booked: banks leave it out. */
function statusOf(text: string): { status: Status; neutral: boolean } | null {
  if (text === 'BOOK' || text === '') return { status: 'success', neutral: false }
  if (text === 'PDNG' || text === 'FUTR') return { status: 'pending', neutral: false }
  if (text === 'INFO') return { status: 'success', neutral: true }
  return null
}

const clean = (reference: string): string => (reference === '' || NO_REFERENCE.test(reference) ? '' : reference)
const nameOf = (entry: Entry): string => clean(entry.servicerRef) || clean(entry.reference) || `L${entry.line}`
