import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { CHANNEL_SAMPLES } from '../../testkit/channel_samples.ts'
import { SAVED_AGAIN_SAMPLES } from '../../testkit/saved_again_samples.ts'
import { SHEET_SAMPLES } from '../../testkit/sheet_samples.ts'
import { Failure } from '../kernel/failure.ts'
import { FORMATS } from './formats/index.ts'
import { inspectStatement } from './inspect.ts'
import { openStatement } from './read.ts'
import type { Line, StatementOptions } from './statement.ts'

/**
 * One suite over all formats: every sample of testkit/samples against what a person reads from it, and what must hold for
 * each whatever happens to its bytes.
 */

const SAMPLES = fileURLToPath(new URL('../../testkit/samples/', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'fzpay-formats-'))
after(() => rmSync(scratch, { recursive: true }))

/**
 * What is read from a sample: `money` is "CURRENCY in-count in-amount | out-count out-amount | neutral-count neutral-amount",
 * `ends` the first and last record, `told` the codes of all problems with the records they are about.
 */
type Expected = {
  readonly as: string
  readonly records: number
  readonly money?: string
  readonly ends?: readonly [first: string, last: string]
  readonly verdict: 'ready' | 'ready_with_warnings' | 'rejected'
  readonly told?: readonly string[]
  readonly failed?: readonly string[]
}

const NUMBER = (n: number) => `42000000012026112000000000${String(n).padStart(2, '0')}`
const TRADE = (n: number) => `20261120220014000000000000${String(n).padStart(2, '0')}`
const at = (time: string) => `2026-11-20T${time}+08:00`

const ALIPAY_DAY = {
  records: 4,
  money: 'CNY 2 112.50 | 2 100.00 | 0 0.00',
  ends: [`${at('08:00:12')} 12.50 ${TRADE(1)}`, `${at('23:59:59')} -60.00 ${TRADE(2)}`],
} as const

const EXPECTED: Readonly<Record<string, Expected>> = {
  ...CHANNEL_SAMPLES,
  ...SHEET_SAMPLES,
  ...SAVED_AGAIN_SAMPLES,
  'wechat-coupon-partial-refunds-bom-crlf.csv': {
    as: 'wechat-trade utf-8-bom none ,',
    records: 6,
    money: 'CNY 3 1234680.39 | 3 112.50 | 0 0.00',
    ends: [`${at('08:00:07')} 12.50 ${NUMBER(1)}`, `${at('23:59:59')} -12.50 ${NUMBER(1)}`],
    verdict: 'ready',
  },
  'wechat-2014-fullwidth-colons-no-final-newline.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 2,
    money: 'CNY 2 0.02 | 0 0.00 | 0 0.00',
    ends: [`${at('16:33:45')} 0.01 ${NUMBER(1)}`, `${at('16:46:14')} 0.01 ${NUMBER(2)}`],
    verdict: 'ready',
  },
  'wechat-2016-two-blanks-in-time.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 1,
    money: 'CNY 1 3.00 | 0 0.00 | 0 0.00',
    ends: [`${at('02:18:18')} 3.00 ${NUMBER(1)}`, `${at('02:18:18')} 3.00 ${NUMBER(1)}`],
    verdict: 'ready',
  },
  'wechat-2015-fee-below-one-fen.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 3,
    money: 'CNY 3 6.00 | 0 0.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['1 fee_below_minor_unit'],
  },
  'wechat-success-20-columns-seven-totals.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 2,
    money: 'CNY 2 3.05 | 0 0.00 | 0 0.00',
    verdict: 'ready',
  },
  'wechat-success-20-columns-four-totals.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 2,
    money: 'CNY 2 3.05 | 0 0.00 | 0 0.00',
    verdict: 'ready',
  },
  'wechat-refund-29-columns-own-times.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 2,
    money: 'CNY 0 0.00 | 2 12.00 | 0 0.00',
    ends: [`${at('12:00:09')} -5.00 ${NUMBER(1)}`, `${at('13:00:00')} -7.00 ${NUMBER(2)}`],
    verdict: 'ready',
  },
  'wechat-2018-refund-26-columns.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 1,
    money: 'CNY 0 0.00 | 1 5.00 | 0 0.00',
    ends: [`${at('12:00:09')} -5.00 ${NUMBER(1)}`, `${at('12:00:09')} -5.00 ${NUMBER(1)}`],
    verdict: 'ready',
  },
  'wechat-columns-in-another-order.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 2,
    money: 'CNY 1 8.00 | 1 3.00 | 0 0.00',
    verdict: 'ready',
  },
  'wechat-revoked.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 2,
    money: 'CNY 1 8.00 | 1 6.00 | 0 0.00',
    verdict: 'ready',
  },
  'wechat-refund-states.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 5,
    money: 'CNY 0 0.00 | 2 3.00 | 2 12.00',
    verdict: 'ready_with_warnings',
    told: ['5 status_unknown'],
    failed: ['退款总金额 31.00 15.00', '申请退款总金额 31.00 15.00'],
  },
  'wechat-ids-in-scientific-notation.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 4,
    money: 'CNY 1 8.00 | 0 0.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['1 id_digits_lost', '2 id_digits_lost', '3 id_digits_lost'],
    failed: ['应结订单总金额 11.00 8.00', '退款总金额 4.00 0.00', '订单总金额 11.00 8.00', '申请退款总金额 4.00 0.00'],
  },
  'wechat-comma-in-name.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 3,
    money: 'CNY 2 5.00 | 0 0.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['2 field_count'],
    failed: ['应结订单总金额 7.00 5.00', '订单总金额 7.00 5.00'],
  },
  'wechat-newline-in-name.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 3,
    money: 'CNY 2 5.00 | 0 0.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['2 field_count'],
    failed: ['应结订单总金额 7.00 5.00', '订单总金额 7.00 5.00'],
  },
  'wechat-escaped-comma-quotes-backticks.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 3,
    money: 'CNY 3 7.00 | 0 0.00 | 0 0.00',
    verdict: 'ready',
  },
  'wechat-totals-do-not-match.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 1,
    money: 'CNY 1 1.00 | 0 0.00 | 0 0.00',
    verdict: 'rejected',
    failed: ['应结订单总金额 1.01 1.00'],
  },
  'wechat-count-does-not-match.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 1,
    money: 'CNY 1 1.00 | 0 0.00 | 0 0.00',
    verdict: 'rejected',
    failed: ['总交易单数 2 1'],
  },
  'wechat-totals-missing.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 1,
    money: 'CNY 1 1.00 | 0 0.00 | 0 0.00',
    verdict: 'rejected',
    told: ['totals_missing'],
  },
  'wechat-first-total-without-backtick.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 1,
    money: 'CNY 1 1.00 | 0 0.00 | 0 0.00',
    verdict: 'ready',
  },
  'wechat-two-header-lines.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 2,
    money: 'CNY 2 3.00 | 0 0.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['header_repeated'],
  },
  'wechat-two-bills-in-one.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 1,
    money: 'CNY 1 1.00 | 0 0.00 | 0 0.00',
    verdict: 'rejected',
    told: ['content_after_totals'],
  },
  'wechat-bad-amounts.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 11,
    money: 'CNY 1 1.00 | 0 0.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: [
      '2 amount_unreadable',
      '3 amount_unreadable',
      '4 amount_unreadable',
      '5 amount_sign',
      '6 amount_unreadable',
      '7 amount_unreadable',
      '8 amounts_disagree',
      '9 time_unreadable',
      '10 kind_unknown',
      '11 currency_unreadable',
    ],
  },
  'wechat-odd-but-readable-amounts.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 4,
    money: 'CNY 4 32.34 | 0 0.00 | 0 0.00',
    verdict: 'ready',
  },
  'wechat-yen-without-decimals.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 1,
    money: 'JPY 1 1200 | 0 0 | 0 0',
    verdict: 'ready',
  },
  'wechat-no-rows.csv': { as: 'wechat-trade utf-8 none ,', records: 0, verdict: 'ready' },
  'wechat-service-provider-sub-merchants.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 2,
    money: 'CNY 2 3.00 | 0 0.00 | 0 0.00',
    verdict: 'ready',
  },
  'wechat-column-added.csv': {
    as: 'wechat-trade utf-8 none ,',
    records: 1,
    money: 'CNY 1 1.00 | 0 0.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['column_unknown'],
  },
  'alipay-day-gbk.csv': { as: 'alipay-trade gb18030 none ,', ...ALIPAY_DAY, verdict: 'ready' },
  'alipay-day-utf8-crlf.csv': { as: 'alipay-trade utf-8 none ,', ...ALIPAY_DAY, verdict: 'ready' },
  'alipay-gzip.csv.gz': { as: 'alipay-trade gb18030 gzip ,', ...ALIPAY_DAY, verdict: 'ready' },
  'alipay-zip-gbk-names-with-summary.zip': { as: 'alipay-trade gb18030 zip ,', ...ALIPAY_DAY, verdict: 'ready' },
  'alipay-zip-summary-does-not-match.zip': {
    as: 'alipay-trade gb18030 zip ,',
    ...ALIPAY_DAY,
    verdict: 'rejected',
    failed: ['汇总 订单金额 12.51 12.50'],
  },
  'alipay-zip-dummy-summary.zip': {
    as: 'alipay-trade utf-8 zip ,',
    ...ALIPAY_DAY,
    verdict: 'ready_with_warnings',
    told: ['entry_ignored'],
  },
  'alipay-saved-again-by-a-spreadsheet.csv': { as: 'alipay-trade gb18030 none ,', ...ALIPAY_DAY, verdict: 'ready' },
  'alipay-totals-do-not-match.csv': {
    as: 'alipay-trade gb18030 none ,',
    ...ALIPAY_DAY,
    verdict: 'rejected',
    failed: ['交易合计 商家实收 107.51 107.50'],
  },
  'alipay-end-marker-missing.csv': {
    as: 'alipay-trade gb18030 none ,',
    ...ALIPAY_DAY,
    verdict: 'rejected',
    told: ['footer_missing'],
  },
  'alipay-13-columns-without-totals.csv': {
    as: 'alipay-trade gb18030 none ,',
    records: 2,
    money: 'CNY 1 12.50 | 1 9.90 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['totals_missing'],
  },
  'alipay-positive-refund-counted-as-payment.csv': {
    as: 'alipay-trade gb18030 none ,',
    records: 2,
    money: 'CNY 1 12.50 | 1 0.02 | 0 0.00',
    verdict: 'rejected',
    told: ['2 refund_positive', 'totals_missing'],
    failed: ['交易合计 笔数 2 1', '交易合计 商家实收 12.52 12.50'],
  },
  'alipay-no-rows.csv': { as: 'alipay-trade gb18030 none ,', records: 0, verdict: 'ready' },
  'alipay-unknown-kind.csv': {
    as: 'alipay-trade gb18030 none ,',
    records: 2,
    money: 'CNY 1 12.50 | 1 3.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['kind_unknown'],
  },
  'alipay-comma-in-name.csv': {
    as: 'alipay-trade gb18030 none ,',
    records: 2,
    money: 'CNY 1 12.50 | 0 0.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['2 field_count'],
    failed: ['交易合计 笔数 2 1', '交易合计 商家实收 17.50 12.50'],
  },
  'alipay-cut-character.csv': {
    as: 'alipay-trade gb18030 none ,',
    records: 2,
    money: 'CNY 1 12.50 | 0 0.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['2 bytes_undecodable'],
    failed: ['交易合计 笔数 2 1', '交易合计 商家实收 107.50 12.50', '交易合计 商家优惠 5.00 0.00'],
  },
  'csv-payments-file-names.csv': {
    as: 'csv ascii none ,',
    records: 3,
    money: 'CNY 1 100.00 | 1 40.00 | 1 7.00',
    ends: [`${at('08:00:00')} 100.00 T1`, `${at('10:30:00')} 7.00 T3`],
    verdict: 'ready',
  },
  'csv-quoted-newlines-and-quotes.csv': {
    as: 'csv utf-8 none ,',
    records: 3,
    money: 'CNY 2 1269.56 | 1 35.00 | 0 0.00',
    verdict: 'ready',
  },
  'csv-quote-never-closed.csv': {
    as: 'csv utf-8 none ,',
    records: 3,
    money: 'CNY 2 5.00 | 0 0.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['direction_assumed', '2 quote_unclosed'],
  },
  'csv-semicolon-decimal-comma-balance.csv': {
    as: 'csv gb18030 none ;',
    records: 3,
    money: ' 2 1269.56 | 1 35.00 | 0 0.00',
    ends: ['2026-11-20 35.00 T0001', '2026-11-21 1234.56 T0003'],
    verdict: 'ready',
  },
  'csv-balance-newest-first.csv': {
    as: 'csv utf-8 none ,',
    records: 3,
    money: ' 2 35.00 | 1 5.00 | 0 0.00',
    verdict: 'ready',
  },
  'csv-balance-broken.csv': {
    as: 'csv utf-8 none ,',
    records: 12,
    money: ' 12 12.00 | 0 0.00 | 0 0.00',
    verdict: 'rejected',
    told: ['12 balance_broken'],
    failed: ['余额（期末） 113.00 112.00'],
  },
  'csv-debit-is-money-in-by-balance.csv': {
    as: 'csv ascii none ,',
    records: 3,
    money: ' 2 21.00 | 1 15.00 | 0 0.00',
    verdict: 'ready',
  },
  'csv-bank-side-words.csv': {
    as: 'csv utf-8 none ,',
    records: 2,
    money: 'CNY 1 100.00 | 1 40.00 | 0 0.00',
    verdict: 'ready',
  },
  'csv-neutral-direction.csv': {
    as: 'csv utf-8 none ,',
    records: 3,
    money: 'CNY 1 100.00 | 1 40.00 | 1 500.00',
    verdict: 'ready',
  },
  'csv-cr-dr-suffix.tsv': {
    as: 'csv ascii none \t',
    records: 2,
    money: ' 1 1234.56 | 1 35.00 | 0 0.00',
    verdict: 'ready',
  },
  'csv-brackets-and-month-first.csv': {
    as: 'csv utf-8-bom none ,',
    records: 2,
    money: ' 1 1234.56 | 1 35.00 | 0 0.00',
    ends: ['2026-11-20 1234.56 T0001', '2026-11-21 -35.00 T0002'],
    verdict: 'ready',
  },
  'csv-trailing-minus-month-names.csv': {
    as: 'csv ascii none ;',
    records: 2,
    money: ' 1 1234.56 | 1 35.00 | 0 0.00',
    ends: ['2026-11-20 1234.56 T0001', '2026-11-21 -35.00 T0002'],
    verdict: 'ready',
  },
  'csv-date-order-by-numbers.csv': {
    as: 'csv ascii none ,',
    records: 2,
    money: ' 1 10.00 | 1 3.00 | 0 0.00',
    ends: ['2026-04-03 10.00 2026040300000001', '2026-06-05 -3.00 2026060500000002'],
    verdict: 'ready',
  },
  'csv-fen-caret-compact-times.txt': {
    as: 'csv gb18030 none ^',
    records: 2,
    money: 'CNY 1 35.00 | 1 0.37 | 0 0.00',
    ends: [`${at('08:05:09')} 35.00 T0001`, `${at('23:59:59')} -0.37 T0002`],
    verdict: 'ready',
  },
  'csv-cr-only-line-ends.csv': {
    as: 'csv ascii none ,',
    records: 2,
    money: ' 1 35.00 | 1 35.00 | 0 0.00',
    verdict: 'ready',
  },
  'csv-utf16-tabs.txt': {
    as: 'csv utf-16le none \t',
    records: 2,
    money: ' 1 35.00 | 1 35.00 | 0 0.00',
    ends: [`${at('08:05:09')} 35.00 T0001`, `${at('23:59:59')} -35.00 T0002`],
    verdict: 'ready',
  },
  'csv-big5-roc-years.csv': {
    as: 'csv big5 none ,',
    records: 2,
    money: ' 1 35.00 | 1 35.00 | 0 0.00',
    ends: ['2026-11-20 35.00 T0001', '2026-11-21 -35.00 T0002'],
    verdict: 'ready',
  },
  'csv-windows-1252-french.csv': {
    as: 'csv windows-1252 none ;',
    records: 2,
    money: 'EUR 1 3500.00 | 1 1234.56 | 0 0.00',
    verdict: 'ready',
  },
  'csv-spreadsheet-text-cells.csv': {
    as: 'csv utf-8 none ,',
    records: 3,
    money: ' 2 36.00 | 1 35.00 | 0 0.00',
    ends: ['2026-11-20 35.00 000123', '2026-11-21 1.00 000125'],
    verdict: 'ready',
  },
  'csv-spreadsheet-day-numbers.csv': {
    as: 'csv utf-8 none ,',
    records: 2,
    money: ' 1 35.00 | 1 35.00 | 0 0.00',
    ends: [`${at('08:05:09')} 35.00 T0001`, '2026-11-21T00:00:00+08:00 -35.00 T0002'],
    verdict: 'ready',
  },
  'csv-fullwidth-digits.csv': {
    as: 'csv gb18030 none ,',
    records: 2,
    money: ' 1 1234.56 | 1 35.00 | 0 0.00',
    ends: ['2026-11-20 1234.56 20260001', '2026-11-21 -35.00 20260002'],
    verdict: 'ready',
  },
  'csv-total-row-and-blank-rows.csv': {
    as: 'csv utf-8 none ,',
    records: 2,
    money: 'CNY 1 100.00 | 1 40.00 | 0 0.00',
    verdict: 'ready',
  },
  'csv-total-row-does-not-match.csv': {
    as: 'csv utf-8 none ,',
    records: 2,
    money: ' 1 100.00 | 1 40.00 | 0 0.00',
    verdict: 'rejected',
    failed: ['合计 金额 61.00 60.00'],
  },
  'csv-bad-rows.csv': {
    as: 'csv utf-8 none ,',
    records: 11,
    money: ' 3 6.00 | 0 0.00 | 1 2.00',
    verdict: 'ready_with_warnings',
    told: [
      '2 amount_unreadable',
      '3 amount_unreadable',
      '4 time_unreadable',
      '5 id_digits_lost',
      '6 field_count',
      '7 status_unknown',
      '9 field_count',
    ],
  },
  'csv-both-in-and-out.csv': {
    as: 'csv utf-8 none ,',
    records: 4,
    money: ' 1 1.00 | 1 5.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['2 two_amounts', '3 amount_unreadable'],
  },
  'csv-no-direction-all-positive.csv': {
    as: 'csv ascii none ,',
    records: 2,
    money: ' 2 13.00 | 0 0.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['direction_assumed'],
  },
  'csv-refund-kind-unsigned.csv': {
    as: 'csv utf-8 none ,',
    records: 2,
    money: 'CNY 1 10.00 | 1 4.00 | 0 0.00',
    verdict: 'ready',
  },
  'csv-two-currencies.csv': {
    as: 'csv ascii none ,',
    records: 4,
    verdict: 'ready_with_warnings',
    told: ['4 amount_unreadable'],
    money: 'USD 1 10.00 | 0 0.00 | 0 0.00 ; JPY 0 0 | 1 1200 | 0 0 ; KWD 1 1.234 | 0 0.000 | 0 0.000',
  },
  'csv-no-header-x01.txt': {
    as: 'csv utf-8 none \x01',
    records: 2,
    money: 'CNY 1 35.00 | 1 35.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['header_missing'],
  },
  'csv-time-zone-column.csv': {
    as: 'csv ascii none ,',
    records: 3,
    money: ' 1 10.00 | 1 3.00 | 0 0.00',
    ends: ['2026-11-21T00:00:00+08:00 10.00 T1', `${at('15:00:00')} -3.00 T2`],
    verdict: 'ready_with_warnings',
    told: ['3 zone_unknown'],
  },
  'mt940-pages-reversals-wrapped-tags-crlf.sta': {
    as: 'mt940 ascii none null',
    records: 5,
    money: 'CNY 3 1236.00 | 2 35.50 | 0 0.00',
    ends: ['2026-11-20 35.00 BOC2026112000001', '2026-11-21 0.50 BOC2026112000005'],
    verdict: 'ready',
  },
  'mt940-windows-1252-thirtieth-of-february.sta': {
    as: 'mt940 windows-1252 none null',
    records: 2,
    money: 'EUR 1 100.00 | 1 20.00 | 0 0.00',
    ends: ['2026-11-19 -20.00 null', '2027-03-01 100.00 E1'],
    verdict: 'ready_with_warnings',
    told: ['2 date_mended'],
  },
  'mt942-floor-limit-totals.sta': {
    as: 'mt942 ascii none null',
    records: 2,
    money: 'EUR 1 9792.00 | 1 600.00 | 0 0.00',
    ends: ['2026-11-20 9792.00 B1', '2026-11-20 -600.00 REF2'],
    verdict: 'ready_with_warnings',
    told: ['floor_limit'],
  },
  'bai2-two-currencies-continuations.bai2': {
    as: 'bai2 ascii none ,',
    records: 4,
    money: 'USD 2 600.00 | 1 2.00 | 0 0.00 ; JPY 1 5000 | 0 0 | 0 0',
    ends: ['2026-11-20 450.00 BK1', '2026-11-20 5000 BK4'],
    verdict: 'ready',
  },
  // Asked about: nothing is read before a person has answered.
  'csv-sign-against-direction.csv': { as: 'csv utf-8 none ,', records: 0, verdict: 'rejected', told: ['sign_unsure'] },
  'csv-date-order-unsure.csv': { as: 'csv ascii none ,', records: 0, verdict: 'rejected', told: ['date_order_unsure'] },
  'csv-date-order-contradicted-later.csv': {
    as: 'csv ascii none ,',
    records: 0,
    verdict: 'rejected',
    told: ['date_order_mixed'],
  },
  'csv-amount-column-unsure.csv': {
    as: 'csv ascii none ,',
    records: 0,
    verdict: 'rejected',
    told: ['amount_column_unsure'],
  },
  'camt053-v08-batch-two-statements.xml': {
    as: 'camt.053 utf-8 none null',
    records: 5,
    money: 'CNY 3 500.00 | 1 60.00 | 0 0.00 ; USD 1 15.00 | 0 0.00 | 0 0.00',
    ends: ['2026-11-20T10:15:00+08:00 300.00 BK0001', '2026-11-20 15.00 BK0004'],
    verdict: 'ready',
  },
  'ofx-sgml-open-tags-two-accounts.ofx': {
    as: 'ofx utf-8 none null',
    records: 4,
    money: 'CNY 2 300.05 | 1 12.50 | 0 0.00 ; USD 0 0.00 | 1 9.90 | 0 0.00',
    ends: ['2026-11-20 -12.50 F1', '2026-11-20 -9.90 C1'],
    verdict: 'ready',
  },
  'ofx-windows-1252.qfx': {
    as: 'ofx windows-1252 none null',
    records: 1,
    money: 'CAD 0 0.00 | 1 58.73 | 0 0.00',
    verdict: 'ready',
  },
  'qif-splits-month-first-two-accounts.qif': {
    as: 'qif ascii none null',
    records: 4,
    money: ' 2 31.05 | 2 1048.00 | 0 0.00',
    ends: ['2026-11-20 -1000.00 1025', '2026-11-05 0.05 null'],
    verdict: 'ready',
  },
  'qif-date-order-unsure.qif': {
    as: 'qif ascii none null',
    records: 0,
    verdict: 'rejected',
    told: ['date_order_unsure'],
  },
}

/** Files that are refused as a whole, with the column they are refused for. */
const REFUSED: Readonly<Record<string, readonly [code: string, column: string, nearest: string]>> = {
  'wechat-column-renamed.csv': ['column_missing', '微信订单号', '微信支付订单号'],
  'wechat-column-missing.csv': ['column_missing', '交易状态', '交易时间'],
  'alipay-column-missing.csv': ['column_missing', '完成时间', '完结时间'],
}

const ALL = readdirSync(SAMPLES)
  .filter(name => !name.endsWith('.ts'))
  .sort()

describe('every sample is read as a person reads it', () => {
  test('each sample has an expectation and each expectation a sample', () => {
    assert.deepEqual(ALL, [...Object.keys(EXPECTED), ...Object.keys(REFUSED)].sort())
  })

  for (const [name, expected] of Object.entries(EXPECTED))
    test(name, async () => {
      const document = await inspectStatement(SAMPLES + name)
      assert.equal(`${document.format} ${document.encoding} ${document.container} ${document.delimiter}`, expected.as)
      assert.equal(document.records, expected.records)
      const money = Object.entries(document.by_currency).map(([currency, { credits, debits, neutral }]) =>
        [
          `${currency} ${credits.count} ${credits.amount}`,
          `${debits.count} ${debits.amount}`,
          `${neutral.count} ${neutral.amount}`,
        ].join(' | '),
      )
      assert.equal(money.join(' ; '), expected.money ?? '')
      if (expected.ends) {
        const ends = [document.first, document.last].map(end => `${end?.at} ${end?.amount} ${end?.id}`)
        assert.deepEqual(ends, expected.ends)
      }
      const told = document.problems
        .filter(problem => problem.code !== 'control_failed')
        .map(problem => (problem.record === null ? problem.code : `${problem.record} ${problem.code}`))
      assert.deepEqual([...new Set(told)], expected.told ?? [])
      const failed = document.controls
        .filter(control => !control.ok)
        .map(control => `${control.name} ${control.stated} ${control.computed}`)
      assert.deepEqual(failed, expected.failed ?? [])
      assert.equal(document.verdict, expected.verdict)
    })

  for (const [name, [code, column, nearest]] of Object.entries(REFUSED))
    test(`${name} is refused`, async () => {
      const failure = await refusalOf(SAMPLES + name)
      assert.equal(failure?.code, code)
      assert.equal(failure?.detail.column, column)
      assert.equal(failure?.detail.nearest, nearest)
      for (const word of [name, column, nearest])
        assert.ok(failure?.zh.includes(word) && failure.en.includes(word), word)
    })
})

describe('what a line says', () => {
  test('WeChat: a payment and its partial refund, each with its own numbers, fee and sign', async () => {
    const [, payment, refund] = await linesOf('wechat-coupon-partial-refunds-bom-crlf.csv')
    assert.deepEqual(payment, {
      record: 2,
      lineNumber: 3,
      kind: 'payment',
      status: 'success',
      orderNo: '',
      tradeNo: NUMBER(2),
      merchantOrderNo: 'A202611200002',
      refundNo: '',
      channelRefundNo: '',
      amount: 10_000,
      currency: 'CNY',
      at: Date.parse('2026-11-20T01:15:03Z'),
      date: null,
      merchant: '1900000109',
      payer: 'oPayer0000000000000000000001',
      fee: 57,
      batchNo: '',
      neutral: false,
    })
    assert.deepEqual(refund, {
      ...payment!,
      record: 3,
      lineNumber: 4,
      kind: 'refund',
      refundNo: 'R2026112000021',
      channelRefundNo: '50300000012026112000000000021',
      amount: -4_000,
      at: Date.parse('2026-11-20T02:00:00Z'),
      fee: -23,
    })
  })

  test('WeChat: a refund in progress is pending, a failed or returned one failed', async () => {
    const lines = await linesOf('wechat-refund-states.csv')
    assert.deepEqual(
      lines.map(line => line.status),
      ['success', 'pending', 'failed', 'failed'],
    )
  })

  test('WeChat: a fee below one fen is no fee of zero', async () => {
    const lines = await linesOf('wechat-2015-fee-below-one-fen.csv')
    assert.deepEqual(
      lines.map(line => line.fee),
      [null, 2, null],
    )
  })

  test('WeChat: the sub-merchant is the merchant, and one backtick is stripped, not two', async () => {
    assert.deepEqual(
      (await linesOf('wechat-service-provider-sub-merchants.csv')).map(line => line.merchant),
      ['1600000001', '1600000002'],
    )
    assert.equal((await linesOf('wechat-escaped-comma-quotes-backticks.csv'))[2]!.merchantOrderNo, '`tick')
  })

  test('Alipay: the fee is what the payment pays and the refund gets back, whatever its sign in the file', async () => {
    const lines = await linesOf('alipay-day-gbk.csv')
    assert.deepEqual(
      lines.map(line => line.fee),
      [8, 57, -23, -34],
    )
    assert.deepEqual(
      lines.map(line => line.refundNo),
      ['', '', 'R1', 'R2'],
    )
    assert.deepEqual(new Set(lines.map(line => line.merchant)), new Set(['2088000000000001']))
    assert.equal(lines[0]!.payer, '*试(138****0000)')
  })

  test('Alipay: the file says which days it covers', async () => {
    const statement = await openStatement(`${SAMPLES}alipay-day-gbk.csv`)
    assert.deepEqual(statement.head.period, { from: '2026-11-20', to: '2026-11-20' })
    await statement.close()
  })

  test('a table with the names of the payments file: kind gives the sign, an empty fee is no fee', async () => {
    const [first, second, third] = await linesOf('csv-payments-file-names.csv')
    assert.deepEqual([first!.amount, second!.amount, third!.amount], [10_000, -4_000, 700])
    assert.deepEqual([first!.fee, second!.fee, third!.fee], [60, null, 0])
    assert.deepEqual([first!.orderNo, first!.merchant, first!.payer, first!.batchNo], ['O1', 'MCH1', 'PAYER1', 'B1'])
    assert.equal(second!.at, Date.parse('2026-11-20T02:00:00Z'))
    assert.equal(second!.refundNo, 'R1')
    assert.equal(third!.status, 'failed')
  })

  test('a quoted newline makes one record of two lines, and line numbers go on from there', async () => {
    assert.deepEqual(
      (await linesOf('csv-quoted-newlines-and-quotes.csv')).map(line => [line.record, line.lineNumber]),
      [
        [1, 2],
        [2, 4],
        [3, 5],
      ],
    )
  })

  test('a rejected record keeps its number, is told once, and the next one follows', async () => {
    const statement = await openStatement(`${SAMPLES}wechat-comma-in-name.csv`)
    const records: number[] = []
    const told: (number | null)[] = []
    for await (const batch of statement.records()) {
      records.push(...batch.map(line => line.record))
      told.push(...statement.rejected().map(problem => problem.record))
    }
    told.push(...statement.rejected().map(problem => problem.record))
    assert.deepEqual(records, [1, 3])
    assert.deepEqual(told, [2])
    assert.equal(statement.end().rejected, 1)
  })
})

describe('what must hold for every format', () => {
  const readable = Object.keys(EXPECTED)

  test('the size of the pieces does not matter', async () => {
    for (const name of readable) {
      const whole = await outcomeOf(SAMPLES + name)
      for (const pieceBytes of [1, 2, 3, 7, 64, 1000])
        assert.deepEqual(
          await outcomeOf(SAMPLES + name, { limits: { pieceBytes } }),
          whole,
          `${name} in pieces of ${pieceBytes}`,
        )
    }
  })

  test('records and sums are one: what the lines add up to is what the end says', async () => {
    for (const name of readable.filter(each => EXPECTED[each]!.records > 0)) {
      const statement = await openStatement(SAMPLES + name)
      const lines: Line[] = []
      for await (const batch of statement.records()) lines.push(...batch)
      const end = statement.end()
      assert.equal(lines.length + end.rejected, end.records, name)
      for (const [currency, sums] of end.byCurrency) {
        const moved = lines.filter(line => line.currency === currency)
        const net = moved
          .filter(line => !line.neutral && line.status !== 'failed')
          .reduce((sum, line) => sum + line.amount, 0)
        assert.equal(sums.credits.amount - sums.debits.amount, BigInt(net), name)
        assert.equal(sums.credits.count + sums.debits.count + sums.neutral.count, moved.length, name)
      }
      assert.deepEqual(end.first, lines[0] ?? null, name)
      assert.deepEqual(end.last, lines[lines.length - 1] ?? null, name)
      if (end.rejected > 0 || end.controls.some(control => !control.ok)) assert.notEqual(end.verdict, 'ready', name)
    }
  })

  test('the order of the rows does not change the sums', async () => {
    const lines = readFileSync(`${SAMPLES}wechat-coupon-partial-refunds-bom-crlf.csv`, 'utf8').split('\r\n')
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }), async order => {
        const path = scratchFile([lines[0], ...order.map(row => lines[row]), ...lines.slice(7)].join('\r\n'))
        const document = await inspectStatement(path)
        assert.equal(document.verdict, 'ready')
        assert.deepEqual(
          [document.credits, document.debits],
          [
            { count: 3, amount: '1234680.39' },
            { count: 3, amount: '112.50' },
          ],
        )
      }),
      { numRuns: 30 },
    )
  })

  test('a file cut off anywhere is refused or not ready, or it is a legal shorter file', async () => {
    // Where these names are cut, the rest still says all that the whole said, or (generic text) is a whole file itself.
    for (const name of [
      'wechat-coupon-partial-refunds-bom-crlf.csv',
      'alipay-day-gbk.csv',
      'alipay-zip-gbk-names-with-summary.zip',
      'alipay-gzip.csv.gz',
      'mt940-pages-reversals-wrapped-tags-crlf.sta',
      'bai2-two-currencies-continuations.bai2',
      'wechat-funds-day.csv',
      'wechat-personal-preamble-quotes-tabs.csv',
      'alipay-account-zip-newest-first-unsigned.zip',
      'alipay-personal-web-refund-without-direction.csv',
      'alipay-personal-2023-closed-and-held.csv',
      'unionpay-zip-zm-refund-with-report.zip',
      'unionpay-filecontent-base64.txt',
      'unionpay-web-refund.tsv',
      'adyen-batch-two-currencies-with-payout.csv',
      'paypal-stl-yen-in-hundredths-all-footers.csv',
    ]) {
      const bytes = readFileSync(SAMPLES + name)
      const whole = await outcomeOf(SAMPLES + name)
      const step = process.env.FZPAY_FUZZ === 'all' ? 1 : 11
      for (let length = bytes.length - 1; length > 0; length -= length > bytes.length - 60 ? 1 : step) {
        const outcome = await outcomeOf(scratchFile(bytes.subarray(0, length)))
        if (outcome.verdict === 'ready') assert.deepEqual(outcome.sums, whole.sums, `${name} cut to ${length} bytes`)
      }
    }
  })

  test('changed bytes and random bytes never crash: a result or a refusal', async () => {
    const pick = fc.constantFrom(...ALL).map(name => readFileSync(SAMPLES + name))
    const damage = fc
      .tuple(pick, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 }))
      .map(([bytes, changes]) => {
        const changed = Buffer.from(bytes)
        for (const [where, value] of changes) changed[where % changed.length] = value
        return changed
      })
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          { weight: 5, arbitrary: damage },
          { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }).map(bytes => Buffer.from(bytes)) },
        ),
        async bytes => {
          await outcomeOf(scratchFile(bytes))
        },
      ),
      { numRuns: Number(process.env.FZPAY_FUZZ_RUNS ?? 1_000) },
    )
  })

  test('a format says nothing about bytes that are not its own', () => {
    for (const format of FORMATS)
      for (const text of ['', '\n\n', 'hello, world\n', '<html></html>', '{"a": 1}']) {
        const probe = { name: 'x', text, bytes: Buffer.from(text), whole: true, options: {} }
        assert.equal(format.recognise(probe), null, `${format.name} claims ${JSON.stringify(text)}`)
      }
  })
})

let files = 0

function scratchFile(content: string | Uint8Array): string {
  const path = join(scratch, `s${files++ % 50}`)
  writeFileSync(path, content)
  return path
}

async function linesOf(name: string): Promise<Line[]> {
  const statement = await openStatement(SAMPLES + name)
  const lines: Line[] = []
  for await (const batch of statement.records()) lines.push(...batch)
  return lines
}

async function refusalOf(path: string): Promise<Failure | null> {
  try {
    await inspectStatement(path)
    return null
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** What came of a file: comparable, whatever it was. Anything but a result or a Failure is a bug and thrown. */
async function outcomeOf(path: string, options: StatementOptions = {}) {
  try {
    const {
      verdict,
      records,
      by_currency: sums,
      first,
      last,
      controls,
      problems,
      encoding,
    } = await inspectStatement(path, options)
    return { verdict, records, sums, first, last, controls, problems, encoding }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    assert.ok(error.zh.length > 0 && error.en.length > 0 && error.code.length > 0)
    return { verdict: 'refused', code: error.code }
  }
}
