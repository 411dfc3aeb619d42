import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { Failure } from '../kernel/failure.ts'
import { PACKAGE_ROOT } from './paths.ts'
import { LOCKS } from './presence.ts'

/** One numbered SQL file; once landed it is never changed. */
export type Migration = {
  readonly name: string
  readonly sql: string
  readonly digest: string
  /**
   * A program works on what this file leaves when it knows the file of this number, whether it knows this one or not. 0: every program, as the file only adds. A file that
   * takes something away says `-- needs NNNN` in its first line: that number's version is the first that does without.
   */
  readonly needs: number
}

/** A row of schema_migrations. */
export type Applied = Pick<Migration, 'name' | 'digest' | 'needs'>

const FOLDER = join(PACKAGE_ROOT, 'sql')
const MIGRATING = 3

/** The package's migrations in order. */
export function readMigrations(folder = FOLDER): Migration[] {
  const names = readdirSync(folder)
    .filter(name => /^\d{4}_.*\.sql$/.test(name))
    .sort()
  for (const [index, name] of names.entries())
    if (Number.parseInt(name, 10) !== index + 1) throw new Error(`sql/${name}: number ${index + 1} was expected here`)
  return names.map(name => {
    const sql = readFileSync(join(folder, name), 'utf8')
    return { name, sql, digest: createHash('sm3').update(sql).digest('hex'), needs: needsOf(sql) }
  })
}

/** Of the first line: `-- needs 0031`. */
export const needsOf = (sql: string): number => Number(/^-- needs (\d{4})\b/.exec(sql)?.[1] ?? 0)

/**
 * What is still to be applied. A landed file that changed, or one that is gone, is refused: the database no longer is what it says. Files of a newer version are accepted
 * as long as they leave what this one needs: during an upgrade both work on one database.
 */
export function outstanding(files: readonly Migration[], applied: readonly Applied[]): Migration[] {
  for (const [index, { name, digest, needs }] of applied.entries()) {
    const file = files[index]
    if (!file && needs <= files.length) continue
    if (file?.name !== name) throw unknown(name)
    if (file.digest !== digest) throw changed(name)
  }
  return files.slice(applied.length)
}

/** Brings the database up to date, one transaction for each file, and says what was applied. Any number may run at once. */
export async function migrate(pool: pg.Pool, files: readonly Migration[] = readMigrations()): Promise<string[]> {
  const client = await pool.connect()
  try {
    const { rows: seen } = await client.query("select to_regclass('schema_migrations') is not null as there")
    if (seen[0].there && outstanding(files, await readApplied(client)).length === 0) return []
    await client.query('select pg_advisory_lock($1, $2)', [LOCKS, MIGRATING])
    await client.query(
      `create table if not exists schema_migrations (
         name       text primary key,
         sm3        text not null,
         applied_at timestamptz not null default now()
       )`,
    )
    await client.query('alter table schema_migrations add column if not exists needs integer not null default 0')
    const todo = outstanding(files, await readApplied(client))
    for (const file of todo) await apply(client, file)
    return todo.map(file => file.name)
  } finally {
    await client.query('select pg_advisory_unlock_all()').catch(() => {})
    client.release()
  }
}

/** What has landed, in order. */
export async function readApplied(client: pg.ClientBase): Promise<Applied[]> {
  // A database of an earlier version lacks the column, which is then null here.
  const { rows } = await client.query(
    `select name, sm3 as digest, coalesce((to_jsonb(m) ->> 'needs')::integer, 0) as needs from schema_migrations m order by name`,
  )
  return rows
}

async function apply(client: pg.ClientBase, { name, sql, digest, needs }: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(sql)
    await client.query('insert into schema_migrations (name, sm3, needs) values ($1, $2, $3)', [name, digest, needs])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    const { message, position } = error as pg.DatabaseError
    const line = position === undefined ? '' : `:${sql.slice(0, Number(position)).split('\n').length}`
    throw new Error(`sql/${name}${line}: ${message}`, { cause: error })
  }
}

const changed = (name: string): Failure =>
  new Failure(
    'migration_changed',
    {
      zh: `sql/${name} 在执行后被修改：请恢复原文件，变更写入新的编号文件`,
      en: `sql/${name} was changed after it had been applied: restore it, and put the change into a new numbered file`,
    },
    { name },
  )

const unknown = (name: string): Failure =>
  new Failure(
    'migration_unknown',
    {
      zh: `数据库已执行过 ${name}，本版本不认识且无法与之共用：请使用更新的程序版本`,
      en: `The database has had ${name}, which this version does not know and cannot work with: use a newer version`,
    },
    { name },
  )
