import iconv from 'iconv-lite'
import { addDays, type Day } from '../../kernel/business_day.ts'
import { gbkZip } from './gbk_zip.ts'
import { amountOf, beijing, feeOf, isPayment, isRefund, type WrittenRow, yuan } from './row.ts'

const COLUMNS =
  '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,' +
  '集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注'
const SUMMARY_COLUMNS =
  '门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）'
/** Between a trade's making and its payment. */
const MAKING_MS = 20_000

export type AlipayBillOf = {
  /** 2088… with four digits behind it, as the file's name has it. */
  readonly account: string
  readonly day: Day
  /** Epoch milliseconds. */
  readonly printedAt: number
}

/** 支付宝业务明细 with its 汇总: GB18030 in a zip whose entry names are GBK without the UTF-8 flag. Charges are negative. */
export function alipayTradeBill(rows: readonly WrittenRow[], of: AlipayBillOf): Buffer {
  const compact = of.day.replaceAll('-', '')
  return gbkZip(
    [
      [`${of.account}_${compact}_业务明细.csv`, gbk(details(rows, of))],
      [`${of.account}_${compact}_业务明细(汇总).csv`, gbk(summary(rows, of))],
    ],
    of.printedAt,
  )
}

function details(rows: readonly WrittenRow[], of: AlipayBillOf): string[] {
  const paid = rows.filter(isPayment)
  const back = rows.filter(isRefund)
  return [
    ...top('支付宝业务明细查询', of),
    '#-----------------------------------------业务明细列表----------------------------------------',
    COLUMNS,
    ...rows.map(detail),
    '#-----------------------------------------业务明细列表结束------------------------------------',
    `#交易合计：${paid.length}笔，商家实收共${yuan(amountOf(paid))}元，商家优惠共0.00元`,
    `#退款合计：${back.length}笔，商家实收退款共${yuan(-amountOf(back))}元，商家优惠退款共0.00元`,
    `#导出时间：[${chinese(of.printedAt)}]`,
  ]
}

function detail(row: WrittenRow): string {
  const refund = isRefund(row)
  const amount = yuan(refund ? -row.amount : row.amount)
  const goods = row.goods.replace(/[,\t\r\n]/g, ' ')
  return tabbed([
    ...[
      row.tradeNo,
      row.merchantOrderNo,
      refund ? '退款' : '交易',
      goods,
      beijing(row.at - MAKING_MS),
      beijing(row.at),
    ],
    ...['', '', '', '', row.payer, amount, amount, '0.00', '0.00', '0.00', '0.00', '0.00', '', '0.00', '0.00'],
    ...[row.refundNo, yuan(refund ? row.fee : -row.fee), '0.00', ''],
  ])
}

function summary(rows: readonly WrittenRow[], of: AlipayBillOf): string[] {
  const paid = rows.filter(isPayment)
  const back = rows.filter(isRefund)
  const amount = amountOf(paid) - amountOf(back)
  const fees = feeOf(back) - feeOf(paid)
  const shop = (name: string): string =>
    tabbed([
      ...[name, '', String(paid.length), String(back.length), yuan(amount), yuan(amount), '0.00', '0.00', '0.00'],
      ...[yuan(fees), '0.00', yuan(amount + fees)],
    ])
  return [
    ...top('支付宝业务汇总查询', of),
    '#-----------------------------------------业务汇总列表----------------------------------------',
    SUMMARY_COLUMNS,
    shop('其他'),
    shop('合计'),
    '#-----------------------------------------业务汇总列表结束------------------------------------',
    `#导出时间：[${chinese(of.printedAt)}]`,
  ]
}

const top = (title: string, { account, day }: AlipayBillOf): string[] => [
  `#${title}`,
  `#账号：[${account}]`,
  `#起始日期：[${dayText(day)} 00:00:00]   终止日期：[${dayText(addDays(day, 1))} 00:00:00]`,
]

const dayText = (day: Day): string => day.replace(/^(\d+)-(\d+)-(\d+)$/, '$1年$2月$3日')
const chinese = (at: number): string => `${dayText(beijing(at).slice(0, 10))} ${beijing(at).slice(11)}`
const tabbed = (values: readonly string[]): string => values.map(value => `${value}\t`).join(',')
const gbk = (lines: readonly string[]): Buffer => iconv.encode(`${lines.join('\r\n')}\r\n`, 'gb18030')
