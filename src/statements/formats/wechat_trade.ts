import { kept } from '../../kernel/kept.ts'
import { exponentOf } from '../../kernel/money.ts'
import { amountTroubleText, digitsLost, plainAmount, readAmount } from '../amount_text.ts'
import { type Collector, ExactSum } from '../collector.ts'
import { UNDECODABLE } from '../encoding.ts'
import type { Format, Probe, Reader, ReaderHead } from '../format.ts'
import { LineFeeder } from '../lines.ts'
import { LocalClock, stampAt } from '../local_time.ts'
import { Numberless } from '../numberless.ts'
import { columnMissing, refuseRepeated } from '../refusals.ts'
import { savedAgain } from '../saved_again.ts'
import type { Column, Field } from '../statement.ts'
import { momentOf } from '../table/dates.ts'

/**
 * 微信支付交易账单 (ALL, SUCCESS, REFUND; every layout from 2014 to now). Source: WeChat Pay merchant documentation, "交易账单".
 * One header line, one line per record, a header and a line of totals. No CSV quoting: each value begins with a backtick,
 * a comma inside a name is written "\ ". Columns are found by name; their order and number differ by age and type.
 */
export const wechatTrade: Format = savedAgain({
  name: 'wechat-trade',
  channel: 'wechat',
  feed: 'decoded',
  recognise,
  read,
})

const ZONE = 'Asia/Shanghai'
/** Fees are computed to five decimals. */
const FEE_EXPONENT = 5
/** The first title of the line of totals. */
const TOTALS_MARK = '总交易单数'

type Key =
  | 'time'
  | 'applied'
  | 'refunded'
  | 'app'
  | 'merchant'
  | 'subMerchant'
  | 'device'
  | 'trade'
  | 'order'
  | 'payer'
  | 'type'
  | 'state'
  | 'bank'
  | 'currency'
  | 'settled'
  | 'coupon'
  | 'refundId'
  | 'refundNo'
  | 'refund'
  | 'refundCoupon'
  | 'refundType'
  | 'refundState'
  | 'goods'
  | 'attach'
  | 'fee'
  | 'rate'
  | 'asked'
  | 'refundAsked'
  | 'rateNote'

/** Name of every column, with the names it had before, and what it means to the product. */
const COLUMNS: Readonly<Record<Key, { readonly names: readonly string[]; readonly field: Field | null }>> = {
  time: { names: ['交易时间'], field: 'occurred_at' },
  applied: { names: ['退款申请时间'], field: null },
  refunded: { names: ['退款成功时间'], field: null },
  app: { names: ['公众账号ID'], field: null },
  merchant: { names: ['商户号'], field: 'merchant_no' },
  subMerchant: { names: ['特约商户号', '子商户号'], field: 'merchant_no' },
  device: { names: ['设备号'], field: null },
  trade: { names: ['微信订单号'], field: 'channel_trade_no' },
  order: { names: ['商户订单号'], field: 'merchant_order_no' },
  payer: { names: ['用户标识'], field: 'payer_account' },
  type: { names: ['交易类型'], field: null },
  state: { names: ['交易状态'], field: 'kind' },
  bank: { names: ['付款银行'], field: null },
  currency: { names: ['货币种类'], field: 'currency' },
  settled: { names: ['应结订单金额', '总金额'], field: null },
  coupon: { names: ['代金券金额', '企业红包金额', '代金券或立减优惠金额'], field: null },
  refundId: { names: ['微信退款单号'], field: 'channel_refund_no' },
  refundNo: { names: ['商户退款单号'], field: 'refund_no' },
  refund: { names: ['退款金额'], field: null },
  refundCoupon: { names: ['充值券退款金额', '企业红包退款金额', '代金券或立减优惠退款金额'], field: null },
  refundType: { names: ['退款类型'], field: null },
  refundState: { names: ['退款状态'], field: 'status' },
  goods: { names: ['商品名称'], field: 'description' },
  attach: { names: ['商户数据包'], field: 'description' },
  fee: { names: ['手续费'], field: 'fee' },
  rate: { names: ['费率'], field: null },
  asked: { names: ['订单金额'], field: 'amount' },
  refundAsked: { names: ['申请退款金额'], field: 'refund_amount' },
  rateNote: { names: ['费率备注'], field: null },
}

const REQUIRED: readonly Key[] = ['time', 'trade', 'order', 'state', 'currency', 'settled']

/** Every total the bill may state, by name, and the column it sums. */
const TOTALS: Readonly<Record<string, Key>> = {
  应结订单总金额: 'settled',
  总交易额: 'settled',
  退款总金额: 'refund',
  总退款金额: 'refund',
  充值券退款总金额: 'refundCoupon',
  总企业红包退款金额: 'refundCoupon',
  总代金券或立减优惠退款金额: 'refundCoupon',
  手续费总金额: 'fee',
  订单总金额: 'asked',
  申请退款总金额: 'refundAsked',
}

const KEY_BY_NAME = new Map<string, Key>()
for (const [key, { names }] of Object.entries(COLUMNS)) for (const name of names) KEY_BY_NAME.set(name, key as Key)

const bare = (cell: string): string =>
  cell
    .replace(/^[\ufeff\s]+|\s+$/g, '')
    .replace(/^`/, '')
    .trim()

function recognise(probe: Probe) {
  const headers = headerOf(probe.text)
  const known = headers.filter(header => KEY_BY_NAME.has(header)).length
  // The fund-flow bill and the aggregators' copies share the backtick and a few names; only this bill has the trade's state.
  const own = ['微信订单号', '公众账号ID', '付款银行', '用户标识', '交易状态', '特约商户号', '子商户号'].filter(name =>
    headers.includes(name),
  ).length
  if (known < 8 || own < 3) return null
  return {
    score: Math.min(0.99, known / headers.length),
    reasons: [`${known} of ${headers.length} column names of a WeChat trade bill`],
  }
}

function headerOf(text: string): string[] {
  const line = text.split(/\r\n|\n|\r/, 20).find(row => bare(row) !== '') ?? ''
  return line.split(',').map(bare)
}

function read(probe: Probe, into: Collector): Reader {
  return new WechatTradeReader(probe, into)
}

class WechatTradeReader implements Reader {
  readonly head: ReaderHead
  readonly #into: Collector
  readonly #headers: readonly string[]
  readonly #feeder: LineFeeder
  readonly #clock: LocalClock
  /** Where each field of the row at hand begins; one more than there are, so that the next one's begin is this one's end. */
  readonly #starts: Int32Array
  readonly #at: Readonly<Record<Key, number>>
  /** The amount columns, in the order of `#sums` and `#row`. */
  readonly #amountKeys: readonly Key[]
  readonly #amountAt: Int32Array
  readonly #amountScale: Int32Array
  readonly #sums: readonly ExactSum[]
  readonly #row: Float64Array
  readonly #refundBill: boolean
  /** Records of the files before this one in the same zip. */
  readonly #before: number
  #currency = ''
  #scale = 2
  /** What a whole minor unit is in the decimals of fees. */
  #feeUnit = 1_000
  /** header → rows → titles of totals → totals → end. */
  #stage: 'header' | 'rows' | 'titles' | 'end' | 'behind' = 'header'
  #titles: readonly string[] = []
  /** The last row was too short: what follows without a backtick is the rest of it, behind a newline inside a name. */
  #short = false
  #damaged = false
  readonly #numberless = new Numberless()
  #partialFees = 0
  #partialFeeAt: { record: number; line: number } | null = null

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
    this.#at = Object.fromEntries(
      Object.entries(COLUMNS).map(([key, { names }]) => [
        key,
        this.#headers.findIndex(header => names.includes(header)),
      ]),
    ) as Record<Key, number>
    refuseRepeated(into.file, '微信支付交易账单 wechat-trade', this.#headers, KEY_BY_NAME.keys())
    for (const key of REQUIRED)
      if (this.#at[key] < 0)
        throw columnMissing(into.file, '微信支付交易账单 wechat-trade', COLUMNS[key].names[0]!, this.#headers)
    this.#starts = new Int32Array(this.#headers.length + 2)
    const amounts: Key[] = ['asked', 'refundAsked', 'settled', 'refund', 'refundCoupon', 'fee']
    this.#amountKeys = amounts
    this.#amountAt = Int32Array.from(amounts, key => this.#at[key])
    this.#amountScale = new Int32Array(amounts.length)
    this.#sums = amounts.map(() => new ExactSum())
    this.#row = new Float64Array(amounts.length)
    this.#refundBill = this.#at.refunded >= 0
    this.head = {
      delimiter: ',',
      confidence: 0.99,
      columns: this.#columns(),
      zone: this.#clock.zone,
      period: null,
      currency: 'CNY',
    }
    for (const column of this.head.columns)
      if (!KEY_BY_NAME.has(column.header))
        into.warn({ column: column.header }, 'column_unknown', {
          zh: `列“${column.header}”不是微信交易账单的已知列，已忽略：如渠道新增了列，请告知开发人员`,
          en: `column "${column.header}" is not a known column of the WeChat bill and is ignored`,
        })
  }

  push(text: string): void {
    if (!this.#damaged && text.includes(UNDECODABLE)) this.#damaged = true
    this.#feeder.push(text)
  }

  end(): void {
    this.#feeder.end()
    if (this.#partialFeeAt)
      this.#into.warn({ ...this.#partialFeeAt, column: '手续费' }, 'fee_below_minor_unit', {
        zh: `${this.#partialFees} 条记录的手续费不足整分（如旧账单的 0.00600），这些记录不逐笔核对手续费；手续费合计已按 5 位小数核对`,
        en: `the fee of ${this.#partialFees} records is no whole number of minor units (old bills: 0.00600); those fees are not compared one by one, their total was checked to 5 decimals`,
      })
    this.#numberless.tell(this.#into, '微信订单号', '商户订单号')
    if (this.#stage !== 'end' && this.#stage !== 'behind')
      this.#into.spoil({}, 'totals_missing', {
        zh: '账单末尾缺少合计行（总交易单数…）：文件不完整，请重新下载',
        en: 'the totals at the end of the bill are missing: the file is cut off, download it again',
      })
  }

  #columns(): Column[] {
    const time = this.#refundBill ? this.#at.refunded : this.#at.time
    return this.#headers.map((header, index) => {
      const key = KEY_BY_NAME.get(header)
      let field = key ? COLUMNS[key].field : null
      if (index === this.#at.time || index === time) field = index === time ? 'occurred_at' : null
      // Without the columns of what was asked, the amounts of old bills are the ones to compare.
      if (key === 'settled' && this.#at.asked < 0) field = 'amount'
      if (key === 'refund' && this.#at.refundAsked < 0) field = 'refund_amount'
      return { header, field, confidence: key ? 1 : 0 }
    })
  }

  #line(text: string, from: number, to: number, lineNumber: number): void {
    if (this.#stage === 'rows' && text.charCodeAt(from) === 96) return this.#record(text, from, to, lineNumber)
    const line = text.slice(from, to)
    if (line.trim() === '') return
    switch (this.#stage) {
      case 'header':
        this.#stage = 'rows'
        return
      case 'rows':
        if (bare(line).startsWith(TOTALS_MARK)) {
          this.#stage = 'titles'
          // Saved again by a spreadsheet, the totals are padded to the width of the records.
          this.#titles = withoutTail(line.split(',').map(bare))
        } else if (this.#isHeader(line))
          this.#into.warn({ line: lineNumber }, 'header_repeated', {
            zh: `第 ${lineNumber} 行重复了表头，已跳过`,
            en: `line ${lineNumber} repeats the header and is skipped`,
          })
        else if (!this.#short) this.#record(text, from, to, lineNumber)
        return
      case 'titles':
        this.#stage = 'end'
        this.#checkTotals(line, lineNumber)
        return
      case 'end':
        this.#stage = 'behind'
        this.#into.spoil({ line: lineNumber }, 'content_after_totals', {
          zh: `第 ${lineNumber} 行在合计行之后还有内容：可能是几份账单拼在一起，请分别提交`,
          en: `line ${lineNumber} follows the totals: several bills in one file? give each one by itself`,
        })
    }
  }

  #isHeader(line: string): boolean {
    const cells = line.split(',').map(bare)
    return cells.length === this.#headers.length && cells.every((cell, index) => cell === this.#headers[index])
  }

  /** The hot path: cuts the row, reads every amount in place, makes a Line. */
  #record(text: string, from: number, to: number, lineNumber: number): void {
    const record = ++this.#into.records
    this.#short = false
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
    if (fields !== expected) return this.#rejectCount(text, from, to, record, lineNumber, fields)
    starts[expected] = to + 1
    if (this.#damaged && text.slice(from, to).includes(UNDECODABLE)) return this.#rejectBytes(text, record, lineNumber)

    const currencyAt = this.#at.currency
    const currency = this.#sameAs(text, currencyAt, this.#currency)
      ? this.#currency
      : this.#turnTo(this.#field(text, currencyAt))
    if (currency === '')
      return this.#reject(record, lineNumber, currencyAt, 'currency_unreadable', {
        zh: `货币种类“${this.#field(text, currencyAt)}”不是三个字母的币种代码，应如 CNY：请使用原始账单`,
        en: `the currency "${this.#field(text, currencyAt)}" is not a code of three letters such as CNY; use the original bill`,
      })

    for (let i = 0; i < 6; i++) {
      const column = this.#amountAt[i]!
      this.#row[i] = Number.NaN
      if (column < 0) continue
      const begin = this.#begin(text, column)
      const end = starts[column + 1]! - 1
      if (begin === end) continue
      const scale = this.#amountScale[i]!
      const plain = plainAmount(text, begin, end, scale)
      if (!Number.isNaN(plain)) {
        this.#row[i] = plain
        continue
      }
      const found = text.slice(begin, end)
      const read = readAmount(found, { exponent: scale, decimal: '.' })
      if (typeof read === 'string') {
        if (read === 'empty') continue
        return this.#reject(record, lineNumber, column, 'amount_unreadable', amountTroubleText(read, found, scale))
      }
      this.#row[i] = read.minor
    }

    const stateAt = this.#at.state
    const success = this.#sameAs(text, stateAt, 'SUCCESS')
    const refund = !success && this.#sameAs(text, stateAt, 'REFUND')
    if (!success && !refund && !this.#sameAs(text, stateAt, 'REVOKED'))
      return this.#reject(record, lineNumber, stateAt, 'kind_unknown', {
        zh: `交易状态“${this.#field(text, stateAt)}”未知，应为 SUCCESS、REFUND 或 REVOKED`,
        en: `the trade state "${this.#field(text, stateAt)}" is not known; SUCCESS, REFUND or REVOKED are`,
      })

    // 订单金额 and 申请退款金额 are what the platform asked for; before they existed, 总金额 and 退款金额 were.
    const settled = this.#row[2]!
    const returned = this.#row[3]!
    const payment = this.#at.asked >= 0 ? this.#row[0]! : settled
    const back = this.#at.refundAsked >= 0 ? this.#row[1]! : returned
    const amountIsBack = refund || (!success && back > 0)
    const amount = amountIsBack ? back : payment
    const amountAt = amountIsBack ? this.#pick('refundAsked', 'refund') : this.#pick('asked', 'settled')
    if (!(amount >= 0)) return this.#rejectAmount(text, record, lineNumber, amountAt)
    if (amount === 0 && (amountIsBack ? returned : settled) > 0)
      return this.#reject(record, lineNumber, amountAt, 'amounts_disagree', {
        zh: `“${this.#headers[amountAt]}”为 0，而“${amountIsBack ? '退款金额' : '应结订单金额'}”不为 0：无法判断哪个正确`,
        en: `"${this.#headers[amountAt]}" is 0 while the settled amount is not: which one is right cannot be told`,
      })

    const timeAt = this.#refundBill ? this.#refundTimeAt(text) : this.#at.time
    const instant = this.#time(text, timeAt)
    if (Number.isNaN(instant))
      return this.#reject(record, lineNumber, timeAt, 'time_unreadable', {
        zh: `时间“${this.#field(text, timeAt)}”无法识别，应为 2026-11-20 09:30:00 这样的格式`,
        en: `the time "${this.#field(text, timeAt)}" cannot be read; one like 2026-11-20 09:30:00 is expected`,
      })

    const tradeNo = this.#field(text, this.#at.trade)
    const merchantOrderNo = this.#field(text, this.#at.order)
    const channelRefundNo = success ? '' : this.#unlessZero(text, this.#at.refundId)
    const refundNo = success ? '' : this.#unlessZero(text, this.#at.refundNo)
    if (
      tradeNo.includes('E+') ||
      merchantOrderNo.includes('E+') ||
      channelRefundNo.includes('E+') ||
      refundNo.includes('E+')
    ) {
      const column = [this.#at.trade, this.#at.order, this.#at.refundId, this.#at.refundNo].find(
        index => index >= 0 && digitsLost(this.#field(text, index)),
      )
      if (column !== undefined) return this.#rejectDigits(text, record, lineNumber, column)
    }

    if (tradeNo === '' && merchantOrderNo === '') this.#numberless.note(record, lineNumber)

    let status: 'success' | 'pending' | 'failed' = 'success'
    if (refund && this.#at.refundState >= 0) {
      const stateOfRefund = this.#at.refundState
      if (this.#sameAs(text, stateOfRefund, 'SUCCESS')) status = 'success'
      else if (this.#sameAs(text, stateOfRefund, 'PROCESSING')) status = 'pending'
      else if (this.#sameAs(text, stateOfRefund, 'FAIL') || this.#sameAs(text, stateOfRefund, 'CHANGE'))
        status = 'failed'
      else
        return this.#reject(record, lineNumber, stateOfRefund, 'status_unknown', {
          zh: `退款状态“${this.#field(text, stateOfRefund)}”未知，应为 SUCCESS、PROCESSING、FAIL 或 CHANGE`,
          en: `the refund state "${this.#field(text, stateOfRefund)}" is not known; SUCCESS, PROCESSING, FAIL or CHANGE are`,
        })
    }

    for (let i = 0; i < 6; i++) {
      const value = this.#row[i]!
      if (!Number.isNaN(value) && value !== 0) this.#sums[i]!.add(value)
    }
    this.#into.add({
      record,
      lineNumber,
      kind: success ? 'payment' : 'refund',
      status,
      orderNo: '',
      tradeNo,
      merchantOrderNo,
      refundNo,
      channelRefundNo,
      amount: success || amount === 0 ? amount : -amount,
      currency,
      at: instant,
      date: null,
      merchant: this.#unlessZero(text, this.#at.subMerchant) || this.#field(text, this.#at.merchant),
      payer: this.#field(text, this.#at.payer),
      fee: this.#wholeFee(this.#row[5]!, record, lineNumber),
      batchNo: '',
      neutral: false,
    })
  }

  #begin(text: string, column: number): number {
    const begin = this.#starts[column]!
    return text.charCodeAt(begin) === 96 ? begin + 1 : begin
  }

  #field(text: string, column: number): string {
    if (column < 0) return ''
    const begin = this.#begin(text, column)
    const end = this.#starts[column + 1]! - 1
    return begin === end ? '' : text.slice(begin, end)
  }

  #sameAs(text: string, column: number, value: string): boolean {
    const begin = this.#begin(text, column)
    return this.#starts[column + 1]! - 1 - begin === value.length && text.startsWith(value, begin)
  }

  /** Payments carry `0` where a refund has its number. */
  #unlessZero(text: string, column: number): string {
    const value = this.#field(text, column)
    return value === '0' ? '' : value
  }

  #pick(key: Key, older: Key): number {
    return this.#at[key] >= 0 ? this.#at[key] : this.#at[older]
  }

  #turnTo(code: string): string {
    if (!/^[A-Z]{3}$/.test(code)) return ''
    this.#currency = kept(code)
    this.#scale = exponentOf(code)
    this.#amountScale.fill(this.#scale)
    this.#amountScale[5] = Math.max(FEE_EXPONENT, this.#scale)
    this.#feeUnit = 10 ** (this.#amountScale[5] - this.#scale)
    return this.#currency
  }

  /** REFUND bills put the time of the original payment into 交易时间; a refund in progress has only the time it was asked for. */
  #refundTimeAt(text: string): number {
    return this.#field(text, this.#at.refunded) !== ''
      ? this.#at.refunded
      : this.#at.applied >= 0
        ? this.#at.applied
        : this.#at.refunded
  }

  #time(text: string, column: number): number {
    const plain = stampAt(text, this.#begin(text, column), this.#starts[column + 1]! - 1, this.#clock)
    if (!Number.isNaN(plain)) return plain
    // 2014: full-width colons; sandbox: two blanks.
    const mended = this.#field(text, column).replaceAll('：', ':').replace(/\s+/g, ' ').trim()
    const old = stampAt(mended, 0, mended.length, this.#clock)
    // A spreadsheet that saved the file shows times its own way: 2026/11/20 9:05.
    return Number.isNaN(old) ? momentOf(mended, this.#clock) : old
  }

  #wholeFee(fee: number, record: number, line: number): number | null {
    if (Number.isNaN(fee)) return null
    if (fee % this.#feeUnit === 0) return fee === 0 ? 0 : fee / this.#feeUnit
    this.#partialFees++
    this.#partialFeeAt ??= { record, line }
    return null
  }

  #checkTotals(line: string, lineNumber: number): void {
    const values = withoutTail(line.split(',').map(bare), this.#titles.length)
    if (values.length !== this.#titles.length)
      this.#into.spoil({ line: lineNumber }, 'totals_unreadable', {
        zh: `第 ${lineNumber} 行合计有 ${values.length} 个值，标题有 ${this.#titles.length} 个：文件被改动或不完整，请重新下载`,
        en: `line ${lineNumber}: ${values.length} totals for ${this.#titles.length} titles; the file was changed or cut off, download it again`,
      })
    for (const [index, title] of this.#titles.entries()) {
      const stated = values[index]
      if (stated === undefined) continue
      if (title === TOTALS_MARK) this.#checkCount(title, stated)
      else if (TOTALS[title]) this.#checkSum(title, stated, TOTALS[title], lineNumber)
      else
        this.#into.warn({ line: lineNumber, column: title }, 'total_unknown', {
          zh: `合计项“${title}”未知，未核对`,
          en: `the total "${title}" is not known and was not checked`,
        })
    }
  }

  #checkCount(name: string, stated: string): void {
    const computed = String(this.#into.records - this.#before)
    this.#into.control({ name, stated, computed, ok: stated === computed }, false)
  }

  #checkSum(name: string, stated: string, key: Key, lineNumber: number): void {
    const index = this.#amountKeys.indexOf(key)
    const scale = this.#amountScale[index] || (key === 'fee' ? FEE_EXPONENT : this.#scale)
    const computed = decimalText(this.#sums[index]!.value, scale)
    const exact = exactDecimal(stated, scale)
    if (exact === null)
      this.#into.spoil({ line: lineNumber, column: name }, 'totals_unreadable', {
        zh: `合计“${name}”的值“${stated}”无法识别`,
        en: `the value "${stated}" of the total "${name}" cannot be read`,
      })
    this.#into.control({ name, stated, computed, ok: exact === this.#sums[index]!.value })
  }

  #reject(record: number, line: number, column: number, code: string, text: { zh: string; en: string }): void {
    this.#into.reject({ record, line, column: this.#headers[column] ?? null }, code, text)
  }

  #rejectAmount(text: string, record: number, line: number, column: number): void {
    const found = column < 0 ? '' : this.#field(text, column)
    if (found === '')
      this.#reject(record, line, column, 'amount_unreadable', amountTroubleText('empty', found, this.#scale))
    else
      this.#reject(record, line, column, 'amount_sign', {
        zh: `金额“${found}”为负数：微信账单的金额不带符号，方向由交易状态决定`,
        en: `the amount "${found}" is negative; a WeChat bill has unsigned amounts, the trade state tells the direction`,
      })
  }

  #rejectCount(text: string, from: number, to: number, record: number, line: number, fields: number): void {
    this.#short = fields < this.#headers.length
    const found = fields > this.#headers.length ? text.slice(from, to).split(',').length : fields
    this.#into.reject({ record, line }, 'field_count', {
      zh: `这一行有 ${found} 个字段，应为 ${this.#headers.length} 个：名称里可能有未转义的逗号或换行`,
      en: `this row has ${found} fields instead of ${this.#headers.length}: a comma or newline inside a name that was not escaped?`,
    })
  }

  #rejectBytes(text: string, record: number, line: number): void {
    const column = this.#headers.findIndex((_, index) => this.#field(text, index).includes(UNDECODABLE))
    this.#reject(record, line, column, 'bytes_undecodable', {
      zh: '含有无法解码的字节（被截断的汉字或混用了编码）：请重新下载原始文件',
      en: 'it holds bytes that cannot be decoded (a cut character or a mix of encodings); fetch the original file again',
    })
  }

  #rejectDigits(text: string, record: number, line: number, column: number): void {
    this.#reject(record, line, column, 'id_digits_lost', {
      zh: `单号“${this.#field(text, column)}”是科学计数法，位数已丢失（文件被电子表格改过）：请使用未经 Excel 保存的原始文件`,
      en: `the number "${this.#field(text, column)}" is in scientific notation, its digits are lost (a spreadsheet saved the file); use the original file`,
    })
  }
}

/** Without the empty cells at the end, down to `least`. */
function withoutTail(cells: readonly string[], least = 1): readonly string[] {
  let length = cells.length
  while (length > least && cells[length - 1] === '') length--
  return cells.slice(0, length)
}

/** A stated total of any size, or null. */
function exactDecimal(text: string, scale: number): bigint | null {
  const parts = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (!parts) return null
  const [, sign = '', whole = '', fraction = ''] = parts
  if (/[1-9]/.test(fraction.slice(scale))) return null
  const value = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'))
  return sign === '-' ? -value : value
}

function decimalText(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return value < 0n ? `-${text}` : text
}
