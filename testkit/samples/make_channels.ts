/**
 * Writes the samples of the channels other than the trade bills. Run it after a change: `node testkit/samples/make_channels.ts`.
 * What must be read from each stands in testkit/channel_samples.ts.
 */
import { writeFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { zipOf } from '../zip.ts'

const here = new URL('./', import.meta.url)
const write = (name: string, content: string | Buffer): void => writeFileSync(new URL(name, here), content)
const gbk = (text: string): Buffer => iconv.encode(text, 'gb18030')
const crlf = (text: string): string => text.replaceAll('\n', '\r\n')
const without = (text: string, part: string): string => text.replace(part, '')
const rows = (text: string): string[] => text.split(/(?<=\n)/)

// ------------------------------------------------------------------------------------------ 微信资金账单 WeChat fund flow

const FUNDS =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\n'
const FUNDS_TOTALS = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n'
const PAID = '4200000001202611200000000001'
const RETURNED = '50300000012026112000000000021'
const PAYOUT = '1000000012026112000000000031'
const F1 = `\`2026-11-20 08:00:07,\`${PAID},\`${PAID},\`交易,\`交易,\`收入,\`20.00,\`120.00,\`system,\`,\`A1\n`
const F2 = `\`2026-11-20 08:00:07,\`${PAID},\`${PAID},\`交易,\`扣除交易手续费,\`支出,\`0.12,\`119.88,\`system,\`结算总金额20.00元;手续费0.12元,\`A1\n`
const F3 = `\`2026-11-20 09:15:03,\`${RETURNED},\`${PAID},\`退款,\`退款,\`支出,\`5.00,\`114.88,\`system,\`,\`R1\n`
const F4 = `\`2026-11-20 09:15:03,\`${RETURNED},\`1900000109202611200000000001,\`退款,\`退还交易手续费,\`收入,\`0.03,\`114.91,\`system,\`,\`R1\n`
const F5 = `\`2026-11-20 18:00:00,\`${PAYOUT},\`${PAYOUT},\`提现,\`提现,\`支出,\`100.00,\`14.91,\`system,\`,\`W1\n`
const FLOWS = F1 + F2 + F3 + F4 + F5
const FIVE = `${FUNDS_TOTALS}\`5,\`2,\`20.03,\`3,\`105.12`

write('wechat-funds-day.csv', `${FUNDS}${FLOWS}${FUNDS_TOTALS}\`5.0,\`2.0,\`20.03,\`3.0,\`105.12\n`)
write(
  'wechat-funds-fullwidth-brackets-bom-crlf.csv',
  crlf(`\ufeff${FUNDS.replaceAll('(元)', '（元）')}${FLOWS}${FIVE}`),
)
write('wechat-funds-balance-broken.csv', `${FUNDS}${FLOWS.replace('114.88', '114.78')}${FIVE}\n`)
write('wechat-funds-row-missing.csv', `${FUNDS}${without(FLOWS, F3)}${FIVE}\n`)
write('wechat-funds-totals-missing.csv', FUNDS + FLOWS)
write(
  'wechat-funds-bad-rows.csv',
  [
    FUNDS,
    F1,
    F1.replace('收入', '其他'),
    F1.replace('`20.00', '`-20.00'),
    F1.replace('08:00:07', '08:60:07'),
    F1.replace(`\`${PAID}`, '`4.2E+27'),
    F1.replace('`system,', '`system,`a,'),
    `${FUNDS_TOTALS}\`6,\`6,\`20.00,\`0,\`0.00\n`,
  ].join(''),
)

// -------------------------------------------------------------------------------------- 微信支付账单明细 WeChat personal

const PERSONAL = '交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n'
const personal = (count: number, neutral: string): string =>
  `微信支付账单明细
微信昵称：[测试]
起始时间：[2026-11-01 00:00:00] 终止时间：[2026-11-20 23:59:59]
导出类型：[全部]
导出时间：[2026-11-21 10:00:00]

共${count}笔记录
收入：1笔 3.00元
支出：3笔 48.16元
中性交易：1笔 ${neutral}元
注：
1. 充值/提现等交易，将计入中性交易

----------------------微信支付账单明细列表--------------------
`.replaceAll('\n', ',,,,,,,,,,\n') + PERSONAL
const MOVES = `2026-11-20 12:45:27,"商户消费","食堂(一号窗口)","午餐,两份",支出,¥28.16,零钱,支付成功,"1000000001"\t,"M0001"\t,"/"
2026-11-20 12:50:00,食堂-退款,食堂(一号窗口),/,收入,¥3.00,零钱,已全额退款,1000000002\t,M0001\t,/
2026-11-19 09:00:00,商户消费,打开网页"活动"看看,"/",支出,¥12.00,零钱通,已退款(￥3.00),1000000003\t,M0002\t,"/"
2026-11-18 08:00:00,零钱提现,工商银行(9876),"/",/,¥100.10,工商银行,提现已到账,1000000004\t,/\t,"服务费¥0.10"
2026-11-17 07:00:00,转账,同事,/,支出,¥8.00,零钱,朋友已收钱,1000000005\t,/\t,/
`
write('wechat-personal-preamble-quotes-tabs.csv', personal(5, '100.10') + MOVES)
write(
  'wechat-personal-totals-differ-status-unknown-bom.csv',
  crlf(`\ufeff${personal(7, '100.20')}${MOVES.replace('朋友已收钱', '对方未收款')}`),
)
write(
  'wechat-personal-utc-offset-without-totals.csv',
  `微信支付账单明细\n时区：UTC+09:00\n${PERSONAL}2026-11-20 00:30:00,商户消费,食堂,午餐,支出,¥28.16,零钱,支付成功,1000000001\t,M0001\t,/
2026-11-20 00:31:00,商户消费,食堂,午餐,不明,¥28.16,零钱,支付成功,1000000002\t,M0001\t,/
`,
)

// ------------------------------------------------------------------------------------------- 支付宝账务明细 Alipay account

const ACCOUNT_TOP = `#支付宝账务明细查询
#账号：[20880000000000010156]
#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]
#-----------------------------------------账务明细列表----------------------------------------
账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注
`
const ACCOUNT_END = '#-----------------------------------------账务明细列表结束------------------------------------\n'
const move = (no: number, trade: number, order: string, time: string, sums: string, type: string): string =>
  `${no}\t,2026112022001400000000000${String(trade).padStart(3, '0')}\t,${order}\t,水费\t,2026-11-20 ${time},*试(138****0000)\t,${sums},支付宝,${type},\n`
const M1 = move(900001, 1, 'A1', '08:00:12', '50.00,0.00,150.00', '在线支付')
const M2 = move(900002, 1, 'A1', '08:00:12', '0.00,-0.30,149.70', '收费')
const M3 = move(900003, 1, 'R1', '10:00:00', '0.00,-20.00,129.70', '交易退款')
const M4 = move(900004, 1, 'R1', '10:00:00', '0.12,0.00,129.82', '退费')
const ACCOUNT_FOOT = `${ACCOUNT_END}#支出合计：2笔，共-20.30元\n#收入合计：2笔，共50.12元\n#导出时间：[2026年11月21日 05:12:04]\n`
const SUMMARY = `#支付宝账务汇总查询
#账号：[20880000000000010156]
#-----账务汇总列表-----
类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）
在线支付,1,50.00,0,0.00,50.00
收费,0,0.00,1,-0.30,-0.30
交易退款,0,0.00,1,-20.00,-20.00
退费,1,0.12,0,0.00,0.12
合计,2,50.12,2,-20.30,29.82
#-----账务汇总列表结束-----
`
const ACCOUNT_DAY = ACCOUNT_TOP + M1 + M2 + M3 + M4 + ACCOUNT_FOOT
const bundle = (details: string, summary: string): Buffer =>
  zipOf([
    { name: gbk('20880000000000010156_20261120_账务明细.csv'), data: gbk(crlf(details)) },
    { name: gbk('20880000000000010156_20261120_账务明细(汇总).csv'), data: gbk(crlf(summary)) },
  ])
write('alipay-account-day-gbk.csv', gbk(ACCOUNT_DAY))
write(
  'alipay-account-zip-newest-first-unsigned.zip',
  bundle((ACCOUNT_TOP + M4 + M3 + M2 + M1 + ACCOUNT_FOOT).replaceAll(/-(?=0\.30|20\.00|20\.30)/g, ''), SUMMARY),
)
write('alipay-account-zip-summary-differs.zip', bundle(ACCOUNT_DAY, SUMMARY.replace('1,-0.30', '1,-0.31')))
write(
  'alipay-account-empty-first-column.csv',
  gbk(
    rows(ACCOUNT_DAY)
      .map(row => (row.startsWith('#') ? `,${row.trimEnd()},,,,,,,,,,,,\n` : `,${row}`))
      .join(''),
  ),
)
write('alipay-account-two-rows-of-a-second-swapped.csv', gbk(ACCOUNT_TOP + M2 + M1 + M3 + M4 + ACCOUNT_FOOT))
write(
  'alipay-account-row-doubled.csv',
  gbk(`${ACCOUNT_TOP}${M1}${M1}${M2}${ACCOUNT_END}#支出合计：1笔，共0.30元\n#收入合计：2笔，共100.00元\n`),
)
write('alipay-account-end-missing.csv', gbk(ACCOUNT_TOP + M1 + M2 + M3 + M4))
write(
  'alipay-account-no-rows.csv',
  gbk(`${ACCOUNT_TOP}${ACCOUNT_END}#支出合计：0笔，共0.00元\n#收入合计：0笔，共0.00元\n`),
)
const badMoves = ['5.00,-5.00,150.00', ',,150.00', '-5.00,,145.00', '5.001,,155.00'].map((sums, index) =>
  move(900005 + index, 2, 'A2', '08:00:12', sums, '在线支付'),
)
write(
  'alipay-account-bad-rows.csv',
  gbk(`${ACCOUNT_TOP}${M1}${badMoves.join('')}${ACCOUNT_END}#支出合计：0笔，共0.00元\n#收入合计：1笔，共50.00元\n`),
)

// ---------------------------------------------------------------------------------------- 支付宝个人账单 Alipay personal

const WEB = `支付宝交易记录明细查询
账号:[a@example.com]
起始日期:[2026-11-01 00:00:00]    终止日期:[2026-11-21 00:00:00]
---------------------------------交易记录明细列表------------------------------------
交易号                  ,商家订单号               ,交易创建时间              ,付款时间                ,最近修改时间              ,交易来源地     ,类型              ,交易对方            ,商品名称                ,金额（元）   ,收/支     ,交易状态    ,服务费（元）   ,成功退款（元）  ,备注                  ,资金状态     ,
2026112001\t,S1\t,2026-11-20 13:11:20 ,2026-11-20 13:11:25 ,2026-11-20 13:11:25 ,其他（包括阿里巴巴和外部商家）,即时到账交易 ,食堂 ,午餐 ,27.00   ,支出 ,交易成功 ,0.00 ,7.00 , ,已支出 ,
2026112001_R1\t,S1\t,2026-11-20 14:00:00 , ,2026-11-20 14:00:00 ,支付宝网站 ,即时到账交易 ,食堂 ,退款-午餐 ,7.00 , ,退款成功 ,0.00 ,0.00 , ,已收入 ,
2026111901\t,\t,2026-11-19 05:26:50 , ,2026-11-19 05:26:50 ,支付宝网站 ,即时到账交易 ,余额宝 ,收益 ,0.01 ,收入 ,交易成功 ,0.00 ,0.00 , ,已收入 ,
2026111902\t,S2\t,2026-11-19 05:00:00 , ,2026-11-19 06:00:00 ,支付宝网站 ,即时到账交易 ,书店 ,书 ,30.00 , ,交易关闭 ,0.00 ,0.00 , , ,
`
const DASHES = '------------------------------------------------------------------------------------\n'
const RECEIPT = '------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------\n'
const ABOUT = `${DASHES}导出信息：
姓名：测试
支付宝账户：a@example.com
起始时间：[2026-11-01 00:00:00]    终止时间：[2026-11-20 23:59:59]
导出交易类型：[全部]
导出时间：[2026-11-21 09:12:52]
`
write(
  'alipay-personal-web-refund-without-direction.csv',
  gbk(
    crlf(
      `${WEB}${DASHES}共4笔记录\n已收入:2笔,7.01元\n待收入:0笔,0.00元\n已支出:1笔,27元\n待支出:0笔,0.00元\n导出时间:[2026-11-21 14:34:22]    用户:测试\n`,
    ),
  ),
)
write('alipay-personal-web-footer-missing.csv', gbk(crlf(WEB)))
write(
  'alipay-personal-2021-preamble-below.csv',
  gbk(`${RECEIPT}收/支                 ,交易对方            ,对方账号                ,商品说明                ,收/付款方式              ,金额        ,交易状态                ,交易分类     ,交易订单号     ,商家订单号           ,交易时间                ,
支出\t,食堂 ,/ ,午餐 ,余额 ,27.00 ,交易成功 ,餐饮美食 ,2026112001\t,S1\t,2026-11-20 13:11:25 ,
其他\t,食堂 ,/ ,退款-午餐 ,余额 ,7.00 ,退款成功 ,退款 ,2026112001_R1\t,S1\t,2026-11-20 14:00:00 ,
收入\t,同事 ,/ ,转账 ,余额 ,5.00 ,交易成功 ,转账红包 ,2026111901\t,\t,2026-11-19 05:26:50 ,
${ABOUT}共3笔记录\n收入：1笔 5.00元\n支出：1笔 27.00元\n其他：1笔 7.00元\n`),
)
const app = (out: string, neutral: string): Buffer =>
  gbk(`${ABOUT}共4笔记录
收入：0笔 0.00元
支出：2笔 ${out}元
不计收支：2笔 ${neutral}元

特别提示：
6.因统计逻辑不同，明细金额直接累加后，可能会和下方统计金额不一致，请以实际交易金额为准；

${RECEIPT}交易时间            ,交易分类                ,交易对方                ,对方账号                ,商品说明                ,收/支                 ,金额                  ,收/付款方式              ,交易状态                ,交易订单号     ,商家订单号           ,备注                  ,
2026-11-20 13:11:25 ,餐饮美食 ,食堂 ,/ ,午餐 ,支出 ,27.00 ,余额 ,交易关闭 ,2026112001\t,S1\t, ,
2026-11-20 14:00:00,退款,食堂,/,退款-午餐,不计收支,27.00,余额,退款成功,2026112001_R1\t,S1\t,,
2026-11-20 15:00:00 ,日用百货 ,商店 ,/ ,杯子 ,支出 ,20.00 ,余额 ,等待确认收货 ,2026112002\t,S2\t, ,
2026-11-19 15:00:00 ,日用百货 ,商店 ,/ ,碗 ,不计收支 ,9.00 , ,交易关闭 ,2026111903\t,S3\t, ,
`)
write('alipay-personal-2023-closed-and-held.csv', app('47.00', '36.00'))
write('alipay-personal-2023-sums-differ-counts-agree.csv', app('20.00', '27.00'))

// ------------------------------------------------------------------------------------------------------- 银联 UnionPay

/** Columns of fixed bytes with a blank between them: "value:bytes". */
const fixed = (columns: readonly (readonly [value: string, bytes: number])[]): Buffer =>
  Buffer.concat(
    columns.flatMap(([value, bytes], index) => {
      const text = gbk(value)
      return [...(index > 0 ? [Buffer.from(' ')] : []), text, Buffer.alloc(bytes - text.length, 32)]
    }),
  )
const fen = (value: number): string => String(Math.abs(value)).padStart(12, '0')
const sided = (value: number): string => `${value === 0 ? ' ' : value > 0 ? 'C' : 'D'}${fen(value)}`

type Transaction = {
  trace: string
  time: string
  card: string
  amount: number
  query: string
  order: string
  fee: number
  settled: number
  type?: string
  original?: readonly [trace: string, time: string, query: string, order: string]
  memo?: string
  old?: true
}

function zm(of: Transaction): Buffer {
  const [trace = '', time = '', query = '', order = ''] = of.original ?? []
  const tail: [string, number][] = of.old
    ? [['', 120]]
    : [
        [` ${'0'.repeat(11)}`, 12],
        ['', 2],
        ['7', 1],
        [order, 32],
        ['', 98],
      ]
  const record = fixed([
    ['S22', 3],
    ['48020000', 11],
    ['00049992', 11],
    [of.trace, 6],
    [of.time, 10],
    [of.card, 19],
    [fen(of.amount), 12],
    ['4900', 4],
    ['07', 2],
    [of.query, 21],
    ['', 2],
    [of.order, 32],
    ['01', 2],
    [trace, 6],
    [time, 10],
    [sided(of.fee), 13],
    [sided(of.settled), 13],
    ['0001', 4],
    ['', 15],
    [of.type ?? '01', 2],
    ['', 2],
    ['000201', 6],
    ['', 2],
    ['', 4],
    ['', 32],
    ['', 1],
    [query, 21],
    ['898360100000001', 15],
    ['', 1],
    ['0'.repeat(15), 15],
    ['', 32],
    [sided(0), 13],
    [sided(of.settled), 13],
    ['01080209', 8],
    [of.memo ?? '', 32],
    [sided(0), 13],
    [sided(0), 13],
    ...tail,
  ])
  return Buffer.concat([record, Buffer.from('\r\n')])
}

const query = (n: number): string => `2026112009011210000${String(n).padStart(2, '0')}`
const [CARD1, CARD2] = ['621700******0001', '622200******0002']
const Z1 = {
  trace: '100001',
  time: '1120090112',
  card: CARD1,
  amount: 1250,
  query: query(1),
  order: 'A20261120000001',
  fee: -8,
  settled: 1242,
  memo: '停车缴费',
}
const Z2 = {
  trace: '100002',
  time: '1120091503',
  card: CARD2,
  amount: 10000,
  query: query(2),
  order: 'A20261120000002',
  fee: -57,
  settled: 9943,
}
const Z3: Transaction = {
  trace: '100003',
  time: '1120100000',
  card: CARD2,
  amount: 4000,
  query: query(3),
  order: 'R20261120000001',
  fee: 23,
  settled: -3977,
  type: '04',
  original: ['100002', '1120091503', query(2), 'A20261120000002'],
  memo: '退款',
}
const Z4 = {
  trace: '100004',
  time: '1120120000',
  card: '621700******0003',
  amount: 1,
  query: query(4),
  order: 'A20261120000003',
  fee: 0,
  settled: 1,
}
const ZM_DAY = [Z1, Z2, Z3, Z4].map(zm)
const REPORT = gbk(
  crlf(`                         中国银联全渠道商户交易汇总表

商户代码:898360100000001                                        清算币种:人民币
收单机构:48020000                                               清算日期:20261120
商户名称:测试商户                                               生成日期:20261121

交易类型            交易笔数               交易金额                         费用                              资金清算差额
                                         借              贷              借              贷               借                  贷
________________________________________________________________________________
消费                       3            0.00          112.51            0.65            0.00            0.00          111.86
退货                       1           40.00            0.00            0.00            0.23           39.77            0.00
________________________________________________________________________________
总计                       4           40.00          112.51            0.65            0.23            0.00           72.09
`),
)
const delivered = (records: readonly Buffer[]): Buffer =>
  zipOf([
    { name: 'INN26112088ZM_898360100000001', data: Buffer.concat(records) },
    { name: 'RD201026112001_898360100000001', data: REPORT },
  ])
write('unionpay-zip-zm-refund-with-report.zip', delivered(ZM_DAY))
write('unionpay-filecontent-base64.txt', deflateSync(delivered(ZM_DAY)).toString('base64'))
write('unionpay-zip-report-differs.zip', delivered(ZM_DAY.slice(0, 3)))
write('unionpay-zm-INN26112088ZM_898360100000001', Buffer.concat(ZM_DAY))
const OLD = { card: CARD1, amount: 1250, fee: -8, settled: 1242, old: true } as const
const OLD_DAY = Buffer.concat([
  zm({ ...OLD, trace: '100001', time: '1231235959', query: '000000000000000000001', order: 'A20251231000001' }),
  zm({ ...OLD, trace: '100002', time: '0101090000', query: '000000000000000000002', order: 'A20260101000001' }),
])
write('unionpay-zm-old-edition-without-year-INN26010188ZM_898360100000001', OLD_DAY)
write('unionpay-zm-old-edition-nameless.txt', OLD_DAY)
const { memo: _, ...PLAIN } = Z1
const bytes = (record: Buffer): string => record.toString('latin1')
write(
  'unionpay-zm-bad-records.txt',
  Buffer.from(
    [
      bytes(zm(Z1)),
      bytes(zm({ ...PLAIN, query: query(5), amount: 1251 })),
      `${bytes(zm(Z2)).slice(0, 300)}\r\n`,
      bytes(zm({ ...PLAIN, query: query(6) })).replace('D000000000008', 'X000000000008'),
      bytes(zm({ ...PLAIN, query: query(7), time: '1399090112' })),
      bytes(zm({ ...PLAIN, query: query(8), type: '33' })),
      bytes(zm({ ...PLAIN, query: query(9), type: '31', amount: 0, fee: 0, settled: 0 })),
    ].join(''),
    'latin1',
  ),
)
write(
  'unionpay-zme-INN26112088ZME_898360100000001',
  Buffer.concat([
    fixed([
      ['E74', 3],
      ['48020000', 11],
      ['00049992', 11],
      ['300001', 6],
      ['1120110000', 10],
      [CARD1, 19],
      [fen(1250), 12],
      ['4900', 4],
      ['07', 2],
      ['01', 2],
      ['099999', 6],
      ['1115090112', 10],
      ['1115', 4],
      [fen(1250), 12],
      [sided(8), 13],
      [sided(-1242), 13],
      ['', 15],
      ['898360100000001', 15],
      ['0', 1],
      [` ${'0'.repeat(11)}`, 12],
      ['', 2],
      ['', 135],
    ]),
    Buffer.from('\r\n'),
  ]),
)
const EXPORT = `对账明细查询结果（仅显示1000条记录）\t\t
集团名称：测试集团\t
清算日期从：\t20261120\t到：\t20261120\t\t业务类型：\t互联网消费
清算日期\t交易日期\t交易时间\t终端号\t交易金额\t清算金额\t手续费\t流水号\t交易类型\t参考号\t卡号\t商户号\t发卡行\t卡类型\t商户订单号\t银商订单号\t支付类型
20261120\t2026-11-20\t21:15:12\t01080209\t100.00\t99.92\t0.08\t316965\t消费\t512645316965\t622280*********0000\t898000000000018\t00040005\t借记卡\tA1\t\t有卡支付
20261120\t2026-11-19\t23:36:14\t01080209\t-50.00\t-49.96\t-0.04\t316966\t退货\t512645316966\t622280*********0000\t898000000000018\t00040005\t借记卡\tA1\t\t有卡支付
`
write(
  'unionpay-web-refund.tsv',
  `${EXPORT}\t\t\n总笔数：\t2\t交易金额：\t50.00\t\t结算金额：\t49.96\t\t手续费：\t0.04\n`,
)
write('unionpay-web-shown-in-part.tsv', EXPORT)

// ------------------------------------------------------------------------------------------------------------- Stripe

const STRIPE =
  'balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,source_id,payment_intent_id,charge_id,description,automatic_payout_id,payment_metadata[order_id]\n'
const BALANCE =
  rows(`txn_1,2026-11-19 16:00:05,2026-11-21 00:00:00,usd,25,0.95,24.05,charge,ch_1,pi_1,ch_1,"Water, November",po_1,A1
txn_2,2026-11-20 02:00:00,2026-11-21 00:00:00,usd,-10,0,-10,refund,re_1,pi_1,ch_1,,po_1,A1
txn_3,2026-11-20 03:00:00,2026-11-21 00:00:00,usd,-0.50,0,-0.50,fee,,,,Radar,po_1,
txn_4,2026-11-20 04:00:00,2026-11-21 00:00:00,usd,-30.00,15.00,-45.00,dispute,du_1,pi_2,ch_2,,po_1,
txn_5,2026-11-20 05:00:00,2026-11-21 00:00:00,usd,60,0.00,60.00,some_new_category,x_1,,,,po_1,
txn_6,2026-11-20 06:00:00,2026-11-21 00:00:00,jpy,1500,54,1446,charge,ch_3,pi_3,ch_3,,po_2,A2
txn_7,2026-11-21 00:00:00,2026-11-21 00:00:00,usd,-28.55,0,-28.55,payout,po_1,,,Payout,po_1,
txn_8,2026-11-21 00:00:00,2026-11-21 00:00:00,jpy,-1446,0,-1446,payout,po_2,,,Payout,po_2,
`)
const [CHARGE = '', REFUND = '', , , , YEN = '', PO1 = ''] = BALANCE
write('stripe-payouts-two-currencies-utc.csv', STRIPE + BALANCE.join(''))
write('stripe-payout-does-not-add-up.csv', STRIPE + CHARGE + REFUND + PO1)
write(
  'stripe-contradicting-amounts-positive-payout.csv',
  [
    STRIPE,
    CHARGE,
    REFUND.replace('-10,0,-10', '-10,0,-11'),
    PO1.replace('-28.55,0,-28.55', '25,0,24.05'),
    YEN.replace('1500,54', '1500.5,54'),
  ].join(''),
)
write(
  'stripe-dashboard-export.csv',
  `\ufeffid,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description,Transfer,Transfer Date (UTC),order_no (metadata)
txn_1,charge,ch_1,"1,025.00",0.95,"1,024.05",usd,2026-11-20 02:00,2026-11-22 00:00,Water,po_1,2026-11-22 00:00,A1
`,
)

// -------------------------------------------------------------------------------------------------------------- Adyen

const ADYEN =
  'Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Payment Method Variant,Modification Merchant Reference,Batch Number\n'
const SETTLED =
  rows(`City,CityWater,8500000000000001,A1,visa,2026-11-18 16:10:51,CET,Settled,8600000000000001,EUR,,10.00,1,EUR,,9.65,,.05,0.10,0.20,visadebit,A1,7
City,CityWater,8500000000000002,A2,alipay,2026-11-18 16:12:00,CET,Settled,8600000000000002,CNY,,80.00,0.1276,EUR,,10.00,0.21,,,,alipay,A2,7
City,CityWater,8500000000000001,A1,visa,2026-11-19 10:00:00,CET,Refunded,8600000000000003,EUR,4.00,,1,EUR,4.00,,,,,,visadebit,R1,7
City,CityWater,8500000000000003,A3,visa,2026-11-19 11:00:00,CET,Settled,8600000000000004,EUR,,0.10,1,EUR,0.05,,,,0.05,0.10,visadebit,A3,7
City,CityWater,,,,2026-11-19 19:53:26,CET,Fee,Transaction Fees November 2026,,,,,EUR,1.80,,,,,,,,7
City,CityWater,,,,2026-11-20 19:53:26,CET,MerchantPayout,"TX1 batch 7, CityWater",EUR,,,,EUR,13.80,,,,,,,,7
`)
const [SALE = '', , BACK = '', SMALL = '', FEE = ''] = SETTLED
write('adyen-batch-two-currencies-with-payout.csv', ADYEN + SETTLED.join(''))
write('adyen-batch-does-not-net-to-zero.csv', ADYEN + without(SETTLED.join(''), SMALL))
write(
  'adyen-batch-open-and-bad-rows.csv',
  [
    ADYEN,
    SALE,
    SALE.replace('9.65', '9.66'),
    BACK.replace('4.00,,1', '4.00,4.00,1'),
    SALE.replace('CET', 'XYZ'),
    FEE.replace('1.80', ''),
  ].join(''),
)
write(
  'adyen-accounting-stages.csv',
  `Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Payment Method Variant,Booking Date,TimeZone,Record Type,Modification Psp Reference,Main Currency,Main Amount,Payment Currency,Received (PC),Exchange Rate,Authorised (PC),Captured (PC),Settlement Currency,Payable (SC),Commission (SC),Markup (SC),Scheme Fees (SC),Interchange (SC),Modification Merchant Reference
City,CityWater,8500000000000001,A1,visa,visadebit,2026-11-19 03:11:31,CET,Received,,EUR,10.40,EUR,10.40,,,,,,,,,,
City,CityWater,8500000000000001,A1,visa,visadebit,2026-11-19 03:11:33,CET,Authorised,,EUR,10.40,EUR,-10.40,,10.40,,,,,,,,
City,CityWater,8500000000000001,A1,visa,visadebit,2026-11-19 03:14:01,CET,SentForSettle,86000001,EUR,10.40,EUR,,1.0,-10.40,10.40,EUR,10.02,,0.02,0.06,0.30,<auto>
City,CityWater,8500000000000001,A1,visa,visadebit,2026-11-20 05:10:54,CET,Settled,86000001,EUR,10.02,EUR,,1.0,0.00,-10.40,EUR,10.02,,0.02,0.06,0.30,<auto>
City,CityWater,8500000000000002,A2,visa,visadebit,2026-11-20 06:00:00,CET,Refused,,EUR,5.00,EUR,,,,,,,,,,,
City,CityWater,8500000000000001,A1,visa,visadebit,2026-11-20 07:00:00,CET,Refunded,86000002,EUR,3.00,EUR,,1.0,,,EUR,-3.10,0.10,,,,R1
`,
)

// ------------------------------------------------------------------------------------------------------------- PayPal

const NAMES =
  '"CH","Transaction ID","Invoice ID","PayPal Reference ID","PayPal Reference ID Type","Transaction Event Code","Transaction Initiation Date","Transaction Completion Date","Transaction  Debit or Credit","Gross Transaction Amount","Gross Transaction Currency","Fee Debit or Credit","Fee Amount","Fee Currency","Custom Field","Consumer ID","Payment Tracking ID","Store ID","Bank Reference ID"\n'
const body = (ids: string, event: string, time: string, money: string, more = '"","PAYER1","","",""'): string =>
  `"SB",${ids},"TXN","${event}","2026/11/20 ${time} -0800","2026/11/20 ${time} -0800",${money},${more}\n`
const P1 = body('"5T1","A1",""', 'T0006', '00:00:30', '"CR",5200,"USD","DR",225,"USD"')
const P2 = body('"5T2","A2",""', 'T0006', '00:06:02', '"CR",150000,"JPY","DR",5400,"JPY"')
const P3 = body('"5T3","A1","5T1"', 'T1107', '10:00:00', '"DR",1000,"USD","CR",30,"USD"')
const P4 = body('"5T4","",""', 'T0400', '23:00:00', '"DR",3000,"USD","",,""', '"","","","","BANK77"')
const footer = (type: string): string =>
  [
    ['USD', '5200,4000,30,225', 3],
    ['JPY', '150000,0,0,5400', 1],
  ]
    .map(([currency, sums, count]) => `"${type}","${currency}",${sums}${',"CR",0'.repeat(6)},${count}\n`)
    .join('')
const RH = '"RH","2026/11/21 03:00:00 -0800","A","EZ782AXEUJUW8","009"\n'
const SH = '"SH","2026/11/20 00:00:00 -0800","2026/11/20 23:59:59 -0800","EZ782AXEUJUW8"\n'
const SECTION = `${RH}"FH",1\n${SH}${NAMES}${P1}${P2}${P3}${P4}${footer('SF')}"SC",4\n`
const STL = `${SECTION}${footer('RF')}"RC",4\n"FF",4\n`
write('paypal-stl-yen-in-hundredths-all-footers.csv', `\ufeff${STL}`)
write('paypal-stl-totals-do-not-match.csv', without(STL, P3))
write('paypal-stl-cut-off.csv', SECTION)
write(
  'paypal-stl-bad-rows.csv',
  [
    RH + SH + NAMES + P1,
    P1.replace('5200', '52.00'),
    P2.replace('150000', '150050'),
    P1.replace('"CR"', '"XX"'),
    P1.replace('"USD"', '"US"'),
    `${P1.split(',225')[0]}\n`,
    P1.replaceAll('2026/11/20', '2026/11/31'),
    '"XB","?"\n',
    P2 + P3 + P4,
  ].join(''),
)
const TRR =
  '"CH","Transaction ID","Invoice ID","Transaction Event Code","Transaction Initiation Date","Transaction Completion Date","Transaction Debit or Credit","Gross Transaction Amount","Gross Transaction Currency","Fee Debit or Credit","Fee Amount","Fee Currency","Transactional Status"\n'
const states = [...'SPDVFX'].map((state, index) => {
  const [n, time] = [index + 1, `2026/11/20 0${index + 1}:00:30 +0100`]
  return `"SB","5T${n}","A${n}","T0006",${time},${state === 'P' ? '' : time},"CR",${n}00,"EUR","",,"","${state}"\n`
})
write(
  'paypal-trr-states-tabs-utf16.txt',
  Buffer.from(`\ufeff${crlf((TRR + states.join('')).replaceAll(',', '\t'))}`, 'utf16le'),
)
write(
  'paypal-activity-spanish-decimal-comma.csv',
  `\ufeff"Fecha","Hora","Zona horaria","Nombre","Tipo","Estado","Divisa","Bruto","Comisión ","Neto","Correo electrónico del remitente","Id. de transacción","Id. de referencia de trans.","Número de factura","Saldo"
"20/11/2026","21:15:11","Europe/Berlin","Ana","Pago","Completado","EUR","1.309,80","-48,76","1.261,04","ana@example.com","TID1","","A1","1.261,79"
"21/11/2026","21:15:11","Europe/Berlin","Ana","Reembolso","Completado","EUR","-100,00","3,00","-97,00","","TID2","TID1","A1","1.164,79"
"21/11/2026","22:00:00","CET","Luis","Pago","Pendiente","EUR","50,00","0,00","50,00","luis@example.com","TID3","","A2","1.164,79"
"21/11/2026","23:00:00","CET","Luis","Pago","Denegado","EUR","60,00","0,00","60,00","luis@example.com","TID4","","A2","1.164,79"
`,
)
const ACTIVITY =
  'Date,Time,TimeZone,Name,Type,Status,Currency,Gross,"Fee ",Net,From Email Address,Transaction ID,Reference Txn ID,Invoice Number,Balance,Balance Impact\n'
const DONE = `11/20/2026,01:00:00,PST,Ann,Express Checkout Payment,Completed,USD,100.00,-3.00,97.00,ann@example.com,TID1,,A1,97.00,Credit
11/20/2026,02:00:00,PST,Ann,Authorization,Pending,USD,50.00,0.00,50.00,ann@example.com,TID2,,A2,97.00,Memo
11/20/2026,03:00:00,PST,,General Withdrawal,Completed,USD,-90.00,0.00,-90.00,,TID3,,,7.00,Debit
`
write('paypal-activity-month-first-memo.csv', ACTIVITY + DONE)
write(
  'paypal-activity-balance-broken-net-wrong.csv',
  `${ACTIVITY}${DONE.replace(',7.00,Debit', ',8.00,Debit')}11/21/2026,03:00:00,PDT,Ann,Payment,Completed,USD,5.00,-0.20,4.90,ann@example.com,TID4,,A4,12.90,Credit
`,
)
write('paypal-activity-date-order-unsure.csv', ACTIVITY + DONE.replaceAll('11/20/2026', '11/10/2026'))
