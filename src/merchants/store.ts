import type pg from 'pg'
import { type Scope, scopeSql } from '../access/scope.ts'
import type { Department, FeeItem, FeeItemState, Merchant } from './merchant.ts'

type Db = pg.Pool | pg.ClientBase

const DEPARTMENT = 'id, name, parent_id as "parentId"'
const MERCHANT = 'merchant_no as "merchantNo", name, department_id as "departmentId", state, created_at as "createdAt"'
const FEE_ITEM = `id, merchant_no as "merchantNo", name, category, account_label as "accountLabel", currency,
  part_payment as "partPayment", part_min as "partMin", state, created_at as "createdAt"`

// --- departments -----------------------------------------------------------------------------------------------------

export async function allDepartments(db: Db): Promise<Department[]> {
  const { rows } = await db.query(`select ${DEPARTMENT} from departments order by id`)
  return rows
}

/** Whoever changes the tree sees it as a whole and is the only one: two moves at once could make a circle. */
export async function lockDepartments(tx: pg.ClientBase): Promise<Department[]> {
  await tx.query('lock table departments in share row exclusive mode')
  return await allDepartments(tx)
}

export async function insertDepartment(tx: pg.ClientBase, department: Department, at: Date): Promise<void> {
  await tx.query('insert into departments (id, name, parent_id, created_at) values ($1, $2, $3, $4)', [
    department.id,
    department.name,
    department.parentId,
    at,
  ])
}

export async function updateDepartment(tx: pg.ClientBase, { id, name, parentId }: Department): Promise<void> {
  await tx.query('update departments set name = $2, parent_id = $3 where id = $1', [id, name, parentId])
}

/** Departments that have a merchant in the scope. */
export async function departmentsWithin(db: Db, scope: Scope): Promise<string[]> {
  const values: unknown[] = []
  const { rows } = await db.query(
    `select distinct department_id as id from merchants where ${scopeSql(scope, { merchant: 'merchant_no' }, values)}`,
    values,
  )
  return rows.map(row => row.id)
}

export async function departmentExists(db: Db, id: string): Promise<boolean> {
  return (await db.query('select from departments where id = $1', [id])).rowCount === 1
}

// --- merchants -------------------------------------------------------------------------------------------------------

export async function findMerchant(db: Db, merchantNo: string): Promise<Merchant | null> {
  const { rows } = await db.query(`select ${MERCHANT} from merchants where merchant_no = $1`, [merchantNo])
  return rows[0] ?? null
}

export async function lockMerchant(tx: pg.ClientBase, merchantNo: string): Promise<Merchant | null> {
  const { rows } = await tx.query(`select ${MERCHANT} from merchants where merchant_no = $1 for update`, [merchantNo])
  return rows[0] ?? null
}

/** false: the number is taken. */
export async function insertMerchant(tx: pg.ClientBase, merchant: Merchant): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into merchants (merchant_no, name, department_id, state, created_at) values ($1, $2, $3, $4, $5)
         on conflict (merchant_no) do nothing`,
    [merchant.merchantNo, merchant.name, merchant.departmentId, merchant.state, merchant.createdAt],
  )
  return rowCount === 1
}

export async function updateMerchant(tx: pg.ClientBase, merchant: Merchant): Promise<void> {
  await tx.query('update merchants set name = $2, department_id = $3, state = $4 where merchant_no = $1', [
    merchant.merchantNo,
    merchant.name,
    merchant.departmentId,
    merchant.state,
  ])
}

/** Ids of the fee items of these merchants. */
export async function feeItemsOf(db: Db, merchants: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await db.query(
    'select merchant_no as "merchantNo", array_agg(id order by id) as items from fee_items where merchant_no = any($1) group by 1',
    [merchants],
  )
  return new Map(rows.map(({ merchantNo, items }) => [merchantNo, items]))
}

export type MerchantFilter = {
  /** Of this department or any below it; null: all. */
  readonly departmentId: string | null
  /** Part of number or name; '' is all. */
  readonly search: string
  readonly after: string
  readonly limit: number
}

export async function listMerchants(
  db: Db,
  scope: Scope,
  { departmentId, search, after, limit }: MerchantFilter,
): Promise<Merchant[]> {
  const values: unknown[] = [departmentId, search, after, limit]
  const { rows } = await db.query(
    `with recursive below as (
       select id from departments where id = $1
        union
       select d.id from departments d join below b on d.parent_id = b.id
     )
     select ${MERCHANT} from merchants
      where ($1::text is null or department_id in (select id from below))
        and ($2 = '' or strpos(lower(merchant_no), lower($2)) > 0 or strpos(lower(name), lower($2)) > 0)
        and merchant_no > $3 and ${scopeSql(scope, { merchant: 'merchant_no' }, values)}
      order by merchant_no limit $4`,
    values,
  )
  return rows
}

// --- fee items -------------------------------------------------------------------------------------------------------

export async function lockFeeItem(tx: pg.ClientBase, id: string): Promise<FeeItem | null> {
  const { rows } = await tx.query(`select ${FEE_ITEM} from fee_items where id = $1 for update`, [id])
  return rows[0] ?? null
}

/** false: the id is taken. */
export async function insertFeeItem(tx: pg.ClientBase, item: FeeItem): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into fee_items (id, merchant_no, name, category, account_label, currency, part_payment, part_min, state, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing`,
    [
      item.id,
      item.merchantNo,
      item.name,
      item.category,
      item.accountLabel,
      item.currency,
      item.partPayment,
      item.partMin,
      item.state,
      item.createdAt,
    ],
  )
  return rowCount === 1
}

export async function updateFeeItem(tx: pg.ClientBase, item: FeeItem): Promise<void> {
  await tx.query(
    `update fee_items set name = $2, category = $3, account_label = $4, part_payment = $5, part_min = $6, state = $7
      where id = $1`,
    [item.id, item.name, item.category, item.accountLabel, item.partPayment, item.partMin, item.state],
  )
}

export async function listFeeItems(
  db: Db,
  scope: Scope,
  { merchantNo, state }: { merchantNo: string | null; state: FeeItemState | null },
): Promise<FeeItem[]> {
  const values: unknown[] = [merchantNo, state]
  const { rows } = await db.query(
    `select ${FEE_ITEM} from fee_items
      where ($1::text is null or merchant_no = $1) and ($2::fee_item_state is null or state = $2)
        and ${scopeSql(scope, { merchant: 'merchant_no' }, values)} order by merchant_no, id`,
    values,
  )
  return rows
}

/**
 * Merchants with what they collect for, by number: what a payer chooses from. Bills that are out stay payable, so suspended ones are among them; of retired fee items
 * those of a merchant that has no other.
 */
export async function listPayees(
  db: Db,
  search: string,
  limit: number,
): Promise<(Pick<FeeItem, 'merchantNo' | 'id' | 'name' | 'category' | 'accountLabel'> & { merchant: string })[]> {
  const { rows } = await db.query(
    `with payees as (
       select merchant_no, name, (select bool_or(state <> 'retired') from fee_items i where i.merchant_no = m.merchant_no) as lives
         from merchants m
        where ($1 = '' or strpos(lower(merchant_no), lower($1)) > 0 or strpos(lower(name), lower($1)) > 0)
          and exists (select from fee_items i where i.merchant_no = m.merchant_no)
        order by merchant_no limit $2
     )
     select p.name as merchant, i.merchant_no as "merchantNo", i.id, i.name, i.category, i.account_label as "accountLabel"
       from payees p join fee_items i using (merchant_no)
      where i.state <> 'retired' or not p.lives order by i.merchant_no, i.id`,
    [search, limit],
  )
  return rows
}
