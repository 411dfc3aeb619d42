import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inspectStatement } from './inspect.ts'

/**
 * Real files of others, kept beside the repository and not in it. Each expectation was worked out by hand from the file and
 * what its SOURCES.md says of it; several state totals that deliberately do not match.
 */
const SHARED = fileURLToPath(new URL('../../../shared/samples/', import.meta.url))
const skip = existsSync(SHARED) ? false : 'no ../shared/samples beside the repository: the real files are not checked'

/** file: "format encoding | records | per currency: credits; debits; neutral | first | last | verdict". */
const EXPECTED: Readonly<Record<string, string>> = {
  'wechat-trade/gunsluo_all_2021.csv':
    'wechat-trade utf-8 | 3 | CNY 3=0.03; 0=0.00; 0=0.00 | 2021-01-28T17:07:11+08:00 0.01 4200000925202101287398771744 | 2021-01-28T16:59:46+08:00 0.01 4200000926202101286615823225 | ready',
  // Fees of 0.00020: flagged, as digits below one fen cannot be compared one by one.
  'wechat-trade/legacy_all_2015.csv':
    'wechat-trade utf-8 | 2 | CNY 2=0.02; 0=0.00; 0=0.00 | 2015-03-30T21:25:32+08:00 0.01 1009360622347764307943820176 | 2015-03-30T21:15:32+08:00 0.01 1010020677661935190570271923 | ready_with_warnings',
  'wechat-trade/legacy_all_refunds_2018.csv':
    'wechat-trade utf-8 | 3 | CNY 0=0.00; 3=0.03; 0=0.00 | 2018-08-21T18:13:12+08:00 -0.01 4200000145201808206577433399 | 2018-08-21T18:12:38+08:00 -0.01 4200000158201808202623228270 | ready',
  'wechat-trade/sandbox_1005_excerpt.csv': 'wechat-trade utf-8 | 2 |  | null | null | rejected',
  'wechat-trade/synthetic_all_27col_a.csv':
    'wechat-trade utf-8-bom | 7 | CNY 4=8889001.39; 3=112.50; 0=0.00 | 2024-11-25T09:01:12+08:00 12.50 4200002345202411250000000001 | 2024-11-25T23:59:59+08:00 -12.50 4200002345202411250000000001 | ready',
  'wechat-trade/wxjava_all_2019_truncated.csv':
    'wechat-trade utf-8 | 1 | CNY 1=6.00; 0=0.00; 0=0.00 | 2019-07-25T08:35:41+08:00 6.00 XXXXXXXXXXXXX | 2019-07-25T08:35:41+08:00 6.00 XXXXXXXXXXXXX | rejected',
  'wechat-trade/wxjava_legacy_2014.csv':
    'wechat-trade utf-8 | 2 | CNY 2=0.02; 0=0.00; 0=0.00 | 2014-11-10T16:33:45+08:00 0.01 1001690740201411100005734289 | 2014-11-10T16:46:14+08:00 0.01 1002780740201411100005729794 | ready',
  'wechat-trade/wxjava_success_2019_truncated.csv':
    'wechat-trade utf-8 | 1 | CNY 1=0.01; 0=0.00; 0=0.00 | 2019-07-23T18:46:41+08:00 0.01 XXX | 2019-07-23T18:46:41+08:00 0.01 XXX | rejected',
  'alipay-trade/2026_13col.csv':
    'alipay-trade gb18030 | 2 | CNY 1=9.90; 1=9.90; 0=0.00 | 2026-09-24T10:00:30+08:00 9.90 2026092422001 | 2026-09-24T11:00:30+08:00 -9.90 2026092422002 | ready_with_warnings',
  'alipay-trade/2026_13col_zip_utf8names.zip':
    'alipay-trade utf-8 | 2 | CNY 1=9.90; 1=9.90; 0=0.00 | 2026-09-24T10:00:30+08:00 9.90 2026092422001 | 2026-09-24T11:00:30+08:00 -9.90 2026092422002 | ready_with_warnings',
  'alipay-trade/2026_positive_refund.csv':
    'alipay-trade gb18030 | 3 | CNY 2=9.91; 1=0.02; 0=0.00 | 2026-06-05T16:01:38+08:00 0.01 2026060522001419931441931972 | 2026-06-05T17:00:05+08:00 -0.02 2026060522001419931442000000 | rejected',
  'alipay-trade/20880000000000010156_20241125.csv.zip':
    'alipay-trade gb18030 | 4 | CNY 2=112.50; 2=100.00; 0=0.00 | 2024-11-25T09:01:12+08:00 12.50 2024112522001400000000000001 | 2024-11-25T10:05:30+08:00 -60.00 2024112522001400000000000002 | ready',
  'generic-csv/actual_gb18030.csv':
    'csv gb18030 | 3 |  2=151.25; 1=35.00; 0=0.00 | 2024-05-01 -35.00 null | 2024-05-03 95.75 null | ready',
  // 23:59:59 PST is the next afternoon in Beijing.
  'generic-csv/autosync_paypal_alternate.csv':
    'csv ascii | 2 |  1=12.34; 1=12.34; 0=0.00 | 2017-01-01T15:59:59+08:00 -12.34 null | 2017-01-01T15:59:59+08:00 12.34 null | ready',
  'generic-csv/bsp_csv_french_headers.csv':
    'csv utf-8 | 3 | EUR 1=3500.00; 2=1239.06; 0=0.00 | 2026-04-02 -1234.56 FR-001 | 2026-04-09 -4.50 FR-003 | ready',
  'generic-csv/bsp_csv_spanish_headers.csv':
    'csv utf-8 | 3 | EUR 1=3500.00; 2=1239.06; 0=0.00 | 2026-04-02 -1234.56 ES-001 | 2026-04-09 -4.50 ES-003 | ready',
  'generic-csv/bsp_sample_statement.csv':
    'csv ascii | 2 | EUR 1=2500.00; 1=1200.00; 0=0.00 | 2026-03-20 2500.00 TXN-001 | 2026-03-21 -1200.00 TXN-002 | ready',
  'generic-csv/hledger_csb43.csv':
    'csv ascii | 2 | EUR 1=1500.00; 1=500.00; 0=0.00 | 2019-11-02 1500.00 null | 2019-11-10 -500.00 null | ready',
  // Every date is 06/12/2021: asked.
  'generic-csv/hledger_monefy.csv': 'csv ascii | 0 |  | null | null | rejected',
  'generic-csv/hledger_sample.fr.utf8.csv':
    'csv utf-8 | 3 |  1=50.00; 2=30.00; 0=0.00 | 2012-03-22 50.00 null | 2012-03-24 -20.00 null | ready',
  'generic-csv/oca_balance.csv':
    'csv ascii | 2 |  1=1533.50; 1=33.50; 0=0.00 | 2018-12-15 -33.50 null | 2018-12-15 1533.50 null | ready',
  'generic-csv/oca_debit_credit.csv':
    'csv ascii | 2 |  1=1533.50; 1=33.50; 0=0.00 | 2018-12-15 -33.50 null | 2018-12-15 1533.50 null | ready',
  // By the running balance Debit is money in: -20, -13.50, +33.50, +1500.
  'generic-csv/oca_debit_credit_amount.csv':
    'csv ascii | 4 |  2=1533.50; 2=33.50; 0=0.00 | 2018-12-15 -20.00 null | 2018-12-15 1500.00 null | ready',
  'generic-csv/oca_empty_lines_statement.csv':
    'csv ascii | 3 | EUR 2=2325.00; 1=33.50; 0=0.00 | 2018-02-25 -33.50 null | 2018-02-27 800.00 null | ready',
  'generic-csv/oca_sample_statement_en.csv':
    'csv ascii | 2 | USD 0=0.00; 1=33.50; 0=0.00, EUR 1=1525.00; 0=0.00; 0=0.00 | 2018-12-15 -33.50 null | 2018-12-15 1525.00 null | ready',
  'generic-csv/synthetic_big5_roc_year_dev.csv': day('csv big5'),
  'generic-csv/synthetic_caret_fen_dev.txt': day('csv gb18030', 'CNY', true),
  'generic-csv/synthetic_cr_dr_suffix_dev.tsv': day('csv utf-8'),
  'generic-csv/synthetic_cr_only_line_ends_dev.csv': day('csv utf-8'),
  'generic-csv/synthetic_excel_serial_dates_dev.csv': day('csv utf-8', '', true),
  'generic-csv/synthetic_excel_text_cells_dev.csv': day('csv utf-8'),
  'generic-csv/synthetic_fullwidth_digits_gb18030_dev.csv': day('csv gb18030'),
  'generic-csv/synthetic_multichar_delimiter_dev.txt': day('csv utf-8'),
  'generic-csv/synthetic_parenthesised_negatives_dev.csv': day('csv utf-8-bom'),
  'generic-csv/synthetic_quoted_newlines_dev.csv': day('csv utf-8', 'CNY', true),
  'generic-csv/synthetic_semicolon_decimal_comma_gbk_dev.csv': day('csv gb18030'),
  'generic-csv/synthetic_trailing_minus_dev.csv': day('csv utf-8'),
  'generic-csv/synthetic_utf16_tab_dev.txt': day('csv utf-16le', '', true),
  'generic-csv/synthetic_x01_no_header_dev.txt': day('csv utf-8', 'CNY', true).replace('ready', 'ready_with_warnings'),
}

/** The synthetic files tell the same six movements, each in another dialect. */
function day(as: string, currency = '', timed = false): string {
  const [first, last] = timed ? ['T08:05:09+08:00', 'T09:00:00+08:00'] : ['', '']
  return `${as} | 6 | ${currency} 3=2001269.66; 3=1535.37; 0=0.00 | 2024-12-05${first} 35.00 2024120500000001 | 2024-12-07${last} -1500.00 2024120700000006 | ready`
}

for (const [name, expected] of Object.entries(EXPECTED))
  test(name, { skip }, async () => {
    const document = await inspectStatement(SHARED + name)
    const end = (record: typeof document.first) => (record ? `${record.at} ${record.amount} ${record.id}` : 'null')
    const sums = Object.entries(document.by_currency).map(
      ([currency, tallies]) =>
        `${currency} ${[tallies.credits, tallies.debits, tallies.neutral].map(({ count, amount }) => `${count}=${amount}`).join('; ')}`,
    )
    const found = [
      `${document.format} ${document.encoding}`,
      document.records,
      sums.join(', '),
      end(document.first),
      end(document.last),
      document.verdict,
    ]
    assert.equal(found.join(' | '), expected)
  })

test('totals that do not match are noticed, by name and figure', { skip }, async () => {
  const failedOf = async (name: string) =>
    (await inspectStatement(SHARED + name)).controls
      .filter(control => !control.ok)
      .map(({ name, stated, computed }) => `${name} ${stated} ${computed}`)
  assert.deepEqual(await failedOf('wechat-trade/wxjava_all_2019_truncated.csv'), [
    '总交易单数 48 1',
    '应结订单总金额 5.76 6.00',
    '退款总金额 1.42 0.00',
    '手续费总金额 0.01000 0.04000',
    '订单总金额 5.76 6.00',
    '申请退款总金额 1.42 0.00',
  ])
  assert.deepEqual(await failedOf('wechat-trade/wxjava_success_2019_truncated.csv'), [
    '总交易单数 31 1',
    '应结订单总金额 3.05 0.01',
    '手续费总金额 0.02000 0.00000',
    '订单总金额 3.05 0.01',
  ])
  assert.deepEqual(await failedOf('alipay-trade/2026_positive_refund.csv'), [
    '交易合计 笔数 3 2',
    '交易合计 商家实收 9.93 9.91',
  ])
})

test('a record whose digits a spreadsheet has eaten is rejected, with its place', { skip }, async () => {
  const { problems } = await inspectStatement(`${SHARED}wechat-trade/sandbox_1005_excerpt.csv`)
  assert.deepEqual(
    problems.slice(0, 2).map(({ record, line, column, code }) => [record, line, column, code]),
    [
      [1, 2, '微信订单号', 'id_digits_lost'],
      [2, 3, '微信订单号', 'id_digits_lost'],
    ],
  )
})

test('an answer settles what was asked: 06/12/2021 is 6 December', { skip }, async () => {
  const document = await inspectStatement(`${SHARED}generic-csv/hledger_monefy.csv`, { dateOrder: 'dmy' })
  assert.deepEqual([document.verdict, document.records, document.first?.at], ['ready', 8, '2021-12-06'])
  assert.deepEqual(
    [document.credits, document.debits],
    [
      { count: 3, amount: '6364.80' },
      { count: 5, amount: '472.00' },
    ],
  )
})
