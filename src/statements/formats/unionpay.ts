import iconv from 'iconv-lite'
import { kept } from '../../kernel/kept.ts'
import type { Kind } from '../../matching/entry.ts'
import { amountTroubleText } from '../amount_text.ts'
import type { Collector, Sentences } from '../collector.ts'
import { decodeStrictly } from '../encoding.ts'
import type { Format, Probe, Reader, ReaderHead } from '../format.ts'
import { LineFeeder } from '../lines.ts'
import { isDay, LocalClock } from '../local_time.ts'
import type { Field } from '../statement.ts'
import { Count, countControl, sumControl } from '../table/controls.ts'
import { UNDECODABLE_BYTES, UnknownWords } from '../table/titled.ts'

/**
 * 银联全渠道 clearing files: ZM (transactions) and ZME (差错, adjustments). One record per line, columns of fixed BYTES with one
 * blank between them, no header, no trailer, amounts in fen. The RD report of the same zip states the totals of ZM. Source:
 * UnionPay's developer sample package and the field notes of its users.
 */
export const unionpay: Format = {
  name: 'unionpay',
  channel: 'unionpay',
  feed: 'bytes',
  recognise: probe => {
    const found = layoutOf(probe)
    return found && { score: 0.99, reasons: [`fixed columns of a UnionPay ${found.layout.name} record`] }
  },
  recogniseCompanion: probe => /商户代码\s*[:：]/.test(probe.text) && /^总计\s+\d/m.test(probe.text),
  read: (probe, into) => new UnionpayReader(probe, into),
}

const CURRENCY = 'CNY'

type Column = { readonly name: string; readonly bytes: number; readonly field?: Field }

type Layout = {
  readonly name: 'ZM' | 'ZME'
  /** What the columns before the amounts look like. */
  readonly looks: RegExp
  /** Bytes of a record in the editions known. */
  readonly lengths: readonly number[]
  readonly columns: readonly Column[]
}

const list = (text: string): Column[] =>
  text
    .trim()
    .split(/\s+/)
    .map(entry => {
      const [name = '', bytes = '', field] = entry.split(':')
      return { name, bytes: Number(bytes), ...(field ? { field: field as Field } : {}) }
    })

const ZM: Layout = {
  name: 'ZM',
  looks:
    /^[A-Z\d]{3} [\d ]{11} [\d ]{11} \d{6} \d{10} [\d* ]{19} \d{12} \d{4} [\d ]{2} [\dA-Za-z ]{21} [\d ]{2} [^\n]{32} [\d ]{2} [\d ]{6} [\d ]{10} [CD ]\d{12} [CD ]\d{12} /,
  lengths: [607, 589, 578],
  // Editions differ only behind the 37th column.
  columns: list(`
    交易代码:3 代理机构标识码:11 发送机构标识码:11 系统跟踪号:6 交易传输时间:10:occurred_at 账号:19:payer_account
    交易金额:12:amount 商户类别:4 终端类型:2 交易查询流水号:21:channel_trade_no 旧支付方式:2 商户订单号:32:merchant_order_no
    支付卡类型:2 原始交易系统跟踪号:6 原始交易日期时间:10 商户手续费:13:fee 结算金额:13 支付方式:4 集团商户代码:15 交易类型:2:kind
    交易子类:2 业务类型:6 账号类型:2 账单类型:4 账单号码:32 交互方式:1 原交易查询流水号:21 商户代码:15:merchant_no
    分账入账方式:1 二级商户代码:15 二级商户简称:32 二级商户分账入账金额:13 清算净额:13 终端号:8 商户自定义域:32 优惠金额:13
    发票金额:13 分期付款附加手续费:12 分期付款期数:2 交易介质:1 原始交易订单号:32`),
}

const ZME: Layout = {
  name: 'ZME',
  looks:
    /^[A-Z\d]{3} [\d ]{11} [\d ]{11} \d{6} \d{10} [\d* ]{19} \d{12} \d{4} [\d ]{2} [\d ]{2} [\d ]{6} [\d ]{10} [\d ]{4} [\d ]{12} [CD ]\d{12} [CD ]\d{12} /,
  lengths: [339],
  columns: list(`
    交易代码:3:kind 代理机构标识码:11 发送机构标识码:11 系统跟踪号:6:channel_refund_no 交易传输时间:10:occurred_at
    账号:19:payer_account 交易金额:12:amount 商户类别:4 终端类型:2 支付卡类型:2 原始交易系统跟踪号:6 原始交易日期时间:10
    原交易清算日期:4 原交易金额:12 商户手续费:13:fee 结算金额:13 集团商户代码:15 商户代码:15:merchant_no 分账清算标识:1
    分期付款附加手续费:12 分期付款期数:2`),
}

/** Of every record, behind a byte order mark too: to write any other line back would cost a table of GB18030. */
const BEGINNING = /^(?:\xef\xbb\xbf)?[A-Z\d]{3} [\d ]{11} /

/** The layout, and the length of a record: one of the editions known, or one that several records agree in. */
function layoutOf(probe: Probe): { layout: Layout; length: number } | null {
  const start = Buffer.from(probe.bytes.subarray(0, 8_192))
    .toString('latin1')
    .split(/\r?\n/, 6)
    .filter(line => BEGINNING.test(line))
  // The last line may be cut inside a character, and then is no UTF-8.
  for (const layout of [ZM, ZME]) {
    const lengths = start
      .map(line => (layout.lengths.includes(line.length) ? line : (writtenBack(line) ?? line)))
      .filter(line => layout.looks.test(line))
      .map(line => line.length)
    const last = layout.columns.reduce((sum, { bytes }) => sum + bytes + 1, 0)
    const agreed = lengths.find(length => length >= last && lengths.filter(other => other === length).length > 1)
    const known = lengths.find(length => layout.lengths.includes(length))
    if (lengths.length > 0) return { layout, length: known ?? agreed ?? layout.lengths[0] ?? 0 }
  }
  return null
}

/**
 * A line (a character a byte) that a program saved again as UTF-8, in the bytes UnionPay counts; null where it is no UTF-8 or
 * the same in both.
 */
function writtenBack(line: string): string | null {
  if (!/[\x80-\xff]/.test(line)) return null
  const text = decodeStrictly(Buffer.from(line, 'latin1'), 'utf-8')
  return text === null ? null : iconv.encode(text.replace(/^\ufeff/, ''), 'gb18030').toString('latin1')
}

/** Clearing date and merchant, from a name like INN15090588ZM_802310048993424. */
function namedAs(name: string): { cleared: number; merchant: string } {
  const parts = /INN(\d{6})\d{2}(?:ZME?|PED\w*)_(\d+)/.exec(name)
  const cleared = parts?.[1] ? 20_000_000 + Number(parts[1]) : 0
  return { cleared: isDay(cleared) ? cleared : 0, merchant: parts?.[2] ?? '' }
}

class UnionpayReader implements Reader {
  readonly head: ReaderHead
  readonly #into: Collector
  readonly #layout: Layout
  readonly #length: number
  readonly #at: ReadonlyMap<string, { readonly from: number; readonly to: number }>
  readonly #feeder: LineFeeder
  readonly #clock: LocalClock
  readonly #cleared: number
  readonly #namedMerchant: string
  readonly #reports: [text: string, name: string][] = []
  readonly #in = new Count()
  readonly #out = new Count()
  readonly #charged = new Count()
  readonly #givenBack = new Count()
  readonly #kinds = new UnknownWords()
  #merchant = ''
  #line = ''
  #record = 0
  #lineNumber = 0
  #failed = false
  #converted = 0

  constructor(probe: Probe, into: Collector) {
    const found = layoutOf(probe)
    if (!found) throw new Error(`${into.file} was recognised as a UnionPay file and now is not`)
    this.#into = into
    this.#layout = found.layout
    this.#length = found.length
    this.#clock = new LocalClock(probe.options.zone ?? 'Asia/Shanghai')
    const named = namedAs(probe.name)
    this.#cleared = named.cleared
    this.#namedMerchant = named.merchant
    const at = new Map<string, { from: number; to: number }>()
    let from = 0
    for (const { name, bytes } of found.layout.columns) {
      at.set(name, { from, to: from + bytes })
      from += bytes + 1
    }
    this.#at = at
    const limit = probe.options.limits?.rowLength
    const take = (text: string, begin: number, end: number, line: number) => this.#take(text.slice(begin, end), line)
    this.#feeder = new LineFeeder(take, into.file, Buffer.from(probe.bytes).toString('latin1'), limit)
    this.head = {
      delimiter: null,
      confidence: 0.99,
      columns: found.layout.columns.map(({ name, field }) => ({ header: name, field: field ?? null, confidence: 1 })),
      zone: this.#clock.zone,
      period: null,
    }
    if (!found.layout.lengths.includes(found.length))
      into.warn({ line: 1 }, 'record_length_unknown', {
        zh: `每条记录 ${found.length} 字节，已知的版本是 ${found.layout.lengths.join('、')} 字节：末尾的字段按 607 字节版本读取，请核对`,
        en: `records have ${found.length} bytes; the known editions have ${found.layout.lengths.join(', ')}: the last columns are read as those of the edition with 607, please check`,
      })
  }

  push(text: string): void {
    this.#feeder.push(text)
  }

  companion(text: string, name: string): void {
    this.#reports.push([text, name])
  }

  end(): void {
    this.#feeder.end()
    if (this.#converted > 0)
      this.#into.warn({}, 'encoding_converted', {
        zh: `${this.#converted} 条记录被转成了 UTF-8，已按银联的 GBK 字节还原读取：以后请直接提交银联原始文件，不要用编辑器另存`,
        en: `${this.#converted} records were converted to UTF-8 and are read in the GBK bytes UnionPay counts: give the file as UnionPay sent it, not saved again`,
      })
    this.#kinds.tell(
      this.#into,
      '交易类型',
      'kind_unknown',
      '已按结算金额的方向读取',
      'the side of 结算金额 was taken for its direction',
    )
    if (this.#namedMerchant !== '' && this.#merchant !== '' && this.#namedMerchant !== this.#merchant)
      this.#into.warn({ column: '商户代码' }, 'merchant_differs', {
        zh: `文件名里的商户号是 ${this.#namedMerchant}，记录里是 ${this.#merchant}：请确认是否拿错了文件`,
        en: `the file is named after merchant ${this.#namedMerchant}, its records are of ${this.#merchant}: is it the right file?`,
      })
    // RD states the totals of ZM; whether it would count adjustments is not documented.
    if (this.#layout.name === 'ZM') for (const [text, name] of this.#reports) this.#checkReport(text, name)
  }

  #take(line: string, lineNumber: number): void {
    if (line.trim() === '') return
    this.#record = ++this.#into.records
    // Its length and the blanks between its columns prove that it is the record that was converted.
    const back = line.length === this.#length ? null : writtenBack(line)
    if (back?.length === this.#length) this.#converted++
    this.#line = back?.length === this.#length ? back : line
    this.#lineNumber = lineNumber
    this.#failed = false
    if (this.#line.length !== this.#length)
      return this.#fail(null, 'record_length', {
        zh: `这条记录有 ${line.length} 字节，应为 ${this.#length} 字节：文件被截断，或被编辑、转换过编码，请重新下载`,
        en: `this record has ${line.length} bytes instead of ${this.#length}: the file is cut off, or was edited or converted; download it again`,
      })
    for (const { to } of this.#at.values())
      if (to < this.#line.length && this.#line.charCodeAt(to) !== 32)
        return this.#fail(null, 'columns_shifted', {
          zh: `第 ${to + 1} 字节应为字段之间的空格：字段错位，文件被编辑过，请重新下载`,
          en: `byte ${to + 1} should be the blank between two columns: they are shifted, the file was edited; download it again`,
        })
    if (this.#layout.name === 'ZM') this.#transaction()
    else this.#adjustment()
  }

  #transaction(): void {
    const type = this.#text('交易类型')
    const [size, fee, settled] = [this.#plain('交易金额'), this.#signed('商户手续费'), this.#signed('结算金额')]
    const direction = type === '01' ? 1 : type === '04' ? -1 : Math.sign(settled)
    const queryId = this.#text('交易查询流水号')
    const order = this.#text('商户订单号')
    const added = this.#add(direction, size, -fee, settled, {
      kind: direction < 0 ? 'refund' : 'payment',
      tradeNo: queryId,
      // A refund is an order of its own at UnionPay; the order it returns stands at the end of the record.
      merchantOrderNo: direction < 0 ? this.#text('原始交易订单号') : order,
      refundNo: direction < 0 ? order : '',
      channelRefundNo: direction < 0 ? queryId : '',
      near: /^20\d{12}/.test(queryId) ? Number(queryId.slice(0, 8)) : 0,
    })
    if (!added) return
    if (type !== '01' && type !== '04') this.#kinds.note(type === '' ? '（空）' : type)
    if (direction > 0) this.#in.add(size)
    else this.#out.add(size)
    if (fee < 0) this.#charged.add(-fee)
    if (fee > 0) this.#givenBack.add(fee)
  }

  #adjustment(): void {
    const settled = this.#signed('结算金额')
    this.#add(Math.sign(settled), this.#plain('交易金额'), -this.#signed('商户手续费'), settled, {
      kind: settled < 0 ? 'refund' : 'payment',
      tradeNo: '',
      merchantOrderNo: '',
      refundNo: '',
      // It has no query number; the trace number is the only one of its own.
      channelRefundNo: this.#text('系统跟踪号'),
      near: 0,
    })
  }

  /** `fee`: plus is kept by UnionPay. Amount, fee and settlement must agree: that proves their signs and digits. */
  #add(direction: number, size: number, fee: number, settled: number, of: Own): boolean {
    const amount = direction < 0 ? -size : size
    if (direction === 0 && size !== 0)
      this.#fail('结算金额', 'direction_unknown', {
        zh: '结算金额没有方向（C/D），交易类型也未知：看不出是收入还是支出',
        en: 'the settlement has no side (C/D) and the kind is not known: whether money came in or went out cannot be told',
      })
    const net = this.#at.has('清算净额') && this.#text('清算净额') !== '' ? this.#signed('清算净额') : settled
    if (settled !== amount - fee || net !== settled) {
      const text = {
        zh: `交易金额、手续费、结算金额、清算净额互相不符（应为 结算 = 清算净额 = 交易金额 − 手续费）：这条记录不能入账，请向银联核实`,
        en: 'amount, fee, settlement and net do not agree (settlement = net = amount − fee): this record cannot be booked, ask UnionPay',
      }
      const discount = this.#at.has('优惠金额') && this.#text('优惠金额') !== '' ? this.#signed('优惠金额') : 0
      // Who bears a discount is not documented; a record that has one may differ by it.
      if (discount === 0) this.#fail('结算金额', 'amounts_disagree', text)
      else this.#into.warn(this.#place('结算金额'), 'amounts_disagree', text)
    }
    const merchant = this.#text('商户代码')
    const at = this.#time(of.near)
    const payer = this.#text('账号')
    if (this.#failed) return false
    if (this.#merchant === '') this.#merchant = kept(merchant)
    this.#into.add({
      record: this.#record,
      lineNumber: this.#lineNumber,
      kind: of.kind,
      status: 'success',
      orderNo: '',
      tradeNo: of.tradeNo,
      merchantOrderNo: of.merchantOrderNo,
      refundNo: of.refundNo,
      channelRefundNo: of.channelRefundNo,
      amount: amount === 0 ? 0 : amount,
      currency: CURRENCY,
      at,
      date: null,
      merchant,
      payer,
      fee: fee === 0 ? 0 : fee,
      batchNo: '',
      neutral: false,
    })
    return true
  }

  #raw(column: string): string {
    const at = this.#at.get(column)
    return at ? this.#line.slice(at.from, at.to) : ''
  }

  #text(column: string): string {
    const raw = this.#raw(column).trim()
    if (!/[\x80-\xff]/.test(raw)) return raw
    const text = decodeStrictly(Buffer.from(raw, 'latin1'), 'gb18030')
    if (text === null) this.#fail(column, 'bytes_undecodable', UNDECODABLE_BYTES)
    return text ?? ''
  }

  #plain(column: string): number {
    const raw = this.#raw(column)
    if (/^\d+$/.test(raw)) return Number(raw)
    const trouble = raw.trim() === '' ? 'empty' : 'unreadable'
    this.#fail(column, 'amount_unreadable', amountTroubleText(trouble, raw.trim(), 0))
    return 0
  }

  /** C (to the merchant's good) plus, D minus; the letter is blank when the amount is zero. */
  #signed(column: string): number {
    const raw = this.#raw(column)
    const parts = /^([CD ])(\d+)$/.exec(raw)
    const value = Number(parts?.[2])
    if (parts && (parts[1] !== ' ' || value === 0)) return parts[1] === 'D' && value !== 0 ? -value : value
    this.#fail(column, 'amount_unreadable', {
      zh: `“${raw.trim()}”无法识别，应为 C 或 D 加 ${raw.length - 1} 位数字（单位：分）`,
      en: `"${raw.trim()}" cannot be read; C or D and ${raw.length - 1} digits (fen) are expected`,
    })
    return 0
  }

  /** The record has no year. `near` is a day it must be close to (of the query number), else the file's clearing day. */
  #time(near: number): number {
    const raw = this.#raw('交易传输时间')
    const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})$/.exec(raw)
    const day = Number(parts?.[1])
    const anchor = near || this.#cleared
    if (parts && anchor === 0) {
      this.#fail('交易传输时间', 'year_unknown', {
        zh: '记录没有年份：交易查询流水号不以日期开头，文件名里也没有清算日期（INNyymmdd…）。请保留银联原来的文件名',
        en: 'the record has no year: its query number does not begin with a date and the file name has no clearing date (INNyymmdd…); keep the name UnionPay gave the file',
      })
      return 0
    }
    const at = parts
      ? this.#clock.at(
          yearOf(day, anchor, near !== 0) * 10_000 + day,
          Number(parts[2]),
          Number(parts[3]),
          Number(parts[4]),
        )
      : Number.NaN
    if (Number.isNaN(at))
      this.#fail('交易传输时间', 'time_unreadable', {
        zh: `时间“${raw.trim()}”无法识别，应为 MMDDhhmmss`,
        en: `the time "${raw.trim()}" cannot be read; MMDDhhmmss is expected`,
      })
    return at
  }

  #place(column: string | null) {
    return { record: this.#record, line: this.#lineNumber, column }
  }

  #fail(column: string | null, code: string, text: Sentences): void {
    if (this.#failed) return
    this.#failed = true
    this.#into.reject(this.#place(column), code, text)
  }

  /** "总计 8 0.00 13227.00 79.36 0.00 0.00 13147.64": count, then amount, fee and net, each as 借 and 贷, in yuan. */
  #checkReport(text: string, name: string): void {
    const cleared = /清算日期\s*[:：]\s*(\d{8})/.exec(text)?.[1]
    if (cleared && this.#cleared !== 0 && Number(cleared) !== this.#cleared) return
    const [, count = '', ...sums] = /^总计\s+(\d+)((?:\s+[\d.,-]+){6})\s*$/m.exec(text) ?? []
    const stated = sums[0]?.trim().split(/\s+/)
    if (stated === undefined)
      return this.#into.warn({}, 'companion_unreadable', {
        zh: `汇总文件“${name}”没有“总计”一行，未能用它核对`,
        en: `the report "${name}" has no row 总计 and could not be used`,
      })
    countControl(this.#into, 'RD 总计 交易笔数', count, this.#in.count + this.#out.count)
    const net = this.#in.sum.value - this.#out.sum.value - this.#charged.sum.value + this.#givenBack.sum.value
    const computed = [
      ['交易金额 借', this.#out.sum.value],
      ['交易金额 贷', this.#in.sum.value],
      ['费用 借', this.#charged.sum.value],
      ['费用 贷', this.#givenBack.sum.value],
      ['资金清算差额 借', net < 0n ? -net : 0n],
      ['资金清算差额 贷', net > 0n ? net : 0n],
    ] as const
    for (const [index, [title, value]] of computed.entries())
      sumControl(this.#into, `RD 总计 ${title}`, stated[index] ?? '', value, CURRENCY)
    const merchant = /商户代码\s*[:：]\s*(\d+)/.exec(text)?.[1]
    if (merchant && this.#merchant !== '' && merchant !== this.#merchant)
      this.#into.spoil({}, 'companion_differs', {
        zh: `汇总文件“${name}”是商户 ${merchant} 的，明细是商户 ${this.#merchant} 的：请重新下载整个压缩包`,
        en: `the report "${name}" is of merchant ${merchant}, the records are of ${this.#merchant}: download the whole package again`,
      })
  }
}

type Own = {
  readonly kind: Kind
  readonly tradeNo: string
  readonly merchantOrderNo: string
  readonly refundNo: string
  readonly channelRefundNo: string
  readonly near: number
}

/**
 * The year of a month and day. Near a known day of the same transaction: the year that brings it closest. Of the clearing
 * date: the same year, or the one before where the day would lie after the day that follows it.
 */
function yearOf(monthDay: number, anchor: number, exact: boolean): number {
  const year = Math.floor(anchor / 10_000)
  const anchorDay = anchor % 10_000
  if (exact)
    return anchorDay > 1_130 && monthDay < 200 ? year + 1 : anchorDay < 200 && monthDay > 1_130 ? year - 1 : year
  const next = Temporal.PlainDate.from(String(anchor)).add({ days: 1 })
  if (next.year > year && monthDay === 101) return next.year
  return next.year === year && monthDay > next.month * 100 + next.day ? year - 1 : year
}
