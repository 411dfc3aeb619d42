import { strict as assert } from 'node:assert'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type DiscrepancyCounter, discrepancyCounter } from '../../testkit/discrepancies.ts'
import { ACTION_CODES } from '../discrepancies/actions.ts'
import { act } from '../discrepancies/operations.ts'
import { PACKAGE_ROOT } from '../system/paths.ts'
import { BUILT_IN_CAUSES } from './built_in.ts'
import { inOrder, likelyCause } from './cause.ts'
import { type Conditions, checkConditions, holds } from './conditions.ts'
import type { CauseFacts } from './facts.ts'
import { addCause, applyCauses, changeCause, lastDays, readCause, retireCause, tryCause } from './operations.ts'

const FACTS: CauseFacts = {
  id: 1,
  kind: 'amount_mismatch',
  cause: 'amount_entry',
  channel: 'wechat',
  account: 'wx',
  merchant: 'M1',
  feeItems: ['W1'],
  businessDate: '2026-11-20', // a Friday
  amount: 10_000,
  difference: -60,
  currency: 'CNY',
  ours: 1,
  theirs: 1,
  times: [Date.parse('2026-11-20T23:58:30+08:00')],
  fees: 60,
  evidenceZh: '号码一致，平台记 100.00',
  evidenceEn: 'The numbers agree; ours is 100.00',
}

test('each condition, on both sides of its border', () => {
  const cases: [Conditions, boolean, Partial<CauseFacts>?][] = [
    [{ kinds: ['amount_mismatch'] }, true],
    [{ kinds: ['channel_only'] }, false],
    [{ engine_causes: ['amount_entry', 'cutoff'] }, true],
    [{ channels: ['alipay'] }, false],
    [{ accounts: ['wx'] }, true],
    [{ merchants: ['M2'] }, false],
    [{ fee_items: ['W1'] }, true],
    [{ fee_items: ['W2'] }, false],
    [{ currencies: ['USD'] }, false],
    [{ amount: { from: '100.00', to: '100.00' } }, true],
    [{ amount: { from: '100.01' } }, false],
    [{ amount: { to: '99.99' } }, false],
    // Half a yen is no amount.
    [{ amount: { from: '0.5' } }, false, { currency: 'JPY' }],
    [{ difference: { from: '-0.60', to: '-0.60' } }, true],
    [{ difference: { from: '-0.59' } }, false],
    [{ difference_is: { what: 'zero' } }, false],
    [{ difference_is: { what: 'zero', tolerance: '0.60' } }, true],
    [{ difference_is: { what: 'fee' } }, true],
    [{ difference_is: { what: 'fee' } }, false, { fees: 59 }],
    [{ difference_is: { what: 'fee', tolerance: '0.01' } }, true, { fees: 59 }],
    [{ difference_is: { what: 'fee' } }, false, { fees: null }],
    [{ difference_is: { what: 'share', share: '0.6%' } }, true],
    [{ difference_is: { what: 'share', share: '0.38%' } }, false],
    // 0.6 % of 123.45 is 0.7407, and half up of 0.7450 is 0.75.
    [{ difference_is: { what: 'share', share: '0.6%' } }, true, { amount: 12_345, difference: 74 }],
    [{ difference_is: { what: 'share', share: '0.5%' } }, true, { amount: 14_900, difference: 75 }],
    [{ time_of_day: { from: '23:58', to: '23:59' } }, true],
    [{ time_of_day: { from: '23:59', to: '00:10' } }, false],
    [{ time_of_day: { from: '23:50', to: '00:10' } }, true],
    [{ time_of_day: { from: '23:50', to: '00:10' } }, true, { times: [Date.parse('2026-11-20T00:09:59+08:00')] }],
    [{ time_of_day: { from: '23:50', to: '00:10' } }, false, { times: [Date.parse('2026-11-20T00:10:00+08:00')] }],
    [{ time_of_day: { from: '00:00', to: '23:59' } }, false, { times: [] }],
    [{ weekdays: [5] }, true],
    [{ weekdays: [6, 7] }, false],
    [{ days_of_month: [20] }, true],
    [{ days: { from: '2026-11-20', to: '2026-11-20' } }, true],
    [{ days: { from: '2026-11-21' } }, false],
    [{ sides: 'both' }, true],
    [{ sides: 'ours' }, false],
    [{ sides: 'ours' }, true, { theirs: 0 }],
    [{ rows: { from: 2, to: 2 } }, true],
    [{ rows: { from: 3 } }, false],
    [{ evidence: '号码一致' }, true],
    [{ evidence: 'numbers agree' }, true],
    [{ evidence: '小数点' }, false],
    [{ kinds: ['amount_mismatch'], channels: ['alipay'] }, false],
  ]
  for (const [conditions, wanted, change] of cases)
    assert.equal(
      holds(conditions, { ...FACTS, ...change }, 'Asia/Shanghai'),
      wanted,
      JSON.stringify([conditions, change]),
    )
})

test('conditions that can never hold are refused when they are written', () => {
  const known = new Set(['cutoff'])
  for (const [conditions, code] of [
    [{}, 'cause_conditions_empty'],
    [{ amount: { from: '2.00', to: '1.99' } }, 'cause_conditions_wrong'],
    [{ difference: { from: '0.01', to: '-0.01' } }, 'cause_conditions_wrong'],
    [{ days: { from: '2026-11-21', to: '2026-11-20' } }, 'cause_conditions_wrong'],
    [{ rows: { from: 3, to: 2 } }, 'cause_conditions_wrong'],
    [{ time_of_day: { from: '10:00', to: '10:00' } }, 'cause_conditions_wrong'],
    [{ difference_is: { what: 'share' } }, 'cause_conditions_wrong'],
    [{ difference_is: { what: 'fee', share: '1%' } }, 'cause_conditions_wrong'],
    [{ engine_causes: ['moon'] }, 'cause_conditions_wrong'],
  ] as [Conditions, string][])
    assert.throws(() => checkConditions(conditions, known), { code }, JSON.stringify(conditions))
  checkConditions({ engine_causes: ['cutoff'], amount: { from: '2.00', to: '2.00' } }, known)
})

test('the lowest priority that holds wins, then the first by its code; retired ones are not tried', () => {
  const cause = (code: string, priority: number, change: object = {}) =>
    ({ code, priority, conditions: { channels: ['wechat'] }, retired: false, ...change }) as never
  const order = inOrder([
    cause('b_two', 5),
    cause('a_one', 5),
    cause('first', 1, { conditions: { channels: ['bank'] } }),
    cause('old', 0, { retired: true }),
  ])
  assert.deepEqual(
    order.map(({ code }) => code),
    ['first', 'a_one', 'b_two'],
  )
  assert.equal(likelyCause(order, FACTS, 'Asia/Shanghai')?.code, 'a_one')
})

test('every cause that the engine gives has its page, whose usual action there is', () => {
  const given = new Set<string>()
  for (const path of globSync('*.ts', { cwd: join(PACKAGE_ROOT, 'src/matching') }).filter(
    name => !/test|case/.test(name),
  )) {
    const text = readFileSync(join(PACKAGE_ROOT, 'src/matching', path), 'utf8')
    for (const [, code = ''] of text.matchAll(/cause: '(\w+)'/g)) given.add(code)
    for (const [, rest = ''] of text.matchAll(/(?:\.discrepancy|discrepancyOf)\(([^{]*)\{/g))
      for (const [, code = ''] of rest.matchAll(/'([a-z]+(?:_[a-z]+)*)'/g)) given.add(code)
  }
  const kinds = new Set([
    'refund',
    'payment',
    'success',
    'pending',
    'failed',
    'waived',
    'ambiguous',
    'unresolved',
    'in_transit',
  ])
  const missing = [...given].filter(
    code => !Object.hasOwn(BUILT_IN_CAUSES, code) && !kinds.has(code) && !/_(only|mismatch|payment|line)$/.test(code),
  )
  assert.deepEqual(missing, [])
  assert.ok(given.has('lost_notice') && given.has('double_capture') && given.has('several_sums'), [...given].join(' '))
  for (const [code, { usualAction }] of Object.entries(BUILT_IN_CAUSES))
    assert.ok(usualAction === '' || (ACTION_CODES as readonly string[]).includes(usualAction), code)
})

const DAY = '2026-11-20'
const page = (change: object = {}) => ({
  nameZh: '夜间批量',
  nameEn: 'Night batch',
  recognised: '23:50 后的渠道批量',
  whatToDo: '次日核对',
  whomToAsk: '渠道',
  usualAction: 'accept_channel',
  conditions: { kinds: ['channel_only'], amount: { from: '90.00' } } as Conditions,
  priority: 10,
  reason: '上月出现 12 次',
  ...change,
})

async function work(c: DiscrepancyCounter): Promise<void> {
  await c.pays({ no: 'P1', fen: 8000, at: `${DAY} 10:00:00` })
  await c.statement(DAY, [
    { no: 'P8', fen: 500, at: `${DAY} 19:00:00` },
    { no: 'P9', fen: 9000, at: `${DAY} 20:00:00` },
  ])
}

test('an added cause: tried before it is saved, given by runs, judged by how people resolve, retired', async t => {
  const c = await discrepancyCounter(t)
  await work(c)
  await c.settle(DAY)
  const trial = await tryCause(c.app, c.li, page())
  assert.deepEqual(
    [trial.tried, trial.holds, trial.takes, trial.taken_from, trial.examples.length],
    [{ open: 3, past: 0 }, { open: 1, past: 0 }, { open: 1, past: 0 }, [{ cause: 'lost_notice', count: 1 }], 1],
  )
  const ask = { id: c.nextId(), code: 'night_batch', ...page() }
  const added = await addCause(c.app, c.li, ask)
  assert.deepEqual([added.cause, added.versions.length], ['night_batch', 1])
  assert.deepEqual(await addCause(c.app, c.li, ask), added)
  await assert.rejects(addCause(c.app, c.li, { ...ask, id: c.nextId() }), { code: 'already_exists' })
  await assert.rejects(addCause(c.app, c.li, { ...ask, id: c.nextId(), code: 'cutoff' }), { code: 'already_exists' })
  await assert.rejects(changeCause(c.app, c.li, { ...ask, id: c.nextId(), code: 'cutoff' }), { code: 'cause_built_in' })
  await assert.rejects(changeCause(c.app, c.li, { ...ask, id: c.nextId(), code: 'moon' }), { code: 'cause_unknown' })

  const likely = async () =>
    (await c.db.pool.query('select likely_cause, cause, likely_version from discrepancies where amount = 9000')).rows[0]
  assert.deepEqual(await likely(), { likely_cause: '', cause: 'lost_notice', likely_version: null })
  await c.settle(DAY)
  assert.deepEqual(await likely(), { likely_cause: 'night_batch', cause: 'lost_notice', likely_version: 1 })

  await changeCause(c.app, c.li, { ...ask, id: c.nextId(), conditions: { kinds: ['channel_only'] } })
  const applied = await applyCauses(c.app, c.li, { id: c.nextId() })
  assert.deepEqual(applied, { looked_at: 3, changed: 2 })
  assert.equal((await likely()).likely_version, 2)
  // Covered by a lower priority, and taking from it.
  const covered = await tryCause(c.app, c.li, page({ priority: 11 }))
  assert.deepEqual([covered.takes.open, covered.covered_by], [0, [{ cause: 'night_batch', count: 1 }]])

  const { rows } = await c.db.pool.query(
    "select id from discrepancies where kind = 'channel_only' order by amount desc",
  )
  for (const [row, trueCause] of [
    [rows[0], ''],
    [rows[1], 'lost_notice'],
  ] as const) {
    const doing = { id: c.nextId(), discrepancyId: row.id, reason: '已核', trueCause, vouchers: [] }
    c.clock.forward(60)
    const asked = await act(c.app, c.li, { ...doing, action: 'accept_channel' })
    await c.approve(asked.reviewId)
  }
  const figures = async (code: string) =>
    (await readCause(c.app, c.li, code, lastDays(new Date(c.clock.now().getTime() + 1)))).figures
  assert.deepEqual(await figures('night_batch'), {
    found: 2,
    open: 0,
    resolved: 2,
    right: 1,
    right_share: 0.5,
    turned_out: 1,
    median_seconds: 60,
    usual_action: 'accept_channel',
  })
  assert.deepEqual([(await figures('lost_notice')).turned_out, (await figures('lost_notice')).found], [1, 0])
  const retired = await retireCause(c.app, c.li, { id: c.nextId(), code: 'night_batch', reason: '渠道已改' })
  assert.deepEqual([retired.retired, retired.versions.map(each => each.version)], [true, [3, 2, 1]])
  await assert.rejects(c.db.pool.query('update causes set priority = 1'), /never changes/)
  await assert.rejects(c.db.pool.query('delete from causes'), /never changes/)
})

test('what is tried and counted lies within the scope of whoever asks', async t => {
  const c = await discrepancyCounter(t)
  await work(c)
  await c.settle(DAY)
  const narrow = { ...c.li, scopeOf: () => [{ merchants: null, channels: ['alipay'] }] }
  assert.deepEqual((await tryCause(c.app, narrow, page())).tried, { open: 0, past: 0 })
  assert.equal((await readCause(c.app, narrow, 'lost_notice', lastDays(c.app.now()))).figures.found, 0)
})
