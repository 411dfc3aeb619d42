import type pg from 'pg'
import { sealPerson } from '../src/orders/sealed.ts'
import { bytesText, sqlArray } from '../src/system/sql_array.ts'
import type { Vault } from '../src/system/vault/vault.ts'

const ROWS = 10_000

/**
 * Bills O0, O1 … with a pending payment P…0, P…1 for each, through the account `bench` of WeChat. Their people are really sealed: what cannot be
 * opened would be tried again and again by the keys' own care while the bench runs.
 */
export async function seedPayments(pool: pg.Pool, vault: Vault, count: number): Promise<void> {
  await pool.query(
    `insert into departments (id, name, created_at) values ('D1', '城市缴费', now());
     insert into merchants (merchant_no, name, department_id, created_at) values ('M1', '水务', 'D1', now());
     insert into fee_items (id, merchant_no, name, category, created_at) values ('W1', 'M1', '水费', 'water', now());`,
  )
  for (let from = 0; from < count; from += ROWS) await seedOrders(pool, vault, from, Math.min(count, from + ROWS))
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

async function seedOrders(pool: pg.Pool, vault: Vault, from: number, to: number): Promise<void> {
  const people = Array.from({ length: to - from }, (_, k) =>
    sealPerson(vault, `O${from + k}`, {
      accountNo: String(from + k),
      payerName: '王小明',
      phone: '13800000000',
      email: '',
    }),
  )
  await pool.query(
    `insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, person, account_index, by_sms, title, amount, currency, part_payment, part_min, created_at)
     select 'O' || i, repeat('0', 64), 'M1', 'W1', person, account_index, true, '水费', 1000 + i % 9000, 'CNY', false, 1, now()
       from unnest($2::bytea[], $3::bytea[]) with ordinality as p (person, account_index, n), lateral (select $1::int + n - 1) as o (i)`,
    [from, sqlArray(people, row => bytesText(row.person)), sqlArray(people, row => bytesText(row.accountIndex))],
  )
}
