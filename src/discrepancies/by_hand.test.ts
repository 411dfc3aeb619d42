import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { actor } from '../../testkit/actors.ts'
import { type DiscrepancyCounter, discrepancyCounter } from '../../testkit/discrepancies.ts'
import { matchRows, unmatch } from './match_operations.ts'
import { readOpenRows } from './reading.ts'

const DAY = '2026-11-20'
const at = (time: string, day = DAY) => `${day} ${time}`

const match = (c: DiscrepancyCounter, discrepancies: readonly number[], change: object = {}) =>
  matchRows(c.app, c.li, {
    id: c.nextId(),
    discrepancies,
    rows: [],
    reason: '回单核对一致',
    trueCause: '',
    vouchers: [],
    ...change,
  })
const apart = (c: DiscrepancyCounter, of: { group?: number; paymentNo?: string }) =>
  unmatch(c.app, c.li, {
    id: c.nextId(),
    group: of.group ?? null,
    orderNo: of.paymentNo ? `O${of.paymentNo}` : '',
    paymentNo: of.paymentNo ?? '',
    reason: '不是同一笔',
    vouchers: [],
  })

/** Ours and theirs of one amount, too far apart to be matched by themselves. */
async function strangers(c: DiscrepancyCounter, theirs = 8000): Promise<[number, number]> {
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') }, { no: 'P2', fen: 5000, at: at('11:00:00') })
  await c.statement(DAY, [
    { no: 'P2', fen: 5000, at: at('11:00:03') },
    { no: 'P9', fen: theirs, at: at('20:00:00') },
  ])
  await c.settle(DAY)
  return [await c.discrepancy('platform_only'), await c.discrepancy('channel_only')]
}

test('matched by hand, left alone by runs, taken apart again and given back to the engine', async t => {
  const c = await discrepancyCounter(t)
  const [ours, theirs] = await strangers(c)
  const before = await c.places()
  const ask = { id: c.nextId(), trueCause: 'amount_entry' }
  const made = await match(c, [ours, theirs], ask)
  assert.deepEqual([made.outcome, made.difference, made.review_id], ['done', '0.00', ''])
  await c.sound()
  assert.deepEqual(await c.places(), ['group P1 + payment 80.00 P9 ', 'pair P2 = payment 50.00 P2'])
  const { state, action, ended_by, true_cause, match_group } = await c.standing(ours)
  assert.deepEqual(
    [state, action, ended_by, true_cause, String(match_group)],
    ['explained', 'match', 'li', 'amount_entry', made.match_group],
  )
  // The same id gives the same answer, whatever has become of the rows.
  assert.deepEqual(await match(c, [ours, theirs], ask), made)
  await assert.rejects(match(c, [ours, theirs]), { code: 'discrepancy_over' })
  await c.settle(DAY)
  await c.sound()
  assert.deepEqual(await c.places(), ['group P1 + payment 80.00 P9 ', 'pair P2 = payment 50.00 P2'])

  const undone = await apart(c, { group: Number(made.match_group) })
  assert.equal(undone.discrepancies.length, 2)
  await c.sound()
  await assert.rejects(apart(c, { group: Number(made.match_group) }), { code: 'match_unknown' })
  await c.settle(DAY)
  await c.sound()
  assert.deepEqual(await c.places(), before)
})

test('with a difference a second person agrees, who is another one; refused, nothing is held', async t => {
  const c = await discrepancyCounter(t)
  const [ours, theirs] = await strangers(c, 7990)
  const asked = await match(c, [ours, theirs])
  assert.deepEqual([asked.outcome, asked.difference, asked.match_group], ['awaiting_review', '-0.10', ''])
  await assert.rejects(match(c, [ours, theirs]), { code: 'discrepancy_under_review' })
  await assert.rejects(c.approve(asked.review_id, c.li), { code: 'maker_is_checker' })
  await c.refuse(asked.review_id)
  assert.equal((await c.standing(ours)).review_id, '')
  const again = await match(c, [ours, theirs])
  await c.settle(DAY)
  await c.approve(again.review_id)
  await c.sound()
  assert.deepEqual(await c.places(), ['group P1 + payment 79.90 P9 ', 'pair P2 = payment 50.00 P2'])
  const { rows } = await c.db.pool.query('select difference, made_by, reason from match_groups')
  assert.deepEqual(rows, [{ difference: -10, made_by: 'li', reason: '回单核对一致' }])
  c.clock.forward(7200)
  assert.equal((await c.close(DAY)).state, 'closed')
})

test('a question about what has changed meanwhile cannot be approved', async t => {
  const c = await discrepancyCounter(t)
  const [ours, theirs] = await strangers(c, 7990)
  const asked = await match(c, [ours, theirs])
  await c.statement(DAY, [{ no: 'P1', fen: 8000, at: at('10:00:02') }], { part: true })
  await c.settle(DAY)
  await assert.rejects(c.approve(asked.review_id), { code: 'review_stale' })
  await c.sound()
})

test('single rows are taken out of a discrepancy, and what is left stays one', async t => {
  const c = await discrepancyCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') })
  await c.statement(DAY, [
    { no: 'P1', fen: 7000, at: at('10:00:01') },
    { no: 'P9', fen: 8000, at: at('20:00:31') },
  ])
  await c.settle(DAY)
  const id = await c.discrepancy('amount_mismatch')
  const { rows } = await c.db.pool.query(
    `select r.side, r.order_no as "orderNo", r.row_id as id from discrepancy_rows r join discrepancies x on x.id = r.discrepancy_id
      where r.side = 'ours' or x.kind = 'channel_only' order by r.side`,
  )
  const made = await match(c, [], { rows })
  assert.deepEqual([made.outcome, made.difference], ['done', '0.00'])
  await c.sound()
  const rest = await c.standing(id)
  assert.deepEqual(
    [rest.state, rest.kind, rest.cause, rest.difference, rest.amount],
    ['open', 'channel_only', 'rest_of_match', 7000, 7000],
  )
  await assert.rejects(match(c, [], { rows }), { code: 'row_not_open' })
  await c.settle(DAY)
  await c.sound()
  assert.equal((await c.standing(id)).state, 'open')
  assert.deepEqual(await c.places(), ['channel_only open payment 70.00 P1 lost_notice', 'group P1 + payment 80.00 P9 '])
})

test('what the engine matched and a person took apart is left alone by runs; its fee remark ends', async t => {
  const c = await discrepancyCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') })
  await c.statement(DAY, [{ no: 'P1', fen: 8000, at: at('10:00:03') }])
  await c.settle(DAY)
  const undone = await apart(c, { paymentNo: 'P1' })
  assert.equal(undone.discrepancies.length, 2)
  await c.sound()
  await c.settle(DAY)
  await c.sound()
  assert.deepEqual(await c.places(), [
    'channel_only open payment 80.00 P1 unmatched_by_hand',
    'platform_only open P1 unmatched_by_hand',
  ])
  await assert.rejects(apart(c, { paymentNo: 'P1' }), { code: 'match_unknown' })
  const owners = await c.db.pool.query('select distinct owner, origin from discrepancies')
  assert.deepEqual(owners.rows, [{ owner: 'li', origin: 'person' }])
  await match(c, undone.discrepancies.map(Number))
  await c.sound()
  c.clock.forward(7200)
  assert.equal((await c.close(DAY)).state, 'closed')
})

test('a closed day keeps its matches and its proof; what was left open there is matched in the open one', async t => {
  const c = await discrepancyCounter(t)
  const [ours, theirs] = await strangers(c)
  c.clock.forward(3 * 3600)
  const closed = await c.close(DAY)
  assert.equal(closed.state, 'closed')
  await assert.rejects(apart(c, { paymentNo: 'P2' }), { code: 'match_final' })
  await assert.rejects(match(c, [ours, theirs]), { code: 'no_open_day' })
  await c.pays({ no: 'P3', fen: 100, at: at('09:00:00', '2026-11-21') })
  await c.statement('2026-11-21', [{ no: 'P3', fen: 100, at: at('09:00:01', '2026-11-21') }])
  await c.settle('2026-11-21')
  const made = await match(c, [ours, theirs])
  assert.equal(made.outcome, 'done')
  await c.sound()
  assert.deepEqual((await c.day(DAY))?.proof, closed.proof)
  const { rows } = await c.db.pool.query(
    'select d.business_date::text as day from match_groups g join runs r on r.id = g.run join days d on d.id = r.day_id',
  )
  assert.deepEqual(rows, [{ day: '2026-11-21' }])
  // It is a match of the open day: while that is open it can be taken apart, but its rows belong to the closed one.
  await assert.rejects(apart(c, { group: Number(made.match_group) }), { code: 'match_final' })
})

test('a payment that was confirmed is not taken apart; rows of two currencies or one row alone make no match', async t => {
  const c = await discrepancyCounter(t)
  const [ours] = await strangers(c)
  await c.db.pool.query(
    `insert into confirmations (order_no, movement_id, no, at, by, by_name, kind)
     select order_no, id, 1, now(), 'li', '李', 'plain' from movements where payment_no = 'P2'`,
  )
  await assert.rejects(apart(c, { paymentNo: 'P2' }), { code: 'match_confirmed' })
  await assert.rejects(match(c, [ours]), { code: 'match_too_small' })
  await assert.rejects(match(c, [ours, 999]), { code: 'discrepancy_unknown' })
  await c.sound()
})

test('runs that began before a person placed rows are overtaken', async t => {
  const c = await discrepancyCounter(t)
  const [ours, theirs] = await strangers(c)
  const before = (await c.day(DAY))?.revision ?? 0
  await match(c, [ours, theirs])
  assert.equal((await c.day(DAY))?.revision, before + 1)
})

test('rows that can be matched are told by side, found by amount and number, and only within one’s scope', async t => {
  const c = await discrepancyCounter(t)
  const [ours, theirs] = await strangers(c)
  const ask = { channel: 'wechat', account: 'wx', currency: 'CNY' }
  const rows = async (query: object, who = c.li) =>
    (await readOpenRows(c.app, who, { ...ask, side: 'ours', ...query })).rows.map(
      row => `${row.key.side} ${row.row.name} ${row.moved} of ${row.discrepancy_id}`,
    )
  const [mine] = await rows({})
  assert.equal(mine, `ours P1 80.00 of ${ours}`)
  assert.equal((await rows({ side: 'theirs' })).length, 1)
  assert.deepEqual(await rows({ amount: '80.00' }), [mine])
  assert.deepEqual(await rows({ amount: '80.01' }), [])
  assert.deepEqual(await rows({ number: 'P1' }), [mine])
  assert.deepEqual(await rows({ number: 'P2' }), [], 'matched already')
  assert.deepEqual(await rows({ discrepancy_id: String(theirs) }), [])
  assert.deepEqual(await rows({ account: 'other' }), [])
  assert.deepEqual(await rows({ currency: 'USD' }), [])
  assert.deepEqual(await rows({}, actor('elsewhere', [{ merchants: null, channels: ['alipay'] }])), [])

  // Their keys go back as they are.
  const sides = await Promise.all(
    (['ours', 'theirs'] as const).map(side => readOpenRows(c.app, c.li, { ...ask, side })),
  )
  const keys = sides.flatMap(side => side.rows.map(({ key }) => key))
  const made = await match(c, [], {
    rows: keys.map(key => ({ side: key.side, orderNo: key.order_no, id: Number(key.row_id) })),
  })
  assert.deepEqual([made.outcome, made.difference], ['done', '0.00'])
  assert.deepEqual(await rows({}), [])
  await c.sound()
})
