import type pg from 'pg'

/**
 * An open day of the WeChat account `seed` as a run leaves it, for a merchant: a 短款 and a 长款 of the same amount (their discrepancies are given back), and a
 * plain pair under the order `${order}-P`.
 */
export async function seedDiscrepancies(
  pool: pg.Pool,
  { merchant, feeItem, order, fen }: { merchant: string; feeItem: string; order: string; fen: number },
): Promise<{ ours: string; theirs: string }> {
  const { rows: days } = await pool.query(
    `insert into days (channel, account, business_date, state, closes_at, opened_at, provisional_at, run, revision)
     values ('wechat', 'seed', '2026-11-19', 'provisional', '2026-11-20 12:00+08', now(), now(), 0, 1) returning id`,
  )
  const day = days[0].id
  const { rows: runs } = await pool.query(
    'insert into runs (day_id, rules, started_at, ended_at) values ($1, 1, now(), now()) returning id',
    [day],
  )
  const run = runs[0].id
  await pool.query('update days set run = $2 where id = $1', [day, run])
  const { rows } = await pool.query(
    `insert into movements (payment_no, order_no, kind, status, channel, account, channel_trade_no, merchant_order_no, amount, currency, occurred_at,
                            business_date, fee_item)
     select 'SEED-' || o.order_no, o.order_no, 'payment', 'success', 'wechat', 'seed', 'T-' || o.order_no, 'SEED-' || o.order_no, $2, 'CNY',
            '2026-11-19 10:00+08', '2026-11-19', $3
       from unnest($1::text[]) as o (order_no) returning id, order_no`,
    [[`${order}-O`, `${order}-P`], fen, feeItem],
  )
  const movement = (name: string) => rows.find(row => row.order_no === `${order}-${name}`).id
  await pool.query(
    `insert into statement_lines (id, order_no, kind, status, channel, account, channel_trade_no, merchant_order_no, amount, currency, occurred_at,
                                  business_date)
     select l.id, '#' || l.id, 'payment', 'success', 'wechat', 'seed', 'T-' || l.name, 'SEED-' || l.name, $2, 'CNY', '2026-11-19 10:00+08', '2026-11-19'
       from unnest($1::text[], array[4294967299, 4294967300]::bigint[]) as l (name, id)`,
    [[`${order}-L`, `${order}-P`], fen],
  )
  await pool.query(
    `insert into match_links (order_no, movement_id, line_id, pass, cross_day, needs_confirmation, run)
     values ($1, $2, 4294967300, 'trade_no', false, false, $3)`,
    [`${order}-P`, movement('P'), run],
  )
  // An id that stands in no other number.
  await pool.query("select setval(pg_get_serial_sequence('discrepancies', 'id'), 710000001)")
  const discrepancy = async (side: 'ours' | 'theirs', orderNo: string, id: number): Promise<string> => {
    const made = await pool.query(
      `with x as (
         insert into discrepancies (day_id, run, kind, channel, account, business_date, merchant, difference, currency, amount, cause, evidence_zh,
                                    evidence_en, opened_at, due_at, numbers)
         values ($1::integer, $2, $3, 'wechat', 'seed', '2026-11-19', $4, $5, 'CNY', $6, $7, '依据', 'evidence', '2026-11-20 08:00+08', '2026-11-21 12:00+08',
                 array[$8]) returning id)
       insert into discrepancy_rows (discrepancy_id, side, order_no, row_id, day_id, moved, currency)
       select id, $9::book_side, $8, $10, $1, $6, 'CNY' from x returning discrepancy_id::text as id`,
      [
        day,
        run,
        side === 'ours' ? 'platform_only' : 'channel_only',
        merchant,
        side === 'ours' ? -fen : fen,
        fen,
        side === 'ours' ? 'not_in_statement' : 'lost_notice',
        orderNo,
        side,
        id,
      ],
    )
    return made.rows[0].id
  }
  return {
    ours: await discrepancy('ours', `${order}-O`, movement('O')),
    theirs: await discrepancy('theirs', '#4294967299', 4294967299),
  }
}
