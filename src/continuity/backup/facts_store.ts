import type pg from 'pg'
import { type Lsn, parseLsn } from './names.ts'

/** What a database is: read for a base backup's manifest, and again from what was restored. */
export type Facts = {
  readonly postgres: number
  readonly database: string
  readonly role: string
  readonly segmentBytes: number
}

export async function readFacts(db: pg.Pool): Promise<Facts> {
  const { rows } = await db.query(
    `select current_setting('server_version_num')::integer / 10000 as postgres, current_database() as database, current_user as role,
            (select setting::integer from pg_settings where name = 'wal_segment_size') as "segmentBytes"`,
  )
  return rows[0]
}

/** Rows of each of the platform's tables, all at one moment. */
export async function countRows(tx: pg.ClientBase): Promise<Record<string, number>> {
  const { rows: tables } = await tx.query(
    `select relname as name from pg_class where relkind in ('r', 'p') and relpersistence = 'p' and relnamespace = 'public'::regnamespace
      order by 1`,
  )
  const counts: Record<string, number> = {}
  for (const { name } of tables) {
    const { rows } = await tx.query(`select count(*) as rows from ${tx.escapeIdentifier(name)}`)
    counts[name] = rows[0].rows
  }
  return counts
}

/** The relation a file of the data folder belongs to, such as `base/16384/24576`; null for what belongs to none of this database. */
export async function relationOfFile(db: pg.Pool, path: string): Promise<string | null> {
  const [, database, node] = /^(?:\.\/)?base\/(\d+)\/(\d+)/.exec(path) ?? []
  if (database === undefined) return null
  const { rows } = await db.query(
    `select pg_filenode_relation(0, $1::oid)::regclass::text as relation from pg_database
      where oid = $2::oid and datname = current_database()`,
    [node, database],
  )
  return rows[0]?.relation ?? null
}

/** Everything before it is on the server's disk. */
export async function flushedTo(db: pg.Pool): Promise<Lsn> {
  const { rows } = await db.query('select pg_current_wal_flush_lsn()::text as lsn')
  return parseLsn(rows[0].lsn)
}

/** The archive's slot: where the server still keeps the WAL from. null: there is none. */
export async function readSlot(
  db: pg.Pool,
  slot: string,
): Promise<{ readonly restart: string | null; readonly active: boolean; readonly lost: boolean } | null> {
  const { rows } = await db.query(
    `select restart_lsn::text as restart, active, coalesce(wal_status = 'lost', false) as lost
       from pg_replication_slots where slot_name = $1`,
    [slot],
  )
  return rows[0] ?? null
}

export async function makeSlot(db: pg.Pool, slot: string): Promise<void> {
  await db.query('select pg_create_physical_replication_slot($1, true)', [slot])
}

export async function dropSlot(db: pg.Pool, slot: string): Promise<void> {
  await db.query('select pg_drop_replication_slot($1)', [slot])
}

// --- what drills damage -------------------------------------------------------------------------------------------------

/** The file of the movements, below the data folder. */
export async function movementsFile(db: pg.Pool): Promise<string> {
  const { rows } = await db.query("select pg_relation_filepath('movements') as path")
  return rows[0].path
}

/** What a person does by mistake. */
export async function dropMovements(db: pg.Pool): Promise<void> {
  await db.query('drop table movements cascade')
}
