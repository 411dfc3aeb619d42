/**
 * Writes samples of bills that a program opened and saved again, or that came packed with something else: each is one of the
 * samples here in another dress. Run it after a change: `node testkit/samples/make_saved_again.ts`. What must be read from each
 * stands in testkit/saved_again_samples.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import iconv from 'iconv-lite'
import { workbookOf } from '../workbook.ts'
import { zipOf } from '../zip.ts'

const here = new URL('./', import.meta.url)
const write = (name: string, content: string | Buffer): void => writeFileSync(new URL(name, here), content)
const bytes = (name: string): Buffer => readFileSync(new URL(name, here))
const gbk = (text: string): Buffer => iconv.encode(text, 'gb18030')
const fromGbk = (name: string): string => iconv.decode(bytes(name), 'gb18030').replaceAll('\r\n', '\n')
const lines = (text: string): string[] =>
  text
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split(/\r?\n/)

/** Quotes around every cell of the rows, as a program that exports "all text" writes them. */
const quoted = (text: string, delimiter = ','): string =>
  `${lines(text)
    .map(line =>
      line.startsWith('#')
        ? line
        : line
            .split(',')
            .map(cell => `"${cell}"`)
            .join(delimiter),
    )
    .join('\r\n')}\r\n`

const WECHAT = bytes('wechat-coupon-partial-refunds-bom-crlf.csv').toString()

write('wechat-quoted-by-a-program.csv', quoted(WECHAT))
write('wechat-quoted-comma-and-newline-in-name.csv', quoted(WECHAT).replace(/"`水费[^"]*"/, '"`水费,第一期\r\n第二期"'))
write(
  'wechat-unicode-text-with-tabs.txt',
  Buffer.concat([
    Buffer.from('fffe', 'hex'),
    iconv.encode(lines(WECHAT).join('\r\n').replaceAll(',', '\t'), 'utf-16le'),
  ]),
)
write(
  'wechat-padded-to-one-width-by-a-spreadsheet.csv',
  gbk(
    lines(WECHAT)
      .map((line, _, all) => line + ','.repeat(all[0]!.split(',').length - line.split(',').length))
      .join('\r\n'),
  ),
)
write('alipay-quoted-with-semicolons.csv', gbk(quoted(fromGbk('alipay-day-gbk.csv'), ';')))
write('alipay-account-quoted-by-a-program.csv', `\ufeff${quoted(fromGbk('alipay-account-day-gbk.csv'))}`)
write(
  'wechat-funds-no-rows.csv',
  `${lines(bytes('wechat-funds-day.csv').toString())[0]}\n资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n\`0,\`0,\`0.00,\`0,\`0.00\n`,
)
write(
  'alipay-zip-with-another-statement.zip',
  zipOf([
    { name: 'a_业务明细.csv', data: bytes('alipay-day-gbk.csv') },
    { name: 'a_账务明细.csv', data: bytes('alipay-account-day-gbk.csv') },
  ]),
)
write(
  'csv-zip-two-layouts.zip',
  zipOf([
    {
      name: '1.csv',
      data: Buffer.from('交易日期,流水号,收入,支出\n2026-11-20,T0001,35.00,\n2026-11-20,T0002,,5.00\n'),
    },
    { name: '2.csv', data: Buffer.from('日期,金额,流水号\n2026-11-21,7.00,U0001\n2026-11-21,-2.00,U0002\n') },
  ]),
)
write(
  'csv-whole-amounts-beside-decimal-fees.csv',
  '交易日期,参考号,交易类型,交易金额,手续费\n20261120,R0001,消费,19000,34.2\n20261120,R0002,消费,20000,36\n',
)
write(
  'csv-whole-amounts-filled-with-zeros.txt',
  '交易日期|参考号|借贷|交易金额\n20261120|R0001|C|000000010000\n20261120|R0002|D|000000000500\n',
)
const n = (number: string) => ({ number, style: 0 })
write(
  'xlsx-sixteen-digits-are-lost.xlsx',
  workbookOf([
    {
      name: 'S',
      rows: [
        [1, ['日期', '流水号', '金额']],
        [2, ['2026-11-20', n('420000234520261'), n('35')]],
        [3, ['2026-11-20', n('4200002345202613'), n('-35')]],
        [4, ['2026-11-21', 'T0003', n('12345678901234.56')]],
        [5, ['2026-11-21', 'T0004', n('-19.989999999999998')]],
      ],
    },
  ]),
)

const FUNDS_DAY = bytes('wechat-funds-day.csv').toString()
write(
  'wechat-funds-zip-of-two-days.zip',
  zipOf([
    { name: '20.csv', data: Buffer.from(FUNDS_DAY) },
    { name: '21.csv', data: Buffer.from(FUNDS_DAY.replaceAll('2026-11-20', '2026-11-21')) },
  ]),
)
const PERSONAL_WEB = fromGbk('alipay-personal-web-refund-without-direction.csv')
const HEADER_AT = lines(PERSONAL_WEB).findIndex(line => line.includes('交易创建时间'))
write(
  'alipay-personal-web-closed-and-never-paid.csv',
  gbk(
    [
      ...lines(PERSONAL_WEB).slice(0, HEADER_AT + 1),
      '2026112000001 ,M1 ,2026-11-20 10:00:00 ,2026-11-20 10:00:05 ,2026-11-20 10:00:05 ,其他 ,即时到账交易 ,超市 ,牛奶 ,20.00 ,支出 ,交易成功 ,0.00 ,0.00 , ,已支出 ,',
      '2026112000002 ,M2 ,2026-11-20 11:00:00 , ,2026-11-20 11:30:00 ,其他 ,即时到账交易 ,饭店 ,饭 ,9.00 ,支出 ,交易关闭 ,0.00 ,0.00 , , ,',
      '------------------------------------------------------------------------------------',
      '共2笔记录',
      '已收入:0笔,0.00元',
      '待收入:0笔,0.00元',
      '已支出:1笔,20.00元',
      '待支出:0笔,0.00元',
      '',
    ].join('\r\n'),
  ),
)
write(
  'unionpay-web-totals-in-one-cell.tsv',
  bytes('unionpay-web-refund.tsv')
    .toString()
    .replace(/^总笔数.*$/m, totals => totals.replace(/\t+/g, ' ')),
)

// What a spreadsheet makes of a bill without backticks: its own way to show a time.
write(
  'alipay-times-as-a-spreadsheet-shows-them.csv',
  gbk(fromGbk('alipay-day-gbk.csv').replace(/(\d{4})-(\d{2})-(\d{2}) 0?(\d{1,2}:\d{2}):\d{2}(?=\t?,)/g, '$1/$2/$3 $4')),
)
write('wechat-numbers-emptied.csv', WECHAT.replace(/`4200\d{24},`A2026\d+/, '`,`'))
write(
  'csv-doubled-bars-between-columns.txt',
  '交易日期||流水号||收入||支出\n2026-11-20||T0001||35.00||\n2026-11-20||T0002||||5.00\n',
)
