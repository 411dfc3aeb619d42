import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { Failure } from '../kernel/failure.ts'
import { PACKAGE_ROOT } from './paths.ts'
import { LOCKS } from './presence.ts'

/** One numbered SQL file; once landed it is never changed. */
export type Migration = { readonly name: string; readonly sql: string; readonly digest: string }

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
    return { name, sql, digest: createHash('sm3').update(sql).digest('hex') }
  })
}

/** What is still to be applied. A landed file that changed, or one that is gone, is refused: the database no longer is what it says. */
export function outstanding(
  files: readonly Migration[],
  applied: readonly { name: string; digest: string }[],
): Migration[] {
  for (const [index, { name, digest }] of applied.entries()) {
    const file = files[index]
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
    const todo = outstanding(files, await readApplied(client))
    for (const file of todo) await apply(client, file)
    return todo.map(file => file.name)
  } finally {
    await client.query('select pg_advisory_unlock_all()').catch(() => {})
    client.release()
  }
}

/** What has landed, in order. */
export async function readApplied(client: pg.ClientBase): Promise<{ name: string; digest: string }[]> {
  const { rows } = await client.query('select name, sm3 as digest from schema_migrations order by name')
  return rows
}

async function apply(client: pg.ClientBase, { name, sql, digest }: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(sql)
    await client.query('insert into schema_migrations (name, sm3) values ($1, $2)', [name, digest])
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
      zh: `数据库已执行过本版本没有的 ${name}：请使用不旧于该数据库的程序版本`,
      en: `The database has had ${name}, which this version does not know: use a version that is not older than the database`,
    },
    { name },
  )
