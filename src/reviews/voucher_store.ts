import type pg from 'pg'
import type { SealedColumn } from '../system/vault/columns.ts'
import type { Voucher } from './voucher.ts'

type Db = pg.Pool | pg.ClientBase

/** A voucher opens only as the one that it was sealed as. */
export const voucherPlace = (id: string) => `evidence.vouchers:${id}` as const

export const SEALED_VOUCHERS: SealedColumn = {
  table: 'vouchers',
  column: 'sealed',
  key: [{ name: 'id', type: 'text' }],
  context: ([id = '']) => voucherPlace(id),
  batch: 4, // up to 10 MB each
}

const COLUMNS = `v.id, v.name, v.media_type as "mediaType", v.size, v.uploaded_by as "uploadedBy", v.uploaded_account as "uploadedAccount",
  v.uploaded_at as "uploadedAt"`

export async function insertVoucher(tx: pg.ClientBase, voucher: Voucher, sealed: Buffer): Promise<void> {
  await tx.query(
    `insert into vouchers (id, name, media_type, size, sealed, uploaded_by, uploaded_account, uploaded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      voucher.id,
      voucher.name,
      voucher.mediaType,
      voucher.size,
      sealed,
      voucher.uploadedBy,
      voucher.uploadedAccount,
      voucher.uploadedAt,
    ],
  )
}

export async function findVoucher(db: Db, id: string): Promise<(Voucher & { readonly sealed: Buffer }) | null> {
  const { rows } = await db.query(`select ${COLUMNS}, v.sealed from vouchers v where v.id = $1`, [id])
  return rows[0] ?? null
}

/** Locked against being forgotten until the transaction ends. */
export async function findVouchers(tx: pg.ClientBase, ids: readonly string[]): Promise<Voucher[]> {
  const { rows } = await tx.query(`select ${COLUMNS} from vouchers v where v.id = any($1) for key share`, [ids])
  return rows
}

export async function attachVouchers(tx: pg.ClientBase, reviewId: string, ids: readonly string[]): Promise<void> {
  await tx.query('insert into review_vouchers (review_id, voucher_id) select $1, unnest($2::text[])', [reviewId, ids])
}

export async function vouchersOf(db: Db, reviewIds: readonly string[]): Promise<Map<string, Voucher[]>> {
  const { rows } = await db.query(
    `select l.review_id as "reviewId", ${COLUMNS} from review_vouchers l join vouchers v on v.id = l.voucher_id
      where l.review_id = any($1) order by v.uploaded_at, v.id`,
    [reviewIds],
  )
  return Map.groupBy(rows, row => row.reviewId)
}

export async function reviewsOfVoucher(db: Db, voucherId: string): Promise<string[]> {
  const { rows } = await db.query('select review_id from review_vouchers where voucher_id = $1', [voucherId])
  return rows.map(row => row.review_id)
}

/** What else than a review keeps vouchers. */
export type VoucherUse = { readonly kind: string; readonly id: string }

export async function useVouchers(tx: pg.ClientBase, { kind, id }: VoucherUse, ids: readonly string[]): Promise<void> {
  await tx.query(
    'insert into voucher_uses (object_kind, object_id, voucher_id) select $1, $2, unnest($3::text[]) on conflict do nothing',
    [kind, id, ids],
  )
}

/** Of objects of one kind, by the object's id. */
export async function vouchersUsed(db: Db, kind: string, ids: readonly string[]): Promise<Map<string, Voucher[]>> {
  const { rows } = await db.query(
    `select u.object_id as "objectId", ${COLUMNS} from voucher_uses u join vouchers v on v.id = u.voucher_id
      where u.object_kind = $1 and u.object_id = any($2) order by v.uploaded_at, v.id`,
    [kind, ids],
  )
  return Map.groupBy(rows, row => row.objectId)
}

export async function countUploads(tx: pg.ClientBase, accountId: string, since: Date): Promise<number> {
  // One at a time, so that many at once are counted too.
  await tx.query("select pg_advisory_xact_lock(hashtextextended('uploads ' || $1, 0))", [accountId])
  const { rows } = await tx.query(
    'select count(*)::int as count from vouchers where uploaded_account = $1 and uploaded_at > $2',
    [accountId, since],
  )
  return rows[0].count
}

/** Uploaded before then and never used for anything. */
export async function deleteUnusedVouchers(db: Db, before: Date): Promise<number> {
  const { rowCount } = await db.query(
    `delete from vouchers v where v.uploaded_at < $1
        and not exists (select from review_vouchers l where l.voucher_id = v.id)
        and not exists (select from voucher_uses u where u.voucher_id = v.id)`,
    [before],
  )
  return rowCount ?? 0
}
