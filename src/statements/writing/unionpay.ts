import iconv from 'iconv-lite'
import type { Day } from '../../kernel/business_day.ts'
import { gbkZip } from './gbk_zip.ts'
import { beijing, isRefund, type WrittenRow } from './row.ts'

/** Bytes of a ZM record in today's edition. */
const RECORD_BYTES = 607

export type UnionpayFileOf = {
  /** 15 digits. */
  readonly merId: string
  /** The clearing date. */
  readonly day: Day
  /** Epoch milliseconds. */
  readonly printedAt: number
}

export const unionpayZipName = ({ merId, day }: UnionpayFileOf): string => `${merId}_${day.replaceAll('-', '')}.zip`

/**
 * 银联全渠道 ZM (成功交易明细) in its zip: columns of fixed bytes with a blank between them, amounts in fen, C or D before what
 * moves for or against the merchant. The layout is the one `formats/unionpay.ts` reads.
 */
export function unionpayFile(rows: readonly WrittenRow[], of: UnionpayFileOf): Buffer {
  const lines = rows.map((row, index) => unionpayRecord(row, of, index + 1))
  const name = `INN${of.day.slice(2).replaceAll('-', '')}88ZM_${of.merId}`
  const content = Buffer.concat(lines.flatMap(line => [line, Buffer.from('\r\n')]))
  return gbkZip([[name, content]], of.printedAt)
}

/** One line of it, without its end. */
export function unionpayRecord(row: WrittenRow, of: UnionpayFileOf, trace: number): Buffer {
  const refund = isRefund(row)
  const settled = side(refund ? row.fee - row.amount : row.amount - row.fee)
  const columns: readonly (readonly [value: string, bytes: number])[] = [
    [refund ? 'S30' : 'S22', 3], // 交易代码
    ['', 11], // 代理机构标识码
    ['00049992', 11], // 发送机构标识码
    [zeros(trace % 1_000_000, 6), 6], // 系统跟踪号
    [beijing(row.at).replace(/\D/g, '').slice(4), 10], // 交易传输时间
    [row.payer, 19], // 账号
    [zeros(row.amount, 12), 12], // 交易金额
    ['4900', 4], // 商户类别: 公共事业
    ['07', 2], // 终端类型: 互联网
    [refund ? row.channelRefundNo : row.tradeNo, 21], // 交易查询流水号
    ['', 2], // 旧支付方式
    [refund ? row.refundNo : row.merchantOrderNo, 32], // 商户订单号
    ['01', 2], // 支付卡类型: 借记卡
    ['', 6], // 原始交易系统跟踪号
    ['', 10], // 原始交易日期时间
    [side(refund ? row.fee : -row.fee), 13], // 商户手续费
    [settled, 13], // 结算金额
    ['0001', 4], // 支付方式
    ['', 15], // 集团商户代码
    [refund ? '04' : '01', 2], // 交易类型
    [refund ? '00' : '01', 2], // 交易子类
    ['000201', 6], // 业务类型
    ['01', 2], // 账号类型
    ['', 4], // 账单类型
    ['', 32], // 账单号码
    ['0', 1], // 交互方式
    [refund ? row.tradeNo : '', 21], // 原交易查询流水号
    [of.merId, 15], // 商户代码
    ['0', 1], // 分账入账方式
    ['', 15], // 二级商户代码
    ['', 32], // 二级商户简称
    [side(0), 13], // 二级商户分账入账金额
    [settled, 13], // 清算净额
    ['', 8], // 终端号
    ['', 32], // 商户自定义域
    [side(0), 13], // 优惠金额
    [side(0), 13], // 发票金额
    [zeros(0, 12), 12], // 分期付款附加手续费
    ['', 2], // 分期付款期数
    ['', 1], // 交易介质
    [refund ? row.merchantOrderNo : '', 32], // 原始交易订单号
  ]
  const written = Buffer.concat(columns.flatMap(([value, bytes]) => [fixed(value, bytes), Buffer.from(' ')]))
  return Buffer.concat([written, Buffer.alloc(RECORD_BYTES - written.length, ' ')])
}

/** So many bytes of GBK; what is longer is cut, as the channel does. */
function fixed(value: string, bytes: number): Buffer {
  const whole = Buffer.alloc(bytes, ' ')
  iconv.encode(value, 'gbk').copy(whole)
  return whole
}

const zeros = (value: number, digits: number): string => String(value).padStart(digits, '0')

/** C and D with twelve digits of fen; a blank in place of the letter when there is nothing. */
const side = (fen: number): string => `${fen > 0 ? 'C' : fen < 0 ? 'D' : ' '}${zeros(Math.abs(fen), 12)}`
