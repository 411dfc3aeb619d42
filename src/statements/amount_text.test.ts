import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseDecimal } from '../kernel/money.ts'
import { digitsLost, narrow, plainAmount, readAmount } from './amount_text.ts'

const read = (text: string, exponent = 2, decimal: '.' | ',' = '.') => {
  const amount = readAmount(text, { exponent, decimal })
  return typeof amount === 'string' ? amount : amount.side ? `${amount.minor} ${amount.side}` : amount.minor
}

test('how people and programs write money', () => {
  const cases: [string, number | string][] = [
    ['12', 1200],
    ['12.5', 1250],
    ['12.50', 1250],
    ['0', 0],
    ['0.0', 0],
    ['-0.00', 0],
    ['+12', 1200],
    ['-0.05', -5],
    ['1,234.50', 123450],
    ['1,234,567.89', 123456789],
    ['￥12', 1200],
    ['¥12.00', 1200],
    ['￥1,234.50', 123450],
    ['12元', 1200],
    ['CNY 12.00', 1200],
    ['-¥3.50', -350],
    ['¥-3.50', -350],
    ['１２．３４', 1234],
    ['－１，２３４．５６', -123456],
    ['（12.00）', -1200],
    ['(12.00)', -1200],
    ['(1,234.56)', -123456],
    ['12.00-', -1200],
    ['1,500.00-', -150000],
    ['+ $73.01', 7301],
    ['12.00 CR', '1200 in'],
    ['35.00 DR', '-3500 out'],
    ['12.00CR', '1200 in'],
    [' 12.00\t', 1200],
    ['1 234.50', 123450],
    ["1'234.50", 123450],
    ['12.5000', 1250],
    ['0.04000', 4],
    ['90071992547409.91', Number.MAX_SAFE_INTEGER],
    // Refused, each for its reason; none becomes zero.
    ['', 'empty'],
    ['  ', 'empty'],
    ['4.2E+27', 'scientific'],
    ['1e3', 'scientific'],
    ['0.00020', 'decimals'],
    ['12.345', 'decimals'],
    ['90071992547409.92', 'too_large'],
    ['99999999999999999999', 'too_large'],
    ['12..34', 'unreadable'],
    ['1.2.3', 'unreadable'],
    ['1,23.00', 'unreadable'],
    ['1,2345.00', 'unreadable'],
    [',5', 'unreadable'],
    ['5.', 'unreadable'],
    ['.', 'unreadable'],
    ['--5', 'unreadable'],
    ['-5-', 'unreadable'],
    ['(-5)', 'unreadable'],
    ['-5.00 CR', 'unreadable'],
    ['abc', 'unreadable'],
    ['12 34', 'unreadable'],
    ['1.234,56', 'unreadable'],
    ['Infinity', 'unreadable'],
    ['0x10', 'unreadable'],
    ['12/05', 'unreadable'],
  ]
  for (const [text, expected] of cases) assert.equal(read(text), expected, text)
})

test('decimal commas only where the file proves them', () => {
  assert.equal(read('1.234,56', 2, ','), 123456)
  assert.equal(read('35,00', 2, ','), 3500)
  assert.equal(read('2.000.000,10', 2, ','), 200000010)
  assert.equal(read('35,00', 2, '.'), 'unreadable')
  assert.equal(read('35.00', 2, ','), 'unreadable')
})

test('currencies with none and with three decimals', () => {
  assert.equal(read('1200', 0), 1200)
  assert.equal(read('1200.00', 0), 1200)
  assert.equal(read('1200.5', 0), 'decimals')
  assert.equal(read('1.234', 3), 1234)
  assert.equal(read('1.2345', 3), 'decimals')
})

test('the fast path says the same as the slow one, or leaves it to it', () => {
  const text = fc.oneof(
    fc.stringMatching(/^[-+]?[0-9]{1,17}(\.[0-9]{0,7})?$/),
    fc.string({ unit: fc.constantFrom('0', '1', '9', '.', '-', '+', ',') }),
  )
  fc.assert(
    fc.property(text, fc.constantFrom(0, 2, 3, 5), (text, exponent) => {
      const plain = plainAmount(text, 0, text.length, exponent)
      const exact = parseDecimal(text, exponent)
      if (!Number.isNaN(plain)) assert.equal(plain, exact, text)
      const surrounded = plainAmount(`,${text},`, 1, text.length + 1, exponent)
      assert.equal(surrounded, plain)
      if (exact !== null) assert.equal(read(text, exponent), exact, text)
    }),
    { numRuns: 2_000 },
  )
})

test('a number that went through a spreadsheet', () => {
  for (const lost of ['4.2E+27', '4.00123E+27', '2E+13', '4.2e+27'])
    assert.equal(digitsLost(lost.toUpperCase()), true, lost)
  for (const whole of ['4200000202611200000000001', 'CASE+42', 'E+1', 'A2E+13B', ''])
    assert.equal(digitsLost(whole), false, whole)
})

test('full-width becomes ASCII, ￥ the yuan sign', () => {
  assert.equal(narrow('（１２．３４）％　￥'), '(12.34)% ¥')
})
