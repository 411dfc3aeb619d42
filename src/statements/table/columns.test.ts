import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readLayouts } from '../../../scripts/columns/table.ts'
import { modelText, train } from '../../../scripts/columns/train.ts'
import { evaluate } from '../../../scripts/evaluate-columns.ts'
import { classify, headerWords, isSpoken } from './classifier.ts'
import { proposeLayout } from './layout.ts'
import { SURE } from './meanings.ts'
import { relationsOf } from './relations.ts'
import { shapeOf } from './shape.ts'
import { isKnownName } from './vocabulary.ts'

test('model.json is what its table and the vocabulary teach; if not: scripts/train-columns.ts', () => {
  assert.ok(modelText(train()) === readFileSync(new URL('model.json', import.meta.url), 'utf8'))
})

test('layouts held back from training: 95 % of columns right; amounts, times and directions right or asked', () => {
  const trained = new Set(readLayouts('layouts.tsv').map(({ columns }) => columns.map(({ header }) => header).join()))
  const held = readLayouts('held_back.tsv')
  for (const { name, columns } of held) assert.ok(!trained.has(columns.map(({ header }) => header).join()), name)
  const { columns, right, wrong } = evaluate(held, 2)
  assert.deepEqual(wrong, [])
  assert.ok(right >= columns * 0.95, `${right} of ${columns}`)
})

test('words of a name: characters and pairs, English words and their ends, no units', () => {
  const words = headerWords('本次動賬額（元）')
  for (const word of ['动', '动账', '账额$', '额$', '^本次']) assert.ok(words.includes(word), word)
  assert.ok(!words.some(word => word.includes('元')))
  for (const word of ['settled', 'on', 'on$', '^settled']) assert.ok(headerWords('settledOn').includes(word), word)
  assert.deepEqual(headerWords('#3'), ['nameless'])
})

test('a name without a word that was ever met is not sure, whatever its values', () => {
  assert.ok(!isSpoken('qqq') && isSpoken('动账额'))
  const rows = [
    ['2026-11-20', '12.00'],
    ['2026-11-21', '-3.50'],
    ['2026-11-22', '7.10'],
  ]
  const { doubts } = proposeLayout(['交易日期', 'qqq'], rows, {})
  assert.deepEqual(
    doubts.map(({ column, code }) => [column, code]),
    [['qqq', 'amount_column_unsure']],
  )
})

test('probabilities add up to one, and what is not known is nobody’s', () => {
  const guesses = classify(['~never met'])
  assert.ok(Math.abs(guesses.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-9)
  assert.ok(guesses[0]!.probability < SURE)
})

const ADDS_UP = [
  ['2026-11-01', '100.00', '', '1,100.00'],
  ['2026-11-02', '', '40.00', '1,060.00'],
  ['2026-11-03', '', '10.00', '1,050.00'],
  ['2026-11-04', '25.00', '', '1,075.00'],
  ['2026-11-05', '', '75.00', '1,000.00'],
]

test('numbers tell which column comes in, goes out, and is the balance', () => {
  const shapes = [0, 1, 2, 3].map(column => shapeOf(ADDS_UP.map(row => row[column]!)))
  const found = relationsOf(ADDS_UP, shapes)
  assert.deepEqual(
    [0, 1, 2, 3].map(column => [...(found.get(column) ?? [])].sort().join()),
    ['', 'comes in,either or', 'either or,goes out', 'balances'],
  )
})

test('proof beats probability: what the balance bears out is not asked, whatever it is called', () => {
  const headers = ['入账的日子', '增', '减', '还有']
  for (const header of headers) assert.ok(!isKnownName(header))
  const { doubts, at, balance } = proposeLayout(headers, ADDS_UP, {})
  assert.deepEqual([doubts, at.amount_in, at.amount_out, at.balance, balance], [[], 1, 2, 3, 'ascending'])
})

test('a guessed amount that the balance speaks against is not accepted', () => {
  const rows = ADDS_UP.map(([date], row) => [date!, `${row + 1}0.00`, `${900 - row * 7}.00`])
  const { doubts } = proposeLayout(['交易日期', '变动额度', '余额'], rows, {})
  assert.ok(doubts.some(({ code }) => code === 'balance_unproven' || code === 'amount_column_unsure'))
})

test('two columns that may be the amount are asked about; one that is the same in every row is none', () => {
  const rows = ADDS_UP.map(([date], row) => [date!, `${row + 1}0.00`, `${row + 2}0.50`, '5.00'])
  const { doubts } = proposeLayout(['交易日期', '实缴总额', '本次收费金额', '定额'], rows, {})
  assert.ok(doubts.some(({ code }) => code === 'amount_column_unsure' || code === 'columns_alike'))
  assert.ok(!doubts.some(({ column }) => column === '定额'))
})

test('收入金额 alone is what came in', () => {
  const { doubts, notes } = proposeLayout(['日期', '收入金额'], [['2026-11-20', '120.00']], {})
  assert.deepEqual([doubts, notes], [[], []])
})
