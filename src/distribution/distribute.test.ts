import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { clusterDatabase } from '../../testkit/citus_stand_in.ts'
import { testDatabase } from '../../testkit/database.ts'
import { distributeCommand } from '../commands/distribute.ts'
import { Failure } from '../kernel/failure.ts'
import type { Database } from '../system/database.ts'
import { silent } from '../system/notice.ts'
import { PACKAGE_ROOT } from '../system/paths.ts'
import { checkDistribution, distribute, mustBeAccepted } from './operations.ts'

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
  assert.equal((await fzpay(db)).refused?.code, 'citus_not_installed')
  assert.equal((await fzpay(db, 'orders')).refused?.code, 'operand')
})

test('reference tables, then the orders, then all others beside them; once more changes nothing', async t => {
  const db = await clusterDatabase(t)
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
  const db = await clusterDatabase(t)
  await interrupted(db, 5)
  assert.deepEqual(await noted(db), ALL.slice(0, 5))
  const fresh = (await distribute(db, silent)).filter(table => table.fresh)
  assert.equal(fresh.length, ALL.length - 5)
  assert.deepEqual(await noted(db), ALL)
})

/** Ended after so many tables. */
const interrupted = (db: Database, after: number): Promise<void> => {
  let left = after
  return assert.rejects(
    distribute(db, () => {
      if (--left === 0) throw new Error('killed')
    }),
    /killed/,
  )
}

test('a table that is distributed otherwise is named and left, and so is all that would follow', async t => {
  const db = await clusterDatabase(t)
  await interrupted(db, 4)
  await db.pool.query(
    `insert into noted (relation, type, "column", "group") values ('movements', 'distributed', 'order_no', 7)`,
  )
  await assert.rejects(distribute(db, silent), { code: 'distribution_differs' })
  assert.ok(!(await noted(db)).some(line => line.startsWith('payments ')))
})

test('what stands against it is told before anything is begun', async t => {
  const db = await clusterDatabase(t)
  await db.pool.query('alter table payments add constraint once unique (payment_no)')
  await assert.rejects(distribute(db, silent), error => {
    assert.equal((error as { code?: string }).code, 'distribution_objections')
    assert.match((error as { en?: string }).en ?? '', /unique key once of payments/)
    return true
  })
  assert.deepEqual(await noted(db), [])
})

/** The command on this database: what it printed, and the code it was refused with. */
async function fzpay(db: Database, ...words: string[]): Promise<{ printed: string; refused: Failure | null }> {
  const given = process.env.DATABASE_URL
  process.env.DATABASE_URL = db.url
  let printed = ''
  try {
    await distributeCommand(words, 'en', text => void (printed += text))
    return { printed, refused: null }
  } catch (error) {
    if (error instanceof Failure) return { printed, refused: error }
    throw error
  } finally {
    if (given === undefined) delete process.env.DATABASE_URL
    else process.env.DATABASE_URL = given
  }
}

test('the command: a plan on any PostgreSQL, against which nothing stands; then the tables, and the plans of the cluster', async t => {
  const db = await clusterDatabase(t)
  const plan = await fzpay(db, '--check', '--json')
  assert.equal(plan.refused, null)
  const { places, objections, statements } = JSON.parse(plan.printed)
  assert.deepEqual(objections, [])
  assert.ok(places.length > 50 && statements.length > 30)
  const { printed } = await fzpay(db, '--check')
  assert.match(printed, /^Distributed by order_no:\n {2}confirmations fund_lines /)
  assert.match(printed, /\nAsks every shard: 5\n {2}due_refunds \(refund\)\n {4}looks for due refunds/)
  assert.doesNotMatch(printed, /would refuse/)
  assert.deepEqual(await noted(db), [])
  const done = await fzpay(db)
  assert.deepEqual(await noted(db), ALL)
  assert.match(done.printed, /^12 tables are on the cluster, 12 of them new/)
  // The stand-in plans nothing: that no statement reaches a shard must not pass for success.
  assert.match(done.printed, /^✗ lock_order: One order, one shard \| tasks none$/m)
  assert.equal(done.refused?.code, 'statements_not_as_expected')
})

test('a statement that a cluster would refuse stands against distributing, and is named', async t => {
  const db = await clusterDatabase(t)
  const text = 'select order_no from orders where order_no = any($1) for update'
  const check = await checkDistribution(db, [{ name: 'lock_some', doing: 'notice', text }])
  assert.throws(() => mustBeAccepted(check), { code: 'statements_refused', en: /refuse 1 hot statement.*lock_some/ })
  mustBeAccepted(await checkDistribution(db))
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
