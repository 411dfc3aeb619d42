import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { daysCounter } from '../../../testkit/days.ts'
import { settleDay } from './run.ts'

const at = (time: string) => `2026-11-20 ${time}`
const [P1, P2] = [
  { no: 'P1', fen: 8000, at: at('10:00:00') },
  { no: 'P2', fen: 5000, at: at('10:01:00') },
]

test('a booking that is under way when a first run begins is waited for; one that comes meanwhile is left to the next', async t => {
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
  await sleep(300)
  assert.equal(over, false)
  await booking.query('commit')
  // Under P1's number, and not there when the run began: it must not be taken for the line's payment.
  await book('P3', '4200000000202611200000000001')
  const run = await running
  assert.deepEqual([run?.movements, run?.pairs, run?.discrepancies], [2, 2, 0])
  await booking.end()
  assert.deepEqual(await c.places(), ['pair P1 = payment 80.00 P1', 'pair P2 = payment 50.00 P2'])
  await c.settle('2026-11-20')
  assert.deepEqual(
    (await c.places()).map(place => place.replace(/ \w+$/, '')),
    ['duplicate_payment open P3', 'pair P1 = payment 80.00', 'pair P2 = payment 50.00'],
  )
  assert.equal((await c.close('2026-11-20')).proof?.ok, true)
})

test('older lines that are accepted while a first run looks at the day are in its answer', async t => {
  const c = await daysCounter(t)
  await c.pays(P1, P2)
  await c.statement('2026-11-20', [P1, P2])
  const { rows: lines } = await c.db.pool.query(
    'delete from statement_lines where merchant_order_no = $1 returning *',
    ['P1'],
  )
  let came = false
  // Between the run's first look and its publication.
  const app = {
    ...c.app,
    share: {
      from: 1,
      ask: async () => {},
      helpers: async () => {
        if (came) return 0
        came = true
        await c.db.pool.query(
          'insert into statement_lines select * from jsonb_populate_recordset(null::statement_lines, $1)',
          [JSON.stringify(lines)],
        )
        await c.db.pool.query('update touched_days set times = times + 1, whole = true')
        return 0
      },
    },
  }
  const run = await settleDay(app, c.of('2026-11-20'))
  assert.deepEqual([came, run?.lines, run?.pairs, run?.discrepancies], [true, 2, 2, 0])
})
