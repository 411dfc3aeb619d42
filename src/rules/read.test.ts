import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { Failure } from '../kernel/failure.ts'
import { parseRules } from './read.ts'
import { DEFAULT_CHANNEL_RULES, rulesOf } from './rules.ts'

test('a channel follows the document defaults, and those follow the built-in ones', () => {
  const rules = parseRules(
    `
    name: 抚州 2026-11
    defaults: { waive_below: "10.00", confirm_above: "5000.00" }
    channels:
      unionpay: { calendar: { cutoff: "23:00" }, waive_below: null }
      wechat: { fees: { rate: "0.6%" }, passes: [trade_no, amount_time] }
    `,
    'rules.yaml',
  )
  assert.equal(rulesOf(rules, 'unionpay').calendar.cutoff, '23:00')
  assert.equal(rulesOf(rules, 'unionpay').calendar.zone, 'Asia/Shanghai')
  assert.equal(rulesOf(rules, 'unionpay').waiveBelow, null)
  assert.equal(rulesOf(rules, 'unionpay').confirmAbove, '5000.00')
  assert.deepEqual(rulesOf(rules, 'wechat').passes, ['trade_no', 'amount_time'])
  assert.equal(rulesOf(rules, 'wechat').fees.rate, '0.6%')
  assert.equal(rulesOf(rules, 'wechat').fees.rounding, DEFAULT_CHANNEL_RULES.fees.rounding)
  assert.equal(rulesOf(rules, 'alipay').waiveBelow, '10.00')
})

test('JSON is read too, and an empty document is the defaults', () => {
  assert.equal(parseRules('{"defaults":{"waive_below":"1.00"}}', 'r.json').defaults.waiveBelow, '1.00')
  assert.deepEqual(parseRules('', 'r.yaml').defaults, DEFAULT_CHANNEL_RULES)
})

for (const [why, text, place] of [
  ['a number that is a float', 'defaults: { waive_below: 10.00 }', 'defaults.waive_below'],
  ['an unknown field', 'defaults: { waive_bellow: "10.00" }', 'waive_bellow'],
  ['an unknown pass', 'defaults: { passes: [guess] }', 'defaults.passes'],
  ['a zone that does not exist', 'channels: { alipay: { calendar: { zone: Asia/Fuzhou } } }', 'calendar.zone'],
  ['a negative amount', 'defaults: { confirm_above: "-1" }', 'defaults.confirm_above'],
  ['a search beyond the memory', 'defaults: { subset_sum: { max_candidates: 60 } }', 'max_candidates'],
  ['broken YAML', 'defaults: [', ''],
  ['a key twice', 'name: a\nname: b', ''],
  ['a list', '[1]', ''],
] as const)
  test(`${why} is refused and the place named`, () =>
    assert.throws(
      () => parseRules(text, 'rules.yaml'),
      (failure: unknown) =>
        failure instanceof Failure &&
        failure.code === 'rules_unreadable' &&
        failure.en.includes(place) &&
        failure.zh.includes('rules.yaml'),
    ))
