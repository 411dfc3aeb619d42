import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DayView } from '../../src/reconciliation/days/api.ts'
import { agesOf, kindsOf, latencyOf, ratesOf, volumeOf } from '../src/pages/dashboard/figures.ts'
import {
  deadlineOf,
  openDiscrepancies,
  percent,
  rowsOfStep,
  sharesOf,
  timeLeft,
  waterfall,
} from '../src/pages/days/day.ts'

const total = (state: string, rows: number) => ({ state, rows, kind: 'payment', currency: 'CNY', amount: '1.00' })
const day = (more: Partial<DayView>): DayView =>
  ({ channel: 'wechat', account: 'wx', business_date: '2026-11-20', totals: [], discrepancies: [], ...more }) as DayView

test('all matched is said of nothing less', () => {
  assert.equal(percent(sharesOf([total('matched', 999_999), total('waiting', 1)]).perMille), '99.9%')
  assert.equal(percent(sharesOf([total('matched', 3)]).perMille), '100%')
  assert.equal(percent(sharesOf([]).perMille), '—')
})

test('what is in transit is nobody’s discrepancy', () => {
  const discrepancies = [
    { kind: 'in_transit', state: 'open', rows: 7 },
    { kind: 'platform_only', state: 'open', rows: 2 },
    { kind: 'platform_only', state: 'resolved', rows: 1 },
  ]
  assert.equal(openDiscrepancies(day({ discrepancies })), 2)
})

test('the deadline is the platform’s clock, counted on from when it was read', () => {
  assert.deepEqual(deadlineOf({ closes_in: 3_700, state: 'provisional' }, 60_000), {
    late: false,
    hours: 1,
    minutes: 0,
  })
  assert.deepEqual(deadlineOf({ closes_in: 30, state: 'waiting' }, 91_000), { late: true, hours: 0, minutes: 1 })
  assert.equal(deadlineOf({ closes_in: -5, state: 'closed' }, 0), null)
  const said = [50, 2, 0].map(hours => timeLeft({ hours, minutes: 39 }).zh)
  assert.deepEqual(said, ['2 天', '2 小时 39 分', '39 分钟'])
  assert.equal(timeLeft({ hours: 0, minutes: 0 }).en, 'less than a minute')
})

test('the waterfall goes from our total to theirs, and shows a rest that should not be there', () => {
  const step = (name: string, amount: string) => ({ step: name, zh: '', en: '', rows: 1, amount })
  const bars = (rest: string, theirs: string) =>
    waterfall({
      ours: '100.00',
      theirs,
      steps: [step('channel_only', '5.00'), step('waived', '0.00'), step('platform_only', '-30.00')],
      rest,
    }).map(({ key, from, to, kind }) => `${key} ${from} ${to} ${kind}`)
  assert.deepEqual(bars('0.00', '75.00'), [
    'ours 0 10000 total',
    'channel_only 10000 10500 up',
    'platform_only 10500 7500 down',
    'theirs 0 7500 total',
  ])
  assert.equal(bars('5.00', '70.00')[3], 'rest 7500 7000 rest')
})

test('each step leads to its rows', () => {
  const of = 'channel=wechat&account=wx&from=2026-11-20&to=2026-11-20'
  assert.equal(rowsOfStep('platform_only', day({})), `/discrepancies?kind=platform_only&${of}`)
  assert.equal(rowsOfStep('in_transit_out', day({})), `/items?state=in_transit&${of}`)
  assert.equal(rowsOfStep('theirs', day({})), null)
})

test('figures of the dashboard', () => {
  const days = [
    day({ business_date: '2026-11-20', totals: [total('matched', 3), total('waiting', 1)] }),
    day({ business_date: '2026-11-19', totals: [total('matched', 2)] }),
    day({ business_date: '2026-11-20', channel: 'alipay', totals: [total('matched', 4)] }),
  ]
  assert.deepEqual(ratesOf(days), [
    { day: '2026-11-19', matched: 2, rows: 2 },
    { day: '2026-11-20', matched: 7, rows: 8 },
  ])
  assert.deepEqual(volumeOf(days), {
    days: ['2026-11-19', '2026-11-20'],
    series: [
      { channel: 'alipay', rows: [0, 4] },
      { channel: 'wechat', rows: [2, 4] },
    ],
  })
  const kind = (name: string, state: string, count: number, overdue: number) =>
    ({ kind: name, state, count, overdue, currency: 'CNY', amount: '', difference: '' }) as never
  assert.deepEqual(
    kindsOf([
      kind('in_transit', 'open', 9, 0),
      kind('ambiguous', 'open', 1, 0),
      kind('platform_only', 'open', 2, 1),
      kind('ambiguous', 'resolved', 5, 0),
    ]),
    [
      { key: 'platform_only', count: 2, overdue: 1 },
      { key: 'ambiguous', count: 1, overdue: 0 },
    ],
  )
  assert.equal(agesOf([]).length, 4)
  const latency = (channel: string, payments: number, median_seconds: number, p95_seconds: number) => ({
    ...{ channel, payments, median_seconds, p95_seconds, day: '2026-11-20' },
  })
  assert.deepEqual(latencyOf([latency('wechat', 1, 1, 2), latency('wechat', 3, 2, 9)]), [
    { channel: 'wechat', payments: 4, median: 1.75, p95: 9 },
  ])
})
