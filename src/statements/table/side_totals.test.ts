import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failedControls, type ReadText, readText } from '../../../testkit/statement_text.ts'
import { delimited } from '../formats/delimited.ts'
import { sideTotalsIn } from './side_totals.ts'

const HEADER = '交易日期,收入,支出,余额,摘要'
const ROWS = ['2026-11-20,35.00,,35.00,水费', '2026-11-20,,12.50,22.50,退款', '2026-11-21,"1,200.00",,"1,222.50",学费']

function read(lines: readonly string[]): ReadText {
  const found = readText(delimited, `${lines.join('\n')}\n`)
  assert.ok(found, 'not recognised')
  return found
}

const inRows = (...lines: string[]) => read([HEADER, ...ROWS, ...lines]).end
const above = (...lines: string[]) => read([...lines, HEADER, ...ROWS]).end

test('what a line states of the sides', () => {
  const states = (...cells: string[]) =>
    sideTotalsIn(cells).map(({ side, count, amount }) => [side, count ?? '_', amount ?? '_'].join(' '))
  assert.deepEqual(states('# 收入合计: 2 笔，共 1', '235.00元'), ['in 2 1,235.00'])
  assert.deepEqual(states('支出合计', '12.50', '收入合计', '1,235.00'), ['out _ 12.50', 'in _ 1,235.00'])
  assert.deepEqual(states('借方总笔数：1 借方总金额：12.50 贷方总笔数：2'), ['out 1 _', 'out _ 12.50', 'in 2 _'])
  assert.deepEqual(states('总收入：1235元', 'Total debits: 12.50'), ['in _ 1235', 'out _ 12.50'])
  assert.deepEqual(states('本页收入合计：1笔，共35.00元'), [], 'a page is not the file')
  assert.deepEqual(states('2026-11-20', '35.00', '收入', '电费'), [])
})

test('totals of money in and out behind the records are controls, no records', () => {
  for (const lines of [
    ['# 收入合计: 2 笔，共 1,235.00元', '# 支出合计: 1 笔，共 12.50元'],
    ['收入合计：2笔，共1235.00元', '支出合计：1笔，共12.50元'],
  ]) {
    const { records, verdict, controls } = inRows(...lines)
    assert.deepEqual([records, verdict, controls.length], [3, 'ready', 5])
  }
})

test('a stated total that does not hold rejects the file, above the records or behind them', () => {
  const wrong = '收入合计：2笔，共1236.00元'
  for (const end of [inRows(wrong), above('账号：36001', wrong)]) {
    assert.equal(end.verdict, 'rejected')
    assert.deepEqual(
      end.controls.filter(({ ok }) => !ok).map(({ name, stated, computed }) => [name, stated, computed]),
      [['收入合计 金额', '1236.00', '1235.00']],
    )
  }
  assert.deepEqual(failedControls(read([HEADER, ...ROWS, '支出合计：2笔，共12.50元'])).length, 1)
})

test('the number of one side is not taken for the number of all records', () => {
  assert.equal(above('借方总笔数：1,借方总金额：12.50,贷方总笔数：2,贷方总金额：1235.00').verdict, 'ready')
  assert.equal(above('收入：共2笔 支出：共1笔,总笔数：3').verdict, 'ready')
  assert.equal(above('收入：共2笔').verdict, 'ready')
  assert.equal(above('收入总笔数：2,支出总笔数：1,总笔数：4').verdict, 'rejected')
})

test('totals of several parts say nothing about the whole, and zeros may be counted on either side', () => {
  assert.equal(inRows('# 上旬收入合计：1笔，共35.00元', '# 中旬收入合计：1笔，共1200.00元').verdict, 'ready')
  const zero = '2026-11-21,0.00,,"1,222.50",利息税'
  const end = read([HEADER, ...ROWS, zero, '收入合计：2笔，共1235.00元', '支出合计：2笔，共12.50元']).end
  assert.equal(end.verdict, 'ready')
})
