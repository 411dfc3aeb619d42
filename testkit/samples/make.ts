/**
 * Writes the statement samples of this folder, one per quirk of a format, named by the quirk. Run it after a change:
 * `node testkit/samples/make.ts`. What must be read from each stands, worked out by hand, in src/statements/formats.test.ts.
 */
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { zipOf } from '../zip.ts'

const here = new URL('./', import.meta.url)
const write = (name: string, content: string | Buffer): void => writeFileSync(new URL(name, here), content)
const gbk = (text: string): Buffer => iconv.encode(text, 'gb18030')

// ---------------------------------------------------------------------------------------------------- 微信 WeChat Pay

const ALL_27 =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
const SUCCESS_20 =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,商品名称,商户数据包,手续费,费率,订单金额,费率备注'
const REFUND_29 = ALL_27.replace('微信退款单号', '退款申请时间,退款成功时间,微信退款单号')
const OLD_24 =
  '交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,企业红包金额,微信退款单号,商户退款单号,退款金额,企业红包退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率'
const OLD_2014 = OLD_24.replace('企业红包金额', '代金券或立减优惠金额').replace(
  '企业红包退款金额',
  '代金券或立减优惠退款金额',
)
const OLD_REFUND_26 = OLD_24.replace('微信退款单号', '退款申请时间,退款成功时间,微信退款单号')
const TOTALS_7 = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'
const TOTALS_4 = '总交易单数,应结订单总金额,手续费总金额,订单总金额'
const TOTALS_OLD = '总交易单数,总交易额,总退款金额,总企业红包退款金额,手续费总金额'

type Cells = Readonly<Record<string, string>>

const PAYMENT: Cells = {
  公众账号ID: 'wx00000000000000a1',
  商户号: '1900000109',
  特约商户号: '0',
  子商户号: '0',
  用户标识: 'oPayer0000000000000000000001',
  交易类型: 'JSAPI',
  交易状态: 'SUCCESS',
  付款银行: 'OTHERS',
  货币种类: 'CNY',
  代金券金额: '0.00',
  企业红包金额: '0.00',
  代金券或立减优惠金额: '0.0',
  微信退款单号: '0',
  商户退款单号: '0',
  退款金额: '0.00',
  充值券退款金额: '0.00',
  企业红包退款金额: '0.00',
  代金券或立减优惠退款金额: '0',
  商品名称: '水费缴纳',
  手续费: '0.00000',
  费率: '0.60%',
  申请退款金额: '0.00',
}
const REFUND: Cells = {
  ...PAYMENT,
  交易状态: 'REFUND',
  应结订单金额: '0.00',
  总金额: '0.00',
  订单金额: '0.00',
  退款类型: 'ORIGINAL',
  退款状态: 'SUCCESS',
}

/** A payment of `amount`, the n-th of the day. */
const paid = (n: number, time: string, amount: string, more: Cells = {}): Cells => ({
  ...PAYMENT,
  交易时间: `2026-11-20 ${time}`,
  微信订单号: `42000000012026112000000000${String(n).padStart(2, '0')}`,
  商户订单号: `A20261120${String(n).padStart(4, '0')}`,
  应结订单金额: amount,
  总金额: amount,
  订单金额: amount,
  ...more,
})

/** The k-th refund of the n-th payment. */
const refunded = (n: number, k: number, time: string, amount: string, more: Cells = {}): Cells => ({
  ...REFUND,
  交易时间: `2026-11-20 ${time}`,
  微信订单号: `42000000012026112000000000${String(n).padStart(2, '0')}`,
  商户订单号: `A20261120${String(n).padStart(4, '0')}`,
  微信退款单号: `50300000012026112000000000${String(n).padStart(2, '0')}${k}`,
  商户退款单号: `R20261120${String(n).padStart(4, '0')}${k}`,
  退款金额: amount,
  申请退款金额: amount,
  ...more,
})

const ticked = (header: string, cells: Cells): string =>
  header
    .split(',')
    .map(name => `\`${cells[name] ?? ''}`)
    .join(',')

function wechat(
  name: string,
  header: string,
  rows: readonly (Cells | string)[],
  titles: string,
  totals: string,
  shape: { bom?: boolean; end?: string; last?: boolean } = {},
): void {
  const end = shape.end ?? '\n'
  const lines = [header, ...rows.map(row => (typeof row === 'string' ? row : ticked(header, row)))]
  if (titles !== '')
    lines.push(
      titles,
      totals
        .split(',')
        .map(value => (value.startsWith('!') ? value.slice(1) : `\`${value}`))
        .join(','),
    )
  write(`wechat-${name}.csv`, (shape.bom ? '\ufeff' : '') + lines.join(end) + (shape.last === false ? '' : end))
}

wechat(
  'coupon-partial-refunds-bom-crlf',
  ALL_27,
  [
    paid(1, '08:00:07', '12.50', { 手续费: '0.08000' }),
    paid(2, '09:15:03', '100.00', { 应结订单金额: '95.00', 代金券金额: '5.00', 手续费: '0.57000' }),
    refunded(2, 1, '10:00:00', '40.00', { 退款金额: '38.00', 手续费: '-0.23000' }),
    refunded(2, 2, '10:05:30', '60.00', { 退款金额: '57.00', 手续费: '-0.34000' }),
    paid(3, '11:20:45', '1234567.89', { 手续费: '7407.41000' }),
    refunded(1, 1, '23:59:59', '12.50', { 退款状态: 'PROCESSING', 手续费: '-0.08000' }),
  ],
  TOTALS_7,
  '6,1234675.39,107.50,0.00,7407.41000,1234680.39,112.50',
  { bom: true, end: '\r\n' },
)
wechat(
  '2014-fullwidth-colons-no-final-newline',
  OLD_2014,
  [
    paid(1, '16：33：45', '0.01', { 退款金额: '0', 手续费: '0' }),
    paid(2, '16：46：14', '0.01', { 退款金额: '0', 手续费: '0' }),
  ],
  '总交易单数,总交易额,总退款金额,总代金券或立减优惠退款金额,手续费总金额',
  '2,0.02,0.0,0.0,0',
  { last: false },
)
wechat(
  '2016-two-blanks-in-time',
  ALL_27,
  [paid(1, ' 02:18:18', '3.00')],
  TOTALS_7,
  '1,3.00,0.00,0.00,0.00000,3.00,0.00',
)
wechat(
  '2015-fee-below-one-fen',
  OLD_24,
  [
    paid(1, '09:00:00', '1.00', { 手续费: '0.00600' }),
    paid(2, '09:00:01', '2.00', { 手续费: '0.02000' }),
    paid(3, '09:00:02', '3.00', { 手续费: '0.01800' }),
  ],
  TOTALS_OLD,
  '3,6.00,0.00,0.00,0.04400',
)
wechat(
  'success-20-columns-seven-totals',
  SUCCESS_20,
  [paid(1, '18:46:41', '0.01'), paid(2, '18:46:42', '3.04', { 手续费: '0.02000' })],
  TOTALS_7,
  '2,3.05,0.00,0.00,0.02000,3.05,0.00',
)
wechat(
  'success-20-columns-four-totals',
  SUCCESS_20,
  [paid(1, '18:46:41', '0.01'), paid(2, '18:46:42', '3.04', { 手续费: '0.02000' })],
  TOTALS_4,
  '2,3.05,0.02000,3.05',
)
wechat(
  'refund-29-columns-own-times',
  REFUND_29,
  [
    refunded(1, 1, '08:00:00', '5.00', {
      退款申请时间: '2026-11-20 12:00:00',
      退款成功时间: '2026-11-20 12:00:09',
      手续费: '-0.03000',
    }),
    refunded(2, 1, '08:30:00', '7.00', {
      退款申请时间: '2026-11-20 13:00:00',
      退款成功时间: '',
      退款状态: 'PROCESSING',
      手续费: '-0.04000',
    }),
  ],
  TOTALS_7,
  '2,0.00,12.00,0.00,-0.07000,0.00,12.00',
)
wechat(
  '2018-refund-26-columns',
  OLD_REFUND_26,
  [refunded(1, 1, '08:00:00', '5.00', { 退款申请时间: '2026-11-20 12:00:00', 退款成功时间: '2026-11-20 12:00:09' })],
  TOTALS_OLD,
  '1,0.00,5.00,0.00,0.00000',
)
wechat(
  'columns-in-another-order',
  ALL_27.split(',').reverse().join(','),
  [paid(1, '08:00:00', '8.00'), refunded(1, 1, '09:00:00', '3.00')],
  TOTALS_7,
  '2,8.00,3.00,0.00,0.00000,8.00,3.00',
)
wechat(
  'revoked',
  ALL_27,
  [paid(1, '08:00:00', '8.00'), paid(2, '08:00:10', '6.00', { 交易状态: 'REVOKED' })],
  TOTALS_7,
  '2,14.00,0.00,0.00,0.00000,14.00,0.00',
)
wechat(
  'refund-states',
  ALL_27,
  [
    refunded(1, 1, '08:00:01', '1.00'),
    refunded(2, 1, '08:00:02', '2.00', { 退款状态: 'PROCESSING' }),
    refunded(3, 1, '08:00:03', '4.00', { 退款状态: 'FAIL' }),
    refunded(4, 1, '08:00:04', '8.00', { 退款状态: 'CHANGE' }),
    refunded(5, 1, '08:00:05', '16.00', { 退款状态: 'LATER' }),
  ],
  TOTALS_7,
  '5,0.00,31.00,0.00,0.00000,0.00,31.00',
)
wechat(
  'ids-in-scientific-notation',
  ALL_27,
  [
    paid(1, '08:00:00', '1.00', { 微信订单号: '4.2E+27' }),
    paid(2, '08:00:01', '2.00', { 商户订单号: '2.02611E+13' }),
    refunded(3, 1, '08:00:02', '4.00', { 微信退款单号: '5.03E+28' }),
    paid(4, '08:00:03', '8.00', { 商户订单号: 'CASE+42' }),
  ],
  TOTALS_7,
  '4,11.00,4.00,0.00,0.00000,11.00,4.00',
)
wechat(
  'comma-in-name',
  ALL_27,
  [
    paid(1, '08:00:00', '1.00'),
    paid(2, '08:00:01', '2.00', { 商品名称: '水费,含滞纳金' }),
    paid(3, '08:00:02', '4.00'),
  ],
  TOTALS_7,
  '3,7.00,0.00,0.00,0.00000,7.00,0.00',
)
wechat(
  'newline-in-name',
  ALL_27,
  [paid(1, '08:00:00', '1.00'), paid(2, '08:00:01', '2.00', { 商品名称: '水费\n第二行' }), paid(3, '08:00:02', '4.00')],
  TOTALS_7,
  '3,7.00,0.00,0.00,0.00000,7.00,0.00',
)
wechat(
  'escaped-comma-quotes-backticks',
  ALL_27,
  [
    paid(1, '08:00:00', '1.00', { 商品名称: '水费\\ 含滞纳金\\n二期' }),
    paid(2, '08:00:01', '2.00', { 商品名称: '"带引号', 商户数据包: '`反引号`' }),
    paid(3, '08:00:02', '4.00', { 商户订单号: '`tick', 商品名称: '=SUM(A1)' }),
  ],
  TOTALS_7,
  '3,7.00,0.00,0.00,0.00000,7.00,0.00',
)
wechat('totals-do-not-match', ALL_27, [paid(1, '08:00:00', '1.00')], TOTALS_7, '1,1.01,0.00,0.00,0.00000,1.00,0.00')
wechat('count-does-not-match', ALL_27, [paid(1, '08:00:00', '1.00')], TOTALS_7, '2,1.00,0.00,0.00,0.00000,1.00,0.00')
wechat('totals-missing', ALL_27, [paid(1, '08:00:00', '1.00')], '', '')
wechat(
  'first-total-without-backtick',
  ALL_27,
  [paid(1, '08:00:00', '1.00')],
  TOTALS_7,
  '!1,1.00,0.00,0.00,0.00000,1.00,0.00',
)
wechat(
  'two-header-lines',
  ALL_27,
  [paid(1, '08:00:00', '1.00'), ALL_27, paid(2, '08:00:01', '2.00')],
  TOTALS_7,
  '2,3.00,0.00,0.00,0.00000,3.00,0.00',
)
wechat(
  'two-bills-in-one',
  ALL_27,
  [
    paid(1, '08:00:00', '1.00'),
    TOTALS_7,
    '`1,`1.00,`0.00,`0.00,`0.00000,`1.00,`0.00',
    ALL_27,
    paid(2, '08:00:01', '2.00'),
  ],
  TOTALS_7,
  '1,2.00,0.00,0.00,0.00000,2.00,0.00',
)
wechat(
  'bad-amounts',
  ALL_27,
  [
    paid(1, '08:00:00', '1.00'),
    paid(2, '08:00:01', '12..34'),
    paid(3, '08:00:02', '1.00', { 订单金额: '' }),
    paid(4, '08:00:03', '1.2E+3'),
    paid(5, '08:00:04', '-5.00'),
    paid(6, '08:00:05', '1.234'),
    paid(7, '08:00:06', '99999999999999.99'),
    paid(8, '08:00:07', '2.00', { 订单金额: '0.00' }),
    paid(9, '08:00:08', '2.00', { 交易时间: '2026-02-30 08:00:00' }),
    paid(10, '08:00:09', '2.00', { 交易状态: 'CLOSED' }),
    paid(11, '08:00:10', '2.00', { 货币种类: '' }),
  ],
  TOTALS_7,
  '11,1.00,0.00,0.00,0.00000,1.00,0.00',
)
wechat(
  'odd-but-readable-amounts',
  ALL_27,
  [
    paid(1, '08:00:00', '￥12.00'),
    paid(2, '08:00:01', '１２．３４'),
    paid(3, '08:00:02', '+0.5'),
    paid(4, '08:00:03', '7.500000'),
  ],
  TOTALS_7,
  '4,32.34,0.00,0.00,0.00000,32.34,0.00',
)
wechat(
  'yen-without-decimals',
  ALL_27,
  [
    paid(1, '08:00:00', '1200', {
      货币种类: 'JPY',
      代金券金额: '0',
      退款金额: '0',
      充值券退款金额: '0',
      申请退款金额: '0',
    }),
  ],
  TOTALS_7,
  '1,1200,0,0,0.00000,1200,0',
)
wechat('no-rows', ALL_27, [], TOTALS_7, '0,0.00,0.00,0.00,0.00000,0.00,0.00')
wechat(
  'service-provider-sub-merchants',
  ALL_27,
  [
    paid(1, '08:00:00', '1.00', { 特约商户号: '1600000001' }),
    paid(2, '08:00:01', '2.00', { 特约商户号: '1600000002' }),
  ],
  TOTALS_7,
  '2,3.00,0.00,0.00,0.00000,3.00,0.00',
)
wechat(
  'column-renamed',
  ALL_27.replace('微信订单号', '微信支付订单号'),
  [paid(1, '08:00:00', '1.00')],
  TOTALS_7,
  '1,1.00,0.00,0.00,0.00000,1.00,0.00',
)
wechat(
  'column-added',
  ALL_27.replace('费率备注', '费率备注,数字人民币红包'),
  [paid(1, '08:00:00', '1.00')],
  TOTALS_7,
  '1,1.00,0.00,0.00,0.00000,1.00,0.00',
)
wechat(
  'column-missing',
  ALL_27.replace(',交易状态', ''),
  [paid(1, '08:00:00', '1.00')],
  TOTALS_7,
  '1,1.00,0.00,0.00,0.00000,1.00,0.00',
)

// ---------------------------------------------------------------------------------------------------- 支付宝 Alipay

const ALIPAY_25 =
  '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注'
const ALIPAY_13 = ALIPAY_25.split(',').slice(0, 13).join(',')
const PREAMBLE = [
  '#支付宝业务明细查询',
  '#账号：[20880000000000010156]',
  '#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]',
  '#-----------------------------------------业务明细列表----------------------------------------',
]
const END = '#-----------------------------------------业务明细列表结束------------------------------------'
const EXPORTED = '#导出时间：[2026年11月21日 05:12:03]'

const traded = (n: number, type: string, time: string, amount: string, received: string, more: Cells = {}): Cells => ({
  支付宝交易号: `20261120220014000000000000${String(n).padStart(2, '0')}\t`,
  商户订单号: `A20261120${String(n).padStart(4, '0')}\t`,
  业务类型: type,
  商品名称: '停车缴费',
  创建时间: '2026-11-20 07:59:00',
  完成时间: `2026-11-20 ${time}`,
  门店编号: '\t',
  门店名称: '\t',
  操作员: '\t',
  终端号: '\t',
  对方账户: '*试(138****0000)',
  '订单金额（元）': amount,
  '商家实收（元）': received,
  '支付宝红包（元）': '0.00',
  '集分宝（元）': '0.00',
  '支付宝优惠（元）': '0.00',
  '商家优惠（元）': '0.00',
  '券核销金额（元）': '0.00',
  '商家红包消费金额（元）': '0.00\t',
  '卡消费金额（元）': '0.00',
  '退款批次号/请求号': '\t',
  '服务费（元）': '0.00',
  '分润（元）': '0.00',
  ...more,
})
const plainRow = (header: string, cells: Cells): string =>
  header
    .split(',')
    .map(name => cells[name] ?? '')
    .join(',')
const alipay = (header: string, rows: readonly (Cells | string)[], footer: readonly string[], end = '\n'): string =>
  [...PREAMBLE, header, ...rows.map(row => (typeof row === 'string' ? row : plainRow(header, row))), ...footer].join(
    end,
  ) + end

const DAY = [
  traded(1, '交易', '08:00:12', '12.50', '12.50', { '服务费（元）': '-0.08' }),
  traded(2, '交易', '09:15:03', '100.00', '95.00', { '商家优惠（元）': '5.00', '服务费（元）': '-0.57' }),
  traded(2, '退款', '10:00:00', '-40.00', '-38.00', {
    '商家优惠（元）': '-2.00',
    '退款批次号/请求号': 'R1\t',
    '服务费（元）': '0.23',
  }),
  traded(2, '退款', '23:59:59', '-60.00', '-57.00', {
    '商家优惠（元）': '-3.00',
    '退款批次号/请求号': 'R2\t',
    '服务费（元）': '0.34',
  }),
]
const DAY_TOTALS = [
  '#交易合计：2笔，商家实收共107.50元，商家优惠共5.00元',
  '#退款合计：2笔，商家实收退款共-95.00元，商家优惠退款共-5.00元',
  EXPORTED,
]
const SUMMARY_HEADER =
  '门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）'
const summary = (total: string): string =>
  [
    '#支付宝业务汇总查询',
    PREAMBLE[1],
    PREAMBLE[2],
    '#-----------------------------------------业务汇总列表----------------------------------------',
    SUMMARY_HEADER,
    `其他\t,\t,${total}`,
    `合计\t,\t,${total}`,
    '#-----------------------------------------业务汇总列表结束------------------------------------',
    EXPORTED,
    '',
  ].join('\n')
const bundle = (detail: string, total: string): Buffer =>
  zipOf([
    { name: gbk('20880000000000010156_20261120_业务明细.csv'), data: gbk(detail) },
    { name: gbk('20880000000000010156_20261120_业务明细(汇总).csv'), data: gbk(summary(total)) },
  ])

const day = alipay(ALIPAY_25, DAY, [END, ...DAY_TOTALS])
write('alipay-day-gbk.csv', gbk(day))
write('alipay-day-utf8-crlf.csv', alipay(ALIPAY_25, DAY, [END, ...DAY_TOTALS], '\r\n'))
write('alipay-zip-gbk-names-with-summary.zip', bundle(day, '2,2,12.50,12.50,0.00,0.00,0.00,-0.08,0.00,12.42'))
write('alipay-zip-summary-does-not-match.zip', bundle(day, '2,2,12.51,12.50,0.00,0.00,0.00,-0.08,0.00,12.42'))
write(
  'alipay-zip-dummy-summary.zip',
  zipOf([
    { name: '业务明细.csv', data: Buffer.from(day) },
    { name: '业务明细(汇总).csv', data: Buffer.from('汇总') },
  ]),
)
write('alipay-gzip.csv.gz', gzipSync(gbk(day), { level: 9 }))
write(
  'alipay-13-columns-without-totals.csv',
  gbk(alipay(ALIPAY_13, [DAY[0]!, traded(2, '退款', '10:00:00', '-9.90', '-9.90')], [END])),
)
write(
  'alipay-positive-refund-counted-as-payment.csv',
  gbk(
    alipay(
      ALIPAY_25,
      [DAY[0]!, traded(3, '退款', '10:00:00', '0.02', '0.02')],
      [END, '#交易合计：2笔，商家实收共12.52元，商家优惠共0.00元'],
    ),
  ),
)
write(
  'alipay-totals-do-not-match.csv',
  gbk(alipay(ALIPAY_25, DAY, [END, DAY_TOTALS[0]!.replace('107.50', '107.51'), ...DAY_TOTALS.slice(1)])),
)
write('alipay-end-marker-missing.csv', gbk(alipay(ALIPAY_25, DAY, [])))
write('alipay-no-rows.csv', gbk(alipay(ALIPAY_25, [], [END])))
write(
  'alipay-saved-again-by-a-spreadsheet.csv',
  gbk(
    [
      ...PREAMBLE.map(line => line + ','.repeat(26)),
      `${ALIPAY_25},,`,
      ...DAY.map(row => `${plainRow(ALIPAY_25, row)},,`),
      END + ','.repeat(26),
      ...DAY_TOTALS.map(line => line + ','.repeat(26)),
      ','.repeat(26),
    ].join('\r\n'),
  ),
)
write(
  'alipay-unknown-kind.csv',
  gbk(
    alipay(
      ALIPAY_25,
      [DAY[0]!, traded(4, '撤销', '12:00:00', '-3.00', '-3.00')],
      [END, '#交易合计：1笔，商家实收共12.50元，商家优惠共0.00元'],
    ),
  ),
)
write(
  'alipay-comma-in-name.csv',
  gbk(
    alipay(
      ALIPAY_25,
      [DAY[0]!, traded(2, '交易', '09:00:00', '5.00', '5.00', { 商品名称: '停车,夜间' })],
      [END, '#交易合计：2笔，商家实收共17.50元，商家优惠共0.00元'],
    ),
  ),
)
write(
  'alipay-cut-character.csv',
  Buffer.concat([
    gbk(alipay(ALIPAY_25, [DAY[0]!], [])),
    gbk(plainRow(ALIPAY_25, DAY[1]!).replace('停车缴费', '停车缴')),
    Buffer.from([0xb7]),
    gbk(`\n${END}\n#交易合计：2笔，商家实收共107.50元，商家优惠共5.00元\n`),
  ]),
)
write('alipay-column-missing.csv', gbk(alipay(ALIPAY_25.replace('完成时间', '完结时间'), DAY, [END, ...DAY_TOTALS])))

// ---------------------------------------------------------------------------------------------------- delimited text of anyone

write(
  'csv-payments-file-names.csv',
  `payment_no,order_no,kind,channel,channel_trade_no,merchant_order_no,refund_no,amount,currency,status,paid_at,merchant_no,payer_account,fee,batch_no
P1,O1,payment,bank,T1,M1,,100.00,CNY,success,2026-11-20T08:00:00+08:00,MCH1,PAYER1,0.60,B1
P2,O1,refund,bank,T2,M1,R1,40.00,CNY,success,2026-11-20T02:00:00Z,MCH1,PAYER1,,B1
P3,O2,payment,bank,T3,M2,,7.00,CNY,failed,2026-11-20T10:30:00+08:00,MCH1,PAYER2,0,
`,
)
write(
  'csv-quoted-newlines-and-quotes.csv',
  `流水号,交易时间,备注,金额（元）
"T0001",2026-11-20 08:00:00,"第一行
第二行，含""引号"", 和逗号",35.00
"T0002",2026-11-20 09:00:00,5'6" 屏幕,-35.00
"T0003",2026-11-20 10:00:00,"",1234.56
`,
)
write(
  'csv-quote-never-closed.csv',
  `流水号,交易时间,备注,金额（元）
T0001,2026-11-20 08:00:00,好,1.00
T0002,2026-11-20 09:00:00,"没有闭合,2.00
T0003,2026-11-20 10:00:00,好,4.00
`,
)
write(
  'csv-semicolon-decimal-comma-balance.csv',
  gbk(
    `交易日期;流水号;摘要;收入;支出;余额\r\n2026.11.20;T0001;收水费;35,00;;1.035,00\r\n2026.11.20;T0002;退款;;35,00;1.000,00\r\n2026.11.21;T0003;燃气费;1.234,56;;2.234,56\r\n`,
  ),
)
write(
  'csv-balance-newest-first.csv',
  `记账日期,流水号,金额,余额\n2026-11-21,T0003,-5.00,130.00\n2026-11-20,T0002,30.00,135.00\n2026-11-20,T0001,5.00,105.00\n`,
)
write(
  'csv-balance-broken.csv',
  `记账日期,流水号,金额,余额\n${Array.from({ length: 12 }, (_, i) => `2026-11-20,T${String(i + 1).padStart(4, '0')},1.00,${i < 11 ? 101 + i : 113}.00`).join('\n')}\n`,
)
write(
  'csv-debit-is-money-in-by-balance.csv',
  `Date,Ref,Debit,Credit,Balance\n2026-11-20,T1,20.00,,120.00\n2026-11-20,T2,,15.00,105.00\n2026-11-21,T3,1.00,,106.00\n`,
)
write(
  'csv-bank-side-words.csv',
  `交易时间,流水号,借贷标志,发生额,币种\n2026-11-20 08:00:00,T0001,贷,100.00,人民币\n2026-11-20 09:00:00,T0002,借,40.00,人民币\n`,
)
write(
  'csv-neutral-direction.csv',
  `交易时间,交易单号,收/支,金额(元)\n2026-11-20 08:00:00,T0001,收入,¥100.00\n2026-11-20 09:00:00,T0002,支出,¥40.00\n2026-11-20 10:00:00,T0003,/,¥500.00\n`,
)
write(
  'csv-sign-against-direction.csv',
  `交易时间,流水号,方向,金额\n2026-11-20 08:00:00,T0001,收入,-100.00\n2026-11-20 09:00:00,T0002,支出,40.00\n`,
)
write('csv-cr-dr-suffix.tsv', 'Value Date\tRef\tAmount\n2026-11-20\tT0001\t1,234.56 CR\n2026-11-20\tT0002\t35.00 DR\n')
write(
  'csv-brackets-and-month-first.csv',
  '\ufeffDate,Ref,Amount\r\n11/20/2026,T0001,"1,234.56"\r\n11/21/2026,T0002,"(35.00)"\r\n',
)
write('csv-trailing-minus-month-names.csv', 'ref;date;amount\nT0001;20-NOV-26;1,234.56 \nT0002;21-NOV-26;35.00-\n')
write('csv-date-order-unsure.csv', 'date,ref,amount\n03/04/2026,T0001,10.00\n05/06/2026,T0002,-3.00\n')
write(
  'csv-date-order-by-numbers.csv',
  'date,ref,amount\n03/04/2026,2026040300000001,10.00\n05/06/2026,2026060500000002,-3.00\n',
)
write('csv-date-order-contradicted-later.csv', 'date,ref,amount\n03/14/2026,T0001,10.00\n14/03/2026,T0002,-3.00\n')
write(
  'csv-fen-caret-compact-times.txt',
  gbk('流水号^交易时间^金额(分)^方向\nT0001^20261120080509^3500^收入\nT0002^20261120235959^37^支出\n'),
)
write('csv-cr-only-line-ends.csv', 'date,id,amount\r2026-11-20,T0001,35.00\r2026-11-21,T0002,-35.00\r')
write(
  'csv-utf16-tabs.txt',
  Buffer.from(
    '\ufeff日期\t时间\t编号\t金额\r\n2026/11/20\t08:05:09\tT0001\t35.00\r\n2026/11/20\t23:59:59\tT0002\t-35.00\r\n',
    'utf16le',
  ),
)
write(
  'csv-big5-roc-years.csv',
  iconv.encode(
    '交易日期,交易序號,摘要,存入,支出\r\n115/11/20,T0001,收水費測試,35.00,\r\n115/11/21,T0002,退費測試,,35.00\r\n',
    'big5',
  ),
)
write(
  'csv-windows-1252-french.csv',
  Buffer.from(
    'Date opération;Libellé;Débit;Crédit;Devise;Référence\n2026-11-20;Loyer Avril, café;1234,56;;EUR;FR-001\n2026-11-21;Salaire d’été;;3500,00;EUR;FR-002\n'.replace(
      '’',
      "'",
    ),
    'latin1',
  ),
)
write(
  'csv-spreadsheet-text-cells.csv',
  '流水号,日期,金额\n="000123",="20261120",="35.00"\n\'000124,="20261121",-35.00\t\n`000125,="20261121",1.00\n',
)
write('csv-spreadsheet-day-numbers.csv', '交易时间,流水号,金额\n46346.3369097222,T0001,35.00\n46347,T0002,-35.00\n')
write(
  'csv-fullwidth-digits.csv',
  gbk(
    '流水号,交易日期,金额\r\n２０２６０００１,２０２６-１１-２０,"１，２３４．５６"\r\n２０２６０００２,２０２６-１１-２１,"－３５．００"\r\n',
  ),
)
write(
  'csv-total-row-and-blank-rows.csv',
  `某某银行对账单\n账号：622200000000,币种：人民币\n\n交易日期,流水号,金额,手续费\n2026-11-20,T0001,100.00,0.60\n,,,\n2026-11-21,T0002,-40.00,\n合计,共2笔,60.00,0.60\n导出时间：2026-11-22 08:00:00\n`,
)
write(
  'csv-total-row-does-not-match.csv',
  '交易日期,流水号,金额\n2026-11-20,T0001,100.00\n2026-11-21,T0002,-40.00\n合计,共2笔,61.00\n',
)
write(
  'csv-bad-rows.csv',
  `交易时间,流水号,金额,状态
2026-11-20 08:00:00,T0001,1.00,成功
2026-11-20 08:00:01,T0002,12..34,成功
2026-11-20 08:00:02,T0003,,成功
昨天,T0004,1.00,成功
2026-11-20 08:00:04,4.2E+27,1.00,成功
2026-11-20 08:00:05,T0006,1.00,成功,多
2026-11-20 08:00:06,T0007,1.00,不明
2026-11-20 08:00:07,T0008,-2.00,已关闭
2026-11-20 08:00:08,T0009
2026-11-20 08:00:09,T0010,1.000,处理中
2026-11-20 08:00:10,T0011,4.00,支付成功
`,
)
write(
  'csv-both-in-and-out.csv',
  '交易日期,流水号,收入,支出\n2026-11-20,T0001,1.00,0.00\n2026-11-20,T0002,2.00,3.00\n2026-11-20,T0003,,\n2026-11-20,T0004,0.00,5.00\n',
)
write('csv-no-direction-all-positive.csv', 'date,ref,amount\n2026-11-20,T0001,10.00\n2026-11-21,T0002,3.00\n')
write(
  'csv-refund-kind-unsigned.csv',
  '支付时间,交易号,商户订单号,业务类型,金额（元）,手续费\n2026-11-20 08:00:00,T0001,M1,支付,10.00,0.06\n2026-11-20 09:00:00,T0001,M1,退款,4.00,0.02\n',
)
write(
  'csv-two-currencies.csv',
  'date,ref,amount,currency\n2026-11-20,T0001,10.00,USD\n2026-11-21,T0002,-1200,JPY\n2026-11-21,T0003,1.234,KWD\n2026-11-21,T0004,1.5,JPY\n',
)
write(
  'csv-no-header-x01.txt',
  'T00000001\x012026-11-20 08:05:09\x01水费\x0135.00\x01C\x01CNY\nT00000002\x012026-11-20 23:59:59\x01退款\x0135.00\x01D\x01CNY\n',
)
write('csv-amount-column-unsure.csv', 'when,what,x\n2026-11-20,water,10.00\n2026-11-21,gas,-3.00\n')
write(
  'csv-time-zone-column.csv',
  'Date,Time,TimeZone,Transaction ID,Amount,Status\n2026-11-20,08:00:00,PST,T1,10.00,Completed\n2026-11-20,08:00:00,CET,T2,-3.00,Completed\n2026-11-20,08:00:00,CST,T3,1.00,Completed\n',
)
