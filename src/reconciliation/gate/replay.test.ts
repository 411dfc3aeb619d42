import { strict as assert } from 'node:assert'
import { type TestContext, test } from 'node:test'
import { closedDay } from '../../../testkit/closed_days.ts'
import { testDatabase } from '../../../testkit/database.ts'
import { parseRules } from '../../rules/read.ts'
import { DEFAULT_RULES } from '../../rules/rules.ts'
import { replayCases } from './case_replay.ts'
import type { Change, Comparison } from './compare.ts'
import { replay } from './replay.ts'

const rules = (yaml: string) => parseRules(yaml, 'test.yaml')

const changed = ({ changes }: Comparison): Partial<Record<Change, [ours: number, theirs: number]>> =>
  Object.fromEntries(
    Object.entries(changes)
      .filter(([, { ours, theirs }]) => ours + theirs > 0)
      .map(([change, { ours, theirs }]) => [change, [ours, theirs]]),
  )

async function days(t: TestContext) {
  const db = await testDatabase(t)
  await closedDay(
    db.pool,
    '2026-11-20',
    `
    payment P1 80.00 10:01 order=O1 trade=T1
    payment P2 50.00 10:01 order=O2 trade=T2
    payment P3 70.00 10:01 order=O3 payer=A
    payment P4 30.00 23:58 order=O4 trade=T4
    payment P5 5.00 12:00 order=O5 trade=T5
    line    L1 80.00 10:02 trade=T1 fee=0.48
    line    L2 50.05 10:02 trade=T2
    line    L3 70.00 10:21 payer=A
  `,
  )
  await closedDay(
    db.pool,
    '2026-11-21',
    `
    payment P6 6000.00 +1 10:01 order=O6 trade=T6
    line    L4 30.00 +1 00:01 trade=T4
    line    L6 6000.00 +1 10:02 trade=T6
  `,
  )
  const against = (yaml: string, count = 30) => replay(db, { before: DEFAULT_RULES, after: rules(yaml), days: count })
  return { db, against }
}

test('the same rules change nothing, and a row that waits finds its partner on the next day', async t => {
  const { against, db } = await days(t)
  const result = await against('')
  assert.deepEqual(changed(result), {})
  assert.equal(result.replayed, 2)
  const { rows } = await db.pool.query("select nspname from pg_namespace where nspname like 'reconcile%'")
  assert.deepEqual(rows, [], 'nothing is left behind')
})

test('a tolerance matches anew, a narrower window unmatches, each with its money and its day', async t => {
  const { against } = await days(t)
  const result = await against('defaults: { amount_tolerance: "0.05", windows: { amount_time_minutes: 15 } }')
  assert.deepEqual(changed(result), { newly_matched: [1, 1], newly_unmatched: [1, 1] })
  assert.deepEqual(result.changes.newly_matched.money, { CNY: { ours: 5000, theirs: 5005, difference: 0 } })
  assert.deepEqual(result.changes.newly_unmatched.money, { CNY: { ours: 7000, theirs: 7000, difference: 0 } })
  assert.equal(result.days['2026-11-20']?.newly_matched, 2)
  assert.deepEqual(
    result.examples.newly_matched.map(({ name, before, after }) => [name, before, after]),
    [
      ['P2', 'amount_mismatch amount_entry', 'match trade_no tolerance'],
      ['0#2', 'amount_mismatch amount_entry', 'match trade_no tolerance'],
    ],
  )
})

test('what is waived, confirmed and expected as a fee shows too, where SQL settles as where the engine decides', async t => {
  const { against } = await days(t)
  assert.deepEqual(changed(await against('defaults: { waive_below: "10.00" }')), { changed_kind: [1, 0] })
  assert.deepEqual(changed(await against('defaults: { confirm_above: "5000.00" }')), { changed_kind: [1, 1] })
  const fees = await against('defaults: { fees: { rate: "0.5%" } }')
  assert.deepEqual(changed(fees), { changed_money: [1, 1] })
  assert.deepEqual(fees.changes.changed_money.money, { CNY: { ours: 8000, theirs: 8000, difference: 8 } })
})

test('a pair over the cutoff that one version makes a day later than the other is no change', async t => {
  const { against } = await days(t)
  assert.deepEqual(changed(await against('defaults: { passes: [trade_no, refund_no, amount_time] }')), {})
  assert.deepEqual(
    changed(await against('defaults: { calendar: { cutoff_margin_minutes: 0 } }')),
    { newly_unmatched: [1, 1] },
    'without a margin P4 does not wait',
  )
})

test('the last days only, as their close saw them', async t => {
  const { against, db } = await days(t)
  assert.equal((await against('', 1)).rows, 3)
  await db.pool.query("update days set movement_mark = 5 where business_date = '2026-11-21'")
  assert.equal((await against('', 1)).rows, 2, 'P6 came after the close')
  await db.pool.query(
    `insert into late_rows select 'ours', m.order_no, m.id, d.id from movements m, days d where m.payment_no = 'P1' and d.business_date = '2026-11-21'`,
  )
  assert.equal((await against('', 1)).rows, 3, 'P1 came late and counts here')
  assert.equal((await against('', 30)).rows, 11, 'and not there; P4 waits and is counted in both days')
})

test('the hard cases meet the new rules', () => {
  assert.deepEqual(replayCases(DEFAULT_RULES, DEFAULT_RULES).changes, [])
  const { changes } = replayCases(DEFAULT_RULES, rules('defaults: { waive_below: "10.00", confirm_above: "5000.00" }'))
  assert.deepEqual(
    changes.map(({ code, row, after }) => [code, row, after]),
    [
      ['small', 'P1', 'waived below_threshold'],
      ['large', 'P1', 'match trade_no needs_confirmation'],
      ['large', 'L1', 'match trade_no needs_confirmation'],
    ],
  )
})
