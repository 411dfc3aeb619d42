import { randomInt } from 'node:crypto'
import type pg from 'pg'
import { Failure } from '../kernel/failure.ts'
import type { Database, Session } from '../system/database.ts'

/**
 * Books of their own for one run of the command line: the platform's tables, column for column, in a schema that exists
 * only as long as the run. What a killed run left behind is cleared away by the next one; a run that is alive holds an
 * advisory lock, which the server lets go of with its connection.
 */
export type Scratch = {
  readonly schema: string
  /** A connection whose unqualified names mean this run's books; the scratch gives it back. */
  connect(): Promise<pg.ClientBase>
  /** They are as the run has left them, as seen by a connection that will read them by their schema's name. Throws Failure `scratch_lost`. */
  mustBeWhole(client: pg.ClientBase): Promise<void>
  /** The books are looked at no more: their room is given back now, on one of its connections, while others go on. */
  emptyBooks(client: pg.ClientBase): Promise<void>
  /** Drops the books and gives every connection back. */
  close(): Promise<void>
}

/** Tables of a run's own. */
export const BOOKS = ['movements', 'statement_lines'] as const
const PREFIX = 'reconcile_'
/** 'fzrc' in ASCII: the first half of the lock of each run. */
const RUN_LOCK = 0x667a7263

/** `books`: whether they are there, or whoever fills them makes them. */
export async function openScratch(db: Database, books: 'empty' | 'none' = 'empty'): Promise<Scratch> {
  const keeper = await db.session()
  const sessions: Promise<Session>[] = []
  try {
    await clearAway(keeper.client)
    const run = await claim(keeper.client)
    const schema = `${PREFIX}${run}`
    await keeper.client.query(`create schema ${schema}`)
    if (books === 'empty') await keeper.client.query(createText(schema))
    // Books that are still to be emptied.
    let full: readonly string[] = BOOKS
    return {
      schema,
      async connect() {
        const session = db.session()
        sessions.push(session)
        const { client } = await session
        await useScratch(client, schema)
        return client
      },
      mustBeWhole: client => mustBeWhole(client, schema),
      async emptyBooks(client) {
        full = []
        await client.query(`truncate ${BOOKS.map(book => `${schema}.${book}`).join(', ')}`)
      },
      async close() {
        // Giving back a gigabyte takes the kernel a moment: each connection empties one of the books.
        try {
          await Promise.all(
            sessions.map(async (session, i) => {
              const made = await session.catch(() => null)
              if (i < full.length) await made?.client.query(`truncate ${schema}.${full[i]}`).catch(() => {})
              await made?.giveBack()
            }),
          )
          await keeper.client.query(`drop schema if exists ${schema} cascade`)
        } finally {
          await keeper.giveBack()
        }
      },
    }
  } catch (error) {
    await keeper.giveBack()
    throw error
  }
}

/** For a connection made elsewhere (a worker thread). Throws Failure `scratch_lost`. */
export async function useScratch(client: pg.ClientBase, schema: string): Promise<void> {
  await mustBeWhole(client, schema)
  // The planner knows nothing of tables made a moment ago, and every statement here is a join of whole books: hash it.
  await client.query(`
    set search_path to ${schema}, public;
    set synchronous_commit to off;
    set jit to off;
    set work_mem to '96MB';
    set hash_mem_multiplier to 4;
    set max_parallel_workers_per_gather to 0;
    set enable_mergejoin to off;
    set enable_nestloop to off;
    set client_min_messages to warning`)
}

/**
 * A server that crashes empties tables that are not logged, and the schema is there again: whoever connects afterwards would find books without a row. It has
 * also let go of the run's lock, which nobody takes again.
 */
async function mustBeWhole(client: pg.ClientBase, schema: string): Promise<void> {
  const { rows } = await client.query(
    `select exists (select from pg_locks where locktype = 'advisory' and classid = $1::oid and objid = $2::oid and granted
                       and database = (select oid from pg_database where datname = current_database())) as held`,
    [RUN_LOCK, schema.slice(PREFIX.length)],
  )
  if (rows[0].held) return
  throw new Failure('scratch_lost', {
    zh: '数据库在对账过程中断过，本次的临时账已失效，未写入任何结果：请重试',
    en: 'The database was interrupted during the run; its temporary books are void and nothing was written: try again',
  })
}

async function claim(keeper: pg.ClientBase): Promise<number> {
  for (;;) {
    const run = randomInt(1, 2 ** 31 - 1)
    const { rows } = await keeper.query('select pg_try_advisory_lock($1, $2) as claimed', [RUN_LOCK, run])
    if (rows[0].claimed) return run
  }
}

/** Unlogged, and without indexes: loaded once, joined once, dropped. */
const createText = (schema: string): string =>
  BOOKS.map(
    table => `create unlogged table ${schema}.${table} (like public.${table} including defaults including constraints)
        with (autovacuum_enabled = false);`,
  ).join('\n')

async function clearAway(keeper: pg.ClientBase): Promise<void> {
  const { rows } = await keeper.query(`select nspname as schema from pg_namespace where nspname ~ '^${PREFIX}[0-9]+$'`)
  for (const { schema } of rows) {
    const run = Number(String(schema).slice(PREFIX.length))
    const { rows: claims } = await keeper.query('select pg_try_advisory_lock($1, $2) as dead', [RUN_LOCK, run])
    if (!claims[0].dead) continue
    await keeper.query(`drop schema if exists ${schema} cascade`)
    await keeper.query('select pg_advisory_unlock($1, $2)', [RUN_LOCK, run])
  }
}
