import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../testkit/database.ts'
import { type Migration, migrate, needsOf, outstanding, readMigrations } from './migrate.ts'

const file = (name: string, sql: string, digest = sql): Migration => ({ name, sql, digest, needs: needsOf(sql) })
const A = file('0001_a.sql', 'create table a (x int)')
const B = file('0002_b.sql', 'create table b (x int)')

test('what is outstanding is what has not landed, in order', () => {
  assert.deepEqual(outstanding([A, B], []), [A, B])
  assert.deepEqual(outstanding([A, B], [A]), [B])
  assert.deepEqual(outstanding([A, B], [A, B]), [])
})

test('a landed file that was changed, or that this version does not know, is refused', () => {
  assert.throws(() => outstanding([{ ...A, digest: 'other' }, B], [A]), { code: 'migration_changed' })
  assert.throws(() => outstanding([A], [B]), { code: 'migration_unknown' })
})

test('a newer version may be at work on the database: what it only added is accepted, what it took away from us is not', () => {
  const takesAway = file('0003_c.sql', '-- needs 0002\nalter table a drop column x')
  assert.equal(takesAway.needs, 2)
  assert.deepEqual(outstanding([A], [A, B]), [])
  assert.deepEqual(outstanding([A, B], [A, B, takesAway]), [])
  assert.throws(() => outstanding([A], [A, B, takesAway]), { code: 'migration_unknown' })
})

test('a database of before is asked what it has, and learns what newer files need', async t => {
  const db = await testDatabase(t, 'empty')
  await db.pool.query(
    'create table schema_migrations (name text primary key, sm3 text not null, applied_at timestamptz not null default now())',
  )
  await db.pool.query('create table a (x int)')
  await db.pool.query('insert into schema_migrations values ($1, $2)', [A.name, A.digest])
  const takesAway = file('0002_c.sql', '-- needs 0001\nalter table a drop column x')
  assert.deepEqual(await migrate(db.pool, [A, takesAway]), ['0002_c.sql'])
  assert.deepEqual(await migrate(db.pool, [A]), [])
  assert.deepEqual((await db.pool.query('select needs from schema_migrations order by name')).rows, [
    { needs: 0 },
    { needs: 1 },
  ])
})

test('the package’s own files are numbered without a gap', () => {
  assert.ok(readMigrations().length > 0)
})

test('several processes may migrate at once; each file is applied once', async t => {
  const db = await testDatabase(t, 'empty')
  const done = await Promise.all([1, 2, 3].map(() => migrate(db.pool, [A, B])))
  assert.deepEqual(done.flat(), ['0001_a.sql', '0002_b.sql'])
  assert.deepEqual(await migrate(db.pool, [A, B]), [])
})

test('a file that fails leaves nothing, those before it stay, and the error names the line', async t => {
  const db = await testDatabase(t, 'empty')
  const bad = file('0002_bad.sql', 'create table c (x int);\ninsert into missing values (1)')
  await assert.rejects(migrate(db.pool, [A, bad]), /sql\/0002_bad\.sql:2: relation "missing" does not exist/)
  const { rows } = await db.pool.query("select to_regclass('a') is not null as a, to_regclass('c') is not null as c")
  assert.deepEqual(rows, [{ a: true, c: false }])
  assert.deepEqual(await migrate(db.pool, [A, B]), ['0002_b.sql'])
})
