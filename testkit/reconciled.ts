import type pg from 'pg'

/** All movements there are become 已对账: each has its pair, in a run of a day that is closed. */
export async function reconcileAll(pool: pg.Pool): Promise<void> {
  await pool.query(
    `with day as (
       insert into days (channel, account, business_date, state, closes_at, opened_at, closed_at, proof, movement_mark, line_mark)
       values ('wechat', 'closed-by-test', '2026-01-01', 'closed', now(), now(), now(), '{}', 0, 0) returning id
     ), run as (
       insert into runs (day_id, rules, started_at) select id, 1, now() from day returning id
     )
     insert into match_links (order_no, movement_id, line_id, pass, cross_day, needs_confirmation, run)
     select m.order_no, m.id, m.id, 'trade_no', false, false, run.id from movements m, run`,
  )
}
