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
    'csv ascii | 2 | EUR 1=1500.00; 1=500.00; 0=0.00 | 2019-11-02 1500.00 456789012345 | 2019-11-10 -500.00 456789012345 | ready',
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
  'camt052/genkgo_camt052.v1.xml':
    'camt.052 ascii | 1 | SEK 0=0.00; 1=200000.00; 0=0.00 | 2007-10-18T17:15:00+08:00 -200000.00 AAAASESS-FP-ACCR-01 | 2007-10-18T17:15:00+08:00 -200000.00 AAAASESS-FP-ACCR-01 | ready_with_warnings',
  'camt052/genkgo_camt052.v2.xml':
    'camt.052 ascii | 1 | SEK 0=0.00; 1=200000.00; 0=0.00 | 2007-10-18T17:15:00+08:00 -200000.00 AAAASESS-FP-ACCR-01 | 2007-10-18T17:15:00+08:00 -200000.00 AAAASESS-FP-ACCR-01 | ready_with_warnings',
  // PDNG: counted as money out that has not moved yet. Page 2 of an unseen page 1.
  'camt052/genkgo_camt052.v4.xml':
    'camt.052 ascii | 1 | SEK 0=0.00; 1=200000.00; 0=0.00 | 2007-10-18 -200000.00 ACSR160614165200001 | 2007-10-18 -200000.00 ACSR160614165200001 | ready_with_warnings',
  // ITBD has only one of the two entries: an interim balance is no control.
  'camt052/moov_postfinance_camt052_2019.xml':
    'camt.052 ascii | 2 | CHF 0=0.00; 2=1016.00; 0=0.00 | 2019-04-24 -103.00 074820002ZU1EPZK | 2019-04-24 -913.00 074820002ZU1EQ0K | ready',
  'camt053/bsp_camt.053.001.02.xml':
    'camt.053 ascii | 3 | SEK 2=135678.50; 1=200000.00; 0=0.00 | 2010-10-18T20:15:00+08:00 105678.50 AAAASESS-FP-CN_98765/01 | 2010-10-18T22:15:00+08:00 30000.00 AAAASESS-FP-CONF-FX | ready',
  'camt053/bsp_camt053_duplicate_same_day.xml':
    'camt.053 ascii | 2 | EUR 0=0.00; 2=9.00; 0=0.00 | 2026-04-07 -4.50 null | 2026-04-07 -4.50 null | ready_with_warnings',
  'camt053/bsp_camt053_garbled_amount.xml': 'camt.053 ascii | 1 |  | null | null | rejected',
  // Balances are examples: OPBD 1.01 + 8.85 is not CLBD 4.04.
  'camt053/genkgo_camt053.v2.all-balance-types.xml':
    'camt.053 ascii | 1 | EUR 1=8.85; 0=0.00; 0=0.00 | 2014-12-31 8.85 000000001 | 2014-12-31 8.85 000000001 | rejected',
  // 18.150 + 8.850 is not 27.050.
  'camt053/genkgo_camt053.v2.five.decimals.xml':
    'camt.053 ascii | 1 | EUR 1=8.85; 0=0.00; 0=0.00 | 2014-12-31 8.85 000000001 | 2014-12-31 8.85 000000001 | rejected',
  // Its only detail says 105.750 of an entry of 8.85; the balances are in two currencies.
  'camt053/genkgo_camt053.v3.xml':
    'camt.053 ascii | 1 | EUR 1=8.85; 0=0.00; 0=0.00 | 2014-12-31 8.85 XXXXXXXXXXXXXXXXXXXXXXEUR | 2014-12-31 8.85 XXXXXXXXXXXXXXXXXXXXXXEUR | ready_with_warnings',
  'camt053/genkgo_camt053.v4.xml':
    'camt.053 ascii | 1 | EUR 1=8.85; 0=0.00; 0=0.00 | 2014-12-31 8.85 AAAASESS-FP-CN_98765/01 | 2014-12-31 8.85 AAAASESS-FP-CN_98765/01 | ready_with_warnings',
  // 2768.08 - 1.64 - 2734.58 - 30.16 - 1.7 is the closing available balance, 0.00.
  'camt053/moov_statement_1.xml':
    'camt.053 utf-8 | 4 | EUR 0=0.00; 4=2768.08; 0=0.00 | 2015-05-11 -1.64 514026627 | 2015-05-20 -1.70 516079334 | ready',
  // Both details have the packet number 123456CHCAFEBABE: the reference of each is what tells them apart.
  'camt053/oca_txdtls_batch.xml':
    'camt.053 utf-8 | 2 | CHF 2=3483.00; 0=0.00; 0=0.00 | 2017-03-22 2187.00 302388292000011111111111111 | 2017-03-22 1296.00 302388292000022222222222222 | ready',
  // NbOfTxs 2 but three details, in CHF of an entry in SEK: the entry stays one record.
  'camt054/genkgo_camt054.v4.xml':
    'camt.054 ascii | 1 | SEK 0=0.00; 1=200000.00; 0=0.00 | 2007-10-18 -200000.00 ACSR160617103200001 | 2007-10-18 -200000.00 ACSR160617103200001 | rejected',
  'camt054/moov_postfinance_camt054_batch.xml':
    'camt.054 utf-8 | 6 | CHF 6=1500.00; 0=0.00; 0=0.00 | 2020-06-17 400.00 0000000000000001 | 2020-06-17 100.00 0000000000000006 | ready',
  'camt054/moov_postfinance_camt054_debit.xml':
    'camt.054 ascii | 1 | CHF 0=0.00; 1=913.00; 0=0.00 | 2019-04-25 -913.00 074820002ZU1EQ0K | 2019-04-25 -913.00 074820002ZU1EQ0K | ready',
  'camt054/oca_camt054.xml':
    'camt.054 ascii | 1 | EUR 1=5.00; 0=0.00; 0=0.00 | 2022-01-26 5.00 98888208N8 | 2022-01-26 5.00 98888208N8 | ready',
  // Two files in one zip; 15568.27 - 754.25 - 594.05 + 1405.31 is not 15121.12, in either.
  'camt053/oca_camt053_two_files.zip':
    'camt.053 ascii | 6 | EUR 2=2810.62; 4=2696.60; 0=0.00 | 2014-02-05 -754.25 435005714488-ABNO33052620 | 2014-03-05 1405.31 115 | rejected',
  'ofx/actual_multi_decimal.ofx':
    'ofx ascii | 2 | USD 0=0.00; 2=33.77; 0=0.00 | 2019-01-23T20:00:00+08:00 -30.00 00092990122-30.00019012312798.01 | 2019-01-23T20:00:00+08:00 -3.77 00092990121-3.77019012312828.01 | ready',
  'ofx/asgrim_multiple_accounts_xml.ofx':
    'ofx ascii | 3 | GBP 2=518.70; 1=3.98; 0=0.00 | 2014-07-17 -3.98 +201407170000001 | 2014-07-01 18.70 +201405010000001 | ready',
  'ofx/asgrim_oneline.ofx':
    'ofx ascii | 8 | EUR 1=200.00; 7=2177.10; 0=0.00 | 2016-07-19 -1.55 PU3YMMLLQ9 | 2016-02-16 -111.00 PU3Y36LC4I | ready',
  'ofx/asgrim_xml.ofx':
    'ofx ascii | 3 | USD 2=350.00; 1=100.00; 0=0.00 | 2007-03-15 200.00 980315001 | 2007-07-09 -100.00 980309001 | ready',
  // CORRECTFITID is told.
  'ofx/autosync_accented_latin1.ofx':
    'ofx windows-1252 | 1 | USD 0=0.00; 1=58.73; 0=0.00 | 2014-09-21T01:00:00+08:00 -58.73 201409206 | 2014-09-21T01:00:00+08:00 -58.73 201409206 | ready_with_warnings',
  'ofx/beangulp_download.ofx':
    'ofx ascii | 12 | USD 0=0.00; 12=352.82; 0=0.00 | 2013-12-01 -9.99 320133350353869664 | 2013-12-16 -7.00 320133500088330907 | ready',
  'ofx/oca_test_ofx.ofx':
    'ofx ascii | 4 | USD 0=0.00; 4=360.00; 0=0.00 | 2013-08-24T16:00:00+08:00 -80.00 219378 | 2013-08-24T16:00:00+08:00 -90.00 219381 | ready',
  'ofx/ofxparse_bank_medium.ofx':
    'ofx ascii | 3 | CAD 0=0.00; 3=345.27; 0=0.00 | 2009-04-02T01:20:17+08:00 -6.60 0000123456782009040100001 | 2009-04-04T01:20:17+08:00 -22.00 0000123456782009040300005 | ready',
  // Noon without an offset is GMT.
  'ofx/ofxparse_checking.ofx':
    'ofx ascii | 3 | USD 1=0.01; 2=59.51; 0=0.00 | 2011-03-31T20:00:00+08:00 0.01 0000486 | 2011-04-07T20:00:00+08:00 -25.00 0000488 | ready',
  'ofx/ofxparse_decimal_error.ofx': 'ofx ascii | 1 |  | null | null | rejected',
  'ofx/ofxparse_suncorp.ofx':
    'ofx ascii | 1 | AUD 0=0.00; 1=16.85; 0=0.00 | 2013-12-15 -16.85 1 | 2013-12-15 -16.85 1 | ready',
  'ofx/ofxtools_br_nubank_cc.ofx':
    'ofx ascii | 6 | BRL 0=0.00; 6=1280.91; 0=0.00 | 2024-03-23 -13.00 11111111-UUID-4747-8883-111111111111 | 2024-03-22 -959.00 11111111-UUID-427c-8fc0-111111111111 | ready',
  'ofx/ofxtools_stmtrs_euro.ofx':
    'ofx ascii | 2 | USD 0=0.00; 2=500.00; 0=0.00 | 2005-10-04 -200.00 00002 | 2005-10-20 -300.00 00003 | ready',
  'ofx/bsp_sample.qfx':
    'ofx ascii | 1 | USD 0=0.00; 1=15.00; 0=0.00 | 2026-03-22 -15.00 QFX-1 | 2026-03-22 -15.00 QFX-1 | ready',
  'qif/actual_categories.qif':
    'qif ascii | 3 |  0=0.00; 3=161.33; 0=0.00 | 2018-12-19 -100.58 null | 2018-12-19 -40.60 null | ready',
  'qif/oca_mdy.qif':
    'qif ascii | 5 |  0=0.00; 5=1896.09; 0=0.00 | 2013-08-12 -1000.00 null | 2013-03-03 -421.35 null | ready',
  // Two records of an investment account are told, not read.
  'qif/qifparse_file.qif':
    'qif ascii | 3 |  1=31.00; 2=54.50; 0=0.00 | 2013-10-23 -6.50 null | 2013-10-11 -48.00 null | ready_with_warnings',
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
