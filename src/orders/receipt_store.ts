import type pg from 'pg'
import type { Person } from '../kernel/person.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { Receipt, ReceiptSource } from './receipt.ts'
import { personSql, withPerson } from './sealed.ts'

type Db = pg.Pool | pg.ClientBase

/** A payment with all that a receipt says of it; null: there is none of this number. */
export async function receiptSource(db: Db, vault: Vault, paymentNo: string): Promise<ReceiptSource | null> {
  const { rows } = await db.query(
    `select p.order_no as "orderNo", p.payment_no as "paymentNo", o.merchant_no as "merchantNo", m.name as merchant,
            f.name as "feeItem", f.account_label as "accountLabel", ${personSql('o')},
            o.title, o.period, p.received, p.currency, p.channel, p.channel_trade_no as "channelTradeNo", p.paid_at as "paidAt",
            p.booked_at as "bookedAt", p.refunded, p.refund_flag as "refundFlag", p.state, p.credited,
            p.reversed_at is not null as reversed
       from payments p join orders o using (order_no) join merchants m on m.merchant_no = p.merchant_no
       join fee_items f on f.id = o.fee_item_id
      where p.payment_no = $1`,
    [paymentNo],
  )
  return rows[0] ? withPerson<ReceiptSource & Person>(vault, rows[0]) : null
}

export type StoredReceipt = { readonly code: string; readonly receipt: Receipt }

const COLUMNS = 'code, facts as receipt'

export async function findReceipt(db: Db, code: string): Promise<StoredReceipt | null> {
  const { rows } = await db.query(`select ${COLUMNS} from receipts where code = $1`, [code])
  return rows[0] ?? null
}

export async function findSameReceipt(db: Db, paymentNo: string, factsSm3: string): Promise<StoredReceipt | null> {
  const { rows } = await db.query(`select ${COLUMNS} from receipts where payment_no = $1 and facts_sm3 = $2`, [
    paymentNo,
    factsSm3,
  ])
  return rows[0] ?? null
}

/** false: somebody certified the same facts just now. */
export async function insertReceipt(
  db: Db,
  { code, receipt }: StoredReceipt,
  factsSm3: string,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into receipts (code, receipt_no, order_no, payment_no, facts, facts_sm3, issued_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (payment_no, facts_sm3) do nothing`,
    [code, receipt.receipt_no, receipt.order_no, receipt.payment_no, JSON.stringify(receipt), factsSm3, at],
  )
  return rowCount === 1
}
