import type pg from 'pg'
import type { Database } from '../src/system/database.ts'

/**
 * The books of a city over ninety days, made by SQL in the tables of the platform, for `bench/lists.ts` and tests of lists. Row `i` of `rows` is order `FZ0000000001` with payment
 * `P0000000001`; what is true of it follows from `i` alone, so that queries can name what they are after.
 */
export const DAYS = 90
/** The last business day; it and the one before are open. */
export const LAST_DAY = '2026-11-20'
const OPEN_DAYS = 2
/** Of every twenty payments so many are of each account. */
const ACCOUNTS = [
  { channel: 'wechat', account: 'wx-main', share: 10 },
  { channel: 'alipay', account: 'ali-main', share: 6 },
  { channel: 'unionpay', account: 'up-main', share: 3 },
  { channel: 'bank', account: 'icbc', share: 1 },
] as const
/** The last merchant has one payment in `SMALL_SHARE`; the others share alike. */
export const MERCHANTS = 60
export const SMALL_MERCHANT = 'M59'
const SMALL_SHARE = 20_011
/** One in so many has no line, another amount than its line, a second attempt that was given up, one that the channel refused. */
const NO_LINE = 499
const OTHER_AMOUNT = 701
const GIVEN_UP = 53
const REFUSED = 1_009
/** Of the acts in the log: one in so many is what hardly anybody does. */
export const RARE_ACT = 250_007

/** What is true of rows `$1` to `$2`; `$3` are all rows there are. */
const ROWS = `(
  select i, 'FZ' || lpad(i::text, 10, '0') as order_no, 'P' || lpad(i::text, 10, '0') as payment_no, '42000' || lpad(i::text, 12, '0') as trade_no,
         case when i % 20 < 10 then 1 when i % 20 < 16 then 2 when i % 20 < 19 then 3 else 4 end as place,
         case when i % ${SMALL_SHARE} = 0 then '${SMALL_MERCHANT.slice(1)}' else (i * 7919 % ${MERCHANTS - 1})::text end as merchant,
         (1000 + i * 104729 % 50000 + case when i % 10007 = 0 then 90000000 else 0 end)::bigint as fen,
         (i - 1) * ${DAYS} / $3::bigint as day_no,
         '${LAST_DAY} 00:00:00+08'::timestamptz - interval '${DAYS - 1} days' + (i - 1) * (interval '${DAYS} days' / $3::bigint) as at
    from (select generate_series($1::bigint, $2::bigint) as i) numbers)`

const AT_PLACE = (names: readonly string[]): string => `(array[${names.map(name => `'${name}'`).join(', ')}])[s.place]`
const CHANNEL = AT_PLACE(ACCOUNTS.map(({ channel }) => channel))
const ACCOUNT = AT_PLACE(ACCOUNTS.map(({ account }) => account))
/** Days and runs are numbered alike: account by account within each day. */
const DAY_ID = `(s.day_no * ${ACCOUNTS.length} + s.place)::integer`
const BUSINESS_DATE = `(date '${LAST_DAY}' - ${DAYS - 1} + s.day_no::integer)`
/** Lines are numbered by the day's file. */
const LINE_ID = `(${DAY_ID} * 4294967296 + s.i)`
const PAIRED = `s.i % ${NO_LINE} <> 0 and s.i % ${OTHER_AMOUNT} <> 3`

const SOURCES = {
  movements: `
    insert into movements (id, payment_no, order_no, kind, status, channel, account, channel_trade_no, merchant_order_no, amount, currency, occurred_at,
                           business_date, fee_item)
    select s.i, s.payment_no, s.order_no, 'payment', 'success', ${CHANNEL}, ${ACCOUNT}, s.trade_no, s.payment_no, s.fen, 'CNY', s.at, ${BUSINESS_DATE},
           'W' || s.merchant from ${ROWS} s`,
  statement_lines: `
    insert into statement_lines (id, order_no, kind, status, channel, account, channel_trade_no, merchant_order_no, amount, currency, occurred_at, business_date)
    select ${LINE_ID}, '#' || ${LINE_ID}, 'payment', 'success', ${CHANNEL}, ${ACCOUNT}, s.trade_no, s.payment_no,
           s.fen + case when s.i % ${OTHER_AMOUNT} = 3 then 100 else 0 end, 'CNY', s.at, ${BUSINESS_DATE} from ${ROWS} s where s.i % ${NO_LINE} <> 0`,
  match_links: `
    insert into match_links (order_no, movement_id, line_id, pass, cross_day, needs_confirmation, run)
    select s.order_no, s.i, ${LINE_ID}, 'trade_no', false, false, ${DAY_ID} from ${ROWS} s where ${PAIRED}`,
  orders: `
    insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, account_no, payer_name, title, period, amount, currency, part_payment, part_min, paid,
                        created_at, paid_at, account_index)
    select s.order_no, repeat('0', 64), 'M' || s.merchant, 'W' || s.merchant, (3600000000 + s.i)::text, '王小明', '水费', '2026-11', s.fen, 'CNY', false, 1,
           s.fen, s.at, s.at, decode(md5((s.i % 3000000)::text), 'hex') from ${ROWS} s`,
  payments: `
    insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, state, created_at, expires_at, submitted_at,
                          channel_trade_no, received, paid_at, booked_at, credited, merchant_no)
    select s.order_no, a.no, a.no, repeat('0', 64), ${CHANNEL}, ${ACCOUNT}, 'native', s.fen, 'CNY', a.state::payment_state, s.at - interval '40 seconds', s.at, s.at,
           case when a.state = 'success' then s.trade_no else '' end, case when a.state = 'success' then s.fen end, case when a.state = 'success' then s.at end,
           case when a.state = 'success' then s.at + (s.i % 9) * interval '0.4 seconds' end, a.state = 'success', 'M' || s.merchant
      from ${ROWS} s, lateral (
        select s.payment_no as no, 'success' as state
        union all select s.payment_no || 'X', 'closed' where s.i % ${GIVEN_UP} = 1
        union all select s.payment_no || 'F', 'failed' where s.i % ${REFUSED} = 1) a`,
  operation_log: `
    insert into operation_log (at, request_id, who_id, who_name, address, device, what, object_kind, object_id, detail)
    select s.at, 'req-' || md5(s.i::text), 'staff:' || s.i % 200, '职员', '10.0.' || s.i % 4 || '.' || s.i % 200, 'Firefox', w.what, split_part(w.what, '.', 1),
           s.payment_no, '{"after":{"state":"confirmed"},"before":{"state":"matched"}}'
      from ${ROWS} s, lateral (
        select case when s.i % ${RARE_ACT} = 0 then 'role.change' when s.i % 997 = 0 then 'merchant.change' when s.i % 50 = 0 then 'session.open'
                    when s.i % 3 = 0 then 'item.confirm' else 'payment.book' end as what) w`,
} as const

/** The figures of the small tables: days, runs, discrepancies, confirmations, and totals as the platform counts them. */
const SMALL = [
  `insert into departments (id, name, created_at) values ('D', '公用事业', now())`,
  `insert into merchants (merchant_no, name, department_id, created_at) select 'M' || i, '单位' || i, 'D', now() from generate_series(0, ${MERCHANTS - 1}) i`,
  `insert into fee_items (id, merchant_no, name, category, created_at) select 'W' || i, 'M' || i, '水费', 'water', now() from generate_series(0, ${MERCHANTS - 1}) i`,
  `insert into days (channel, account, business_date, state, closes_at, opened_at, provisional_at, closed_at, run, proof, movement_mark, line_mark)
   select ${CHANNEL}, ${ACCOUNT}, ${BUSINESS_DATE}, case when closed then 'closed' else 'provisional' end::day_state,
          ${BUSINESS_DATE} + 1 + time '02:00', ${BUSINESS_DATE} + time '00:00', ${BUSINESS_DATE} + 1, case when closed then ${BUSINESS_DATE} + 1 + time '02:00' end,
          ${DAY_ID}, '{"ok":true}', 0, 0
     from (select day_no, place, day_no < ${DAYS - OPEN_DAYS} as closed
             from generate_series(0, ${DAYS - 1}) day_no, generate_series(1, ${ACCOUNTS.length}) place order by 1, 2) s`,
  `insert into runs (day_id, rules, started_at, ended_at) select id, 1, provisional_at, provisional_at from days order by id`,
  `insert into statement_files (sm3, name, bytes, received_at, channel, account, day, format, state, records, rejected, booked, known, controls, problems, made_at)
   select md5(id::text) || md5(id::text), channel || business_date, 1, now(), channel, account, business_date, 'csv', 'booked', 0, 0, 0, 0, '[]', '[]', now()
     from days order by id`,
]

const FOUND = `
  with found as (
    select s.*, ${DAY_ID} as day_id, ${BUSINESS_DATE} as day, ${CHANNEL} as channel, ${ACCOUNT} as account, s.i % ${NO_LINE} = 0 as alone
      from ${ROWS} s where s.i % ${NO_LINE} = 0 or s.i % ${OTHER_AMOUNT} = 3
  ), made as (
    insert into discrepancies (id, day_id, run, kind, channel, account, business_date, merchant, difference, currency, amount, cause, evidence_zh, evidence_en, state,
                               owner, due_at, opened_at, ended_at, ended_by, action, numbers)
    overriding system value
    select s.i, s.day_id, s.day_id, k.kind, s.channel, s.account, s.day, 'M' || s.merchant, case when s.alone then -s.fen else 100 end, 'CNY',
           case when s.alone then s.fen else 100 end, case when s.alone then 'lost_notice' else 'amount_entry' end, '证据', 'Evidence',
           k.state::discrepancy_state, case when k.state = 'open' and s.i % 3 = 0 then 'staff:' || s.i % 20 else '' end, s.day + 2 + time '02:00', s.day + 1 + time '01:00',
           case when k.state = 'resolved' then s.day + 1 + time '02:00' end, case when k.state = 'resolved' then 'staff:7' else '' end,
           case when k.state = 'resolved' then 'accept_platform' else '' end, array[s.order_no, s.payment_no, s.trade_no]
      from found s, lateral (
        select case when not s.alone then 'amount_mismatch' when s.day_no = ${DAYS - 1} and s.i % 2 = 0 then 'in_transit' else 'platform_only' end as kind,
               -- One in twenty of the closed days is still worked on.
               case when s.day_no < ${DAYS - OPEN_DAYS} and s.i % 20 <> 0 then 'resolved' else 'open' end as state) k
  )
  insert into discrepancy_rows (discrepancy_id, side, order_no, row_id, day_id, moved, currency)
  select s.i, 'ours'::book_side, s.order_no, s.i, s.day_id, s.fen, 'CNY' from found s
  union all
  select s.i, 'theirs', '#' || ${LINE_ID}, ${LINE_ID}, s.day_id, s.fen + 100, 'CNY' from found s where not s.alone`

const CONFIRMED = `
  insert into confirmations (order_no, movement_id, no, at, by, by_name, kind)
  select s.order_no, s.i, 1, s.at + interval '9 hours', 'staff:7', '职员', 'plain' from ${ROWS} s
   where s.day_no >= ${DAYS - OPEN_DAYS} and case when ${PAIRED} then s.i % 25 else s.i % 3 end = 0`

const TOTALS = `
  insert into day_totals (day_id, merchant, currency, state, kind, rows, amount, fee)
  select d.id, 'M' || substr(m.fee_item, 2), 'CNY', case when m.id % ${NO_LINE} = 0 or m.id % ${OTHER_AMOUNT} = 3 then 'discrepancy' else 'matched' end, 'payment', count(*), sum(m.amount), 0
    from movements m join days d using (channel, account, business_date) group by 1, 2, 4`

/** Tables without a write-ahead log, children before what they refer to: this database is thrown away. */
const UNLOGGED = [
  ...['payment_anomalies', 'refunds', 'payments', 'orders', 'movements', 'statement_lines', 'match_links'],
  ...['operation_log', 'discrepancy_comments', 'discrepancy_rows'],
]

export async function seedLists(db: Database, rows: number, say: (text: string) => void): Promise<void> {
  const from = performance.now()
  const told = (what: string) => say(`${((performance.now() - from) / 1000).toFixed(0)} s: ${what}`)
  for (const text of SMALL) await db.pool.query(text)
  for (const table of UNLOGGED) await db.pool.query(`alter table ${table} set unlogged`)
  const { rows: indexes } = await db.pool.query<{ indexname: string; indexdef: string }>(
    `select indexname, indexdef from pg_indexes where tablename = any($1)
        and indexname not in (select conname from pg_constraint)`,
    [Object.keys(SOURCES)],
  )
  for (const { indexname } of indexes) await db.pool.query(`drop index ${indexname}`)
  // Two writers, one for each core, with a like share.
  const shares = [
    ['movements', 'statement_lines', 'match_links'],
    ['orders', 'payments', 'operation_log'],
  ] as const
  const fill = async (tables: readonly (keyof typeof SOURCES)[]): Promise<void> => {
    const client = await db.connect()
    try {
      // References hold by the way rows are made.
      await client.query('set session_replication_role = replica')
      for (const table of tables) {
        await filled(client, SOURCES[table], rows)
        told(table)
      }
    } finally {
      await client.end()
    }
  }
  await Promise.all(shares.map(fill))
  await db.pool.query(`select setval('movement_ids', $1)`, [rows])
  for (const { indexname, indexdef } of indexes) {
    await db.pool.query(indexdef)
    told(indexname)
  }
  for (const text of [FOUND, CONFIRMED]) await db.pool.query(text, [1, rows, rows])
  await db.pool.query(TOTALS)
  await db.pool.query('vacuum analyze')
  told('vacuum analyze')
}

const filled = (client: pg.Client, text: string, rows: number): Promise<unknown> => client.query(text, [1, rows, rows])
