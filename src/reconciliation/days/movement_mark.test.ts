import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { daysCounter } from '../../../testkit/days.ts'

const at = (time: string) => `2026-11-20 ${time}`
const [P1, P2] = [
  { no: 'P1', fen: 8000, at: at('10:00:00') },
  { no: 'P2', fen: 5000, at: at('10:01:00') },
]

test('a booking that is under way when a run begins is waited for; one that comes meanwhile is left to the next', async t => {
  const c = await daysCounter(t)
  const booking = await c.db.connect()
  const book = (no: string, trade: string) =>
    booking.query(
      `insert into movements (payment_no, order_no, kind, status, channel, account, channel_trade_no, merchant_order_no, amount, currency, occurred_at, business_date)
       values ($1, 'O' || $1, 'payment', 'success', 'wechat', 'wx', $2, $1, 8000, 'CNY', $3, '2026-11-20')`,
      [no, trade, new Date('2026-11-20T10:00:00+08:00')],
    )
  await booking.query('begin')
  await book('P1', '4200000000202611200000000001')
  // Committed before it, with a greater id.
  await c.pays(P2)
  await c.statement('2026-11-20', [P1, P2])
  let over = false
  const running = c.settle('2026-11-20').finally(() => (over = true))
  const watcher = await c.db.connect()
  const waits = `select from pg_stat_activity
    where datname = current_database() and query like '%virtualtransaction = any%' and pid <> pg_backend_pid()`
  for (let looks = 0; looks < 500 && (await watcher.query(waits)).rowCount === 0; looks++) await sleep(20)
  await watcher.end()
  assert.equal(over, false)
  await booking.query('commit')
  // Under P1's number, and not there when the run began: it must not be taken for the line's payment.
  await book('P3', '4200000000202611200000000001')
  const run = await running
  assert.deepEqual([run?.movements, run?.pairs, run?.discrepancies], [2, 2, 0])
  await booking.end()
  assert.deepEqual(await c.places(), ['pair P1 = payment 80.00 P1', 'pair P2 = payment 50.00 P2'])
  await c.settle('2026-11-20')
  const places = await c.places()
  assert.deepEqual(
    places.filter(place => place.startsWith('pair')).map(place => place.slice(0, 7)),
    ['pair P1', 'pair P2'],
  )
  assert.match(places.filter(place => !place.startsWith('pair')).join(), /^\w+ open P3 \w+$/)
  assert.equal((await c.close('2026-11-20')).proof?.ok, true)
})
