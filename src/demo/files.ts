import { crc32, deflateRawSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { formatMinor } from '../kernel/money.ts'
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
    [FILES.wechat, wechatBill(day.lines.wechat)],
    [FILES.alipay, alipayBill(day.lines.alipay)],
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

const yuan = (fen: number): string => formatMinor(fen, 'CNY')
const clock = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

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
      `${clock(p.at).replace(' ', 'T')}+08:00`,
      p.merchant,
      p.payer,
      p.fee === null ? '' : yuan(p.fee),
      p.batch,
    ].join(','),
  )
  return Buffer.from(`${[header, ...rows].join('\n')}\n`)
}

/** 微信支付交易账单 ALL, 27 columns, back-ticks before every value, totals at the end. */
function wechatBill(lines: readonly Line[]): Buffer {
  const header =
    '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,' +
    '微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
  const ticked = (values: readonly string[]): string => values.map(value => `\`${value}`).join(',')
  const rows = lines.map(line => {
    const refund = line.kind === 'refund'
    const [paid, back] = refund ? ['0.00', yuan(line.amount)] : [yuan(line.amount), '0.00']
    return ticked([
      clock(line.at),
      'wx2026fuzhoupay001',
      '1600000100',
      line.merchant,
      '',
      line.tradeNo,
      line.merchantOrderNo,
      line.payer,
      'JSAPI',
      refund ? 'REFUND' : 'SUCCESS',
      'OTHERS',
      line.currency,
      paid,
      '0.00',
      refund ? line.channelRefundNo : '0',
      refund ? line.refundNo : '0',
      back,
      '0.00',
      refund ? 'ORIGINAL' : '',
      refund ? 'SUCCESS' : '',
      `抚州缴费-${line.goods}`,
      '',
      `${refund ? '-' : ''}${yuan(line.fee)}000`,
      '0.60%',
      paid,
      back,
      '',
    ])
  })
  const paid = lines.filter(line => line.kind === 'payment')
  const back = lines.filter(line => line.kind === 'refund')
  const gross = yuan(sum(paid.map(line => line.amount)))
  const returned = yuan(sum(back.map(line => line.amount)))
  const fees = `${yuan(sum(paid.map(line => line.fee)) - sum(back.map(line => line.fee)))}000`
  const totals = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'
  return Buffer.from(
    `\ufeff${[header, ...rows, totals, ticked([String(lines.length), gross, returned, '0.00', fees, gross, returned])].join('\r\n')}\r\n`,
  )
}

/** 支付宝业务明细: GB18030 in a zip whose entry names are GBK without the UTF-8 flag. */
function alipayBill(lines: readonly Line[]): Buffer {
  const columns = [
    '支付宝交易号',
    '商户订单号',
    '业务类型',
    '商品名称',
    '创建时间',
    '完成时间',
    '门店编号',
    '门店名称',
    '操作员',
    '终端号',
    '对方账户',
    '订单金额（元）',
    '商家实收（元）',
    '支付宝红包（元）',
    '集分宝（元）',
    '支付宝优惠（元）',
    '商家优惠（元）',
    '券核销金额（元）',
    '券名称',
    '商家红包消费金额（元）',
    '卡消费金额（元）',
    '退款批次号/请求号',
    '服务费（元）',
    '分润（元）',
    '备注',
  ]
  const signed = (line: Line): string => yuan(line.kind === 'refund' ? -line.amount : line.amount)
  const rows = lines.map(line =>
    [
      line.tradeNo,
      line.merchantOrderNo,
      line.kind === 'refund' ? '退款' : '交易',
      `抚州缴费-${line.goods}`,
      clock(line.at - 20_000),
      clock(line.at),
      '',
      '',
      '',
      '',
      line.payer,
      signed(line),
      signed(line),
      '0.00',
      '0.00',
      '0.00',
      '0.00',
      '0.00',
      '',
      '0.00',
      '0.00',
      line.refundNo,
      '0.00',
      '0.00',
      '',
    ]
      .map(value => `${value}\t`)
      .join(','),
  )
  const paid = lines.filter(line => line.kind === 'payment')
  const back = lines.filter(line => line.kind === 'refund')
  const received = yuan(sum(paid.map(line => line.amount)))
  const returned = yuan(-sum(back.map(line => line.amount)))
  const top = (title: string) => [
    `#${title}`,
    `#账号：[${ALIPAY_ACCOUNT}]`,
    '#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]',
  ]
  const details = [
    ...top('支付宝业务明细查询'),
    '#-----------------------------------------业务明细列表----------------------------------------',
    columns.join(','),
    ...rows,
    '#-----------------------------------------业务明细列表结束------------------------------------',
    `#交易合计：${paid.length}笔，商家实收共${received}元，商家优惠共0.00元`,
    `#退款合计：${back.length}笔，商家实收退款共${returned}元，商家优惠退款共0.00元`,
    '#导出时间：[2026年11月21日 05:12:03]',
  ]
  const net = yuan(sum(paid.map(line => line.amount)) - sum(back.map(line => line.amount)))
  const shop = (name: string) =>
    [name, '', paid.length, back.length, net, net, '0.00', '0.00', '0.00', '0.00', '0.00', net]
      .map(value => `${value}\t`)
      .join(',')
  const summary = [
    ...top('支付宝业务汇总查询'),
    '#-----------------------------------------业务汇总列表----------------------------------------',
    '门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）',
    shop('其他'),
    shop('合计'),
    '#-----------------------------------------业务汇总列表结束------------------------------------',
    '#导出时间：[2026年11月21日 05:12:03]',
  ]
  const gbk = (text: readonly string[]) => iconv.encode(`${text.join('\r\n')}\r\n`, 'gb18030')
  return zipOf([
    [`${ALIPAY_ACCOUNT}_20261120_业务明细.csv`, gbk(details)],
    [`${ALIPAY_ACCOUNT}_20261120_业务明细(汇总).csv`, gbk(summary)],
  ])
}

/** 银行流水: GBK, two amount columns with thousands separators, no totals. */
function bankStatement(lines: readonly Line[]): Buffer {
  const header = '交易时间,银行流水号,商户号,商户订单号,批次号,收入金额,支出金额,币种,付款账号,摘要'
  const grouped = (fen: number): string => `"${yuan(fen).replace(/\B(?=(\d{3})+(?=\.))/g, ',')}"`
  const rows = lines.map(line => {
    const amount = line.amountText ? `"${line.amountText}"` : grouped(line.amount)
    return [
      clock(line.at),
      line.tradeNo,
      line.merchant,
      line.merchantOrderNo,
      line.batch,
      line.kind === 'payment' ? amount : '',
      line.kind === 'refund' ? amount : '',
      line.currency,
      line.payer,
      line.goods,
    ].join(',')
  })
  return iconv.encode(`${[header, ...rows].join('\r\n')}\r\n`, 'gbk')
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

/**
 * A zip as the channel makes it: deflated, entry names in GBK, no UTF-8 flag. Zip libraries write UTF-8 names only, hence
 * these lines.
 */
function zipOf(entries: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const body: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of entries) {
    const nameBytes = iconv.encode(name, 'gbk')
    const packed = deflateRawSync(content)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0) // version needed
    common.writeUInt16LE(0, 2) // flags: no UTF-8
    common.writeUInt16LE(8, 4) // deflate
    common.writeUInt16LE((5 << 11) | (12 << 5) | 1, 6) // 05:12:02
    common.writeUInt16LE(((2026 - 1980) << 9) | (11 << 5) | 21, 8)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(nameBytes.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, nameBytes, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, nameBytes]))
    body.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...body, central, Buffer.from('PK\x05\x06', 'latin1'), end])
}
