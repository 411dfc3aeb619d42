import { amountTroubleText, digitsLost, plainAmount, readAmount } from '../amount_text.ts'
import { amountControl, type Collector, ExactSum } from '../collector.ts'
import { UNDECODABLE } from '../encoding.ts'
import { exportedAt } from '../exported_at.ts'
import type { Format, Probe, Reader, ReaderHead } from '../format.ts'
import { LineFeeder } from '../lines.ts'
import { LocalClock, stampAt } from '../local_time.ts'
import { Numberless } from '../numberless.ts'
import { columnMissing, refuseRepeated } from '../refusals.ts'
import { savedAgain } from '../saved_again.ts'
import type { Column, Field } from '../statement.ts'
import { momentOf } from '../table/dates.ts'

/**
 * 支付宝商家账单，业务明细. Source: open.alipay.com `alipay.data.dataservice.bill.downloadurl.query`, bill_type `trade`.
 * A zip of two GBK files: 明细 (the records) and 汇总 (totals per shop; its 合计 row is a control, never a record). Comment lines
 * begin with #; no CSV quoting; values carry a trailing tab; refunds are negative.
 */
export const alipayTrade: Format = savedAgain({
  name: 'alipay-trade',
  channel: 'alipay',
  feed: 'decoded',
  recognise,
  recogniseCompanion,
  read,
})

const ZONE = 'Asia/Shanghai'
const CURRENCY = 'CNY'
const TITLE = '支付宝业务明细查询'

type Key =
  | 'trade'
  | 'order'
  | 'type'
  | 'goods'
  | 'created'
  | 'finished'
  | 'shop'
  | 'payer'
  | 'amount'
  | 'received'
  | 'alipayDiscount'
  | 'merchantDiscount'
  | 'card'
  | 'refundNo'
  | 'fee'
  | 'share'
  | 'note'

const COLUMNS: Readonly<Record<Key, { readonly name: string; readonly field: Field | null }>> = {
  trade: { name: '支付宝交易号', field: 'channel_trade_no' },
  order: { name: '商户订单号', field: 'merchant_order_no' },
  type: { name: '业务类型', field: 'kind' },
  goods: { name: '商品名称', field: 'description' },
  created: { name: '创建时间', field: null },
  finished: { name: '完成时间', field: 'occurred_at' },
  shop: { name: '门店编号', field: null },
  payer: { name: '对方账户', field: 'payer_account' },
  amount: { name: '订单金额', field: 'amount' },
  received: { name: '商家实收', field: null },
  alipayDiscount: { name: '支付宝优惠', field: null },
  merchantDiscount: { name: '商家优惠', field: null },
  card: { name: '卡消费金额', field: null },
  refundNo: { name: '退款批次号/请求号', field: 'refund_no' },
  fee: { name: '服务费', field: 'fee' },
  share: { name: '分润', field: null },
  note: { name: '备注', field: 'description' },
}

const REQUIRED: readonly Key[] = ['trade', 'order', 'type', 'finished', 'amount']
/** Columns with money that totals are stated of, in the order of `#row`. */
const AMOUNTS: readonly Key[] = ['amount', 'received', 'alipayDiscount', 'merchantDiscount', 'card', 'fee', 'share']
const [AMOUNT, RECEIVED, MERCHANT_DISCOUNT, FEE] = [0, 1, 3, 5] as const

/** "订单金额（元）" and "订单金额(元)" are one column. */
const bare = (cell: string): string => cell.replace(/^\ufeff/, '').trim()
const nameOf = (cell: string): string => bare(cell).replace(/[（(]元[)）]$/, '')

function recognise(probe: Probe) {
  const header = headerOf(probe.text)
  const known = Object.values(COLUMNS).filter(({ name }) => header.some(cell => nameOf(cell) === name)).length
  const titled = probe.text.slice(0, 200).includes(TITLE)
  const own = header.some(cell => nameOf(cell) === '支付宝交易号')
  if (!(titled && known >= 4) && !(own && known >= 5)) return null
  return {
    score: own ? 0.99 : 0.9,
    reasons: [titled ? `title "${TITLE}"` : 'column 支付宝交易号', `${known} known column names`],
  }
}

function recogniseCompanion(probe: Probe): boolean {
  const text = probe.text.slice(0, 4_000)
  return text.includes('支付宝业务汇总查询') || (text.includes('交易订单总笔数') && text.includes('退款订单总笔数'))
}

/** The first line that is no comment. */
function headerOf(text: string): string[] {
  const line = text.split(/\r\n|\n|\r/, 60).find(row => bare(row) !== '' && !bare(row).startsWith('#')) ?? ''
  const cells = line.split(',').map(bare)
  while (cells.length > 1 && cells[cells.length - 1] === '') cells.pop()
  return cells
}

function read(probe: Probe, into: Collector): Reader {
  return new AlipayTradeReader(probe, into)
}

/** Counts and sums of one kind of record, as the footer states them. */
class KindTally {
  count = 0
  readonly sums = AMOUNTS.map(() => new ExactSum())
}

class AlipayTradeReader implements Reader {
  readonly head: ReaderHead
  readonly #into: Collector
  /** Records of the files before this one in the same zip. */
  readonly #before: number
  readonly #headers: readonly string[]
  readonly #feeder: LineFeeder
  readonly #clock: LocalClock
  readonly #at: Readonly<Record<Key, number>>
  readonly #amountAt: Int32Array
  readonly #starts: Int32Array
  readonly #row = new Float64Array(AMOUNTS.length)
  readonly #partner: string
  readonly #payments = new KindTally()
  readonly #refunds = new KindTally()
  readonly #others = new KindTally()
  readonly #otherKinds = new Set<string>()
  readonly #numberless = new Numberless()
  /** Rejected rows of which even the kind is not known. */
  #kindless = 0
  /** The header has empty fields behind it. */
  #padded = false
  #inRows = false
  #ended = false
  #behind = false
  /** Kinds of which a total was stated. */
  readonly #totals = new Set<string>()
  #damaged = false

  constructor(probe: Probe, into: Collector) {
    this.#into = into
    this.#before = into.records
    this.#headers = headerOf(probe.text)
    this.#feeder = new LineFeeder(
      (text, from, to, line) => this.#line(text, from, to, line),
      into.file,
      probe.text,
      probe.options.limits?.rowLength,
    )
    this.#clock = new LocalClock(probe.options.zone ?? ZONE)
    const names = this.#headers.map(nameOf)
    this.#at = Object.fromEntries(
      Object.entries(COLUMNS).map(([key, { name }]) => [key, names.indexOf(name)]),
    ) as Record<Key, number>
    refuseRepeated(
      into.file,
      '支付宝业务明细 alipay-trade',
      names,
      Object.values(COLUMNS).map(({ name }) => name),
    )
    for (const key of REQUIRED)
      if (this.#at[key] < 0)
        throw columnMissing(into.file, '支付宝业务明细 alipay-trade', COLUMNS[key].name, this.#headers)
    this.#amountAt = Int32Array.from(AMOUNTS, key => this.#at[key])
    this.#starts = new Int32Array(this.#headers.length + 2)
    const preamble = probe.text.slice(0, 2_000)
    // 账号 is the partner id (16 digits) and 0156; merchants know themselves by the former.
    this.#partner = (/^#\s*账号[：:]\s*\[?([^\]\s,]+)/m.exec(preamble)?.[1] ?? '').replace(/^(2088\d{12})0156$/, '$1')
    const columns: Column[] = this.#headers.map((header, index) => {
      const key = (Object.keys(COLUMNS) as Key[]).find(candidate => this.#at[candidate] === index)
      return { header, field: key ? COLUMNS[key].field : null, confidence: key ? 1 : 0.9 }
    })
    this.head = {
      delimiter: ',',
      confidence: 0.99,
      columns,
      zone: this.#clock.zone,
      period: periodOf(preamble),
      currency: CURRENCY,
    }
  }

  push(text: string): void {
    if (!this.#damaged && text.includes(UNDECODABLE)) this.#damaged = true
    this.#feeder.push(text)
  }

  end(): void {
    this.#feeder.end()
    this.#numberless.tell(this.#into, '支付宝交易号', '商户订单号')
    if (!this.#ended)
      this.#into.spoil({}, 'footer_missing', {
        zh: '缺少“业务明细列表结束”一行：文件不完整，请重新下载',
        en: 'the line "业务明细列表结束" at the end of the list is missing: the file is cut off, download it again',
      })
    else if (this.#totals.size === 0 && this.#into.records > this.#before)
      this.#into.warn({}, 'totals_missing', {
        zh: '文件没有“交易合计/退款合计”，无法证明记录齐全：请与渠道页面上的合计核对',
        en: 'the file states no totals (交易合计/退款合计), so it cannot prove that it is complete: compare with the totals the channel shows',
      })
    if (this.#totals.size > 0)
      for (const [kind, tally] of [
        ['交易', this.#payments],
        ['退款', this.#refunds],
      ] as const)
        if (tally.count > 0 && !this.#totals.has(kind))
          this.#into.spoil({}, 'totals_missing', {
            zh: `文件有${kind}记录，却没有“${kind}合计”：文件不完整，请重新下载`,
            en: `the file holds ${kind} records but no "${kind}合计": it is cut off, download it again`,
          })
    for (const kind of this.#otherKinds)
      this.#into.warn({ column: '业务类型' }, 'kind_unknown', {
        zh: `业务类型“${kind}”未知，已按金额的正负记为收款或退款：请确认`,
        en: `the kind "${kind}" is not known; the sign of the amount was taken for its direction, please check`,
      })
  }

  /** The 合计 row of the 汇总 file: net figures over all shops. */
  companion(text: string, name: string): void {
    const rows = text
      .split(/\r\n|\n|\r/)
      .filter(row => bare(row) !== '' && !bare(row).startsWith('#'))
      .map(row => row.split(',').map(bare))
    const header = rows[0]?.map(nameOf) ?? []
    const total = rows.find(row => row[0] === '合计')
    if (!total)
      return this.#into.warn({}, 'companion_unreadable', {
        zh: `汇总文件“${name}”没有“合计”一行，未能用它核对`,
        en: `the totals file "${name}" has no row 合计 and could not be used`,
      })
    const stated = (title: string): string => total[header.indexOf(title)] ?? ''
    this.#count('汇总 交易订单总笔数', stated('交易订单总笔数'), this.#payments.count)
    this.#count('汇总 退款订单总笔数', stated('退款订单总笔数'), this.#refunds.count)
    for (const [index, key] of AMOUNTS.entries()) {
      if (this.#at[key] < 0 || stated(COLUMNS[key].name) === '') continue
      const sum = this.#payments.sums[index]!.value + this.#refunds.sums[index]!.value + this.#others.sums[index]!.value
      this.#sum(`汇总 ${COLUMNS[key].name}`, stated(COLUMNS[key].name), sum)
    }
  }

  #line(text: string, from: number, to: number, lineNumber: number): void {
    const first = text.charCodeAt(from)
    if (first === 35) return this.#comment(text.slice(from, to), lineNumber)
    if (from === to) return
    if (!this.#inRows) {
      const line = bare(text.slice(from, to))
      if (line.startsWith('#')) this.#comment(line, lineNumber)
      else if (line !== '') {
        this.#inRows = true
        this.#padded = line.endsWith(',')
      }
      return
    }
    if (first <= 44 && text.slice(from, to).replaceAll(',', '').trim() === '') return
    if (this.#behind) return
    if (this.#ended) {
      this.#behind = true
      return this.#into.spoil({ line: lineNumber }, 'content_after_totals', {
        zh: `第 ${lineNumber} 行在“业务明细列表结束”之后还有内容：可能是几份账单拼在一起，请分别提交`,
        en: `line ${lineNumber} follows the end of the list: several bills in one file? give each one by itself`,
      })
    }
    this.#record(text, from, to, lineNumber)
  }

  #comment(line: string, lineNumber: number): void {
    if (line.includes('列表结束')) this.#ended = true
    this.#into.made(exportedAt(line, this.#clock))
    const total = /^#\s*(交易|退款)合计[：:]\s*(\d+)\s*笔(.*)$/.exec(line)
    if (!total) {
      if (/^#\s*(交易|退款)合计/.test(line)) this.#totalsUnreadable(line, lineNumber)
      return
    }
    const [, kind = '', count = '', rest = ''] = total
    this.#totals.add(kind)
    const tally = kind === '交易' ? this.#payments : this.#refunds
    this.#count(`${kind}合计 笔数`, count, tally.count)
    // 交易合计 says 商家实收共…元，商家优惠共…元; 退款合计 the same with 退款 in it.
    const items = /[，,]\s*(商家实收|商家优惠)(?:退款)?共\s*([+-]?[\d.,]+)\s*元/g
    for (const [, title = '', stated = ''] of rest.matchAll(items)) {
      const index = title === '商家实收' ? RECEIVED : MERCHANT_DISCOUNT
      if (this.#amountAt[index]! >= 0) this.#sum(`${kind}合计 ${title}`, stated, tally.sums[index]!.value)
    }
    if (/[^,\s]/.test(rest.replace(items, ''))) this.#totalsUnreadable(line, lineNumber)
  }

  #totalsUnreadable(line: string, lineNumber: number): void {
    this.#into.spoil({ line: lineNumber }, 'totals_unreadable', {
      zh: `第 ${lineNumber} 行的合计无法识别或不完整：“${line.slice(0, 60)}”`,
      en: `the totals on line ${lineNumber} cannot be read or are cut off: "${line.slice(0, 60)}"`,
    })
  }

  #record(text: string, from: number, to: number, lineNumber: number): void {
    const record = ++this.#into.records
    const expected = this.#headers.length
    const starts = this.#starts
    let fields = 0
    let at = from
    for (;;) {
      starts[fields++] = at
      if (fields > expected) break
      const comma = text.indexOf(',', at)
      if (comma < 0 || comma >= to) break
      at = comma + 1
    }
    // A spreadsheet that saved the file again may add empty fields, to the header as to each row.
    if (fields > expected && this.#padded && text.slice(starts[expected], to).replaceAll(',', '').trim() === '')
      fields = expected
    else if (fields === expected) starts[expected] = to + 1
    if (fields !== expected) {
      this.#kindless++
      const found = fields > expected ? text.slice(from, to).split(',').length : fields
      return this.#into.reject({ record, line: lineNumber }, 'field_count', {
        zh: `这一行有 ${found} 个字段，应为 ${expected} 个：名称里可能有逗号或换行`,
        en: `this row has ${found} fields instead of ${expected}: a comma or newline inside a name?`,
      })
    }
    if (this.#damaged && text.slice(from, to).includes(UNDECODABLE)) {
      this.#kindless++
      const column = this.#headers.findIndex((_, index) => this.#field(text, index).includes(UNDECODABLE))
      return this.#reject(record, lineNumber, column, 'bytes_undecodable', {
        zh: '含有无法解码的字节（被截断的汉字或混用了编码）：请重新下载原始文件',
        en: 'it holds bytes that cannot be decoded (a cut character or a mix of encodings); fetch the original file again',
      })
    }
    const type = this.#field(text, this.#at.type)
    const tally = type === '交易' ? this.#payments : type === '退款' ? this.#refunds : this.#others
    tally.count++

    for (let i = 0; i < AMOUNTS.length; i++) {
      this.#row[i] = Number.NaN
      const column = this.#amountAt[i]!
      if (column < 0) continue
      const begin = this.#beginOf(text, column)
      const end = this.#endOf(text, column, begin)
      if (begin === end && i !== AMOUNT) continue
      const plain = plainAmount(text, begin, end, 2)
      if (!Number.isNaN(plain)) {
        this.#row[i] = plain
        continue
      }
      const found = text.slice(begin, end)
      const read = readAmount(found, { exponent: 2, decimal: '.' })
      if (typeof read === 'string')
        return this.#reject(record, lineNumber, column, 'amount_unreadable', amountTroubleText(read, found, 2))
      this.#row[i] = read.minor
    }

    const begun = this.#beginOf(text, this.#at.finished)
    const plain = stampAt(text, begun, this.#endOf(text, this.#at.finished, begun), this.#clock)
    // A spreadsheet that saved the file shows times its own way: 2026/11/20 9:05.
    const instant = Number.isNaN(plain) ? momentOf(this.#field(text, this.#at.finished), this.#clock) : plain
    if (Number.isNaN(instant)) {
      const finished = this.#field(text, this.#at.finished)
      return this.#reject(record, lineNumber, this.#at.finished, 'time_unreadable', {
        zh: `时间“${finished.slice(0, 40)}”无法识别，应为 2026-11-20 09:30:00 这样的格式`,
        en: `the time "${finished.slice(0, 40)}" cannot be read; one like 2026-11-20 09:30:00 is expected`,
      })
    }

    const tradeNo = this.#field(text, this.#at.trade)
    const merchantOrderNo = this.#field(text, this.#at.order)
    const refundNo = this.#field(text, this.#at.refundNo)
    if (digitsLost(tradeNo) || digitsLost(merchantOrderNo) || digitsLost(refundNo)) {
      const column = digitsLost(tradeNo)
        ? this.#at.trade
        : digitsLost(merchantOrderNo)
          ? this.#at.order
          : this.#at.refundNo
      return this.#reject(record, lineNumber, column, 'id_digits_lost', {
        zh: `单号“${this.#field(text, column)}”是科学计数法，位数已丢失（文件被电子表格改过）：请使用未经 Excel 保存的原始文件`,
        en: `the number "${this.#field(text, column)}" is in scientific notation, its digits are lost (a spreadsheet saved the file); use the original file`,
      })
    }

    if (tradeNo === '' && merchantOrderNo === '') this.#numberless.note(record, lineNumber)
    const stated = this.#row[AMOUNT]!
    if (tally === this.#payments && stated < 0)
      return this.#reject(record, lineNumber, this.#at.amount, 'amount_sign', {
        zh: `业务类型为“交易”，金额却是负数 ${this.#field(text, this.#at.amount)}：无法判断方向`,
        en: `the kind is 交易 (payment) but the amount ${this.#field(text, this.#at.amount)} is negative: its direction cannot be told`,
      })
    let amount = stated
    if (tally === this.#refunds && stated > 0) {
      amount = -stated
      this.#into.warn({ record, line: lineNumber, column: this.#headers[this.#at.amount] ?? null }, 'refund_positive', {
        zh: '退款金额应为负数，这里是正数：已按退款（支出）读取，请核实此文件的来源',
        en: 'a refund is negative in an Alipay bill, this one is positive; it is read as money out, please check where the file comes from',
      })
    }
    if (tally === this.#others && this.#otherKinds.size < 20) this.#otherKinds.add([...type].join(''))
    for (let i = 0; i < AMOUNTS.length; i++) {
      const value = this.#row[i]!
      if (!Number.isNaN(value) && value !== 0) tally.sums[i]!.add(value)
    }
    const refund = tally === this.#refunds || (tally === this.#others && amount < 0)
    this.#into.add({
      record,
      lineNumber,
      kind: refund ? 'refund' : 'payment',
      status: 'success',
      orderNo: '',
      tradeNo,
      merchantOrderNo,
      refundNo,
      channelRefundNo: '',
      amount,
      currency: CURRENCY,
      at: instant,
      date: null,
      merchant: this.#partner,
      payer: this.#field(text, this.#at.payer),
      fee: feeOf(this.#row[FEE]!, refund),
      batchNo: '',
      neutral: false,
    })
  }

  /** Without the tabs and blanks around it. */
  #field(text: string, column: number): string {
    if (column < 0) return ''
    const begin = this.#beginOf(text, column)
    const end = this.#endOf(text, column, begin)
    return begin === end ? '' : text.slice(begin, end)
  }

  #beginOf(text: string, column: number): number {
    const end = this.#starts[column + 1]! - 1
    let begin = this.#starts[column]!
    while (begin < end && isBlank(text.charCodeAt(begin))) begin++
    return begin
  }

  #endOf(text: string, column: number, begin: number): number {
    let end = this.#starts[column + 1]! - 1
    while (end > begin && isBlank(text.charCodeAt(end - 1))) end--
    return end
  }

  #count(name: string, stated: string, computed: number): void {
    this.#into.control(
      { name, stated, computed: String(computed), ok: stated === String(computed) },
      this.#kindless > 0,
    )
  }

  #sum(name: string, stated: string, computed: bigint): void {
    const read = readAmount(stated, { exponent: 2, decimal: '.' })
    if (typeof read === 'string')
      this.#into.control(
        { name, stated, computed: amountControl('', 0n, computed, CURRENCY).computed, ok: false },
        false,
      )
    else this.#into.control({ ...amountControl(name, BigInt(read.minor), computed, CURRENCY), stated })
  }

  #reject(record: number, line: number, column: number, code: string, text: { zh: string; en: string }): void {
    this.#into.reject({ record, line, column: this.#headers[column] ?? null }, code, text)
  }
}

const isBlank = (code: number): boolean => code === 9 || code === 32 || code === 0x3000

/** The sign of 服务费 is not documented and differs between files; what a payment pays is kept, what a refund shows is given back. */
function feeOf(stated: number, refund: boolean): number | null {
  if (Number.isNaN(stated)) return null
  const fee = Math.abs(stated)
  return refund && fee !== 0 ? -fee : fee
}

/** 起始日期 … 终止日期: the end is midnight after the last day. */
function periodOf(preamble: string): { from: string; to: string } | null {
  const day = /(\d{4})年(\d{2})月(\d{2})日\s*(\d{2}:\d{2}:\d{2})?/
  const from = new RegExp(`起始日期[：:]\\s*\\[?${day.source}`).exec(preamble)
  const to = new RegExp(`终止日期[：:]\\s*\\[?${day.source}`).exec(preamble)
  if (!from || !to) return null
  try {
    const first = Temporal.PlainDate.from(`${from[1]}-${from[2]}-${from[3]}`)
    const end = Temporal.PlainDate.from(`${to[1]}-${to[2]}-${to[3]}`)
    const last = to[4] === '00:00:00' && Temporal.PlainDate.compare(end, first) > 0 ? end.subtract({ days: 1 }) : end
    return { from: first.toString(), to: last.toString() }
  } catch {
    return null
  }
}
