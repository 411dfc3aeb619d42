import type pg from 'pg'
import type { Order } from './order.ts'
import { ORDER_COLUMNS } from './store.ts'

type Db = pg.Pool | pg.ClientBase

export type Binding = {
  readonly merchantNo: string
  readonly merchantName: string
  readonly accountNo: string
  readonly proof: 'payer_name' | 'phone'
  readonly createdAt: Date
}

export async function bindingsOf(db: Db, accountId: string): Promise<Binding[]> {
  const { rows } = await db.query(
    `select b.merchant_no as "merchantNo", m.name as "merchantName", b.account_no as "accountNo", b.proof, b.created_at as "createdAt"
       from bindings b join merchants m using (merchant_no) where b.account_id = $1 order by b.created_at, b.merchant_no, b.account_no`,
    [accountId],
  )
  return rows
}

/** false: it is there already. */
export async function insertBinding(
  tx: Db,
  accountId: string,
  binding: Pick<Binding, 'merchantNo' | 'accountNo' | 'proof'>,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into bindings (account_id, merchant_no, account_no, proof, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [accountId, binding.merchantNo, binding.accountNo, binding.proof, at],
  )
  return rowCount === 1
}

export async function deleteBinding(
  tx: Db,
  accountId: string,
  merchantNo: string,
  accountNo: string,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'delete from bindings where account_id = $1 and merchant_no = $2 and account_no = $3',
    [accountId, merchantNo, accountNo],
  )
  return rowCount === 1
}

/** Bills of all account numbers that are bound, the open ones first. */
export async function ownOrders(db: Db, accountId: string, limit: number): Promise<Order[]> {
  const { rows } = await db.query(
    `select ${ORDER_COLUMNS} from bindings b join orders o on o.account_no = b.account_no and o.merchant_no = b.merchant_no
      where b.account_id = $1
      order by o.closed_at is not null or o.due = 0, o.due_on nulls last, o.created_at desc, o.order_no limit $2`,
    [accountId, limit],
  )
  return rows
}
