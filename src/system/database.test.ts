import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../testkit/database.ts'
import { openDatabase, type Session, startExclusive } from './database.ts'

test('bigint comes as a number, a date as its text, and a number too large to be exact stops us', async t => {
  const { pool } = await testDatabase(t, 'empty')
  const { rows } = await pool.query("select 123456789012::bigint as amount, date '2026-11-20' as day, count(*) as n")
  assert.deepEqual(rows, [{ amount: 123456789012, day: '2026-11-20', n: 1 }])
  await assert.rejects(pool.query('select 9007199254740993::bigint'), /beyond 2\^53/)
})

test('a transaction is kept whole or not at all', async t => {
  const db = await testDatabase(t, 'empty')
  await db.transaction(tx => tx.query('create table kept (x int)'))
  const failing = db.transaction(async tx => {
    await tx.query('insert into kept values (1)')
    throw new Error('changed my mind')
  })
  await assert.rejects(failing, /changed my mind/)
  assert.deepEqual((await db.pool.query('select count(*) as n from kept')).rows, [{ n: 0 }])
})

test('a session that was given back is as good as new to the next, and one within a transaction does not come back', async t => {
  const db = await testDatabase(t, 'empty')
  const pid = async ({ client }: Session): Promise<number> =>
    (await client.query('select pg_backend_pid() as pid')).rows[0].pid
  const first = await db.session()
  const whose = await pid(first)
  await first.client.query(`set search_path to nowhere; set work_mem to '7MB'; create temporary table own (x int)`)
  await first.client.query('select pg_advisory_lock(7, 7)')
  await first.giveBack()
  const second = await db.session()
  assert.equal(await pid(second), whose)
  const { rows } = await second.client.query(
    `select current_setting('search_path') as path, current_setting('work_mem') = '7MB' as kept, to_regclass('own') as own,
            (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks`,
  )
  assert.deepEqual(rows, [{ path: '"$user", public', kept: false, own: null, locks: 0 }])
  await second.client.query('begin')
  await second.giveBack()
  const third = await db.session()
  assert.notEqual(await pid(third), whose)
  await third.giveBack()
})

test('the platform starts once on a database', async t => {
  const { url } = await testDatabase(t, 'empty')
  const first = await startExclusive({ url })
  await assert.rejects(startExclusive({ url }), {
    code: 'platform_already_running',
    detail: { process: `${process.pid}` },
  })
  const beside = await openDatabase({ url })
  await beside.close()
  await first.close()
  const second = await startExclusive({ url })
  await second.close()
})

test('a server that cannot be reached is said in one sentence', async () => {
  const url = 'postgres://nobody:secret@127.0.0.1:1/none'
  await assert.rejects(openDatabase({ url }), (failure: Error & { code: string; zh: string }) => {
    assert.equal(failure.code, 'database_unreachable')
    assert.match(failure.zh, /DATABASE_URL/)
    assert.doesNotMatch(failure.message + failure.zh, /secret/)
    return true
  })
})
