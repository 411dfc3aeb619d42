import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OpenRowView } from '../../src/discrepancies/api.ts'
import { leftWords, pressOf } from '../src/pages/appeals/countdown.ts'
import { conditionsOf, valuesOf } from '../src/pages/causes/form_values.ts'
import { bulkActions, orderedActions, secondPerson } from '../src/pages/discrepancies/consequences.ts'
import { FILTERS, type Filters, listQuery, tabsOf, totalsQuery } from '../src/pages/discrepancies/filters.ts'
import {
  closes,
  numbersOf,
  orderedRows,
  type Picked,
  proposedAmount,
  standingOf,
  toggled,
} from '../src/pages/discrepancies/picking.ts'
import { sumsOf } from '../src/pages/discrepancies/sums.ts'
import { anomalyFacts } from '../src/pages/records/anomaly_facts.ts'
import { ageWords, answerWords } from '../src/pages/records/answers.ts'
import { amountFault, remainsAfter } from '../src/pages/refunds/amount.ts'
import { comparedFields, factCell, whyNot } from '../src/pages/reviews/comparison.ts'

const NONE = Object.fromEntries(FILTERS.map(name => [name, ''])) as Filters
const row = (side: 'ours' | 'theirs', id: string, moved: string, numbers: object = {}): OpenRowView =>
  ({
    key: { side, order_no: `#${id}`, row_id: id },
    moved,
    row: { merchant_order_no: '', order_no: '', channel_trade_no: '', ...numbers },
  }) as unknown as OpenRowView
const pick = (...rows: OpenRowView[]): Picked => rows.reduce<Picked>(toggled, new Map())

test('what is left between picked rows is exact, whatever their size', () => {
  const one = row('ours', '1', '0.10')
  const picked = pick(one, row('ours', '2', '0.20'), row('theirs', '3', '0.30'))
  assert.deepEqual(standingOf(picked, 'CNY'), {
    ours: { rows: 2, sum: '0.30' },
    theirs: { rows: 1, sum: '0.30' },
    rest: '0.00',
    agrees: true,
    ready: true,
  })
  // Put back, it is left over.
  assert.equal(standingOf(toggled(picked, one), 'CNY').rest, '0.10')
  const large = pick(row('ours', '1', '90000000000000.01'), row('ours', '2', '90000000000000.01'))
  assert.equal(standingOf(large, 'CNY').rest, '-180000000000000.02')
  assert.equal(standingOf(pick(one), 'CNY').ready, false)
  assert.equal(standingOf(pick(row('ours', '1', '-5'), row('theirs', '2', '-5')), 'JPY').agrees, true)
})

test('only rows that close the gap on their side are proposed, and each stands once', () => {
  const over = standingOf(pick(row('theirs', '1', '80.00')), 'CNY')
  assert.equal(proposedAmount(over), '80.00')
  assert.equal(closes(row('ours', '2', '80.00'), over), true)
  assert.equal(closes(row('theirs', '3', '80.00'), over), false)
  assert.equal(closes(row('theirs', '4', '-80.00'), over), true)
  assert.equal(closes(row('ours', '5', '-80.00'), over), false)
  const under = standingOf(pick(row('ours', '1', '80.00')), 'CNY')
  assert.equal(closes(row('theirs', '2', '80.00'), under), true)
  assert.equal(closes(row('ours', '2', '80.00'), under), false)
  assert.equal(proposedAmount(standingOf(pick(), 'CNY')), null)
  const [a, b] = [row('ours', '1', '1.00'), row('ours', '2', '1.00')]
  assert.deepEqual(orderedRows([b, b], [a, b]), [b, a])
  assert.deepEqual(numbersOf(pick(row('ours', '1', '1.00', { order_no: 'O1', merchant_order_no: 'M1' }))), ['M1', 'O1'])
})

test('the list asks for what its tab shows', () => {
  assert.deepEqual([listQuery(NONE).order, listQuery(NONE).kind, totalsQuery(NONE).state], ['due', '', 'open'])
  // The work never has what time settles; by age, that must be said.
  assert.equal(String(listQuery({ ...NONE, order: 'newest' }).kind).includes('in_transit'), false)
  assert.deepEqual(
    [listQuery({ ...NONE, kind: 'in_transit' }).order, listQuery({ ...NONE, state: 'resolved' }).order],
    ['newest', 'newest'],
  )
  assert.equal(totalsQuery({ ...NONE, state: 'any' }).state, undefined)
  const total = (kind: 'channel_only' | 'in_transit', count: number, overdue = 0) => ({
    ...{ kind, count, overdue, state: 'open' as const },
    ...{ currency: 'CNY', amount: '1.00', difference: '0.00' },
  })
  const totals = [total('channel_only', 3, 1), total('in_transit', 5)]
  assert.deepEqual(
    tabsOf(totals, NONE).map(tab => `${tab.kind || 'work'} ${tab.count} ${tab.overdue}`),
    ['work 3 1', 'channel_only 3 1', 'in_transit 5 0'],
  )
  assert.equal(tabsOf(totals, { ...NONE, state: 'resolved' })[0]?.count, 8)
  // The tab that is open stays, even when nothing is left in it.
  assert.equal(tabsOf([], { ...NONE, kind: 'ambiguous' })[1]?.kind, 'ambiguous')
})

test('sums of totals are by currency and pass 2^53', () => {
  const total = (currency: string, amount: string, difference: string) => ({
    ...{ kind: 'channel_only' as const, state: 'open' as const, currency, amount, difference, count: 1, overdue: 2 },
  })
  assert.deepEqual(
    sumsOf([
      total('CNY', '90071992547409.93', '-0.05'),
      total('CNY', '900719925474099300.01', '0.03'),
      total('JPY', '5', '5'),
    ]),
    [
      { currency: 'CNY', amount: '900809997466646709.94', difference: '-0.02', overdue: 4 },
      { currency: 'JPY', amount: '5', difference: '5', overdue: 2 },
    ],
  )
})

test('whether a second person will be asked is told as the platform decides it', () => {
  const of = { amount: '80.00', difference: '0.00', currency: 'CNY', by_currency: null }
  const differs = { ...of, difference: '-80.00' }
  const said = (['wait', 'take', 'accept_platform', 'match', 'write_off', 'force_close'] as const).map(
    action => `${action} ${secondPerson(action, of)} ${secondPerson(action, differs)}`,
  )
  assert.deepEqual(said, [
    'wait no no',
    'take no no',
    'accept_platform perhaps yes',
    'match perhaps yes',
    'write_off yes yes',
    'force_close yes yes',
  ])
  assert.equal(secondPerson('accept_channel', { ...of, by_currency: { USD: '1.00', CNY: '-7.00' } }), 'yes')
})

test('for several at once there is only what all of them allow', () => {
  assert.equal(bulkActions(['platform_only', 'duplicate_payment']).includes('write_off'), false)
  assert.equal(bulkActions(['platform_only', 'channel_only']).includes('supplement'), false)
  assert.equal(bulkActions(['channel_only']).includes('match'), false)
  assert.deepEqual(bulkActions(['duplicate_line']), ['take', 'release', 'assign'])
  assert.deepEqual(orderedActions(['take', 'release', 'wait', 'supplement'], 'supplement', false), [
    'supplement',
    'take',
    'wait',
    'release',
  ])
  assert.equal(orderedActions(['take', 'wait'], '', true).includes('take'), false)
})

const nameOf = () => undefined
test('before and after are read by name, with money and times as such', () => {
  const fields = comparedFields(
    { state: 'open', remaining: '35.00' },
    { state: 'resolved', remaining: '30.00', difference: -1800, at: '2026-11-27T09:20:07+08:00', role: 'cashier' },
    { currency: 'CNY', nameOf: (field, code) => (field === 'role' ? { zh: '出纳', en: code } : undefined) },
  )
  assert.deepEqual(
    fields.map(({ name, before, after, differs }) => [name.zh, before.kind, after.kind, differs]),
    [
      ['状态', 'text', 'text', true],
      ['剩余可退', 'money', 'money', true],
      ['差额', 'none', 'money', true],
      ['at', 'none', 'when', true],
      ['角色', 'none', 'text', true],
    ],
  )
  assert.deepEqual(fields[2]?.after, { kind: 'money', amount: '-18.00', currency: 'CNY' })
  assert.deepEqual(fields[4]?.after, { kind: 'text', text: { zh: '出纳', en: 'cashier' } })
  assert.deepEqual(comparedFields(null, null, { currency: null, nameOf }), [])
  const accepted = comparedFields({}, { accepted: [{ code: 'fees_differ', amount: 125 }] }, { currency: 'CNY', nameOf })
  assert.deepEqual(accepted[0]?.after, {
    kind: 'list',
    items: [{ zh: 'fees_differ 1.25', en: 'fees_differ 1.25' }],
  })
  assert.deepEqual(factCell('', '-18.00 CNY', nameOf), { kind: 'money', amount: '-18.00', currency: 'CNY' })
  assert.equal(factCell('', '2026-11-27T10:00:00.000Z', nameOf).kind, 'when')
  assert.equal(factCell('', '18.001 CNY', nameOf).kind, 'text')
  const known: Record<string, { zh: string; en: string }> = {
    'kind amount_mismatch': { zh: '金额不符', en: 'Amount differs' },
    'channel alipay': { zh: '支付宝', en: 'Alipay' },
  }
  const words = (name: string, value: string) => {
    const cell = factCell(name, value, (field, code) => known[`${field} ${code}`])
    return cell.kind === 'text' ? `${cell.text.zh} | ${cell.text.en}` : cell.kind
  }
  assert.equal(words('Why', '差额不为零 There is a difference'), '差额不为零 | There is a difference')
  assert.equal(words('Evidence', '相差 -18.00（颠倒）。 They are apart.'), '相差 -18.00（颠倒）。 | They are apart.')
  assert.equal(words('Discrepancy', '5 amount_mismatch'), '金额不符 5 | Amount differs 5')
  assert.equal(words('Business day', 'alipay/main 2026-11-27'), '支付宝 main 2026-11-27 | Alipay main 2026-11-27')
  // What is a name stays whole.
  assert.equal(words('Account', '蔡财务 (caiwu)'), '蔡财务 (caiwu) | 蔡财务 (caiwu)')
})

test('who may not decide is told why', () => {
  const of = { state: 'open', mine: false, mayDecide: false, late: false, mayReview: true, lacks: null }
  const why = (change: object) => whyNot({ ...of, ...change })?.en.slice(0, 24) ?? null
  assert.deepEqual(
    [
      why({ mayDecide: true }),
      why({ state: 'approved' }),
      why({ mine: true }),
      why({ late: true }),
      why({ mayReview: false }),
      why({ lacks: { zh: '复核退款', en: 'Review refunds' } }),
      why({}),
    ],
    [
      null,
      null,
      'You asked for this yourse',
      'Its time is over: it mus',
      'Your role sees reviews, ',
      'You lack the permission ',
      'It lies outside of the m',
    ].map(each => each?.slice(0, 24) ?? null),
  )
})

test('an appeal counts down, and past its time counts up', () => {
  const words = (seconds: number) => `${leftWords(seconds).zh} ${pressOf(seconds)}`
  assert.deepEqual([86_400 + 3600, 3 * 3600 + 60, 59, 0, -3700].map(words), [
    '剩 1 天 1 小时 fine',
    '剩 3 小时 1 分 soon',
    '剩 0 分钟 soon',
    '超时 0 分钟 over',
    '超时 1 小时 1 分 over',
  ])
})

test('empty fields of the form are no conditions, and a version comes back as it was', () => {
  assert.deepEqual(conditionsOf({ kinds: [], amount: { from: ' ', to: '' }, evidence: '  ' }), {})
  const conditions = {
    kinds: ['fee_mismatch' as const],
    amount: { to: '12.50' },
    difference_is: { what: 'share' as const, share: '0.6%' },
    rows: { from: 2 },
    time_of_day: { from: '23:50', to: '00:10' },
  }
  assert.deepEqual(conditionsOf(valuesOf(conditions)), conditions)
  // The platform refuses it in its own words; nothing is made of it here.
  assert.deepEqual(conditionsOf({ rows: { from: 'two' } }), { rows: { from: 'two' } })
})

test('a refund is above zero, within what remains, and in whole minor units', () => {
  const fault = (text: string) => amountFault(text, '30.00', 'CNY')?.en ?? null
  assert.deepEqual([fault('30.00'), fault('0.01')], [null, null])
  for (const text of ['', '0', '-1', '1.001', '1e1', 'x']) assert.match(fault(text) ?? '', /above zero/, text)
  assert.match(fault('30.01') ?? '', /remains/)
  assert.deepEqual([remainsAfter('0.10', '0.30', 'CNY'), remainsAfter('9', '0.30', 'CNY')], ['0.20', null])
})

test('evidence of anomalies and answers of channels are read in words', () => {
  const facts = anomalyFacts({
    asked: 12860,
    amount: 100,
    currency: 'JPY',
    paid_at: '2026-11-20T10:00:00Z',
    booked: { amount: 5 },
  })
  assert.deepEqual(
    facts.map(fact => [fact.name.zh, fact.kind === 'money' ? fact.amount : fact.kind]),
    [
      ['应收', '12860'],
      ['渠道实收', '100'],
      ['币种', 'text'],
      ['支付时间', 'when'],
      ['此前入账：渠道实收', '5'],
    ],
  )
  assert.deepEqual(answerWords('unknown: time-out'), {
    words: { zh: '渠道没有明确答复', en: 'The channel gave no clear answer' },
    detail: 'time-out',
  })
  assert.equal(ageWords('2026-11-20T10:00:00Z', '2026-11-20T12:30:00Z').zh, '2 小时')
})
