/**
 * What a person reads from the samples of testkit/samples/make_saved_again.ts. A bill in another dress says what it said before.
 */
const at = (time: string) => `2026-11-20T${time}+08:00`
const PAID = (n: number) => `42000000012026112000000000${String(n).padStart(2, '0')}`
const TRADE = (n: number) => `20261120220014000000000000${String(n).padStart(2, '0')}`

const WECHAT = {
  records: 6,
  money: 'CNY 3 1234680.39 | 3 112.50 | 0 0.00',
  ends: [`${at('08:00:07')} 12.50 ${PAID(1)}`, `${at('23:59:59')} -12.50 ${PAID(1)}`],
  verdict: 'ready',
} as const
const ALIPAY = {
  records: 4,
  money: 'CNY 2 112.50 | 2 100.00 | 0 0.00',
  ends: [`${at('08:00:12')} 12.50 ${TRADE(1)}`, `${at('23:59:59')} -60.00 ${TRADE(2)}`],
} as const

export const SAVED_AGAIN_SAMPLES = {
  'wechat-quoted-by-a-program.csv': { as: 'wechat-trade utf-8 none ,', ...WECHAT },
  'wechat-quoted-comma-and-newline-in-name.csv': { as: 'wechat-trade utf-8 none ,', ...WECHAT },
  'wechat-unicode-text-with-tabs.txt': { as: 'wechat-trade utf-16le none \t', ...WECHAT },
  'wechat-padded-to-one-width-by-a-spreadsheet.csv': { as: 'wechat-trade gb18030 none ,', ...WECHAT },
  'alipay-quoted-with-semicolons.csv': { as: 'alipay-trade gb18030 none ;', ...ALIPAY, verdict: 'ready' },
  'alipay-zip-with-another-statement.zip': {
    as: 'alipay-trade gb18030 zip ,',
    ...ALIPAY,
    verdict: 'ready_with_warnings',
    told: ['entry_of_another_format'],
  },
  'alipay-account-quoted-by-a-program.csv': {
    as: 'alipay-account utf-8-bom none ,',
    records: 4,
    money: 'CNY 2 50.12 | 2 20.30 | 0 0.00',
    ends: [`${at('08:00:12')} 50.00 ${TRADE(1)}`, `${at('10:00:00')} 0.12 ${TRADE(1)}`],
    verdict: 'ready',
  },
  'wechat-funds-no-rows.csv': { as: 'wechat-funds utf-8 none ,', records: 0, verdict: 'ready' },
  'wechat-funds-zip-of-two-days.zip': {
    as: 'wechat-funds utf-8 zip ,',
    records: 10,
    money: 'CNY 4 40.06 | 6 210.24 | 0 0.00',
    ends: [`${at('08:00:07')} 20.00 ${PAID(1)}`, '2026-11-21T18:00:00+08:00 -100.00 1000000012026112000000000031'],
    verdict: 'ready',
  },
  'alipay-personal-web-closed-and-never-paid.csv': {
    as: 'alipay-personal gb18030 none ,',
    records: 2,
    money: 'CNY 0 0.00 | 1 20.00 | 1 9.00',
    ends: [`${at('10:00:05')} -20.00 2026112000001`, `${at('11:00:00')} -9.00 2026112000002`],
    verdict: 'ready',
  },
  'unionpay-web-totals-in-one-cell.tsv': {
    as: 'unionpay utf-8 none \t',
    records: 2,
    money: 'CNY 1 100.00 | 1 50.00 | 0 0.00',
    verdict: 'ready',
  },
  'alipay-times-as-a-spreadsheet-shows-them.csv': {
    as: 'alipay-trade gb18030 none ,',
    records: 4,
    money: 'CNY 2 112.50 | 2 100.00 | 0 0.00',
    ends: [`${at('08:00:00')} 12.50 ${TRADE(1)}`, `${at('23:59:00')} -60.00 ${TRADE(2)}`],
    verdict: 'ready',
  },
  'wechat-numbers-emptied.csv': {
    as: 'wechat-trade utf-8-bom none ,',
    records: 6,
    money: 'CNY 3 1234680.39 | 3 112.50 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['1 number_missing'],
  },
  'csv-doubled-bars-between-columns.txt': {
    as: 'csv utf-8 none ||',
    records: 2,
    money: ' 1 35.00 | 1 5.00 | 0 0.00',
    ends: ['2026-11-20 35.00 T0001', '2026-11-20 -5.00 T0002'],
    verdict: 'ready',
  },
  'csv-zip-two-layouts.zip': {
    as: 'csv utf-8 zip ,',
    records: 4,
    money: ' 2 42.00 | 2 7.00 | 0 0.00',
    ends: ['2026-11-20 35.00 T0001', '2026-11-21 -2.00 U0002'],
    verdict: 'ready_with_warnings',
    told: ['entries_differ'],
  },
  'csv-whole-amounts-beside-decimal-fees.csv': {
    as: 'csv utf-8 none ,',
    records: 2,
    money: ' 2 39000.00 | 0 0.00 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['amount_unit_assumed'],
  },
  'csv-whole-amounts-filled-with-zeros.txt': {
    as: 'csv utf-8 none |',
    records: 0,
    verdict: 'rejected',
    told: ['amount_unit_unsure'],
  },
  'xlsx-sixteen-digits-are-lost.xlsx': {
    as: 'xlsx utf-8 none null',
    records: 4,
    money: ' 1 35.00 | 1 19.99 | 0 0.00',
    verdict: 'ready_with_warnings',
    told: ['2 id_digits_lost', '3 amount_unreadable'],
  },
} as const
