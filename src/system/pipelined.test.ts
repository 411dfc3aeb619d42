import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../testkit/database.ts'

test('statements that nobody waited for are kept with the commit behind them, or not at all', async t => {
  const db = await testDatabase(t, 'empty')
  await db.pool.query('create table kept (x int primary key)')
  const kept = async () => (await db.pool.query('select x from kept order by x')).rows.map(row => row.x)
  const put = (...xs: number[]) =>
    db.pipelined(async () => ({
      answer: xs.length,
      last: xs.map(x => ({ text: 'insert into kept values ($1)', values: [x] })),
    }))

  assert.equal(await put(1, 2, 3), 3)
  assert.deepEqual(await kept(), [1, 2, 3])
  await assert.rejects(put(4, 2, 5), { code: '23505' }, 'one of them fails: none is kept')
  assert.deepEqual(await kept(), [1, 2, 3])
  const thinking = db.pipelined(async tx => {
    await tx.query('insert into kept values (6)')
    throw new Error('changed my mind')
  })
  await assert.rejects(thinking, /changed my mind/)
  assert.deepEqual(await kept(), [1, 2, 3])

  await Promise.all(Array.from({ length: 40 }, (_, i) => put(10 + i).catch(() => {})))
  assert.deepEqual((await kept()).length, 43, 'connections go on after a failure')
})

test('a transaction that the server did not keep is never answered', async t => {
  const db = await testDatabase(t, 'empty')
  const swallowed = db.pipelined(async tx => {
    await tx.query('select 1 / 0').catch(() => {})
    return { answer: 'kept', last: [] }
  })
  await assert.rejects(swallowed, /ended with ROLLBACK/)
})

test('a connection that is lost under way fails what waits on it, and the next one goes on', async t => {
  const db = await testDatabase(t, 'empty')
  const cut = db.pipelined(async tx => {
    const { rows } = await tx.query('select pg_backend_pid() as pid')
    db.pool.query('select pg_terminate_backend($1)', [rows[0].pid])
    return { answer: rows[0].pid, last: [{ text: 'select pg_sleep(5)' }] }
  })
  await assert.rejects(cut)
  const answer = await db.pipelined(async tx => ({
    answer: (await tx.query('select 7 as x')).rows[0].x,
    last: [],
  }))
  assert.equal(answer, 7)
})
