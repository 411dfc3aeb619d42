import type pg from 'pg'

/** Days whose totals are older than what is in their books. */
export async function staleTotals(db: pg.Pool): Promise<number[]> {
  const { rows } = await db.query(
    `select d.id from days d left join day_totals_marks t on t.day_id = d.id
      where t.day_id is null or t.run <> d.run or t.revision <> d.revision
         -- Months that are over are not asked about every few seconds.
         or d.business_date > (select max(business_date) - 45 from days)
        and t.movement < coalesce((select max(id) from movements m where m.channel = d.channel and m.account = d.account and m.business_date = d.business_date), 0)
      order by d.business_date desc limit 20`,
  )
  return rows.map(row => row.id)
}

/** Counts a day's movements anew, by merchant, currency and state. A figure for boards, never the source of anything. */
export async function refreshTotals(tx: pg.ClientBase, dayId: number): Promise<void> {
  // One count of a day at a time: another process may find it old at the same moment.
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('totals of ' || $1::integer, 0))`, [dayId])
  await tx.query('select from days where id = $1 for share', [dayId])
  await tx.query('delete from day_totals where day_id = $1', [dayId])
  await tx.query(
    `insert into day_totals (day_id, merchant, currency, state, kind, rows, amount, fee)
     select $1, coalesce(f.merchant_no, ''), m.currency,
            case when d.run = 0 and d.revision = 0 then 'waiting'
                 when exists (select from match_links k where k.order_no = m.order_no and k.movement_id = m.id) then 'matched'
                 when exists (select from match_rows k where k.side = 'ours' and k.order_no = m.order_no and k.row_id = m.id and k.live) then 'matched'
                 else coalesce((select case when x.kind = 'in_transit' then 'in_transit' when x.state in ('resolved', 'waived') then 'matched' else 'discrepancy' end
                                  from discrepancy_rows k join discrepancies x on x.id = k.discrepancy_id
                                 where k.side = 'ours' and k.order_no = m.order_no and k.row_id = m.id and k.live), 'waiting') end,
            m.kind, count(*), sum(m.amount), coalesce(sum(m.fee), 0)
       from days d join movements m on m.channel = d.channel and m.account = d.account and m.business_date = d.business_date and m.status = 'success'
       left join fee_items f on f.id = m.fee_item
      where d.id = $1 group by 2, 3, 4, 5`,
    [dayId],
  )
  await tx.query(
    `insert into day_totals_marks (day_id, run, revision, movement)
     select d.id, d.run, d.revision, coalesce((select max(id) from movements m where m.channel = d.channel and m.account = d.account and m.business_date = d.business_date), 0)
       from days d where d.id = $1
         on conflict (day_id) do update set run = excluded.run, revision = excluded.revision, movement = excluded.movement`,
    [dayId],
  )
}
