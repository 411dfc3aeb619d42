import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { metrics } from '../system/metrics.ts'
import { readFigures } from './figures_store.ts'

after(closeTestServer)

/** The value of a series as Prometheus would read it. */
async function told(name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const metric = await metrics.getSingleMetric(name)?.get()
  return metric?.values.find(value => JSON.stringify(value.labels) === JSON.stringify(labels))?.value
}

test('figures follow the deadline of the day: what is missing, what is late, what nobody dealt with', async t => {
  const { platform, clock } = await peopleTest(t)
  const { pool } = platform.app.db
  const at = clock.now() // 2026-11-20 10:00
  const minutes = (n: number) => new Date(at.getTime() + n * 60_000)

  const quiet = await readFigures(pool, at)
  assert.deepEqual(
    [quiet.days, quiet.nextClose, quiet.daysOverdue, quiet.statements, quiet.compensation, quiet.proofsFailing],
    [[], null, 0, [], [], 0],
  )

  await pool.query(
    `insert into days (channel, account, business_date, state, closes_at, opened_at, closed_at, blocked, proof, movement_mark, line_mark)
     values ('wechat', 'wx', '2026-11-19', 'waiting', $2, $1, null, 'statement_missing', null, null, null),
            ('alipay', 'ali', '2026-11-18', 'provisional', $3, $1, null, 'proof_failed', '{"ok": false}', null, null),
            ('alipay', 'ali', '2026-11-17', 'closed', $3, $1, $1, '', '{"ok": false}', 1, 1)`,
    [at, minutes(20), minutes(-30)],
  )
  await pool.query(
    `insert into arrivals (channel, account, business_date, kind, state, source, expected_at, alert_at, empty_at)
     values ('wechat', 'wx', '2026-11-19', 'trade', 'awaited', 'api', $1, $1, null),
            ('wechat', 'wx', '2026-11-18', 'trade', 'empty', 'api', $1, $1, $1),
            ('wechat', 'wx', '2026-11-19', 'funds', 'awaited', 'api', $2, $2, null),
            ('alipay', 'ali', '2026-11-17', 'trade', 'awaited', 'api', $1, $1, null)`,
    [minutes(-60), minutes(60)],
  )
  await pool.query(
    `insert into discrepancies (day_id, run, kind, channel, account, business_date, difference, currency, amount, cause, evidence_zh, evidence_en,
                                opened_at, due_at, waits_until)
     select d.id, 0, k.kind, 'alipay', 'ali', '2026-11-18', 1, 'CNY', 1, 'x', '', '', $1, $2, k.waits
       from days d, (values ('channel_only', null::timestamptz), ('platform_only', $3), ('in_transit', null)) as k (kind, waits)
      where d.business_date = '2026-11-18'`,
    [at, minutes(-5), minutes(600)],
  )
  assert.equal(await told('fzpay_days', { state: 'waiting' }), 1)
  assert.equal(await told('fzpay_days', { state: 'settling' }), 0)
  assert.equal(await told('fzpay_day_next_close_seconds'), 1200)
  assert.equal(await told('fzpay_days_overdue'), 1)
  assert.equal(await told('fzpay_days_overdue_oldest_seconds'), 1800)
  assert.equal(await told('fzpay_days_blocked', { reason: 'proof_failed' }), 1)
  assert.equal(await told('fzpay_proofs_failing'), 1, 'that of a closed day is history')
  const wechat = { channel: 'wechat', account: 'wx', kind: 'trade' }
  assert.equal(await told('fzpay_statements_missing', wechat), 1)
  assert.equal(await told('fzpay_statement_due_seconds', wechat), 1200)
  assert.equal(await told('fzpay_statements_missing', { ...wechat, kind: 'funds' }), undefined, 'not expected yet')
  assert.equal(
    await told('fzpay_statements_missing', { channel: 'alipay', account: 'ali', kind: 'trade' }),
    undefined,
    'nobody waits for what a closed day lacked',
  )
  assert.equal(await told('fzpay_discrepancies_open', { channel: 'alipay' }), 2)
  assert.equal(await told('fzpay_discrepancies_overdue', { channel: 'alipay' }), 1)
  assert.equal(await told('fzpay_database_up'), 1)
  assert.ok(((await told('fzpay_database_bytes')) ?? 0) > 1_000_000)
  assert.ok(((await told('fzpay_job_workers')) ?? 0) >= 1)

  // A database that is away leaves no figure to go by.
  await platform.stop()
  assert.equal(await told('fzpay_database_up'), 0)
  assert.ok(Number.isNaN(await told('fzpay_days_overdue')))
  assert.equal(await told('fzpay_days', { state: 'waiting' }), undefined)
})
