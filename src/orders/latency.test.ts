import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { testDatabase } from '../../testkit/database.ts'
import { type Area, EVERYWHERE, type Scope, scopeSql } from '../access/scope.ts'
import type { Database } from '../system/database.ts'
import { LATENCY_STEP, latencyOf } from './latency.ts'
import { countLatency, paymentLatency } from './latency_store.ts'

const NOW = new Date('2026-11-20T12:00:00+08:00')

test('percentiles come from the bucket where the payment of that rank lies, in its middle', () => {
  const of = (...buckets: [bucket: number, payments: number][]) => {
    const [found] = latencyOf(buckets.map(([bucket, payments]) => ({ channel: 'bank', day: 'D', bucket, payments })))
    return [found?.payments, found?.median, found?.p95].map(value => Number(value?.toPrecision(3)))
  }
  const middle = (bucket: number): number => Number((LATENCY_STEP ** (bucket - 0.5) / 1000).toPrecision(3))
  assert.deepEqual(of([0, 1]), [1, 0, 0])
  assert.deepEqual(of([142, 1]), [1, middle(142), middle(142)])
  assert.deepEqual(of([200, 10], [100, 10]), [20, middle(100), middle(200)])
  assert.deepEqual(of([100, 9], [200, 10]), [19, middle(200), middle(200)])
  assert.deepEqual(of([0, 19], [300, 1]), [20, 0, 0])
  assert.deepEqual(of([0, 18], [300, 1]), [19, 0, middle(300)])
  // 1.05 ** 142 ms are 1.02 s.
  assert.equal(middle(142), 0.996)
})

test('days and channels are told apart, in the order of the days', () => {
  const count = (day: string, channel: string) => ({ day, channel, bucket: 10, payments: 1 })
  const found = latencyOf([count('2026-11-20', 'bank'), count('2026-11-19', 'wechat'), count('2026-11-19', 'alipay')])
  assert.deepEqual(
    found.map(({ day, channel }) => `${day} ${channel}`),
    ['2026-11-19 alipay', '2026-11-19 wechat', '2026-11-20 bank'],
  )
})

/** A payment of merchant `M…` that began so many minutes before now, was paid a second later, and booked `took` ms after that. */
type Paid = {
  readonly merchant: number
  readonly channel: 'wechat' | 'bank'
  readonly ago: number
  readonly took: number
}

let numbers = 0

async function book(db: Pick<Database['pool'], 'query'>, paid: readonly Paid[]): Promise<void> {
  const first = numbers + 1
  numbers += paid.length
  await db.query(
    `with given as (
       select 'O' || ($1 + no - 1) as no, 'M' || merchant as merchant, channel, begun, begun + interval '1 second' as paid_at,
              begun + interval '1 second' + took * interval '1 ms' as booked_at
         from unnest($2::integer[], $3::text[], $4::timestamptz[], $5::bigint[]) with ordinality as p (merchant, channel, begun, took, no)
     ), bill as (
       insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, title, amount, currency, part_payment, part_min, paid, created_at, paid_at)
       select no, repeat('0', 64), merchant, 'W', '水费', 100, 'CNY', false, 1, 100, begun, paid_at from given
     ), payment as (
       insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, state, created_at, expires_at, received, paid_at,
                             booked_at, merchant_no)
       select no, no, no, repeat('0', 64), channel, 'main', 'native', 100, 'CNY', 'success', begun, begun, 100, paid_at, booked_at, merchant from given
     )
     insert into movements (payment_no, order_no, kind, status, channel, account, merchant_order_no, amount, currency, occurred_at, business_date)
     select no, no, 'payment', 'success', channel, 'main', no, 100, 'CNY', paid_at, (paid_at at time zone 'Asia/Shanghai')::date from given`,
    [
      first,
      paid.map(({ merchant }) => merchant),
      paid.map(({ channel }) => channel),
      paid.map(({ ago }) => new Date(NOW.getTime() - ago * 60_000)),
      paid.map(({ took }) => took),
    ],
  )
}

async function withMerchants(db: Database): Promise<Database> {
  await db.pool.query(`
    insert into departments (id, name, created_at) values ('D', '部门', now());
    insert into merchants (merchant_no, name, department_id, created_at) select 'M' || i, '单位' || i, 'D', now() from generate_series(0, 3) i;
    insert into fee_items (id, merchant_no, name, category, created_at) values ('W', 'M0', '水费', 'water', now())`)
  return db
}

/** What the payments themselves say, each of them looked at. */
async function byPayments(db: Database, scope: Scope, days: number) {
  const values: unknown[] = [NOW, days]
  const visible = scopeSql(scope, { merchant: 'p.merchant_no', channel: 'p.channel' }, values)
  const { rows } = await db.pool.query(
    `select channel, (created_at at time zone 'Asia/Shanghai')::date::text as day, count(*) as payments, percentile_disc(0.5) within group (order by took) as median,
            percentile_disc(0.95) within group (order by took) as p95
       from (select *, greatest(extract(epoch from p.booked_at - p.paid_at), 0)::float8 as took from payments p
              where p.booked_at is not null and (p.created_at at time zone 'Asia/Shanghai')::date > ($1::timestamptz at time zone 'Asia/Shanghai')::date - $2::integer
                and ${visible}) p
      group by 1, 2 order by 2, 1`,
    values,
  )
  return rows
}

const merchants = fc.constantFrom<Area['merchants']>(null, ['M1'], ['M1', 'M2'], ['M9'])
const channels = fc.constantFrom<Area['channels']>(null, ['wechat'], ['bank'], ['bank', 'wechat'], [])
const scopes = fc.array(fc.record({ merchants, channels }), { maxLength: 3 })
const paid: fc.Arbitrary<Paid> = fc.record({
  merchant: fc.nat(3),
  channel: fc.constantFrom('wechat', 'bank'),
  ago: fc.nat(16 * 1440),
  // Also clocks that go wrong, and what came by a question a day later.
  took: fc.oneof(fc.integer({ min: -2_000, max: 3 }), fc.integer({ min: 100, max: 9_000 }), fc.nat(2 * 86_400_000)),
})

test('whatever is booked, counted in whatever steps and seen in whatever scope: what the payments say, to 2.5 %', async t => {
  const db = await withMerchants(await testDatabase(t))
  const app = { db, now: () => NOW }
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(paid, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
      scopes,
      fc.integer({ min: 1, max: 14 }),
      async (rounds, scope, days) => {
        for (const each of rounds) {
          await book(db.pool, each)
          await countLatency(app)
        }
        for (const seen of [EVERYWHERE, scope]) {
          const found = await paymentLatency(db.pool, seen, NOW, days)
          const expected = await byPayments(db, seen, days)
          const counts = (rows: readonly { day: string; channel: string; payments: number }[]) =>
            rows.map(({ day, channel, payments }) => `${day} ${channel} ${payments}`)
          assert.deepEqual(counts(found), counts(expected))
          for (const [i, row] of expected.entries())
            for (const share of ['median', 'p95'] as const)
              assert.ok(
                Math.abs((found[i]?.[share] ?? -1) - row[share]) <= row[share] * 0.025 + 0.0001,
                `${share} ${row[share]}: ${found[i]?.[share]}`,
              )
        }
      },
    ),
    { numRuns: 40 },
  )
})

test('a booking that is under way is counted once it is there, and nothing twice', async t => {
  const db = await withMerchants(await testDatabase(t))
  const app = { db, now: () => NOW }
  const one: Paid = { merchant: 1, channel: 'bank', ago: 5, took: 1_000 }
  const booking = await db.connect()
  await booking.query('begin')
  await book(booking, [one])
  // Committed before it, with a greater number.
  await book(db.pool, [{ ...one, channel: 'wechat' }])
  let over = false
  const counting = Promise.all([countLatency(app), countLatency(app)]).finally(() => (over = true))
  const waits = `select from pg_stat_activity
    where datname = current_database() and query like '%virtualtransaction = any%' and pid <> pg_backend_pid()`
  for (let looks = 0; looks < 500 && (await db.pool.query(waits)).rowCount === 0; looks++) await sleep(20)
  assert.equal(over, false)
  await booking.query('commit')
  await booking.end()
  await counting
  await countLatency(app)
  const found = await paymentLatency(db.pool, EVERYWHERE, NOW, 1)
  assert.deepEqual(
    found.map(({ channel, payments }) => `${channel} ${payments}`),
    ['bank 1', 'wechat 1'],
  )
})

test('what nobody can ask for any more is forgotten', async t => {
  const db = await withMerchants(await testDatabase(t))
  await book(db.pool, [{ merchant: 1, channel: 'bank', ago: 5, took: 1_000 }])
  await countLatency({ db, now: () => NOW })
  const later = new Date(NOW.getTime() + 30 * 86_400_000)
  await book(db.pool, [{ merchant: 1, channel: 'bank', ago: -30 * 1440, took: 1_000 }])
  await countLatency({ db, now: () => later })
  const { rows } = await db.pool.query('select distinct day::text from payment_latency')
  assert.deepEqual(rows, [{ day: '2026-12-20' }])
})
