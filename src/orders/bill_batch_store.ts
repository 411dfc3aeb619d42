import type pg from 'pg'
import { type Scope, scopeSql } from '../access/scope.ts'
import { CopyInto } from '../statements/copy_into.ts'
import { epochDays } from '../statements/store.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { BillableItem, BillProblem, BillRow } from './bill_batch.ts'
import { type SealedPersonRow, sealPerson, sealProblems, withProblems } from './sealed.ts'

type Db = pg.Pool | pg.ClientBase

export type BillBatchState = 'checked' | 'refused' | 'issued' | 'expired'

/** Amounts of `totals` are minor units as text, because a sum may pass 2^53. */
export type BillBatch = {
  readonly id: string
  readonly name: string
  readonly sm3: string
  readonly bytes: number
  /** The one that was asked for; '' is any. */
  readonly merchantNo: string
  /** All whose bills are in the file. */
  readonly merchants: readonly string[]
  readonly state: BillBatchState
  readonly records: number
  readonly totals: readonly {
    readonly feeItemId: string
    readonly name: string
    readonly currency: string
    readonly count: number
    readonly amount: string
  }[]
  readonly errors: number
  readonly warnings: number
  readonly problems: readonly BillProblem[]
  readonly checkedBy: string
  readonly checkedAt: Date
  readonly issuedBy: string
  readonly issuedAt: Date | null
}

const COLUMNS = `id, name, sm3, bytes, merchant_no as "merchantNo", merchants, state, records, totals, errors, warnings, problems, problems_sealed as "problemsSealed",
  checked_by as "checkedBy", checked_at as "checkedAt", issued_by as "issuedBy", issued_at as "issuedAt"`

/** Fee items of merchants in the scope: to whoever asks there are no others. */
export async function billableItems(db: Db, scope: Scope): Promise<BillableItem[]> {
  const values: unknown[] = []
  const { rows } = await db.query(
    `select f.id, f.name, f.merchant_no as "merchantNo", f.currency, f.state = 'active' and m.state = 'active' as active
       from fee_items f join merchants m using (merchant_no)
      where ${scopeSql(scope, { merchant: 'f.merchant_no' }, values)} order by f.id`,
    values,
  )
  return rows
}

export async function findBatch(db: Db, vault: Vault, id: string): Promise<BillBatch | null> {
  const { rows } = await db.query(`select ${COLUMNS} from bill_batches where id = $1`, [id])
  return rows[0] ? withProblems<BillBatch>(vault, rows[0]) : null
}

export async function lockBatch(tx: pg.ClientBase, vault: Vault, id: string): Promise<BillBatch | null> {
  const { rows } = await tx.query(`select ${COLUMNS} from bill_batches where id = $1 for update`, [id])
  return rows[0] ? withProblems<BillBatch>(vault, rows[0]) : null
}

export type BatchListed = Omit<BillBatch, 'problems'>

/** Newest first, without their problems: one's own, and those whose merchants are all among the given ones (null: any). */
export async function listBatches(
  db: Db,
  within: { readonly merchants: readonly string[] | null; readonly by: string },
  before: Date,
  limit: number,
): Promise<BatchListed[]> {
  const { rows } = await db.query(
    `select ${COLUMNS.replace(/ problems, .*/, '')} from bill_batches
      where checked_at < $1 and ($3::text[] is null or checked_by = $4 or (merchants <> '{}' and merchants <@ $3::text[]))
      order by checked_at desc, id limit $2`,
    [before, limit, within.merchants, within.by],
  )
  return rows
}

/** The batch that issued the same bytes, if one did. */
export async function issuedBefore(db: Db, sm3: string): Promise<string | null> {
  const { rows } = await db.query(
    "select id from bill_batches where sm3 = $1 and state = 'issued' order by issued_at limit 1",
    [sm3],
  )
  return rows[0]?.id ?? null
}

/** The batch that a person means by a file: the one that issued it, else the one checked last. */
export async function findBatchOfFile(db: Db, vault: Vault, sm3: string): Promise<BillBatch | null> {
  const { rows } = await db.query(
    `select ${COLUMNS} from bill_batches where sm3 = $1 order by state = 'issued' desc, checked_at desc limit 1`,
    [sm3],
  )
  return rows[0] ? withProblems<BillBatch>(vault, rows[0]) : null
}

/** false: the id is taken. */
export async function insertBatch(tx: pg.ClientBase, vault: Vault, batch: BillBatch): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into bill_batches (id, name, sm3, bytes, merchant_no, state, records, totals, errors, warnings, problems_sealed,
                               checked_by, checked_at, merchants)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict (id) do nothing`,
    [
      batch.id,
      batch.name,
      batch.sm3,
      batch.bytes,
      batch.merchantNo,
      batch.state,
      batch.records,
      JSON.stringify(batch.totals),
      batch.errors,
      batch.warnings,
      sealProblems(vault, batch.id, batch.problems),
      batch.checkedBy,
      batch.checkedAt,
      batch.merchants,
    ],
  )
  return rowCount === 1
}

// --- what the book says ----------------------------------------------------------------------------------------------

/** Those of the numbers that are orders already. */
export async function takenNumbers(db: Db, orderNos: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query('select order_no from orders where order_no = any($1)', [orderNos])
  return new Set(rows.map(row => row.order_no))
}

/** Bills whose debt is in the book under another number: the row, and one such order. */
export async function billedBefore(
  db: Db,
  vault: Vault,
  bills: readonly BillRow[],
): Promise<{ readonly row: number; readonly orderNo: string }[]> {
  // While the key of the index is changed, each bill is looked for under both.
  const asked = bills.flatMap(bill => vault.blinds('account_no', bill.accountNo).map(index => ({ ...bill, index })))
  const { rows } = await db.query(
    // One look into the index for each bill, however large the book is; a join would read all of it.
    `select b.row_no as row, o.order_no as "orderNo"
       from unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::bigint[], $7::text[], $8::text[])
         as b (row_no, merchant_no, fee_item_id, account_index, period, amount, title, order_no)
       join lateral (
         select o.order_no from orders o
          where o.account_index = b.account_index and o.merchant_no = b.merchant_no and o.fee_item_id = b.fee_item_id
            and o.period = b.period and o.amount = b.amount and b.title in ('', o.title)
            and o.closed_at is null and o.order_no <> b.order_no
          order by o.order_no limit 1
       ) o on true
      where b.period <> '' order by b.row_no`,
    [
      asked.map(bill => bill.row),
      asked.map(bill => bill.merchantNo),
      asked.map(bill => bill.feeItemId),
      asked.map(bill => bill.index),
      asked.map(bill => bill.period),
      asked.map(bill => bill.amount),
      asked.map(bill => bill.title),
      asked.map(bill => bill.orderNo),
    ],
  )
  return rows
}

// --- the bills between check and issue ---------------------------------------------------------------------------------

const ROW_COLUMNS = [
  'batch_id',
  'row_no',
  'order_no',
  'ask_sm3',
  'merchant_no',
  'fee_item_id',
  'person',
  'account_index',
  'by_sms',
  'by_mail',
  'title',
  'period',
  'amount',
  'due_on',
]

export type WaitingBill = BillRow & { readonly askSm3: string }

export async function keepRows(
  tx: pg.ClientBase,
  vault: Vault,
  batchId: string,
  bills: readonly WaitingBill[],
): Promise<void> {
  const copy = new CopyInto(tx, 'bill_batch_rows', ROW_COLUMNS)
  const dayOf = epochDays()
  try {
    for (const bill of bills) {
      const { person, accountIndex, bySms, byMail } = sealPerson(vault, bill.orderNo, bill)
      const texts = [bill.orderNo, bill.merchantNo, bill.feeItemId, bill.title, bill.period]
      const room = 400 + person.length + 3 * texts.reduce((sum, text) => sum + text.length, 0)
      if (!copy.rows.roomFor(room)) await copy.makeRoom(room)
      const row = copy.rows
      row.row(ROW_COLUMNS.length)
      row.text(batchId)
      row.bigint(bill.row)
      row.text(bill.orderNo)
      row.text(bill.askSm3)
      row.text(bill.merchantNo)
      row.text(bill.feeItemId)
      row.bytea(person)
      row.bytea(accountIndex)
      row.boolean(bySms)
      row.boolean(byMail)
      row.text(bill.title)
      row.text(bill.period)
      row.bigint(bill.amount)
      if (bill.dueOn === null) row.null()
      else row.date(dayOf(bill.dueOn))
    }
    await copy.end()
  } catch (error) {
    await copy.abandon()
    throw error
  }
}

/** Issues all bills of a batch in one statement; the answer is how many it could. */
export async function issueRows(tx: pg.ClientBase, batchId: string, at: Date): Promise<number> {
  const { rowCount } = await tx.query(
    `insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, person, account_index, by_sms, by_mail, title, period,
                         amount, currency, part_payment, part_min, due_on, batch_id, created_at)
     select b.order_no, b.ask_sm3, f.merchant_no, f.id, b.person, b.account_index, b.by_sms, b.by_mail,
            case when b.title = '' then f.name else b.title end, b.period, b.amount, f.currency, f.part_payment, f.part_min,
            b.due_on, b.batch_id, $2
       from bill_batch_rows b
       join fee_items f on f.id = b.fee_item_id and f.merchant_no = b.merchant_no and f.state = 'active'
       join merchants m on m.merchant_no = b.merchant_no and m.state = 'active'
      where b.batch_id = $1
      order by b.order_no
         on conflict (order_no) do nothing`,
    [batchId, at],
  )
  return rowCount ?? 0
}

/** Why bills of the batch cannot be issued now: the first ones. */
export async function hindrances(
  db: Db,
  batchId: string,
  limit: number,
): Promise<{ readonly row: number; readonly orderNo: string; readonly feeItemId: string; readonly taken: boolean }[]> {
  const { rows } = await db.query(
    `select b.row_no as row, b.order_no as "orderNo", b.fee_item_id as "feeItemId", o.order_no is not null as taken
       from bill_batch_rows b
       left join orders o on o.order_no = b.order_no and o.batch_id <> b.batch_id
       left join fee_items f on f.id = b.fee_item_id and f.merchant_no = b.merchant_no and f.state = 'active'
       left join merchants m on m.merchant_no = b.merchant_no and m.state = 'active'
      where b.batch_id = $1 and (o.order_no is not null or f.id is null or m.merchant_no is null)
      order by b.row_no limit $2`,
    [batchId, limit],
  )
  return rows
}

export type TellBill = SealedPersonRow & {
  readonly row: number
  readonly orderNo: string
  readonly title: string
  readonly amount: number
  readonly currency: string
  readonly dueOn: string | null
  readonly merchant: string
}

/** Bills of the batch whose payers can be told, page by page. */
export async function billsToTell(
  tx: pg.ClientBase,
  batchId: string,
  after: number,
  limit: number,
): Promise<TellBill[]> {
  const { rows } = await tx.query(
    `select b.row_no as row, b.order_no as "orderNo", b.person, b.by_sms as "bySms", b.by_mail as "byMail",
            case when b.title = '' then f.name else b.title end as title, b.amount, f.currency, b.due_on as "dueOn", m.name as merchant
       from bill_batch_rows b join fee_items f on f.id = b.fee_item_id join merchants m on m.merchant_no = b.merchant_no
      where b.batch_id = $1 and b.row_no > $2 and (b.by_sms or b.by_mail) order by b.row_no limit $3`,
    [batchId, after, limit],
  )
  return rows
}

export async function markIssued(tx: pg.ClientBase, batchId: string, by: string, at: Date): Promise<void> {
  await tx.query("update bill_batches set state = 'issued', issued_by = $2, issued_at = $3 where id = $1", [
    batchId,
    by,
    at,
  ])
  await tx.query('delete from bill_batch_rows where batch_id = $1', [batchId])
}

/** Forgets the bills of batches that were checked before this and not issued; the answer is how many batches. */
export async function expireBatches(tx: pg.ClientBase, before: Date): Promise<number> {
  const { rows } = await tx.query(
    `update bill_batches set state = 'expired' where state = 'checked' and checked_at < $1 returning id`,
    [before],
  )
  if (rows.length > 0) await tx.query('delete from bill_batch_rows where batch_id = any($1)', [rows.map(row => row.id)])
  return rows.length
}
