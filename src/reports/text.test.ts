import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DISCREPANCY_KINDS } from '../matching/entry.ts'
import { cut, grouped, padEnd, signed, widthOf, wrap } from './layout.ts'
import { discrepancy, entry, sampleResult } from './sample.ts'
import { renderReconciliation, tallyFlags } from './text.ts'
import { kindName, suggestion } from './words.ts'

describe('the readable report', () => {
  test('never wider than 100 columns, in either language', () => {
    for (const lang of ['zh', 'en'] as const)
      for (const line of renderReconciliation(sampleResult(), lang).split('\n')) assert.ok(widthOf(line) <= 100, line)
  })

  test('the balance is an addition that adds up', () => {
    const lines = renderReconciliation(sampleResult(), 'zh').split('\n')
    const from = lines.indexOf('资金平衡 CNY')
    const amounts = lines.slice(from + 1, from + 7).map(line => /(-?[\d,]+\.\d\d)/.exec(line)?.[1])
    assert.deepEqual(amounts, ['172.15', '120.00', '-50.00', '-0.10', undefined, '242.05'])
  })

  test('a balance that fails says what is not explained, and not to close', () => {
    const result = sampleResult()
    const balance = result.summary.balance.get('CNY')
    assert.ok(balance)
    const broken = {
      ...result,
      summary: {
        ...result.summary,
        balance: new Map([['CNY', { ...balance, linesNet: balance.linesNet + 7n, ok: false }]]),
      },
    }
    const text = renderReconciliation(broken, 'zh')
    assert.match(text, /✗ 资金不平（CNY）：请勿结账/)
    assert.match(text, /解释不了的差额 +0\.07/)
  })

  test('says how many more there are beyond those shown', () => {
    const result = sampleResult()
    const many = Array.from({ length: 8 }, (_, i) => discrepancy('channel_only', [], [entry(`L${i}`, 100)]))
    const text = renderReconciliation({ ...result, discrepancies: many }, 'zh', { perKind: 3 })
    assert.match(text, /另有 5 项/)
    assert.deepEqual(text.match(/建议 {2}.*/g), [
      `建议  ${suggestion('channel_only', many[0]?.cause ?? '', 'zh')}`,
      '建议  同第 1 项',
      '建议  同第 1 项',
    ])
    assert.ok(!text.includes('L3'))
  })

  test('text out of a file cannot steer the terminal', () => {
    const result = sampleResult()
    const evil = discrepancy('channel_only', [], [entry('a.csv#1', 100, { merchantOrderNo: '\u001b[2J\u0007' })], {
      evidence: { zh: '\u001b[31mx', en: 'x' },
    })
    const text = renderReconciliation({ ...result, discrepancies: [evil] }, 'zh')
    assert.ok(!text.includes('\u001b'))
  })

  test('colours only when asked', () => {
    assert.ok(renderReconciliation(sampleResult(), 'zh', { color: true }).includes('\u001b['))
  })

  test('flags are counted over all matches', async () => {
    assert.deepEqual(
      [...(await tallyFlags(sampleResult()))],
      [
        ['cross_day', 1],
        ['needs_confirmation', 1],
      ],
    )
  })

  test('every kind has a name and a next step in both languages', () => {
    for (const kind of DISCREPANCY_KINDS)
      for (const lang of ['zh', 'en'] as const) {
        assert.notEqual(kindName(kind, lang), kind)
        assert.ok(suggestion(kind, 'no_such_cause', lang).length > 3)
      }
  })
})

describe('layout', () => {
  test('Chinese characters take two columns', () => {
    assert.equal(widthOf('长款 ab'), 7)
    assert.equal(padEnd('长款', 6), '长款  ')
    assert.equal(cut('长款短款', 5), '长款…')
  })

  test('wraps without losing a character, and never begins a line with a closing mark', () => {
    const text = '平台记 12,345.60，渠道记 12,345.00，相差 -0.60（疑似小数点错位）。'
    const lines = wrap(text, 20)
    assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''))
    assert.ok(lines.every(line => !/^[，。）]/.test(line)))
  })

  test('thousands and signs', () => {
    assert.equal(grouped('-1234567.80'), '-1,234,567.80')
    assert.equal(grouped('999'), '999')
    assert.equal(signed('0.00'), '0.00')
    assert.equal(signed('0.10'), '+0.10')
  })
})
