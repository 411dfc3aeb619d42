import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { type DiscrepancyCounter, discrepancyCounter } from '../../testkit/discrepancies.ts'
import { outboxOf } from '../../testkit/outbox.ts'
import type { ActAsk } from './api.ts'
import { followRefund } from './asking.ts'
import { doAction } from './bulk.ts'
import { followRefunds, tellOverdue } from './care.ts'
import { act } from './operations.ts'

const DAY = '2026-11-20'
const at = (time: string, day = DAY) => `${day} ${time}`

const doIt = (c: DiscrepancyCounter, discrepancyId: number, action: ActAsk['action'], change: object = {}) =>
  doAction(c.app, c.li, {
    id: c.nextId(),
    discrepancyId,
    action,
    reason: '重复缴费',
    trueCause: '',
    vouchers: [],
    ...change,
  })

test('补单: only what the channel confirms is booked, and the next run matches it', async t => {
  const c = await discrepancyCounter(t)
  await c.paysOnPlatform({ no: 'P1', fen: 8000, at: at('10:00:00') })
  // The notice of P2 was lost: it is open in our book, and so has no movement.
  await c.db.pool.query(
    `with bill as (
       insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, title, amount, currency, part_payment, part_min, paid, created_at)
       values ('OP2', repeat('0', 64), 'M', 'W', '水费', 500, 'CNY', false, 1, 0, $1) returning order_no)
     insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, state, created_at, expires_at, submitted_at,
                           merchant_no)
     select order_no, 'P2', 'P2', repeat('0', 64), 'wechat', 'wx', 'native', 500, 'CNY', 'pending', $1, $1, $1, 'M' from bill`,
    [new Date('2026-11-20T11:00:00+08:00')],
  )
  await c.statement(DAY, [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 500, at: at('11:00:03') },
  ])
  await c.settle(DAY)
  const id = await c.discrepancy('channel_only')
  const ask = { id: c.nextId() }
  await assert.rejects(doIt(c, id, 'supplement', ask), { code: 'channel_denies' })
  c.channel.pay({ paymentNo: 'P2', amount: 500 }, new Date('2026-11-20T11:00:03+08:00'), {
    channelTradeNo: '4200000000202611200000000002',
    merchant: c.channel.merchant,
  })
  const done = await doIt(c, id, 'supplement', ask)
  assert.equal(done.outcome, 'booked')
  assert.deepEqual(await doIt(c, id, 'supplement', ask), done)
  assert.equal((await c.standing(id)).state, 'open')
  await c.settle(DAY)
  await c.sound()
  assert.equal((await c.standing(id)).state, 'explained')
  assert.deepEqual(await c.places(), ['pair P1 = payment 80.00 P1', 'pair P2 = payment 5.00 P2'])
})

test('a line that names no payment of ours cannot be supplemented', async t => {
  const c = await discrepancyCounter(t)
  await c.statement(DAY, [{ no: 'P9', fen: 500, at: at('11:00:03') }])
  await c.settle(DAY)
  const id = await c.discrepancy('channel_only')
  await assert.rejects(doIt(c, id, 'supplement'), { code: 'payment_unknown' })
  await assert.rejects(doIt(c, id, 'refund_duplicate'), { code: 'action_not_allowed' })
  const narrow = { ...c.li, permissions: new Set(['discrepancy.handle']) }
  const doing = {
    id: c.nextId(),
    discrepancyId: id,
    action: 'supplement',
    reason: '',
    trueCause: '',
    vouchers: [],
  } as const
  await assert.rejects(doAction(c.app, narrow, doing), { code: 'not_permitted' })
})

/** One bill paid twice: P1 stands, P2 is the surplus. */
async function twice(c: DiscrepancyCounter): Promise<number> {
  await c.paysOnPlatform({ no: 'P1', fen: 8000, at: at('10:00:00') })
  await c.db.pool.query(
    `insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, state, created_at, expires_at,
                           channel_trade_no, received, paid_at, booked_at, credited, merchant_no)
     select order_no, 'P2', 'P2', ask_sm3, channel, account, method, amount, currency, state, created_at, expires_at, '4200000000202611200000000002',
            received, paid_at, booked_at, false, merchant_no from payments where payment_no = 'P1'`,
  )
  await c.pays({ no: 'P2', fen: 8000, at: at('10:05:00'), order: 'OP1' })
  await c.statement(DAY, [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 8000, at: at('10:05:03') },
  ])
  await c.settle(DAY)
  return await c.discrepancy('duplicate_payment')
}

test('a duplicate is refunded, and the success of the refund ends it', async t => {
  const c = await discrepancyCounter(t)
  const id = await twice(c)
  c.channel.answers.refund = [{ state: 'pending', channelRefundNo: 'R1' }]
  const ask = { id: c.nextId() }
  const done = await doIt(c, id, 'refund_duplicate', ask)
  assert.equal(done.outcome, 'refund_asked')
  assert.deepEqual(await doIt(c, id, 'refund_duplicate', ask), done)
  await assert.rejects(doIt(c, id, 'refund_duplicate'), { code: 'refund_under_way' })
  assert.equal(await followRefunds(c.app), 0)
  await c.sound()
  await c.db.pool.query(
    "update refunds set state = 'success', booked_at = now(), refunded_at = now(), channel_refund_no = 'R1', next_query_at = null",
  )
  assert.equal(await followRefunds(c.app), 1)
  const { state, action, true_cause } = await c.standing(id)
  assert.deepEqual([state, action, true_cause], ['resolved', 'refund_duplicate', 'double_capture'])
  assert.equal(await followRefund(c.app, id), false)
  await c.sound()
})

test('a refund that came to nothing leaves it open', async t => {
  const c = await discrepancyCounter(t)
  const id = await twice(c)
  c.channel.answers.refund = [{ state: 'failed', code: 'NOTENOUGH', reason: '余额不足' }]
  await doIt(c, id, 'refund_duplicate')
  const { state, refund_no } = await c.standing(id)
  assert.deepEqual([state, refund_no], ['open', ''])
  assert.equal((await doIt(c, id, 'refund_duplicate')).outcome, 'refund_asked')
  assert.equal((await c.standing(id)).state, 'resolved')
  await c.sound()
})

test('what nobody dealt with in time is told once: in the log, in the alerts by day, in one mail', async t => {
  const c = await discrepancyCounter(t)
  await c.pays({ no: 'P1', fen: 8000, at: at('10:00:00') }, { no: 'P2', fen: 80, at: at('11:00:00') })
  await c.statement(DAY, [{ no: 'P3', fen: 8100, at: at('12:00:00') }])
  await c.settle(DAY)
  const caring = { ...c.app, mailTo: ['desk@example.gov.cn'] }
  assert.equal(await tellOverdue(caring), 0)
  c.clock.forward(2 * 3600 - 1)
  assert.equal(await tellOverdue(caring), 0)
  const { rows } = await c.db.pool.query('select id from discrepancies order by id')
  await act(c.app, c.li, {
    id: c.nextId(),
    discrepancyId: rows[0].id,
    action: 'wait',
    until: new Date(c.clock.now().getTime() + 3_600_000),
    reason: '等银行回复',
    trueCause: '',
    vouchers: [],
  })
  c.clock.forward(1)
  assert.equal(await tellOverdue(caring), 2)
  assert.equal(await tellOverdue(caring), 0)
  c.clock.forward(3600)
  assert.equal(await tellOverdue(caring), 1)
  const mails = (await outboxOf(c.app)).filter(({ template }) => template === 'discrepancies_due')
  assert.deepEqual(mails.map(({ data }) => (data as { count: string }).count).sort(), ['1', '2'])
  const alerts = await c.db.pool.query('select kind, key, count from alerts')
  assert.deepEqual(alerts.rows, [
    { kind: 'discrepancy_overdue', key: `discrepancy_overdue:wechat/wx/${DAY}`, count: 3 },
  ])
})
