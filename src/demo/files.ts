import { alipayTradeBill } from '../statements/writing/alipay.ts'
import { bankStatement } from '../statements/writing/bank.ts'
import { beijing, yuan } from '../statements/writing/row.ts'
import { wechatTradeBill } from '../statements/writing/wechat.ts'
import { ALIPAY_ACCOUNT, type CityDay, type Line, type Payment } from './city_day.ts'

/** The day's files as each channel really writes them. */

export const FILES = {
  payments: 'payments.csv',
  wechat: 'wechat-20261120.csv',
  alipay: `${ALIPAY_ACCOUNT}_20261120.csv.zip`,
  bank: 'bank-20261120.csv',
  rules: 'rules.yaml',
} as const

export function filesOf(day: CityDay): ReadonlyMap<string, Buffer> {
  return new Map([
    [FILES.payments, paymentsCsv(day.payments)],
    [FILES.wechat, wechatTradeBill(titled(day.lines.wechat), WECHAT)],
    [
      FILES.alipay,
      alipayTradeBill(titled(day.lines.alipay), { account: ALIPAY_ACCOUNT, day: day.day, printedAt: PRINTED_AT }),
    ],
    [FILES.bank, bankStatement(day.lines.bank)],
    [FILES.rules, Buffer.from(RULES)],
  ])
}

/** `FILE#N` of every line, by the order it has in its file. */
export function lineIds(day: CityDay): ReadonlyMap<Line, string> {
  return new Map(
    (['wechat', 'alipay', 'bank'] as const).flatMap(channel =>
      day.lines[channel].map((line, i) => [line, `${FILES[channel]}#${i + 1}`] as const),
    ),
  )
}

/** Of the Alipay bill. */
const PRINTED_AT = Date.parse('2026-11-21T05:12:03+08:00')
const WECHAT = { appid: 'wx2026fuzhoupay001', mchid: '1600000100' }

const titled = (lines: readonly Line[]): Line[] => lines.map(line => ({ ...line, goods: `抚州缴费-${line.goods}` }))

function paymentsCsv(payments: readonly Payment[]): Buffer {
  const header =
    'payment_no,order_no,kind,channel,channel_trade_no,merchant_order_no,refund_no,amount,currency,status,paid_at,merchant_no,payer_account,fee,batch_no'
  const rows = payments.map(p =>
    [
      p.no,
      p.order,
      p.kind,
      p.channel,
      p.tradeNo,
      p.merchantOrderNo,
      p.refundNo,
      yuan(p.amount),
      p.currency,
      p.status,
      `${beijing(p.at).replace(' ', 'T')}+08:00`,
      p.merchant,
      p.payer,
      p.fee === null ? '' : yuan(p.fee),
      p.batch,
    ].join(','),
  )
  return Buffer.from(`${[header, ...rows].join('\n')}\n`)
}

const RULES = `# 对账规则。没有写的项用缺省值；金额和费率加引号。 What is not written here keeps its default.
name: fuzhou-demo
defaults:
  waive_below: "10.00"      # 低于此数的单边账豁免，仍计入平衡
  confirm_above: "5000.00"  # 高于此数的匹配须第二人确认
channels:
  wechat:
    fees: { rate: "0.6%", rounding: half_up }
  bank:
    amount_tolerance: "0.05"
    subset_sum: { max_candidates: 20 }
`
