import type pg from 'pg'
import type { BlockHeader, SealedFields } from './entry.ts'

type Db = pg.Pool | pg.ClientBase

const LOCK = [0x667a7061, 10] as const

/** Held to the end of the transaction; false: somebody else seals. */
export async function lockSealing(tx: pg.ClientBase): Promise<boolean> {
  const { rows } = await tx.query('select pg_try_advisory_xact_lock($1, $2) as mine', [...LOCK])
  return rows[0].mine
}

const BLOCKS_AT_ONCE = 1_000

export type SealedBlock = BlockHeader & { readonly digest: string }

const BLOCK = `no::integer as no, entries, last_xact::text as "lastXact", last_id::text as "lastId", encode(root, 'hex') as root,
  encode(previous, 'hex') as previous, (extract(epoch from sealed_at) * 1000)::bigint::float8 as "sealedAt", encode(digest, 'hex') as digest`

export async function lastBlock(db: Db): Promise<SealedBlock | null> {
  const { rows } = await db.query(`select ${BLOCK} from operation_blocks order by operation_blocks.no desc limit 1`)
  return rows[0] ?? null
}

/** Blocks after `after`, in order: the next one, and as many more as have so many entries together at most. */
export async function blocksAfter(
  db: Db,
  after: number,
  entries: number,
): Promise<(SealedBlock & { leaves: Buffer })[]> {
  const { rows } = await db.query(
    `select ${BLOCK}, leaves
       from (select b.*, sum(b.entries) over (order by b.no) as up_to
               from (select * from operation_blocks where operation_blocks.no > $1 order by operation_blocks.no limit $3) b) operation_blocks
      where up_to <= $2 or up_to = entries order by operation_blocks.no`,
    [after, entries, BLOCKS_AT_ONCE],
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

/** Entries that no block holds yet. */
export async function countAfter(db: Db, after: Pick<BlockHeader, 'lastXact' | 'lastId'> | null): Promise<number> {
  const { rows } = await db.query(
    'select count(*)::integer as count from operation_log l where (l.xact, l.id) > ($1::text::xid8, $2::bigint)',
    [after?.lastXact ?? '0', after?.lastId ?? '0'],
  )
  return rows[0].count
}

export async function sealedFields(db: Db, id: string): Promise<SealedFields | null> {
  const { rows } = await db.query({
    text: `select ${SEALED} from operation_log l where l.id = $1`,
    values: [id],
    rowMode: 'array',
  })
  return (rows[0] as unknown as SealedFields | undefined) ?? null
}

/** The block that holds what stands at this place of the order; null: it is not sealed yet. */
export async function blockOf(
  db: Db,
  place: { readonly xact: string; readonly id: string },
): Promise<(SealedBlock & { leaves: Buffer }) | null> {
  const { rows } = await db.query(
    `select ${BLOCK}, leaves from operation_blocks where (last_xact, last_id) >= ($1::text::xid8, $2::bigint)
      order by operation_blocks.no limit 1`,
    [place.xact, place.id],
  )
  return rows[0] ?? null
}

/** The first exported root that is of this block or of a later one. */
export async function rootAtOrAfter(db: Db, block: number): Promise<number | null> {
  const { rows } = await db.query('select min(block_no)::integer as block from operation_roots where block_no >= $1', [
    block,
  ])
  return rows[0].block
}

export async function headersBetween(db: Db, from: number, to: number): Promise<SealedBlock[]> {
  const { rows } = await db.query(
    `select ${BLOCK} from operation_blocks where operation_blocks.no between $1 and $2 order by operation_blocks.no`,
    [from, to],
  )
  return rows
}

export async function insertRoot(tx: Db, block: number, at: Date, by: string): Promise<void> {
  await tx.query(
    'insert into operation_roots (block_no, exported_at, exported_by) values ($1, $2, $3) on conflict do nothing',
    [block, at, by],
  )
}

export type LogFilter = {
  readonly who?: string | undefined
  readonly object?: string | undefined
  readonly kind?: string | undefined
  readonly what?: string | undefined
  readonly address?: string | undefined
  readonly requestId?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  /** The id of the last entry of the page before. */
  readonly before?: string | undefined
  readonly limit: number
}

export type LogRow = {
  readonly id: string
  readonly at: Date
  readonly requestId: string
  readonly whoId: string
  readonly whoName: string
  readonly address: string
  readonly device: string
  readonly what: string
  readonly objectKind: string
  readonly objectId: string
  readonly detail: string
}

const ROW = `id::text, at, request_id as "requestId", who_id as "whoId", who_name as "whoName", address, device, what,
  object_kind as "objectKind", object_id as "objectId", detail`

/** Entries stand in the order in which they were written; none is written so long after the act began. */
const LATE_AT_MOST_MS = 86_400_000

/** Newest first. Days are found by the order of the entries, what hardly anybody did by summaries of stretches of the log. */
export async function findEntries(db: Db, filter: LogFilter): Promise<LogRow[]> {
  const { from, to } = filter
  const first = from ? await firstSince(db, new Date(from.getTime() - LATE_AT_MOST_MS)) : null
  const beyond = to ? await firstSince(db, new Date(to.getTime() + LATE_AT_MOST_MS)) : null
  const { rows } = await db.query(
    `select ${ROW} from operation_log l
      where ($1::text is null or who_id = $1) and ($2::text is null or object_id = $2) and ($3::text is null or object_kind = $3)
        and ($4::text is null or what = $4) and ($5::text is null or (address = $5 and address <> ''))
        and ($6::text is null or request_id = $6) and ($7::timestamptz is null or at >= $7) and ($8::timestamptz is null or at < $8)
        and ($9::bigint is null or id < $9) and ($11::bigint is null or id >= $11) and ($12::bigint is null or id < $12)
      order by l.id desc limit $10`,
    [
      filter.who ?? null,
      filter.object ?? null,
      filter.kind ?? null,
      filter.what ?? null,
      filter.address ?? null,
      filter.requestId ?? null,
      from ?? null,
      to ?? null,
      filter.before ?? null,
      filter.limit,
      first,
      beyond,
    ],
  )
  return rows
}

/** From which entry on they are of a moment or later, by halving the log; null: it is empty. */
async function firstSince(db: Db, at: Date): Promise<string | null> {
  const { rows } = await db.query(
    `with recursive halved as (
       select min(id) as low, max(id) + 1 as high from operation_log
       union all
       select case when t.early then t.id + 1 else h.low end, case when t.early then h.high else h.middle end
         from (select *, low + (high - low) / 2 as middle from halved where low < high) h
         left join lateral (
           select l.id, l.at < $1 as early from operation_log l where l.id >= h.middle and l.id < h.high order by l.id limit 1) t on true
     )
     select low::text as id from halved where low = high`,
    [at],
  )
  return rows[0]?.id ?? null
}
