import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { testDatabase } from '../../testkit/database.ts'
import { testVault } from '../../testkit/vault.ts'
import { SYSTEM } from '../access/actor.ts'
import { newId } from '../system/ids.ts'
import { type DrillReport, type Findings, lostSpan, overdue, reasonsOf, reportText } from './drill.ts'
import { type Continuity, keepDrill, readDrills, remindOfDrills } from './operations.ts'

const GOOD: Findings = {
  rtoMs: 9_000,
  rpoMs: 0,
  aims: { rtoMs: 30_000, rpoMs: 0 },
  acknowledged: 1_234,
  lost: [],
  checks: [{ what: { zh: '账本', en: 'books' }, holds: true, detail: { zh: '', en: '' } }],
  events: [{ atMs: -20, what: { zh: '损坏', en: 'damage' } }],
  figures: [],
}

const reasons = (change: Partial<Findings>): string[] => reasonsOf({ ...GOOD, ...change }).map(({ en }) => en)

test('a drill passes when its aims are met and all holds, to the millisecond', () => {
  assert.deepEqual(reasons({}), [])
  assert.deepEqual(reasons({ rtoMs: 30_000 }), [])
  assert.equal(reasons({ rtoMs: 30_001 }).length, 1)
  assert.match(reasons({ rtoMs: null })[0] ?? '', /^RTO –/)
  assert.equal(reasons({ checks: [{ ...(GOOD.checks[0] as Findings['checks'][number]), holds: false }] }).length, 1)
})

test('one acknowledged movement that is gone fails a drill that may lose none, and not one that may', () => {
  assert.deepEqual(reasons({ lost: ['P1'], rpoMs: 0 }), ['1 acknowledged payments or bills were lost'])
  assert.deepEqual(reasons({ lost: ['P1'], rpoMs: 300, aims: { rtoMs: null, rpoMs: 5_000 } }), [])
  assert.equal(reasons({ lost: ['P1'], rpoMs: 5_001, aims: { rtoMs: null, rpoMs: 5_000 } }).length, 1)
})

test('what is lost spans from its oldest to the damage, or to its newest, and is never nothing', () => {
  assert.equal(lostSpan([], 1_000), 0)
  assert.equal(lostSpan([400, 700], 1_000), 600)
  assert.equal(lostSpan([1_200, 1_500], 1_000), 300)
  assert.equal(lostSpan([1_200], 1_000), 1)
})

const reportOf = (at: string, change: Partial<DrillReport> = {}): DrillReport => ({
  ...GOOD,
  ...{ id: newId(), name: 'failover', damage: 'kill', beganAt: at, endedAt: at, outcome: 'passed', reasons: [] },
  ...change,
})

test('the report names what was lost, and says in one line why it failed', () => {
  const lost = Array.from({ length: 25 }, (_, i) => `P${i}`)
  const failed = { lost, outcome: 'failed', reasons: reasonsOf({ ...GOOD, lost }) } as const
  const text = reportText(reportOf('2026-11-20T02:00:00Z', failed), 'en')
  assert.match(text, /RTO {2}9\.0 s \(aim 30\.0 s\)/)
  assert.match(text, /1234 acknowledged payments and bills, each looked up: 25 lost/)
  assert.match(text, /\n {4}P19\n {4}5 more in the history\n/)
  assert.match(text, /The drill failed: 25 acknowledged payments or bills were lost\n$/)
  assert.match(reportText(reportOf('2026-11-20T02:00:00Z'), 'zh'), /同城切换 · 断电（kill -9）[\s\S]*演练通过\n$/)
})

test('a drill is due a number of days after it passed, or after the house began', () => {
  const day = (n: number) => new Date(Date.UTC(2026, 0, n))
  const passed = new Map([['failover', day(10)]])
  assert.deepEqual(overdue(passed, day(5), day(14), 10), [])
  assert.deepEqual(overdue(passed, day(5), day(15), 10), ['remote', 'restore', 'human-error'])
  assert.deepEqual(overdue(passed, day(5), day(20), 10), ['failover', 'remote', 'restore', 'human-error'])
})

test('who holds drills is reminded once, until one passes; the history has them all, and is never changed', async t => {
  const db = await testDatabase(t)
  const vault = await testVault(db)
  let now = new Date(Date.now() + 100 * 86_400_000)
  const app: Continuity = {
    ...{ db, vault, newId, now: () => now, log: pino({ level: 'silent' }), mailTo: [], webhook: false },
    ...{ drillDays: 90, drills: ['failover'] },
  }
  const alerts = async () =>
    (await db.pool.query("select count, acknowledged_by as by from alerts where key = 'drill_due:failover'")).rows
  assert.deepEqual(await remindOfDrills(app), ['failover'])
  await remindOfDrills(app)
  assert.deepEqual(await alerts(), [{ count: 2, by: '' }])

  const failed = reportOf(now.toISOString(), { outcome: 'failed', reasons: reasonsOf({ ...GOOD, rtoMs: null }) })
  await keepDrill(app, SYSTEM, failed)
  assert.deepEqual((await readDrills(app, {})).overdue, ['failover'])
  const passed = reportOf(now.toISOString(), { lost: [], name: 'failover' })
  await keepDrill(app, SYSTEM, passed)
  assert.deepEqual(await alerts(), [{ count: 2, by: 'system' }])
  assert.deepEqual(await remindOfDrills(app), [])

  const { drills, next } = await readDrills(app, { limit: 1 })
  assert.deepEqual(
    drills.map(({ drill_id, outcome, rto_ms }) => [drill_id, outcome, rto_ms]),
    [[passed.id, 'passed', 9_000]],
  )
  const rest = await readDrills(app, { after: next as string })
  assert.deepEqual(
    rest.drills.map(({ drill_id, reasons }) => [drill_id, reasons.length]),
    [[failed.id, 1]],
  )
  await assert.rejects(db.pool.query("update drills set outcome = 'passed'"), { code: '23001' })
  await assert.rejects(db.pool.query('delete from primary_terms'), { code: '23001' })
  const { rows } = await db.pool.query("select count(*)::int as n from operation_log where what = 'drill.run'")
  assert.equal(rows[0].n, 2)
  now = new Date(now.getTime() + 91 * 86_400_000)
  assert.deepEqual(await remindOfDrills(app), ['failover'])
})
