/**
 * Writes the samples of spreadsheets, fixed columns and Chinese bank exports. Run it after a change:
 * `node testkit/samples/make_sheets.ts`. What must be read from each stands, worked out by hand, in testkit/sheet_samples.ts.
 */
import { writeFileSync } from 'node:fs'
import { utils, write as writeBook } from '@e965/xlsx'
import iconv from 'iconv-lite'
import { workbookOf } from '../workbook.ts'

const here = new URL('./', import.meta.url)
const write = (name: string, content: string | Buffer): void => writeFileSync(new URL(name, here), content)
const gbk = (text: string): Buffer => iconv.encode(text, 'gb18030')
const n = (value: string | number, style = 0) => ({ number: String(value), style })

// ------------------------------------------------------------------------------------------------------------ 表格 sheets

// 46346 is 2026-11-20; style 1 shows a date, 2 a date and time, 3 six digits with zeros in front.
write(
  'xlsx-dates-float-noise-total-row.xlsx',
  workbookOf([
    {
      name: '明细',
      rows: [
        [1, ['某某银行账户明细']],
        [2, ['币种：', '人民币']],
        [4, ['交易时间', '流水号', '金额', '摘要', '']],
        [5, [n('46346.33690972222', 2), 'T0001', n('19.989999999999998'), '水费', '']],
        [6, [n(46346.5, 2), 'T0002', n('-0.1'), { inline: '退款 & <部分>' }]],
        [9, [n(46347, 2), 'T0003', { formula: 'C5*100', value: '1999' }, '']],
        [10, ['合计', '', n('2018.89')]],
      ],
    },
  ]),
)
write(
  'xlsx-1904-time-of-six-digits.xlsx',
  workbookOf(
    [
      {
        name: 'S',
        rows: [
          [1, ['交易日期', '交易时间', '流水号', '收入', '支出', '余额']],
          [2, [n(44884, 1), n(80509, 3), 'T0001', n(35), '', n('1035.00')]],
          [3, [n(44884, 1), n(1205, 3), 'T0002', '', n(15.5), n('1019.5')]],
        ],
      },
    ],
    { date1904: true },
  ),
)
write(
  'xlsx-ids-as-numbers-lose-digits.xlsx',
  workbookOf([
    {
      name: 'S',
      rows: [
        [1, ['日期', '流水号', '金额']],
        [2, ['2026-11-20', n('202611200000000'), n('35')]],
        [3, ['2026-11-20', n('4.2000000000000002E+27'), n('-35')]],
        [4, ['2026-11-21', 'T0003', { error: '#N/A' }]],
      ],
    },
  ]),
)
write(
  'xlsx-same-table-on-two-sheets-another-ignored.xlsx',
  workbookOf([
    {
      name: '说明',
      rows: [[1, ['本工作簿由系统导出']]],
    },
    {
      name: '第1页',
      rows: [
        [1, ['日期', '流水号', '金额']],
        [2, ['2026-11-20', 'T0001', '35.00']],
        [3, ['2026-11-20', 'T0000', '-1.00']],
      ],
    },
    {
      name: '第2页',
      rows: [
        [1, ['第2页']],
        [2, ['日期', '流水号', '金额']],
        [3, ['2026-11-21', 'T0002', '-35.00']],
      ],
    },
    {
      name: '费率',
      rows: [
        [1, ['渠道', '费率', '起始日']],
        [2, ['微信', '0.60%', '2026-01-01']],
        [3, ['支付宝', '0.55%', '2026-01-01']],
      ],
    },
  ]),
)
write(
  'wechat-personal-as-workbook.xlsx',
  workbookOf([
    {
      name: 'Sheet1',
      rows: [
        [1, ['微信支付账单明细']],
        [2, ['微信昵称：[某某]']],
        [3, ['起始时间：[2026-11-20 00:00:00] 终止时间：[2026-11-21 00:00:00]']],
        [5, ['共2笔记录']],
        [6, ['收入：1笔 5.00元']],
        [7, ['支出：1笔 28.16元']],
        [8, ['中性交易：0笔 0.00元']],
        [9, ['----------------------微信支付账单明细列表--------------------']],
        [
          10,
          [
            '交易时间',
            '交易类型',
            '交易对方',
            '商品',
            '收/支',
            '金额(元)',
            '支付方式',
            '当前状态',
            '交易单号',
            '商户单号',
            '备注',
          ],
        ],
        [
          11,
          [
            n('46346.33690972222', 2),
            '商户消费',
            '水务',
            '水费',
            '支出',
            n('28.16'),
            '零钱',
            '支付成功',
            '4200000001',
            'M1',
            '/',
          ],
        ],
        [12, [n('46346.5', 2), '转账', '某某', '转账', '收入', n('5'), '/', '已存入零钱', '4200000002', 'M2', '/']],
      ],
    },
  ]),
)
write(
  'xls-html-gbk-spans-and-total-row.xls',
  gbk(
    '<html><head><meta charset="gb2312"><style>td{mso-number-format:"\\@"}</style><script>document.write("<table><tr><td>1</td></tr></table>")</script></head><body>' +
      '<!-- <table><tr><td>x</td></tr></table> --><table><tr><td colspan=4>对账单 &#169; 2026</td></tr>' +
      '<tr><th>交易日期<th>流水号<th>摘要<th>金额</tr>' +
      '<tr><td rowspan="2">2026年11月20日</td><td>T0001</td><td>水费<br>A&amp;B</td><td>1,234.56</td></tr>' +
      '<tr><td>T0002</td><td>无日期</td><td>-1.00</td></tr>' +
      '<tr><td>2026年11月21日</td><td>T0003</td><td title="a>b">退款</td><td>&nbsp;-35.00</td></tr>' +
      '<tr><td>合计</td><td>3笔</td><td></td><td>1,198.56</td></tr></table></body></html>',
  ),
)
write(
  'xls-spreadsheetml-indexes-and-types.xls',
  '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">' +
    '<Worksheet ss:Name="明细"><Table><Row><Cell ss:MergeAcross="3"><Data ss:Type="String">对账单</Data></Cell></Row>' +
    '<Row ss:Index="3"><Cell><Data ss:Type="String">交易时间</Data></Cell><Cell><Data ss:Type="String">流水号</Data></Cell><Cell><Data ss:Type="String">摘要</Data></Cell><Cell><Data ss:Type="String">金额</Data></Cell></Row>' +
    '<Row><Cell><Data ss:Type="DateTime">2026-11-20T08:05:09.000</Data></Cell><Cell><Data ss:Type="String">T0001</Data></Cell><Cell ss:Index="4"><Data ss:Type="Number">35</Data></Cell></Row>' +
    '<Row><Cell><Data ss:Type="DateTime">2026-11-21T12:00:00.000</Data></Cell><Cell><Data ss:Type="String">T0002</Data></Cell><Cell><Data ss:Type="String">退款</Data></Cell><Cell><Data ss:Type="Number">-0.30000000000000004</Data></Cell></Row>' +
    '</Table></Worksheet></Workbook>',
)
const book = utils.book_new()
const sheet = utils.aoa_to_sheet([
  ['China Construction Bank'],
  ['币　　种：', '人民币'],
  [],
  ['记账日   ', '交易日期   ', '交易时间   ', '支出   ', '收入   ', '账户余额   ', '币种   ', '摘要'],
  ['20261120', '20261120', '18:53:19', 67, 0, 2176.91, '人民币', '消费'],
  ['20261121', '20261121', '09:36:05', 0, 0.1 + 0.2, 2177.21, '人民币', '结息'],
  ['以上数据仅供参考|具体内容请以柜台为准'],
])
utils.book_append_sheet(book, sheet, '交易明细')
write('xls-biff8-bank-preamble-and-footer.xls', writeBook(book, { bookType: 'biff8', type: 'buffer' }) as Buffer)
write(
  'csv-called-xls-broker-gbk.xls',
  gbk(
    [
      '="交收日期"\t="业务名称"\t="证券代码"\t="清算金额"\t="资金本次余额"\t="流水号"',
      '="20261118"\t="银证转入"\t=""\t="10000.000"\t="10000.000"\t="100000001"',
      '="20261119"\t="证券买入"\t="600000"\t="-1005.000"\t="8995.000"\t="100000002"',
      '="20261120"\t="股息入账"\t="600000"\t="3.120"\t="8998.120"\t="100000003"\n',
    ].join('\n'),
  ),
)

// ------------------------------------------------------------------------------------------------- 定长 fixed columns

/** Cells padded to so many bytes of GBK; a longer one is cut there, in the middle of a character if need be. */
function fixed(cells: readonly string[], widths: readonly number[]): Buffer {
  return Buffer.concat(
    cells.map((cell, index) => {
      const bytes = gbk(cell).subarray(0, widths[index]! - 1)
      const blanks = Buffer.alloc(widths[index]! - bytes.length, ' ')
      return index === cells.length - 1 ? Buffer.concat([blanks, bytes]) : Buffer.concat([bytes, blanks])
    }),
  )
}
const WIDTHS = [9, 7, 17, 12, 14]
const FIXED = [
  ['20261120', '080509', 'A202611200000001', '收水费测试小区', '35.00'],
  ['20261120', '123000', 'A202611200000002', '燃气费', '1234.56'],
  ['20261121', '090000', 'A202611210000003', '退款', '-35.00'],
]
const lines = (rows: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat(rows.flatMap(row => [typeof row === 'string' ? gbk(row) : row, Buffer.from('\r\n')]))
write(
  'fixed-width-gbk-characters-cut-in-two.txt',
  lines([
    '某某银行交易明细',
    fixed(['交易日期', '时间', '流水号', '摘要', '金额'], WIDTHS),
    '-'.repeat(59),
    ...FIXED.map(row => fixed(row, WIDTHS)),
    '合计   3笔   1234.56',
  ]),
)
write(
  'fixed-width-kinds-of-lines.txt',
  lines([
    'H 20261121 000003',
    ...FIXED.map(row => Buffer.concat([Buffer.from('D '), fixed(row, WIDTHS)])),
    'T 000003    1269.56      35.00',
  ]),
)
write(
  'fixed-width-utf8-total-does-not-match.txt',
  iconv.decode(
    lines([
      fixed(['交易日期', '时间', '流水号', '摘要', '金额'], [9, 7, 17, 20, 14]),
      ...FIXED.map(row => fixed(row, [9, 7, 17, 20, 14])),
      '合计   4笔   1234.56',
    ]),
    'gb18030',
  ),
)
const KINDS = [
  'H|20261121|3|',
  'D|20261120|080509|A202611200000001|收水费|35.00|',
  'D|20261120|123000|A202611200000002|燃气费, 含税|1234.56|',
  'D|20261121|090000|A202611210000003|退款|-35.00|',
]
write('csv-kinds-of-lines-with-trailer.txt', [...KINDS, 'T|3|1269.56|35.00|', ''].join('\n'))
write('csv-kinds-of-lines-trailer-differs.txt', [...KINDS, 'T|3|1269.56|36.00|', ''].join('\n'))
write('csv-kinds-of-lines-without-trailer.txt', [...KINDS, ''].join('\n'))

// ---------------------------------------------------------------------------------------------------- 银行 Chinese banks

const padded = (text: string): string => `"${text.padEnd(20)}\t"`
write(
  'bank-icbc-padded-booked-amounts-total-row.csv',
  [
    '明细查询文件下载',
    '',
    '卡号: 6222****9876,"卡别名: "',
    '',
    '交易日期,摘要,交易金额(收入),交易金额(支出),交易币种,记账金额(收入),记账金额(支出),记账币种,余额,对方户名',
    ['2026-11-21', '消费', '-', '-', '-', '', '13.40', '人民币', '1,021.16', '某公司'].map(padded).join(',') + ',',
    ['2026-11-20', '工资', '-', '-', '-', '1,034.56', '', '人民币', '1,034.56', '某公司'].map(padded).join(',') + ',',
    ' ',
    `人民币合计,,,,,${padded('1,034.56')},${padded('13.40')},`,
    '',
  ].join('\r\n'),
)
write(
  'bank-cmb-credit-inverse-without-year.csv',
  [
    '招商银行信用卡对账单（个人消费卡账户 2026年01月）',
    '交易日,记账日,交易摘要,人民币金额,卡号末四位,交易地金额',
    ',12/29,掌上生活还款,-345.67,1234,-345.67',
    '01/02,01/03,电影票,56.78,1234,56.78(CN)',
    '01/05,01/07,中国移动,"8,000.00",1234,"8,000.00(CN)"',
    '',
  ].join('\n'),
)
write(
  'bank-card-year-missing.csv',
  '交易日,记账日,交易摘要,人民币金额\n01/02,01/03,消费,56.78\n01/05,01/07,还款,-56.78\n',
)
write(
  'bank-card-sign-unsure.csv',
  '交易日期,入账日期,交易描述,卡末四位,交易币种,结算币种,交易金额,结算金额\n2026-11-20,2026-11-20,财付通－美团,1234,人民币,人民币,30.00,30.00\n2026-11-21,2026-11-21,财付通－滴滴,1234,人民币,人民币,-500.00,-500.00\n',
)
write(
  'bank-bocom-credit-direction-in-words.csv',
  '交易日期,记账日期,交易说明,交易币种/金额,入账币种/金额\n2026-11-20,2026-11-20,退货 某商户,CNY 1.99,CNY 1.99\n2026-11-20,2026-11-20,信用卡还款 转账还款,CNY13.50,CNY 13.50\n2026-11-21,2026-11-21,消费 Suica Charge,JPY 1000.00,CNY 49.85\n',
)
write(
  'bank-bocom-credit-or-debit-words.csv',
  '序号,交易日期,交易时间,交易类型,借贷,交易金额,余额,对方账号,对方户名,摘要\n1,2026-11-20,10:11:12,转账,贷 Cr,100.00,1100.00,6222****1,张三,工资\n2,2026-11-21,09:00:00,网上支付,借 Dr,30.50,1069.50,6222****2,李四,消费\n',
)
write(
  'bank-direction-words-unknown.csv',
  '交易日期,借贷,交易金额,摘要\n2026-11-20,甲,100.00,工资\n2026-11-21,乙,30.50,消费\n',
)
write(
  'bank-cib-negative-outgo-takes-back.csv',
  '账户类型：,美元活期存款\n交易时间,记账日,支出,收入,摘要,对方户名\n2026-11-20 00:00:00,2026-11-20,100.00,,转账转出,甲\n2026-11-21 00:00:00,2026-11-21,-100.00,,隔日冲账,甲\n2026-11-21 12:00:00,2026-11-21,,50.00,转入,乙\n',
)
write(
  'bank-negative-outgo-unexplained.csv',
  '交易时间,支出,收入,摘要\n2026-11-20 00:00:00,100.00,,转账转出\n2026-11-21 00:00:00,-40.00,,转账\n2026-11-21 12:00:00,,50.00,转入\n',
)
write(
  'bank-boc-credit-two-currencies.csv',
  '交易日,银行记账日,卡号后四位,交易描述,存入,支出,币种\n2026-11-20,2026-11-20,1234,某商户,,30.00,人民币\n2026-11-20,2026-11-20,1234,SHOP,,12.00,美元\n2026-11-21,2026-11-21,1234,还款,42.00,,人民币\n',
)
write(
  'bank-abc-short-row.csv',
  '交易日期,交易时间,交易摘要,交易金额,本次余额,对手信息,日 志 号,交易渠道,交易附言\n20261118,080000,消费,-5.00,1000.00,甲,369396692,超市,消费\n20261119,123456,转存,+10000.00,11000.00,甲,369396693,超级网银,转账\n20261120,,还款,-345.00,10655.00,乙,111222333\n20261121,,结息,+0.01,10655.01,--,0000000000,,个人活期结息\n',
)
write(
  'bank-promised-count-missing-rows.csv',
  '账号：6222,总笔数：3\n交易日期,流水号,金额\n2026-11-20,T0001,35.00\n2026-11-21,T0002,-35.00\n',
)
write(
  'bank-amount-in-another-currency.csv',
  'Date,Amount (USD),Currency,Reference\n2026-11-20,1.50,BRL,R1\n2026-11-21,-1.50,BRL,R2\n',
)
write(
  'jd-wallet-partial-refunds.csv',
  [
    '\ufeff导出信息：',
    '京东账号名：test',
    '日期区间：2026-11-01 至 2026-11-30',
    '共：4笔记录',
    '收入：0笔，0.00元',
    '支出：1笔(含1笔部分退款)，41.93元',
    '不计收支：3笔，89.84元',
    '',
    '交易时间,商户名称,交易说明,金额,收/付款方式,交易状态,收/支,交易分类,交易订单号,商家订单号,备注',
    '2026-11-20 13:28:32\t,京东平台商户,退款-卫衣,89.84,某银行信用卡(1111),退款成功,不计收支,网购,100000011234\t,1000345234\t, ,',
    '2026-11-20 13:27:56\t,京东平台商户,卫衣,131.77(已退款89.84),某银行信用卡(1111),交易成功,支出,服饰,100000011234\t,1000345234\t, ,',
    '2026-11-21 22:33:07\t,京东平台商户,裤子,468.32(已全额退款),某银行信用卡(1111),交易成功,不计收支,服饰,100000011235\t,1000345235\t, ,',
    '2026-11-21 23:00:00\t,京东平台商户,柑橘,35.61,先享后付,交易成功,不计收支,先享后付,100000011236\t,1000345236\t, ,',
    '',
  ].join('\n'),
)
