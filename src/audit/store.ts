import type pg from 'pg'
import type { BlockHeader, SealedFields } from './entry.ts'

type Db = pg.Pool | pg.ClientBase

const LOCK = [0x667a7061, 10] as const

/** Held to the end of the transaction; false: somebody else seals. */
export async function lockSealing(tx: pg.ClientBase): Promise<boolean> {
  const { rows } = await tx.query('select pg_try_advisory_xact_lock($1, $2) as mine', [...LOCK])
  return rows[0].mine
}

export type SealedBlock = BlockHeader & { readonly digest: string }

const BLOCK = `no::integer as no, entries, last_xact::text as "lastXact", last_id::text as "lastId", encode(root, 'hex') as root,
  encode(previous, 'hex') as previous, (extract(epoch from sealed_at) * 1000)::bigint::float8 as "sealedAt", encode(digest, 'hex') as digest`

export async function lastBlock(db: Db): Promise<SealedBlock | null> {
  const { rows } = await db.query(`select ${BLOCK} from operation_blocks order by operation_blocks.no desc limit 1`)
  return rows[0] ?? null
}

/** Blocks after `after`, in order. */
export async function blocksAfter(db: Db, after: number, limit: number): Promise<(SealedBlock & { leaves: Buffer })[]> {
  const { rows } = await db.query(
    `select ${BLOCK}, leaves from operation_blocks where operation_blocks.no > $1 order by operation_blocks.no limit $2`,
    [after, limit],
  )
  return rows
}

/** The fields of an entry as they are sealed, in order. */
export const SEALED = `id::text, xact::text, (extract(epoch from at) * 1000000)::bigint::text, request_id, who_id, who_name, address, device, what,
  object_kind, object_id, detail`

/** Entries after the block whose transactions are older than all that still run, in the order of sealing. */
export async function entriesToSeal(
  tx: pg.ClientBase,
  after: Pick<BlockHeader, 'lastXact' | 'lastId'> | null,
  limit: number,
): Promise<SealedFields[]> {
  const { rows } = await tx.query({
    text: `select ${SEALED} from operation_log l
            where l.xact < pg_snapshot_xmin(pg_current_snapshot()) and (l.xact, l.id) > ($1::text::xid8, $2::bigint)
            order by l.xact, l.id limit $3`,
    values: [after?.lastXact ?? '0', after?.lastId ?? '0', limit],
    rowMode: 'array',
  })
  return rows as unknown as SealedFields[]
}

/** Entries in the order of sealing, from after the given place, for whoever checks them. */
export async function entriesFrom(
  tx: pg.ClientBase,
  after: { readonly xact: string; readonly id: string },
  upTo: { readonly xact: string; readonly id: string },
  limit: number,
): Promise<SealedFields[]> {
  const { rows } = await tx.query({
    text: `select ${SEALED} from operation_log l
            where (l.xact, l.id) > ($1::text::xid8, $2::bigint) and (l.xact, l.id) <= ($3::text::xid8, $4::bigint)
            order by l.xact, l.id limit $5`,
    values: [after.xact, after.id, upTo.xact, upTo.id, limit],
    rowMode: 'array',
  })
  return rows as unknown as SealedFields[]
}

export async function insertBlock(
  tx: pg.ClientBase,
  header: BlockHeader,
  leaves: Buffer,
  digest: Buffer,
): Promise<void> {
  await tx.query(
    `insert into operation_blocks (no, last_xact, last_id, entries, leaves, root, previous, digest, sealed_at)
     values ($1, $2::text::xid8, $3, $4, $5, $6, $7, $8, $9)`,
    [
      header.no,
      header.lastXact,
      header.lastId,
      header.entries,
      leaves,
      Buffer.from(header.root, 'hex'),
      Buffer.from(header.previous, 'hex'),
      digest,
      new Date(header.sealedAt),
    ],
  )
}
