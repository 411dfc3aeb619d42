import { strict as assert } from 'node:assert'
import { type TestContext, test } from 'node:test'
import { daysCounter } from '../../../testkit/days.ts'
import { DEFAULT_RULES } from '../../rules/rules.ts'
import { useScratch } from '../scratch.ts'
import { settleDay } from './run.ts'
import { type Shared, shareRun } from './sharing.ts'
import { closeDue, openNewDays } from './tick.ts'

const at = (time: string, day = '2026-11-20') => `${day} ${time}`

test('a day: plain pairs, 短款, 长款 and another amount; each row has one place, the proof holds, the day closes', async t => {
  const c = await daysCounter(t)
  await c.pays(
    { no: 'P1', fen: 8000, at: at('10:00:00') },
    { no: 'P2', fen: 5000, at: at('10:01:00') },
    { no: 'P3', fen: 7000, at: at('10:02:00') },
  )
  await c.statement('2026-11-20', [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 5010, at: at('10:01:02') },
    { no: 'P9', fen: 900, at: at('11:00:00') },
  ])
  const run = await c.settle('2026-11-20')
  assert.deepEqual([run?.pairs, run?.groups, run?.discrepancies, run?.covered], [1, 0, 3, true])
  assert.deepEqual(await c.places(), [
    'amount_mismatch open P2 + payment 50.10 P2 amount_entry',
    'channel_only open payment 9.00 P9 lost_notice',
    'pair P1 = payment 80.00 P1',
    'platform_only open P3 not_in_statement',
  ])
  const closed = await c.close('2026-11-20')
  assert.deepEqual([closed.state, closed.blocked, closed.proof?.ok, closed.selfCheck?.sampled], ['closed', '', true, 1])
  assert.deepEqual(closed.proof?.byCurrency.CNY, {
    ours: '20000',
    theirs: '13910',
    steps: [
      { step: 'channel_only', rows: 1, amount: '900' },
      { step: 'platform_only', rows: 1, amount: '-7000' },
      { step: 'amount_mismatch', rows: 2, amount: '10' },
    ],
    rest: '0',
  })
})

test('a run again changes nothing; a discrepancy keeps its number, its owner and its age', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') })
  await c.statement('2026-11-20', [{ no: 'P2', fen: 8100, at: at('12:00:00') }])
  await c.settle('2026-11-20')
  const before = await c.places()
  await c.db.pool.query("update discrepancies set owner = 'staff:li'")
  const ids = async () =>
    (await c.db.pool.query('select id, owner, state, opened_at from discrepancies order by id')).rows
  const first = await ids()
  c.clock.forward(600)
  await c.settle('2026-11-20')
  assert.deepEqual(await c.places(), before)
  assert.deepEqual(await ids(), first)
})

test('what came after the run is settled by the next; a late line explains the discrepancy and names the pair', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') }, { no: 'P2', fen: 500, at: at('10:05:00') })
  await c.statement('2026-11-20', [{ no: 'P1', fen: 8000, at: at('10:00:03') }], { part: true })
  await c.settle('2026-11-20')
  assert.deepEqual(await c.places(), ['pair P1 = payment 80.00 P1', 'platform_only open P2 not_in_statement'])
  await c.statement('2026-11-20', [{ no: 'P2', fen: 500, at: at('10:05:02') }], { part: true })
  await c.settle('2026-11-20')
  assert.deepEqual(await c.places(), ['pair P1 = payment 80.00 P1', 'pair P2 = payment 5.00 P2'])
  const { rows } = await c.db.pool.query('select state, action, link_order_no, ended_by from discrepancies')
  assert.deepEqual(rows, [{ state: 'explained', action: 'matched', link_order_no: 'OP2', ended_by: 'platform' }])
})

test('without the statement nothing is missing: same-day lines are matched, the rest waits, and the day does not close', async t => {
  const c = await daysCounter(t, '2026-11-20T15:00:00+08:00')
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') }, { no: 'P2', fen: 500, at: at('10:05:00') })
  await c.statement('2026-11-20', [{ no: 'P1', fen: 8000, at: at('10:00:03') }], { part: true })
  const run = await c.settle('2026-11-20')
  assert.deepEqual([run?.covered, run?.pairs, run?.discrepancies], [false, 1, 0])
  assert.deepEqual(await c.places(), ['pair P1 = payment 80.00 P1'])
  assert.equal((await c.day('2026-11-20'))?.state, 'waiting')
  await assert.rejects(c.close('2026-11-20'), { code: 'day_not_over' })
  await c.statement('2026-11-20', [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 500, at: at('10:05:02') },
  ])
  c.clock.forward(20 * 3600)
  await c.settle('2026-11-20')
  assert.equal((await c.close('2026-11-20')).state, 'closed')
})

test('what waits for the statement is looked at again when it has come, however much came since', async t => {
  const c = await daysCounter(t, '2026-11-20T15:00:00+08:00')
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') })
  const unknown = { no: 'P9', fen: 700, at: at('10:01:00') }
  await c.statement('2026-11-20', [unknown], { part: true })
  await c.settle('2026-11-20')
  assert.deepEqual(await c.places(), [])
  // More of other accounts than any run looks back for what was under way.
  await c.db.pool.query("select setval(pg_get_serial_sequence('movements', 'id'), 50000)")
  await c.pays({ no: 'P2', fen: 500, at: at('10:05:00') })
  await c.settle('2026-11-20')
  await c.statement('2026-11-20', [unknown, { no: 'P2', fen: 500, at: at('10:05:02') }])
  c.clock.forward(20 * 3600)
  await c.settle('2026-11-20')
  assert.deepEqual(await c.places(), [
    'channel_only open payment 7.00 P9 lost_notice',
    'pair P2 = payment 5.00 P2',
    'platform_only open P1 not_in_statement',
  ])
  assert.equal((await c.close('2026-11-20')).state, 'closed')
})

test('a shortage of a closed day that a newer version explains and the next one does not stays a shortage, before the open day’s statement comes', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') }, { no: 'P2', fen: 500, at: at('10:05:00') })
  const [one, two] = [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 500, at: at('10:05:02') },
  ]
  await c.statement('2026-11-20', [two])
  await c.settle('2026-11-20')
  assert.equal((await c.close('2026-11-20')).state, 'closed')
  const short = ['pair P2 = payment 5.00 P2', 'platform_only open P1 not_in_statement']
  assert.deepEqual(await c.places(), short)
  c.clock.forward(2 * 3600)
  await c.statement('2026-11-20', [one, two], { newest: true })
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), ['pair P1 = payment 80.00 P1', 'pair P2 = payment 5.00 P2'])
  await c.statement('2026-11-20', [two], { newest: true })
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), short)
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), short)
  c.clock.forward(24 * 3600)
  await c.pays({ no: 'P5', fen: 100, at: at('09:00:00', '2026-11-21') })
  await c.statement('2026-11-21', [{ no: 'P5', fen: 100, at: at('09:00:01', '2026-11-21') }])
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), [short[0], 'pair P5 = payment 1.00 P5', short[1]])
  const next = await c.close('2026-11-21')
  assert.deepEqual([next.state, next.blocked, next.proof?.byCurrency.CNY?.rest], ['closed', '', '0'])
})

test('over midnight: in transit out of one day, into the other; both proofs hold', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('23:59:58') }, { no: 'P2', fen: 500, at: at('10:05:00') })
  await c.statement('2026-11-20', [{ no: 'P2', fen: 500, at: at('10:05:02') }])
  await c.settle('2026-11-20')
  assert.deepEqual(await c.places(), ['in_transit open P1 cutoff', 'pair P2 = payment 5.00 P2'])
  const closed = await c.close('2026-11-20')
  assert.deepEqual(closed.proof?.byCurrency.CNY?.steps, [{ step: 'in_transit', rows: 1, amount: '-8000' }])
  await c.statement('2026-11-21', [{ no: 'P1', fen: 8000, at: at('00:00:03', '2026-11-21') }])
  c.clock.forward(24 * 3600)
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), ['pair P1 = payment 80.00 P1 cross_day', 'pair P2 = payment 5.00 P2'])
  const next = await c.close('2026-11-21')
  assert.deepEqual([next.state, next.blocked], ['closed', ''])
  assert.deepEqual(next.proof?.byCurrency.CNY, {
    ours: '0',
    theirs: '8000',
    steps: [{ step: 'in_transit_in', rows: 1, amount: '8000' }],
    rest: '0',
  })
  assert.deepEqual((await c.day('2026-11-20'))?.proof, closed.proof)
})

test('a restated statement of an open day: only what changed is matched again; a removed row turns its match into 短款', async t => {
  const c = await daysCounter(t)
  await c.pays(
    { no: 'P1', fen: 8000, at: at('10:00:00') },
    { no: 'P2', fen: 500, at: at('10:05:00') },
    { no: 'P3', fen: 300, at: at('10:06:00') },
  )
  const [one, two, three] = [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 500, at: at('10:05:02') },
    { no: 'P3', fen: 300, at: at('10:06:02') },
  ]
  await c.statement('2026-11-20', [one, two, three])
  await c.settle('2026-11-20')
  const again = await c.statement('2026-11-20', [one, { ...three, fen: 350 }], { madeAt: '2026-11-21T09:00:00+08:00' })
  assert.deepEqual([again.booked, again.known, again.superseded], [1, 1, 2])
  const { rows: changes } = await c.db.pool.query(
    "select change, before->>'amount' as before, after->>'amount' as after from statement_changes order by 1",
  )
  assert.deepEqual(changes, [
    { change: 'changed', before: '300', after: '350' },
    { change: 'removed', before: '500', after: null },
  ])
  const run = await c.settle('2026-11-20')
  assert.deepEqual([run?.movements, run?.lines], [2, 1])
  assert.deepEqual(await c.places(), [
    'amount_mismatch open P3 + payment 3.50 P3 amount_entry',
    'pair P1 = payment 80.00 P1',
    'platform_only open P2 not_in_statement',
  ])
  assert.equal((await c.close('2026-11-20')).state, 'closed')
})

test('an older version that comes after a newer one changes nothing, and is kept with its differences', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') })
  await c.statement('2026-11-20', [{ no: 'P1', fen: 8000, at: at('10:00:03') }], {
    madeAt: '2026-11-21T09:00:00+08:00',
  })
  await c.settle('2026-11-20')
  const older = await c.statement(
    '2026-11-20',
    [
      { no: 'P1', fen: 8100, at: at('10:00:03') },
      { no: 'P7', fen: 1, at: at('10:00:03') },
    ],
    { madeAt: '2026-11-21T07:00:00+08:00' },
  )
  assert.deepEqual([older.booked, older.passedOver, older.superseded], [0, 2, 0])
  await c.settle('2026-11-20')
  assert.deepEqual(await c.places(), ['pair P1 = payment 80.00 P1'])
  const { rows } = await c.db.pool.query('select change from statement_changes order by 1')
  assert.deepEqual(
    rows.map(row => row.change),
    ['added', 'changed'],
  )
})

test('a closed day is never edited: a restated statement is corrected by entries of the open day', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') }, { no: 'P2', fen: 500, at: at('10:05:00') })
  const [one, two] = [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 500, at: at('10:05:02') },
  ]
  await c.statement('2026-11-20', [one, two])
  await c.settle('2026-11-20')
  const closed = await c.close('2026-11-20')
  c.clock.forward(24 * 3600)
  await c.pays({ no: 'P5', fen: 100, at: at('09:00:00', '2026-11-21') })
  await c.statement('2026-11-21', [{ no: 'P5', fen: 100, at: at('09:00:01', '2026-11-21') }])
  await c.statement('2026-11-20', [{ ...one, fen: 7900 }], { madeAt: '2026-11-22T07:00:00+08:00' })
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), [
    'amount_mismatch open payment 79.00 P1 + refund -80.00 P1 restated_statement',
    'pair P1 = payment 80.00 P1',
    'pair P2 = payment 5.00 P2',
    'pair P5 = payment 1.00 P5',
    'platform_only open refund -5.00 P2 restated_statement',
  ])
  assert.deepEqual((await c.day('2026-11-20'))?.proof, closed.proof)
  const next = await c.close('2026-11-21')
  assert.deepEqual([next.state, next.blocked], ['closed', ''])
  assert.deepEqual(next.proof?.byCurrency.CNY, {
    ours: '100',
    theirs: '-500',
    steps: [
      { step: 'platform_only', rows: 1, amount: '-500' },
      { step: 'amount_mismatch', rows: 2, amount: '-100' },
    ],
    rest: '0',
  })
  // Once, however often it is settled.
  c.clock.forward(24 * 3600)
  await c.settle('2026-11-22')
  assert.equal((await c.places()).length, 5)
})

test('neither an entry that corrects a closed day nor a row of another day’s statement is the open day’s own statement', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') })
  await c.statement('2026-11-20', [{ no: 'P1', fen: 8000, at: at('10:00:03') }])
  await c.settle('2026-11-20')
  assert.equal((await c.close('2026-11-20')).state, 'closed')
  c.clock.forward(24 * 3600)
  await c.pays({ no: 'P5', fen: 100, at: at('09:00:00', '2026-11-21') })
  // The entries count in the 21st, and this version lists a row of that day, too.
  const past = { no: 'P6', fen: 300, at: at('00:00:20', '2026-11-21') }
  await c.statement('2026-11-20', [{ no: 'P1', fen: 7900, at: at('10:00:03') }, past], { newest: true })
  const early = await c.settle('2026-11-21')
  assert.equal(early?.covered, false)
  assert.ok(!(await c.places()).some(place => place.includes('P5')), 'what no statement speaks of is not missing')
  const open = await c.close('2026-11-21')
  assert.deepEqual([open.state, open.blocked !== ''], ['waiting', true])
  await c.statement('2026-11-21', [past, { no: 'P5', fen: 100, at: at('09:00:01', '2026-11-21') }])
  await c.settle('2026-11-21')
  assert.ok((await c.places()).includes('pair P5 = payment 1.00 P5'))
  assert.equal((await c.close('2026-11-21')).state, 'closed')
})

test('a statement that goes back to its first version: matched again in an open day, undone by entries once the day is closed', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') })
  const one = { no: 'P1', fen: 8000, at: at('10:00:03') }
  const list = (fen: number) => c.statement('2026-11-20', [{ ...one, fen }], { newest: true })
  await list(8000)
  await c.settle('2026-11-20')
  await list(7900)
  await c.settle('2026-11-20')
  assert.deepEqual(await c.places(), ['amount_mismatch open P1 + payment 79.00 P1 amount_entry'])
  await list(8000)
  await c.settle('2026-11-20')
  assert.deepEqual(await c.places(), ['group P1 + payment 80.00 P1 '])
  const closed = await c.close('2026-11-20')
  assert.deepEqual([closed.state, closed.blocked, closed.proof?.byCurrency.CNY?.theirs], ['closed', '', '8000'])
  c.clock.forward(24 * 3600)
  await c.statement('2026-11-21', [])
  await list(7900)
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), [
    'amount_mismatch open payment 79.00 P1 + refund -80.00 P1 restated_statement',
    'group P1 + payment 80.00 P1 ',
  ])
  await list(8000)
  await c.settle('2026-11-21')
  // The entry and the line that is back undo each other.
  const undone = ['group P1 + payment 80.00 P1 ', 'group payment 80.00 P1 + refund -80.00 P1 ']
  assert.deepEqual(await c.places(), undone)
  const next = await c.close('2026-11-21')
  assert.deepEqual([next.state, next.blocked], ['closed', ''])
  assert.deepEqual(next.proof?.byCurrency.CNY, {
    ours: '0',
    theirs: '0',
    steps: [{ step: 'matched', rows: 2, amount: '0' }],
    rest: '0',
  })
  // Once both days are closed, the same again takes entries in the day after.
  c.clock.forward(24 * 3600)
  await c.statement('2026-11-22', [])
  await list(8100)
  await c.settle('2026-11-22')
  const corrected = 'amount_mismatch open payment 81.00 P1 + refund -80.00 P1 restated_statement'
  assert.deepEqual(await c.places(), [corrected, ...undone])
  const third = await c.close('2026-11-22')
  assert.deepEqual([third.state, third.proof?.byCurrency.CNY?.theirs], ['closed', '100'])
  c.clock.forward(24 * 3600)
  await c.statement('2026-11-23', [])
  await list(8000)
  await c.settle('2026-11-23')
  const back = 'amount_mismatch open payment 80.00 P1 + refund -81.00 P1 restated_statement'
  assert.deepEqual(await c.places(), [back, corrected, ...undone])
  const fourth = await c.close('2026-11-23')
  assert.deepEqual([fourth.state, fourth.proof?.byCurrency.CNY?.theirs], ['closed', '-100'])
})

test('a record that a newer version dropped after the close and the next one lists again: its entry is undone', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') }, { no: 'P2', fen: 500, at: at('10:05:00') })
  const [one, two] = [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 500, at: at('10:05:02') },
  ]
  await c.statement('2026-11-20', [one, two])
  await c.settle('2026-11-20')
  await c.close('2026-11-20')
  c.clock.forward(24 * 3600)
  await c.statement('2026-11-21', [])
  await c.statement('2026-11-20', [one], { newest: true })
  await c.settle('2026-11-21')
  const pairs = ['pair P1 = payment 80.00 P1', 'pair P2 = payment 5.00 P2']
  assert.deepEqual(await c.places(), [...pairs, 'platform_only open refund -5.00 P2 restated_statement'])
  await c.db.pool.query("update discrepancies set owner = 'li' where origin = 'restatement'")
  await c.statement('2026-11-20', [one, { ...two, fen: 600 }], { newest: true })
  await c.settle('2026-11-21')
  const changed = 'amount_mismatch open payment 6.00 P2 + refund -5.00 P2 restated_statement'
  assert.deepEqual(await c.places(), [changed, ...pairs])
  const { rows } = await c.db.pool.query("select owner, evidence_en from discrepancies where state = 'open'")
  assert.equal(rows[0].owner, 'li')
  assert.match(rows[0].evidence_en, /^2026-11-20 is closed; a restated statement changed/)
  await c.statement('2026-11-20', [one, two], { newest: true })
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), ['group payment 5.00 P2 + refund -5.00 P2 ', ...pairs])
  const next = await c.close('2026-11-21')
  assert.deepEqual([next.state, next.blocked, next.proof?.byCurrency.CNY?.rest], ['closed', '', '0'])
})

test('what comes late for a closed day counts in the open one', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') })
  await c.statement('2026-11-20', [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 500, at: at('10:05:02') },
  ])
  await c.settle('2026-11-20')
  await c.close('2026-11-20')
  // The lost notice is filled in after the close.
  await c.pays({ no: 'P2', fen: 500, at: at('10:05:00') })
  c.clock.forward(24 * 3600)
  await c.statement('2026-11-21', [])
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), ['pair P1 = payment 80.00 P1', 'pair P2 = payment 5.00 P2'])
  const next = await c.close('2026-11-21')
  assert.deepEqual([next.state, next.blocked], ['closed', ''])
  assert.deepEqual(next.proof?.byCurrency.CNY?.steps, [{ step: 'in_transit_out', rows: 1, amount: '-500' }])
})

/** P1 was paid at 23:59:30 of the 20th, which is closed; the statement of the 21st lists it. */
async function listedNextDay(t: TestContext) {
  const c = await daysCounter(t)
  const [one, five] = [
    { no: 'P1', fen: 8000, at: at('23:59:30') },
    { no: 'P5', fen: 100, at: at('09:00:00', '2026-11-21') },
  ]
  await c.pays(one, five)
  await c.statement('2026-11-20', [])
  await c.settle('2026-11-20')
  assert.equal((await c.close('2026-11-20')).state, 'closed')
  c.clock.forward(24 * 3600)
  const list = (fen: number, hour: number) =>
    c.statement('2026-11-21', [{ ...one, fen }, five], { madeAt: `2026-11-22T0${hour}:00:00+08:00` })
  return { ...c, list }
}

test('a line that came late for a closed day and is restated in the day it counts in is matched again there', async t => {
  const c = await listedNextDay(t)
  // Nobody has seen the first version's.
  await c.list(8060, 1)
  await c.list(8050, 2)
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), [
    'amount_mismatch open P1 + payment 80.50 P1 amount_entry',
    'pair P5 = payment 1.00 P5',
  ])
  await c.list(8000, 3)
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), ['group P1 + payment 80.00 P1 ', 'pair P5 = payment 1.00 P5'])
  const closed = await c.close('2026-11-21')
  assert.deepEqual([closed.state, closed.blocked], ['closed', ''])
  assert.deepEqual(closed.proof?.byCurrency.CNY, {
    ours: '100',
    theirs: '8100',
    steps: [{ step: 'in_transit_in', rows: 1, amount: '8000' }],
    rest: '0',
  })
})

test('rows of a decided discrepancy whose line is restated are looked at again, wherever they count', async t => {
  const c = await listedNextDay(t)
  await c.list(8050, 1)
  await c.settle('2026-11-21')
  await c.db.pool.query(
    "update discrepancies set state = 'resolved', action = 'accept_platform', ended_at = now(), ended_by = 'tester' where kind = 'amount_mismatch'",
  )
  await c.list(8000, 2)
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), ['group P1 + payment 80.00 P1 ', 'pair P5 = payment 1.00 P5'])
  const closed = await c.close('2026-11-21')
  assert.deepEqual([closed.state, closed.blocked], ['closed', ''])
})

test('a line that came late for a closed day and is restated after the close of the day it counts in is corrected', async t => {
  const c = await listedNextDay(t)
  await c.list(8000, 1)
  await c.settle('2026-11-21')
  assert.equal((await c.close('2026-11-21')).state, 'closed')
  await c.list(7900, 2)
  c.clock.forward(24 * 3600)
  const nine = { no: 'P9', fen: 1, at: at('09:00:00', '2026-11-22') }
  await c.statement('2026-11-22', [nine])
  await c.settle('2026-11-22')
  const corrected = 'amount_mismatch open payment 79.00 P1 + refund -80.00 P1 restated_statement'
  const pairs = ['pair P1 = payment 80.00 P1', 'pair P5 = payment 1.00 P5']
  assert.deepEqual(await c.places(), [corrected, 'channel_only open payment 0.01 P9 lost_notice', ...pairs])
  // No statement lists the entry, and none takes it away.
  const again = await c.statement('2026-11-22', [{ ...nine, fen: 2 }], { madeAt: '2026-11-24T01:00:00+08:00' })
  assert.deepEqual([again.booked, again.superseded], [1, 1])
  await c.settle('2026-11-22')
  assert.deepEqual(await c.places(), [corrected, 'channel_only open payment 0.02 P9 lost_notice', ...pairs])
  const next = await c.close('2026-11-22')
  assert.deepEqual([next.state, next.blocked], ['closed', ''])
  assert.deepEqual(next.proof?.byCurrency.CNY?.theirs, '-98')
})

test('a channel number that was settled the day before is said to be so, not taken for a payment that we lost', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('23:50:00') })
  const line = { no: 'P1', fen: 8000, at: at('23:50:03') }
  await c.statement('2026-11-20', [line])
  await c.settle('2026-11-20')
  await c.close('2026-11-20')
  c.clock.forward(24 * 3600)
  await c.statement('2026-11-21', [{ ...line, at: at('00:10:00', '2026-11-21') }])
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), [
    'channel_only open payment 80.00 P1 number_conflict',
    'pair P1 = payment 80.00 P1',
  ])
})

test('a pair that was tampered with does not get past the close', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') }, { no: 'P2', fen: 8000, at: at('10:05:00') })
  await c.statement('2026-11-20', [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 8000, at: at('10:05:02') },
  ])
  await c.settle('2026-11-20')
  await c.db.pool.query(
    `update match_links k set line_id = (select min(o.line_id) + max(o.line_id) from match_links o) - k.line_id`,
  )
  const day = await c.close('2026-11-20')
  assert.deepEqual([day.state, day.blocked, day.proof?.ok], ['provisional', 'self_check_failed', true])
  assert.deepEqual(day.selfCheck?.disagreements, ['P1', 'P2'])
})

test('lines without a place, places given twice and a wrong sum each hold the close', async t => {
  const c = await daysCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') }, { no: 'P2', fen: 500, at: at('10:05:00') })
  await c.statement('2026-11-20', [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 500, at: at('10:05:02') },
  ])
  await c.settle('2026-11-20')
  await c.pays({ no: 'P3', fen: 300, at: at('11:00:00') })
  assert.equal((await c.close('2026-11-20')).blocked, 'rows_waiting')
  await c.settle('2026-11-20')
  await c.db.pool.query(`update match_links set line_id = (select max(line_id) from match_links)`)
  assert.equal((await c.close('2026-11-20')).blocked, 'rows_waiting')
  await c.db.pool.query(
    `update match_links k set line_id = l.id from movements m join statement_lines l on l.channel_trade_no = m.channel_trade_no
      where m.order_no = k.order_no and m.id = k.movement_id`,
  )
  await c.db.pool.query(
    `insert into discrepancy_rows (discrepancy_id, side, order_no, row_id, day_id, moved, currency)
     select x.id, 'ours', m.order_no, m.id, x.day_id, 0, 'CNY' from movements m, discrepancies x where m.payment_no = 'P1'`,
  )
  assert.equal((await c.close('2026-11-20')).blocked, 'rows_twice')
  await c.db.pool.query("delete from discrepancy_rows where order_no = 'OP1'")
  assert.equal((await c.close('2026-11-20')).state, 'closed')
})

test('an order paid twice: the later payment stays a surplus, however often it is settled, and whenever it came', async t => {
  const c = await daysCounter(t)
  const first = { no: 'P1', fen: 8000, at: at('10:00:00'), order: 'O1' }
  const second = { no: 'P2', fen: 8000, at: at('10:20:00'), order: 'O1' }
  const twice = ['duplicate_payment open P2 + payment 80.00 P2 paid_twice', 'pair P1 = payment 80.00 P1']
  await c.pays(first)
  await c.statement('2026-11-20', [{ ...first, at: at('10:00:03') }], { part: true })
  await c.settle('2026-11-20')
  await c.pays(second)
  await c.statement('2026-11-20', [{ ...second, at: at('10:20:03') }], { part: true })
  await c.settle('2026-11-20')
  const places = await c.places()
  assert.deepEqual(
    places.map(place => place.replace(/ \w+$/, '')),
    twice.map(place => place.replace(/ \w+$/, '')),
  )
  await c.settle('2026-11-20')
  assert.deepEqual(await c.places(), places)
  assert.equal((await c.close('2026-11-20')).state, 'closed')
  c.clock.forward(24 * 3600)
  await c.statement('2026-11-21', [])
  await c.settle('2026-11-21')
  assert.deepEqual(await c.places(), places)
})

test('a large day is shared: others take shares of it, one of them dies with one, and the answer is the same', async t => {
  const c = await daysCounter(t)
  const rows = Array.from({ length: 60 }, (_, i) => ({
    no: `P${i + 1}`,
    fen: 100 + i * 37,
    at: at(`10:${String(i).padStart(2, '0')}:00`),
  }))
  await c.pays(...rows)
  await c.statement('2026-11-20', rows.slice(1))
  let helped = 0
  const share = async (shared: Shared) => {
    // One that takes a share and is gone before it is done.
    const dying = await c.db.connect()
    await useScratch(dying, shared.schema)
    await dying.query('begin')
    await dying.query('select part from share_list order by part limit 1 for update')
    helped += (await Promise.all([shareRun(c.app, shared), shareRun(c.app, shared)])).reduce((sum, n) => sum + n, 0)
    setTimeout(() => void dying.end(), 300)
  }
  const run = await settleDay({ ...c.app, share: { from: 1, helpers: async () => 2, ask: share } }, c.of('2026-11-20'))
  assert.deepEqual([run?.pairs, run?.discrepancies], [59, 1])
  assert.equal(helped, 7)
  assert.equal((await c.close('2026-11-20')).state, 'closed')
  assert.equal(
    await shareRun(c.app, { schema: 'reconcile_1', rules: DEFAULT_RULES, channels: ['wechat'], currencies: ['CNY'] }),
    0,
  )
})

test('a day that is held up is looked at once, and again when something has happened to it', async t => {
  const c = await daysCounter(t, '2026-11-21T08:00:00+08:00')
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') })
  await openNewDays(c.app)
  assert.equal(await closeDue(c.app), 0)
  assert.equal((await c.day('2026-11-20'))?.blocked, '')
  c.clock.forward(2 * 3600)
  assert.equal(await closeDue(c.app), 0)
  const held = await c.day('2026-11-20')
  assert.equal(held?.blocked, 'statement_missing')
  c.clock.forward(60)
  assert.equal(await closeDue(c.app), 0)
  assert.deepEqual((await c.day('2026-11-20'))?.proof, held?.proof)
  await c.statement('2026-11-20', [{ no: 'P1', fen: 8000, at: at('10:00:03') }])
  await c.settle('2026-11-20')
  assert.equal(await closeDue(c.app), 1)
  assert.equal((await c.day('2026-11-20'))?.state, 'closed')
})

test('what the rules say of a merchant holds for the bills of its fee items, and the fee item’s own word comes first', async t => {
  const c = await daysCounter(t)
  const rows = [
    { no: 'P1', fen: 8_000, at: '2026-11-20 10:00:00' },
    { no: 'P2', fen: 9_000, at: '2026-11-20 11:00:00' },
    { no: 'P3', fen: 9_500, at: '2026-11-20 12:00:00' },
  ] as const
  await c.paysOnPlatform(...rows)
  await c.db.pool.query(`
    insert into merchants (merchant_no, name, department_id, created_at) values ('N', '学校', 'D', now());
    insert into fee_items (id, merchant_no, name, category, created_at) values
      ('V', 'M', '污水费', 'water', now()), ('X', 'N', '学费', 'tuition', now());
    update movements set fee_item = 'V' where payment_no = 'P2';
    update movements set fee_item = 'X' where payment_no = 'P3'`)
  await c.rules('defaults: { merchants: { M: { confirm_above: "50.00" } }, fee_items: { V: { confirm_above: null } } }')
  await c.statement('2026-11-20', rows)
  await c.settle('2026-11-20')
  const { rows: links } = await c.db.pool.query(
    'select m.payment_no as no, k.needs_confirmation as asked from match_links k join movements m on m.order_no = k.order_no and m.id = k.movement_id order by 1',
  )
  assert.deepEqual(
    links.map(({ no, asked }) => `${no} ${asked}`),
    ['P1 true', 'P2 false', 'P3 false'],
  )
})
