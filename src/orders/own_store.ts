import type pg from 'pg'
import type { SealedColumn } from '../system/vault/columns.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { Order } from './order.ts'
import { withPerson } from './sealed.ts'
import { ORDER_COLUMNS } from './store.ts'

type Db = pg.Pool | pg.ClientBase

export type Binding = {
  readonly id: string
  readonly merchantNo: string
  readonly merchantName: string
  readonly accountNo: string
  readonly proof: 'payer_name' | 'phone'
  readonly createdAt: Date
}

const numberContext = (id: string) => `accounts.bindings:${id}` as const

export const BINDINGS_SEALED: SealedColumn = {
  table: 'bindings',
  column: 'account_no',
  key: [{ name: 'id', type: 'text' }],
  context: ([id = '']) => numberContext(id),
  blind: { column: 'account_index', kind: 'account_no', of: opened => opened.toString() },
}

/** In the order they were bound. A payer's are changed under the lock of his account, so that one number is bound once. */
export async function bindingsOf(db: Db, vault: Vault, accountId: string): Promise<Binding[]> {
  const { rows } = await db.query(
    `select b.id, b.merchant_no as "merchantNo", m.name as "merchantName", b.account_no as sealed, b.proof, b.created_at as "createdAt"
       from bindings b join merchants m using (merchant_no) where b.account_id = $1 order by b.created_at, b.id`,
    [accountId],
  )
  return rows.map(({ sealed, ...row }) => ({ ...row, accountNo: vault.openText(sealed, numberContext(row.id)) }))
}

/** Nobody else changes this payer's bindings until the transaction ends. */
export const lockBindings = (tx: pg.ClientBase, accountId: string): Promise<unknown> =>
  tx.query("select pg_advisory_xact_lock(hashtextextended('bindings ' || $1, 0))", [accountId])

export async function insertBinding(
  tx: Db,
  vault: Vault,
  accountId: string,
  binding: Pick<Binding, 'id' | 'merchantNo' | 'accountNo' | 'proof'>,
  at: Date,
): Promise<void> {
  const { id, accountNo } = binding
  await tx.query(
    `insert into bindings (id, account_id, merchant_no, account_no, account_index, proof, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      id,
      accountId,
      binding.merchantNo,
      vault.seal(accountNo, numberContext(id)),
      vault.blind('account_no', accountNo),
      binding.proof,
      at,
    ],
  )
}

export const deleteBinding = (tx: Db, id: string): Promise<unknown> =>
  tx.query('delete from bindings where id = $1', [id])

/** Bills of these account numbers, the open ones first. */
export async function ordersOfNumbers(
  db: Db,
  vault: Vault,
  numbers: readonly Pick<Binding, 'merchantNo' | 'accountNo'>[],
  limit: number,
): Promise<Order[]> {
  // While index keys change a number has two indexes: bills may stand under either.
  const sought = numbers.flatMap(({ merchantNo, accountNo }) =>
    vault.blinds('account_no', accountNo).map(index => ({ merchantNo, index })),
  )
  const { rows } = await db.query(
    `select ${ORDER_COLUMNS} from unnest($1::text[], $2::bytea[]) as s (merchant_no, account_index)
       join orders o on o.account_index = s.account_index and o.merchant_no = s.merchant_no
      order by o.closed_at is not null or o.due = 0, o.due_on nulls last, o.created_at desc, o.order_no limit $3`,
    [sought.map(one => one.merchantNo), sought.map(one => one.index), limit],
  )
  return rows.map(row => withPerson<Order>(vault, row))
}
