import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testApp } from '../../testkit/app.ts'
import type { App } from './app.ts'
import { addJob, type Jobs, prepareJobs, startJobs, type Task } from './jobs.ts'

async function queue(t: TestContext): Promise<{ app: App; start: (tasks: readonly Task[]) => Promise<Jobs> }> {
  const app = await testApp(t)
  await Promise.all([prepareJobs(app.db, app.log), prepareJobs(app.db, app.log)])
  return { app, start: tasks => startJobs(app, tasks, { pollMs: 50, sweepMs: 300 }) }
}

async function until(what: () => boolean, patience = 10_000): Promise<void> {
  for (const end = Date.now() + patience; !what(); await sleep(10))
    if (Date.now() > end) assert.fail('it did not happen in time')
}

test('a job is run when the transaction that asks for it is kept, and only then', async t => {
  const { app, start } = await queue(t)
  const seen: unknown[] = []
  const task: Task = { name: 'test.note', run: async payload => void seen.push(payload) }
  const jobs = await start([task])
  await app.db
    .transaction(async tx => {
      await addJob(tx, 'test.note', { order: 'given up' })
      throw new Error('no')
    })
    .catch(() => {})
  await app.db.transaction(tx => addJob(tx, 'test.note', { order: 'kept' }))
  await until(() => seen.length > 0)
  assert.deepEqual(seen, [{ order: 'kept' }])
  await jobs.stop()
})

test('a repeating task runs again and again, once for all workers together, also after a failure', async t => {
  const { start } = await queue(t)
  let runs = 0
  let together = 0
  let most = 0
  const task: Task = {
    name: 'test.repeat',
    every: 0.2,
    run: async () => {
      most = Math.max(most, ++together)
      await sleep(20)
      together--
      if (++runs === 2) throw new Error('once wrong')
    },
  }
  const workers = [await start([task]), await start([task]), await start([task])]
  await until(() => runs >= 5)
  assert.equal(most, 1)
  for (const worker of workers) await worker.stop()
  const after = runs
  await sleep(400)
  assert.equal(runs, after)
})

test('a run that takes longer than its interval is not overtaken', async t => {
  const { start } = await queue(t)
  let together = 0
  let most = 0
  let runs = 0
  const run = async () => {
    most = Math.max(most, ++together)
    await sleep(500)
    together--
    runs++
  }
  const task: Task = { name: 'test.slow', every: 0.1, run }
  const workers = [await start([task]), await start([task])]
  await until(() => runs >= 2)
  assert.equal(most, 1)
  for (const worker of workers) await worker.stop()
})

test('stopping waits for what is under way', async t => {
  const { app, start } = await queue(t)
  let ended = false
  let began = false
  const task: Task = {
    name: 'test.long',
    run: async () => {
      began = true
      await sleep(300)
      ended = true
    },
  }
  const jobs = await start([task])
  await addJob(app.db.pool, 'test.long', null)
  await until(() => began)
  await jobs.stop()
  assert.ok(ended)
})

test('when all connections are cut the workers come back', async t => {
  const { app, start } = await queue(t)
  let runs = 0
  const jobs = await start([{ name: 'test.again', every: 0.2, run: async () => void runs++ }])
  await until(() => runs >= 1)
  const client = await app.db.connect()
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  )
  await client.end()
  const before = runs
  await until(() => runs >= before + 3, 30_000)
  await jobs.stop()
})

test('what a dead process had taken is given back', async t => {
  const { app, start } = await queue(t)
  const seen: unknown[] = []
  await addJob(app.db.pool, 'test.orphan', 7)
  // As `kill -9` leaves it: taken by workers nobody has heard of since.
  await app.db.pool.query(
    `update fzpay_jobs._private_jobs set locked_by = 'pool-gone', locked_at = now(), attempts = attempts + 1`,
  )
  const jobs = await start([{ name: 'test.orphan', run: async payload => void seen.push(payload) }])
  await until(() => seen.length > 0, 60_000)
  assert.deepEqual(seen, [7])
  await jobs.stop()
})
