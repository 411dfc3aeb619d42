import { sealPayer, sealPerson } from '../src/orders/sealed.ts'
import { proveDay } from '../src/reconciliation/days/proof_store.ts'
import type { App } from '../src/system/app.ts'

/**
 * A day as a run leaves it, written by SQL: WeChat on 2026-11-19, provisional, with each kind of place a row can have; Alipay on the same day,
 * closed. Money in fen.
 *
 *   ours    128.60 + 50.00 + 1,000.00 + 20.00 + 30.00 − 8.60 + 100.00 + 66.00 = 1,386.00
 *   theirs  128.60 + 50.00 + 1,000.00 − 8.60 + 99.40 + 12.34                  = 1,281.74, and one record listed twice
 */
export async function seedReportDays(app: App): Promise<void> {
  const { pool } = app.db
  await pool.query(`insert into departments (id, name, parent_id, created_at) values
    ('D0', '抚州市', null, now()), ('D1', '公用事业', 'D0', now()), ('D2', '教育', 'D0', now())`)
  await pool.query(`insert into merchants (merchant_no, name, department_id, created_at) values
    ('M1', '抚州水务', 'D1', now()), ('M2', '第一中学', 'D2', now())`)
  await pool.query(`insert into fee_items (id, merchant_no, name, category, created_at) values
    ('W1', 'M1', '水费', 'water', now()), ('T2', 'M2', '学费', 'tuition', now())`)

  const bills = [
    { order: 'O1', merchant: 'M1', fen: 12_860, title: '=HYPERLINK("http://x","水费")' },
    { order: 'O2', merchant: 'M1', fen: 5000, title: '水费' },
    { order: 'O3', merchant: 'M2', fen: 100_000, title: '+学费' },
    { order: 'O4', merchant: 'M1', fen: 2000, title: '水费' },
    { order: 'O5', merchant: 'M2', fen: 3000, title: '学费' },
    { order: 'O7', merchant: 'M1', fen: 10_000, title: '水费' },
    { order: 'O8', merchant: 'M2', fen: 6600, title: '学费' },
    { order: 'O20', merchant: 'M1', fen: 20_000, title: '水费' },
  ]
  for (const { order, merchant, fen, title } of bills) {
    const accountNo = `36010026${order.slice(1).padStart(2, '0')}`
    const { person, accountIndex } = sealPerson(app.vault, order, {
      accountNo,
      payerName: '王小明',
      phone: '13800000000',
      email: '',
    })
    await pool.query(
      `insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, title, period, amount, currency, part_payment, part_min, created_at, paid,
                           paid_at, person, account_index)
       values ($1, repeat('0', 64), $2, $3, $4, '2026-11', $5, 'CNY', false, 1, now(), $5, now(), $6, $7)`,
      [order, merchant, merchant === 'M1' ? 'W1' : 'T2', title, fen, person, accountIndex],
    )
    const channel = order === 'O20' ? 'alipay' : 'wechat'
    await pool.query(
      `insert into payments (order_no, payment_no, merchant_no, request_id, ask_sm3, channel, account, method, amount, currency, state, created_at,
                             expires_at, received, paid_at, booked_at, payer_sealed)
       values ($1, 'P' || $1, $2, 'ask-' || $1, repeat('0', 64), $3, 'main', 'native', $4, 'CNY', 'success', now(), now(), $4, now(), now(), $5)`,
      [order, merchant, channel, fen, sealPayer(app.vault, `P${order}`, 'oOpenid0001')],
    )
  }
  await pool.query(`insert into movements (id, payment_no, order_no, kind, status, channel, account, channel_trade_no, merchant_order_no, amount,
      currency, occurred_at, business_date, merchant, fee_item, fee) values
    (1, 'PO1', 'O1', 'payment', 'success', 'wechat', 'main', 'T1', 'PO1', 12860, 'CNY', '2026-11-19 08:00+08', '2026-11-19', '1900000109', 'W1', 77),
    (2, 'PO2', 'O2', 'payment', 'success', 'wechat', 'main', 'T2', 'PO2', 5000, 'CNY', '2026-11-19 09:00+08', '2026-11-19', '1900000109', 'W1', 30),
    (3, 'PO3', 'O3', 'payment', 'success', 'wechat', 'main', 'T3', 'PO3', 100000, 'CNY', '2026-11-19 10:00+08', '2026-11-19', '1900000109', 'T2', 600),
    (4, 'PO4', 'O4', 'payment', 'success', 'wechat', 'main', 'T4', 'PO4', 2000, 'CNY', '2026-11-19 23:59+08', '2026-11-19', '1900000109', 'W1', null),
    (5, 'PO5', 'O5', 'payment', 'success', 'wechat', 'main', 'T5', 'PO5', 3000, 'CNY', '2026-11-19 12:00+08', '2026-11-19', '1900000109', 'T2', null),
    (6, 'RO1', 'O1', 'refund', 'success', 'wechat', 'main', 'T1', 'PO1', -860, 'CNY', '2026-11-19 13:00+08', '2026-11-19', '1900000109', 'W1', null),
    (7, 'PO7', 'O7', 'payment', 'success', 'wechat', 'main', 'T7', 'PO7', 10000, 'CNY', '2026-11-19 14:00+08', '2026-11-19', '1900000109', 'W1', null),
    (8, 'PO8', 'O8', 'payment', 'success', 'wechat', 'main', 'T8', 'PO8', 6600, 'CNY', '2026-11-19 23:58+08', '2026-11-19', '1900000109', 'T2', null),
    (20, 'PO20', 'O20', 'payment', 'success', 'alipay', 'main', 'T20', 'PO20', 20000, 'CNY', '2026-11-19 14:00+08', '2026-11-19', '1900000109', 'W1', 120)`)
  await pool.query(`insert into statement_lines (id, order_no, kind, status, channel, account, channel_trade_no, amount, currency, business_date, fee)
    values
    (101, 'O1', 'payment', 'success', 'wechat', 'main', 'T1', 12860, 'CNY', '2026-11-19', 77),
    (102, 'O2', 'payment', 'success', 'wechat', 'main', 'T2', 5000, 'CNY', '2026-11-19', 31),
    (103, 'O3', 'payment', 'success', 'wechat', 'main', 'T3', 100000, 'CNY', '2026-11-19', 600),
    (104, 'O4', 'payment', 'success', 'wechat', 'main', 'T4', 2000, 'CNY', '2026-11-20', 12),
    (106, 'O1', 'refund', 'success', 'wechat', 'main', 'T1', -860, 'CNY', '2026-11-19', null),
    (107, 'O7', 'payment', 'success', 'wechat', 'main', 'T7', 9940, 'CNY', '2026-11-19', 60),
    (109, '#109', 'payment', 'success', 'wechat', 'main', 'T9', 1234, 'CNY', '2026-11-19', 7),
    (110, 'O1', 'payment', 'success', 'wechat', 'main', 'T1', 12860, 'CNY', '2026-11-19', null),
    (111, 'O1', 'payment', 'success', 'wechat', 'main', 'T1', 99999, 'CNY', '2026-11-19', 500),
    (120, 'O20', 'payment', 'success', 'alipay', 'main', 'T20', 20000, 'CNY', '2026-11-19', 120)`)
  // A newer version of the statement took line 111 away.
  await pool.query(`with f as (insert into statement_files (sm3, name, bytes, received_at, channel, account, format, state, records, rejected, booked,
        known, controls, problems, made_at)
      values (repeat('a', 64), 'wechat.csv', 1, now(), 'wechat', 'main', 'wechat', 'booked', 0, 0, 0, 0, '[]', '[]', now()) returning id)
    insert into superseded_lines (order_no, line_id, by_file, at) select 'O1', 111, id, now() from f`)
  await pool.query(`insert into days (channel, account, business_date, state, closes_at, opened_at, run, closed_at, closed_by, proof, movement_mark, line_mark)
    values ('wechat', 'main', '2026-11-19', 'provisional', '2026-11-20 10:00+08', now(), 1, null, '', null, 8, 111),
           ('wechat', 'main', '2026-11-20', 'provisional', '2026-11-21 10:00+08', now(), 2, null, '', null, 8, 111),
           ('alipay', 'main', '2026-11-19', 'closed', '2026-11-20 10:00+08', now(), 3, '2026-11-20 10:00+08', '系统', '{}', 20, 120)`)
  const { rows: days } = await pool.query('select id from days order by id')
  const [d19, d20] = days.map(({ id }) => id)
  await pool.query(
    'insert into runs (day_id, rules, started_at, ended_at) select id, 1, now(), now() from days order by id',
  )
  await pool.query(`insert into match_links (order_no, movement_id, line_id, pass, cross_day, needs_confirmation, run) values
    ('O1', 1, 101, 'trade_no', false, false, 1), ('O2', 2, 102, 'trade_no', false, false, 1), ('O3', 3, 103, 'trade_no', false, false, 1),
    ('O4', 4, 104, 'trade_no', true, false, 1), ('O1', 6, 106, 'refund_no', false, false, 1), ('O20', 20, 120, 'trade_no', false, false, 3)`)
  await pool.query(
    `insert into crossings (order_no, movement_id, line_id, movement_day, line_day, amount, currency) values ('O4', 4, 104, $1, $2, 2000, 'CNY')`,
    [d19, d20],
  )
  await pool.query(
    `with g as (insert into match_groups (run, pass, difference, currency, flags, made_at)
       values (1, 'trade_no', -60, 'CNY', '{fee_netted}', now()) returning id)
     insert into match_rows (group_id, side, order_no, row_id, day_id, moved, currency)
     select id, 'ours'::book_side, 'O7', 7, $1::integer, 10000, 'CNY' from g union all
     select id, 'theirs', 'O7', 107, $1, 9940, 'CNY' from g`,
    [d19],
  )
  const discrepancy = async (
    kind: string,
    cause: string,
    merchant: string,
    { side, order, row, moved, fen }: { side: string; order: string; row: number; moved: number; fen: number },
  ) => {
    await pool.query(
      `with d as (insert into discrepancies (day_id, run, kind, channel, account, business_date, merchant, difference, currency, amount, cause,
           evidence_zh, evidence_en, opened_at, due_at)
         values ($1::integer, 1, $2, 'wechat', 'main', '2026-11-19', $3, $4, 'CNY', $5, $6, '依据', 'evidence', '2026-11-20 08:00+08', '2026-11-20 09:00+08')
         returning id)
       insert into discrepancy_rows (discrepancy_id, side, order_no, row_id, day_id, moved, currency)
       select id, $7::book_side, $8, $9, $1, $10, 'CNY' from d`,
      [
        d19,
        kind,
        merchant,
        kind === 'duplicate_line' ? 0 : side === 'theirs' ? moved : -moved,
        fen,
        cause,
        side,
        order,
        row,
        moved,
      ],
    )
  }
  await discrepancy('platform_only', 'not_in_statement', 'M2', {
    side: 'ours',
    order: 'O5',
    row: 5,
    moved: 3000,
    fen: 3000,
  })
  await discrepancy('in_transit', 'cutoff', 'M2', { side: 'ours', order: 'O8', row: 8, moved: 6600, fen: 6600 })
  await discrepancy('channel_only', 'lost_notice', '', {
    side: 'theirs',
    order: '#109',
    row: 109,
    moved: 1234,
    fen: 1234,
  })
  await discrepancy('duplicate_line', 'listed_twice', 'M1', {
    side: 'theirs',
    order: 'O1',
    row: 110,
    moved: 12_860,
    fen: 12_860,
  })
  for (const { id } of days)
    await pool.query('update days set proof = $2 where id = $1', [
      id,
      JSON.stringify(await app.db.transaction(tx => proveDay(tx, id, app.now()))),
    ])
}
