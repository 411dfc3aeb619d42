import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PayMethod, WayList } from '../../src/orders/api.ts'
import { fitted } from '../src/pages/own_appeals/fitted.ts'
import { mayAppeal } from '../src/pages/own_appeals/words.ts'
import { amountOf, sumOf, waysFor } from '../src/pages/pay/ways.ts'
import { billName, recordState, toldOf } from '../src/pages/pay/words.ts'
import { mappingOf, onThisPage, wholeMapping } from '../src/pages/statements/said.ts'
import { arrivalLook, sizeText } from '../src/pages/statements/words.ts'
import { deviceName } from '../src/shell/device.ts'

const ways = (given: Record<string, readonly PayMethod[]>): WayList => ({
  ways: Object.entries(given).map(([channel, methods]) => ({
    channel: channel as WayList['ways'][number]['channel'],
    methods: [...methods],
  })),
})

test('a phone opens apps, a desk shows codes; what is not open or works within WeChat only is not offered', () => {
  const all = ways({
    bank: ['transfer'],
    unionpay: ['gateway', 'wap'],
    alipay: ['page', 'wap', 'precreate'],
    wechat: ['jsapi', 'native', 'h5'],
  })
  const chosen = (device: 'phone' | 'desk', list: WayList) =>
    waysFor(device, list).map(({ channel, method }) => `${channel} ${method}`)
  assert.deepEqual(chosen('phone', all), ['wechat h5', 'alipay wap', 'unionpay wap', 'bank transfer'])
  assert.deepEqual(chosen('desk', all), ['wechat native', 'alipay precreate', 'unionpay gateway', 'bank transfer'])
  assert.deepEqual(chosen('phone', ways({ wechat: ['jsapi'], alipay: [] })), [])
  assert.deepEqual(chosen('phone', ways({ wechat: ['native'] })), ['wechat native'])
})

test('an amount is what is due, or a part where parts are allowed, to the 分', () => {
  const bill = { due: '500.00', part_payment: true, part_min: '10.00', currency: 'CNY' }
  const said = (text: string, change = {}) => {
    const word = amountOf(text, { ...bill, ...change })
    return word.ok ? `${word.amount}${word.whole ? ' whole' : ''}` : word.en
  }
  assert.equal(said('500'), '500.00 whole')
  assert.equal(said(' ¥499.99 '), '499.99')
  assert.equal(said('10'), '10.00')
  assert.equal(said('9.99'), 'At least 10.00 each time')
  assert.equal(said('500.01'), '500.00 at most')
  assert.equal(said('100', { part_payment: false }), 'This bill is paid in one go: 500.00')
  for (const nonsense of ['', '0', '-5', '1.234', 'abc', '1e3'])
    assert.equal(said(nonsense), 'Give an amount such as 50 or 50.00', nonsense)
  assert.equal(sumOf(['0.10', '0.20', '90071992547409.91'], 'CNY'), '90071992547410.21')
  assert.equal(sumOf([], 'CNY'), '0.00')
})

test('what a payer is told of a payment, and what a record is to him', () => {
  const steps = (reconciled: boolean) => [{ step: 'reconciled' as const, done: reconciled, at: null }]
  const told = (state: 'created' | 'pending' | 'success' | 'failed' | 'closed', credited = true, reconciled = false) =>
    `${toldOf({ state, credited, steps: steps(reconciled) }).look} ${recordState({ state, credited, reconciled })} ${mayAppeal({ state, steps: steps(reconciled) })}`
  assert.equal(told('created', false), 'wait waiting not_paid')
  assert.equal(told('pending', false), 'wait waiting not_paid')
  assert.equal(told('success'), 'done paid not_reconciled')
  assert.equal(told('success', true, true), 'done reconciled null')
  assert.equal(told('success', false), 'surplus surplus not_reconciled')
  assert.equal(told('failed', false), 'over failed not_paid')
  assert.equal(told('closed', false), 'over closed not_paid')
  assert.equal(billName({ title: '水费', period: '2026-11' }), '水费 2026-11')
  assert.equal(billName({ title: '2026 年 11 月水费', period: '2026-11' }), '2026 年 11 月水费')
  assert.equal(billName({ title: '水费', period: '' }), '水费')
})

test('an arrival is late from its hour, missing from its alert, and neither once it is there', () => {
  const arrival = {
    expected_at: '2026-11-21T09:00:00+08:00',
    alert_at: '2026-11-21T09:30:00+08:00',
    alerted_at: null,
  }
  type State = Parameters<typeof arrivalLook>[0]['state']
  const look = (state: State, time: string, change = {}) =>
    arrivalLook({ ...arrival, state, ...change }, Date.parse(`2026-11-21T${time}+08:00`))
  assert.equal(look('awaited', '08:59:59'), 'awaited')
  assert.equal(look('not_published', '09:00:00'), 'late')
  assert.equal(look('failed', '09:10:00'), 'failed')
  assert.equal(look('failed', '09:30:00'), 'missing')
  assert.equal(look('awaited', '08:00:00', { alerted_at: '2026-11-21T07:00:00+08:00' }), 'missing')
  for (const state of ['arrived', 'empty', 'refused'] as const) assert.equal(look(state, '10:00:00'), state)
  assert.equal(look('awaiting_acceptance', '10:00:00'), 'acceptance')
  assert.deepEqual([0, 1023, 1536, 5_242_880].map(sizeText), ['0 B', '1023 B', '1.5 KB', '5.0 MB'])
})

test('columns are said by number, a template says all of them, and hints for the terminal become what is chosen on the page', () => {
  const columns = [
    { header: 'A', field: 'date', confidence: 0.9 },
    { header: 'A', field: null, confidence: 0 },
    { header: 'B', field: 'fee', confidence: 0.9 },
  ]
  assert.equal(mappingOf({}), undefined)
  assert.equal(mappingOf({ 1: 'amount', 2: null }), '{"#2":"amount","#3":null}')
  assert.equal(wholeMapping(columns, { 1: 'amount', 2: null }), '{"#1":"date","#2":"amount","#3":null}')
  const hint = '请确认，如 --column Paid=amount（不是则写 --column "Paid In=-"），或 --date-order dmy'
  assert.equal(
    onThisPage(hint, 'zh'),
    '请确认，如 “Paid”选“金额”（不是则写 “Paid In”选“不用这一列”），或 “日期的写法” dmy',
  )
  assert.equal(onThisPage('nothing to mend', 'en'), 'nothing to mend')
})

test('photos are made to fit and never larger; devices have names that people know', () => {
  assert.deepEqual(fitted(4800, 3600, 2400), { width: 2400, height: 1800 })
  assert.deepEqual(fitted(10, 4000, 2400), { width: 6, height: 2400 })
  assert.deepEqual(fitted(800, 600, 2400), { width: 800, height: 600 })
  const wechat =
    'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0'
  assert.equal(deviceName(wechat, 'zh'), '微信 WeChat · Android')
  assert.equal(deviceName('Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537.36 Edg/120', 'zh'), 'Edge · Windows')
  assert.equal(deviceName('', 'en'), 'unknown device')
  assert.equal(deviceName('node', 'en'), 'node')
})
