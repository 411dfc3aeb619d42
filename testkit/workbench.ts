import { settleDay } from '../src/reconciliation/days/run.ts'
import { refreshTotals, staleTotals } from '../src/reconciliation/days/totals_store.ts'
import type { App } from '../src/system/app.ts'

/** The business day of the seed; people look at it on the same day, before it closes. */
export const SEED_DAY = '2026-11-20'

/** One in so many of WeChat's has no line, or a line of another amount. */
const NO_LINE = 151
const OTHER_AMOUNT = 173

/**
 * A morning of paid items, in two accounts: WeChat's, whose lines have come and are settled by the engine, with a few that do not fit; and Alipay's, every third,
 * whose statement has not come. Payments are spread evenly over the ten hours since midnight of SEED_DAY; number `i` is order `WB000000001` and payment
 * `PW000000001`. The last `bills` of them have a bill with a payer, and can be confirmed.
 */
export async function seedWorkbench(
  app: Pick<App, 'db' | 'now' | 'log'>,
  { items, bills = items }: { readonly items: number; readonly bills?: number },
): Promise<void> {
  const { pool } = app.db
  await pool.query(`
    insert into departments (id, name, created_at) values ('WB', '公用事业', now());
    insert into merchants (merchant_no, name, department_id, created_at) values
      ('WBM0', '抚州市自来水公司', 'WB', now()), ('WBM1', '抚州第一中学', 'WB', now()), ('WBM2', '城东物业服务中心', 'WB', now());
    insert into fee_items (id, merchant_no, name, category, created_at) values
      ('WBF0', 'WBM0', '水费', 'water', now()), ('WBF1', 'WBM1', '学费', 'tuition', now()), ('WBF2', 'WBM2', '物业费', 'property', now())`)
  await pool.query(
    `create temporary table seeded as
     select i, 'WB' || lpad(i::text, 9, '0') as order_no, 'PW' || lpad(i::text, 9, '0') as payment_no, 'T' || lpad(i::text, 12, '0') as trade_no,
            case when i % 3 = 0 then 'alipay' else 'wechat' end as channel, case when i % 3 = 0 then 'ali-main' else 'wx-main' end as account,
            i % 7 % 3 as merchant, 1000 + i::bigint * 7919 % 50000 as fen,
            $1::timestamptz + i * interval '10 hours' / ($2::integer + 1) as at
       from generate_series(1, $2::integer) as i`,
    [`${SEED_DAY} 00:00:00+08`, items],
  )
  await pool.query(
    `insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, title, period, amount, currency, part_payment, part_min, paid, created_at, paid_at,
                         account_no, payer_name)
     select order_no, repeat('0', 64), 'WBM' || merchant, 'WBF' || merchant, (array['水费', '学费', '物业费'])[merchant + 1], '2026-11', fen, 'CNY', false, 1, fen,
            at, at, (3600000000 + i)::text, (array['王小明', '李红', '张建国', '欧阳海'])[i % 4 + 1] from seeded where i > $2::integer - $1::integer`,
    [bills, items],
  )
  await pool.query(
    `insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, state, created_at, expires_at,
                           channel_trade_no, received, paid_at, booked_at, credited, merchant_no)
     select order_no, payment_no, payment_no, repeat('0', 64), channel, account, 'native', fen, 'CNY', 'success', at, at, trade_no, fen, at,
            at + (i % 9) * interval '0.4 seconds', true, 'WBM' || merchant from seeded where i > $2::integer - $1::integer`,
    [bills, items],
  )
  await pool.query(
    `insert into movements (payment_no, order_no, kind, status, channel, account, channel_trade_no, merchant_order_no, amount, currency, occurred_at,
                            business_date, fee_item)
     select payment_no, order_no, 'payment', 'success', channel, account, trade_no, payment_no, fen, 'CNY', at, $1, 'WBF' || merchant from seeded order by i`,
    [SEED_DAY],
  )
  await pool.query(
    `with file as (
       insert into statement_files (sm3, name, bytes, received_at, channel, account, day, format, state, records, rejected, booked, known, controls, problems, made_at)
       values (repeat('b', 64), '微信支付账单-20261120.csv', 1, now(), 'wechat', 'wx-main', $1, 'wechat', 'booked', 0, 0, 0, 0, '[]', '[]', now()) returning id)
     insert into statement_lines (id, order_no, kind, status, channel, account, channel_trade_no, merchant_order_no, amount, currency, occurred_at, business_date)
     select file.id * 4294967296 + s.i, '#' || (file.id * 4294967296 + s.i), 'payment', 'success', s.channel, s.account, s.trade_no, s.payment_no,
            s.fen + case when s.i % ${OTHER_AMOUNT} = 0 then 100 else 0 end, 'CNY', s.at, $1
       from seeded s, file where s.channel = 'wechat' and s.i % ${NO_LINE} <> 0 order by s.i`,
    [SEED_DAY],
  )
  await pool.query('drop table seeded')
  await pool.query('analyze movements, statement_lines, orders, payments')
  for (const of of [
    { channel: 'wechat', account: 'wx-main' },
    { channel: 'alipay', account: 'ali-main' },
  ])
    await settleDay(app, { ...of, day: SEED_DAY })
  for (const day of await staleTotals(pool)) await app.db.transaction(tx => refreshTotals(tx, day))
}
