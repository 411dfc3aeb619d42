import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inspectStatement } from '../inspect.ts'
import type { StatementOptions } from '../statement.ts'
import { accountOf, cardSide, withYear } from '../table/account.ts'

const SAMPLES = fileURLToPath(new URL('../../../testkit/samples/', import.meta.url))
const SHARED = fileURLToPath(new URL('../../../../shared/samples/', import.meta.url))
const skip = existsSync(SHARED) ? false : 'no ../shared/samples beside the repository: the real files are not checked'

describe('what stands above the table', () => {
  test('currency, card, period and count', () => {
    const of = (...lines: string[]) =>
      accountOf(
        lines.map(line => line.split(',')),
        [],
      )
    assert.equal(of('币　　种：,人民币').currency, 'CNY')
    assert.equal(of('卡内账户,003 活期储蓄存款 美元 现汇').currency, 'USD')
    assert.equal(of('币种：人民币', '币种：美元').currency, null)
    assert.equal(of('注意：美元交易另计').currency, null)
    assert.equal(of('某银行信用卡对账单').card, true)
    const { from, to } = of('某某信用卡对账单（个人卡 2024年02月）（补）')
    assert.deepEqual([from, to], [20240201, 20240229])
    assert.equal(of('日期范围,20251201-20251231').to, 20251231)
    assert.equal(of('总笔数：3').count, '3')
    assert.equal(of('收入共3笔').count, null)
  })

  test('a day without a year is the last one the statement can mean', () => {
    const january = accountOf([['对账单 2024年01月']], [])
    assert.equal(withYear('12/29', january), '2023-12-29')
    assert.equal(withYear('01/31', january), '2024-01-31')
    assert.equal(withYear('02/01', january), null)
    assert.equal(withYear('02/30', january), null)
    assert.equal(withYear('12/29', accountOf([], [])), null)
  })

  test('the words of card statements', () => {
    const sides = ['消费 美团', '信用卡还款 转账', '退货 支付宝', '取现', '财付通-美团'].map(cardSide)
    assert.deepEqual(sides, ['out', 'in', 'in', 'out', null])
  })
})

test('a person says which sign is money out on a card', async () => {
  const path = `${SAMPLES}bank-card-sign-unsure.csv`
  const read = async (field: 'amount' | 'amount_out') => {
    const { credits, debits } = await inspectStatement(path, { mapping: { 结算金额: field } })
    return [credits?.amount, debits?.amount]
  }
  assert.deepEqual(await read('amount_out'), ['500.00', '30.00'])
  assert.deepEqual(await read('amount'), ['30.00', '500.00'])
})

/**
 * Real files of others, worked out by hand from the rows: "format encoding | records | credits; debits; neutral | first | last |
 * verdict | codes told". Several were edited by their publishers, so their totals do not hold; what cannot be known is asked.
 */
const REAL: Readonly<Record<string, string>> = {
  'cn-bank/abc_debit.csv':
    'csv utf-8 | 5 |  3=10000.01; 2=12355.89; 0=0.00 | 2024-01-01T12:34:56+08:00 10000.00 null | 2024-01-04 0.00 null | ready_with_warnings | balance_unproven row_short',
  'cn-bank/boc_debit.csv':
    'csv utf-8 | 17 | CNY 4=9821.00; 13=9394.30; 0=0.00 | 2025-08-22T17:57:17+08:00 -71.89 null | 2025-08-01T08:57:00+08:00 1000.00 null | ready | ',
  'cn-bank/bocom_credit.csv':
    'csv utf-8 | 8 | CNY 4=805.27; 4=73.58; 0=0.00 | 2025-01-10 123.18 null | 2025-01-18 -49.85 null | ready | ',
  'cn-bank/ccb_debit.xls':
    'xls utf-16le | 6 | CNY 0=0.00; 6=703.26; 0=0.00 | 2025-01-01T18:53:19+08:00 -67.00 null | 2025-01-06T12:03:39+08:00 -66.40 null | ready_with_warnings | balance_unproven',
  'cn-bank/cib_usd.xlsx':
    'xlsx utf-8 | 3 | USD 2=70.00; 1=70.00; 0=0.00 | 2024-01-06T00:00:00+08:00 30.00 null | 2024-01-08T00:00:00+08:00 -70.00 null | ready | ',
  // December in a statement of January; spending is positive: 还款 is negative on a card.
  'cn-bank/cmb_credit.csv':
    'csv utf-8 | 6 | CNY 4=380.80; 2=8056.78; 0=0.00 | 2023-12-29 1.23 null | 2024-01-05 -8000.00 null | ready | ',
  'cn-bank/hsbc_hk_credit.csv':
    'csv ascii | 11 | CNY 2=3291.16; 8=1558.89; 0=0.00, HKD 0=0.00; 1=27.90; 0=0.00 | 2025-04-09 -1099.14 null | 2025-03-20 -179.50 null | ready | ',
  // 合计金额 states 1234.56 and 6543.21: the publisher removed rows.
  'cn-bank/icbc_credit.csv':
    'csv utf-8 | 9 | CNY 1=4621.01; 8=363.13; 0=0.00 | 2023-04-22 -0.01 null | 2023-03-20 -29.45 null | rejected | balance_unproven control_failed',
  'cn-bank/icbc_debit_v1.csv':
    'csv utf-8 | 11 | CNY 5=2841.74; 6=4241.08; 0=0.00 | 2023-05-02 -13.40 null | 2023-02-08 1.04 null | rejected | control_failed',
  'cn-bank/spdb_debit.xls':
    'xls utf-16le | 4 |  1=10.00; 3=11.64; 0=0.00 | 2025-12-03T14:06:51+08:00 -3.88 null | 2025-12-05T20:37:39+08:00 -3.88 null | ready | ',
  // The bill's own totals: 16 records of 1648.43 after refunds, 10 that do not count.
  'cn-wallet/jd_2024.csv':
    'csv utf-8-bom | 26 | CNY 0=0.00; 16=1648.43; 10=1601.52 | 2024-12-30T17:16:02+08:00 -10.20 JDX100000011234 | 2024-12-05T22:49:55+08:00 -0.11 100000011234 | ready | ',
  'generic-csv/oca_meta_data_separated_credit_debit.xlsx':
    'xlsx utf-8 | 0 |  | null | null | rejected | date_order_unsure',
  'generic-csv/oca_sample_statement_en_with_header.xlsx':
    'xlsx utf-8 | 2 | USD 0=0.00; 1=33.50; 0=0.00, EUR 1=1525.00; 0=0.00; 0=0.00 | 2018-12-15 -33.50 null | 2018-12-15 1525.00 null | ready | ',
  'generic-csv/synthetic_html_table_dev.xls':
    'xls gb18030 | 6 |  3=2001269.66; 3=1535.37; 0=0.00 | 2024-12-05 35.00 2024120500000001 | 2024-12-07 -1500.00 2024120700000006 | ready | ',
  'generic-csv/synthetic_pipe_header_trailer_dev.txt':
    'csv utf-8 | 6 |  3=2001269.66; 3=1535.37; 0=0.00 | 2024-12-05T08:05:09+08:00 35.00 2024120500000001 | 2024-12-07T09:00:00+08:00 -1500.00 2024120700000006 | ready_with_warnings | header_missing',
  // It promises four rows and has none.
  'psp-other/antom_header_only.txt': 'csv ascii | 0 |  | null | null | rejected | control_failed',
}

async function told(path: string, options: StatementOptions = {}): Promise<string> {
  const document = await inspectStatement(path, options)
  const end = (record: typeof document.first) => (record ? `${record.at} ${record.amount} ${record.id}` : 'null')
  const sums = Object.entries(document.by_currency).map(
    ([currency, tallies]) =>
      `${currency} ${[tallies.credits, tallies.debits, tallies.neutral].map(({ count, amount }) => `${count}=${amount}`).join('; ')}`,
  )
  return [
    `${document.format} ${document.encoding}`,
    document.records,
    sums.join(', '),
    end(document.first),
    end(document.last),
    document.verdict,
    [...new Set(document.problems.map(problem => problem.code))].join(' '),
  ].join(' | ')
}

for (const [name, expected] of Object.entries(REAL))
  test(name, { skip }, async () => assert.equal(await told(SHARED + name), expected))

/** Payment providers whose reports say what they mean only to those who know them: nothing is read, the columns are asked about. */
for (const [name, columns] of Object.entries({
  'psp-other/checkout_payouts.csv': ['Payout Date'],
  'psp-other/checkout_settlement_breakdown.csv': ['Processed On', 'Net In Holding Currency'],
  'psp-other/dlocal_donation.csv': ['Amount (USD)'],
  'psp-other/gr4vy_all_transactions_refund.csv': ['status'],
  'psp-other/trustly_P11KFUN.csv': [],
}))
  test(`${name} is asked about`, { skip }, async () => {
    const { verdict, records, problems } = await inspectStatement(SHARED + name)
    assert.deepEqual([verdict, records], ['rejected', 0])
    assert.ok(problems.length > 0)
    for (const column of columns)
      assert.ok(
        problems.some(problem => problem.column === column),
        column,
      )
  })

test('what is asked about can be answered: 01/04/20 is 1 April', { skip }, async () => {
  const found = await told(`${SHARED}generic-csv/oca_meta_data_separated_credit_debit.xlsx`, { dateOrder: 'dmy' })
  assert.equal(found.split(' | ')[1], '4', found)
})
