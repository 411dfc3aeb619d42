import type pg from 'pg'

/** Whoever books a payment does not open the bill's person, so bytes of its size stand in for it. Bills O0, O1 … with a pending payment P…0, P…1 for each, through the account `bench` of WeChat. */
export async function seedPayments(pool: pg.Pool, count: number): Promise<void> {
  await pool.query(
    `insert into departments (id, name, created_at) values ('D1', '城市缴费', now());
     insert into merchants (merchant_no, name, department_id, created_at) values ('M1', '水务', 'D1', now());
     insert into fee_items (id, merchant_no, name, category, created_at) values ('W1', 'M1', '水费', 'water', now());`,
  )
  await pool.query(
    `insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, person, account_index, by_sms, title, amount, currency, part_payment, part_min, created_at)
     select 'O' || i, repeat('0', 64), 'M1', 'W1', '\\x010001'::bytea || decode(repeat('5e', 82), 'hex'), decode(md5(i::text), 'hex'), true, '水费', 1000 + i % 9000, 'CNY', false, 1, now()
       from generate_series(0, $1::int - 1) i`,
    [count],
  )
  await pool.query(
    `insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, state, created_at,
                           expires_at, submitted_at, merchant_no)
     select 'O' || i, 'P' || lpad(i::text, 25, '0'), 'r', repeat('0', 64), 'wechat', 'bench', 'native', 1000 + i % 9000, 'CNY',
            'pending', now(), now() + interval '1 hour', now(), 'M1'
       from generate_series(0, $1::int - 1) i`,
    [count],
  )
  await pool.query(
    `insert into payments_waiting (order_no, payment_no, next_query_at)
     select order_no, payment_no, now() + interval '1 hour' from payments`,
  )
  await pool.query('vacuum analyze')
  await pool.query('checkpoint')
}
