import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { Failure } from '../../kernel/failure.ts'
import type { Database } from '../../system/database.ts'
import { tableText } from '../../system/schema_text.ts'

export type Taken = {
  readonly table: string
  /** It had been dropped, and was made anew with its indexes, triggers and the references of other tables to it. */
  readonly made: boolean
  /** Rows in the restored database, and those that were missing and are there again. */
  readonly rows: number
  readonly added: number
}

/**
 * Takes one table out of a restored database back into the one that goes on: rows that are missing there are added, by their keys, and nothing else is changed. What
 * was done since in all other tables stays. All of it in one transaction; `rehearse`: it is rolled back. Throws Failure restore_table_unknown, and what PostgreSQL
 * says where a row no longer fits.
 */
export async function takeTable(restored: Database, live: Database, table: string, rehearse: boolean): Promise<Taken> {
  const source = await restored.connect()
  const target = await live.connect()
  try {
    const text = await tableText(source, table)
    if (text === null) throw tableUnknown(table)
    await target.query('begin')
    const made = (await tableText(target, table)) === null
    if (made) await target.query(text)
    const columns = await columnsOf(source, table)
    const rows = await copyInto(source, target, table, columns)
    const added = await addMissing(target, table, columns)
    await moveSequences(target, table)
    if (made) await refer(source, target, table)
    await target.query(rehearse ? 'rollback' : 'commit')
    return { table, made, rows, added }
  } finally {
    await source.end()
    await target.end()
  }
}

/** Without those that PostgreSQL computes. */
async function columnsOf(client: pg.ClientBase, table: string): Promise<string> {
  const { rows } = await client.query(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  )
  return rows[0].columns
}

async function copyInto(source: pg.Client, target: pg.Client, table: string, columns: string): Promise<number> {
  const name = target.escapeIdentifier(table)
  await target.query(`create temporary table taken_back on commit drop as select ${columns} from ${name} where false`)
  const into = target.query(copyFrom(`copy taken_back (${columns}) from stdin (format binary)`))
  await pipeline(source.query(copyTo(`copy ${name} (${columns}) to stdout (format binary)`)), into)
  return into.rowCount ?? 0
}

async function addMissing(target: pg.Client, table: string, columns: string): Promise<number> {
  const { rowCount } = await target.query(
    `insert into ${target.escapeIdentifier(table)} (${columns}) overriding system value
     select ${columns} from taken_back on conflict do nothing`,
  )
  return rowCount ?? 0
}

/** Numbers that were given out are not given out again. */
async function moveSequences(target: pg.Client, table: string): Promise<void> {
  const { rows } = await target.query(
    `select attname as column, pg_get_serial_sequence($1, attname) as sequence from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and pg_get_serial_sequence($1, attname) is not null`,
    [table],
  )
  for (const { column, sequence } of rows)
    await target.query(
      `select setval($1, greatest((select max(${target.escapeIdentifier(column)}) from ${target.escapeIdentifier(table)}),
                                  coalesce(pg_sequence_last_value($1::regclass), 1)))`,
      [sequence],
    )
}

/** Foreign keys of other tables, which a `drop … cascade` takes away. */
async function refer(source: pg.Client, target: pg.Client, table: string): Promise<void> {
  const { rows } = await source.query(
    `select format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as text
       from pg_constraint where confrelid = $1::regclass and conrelid <> confrelid and contype = 'f' and conparentid = 0`,
    [table],
  )
  for (const { text } of rows) await target.query(text)
}

const tableUnknown = (table: string): Failure =>
  new Failure(
    'restore_table_unknown',
    {
      zh: `恢复出的数据库没有表 ${table}：请检查表名，或恢复到删除之前的时刻`,
      en: `The restored database has no table ${table}: check its name, or restore to before it was dropped`,
    },
    { table },
  )
