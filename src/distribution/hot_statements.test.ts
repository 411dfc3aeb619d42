import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../testkit/database.ts'
import { hotStatements } from '../../testkit/hot_statements.ts'
import { EXCEPTIONS } from './exceptions.ts'
import { HOT_STATEMENTS } from './hot_statements.ts'
import { checkDistribution, checkOnCluster, refusedOf } from './operations.ts'

test('the hot statements are those that the operations send; if not: npm run hot-statements', async t => {
  const sent = await hotStatements(t)
  assert.deepEqual(sent, HOT_STATEMENTS)
  // Each of them was sent by something; what is sent by all is the log.
  for (const doing of ['issue', 'pay', 'notice', 'ask', 'refund', 'confirm'])
    assert.ok(sent.some(statement => statement.doing.split(', ').includes(doing)))
})

test('every hot table is reached by its order’s number in every hot statement, but for those that are listed with their reason', async t => {
  const db = await testDatabase(t)
  const check = await checkDistribution(db)
  const named = (...verdicts: string[]): string[] =>
    check.statements.filter(({ verdict }) => verdicts.includes(verdict)).map(({ name }) => name)
  assert.deepEqual(named('every_shard'), Object.keys(EXCEPTIONS).sort())
  assert.deepEqual(refusedOf(check), [])
  for (const name of [
    'lock_order',
    'lock_order_to_book',
    'claim_refund',
    'payment_of_order',
    'payments_of',
    'insert_payment',
    'mark_submitted',
    'hold_for_refund',
    'insert_confirmation',
  ])
    assert.ok(named('router').includes(name), name)
  for (const name of ['insert_orders', 'payments_to_book', 'book_successes', 'end_payments', 'claim_due'])
    assert.ok(named('pushed_down').includes(name), name)
  const booking = check.statements.find(({ name }) => name === 'book_successes')
  assert.deepEqual(
    booking?.tables.map(({ table, reach }) => `${table} ${reach}`),
    ['movements set', 'payments set', 'orders set'],
  )
  assert.deepEqual(booking?.beside, ['outbox', 'payments_waiting'])
})

test('PostgreSQL without Citus is not taken for a cluster: nothing that should reach a shard does', async t => {
  const db = await testDatabase(t)
  const { statements } = await checkDistribution(db)
  const outcomes = await checkOnCluster(db, statements)
  assert.equal(outcomes.length, HOT_STATEMENTS.length)
  for (const { name, expected, tasks, refused, holds } of outcomes) {
    assert.equal(refused, null, name)
    assert.deepEqual(tasks, [], name)
    assert.equal(holds, expected === 'coordinator', name)
  }
})
