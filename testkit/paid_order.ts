import type { App } from '../src/system/app.ts'

/** A bill FZ… of 128.60 for water with its one payment P…, as the book has them: paid, or given up. The payer is 王小明. */
export async function seedOrder(
  { db, vault, now }: Pick<App, 'db' | 'vault' | 'now'>,
  of: {
    readonly no: string
    readonly merchant: string
    readonly item: string
    readonly account: string
    readonly paid: boolean
    readonly channel?: 'wechat' | 'alipay'
  },
): Promise<void> {
  const { no, merchant, item, account, paid, channel = 'wechat' } = of
  await db.pool.query(
    `insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, account_no, payer_name, phone, email, account_index, title, period,
                         amount, currency, part_payment, part_min, paid, paid_at, created_at)
     select $1, repeat('0', 64), $2, $3, $4, '王小明', '13511112222', '', $5, '水费', '', 12860, 'CNY', false, 1,
            case when $6 then 12860 else 0 end, case when $6 then $7::timestamptz end, $7`,
    [`FZ${no}`, merchant, item, account, vault.blind('account_no', account), paid, now()],
  )
  await db.pool.query(
    `insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, created_at, expires_at,
                           merchant_no, state, received, paid_at, booked_at, credited)
     select $1, $2, 'request-' || $2, repeat('0', 64), $6, 'main', 'native', 12860, 'CNY', $3, $3, $4,
            (case when $5 then 'success' else 'closed' end)::payment_state, case when $5 then 12860 end,
            case when $5 then $3::timestamptz end, case when $5 then $3::timestamptz end, $5`,
    [`FZ${no}`, `P${no}`, now(), merchant, paid, channel],
  )
}
