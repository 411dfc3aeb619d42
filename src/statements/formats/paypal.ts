import { kept } from '../../kernel/kept.ts'
import { exponentOf, formatMinor } from '../../kernel/money.ts'
import type { Status } from '../../matching/entry.ts'
import { amountTroubleText } from '../amount_text.ts'
import type { Collector } from '../collector.ts'
import { UNDECODABLE } from '../encoding.ts'
import type { Format, Probe, Reader, ReaderHead } from '../format.ts'
import { LocalClock, stampAt } from '../local_time.ts'
import { columnMissing } from '../refusals.ts'
import type { Field } from '../statement.ts'
import { Count, countControl } from '../table/controls.ts'
import { RowFeeder } from '../table/rows.ts'
import { type Cells, Row, topRows, UNDECODABLE_BYTES, UnknownWords } from '../table/titled.ts'
import { zoneOf } from '../table/vocabulary.ts'

/**
 * PayPal settlement report (STL) and transaction detail report (TRR). The first cell of a row is its type: SH begins a section
 * (one account), CH names the columns, SB is a record, SF and SC, RF and RC close section and report. Amounts are unsigned
 * hundredths of every currency, yen included; CR and DR tell the side. Source: PayPal's report specifications.
 */
export const paypal: Format = {
  name: 'paypal',
  channel: 'paypal',
  feed: 'decoded',
  recognise: probe => {
    const found = topOf(probe)
    return found && { score: 0.99, reasons: ['record types RH/FH/SH/CH/SB', 'column Transaction ID'] }
  },
  read: (probe, into) => new ReportReader(probe, into),
}

const COLUMNS = {
  id: { name: 'transaction id', field: 'channel_trade_no' },
  invoice: { name: 'invoice id', field: 'merchant_order_no' },
  reference: { name: 'paypal reference id', field: null },
  referenceType: { name: 'paypal reference id type', field: null },
  event: { name: 'transaction event code', field: 'kind' },
  begun: { name: 'transaction initiation date', field: null },
  done: { name: 'transaction completion date', field: 'occurred_at' },
  side: { name: 'transaction debit or credit', field: 'direction' },
  amount: { name: 'gross transaction amount', field: 'amount' },
  currency: { name: 'gross transaction currency', field: 'currency' },
  feeSide: { name: 'fee debit or credit', field: null },
  fee: { name: 'fee amount', field: 'fee' },
  feeCurrency: { name: 'fee currency', field: null },
  status: { name: 'transactional status', field: 'status' },
  consumer: { name: 'consumer id', field: 'payer_account' },
  bank: { name: 'bank reference id', field: 'batch_no' },
} as const satisfies Record<string, { name: string; field: Field | null }>

type Key = keyof typeof COLUMNS

const KEYS = Object.keys(COLUMNS) as Key[]
const OPTIONAL: readonly Key[] = [
  'reference',
  'referenceType',
  'begun',
  'status',
  'consumer',
  'bank',
  'invoice',
  'event',
]
const TYPES = ['RH', 'FH', 'SH', 'CH', 'SB', 'SF', 'SC', 'RF', 'RC', 'FF']

const STATUSES: Readonly<Record<string, Status>> = {
  '': 'success',
  S: 'success',
  // Reversed and partially refunded: the money did come; what went back is a record of its own.
  V: 'success',
  F: 'success',
  P: 'pending',
  D: 'failed',
}

/** Column names come with doubled blanks. */
const bare = (cell: string): string => cell.trim().toLowerCase().replace(/\s+/g, ' ')

function topOf(probe: Probe): { delimiter: string; columns: Cells; above: readonly Cells[] } | null {
  for (const delimiter of [',', '\t', ';', '|']) {
    const rows = topRows(probe, delimiter, true)
    const at = rows.findIndex(cells => cells[0]?.trim() === 'CH')
    const columns = rows[at]?.slice(1) ?? []
    const typed = rows
      .slice(0, at)
      .every(cells => TYPES.includes(cells[0]?.trim() ?? '') || cells.every(cell => cell.trim() === ''))
    if (at >= 0 && typed && columns.some(cell => bare(cell) === COLUMNS.id.name))
      return { delimiter, columns, above: rows.slice(0, at) }
  }
  return null
}

/** What footers state of one currency. */
class Tally {
  readonly credits = new Count()
  readonly debits = new Count()
  readonly feeCredits = new Count()
  readonly feeDebits = new Count()
  rows = 0
}

/** Records of a section or of the report, by currency. */
class Scope {
  rows = 0
  readonly byCurrency = new Map<string, Tally>()

  of(currency: string): Tally {
    let tally = this.byCurrency.get(currency)
    if (!tally) this.byCurrency.set(kept(currency), (tally = new Tally()))
    return tally
  }
}

class ReportReader implements Reader {
  readonly head: ReaderHead
  readonly #into: Collector
  readonly #feeder: RowFeeder
  readonly #row: Row<Key>
  readonly #clock: LocalClock
  readonly #clocks = new Map<string, LocalClock>()
  readonly #needed: number
  readonly #hasStatus: boolean
  readonly #statuses = new UnknownWords()
  #section = new Scope()
  #report = new Scope()
  #file = new Scope()
  #account = ''
  #footers = 0
  #fileHeader = false
  #fileFooter = false
  #damaged = false

  constructor(probe: Probe, into: Collector) {
    const top = topOf(probe)
    if (!top) throw new Error(`${into.file} was recognised as a PayPal report and now is not`)
    this.#into = into
    const names = top.columns.map(bare)
    const headers = ['CH', ...top.columns.map(cell => cell.trim().replace(/\s+/g, ' '))]
    const at = Object.fromEntries(KEYS.map(key => [key, names.indexOf(COLUMNS[key].name)])) as Record<Key, number>
    for (const key of KEYS) {
      if (at[key] < 0 && !OPTIONAL.includes(key))
        throw columnMissing(into.file, 'PayPal report', COLUMNS[key].name, headers)
      // A record's first cell is its type.
      if (at[key] >= 0) at[key]++
    }
    this.#hasStatus = at.status >= 0
    this.#needed = Math.max(...KEYS.filter(key => !OPTIONAL.includes(key)).map(key => at[key])) + 1
    this.#row = new Row(into, headers, at, cell => cell.trim())
    const offset = top.above
      .flat()
      .map(cell => /\d\s+([+-]\d{4})$/.exec(cell.trim())?.[1])
      .find(found => found !== undefined)
    const first = topRows(probe, top.delimiter, true).find(cells => cells[0]?.trim() === 'SB')
    const inRow = /([+-]\d{4})$/.exec(first?.[at.done]?.trim() ?? '')?.[1]
    this.#clock = new LocalClock(zoneOf(offset ?? inRow ?? '') ?? probe.options.zone ?? 'Asia/Shanghai')
    const limit = probe.options.limits?.rowLength
    this.#feeder = new RowFeeder((cells, line) => this.#take(cells, line), top.delimiter, into.file, probe.text, limit)
    this.head = {
      delimiter: top.delimiter,
      confidence: 0.99,
      columns: headers.slice(1).map((header, index) => {
        const key = KEYS.find(candidate => at[candidate] === index + 1)
        return { header, field: key ? COLUMNS[key].field : null, confidence: key ? 1 : 0.9 }
      }),
      zone: this.#clock.zone,
      period: null,
    }
  }

  push(text: string): void {
    if (!this.#damaged && text.includes(UNDECODABLE)) this.#damaged = true
    this.#feeder.push(text)
  }

  end(): void {
    this.#feeder.end()
    this.#statuses.tell(this.#into, 'Transactional Status', 'status_unknown', '已按成功读取', 'it is read as a success')
    if (this.#fileHeader && !this.#fileFooter)
      this.#into.spoil({}, 'footer_missing', {
        zh: '文件有 FH 开头却没有 FF 结尾：不完整，请重新下载',
        en: 'the file begins with FH but has no FF at its end: it is cut off, download it again',
      })
    else if (this.#footers === 0)
      this.#into.warn({}, 'totals_missing', {
        zh: '文件没有合计行（SF、SC、RF、RC），无法证明记录齐全：请使用 PayPal 生成的完整文件',
        en: 'the file has no totals (SF, SC, RF, RC), so it cannot prove that it is complete; use the whole file as PayPal made it',
      })
  }

  #take(cells: Cells | null, line: number): void {
    if (cells === null)
      return this.#refuse(line, 'quote_open', {
        zh: '这一行的引号没有闭合：文件不完整，请重新下载',
        en: 'a quote on this line is never closed: the file is cut off, download it again',
      })
    const type = cells[0]?.trim() ?? ''
    if (cells.every(cell => cell.trim() === '')) return
    if (this.#fileFooter && type !== 'FH')
      return this.#into.spoil({ line }, 'content_after_totals', {
        zh: `第 ${line} 行在文件结尾 FF 之后还有内容：可能是几份报表拼在一起，请分别提交`,
        en: `line ${line} follows the end of the file (FF): several reports in one file? give each one by itself`,
      })
    switch (type) {
      case 'SB':
        return this.#record(cells, line)
      case 'SH':
        this.#account = kept(cells[3]?.trim() ?? '')
        this.#section = new Scope()
        return
      case 'RH':
        this.#report = new Scope()
        return
      case 'FH':
        this.#fileHeader = true
        return
      case 'SF':
        return this.#checkSums(cells, this.#section, 'SF')
      case 'RF':
        return this.#checkSums(cells, this.#report, 'RF')
      case 'SC':
        return this.#checkRows(cells, this.#section, 'SC')
      case 'RC':
        return this.#checkRows(cells, this.#report, 'RC')
      case 'FF':
        this.#fileFooter = true
        return this.#checkRows(cells, this.#file, 'FF')
      case 'CH':
        return
      default:
        return this.#refuse(line, 'record_type_unknown', {
          zh: `这一行的类型“${type.slice(0, 20)}”未知，应为 ${TYPES.join('、')}`,
          en: `the type "${type.slice(0, 20)}" of this row is not known; ${TYPES.join(', ')} are`,
        })
    }
  }

  #refuse(line: number, code: string, text: { zh: string; en: string }): void {
    this.#into.reject({ record: ++this.#into.records, line }, code, text)
  }

  #record(cells: Cells, line: number): void {
    const row = this.#row
    row.turnTo(cells, line)
    for (const scope of [this.#section, this.#report, this.#file]) scope.rows++
    if (cells.length < this.#needed)
      return row.fail(null, 'field_count', {
        zh: `这一行有 ${cells.length} 个字段，至少应有 ${this.#needed} 个：文件可能被截断`,
        en: `this row has ${cells.length} fields, ${this.#needed} are needed: is the file cut off?`,
      })
    if (this.#damaged && cells.some(cell => cell.includes(UNDECODABLE)))
      return row.fail(null, 'bytes_undecodable', UNDECODABLE_BYTES)
    const currency = row.currency('currency')
    const side = row.oneOf('side', ['CR', 'DR'])
    const size = this.#hundredths('amount', currency)
    const fee = row.text('fee') === '' ? null : this.#fee(currency)
    const amount = side === 'DR' ? -size : size
    const word = row.text('status')
    const status = this.#hasStatus ? STATUSES[word.toUpperCase()] : 'success'
    const id = row.id('id')
    const event = row.text('event')
    const refund = event.startsWith('T11') || event.startsWith('T12')
    const added = row.add({
      amount,
      currency,
      at: this.#time(row, row.text('done') === '' ? 'begun' : 'done'),
      status: status ?? 'success',
      tradeNo: id,
      merchantOrderNo: row.id('invoice'),
      channelRefundNo: refund && amount < 0 ? id : '',
      merchant: this.#account,
      payer: row.text('consumer'),
      fee,
      batchNo: row.text('bank'),
    })
    if (!added) return
    if (status === undefined) this.#statuses.note(word)
    for (const scope of [this.#section, this.#report]) {
      const tally = scope.of(currency)
      tally.rows++
      if (side === 'DR') tally.debits.add(size)
      else tally.credits.add(size)
      if (fee !== null && fee > 0) tally.feeDebits.add(fee)
      if (fee !== null && fee < 0) tally.feeCredits.add(-fee)
    }
  }

  /** "2026/01/06 00:00:30 -0800", the one spelling of these reports, without the detour over all others. */
  #time(row: Row<Key>, key: Key): number {
    const text = row.text(key)
    if (text.length === 25 && text.charCodeAt(4) === 47 && text.charCodeAt(7) === 47) {
      const offset = text.slice(20)
      const clock = this.#clocks.get(offset) ?? this.#clockOf(offset)
      const stamp = `${text.slice(0, 4)}-${text.slice(5, 7)}-${text.slice(8, 19)}`
      const at = clock ? stampAt(stamp, 0, 19, clock) : Number.NaN
      if (!Number.isNaN(at)) return at
    }
    return row.time(key, this.#clock, text)
  }

  #clockOf(offset: string): LocalClock | null {
    const zone = /^[+-]\d{4}$/.test(offset) ? zoneOf(offset) : null
    if (zone === null || this.#clocks.size > 50) return null
    const clock = new LocalClock(zone)
    this.#clocks.set(kept(offset), clock)
    return clock
  }

  /** DR is what PayPal keeps, CR what it gives back. */
  #fee(currency: string): number | null {
    const fee = this.#hundredths('fee', currency)
    if (fee === 0) return 0
    const side = this.#row.oneOf('feeSide', ['CR', 'DR'])
    const own = this.#row.currency('feeCurrency')
    // A fee in another currency cannot stand beside the amount.
    return own !== currency ? null : side === 'CR' ? -fee : fee
  }

  /** 15000 is 150.00 USD and 150 JPY. */
  #hundredths(key: Key, currency: string): number {
    const text = this.#row.text(key)
    const value = /^\d{1,15}$/.test(text) ? minorOf(Number(text), currency) : Number.NaN
    if (Number.isSafeInteger(value)) return value
    const trouble =
      text === '' ? 'empty' : /^\d+$/.test(text) ? (text.length > 15 ? 'too_large' : 'decimals') : 'unreadable'
    const sentence = amountTroubleText(trouble, text, exponentOf(currency))
    this.#row.fail(
      key,
      'amount_unreadable',
      trouble === 'unreadable'
        ? {
            zh: `金额“${text.slice(0, 40)}”无法识别：PayPal 的金额是不带小数点和符号的整数（百分之一）`,
            en: `the amount "${text.slice(0, 40)}" cannot be read: PayPal writes whole hundredths, without point or sign`,
          }
        : sentence,
    )
    return 0
  }

  /** Currency, gross credits and debits, fee credits and debits, balances, number of rows. */
  #checkSums(cells: Cells, scope: Scope, type: string): void {
    this.#footers++
    const currency = cells[1]?.trim() ?? ''
    const tally = scope.byCurrency.get(currency) ?? new Tally()
    const sums = [
      ['gross credits', tally.credits],
      ['gross debits', tally.debits],
      ['fee credits', tally.feeCredits],
      ['fee debits', tally.feeDebits],
    ] as const
    for (const [index, [title, { sum }]] of sums.entries()) {
      const stated = cells[index + 2]?.trim() ?? ''
      const value = /^\d{1,15}$/.test(stated) ? minorOf(Number(stated), currency) : null
      this.#into.control({
        name: `${type} ${currency} ${title}`,
        stated: value === null || !Number.isSafeInteger(value) ? stated : formatMinor(value, currency),
        computed: formatMinor(sum.value, currency),
        ok: value !== null && BigInt(Math.round(value)) === sum.value && Number.isInteger(value),
      })
    }
    const rows = cells[cells.length - 1]?.trim() ?? ''
    if (cells.length > 18) countControl(this.#into, `${type} ${currency} rows`, rows, tally.rows)
  }

  #checkRows(cells: Cells, scope: Scope, type: string): void {
    this.#footers++
    const stated = cells
      .slice(1)
      .map(cell => cell.trim())
      .filter(cell => cell !== '')
    countControl(this.#into, `${type} rows`, stated[stated.length - 1] ?? '', scope.rows, false)
  }
}

/** Hundredths as minor units of the currency; no whole number where digits would be lost. */
function minorOf(hundredths: number, currency: string): number {
  const exponent = exponentOf(currency)
  return exponent >= 2 ? hundredths * 10 ** (exponent - 2) : hundredths / 10 ** (2 - exponent)
}
