import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { Failure } from '../../kernel/failure.ts'
import { inspectStatement } from '../inspect.ts'
import { openStatement } from '../read.ts'
import type { Field, StatementOptions } from '../statement.ts'
import { rowsOf } from '../table/rows.ts'
import { kindOf, meaningOf, sideOf, statusOf } from '../table/vocabulary.ts'

const scratch = mkdtempSync(join(tmpdir(), 'fzpay-delimited-'))
after(() => rmSync(scratch, { recursive: true }))

let files = 0
const inspect = (text: string, options: StatementOptions = {}) => {
  const path = join(scratch, `table${files++}.csv`)
  writeFileSync(path, text)
  return inspectStatement(path, options)
}

/** "header=field …" of what was settled. */
const mapped = (columns: readonly { header: string; field: Field | null }[]): string =>
  columns.map(({ header, field }) => `${header}=${field}`).join(' ')

test('column names in Chinese and English, with units, brackets and blanks', () => {
  const cases: [string, Field | null][] = [
    ['金额（元）', 'amount'],
    ['交易金额(人民币)', 'amount'],
    ['本次交易金额', 'amount'],
    ['Amount', 'amount'],
    ['Transaction_Amount', 'amount'],
    ['优惠金额', null],
    ['退款金额', 'refund_amount'],
    ['手续费', 'fee'],
    ['Fee ', 'fee'],
    ['账户余额(元)', 'balance'],
    ['期初余额', null],
    ['贷方发生额', 'amount_in'],
    ['借方发生额', 'amount_out'],
    ['交易金额(收入)', 'amount_in'],
    ['交易金额(支出)', 'amount_out'],
    ['Money In', 'amount_in'],
    ['Withdrawal', 'amount_out'],
    ['收/支', 'direction'],
    ['借贷标志', 'direction'],
    ['D/C', 'direction'],
    ['Credit / Debit', 'direction'],
    ['交易时间', 'occurred_at'],
    ['退款时间', null],
    ['记账日期', 'date'],
    ['Booking Date', 'date'],
    ['商户订单号', 'merchant_order_no'],
    ['out_trade_no', 'merchant_order_no'],
    ['channel_trade_no', 'channel_trade_no'],
    ['交易流水号', 'channel_trade_no'],
    ['缴费单号', 'order_no'],
    ['payment_no', null],
    ['币种', 'currency'],
    ['CCY', 'currency'],
    ['餘額', 'balance'],
    ['幣別', 'currency'],
    ['', null],
    ['随便什么', null],
  ]
  for (const [header, field] of cases) assert.equal(meaningOf(header).field, field, header)
  assert.deepEqual(meaningOf('金额(分)').unit, { currency: 'CNY', minor: true, unknown: null })
  assert.equal(meaningOf('金额（万元）').unit.unknown, '万元')
})

test('words of direction, kind and status; anything else is unknown, not a guess', () => {
  assert.deepEqual(['贷', '收入', 'CR', 'credit', '借', '支出', 'DR', 'Debit', '/', '不计收支', '转账'].map(sideOf), [
    'in',
    'in',
    'in',
    'in',
    'out',
    'out',
    'out',
    'out',
    'neutral',
    'neutral',
    null,
  ])
  assert.deepEqual(['支付', 'payment', '退款', 'Refund', '冲正', '其他'].map(kindOf), [
    'payment',
    'payment',
    'refund',
    'refund',
    'refund',
    null,
  ])
  assert.deepEqual(['成功', 'SUCCESS', '处理中', 'in progress', '已关闭', 'FAILED', '?'].map(statusOf), [
    'success',
    'success',
    'pending',
    'pending',
    'failed',
    'failed',
    null,
  ])
})

test('a person says what the columns are, by name or by number', async () => {
  const text = 'when,what,x\n2026-11-20,water,10.00\n2026-11-21,gas,-3.00\n'
  const named = await inspect(text, { mapping: { when: 'occurred_at', x: 'amount' } })
  assert.deepEqual(
    [named.verdict, named.records, mapped(named.columns)],
    ['ready', 2, 'when=date what=description x=amount'],
  )
  const numbered = await inspect(text, { mapping: { '#1': 'date', '#3': 'amount', '#2': 'description' } })
  assert.deepEqual([numbered.verdict, mapped(numbered.columns)], ['ready', 'when=date what=description x=amount'])
  const wrong = await inspect(text, { mapping: { wann: 'date', x: 'amount' } })
  assert.deepEqual(
    [wrong.verdict, wrong.problems[0]?.code, wrong.problems[0]?.column],
    ['rejected', 'column_missing', 'wann'],
  )
})

test("a person's word beats the proposal, and null leaves a column out", async () => {
  const text = '交易时间,流水号,金额,实收金额\n2026-11-20 08:00:00,T1,10.00,9.94\n2026-11-20 09:00:00,T2,-3.00,-3.00\n'
  assert.equal((await inspect(text)).credits, null)
  assert.equal((await inspect(text, { currency: 'CNY' })).credits?.amount, '10.00')
  assert.equal((await inspect(text, { currency: 'CNY', mapping: { 实收金额: 'amount' } })).credits?.amount, '9.94')
  assert.equal((await inspect(text, { currency: 'CNY', mapping: { 流水号: null } })).first?.id, null)
})

test('an unsure layout is refused for booking, naming the column and what to do', async () => {
  const path = join(scratch, 'unsure.csv')
  writeFileSync(path, 'date,ref,amount\n03/04/2026,T1,1.00\n05/06/2026,T2,-1.00\n')
  await assert.rejects(openStatement(path), (error: unknown) => {
    assert.ok(error instanceof Failure)
    assert.equal(error.code, 'columns_unsure')
    assert.deepEqual(error.detail.columns, ['date'])
    for (const word of ['unsure.csv', 'date', 'dmy']) assert.ok(error.zh.includes(word) && error.en.includes(word))
    return true
  })
  assert.equal((await inspectStatement(path, { dateOrder: 'mdy' })).first?.at, '2026-03-04')
  assert.equal((await inspectStatement(path, { dateOrder: 'dmy' })).first?.at, '2026-04-03')
})

test('a date order settled by the first rows is not bent by later ones: those rows are rejected', async () => {
  const first = Array.from({ length: 10_000 }, (_, i) => `11/${13 + (i % 10)}/2026,T${i},1.00\n`).join('')
  const { verdict, records, problems } = await inspect(
    `date,ref,amount\n03/04/2026,X,-1.00\n${first}20/11/2026,Y,1.00\n`,
  )
  assert.deepEqual([verdict, records], ['ready_with_warnings', 10_002])
  assert.deepEqual(
    problems.map(({ record, column, code }) => [record, column, code]),
    [[10_002, 'date', 'time_unreadable']],
  )
})

test('a negative value in a file that was all positive so far is money out', async () => {
  const { credits, debits } = await inspect(
    `date,ref,amount\n${'2026-11-20,T,1.00\n'.repeat(20_000)}2026-11-21,T,-5.00\n`,
    { currency: 'CNY' },
  )
  assert.deepEqual(
    [credits, debits],
    [
      { count: 20_000, amount: '20000.00' },
      { count: 1, amount: '5.00' },
    ],
  )
})

test('a currency that nobody names stays unknown, and two are never one sum', async () => {
  const unknown = await inspect('date,ref,amount\n2026-11-20,T1,1.00\n2026-11-20,T2,-1.00\n')
  assert.deepEqual(
    [unknown.currency, unknown.credits, unknown.by_currency['']?.credits],
    [null, null, { count: 1, amount: '1.00' }],
  )
  const two = await inspect('date,ref,amount,currency\n2026-11-20,T1,1.00,CNY\n2026-11-20,T2,-1,JPY\n')
  assert.deepEqual([two.currency, two.debits, two.by_currency.JPY?.debits], [null, null, { count: 1, amount: '1' }])
})

test('amounts and sums beyond 2^53', async () => {
  const rows = '2026-11-20,T,90071992547409.91\n'.repeat(3)
  const { credits, records } = await inspect(
    `date,ref,amount\n${rows}2026-11-20,T,90071992547409.92\n2026-11-20,T,-1.00\n`,
    { currency: 'CNY' },
  )
  assert.deepEqual([credits, records], [{ count: 3, amount: '270215977642229.73' }, 5])
})

test('a balance proves what the names leave open', async () => {
  const open = 'date,ref,D/C,amount\n2026-11-20,T1,C,100.00\n2026-11-20,T2,C,-40.00\n2026-11-20,T3,D,10.00\n'
  assert.equal((await inspect(open)).problems[0]?.code, 'sign_unsure')
  const proven =
    'date,ref,D/C,amount,balance\n2026-11-20,T1,C,100.00,1100.00\n2026-11-20,T2,C,-40.00,1140.00\n2026-11-20,T3,D,10.00,1130.00\n'
  const { verdict, credits, debits } = await inspect(proven, { currency: 'CNY' })
  assert.deepEqual([verdict, credits, debits], ['ready', { count: 2, amount: '140.00' }, { count: 1, amount: '10.00' }])
})

test('a missing row breaks the balance and is never ready', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `2026-11-20,T${i},2.50,${(100 + 2.5 * (i + 1)).toFixed(2)}`)
  const without = rows.toSpliced(20, 1)
  const { verdict, controls, problems } = await inspect(`date,ref,amount,balance\n${without.join('\n')}\n`)
  assert.equal(verdict, 'rejected')
  assert.deepEqual(
    controls.map(({ stated, computed, ok }) => [stated, computed, ok]),
    [['200.00', '197.50', false]],
  )
  assert.deepEqual(problems.find(problem => problem.code === 'balance_broken')?.record, 21)
})

test('preamble above the header, remarks and totals below the rows', async () => {
  const text =
    '对账单\n导出人：张三,导出时间：2026-11-22\n\n交易日期,流水号,金额\n2026-11-20,T1,10.00\n2026-11-20,T2,-4.00\n小计,,6.00\n合计：2笔,,6.00\n# 以上\n'
  const { verdict, records, controls } = await inspect(text)
  assert.deepEqual([verdict, records], ['ready', 2])
  assert.deepEqual(
    controls.map(({ name, ok }) => [name, ok]),
    [
      ['合计：2笔 金额', true],
      ['合计：2笔 笔数', true],
    ],
  )
})

test('an amount that may have been cut off at the end of the file is rejected', async () => {
  const cut = `date,ref,amount\n${'2026-11-20,T1,-10.00\n'.repeat(5)}2026-11-21,T2,-1234.56`
  assert.equal((await inspect(cut)).verdict, 'ready')
  for (const less of [1, 2, 3]) {
    const { verdict, problems } = await inspect(cut.slice(0, -less))
    assert.deepEqual(
      [verdict, problems[0]?.record, problems[0]?.code],
      ['ready_with_warnings', 6, less === 2 ? 'amount_unreadable' : 'row_cut'],
    )
  }
})

test('a cut character costs its record, with line and column', async () => {
  const path = join(scratch, 'cut.csv')
  const [before, behind] = [
    '交易时间,流水号,摘要,金额\n2026-11-20 08:00:00,T1,水',
    ',-1.00\n2026-11-20 08:00:01,T2,燃气,-2.00\n',
  ]
  writeFileSync(path, Buffer.concat([Buffer.from(before), Buffer.from([0xe8, 0xb4]), Buffer.from(behind)]))
  const { records, problems, last } = await inspectStatement(path)
  assert.deepEqual([records, last?.id], [2, 'T2'])
  assert.deepEqual(
    problems.map(({ record, line, column, code }) => [record, line, column, code]),
    [[1, 2, '摘要', 'bytes_undecodable']],
  )
})

test('RFC 4180: what is written is what is read', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '元', ' ', "'", '\r\n'), maxLength: 8 })
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }), rows => {
      const text = rows.map(row => row.map(value => `"${value.replaceAll('"', '""')}"`).join(',')).join('\n')
      assert.deepEqual(
        rowsOf(`${text}\n`, ',', true).map(row => row.cells),
        rows,
      )
    }),
    { numRuns: 500 },
  )
})
