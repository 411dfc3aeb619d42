/**
 * The regression gate: N closed days of M rows (half payments, half lines; one in a hundred is left to the engine) replayed with two
 * versions of the rules that differ in tolerance, thresholds and a window. `node bench/gate.ts [DAYS=30] [ROWS=100000]`
 */
import { replayCases } from '../src/reconciliation/gate/case_replay.ts'
import { replay } from '../src/reconciliation/gate/replay.ts'
import { parseRules } from '../src/rules/read.ts'
import { DEFAULT_RULES } from '../src/rules/rules.ts'
import { openDatabase } from '../src/system/database.ts'
import { closeTestServer, freshDatabase } from '../testkit/server.ts'

const [days = 30, rows = 100_000] = process.argv.slice(2).map(Number)
const fresh = await freshDatabase()
const db = await openDatabase({ url: fresh.url })
try {
  const half = Math.floor(rows / 2)
  for (let day = 0; day < days; day++) {
    const values = [day * half, half, day]
    const common = `select n, $1::bigint + n as id, date '2026-10-01' + $3::int as day, 100 + hashint8($1::bigint + n) % 50000 + 50000 as amount,
        (date '2026-10-01' + $3::int)::timestamp at time zone 'Asia/Shanghai' + n * interval '86399 seconds' / $2::bigint as at
        from generate_series(1, $2::bigint) n`
    await db.pool.query(
      `insert into movements (id, payment_no, order_no, kind, status, channel, channel_trade_no, merchant_order_no, amount, currency,
                              occurred_at, business_date, merchant, payer, fee, account)
       select id, 'P' || id, 'O' || id, 'payment', 'success', 'wechat', 'T' || id, 'P' || id, amount, 'CNY', at, day, 'M' || n % 50, '', 10, 'main'
         from (${common}) r`,
      values,
    )
    await db.pool.query(
      `insert into statement_lines (id, order_no, kind, status, channel, channel_trade_no, merchant_order_no, amount, currency,
                                    occurred_at, business_date, merchant, payer, fee, account)
       select id, '#' || id, 'payment', 'success', 'wechat', 'T' || id, 'P' || id, amount + case when n % 100 = 0 then 3 else 0 end, 'CNY',
              at, day, '', '', 10, 'main'
         from (${common}) r`,
      values,
    )
    await db.pool.query(
      `insert into days (channel, account, business_date, state, closes_at, opened_at, closed_at, proof, movement_mark, line_mark)
       values ('wechat', 'main', date '2026-10-01' + $1::int, 'closed', now(), now(), now(), '{}', 9e15::bigint, 9e15::bigint)`,
      [day],
    )
  }
  await db.pool.query('analyze movements, statement_lines')
  const after = parseRules(
    'defaults: { amount_tolerance: "0.05", confirm_above: "900.00", waive_below: "10.00" }',
    'bench',
  )
  const from = performance.now()
  const result = await replay(db, { before: DEFAULT_RULES, after, days })
  const cases = replayCases(DEFAULT_RULES, after)
  const seconds = (performance.now() - from) / 1000
  const figures = Object.entries(result.changes).map(([change, { ours, theirs }]) => `${change} ${ours}+${theirs}`)
  console.log(
    `${result.replayed} days, ${result.rows} rows: ${seconds.toFixed(1)} s; ${figures.join(', ')}; ${cases.changes.length} rows of hard cases`,
  )
} finally {
  await db.close()
  await fresh.drop()
  await closeTestServer()
}
