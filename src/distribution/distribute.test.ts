import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import { installStandIn } from '../../testkit/citus_stand_in.ts'
import { testDatabase } from '../../testkit/database.ts'
import { type Database, openDatabase } from '../system/database.ts'
import { silent } from '../system/notice.ts'
import { PACKAGE_ROOT } from '../system/paths.ts'
import { distribute } from './operations.ts'

/** A database on which the stand-in for Citus lies, by connections that see it. */
async function cluster(t: TestContext): Promise<Database> {
  const plain = await testDatabase(t)
  await installStandIn(plain.pool)
  const db = await openDatabase({ url: plain.url })
  t.after(() => db.close())
  return db
}

/** What the stand-in noted, in the order it was asked: table, type, column, co-location group. */
async function noted(db: Database): Promise<string[]> {
  const { rows } = await db.pool.query(
    'select relation::text as "table", type, "column", "group" from noted order by no',
  )
  return rows.map(({ table, type, column, group }) => [table, type, column ?? '-', group].join(' '))
}

const ALL = [
  ...['departments', 'merchants', 'fee_items'].map(table => `${table} reference - 1`),
  ...[
    'orders',
    'confirmations',
    'fund_lines',
    'match_links',
    'movements',
    'payments',
    'payment_anomalies',
    'refunds',
  ].map(table => `${table} distributed order_no 2`),
  'statement_lines distributed order_no 2',
]

test('without Citus nothing is begun', async t => {
  const db = await testDatabase(t)
  await assert.rejects(distribute(db, silent), { code: 'citus_not_installed' })
})

test('reference tables, then the orders, then all others beside them; once more changes nothing', async t => {
  const db = await cluster(t)
  const told: string[] = []
  const first = await distribute(db, notice => told.push(notice.en))
  assert.deepEqual(await noted(db), ALL)
  assert.ok(first.every(({ fresh }) => fresh))
  assert.equal(told[3], 'orders: is distributed by order_no now')
  const second = await distribute(db, silent)
  assert.deepEqual(await noted(db), ALL)
  assert.ok(second.every(({ fresh }) => !fresh))
})

test('who was interrupted goes on where he was', async t => {
  const db = await cluster(t)
  let left = 5
  await assert.rejects(
    distribute(db, () => {
      if (--left === 0) throw new Error('killed')
    }),
    /killed/,
  )
  assert.deepEqual(await noted(db), ALL.slice(0, 5))
  const fresh = (await distribute(db, silent)).filter(table => table.fresh)
  assert.equal(fresh.length, ALL.length - 5)
  assert.deepEqual(await noted(db), ALL)
})

test('a table that is distributed otherwise is named and left, and so is all that would follow', async t => {
  const db = await cluster(t)
  await db.pool.query("select create_distributed_table('orders', 'order_no', colocate_with => 'none')")
  await db.pool.query("select create_distributed_table('movements', 'id', colocate_with => 'none')").then(
    () => assert.fail('its key has another column'),
    error => assert.match(error.message, /partition column/),
  )
  await db.pool.query(
    `insert into noted (relation, type, "column", "group") values ('movements', 'distributed', 'order_no', 7)`,
  )
  await assert.rejects(distribute(db, silent), { code: 'distribution_differs' })
  assert.ok(!(await noted(db)).some(line => line.startsWith('payments ')))
})

test('what stands against it is told before anything is begun', async t => {
  const db = await cluster(t)
  await db.pool.query('alter table payments add constraint once unique (payment_no)')
  await assert.rejects(distribute(db, silent), error => {
    assert.equal((error as { code?: string }).code, 'distribution_objections')
    assert.match((error as { en?: string }).en ?? '', /unique key once of payments/)
    return true
  })
  assert.deepEqual(await noted(db), [])
})

const fzpay = (db: Database, ...words: string[]) =>
  spawnSync(process.execPath, [join(PACKAGE_ROOT, 'src/cli.ts'), 'distribute', ...words, '--lang', 'en'], {
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: db.url },
  })

test('the command: a plan on any PostgreSQL, a refusal while statements would fail, and a trial all the same', async t => {
  const db = await cluster(t)
  const plan = fzpay(db, '--check', '--json')
  assert.equal(plan.status, 2)
  assert.match(plan.stderr, /^fzpay: 2 things stand against distributing to Citus/m)
  const { places, objections, statements } = JSON.parse(plan.stdout)
  assert.deepEqual(objections, [])
  assert.ok(places.length > 50 && statements.length > 30)
  const refused = fzpay(db)
  assert.equal(refused.status, 2)
  assert.match(refused.stderr, /claim_due_refunds; lock_orders/)
  assert.deepEqual(await noted(db), [])
  const trial = fzpay(db, '--anyway')
  assert.equal(trial.status, 2)
  assert.deepEqual(await noted(db), ALL)
  assert.match(trial.stdout, /^12 tables are on the cluster, 12 of them new/m)
  // The stand-in plans nothing: that no statement reaches a shard must not pass for success.
  assert.match(trial.stdout, /^✗ lock_order: One order, one shard \| tasks none/m)
  assert.match(trial.stderr, /the plans of \d+ hot statements are not as expected/)
})

test('the cluster to try it on, which was never run: its coordinator is told of each worker, and is reached from this machine only', () => {
  const text = (name: string): string => readFileSync(join(PACKAGE_ROOT, 'deploy/citus', name), 'utf8')
  const { services } = parse(text('compose.yaml'), { merge: true }) as {
    services: Record<string, { image: string; ports?: string[] }>
  }
  const added = [...text('setup.sql').matchAll(/citus_add_node\('([^']+)'/g)].map(([, name]) => name)
  assert.deepEqual(['coordinator', ...added], Object.keys(services))
  for (const [name, { image, ports = [] }] of Object.entries(services)) {
    assert.match(image, /^citusdata\/citus:13\.\d+\.\d+$/)
    assert.deepEqual(ports, name === 'coordinator' ? ['127.0.0.1:5433:5432'] : [])
  }
  for (const name of ['README.md', 'compose.yaml', 'setup.sql']) assert.match(text(name), /never run/i, name)
})
