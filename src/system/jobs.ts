import { Logger, runMigrations, runTaskList, type TaskList, type WorkerPool } from 'graphile-worker'
import pg from 'pg'
import type { Logger as Log } from 'pino'
import { Failure } from '../kernel/failure.ts'
import type { App } from './app.ts'
import type { Database } from './database.ts'
import { databaseClient, databasePool } from './database_clients.ts'
import { databaseFailure, statusOf } from './http_errors.ts'
import { counter, histogram } from './metrics.ts'
import { LOCKS } from './presence.ts'

/** Work in the background, shared by all processes on the database. It may run more than once, so it must be content with that. */
export type Task = {
  /** Of the folder it belongs to: 'notices.send'. */
  readonly name: string
  /** Seconds from one start to the next, whatever the number of processes. Without it the task runs when `addJob` asks for it. */
  readonly every?: number | undefined
  /** Of a task that is asked for: how often it is tried, at growing distances. Default 25, over some days. */
  readonly attempts?: number | undefined
  /** `signal` tells that the process wants to stop: end early where that is possible. */
  readonly run: (payload: unknown, signal: AbortSignal) => Promise<void>
}

export type Jobs = {
  /** Takes nothing more, and resolves when what is under way has ended. */
  stop(): Promise<void>
}

export const SCHEMA = 'fzpay_jobs'
const PREPARING = 4
const REPEATING = 5

const runs = counter('fzpay_job_runs_total', 'Runs of background tasks', ['task', 'outcome'])
const duration = histogram(
  'fzpay_job_seconds',
  'Duration of background tasks',
  ['task'],
  [0.01, 0.05, 0.2, 1, 5, 30, 300],
)

/** Brings the tables of the queue up to date; any number of processes may do so at once. */
export async function prepareJobs(db: Database, log: Log): Promise<void> {
  const client = await db.pool.connect()
  try {
    await client.query('select pg_advisory_lock($1, $2)', [LOCKS, PREPARING])
    const pool = ownPool(db, 1)
    try {
      await runMigrations({ pgPool: pool, schema: SCHEMA, logger: loggerOf(log) })
    } finally {
      await pool.end()
    }
  } finally {
    await client.query('select pg_advisory_unlock($1, $2)', [LOCKS, PREPARING]).catch(() => {})
    client.release()
  }
}

/** The library wants plain types, and somebody who hears of lost connections. */
function ownPool(db: Database, max: number): pg.Pool {
  const pool = databasePool(db.url, { max, application_name: `fzpay ${process.pid} jobs`, types: pg.types })
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  return patient(pool)
}

/**
 * The library ticks off a finished job again and again while the database says that it is starting (57P03), and lets any other trouble end the process. So a database that is
 * away, whatever the reason, is told to it in that word. (Its batches would catch more, but in 0.17.3 never recover.)
 */
function patient(pool: pg.Pool): pg.Pool {
  const told = new WeakSet<pg.PoolClient>()
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>
  const asStarting = (error: unknown): never => {
    const failure = error instanceof Failure ? error : databaseFailure(error)
    throw failure && statusOf(failure.code) === 503
      ? Object.assign(new Error((error as Error).message, { cause: error }), { code: '57P03' })
      : error
  }
  // biome-ignore lint/suspicious/noExplicitAny: both have a form with a callback, which is left as it is
  pool.connect = ((...callback: any[]) => {
    if (callback.length > 0) return (connect as (...all: unknown[]) => unknown)(...callback)
    return connect().then(client => {
      if (told.has(client)) return client
      told.add(client)
      const query = client.query.bind(client) as (...all: unknown[]) => unknown
      client.query = ((...all: unknown[]) => {
        const answer = query(...all)
        return answer instanceof Promise ? answer.catch(asStarting) : answer
      }) as typeof client.query
      return client
    }, asStarting)
  }) as typeof pool.connect
  return pool
}

export type JobAsk = {
  /** Not before. */
  readonly at?: Date | undefined
  /** One job that waits under a key is replaced by the next. */
  readonly key?: string | undefined
  readonly attempts?: number | undefined
}

/** Asks for a task to be run, in the caller's transaction: with it, or not at all. */
export async function addJob(
  tx: pg.ClientBase | pg.Pool,
  name: string,
  payload: unknown,
  ask: JobAsk = {},
): Promise<void> {
  await tx.query(
    `select from ${SCHEMA}.add_job($1, $2::json, run_at => $3::timestamptz, job_key => $4, max_attempts => $5)`,
    [name, JSON.stringify(payload ?? null), ask.at ?? null, ask.key ?? null, ask.attempts ?? null],
  )
}

export type JobsOptions = {
  /** Tasks under way at the same time in this process. Default 4. */
  readonly concurrency?: number | undefined
  /** Milliseconds between looks for what has become due. Default 500. */
  readonly pollMs?: number | undefined
  /** Milliseconds between looks for processes that died. Default 10,000. */
  readonly sweepMs?: number | undefined
  /** Seconds: what otherwise comes once in 60 of them or oftener comes at least so often. For a clock that is moved by hours. */
  readonly soon?: number | undefined
  /** Takes the tasks in place of workers: nothing runs but what it runs. For a simulated time. */
  readonly take?: ((tasks: readonly Task[]) => void) | undefined
}

/** Works on the tasks until it is stopped; a database that goes away is waited for. `prepareJobs` comes before it. */
export async function startJobs(
  app: App,
  tasks: readonly Task[],
  { concurrency = 4, pollMs = 500, sweepMs = 10_000, soon = Number.POSITIVE_INFINITY, take }: JobsOptions = {},
): Promise<Jobs> {
  take?.(tasks)
  if (take || tasks.length === 0) return { stop: async () => {} }
  // Its own connections: one listens for news all the time, the others take and tick off.
  const pool = ownPool(app.db, 3)
  const list: TaskList = {}
  for (const task of tasks) {
    if (list[task.name]) throw new Error(`two tasks are named ${task.name}`)
    list[task.name] = async (payload, { abortSignal, job }) => {
      const signal = abortSignal ?? new AbortController().signal
      if (task.every === undefined) return await measured(task, app.log, () => task.run(payload, signal), job.attempts)
      await planNext(pool, task, task.every > 60 ? task.every : Math.min(task.every, soon))
      await alone(app, task, () => measured(task, app.log, () => task.run(payload, signal))).catch(() => {})
    }
  }
  await planAll(pool, tasks)

  let stopping = false
  let current: WorkerPool | undefined
  const wake = Promise.withResolvers<void>()
  const supervise = (async () => {
    while (!stopping) {
      current = runTaskList(
        {
          pgPool: pool,
          schema: SCHEMA,
          concurrency,
          pollInterval: pollMs,
          noHandleSignals: true,
          logger: loggerOf(app.log),
        },
        list,
        pool,
      )
      const presence = await announce(app.db, current.id).catch(() => undefined)
      // The library gives up after some failures in a row; the database may only be restarting.
      await current.promise.catch(error => app.log.warn({ err: error }, 'the workers of the queue ended'))
      await presence?.end().catch(() => {})
      if (!stopping) await Promise.race([wake.promise, new Promise(resolve => setTimeout(resolve, 1000))])
    }
  })()
  const sweep = sweeper(app, pool, tasks, sweepMs)
  return {
    async stop() {
      if (stopping) return
      stopping = true
      wake.resolve()
      sweep.stop()
      await Promise.resolve(current?.gracefulShutdown('the process stops')).catch(() => {})
      await supervise
      await pool.end()
    },
  }
}

async function measured(task: Task, log: Log, work: () => Promise<void>, attempt?: number): Promise<void> {
  const from = performance.now()
  try {
    await work()
    runs.inc({ task: task.name, outcome: 'done' })
  } catch (error) {
    runs.inc({ task: task.name, outcome: 'failed' })
    log.error({ task: task.name, attempt, err: error }, 'a background task failed')
    throw error
  } finally {
    duration.observe({ task: task.name }, (performance.now() - from) / 1000)
  }
}

/**
 * The next run is written down before this one begins, so that a process that dies in the middle loses this run and no other. One row under
 * one key: any number of processes plan the same run.
 */
async function planNext(pool: pg.Pool, task: Task, seconds: number): Promise<void> {
  await pool.query(
    `select from ${SCHEMA}.add_job($1, run_at => now() + $2 * interval '1 second', job_key => $3, max_attempts => 1)`,
    [task.name, seconds, repeatKey(task)],
  )
}

/** Sees to it that each repeating task has its next run; those that have keep it. */
async function planAll(pool: pg.Pool, tasks: readonly Task[]): Promise<void> {
  for (const task of tasks)
    if (task.every !== undefined)
      await pool.query(
        `select from ${SCHEMA}.add_job($1, job_key => $2, max_attempts => 1, job_key_mode => 'preserve_run_at')`,
        [task.name, repeatKey(task)],
      )
}

const repeatKey = (task: Task): string => `every:${task.name}`

/** A run that takes longer than its interval is not overtaken by the next. The lock goes with the connection, also when the process dies. */
async function alone(app: App, task: Task, work: () => Promise<void>): Promise<void> {
  const client = await app.db.pool.connect()
  let broken: Error | undefined
  const lost = (error: Error) => {
    broken = error
  }
  client.on('error', lost)
  try {
    const { rows } = await client.query('select pg_try_advisory_lock($1, hashtext($2)) as free', [
      LOCKS + REPEATING,
      task.name,
    ])
    if (!rows[0].free) return void runs.inc({ task: task.name, outcome: 'still_running' })
    try {
      await work()
    } finally {
      await client.query('select pg_advisory_unlock($1, hashtext($2))', [LOCKS + REPEATING, task.name]).catch(lost)
    }
  } finally {
    client.off('error', lost)
    client.release(broken)
  }
}

// --- what dead processes leave behind ----------------------------------------------------------------------------------------

/** A connection that says by its name that this pool of workers is alive. */
async function announce(db: Database, poolId: string): Promise<pg.Client> {
  const client = databaseClient(db.url, { application_name: presenceName(poolId), keepAlive: true })
  client.on('error', () => {})
  await client.connect()
  return client
}

export const presenceName = (poolId: string): string => `fzpay jobs ${poolId}`

/**
 * Jobs that a dead process had taken are given back (the library itself waits four hours for that), and repeating tasks are
 * looked after. Who is missing twice in a row is dead: a connection may be cut for a moment.
 */
function sweeper(app: App, pool: pg.Pool, tasks: readonly Task[], everyMs: number): { stop(): void } {
  let missing = new Set<string>()
  const timer = setInterval(async () => {
    try {
      await planAll(pool, tasks)
      const { rows } = await pool.query<{ id: string }>(
        `select distinct locked_by as id from ${SCHEMA}._private_jobs
          where locked_by is not null
            and not exists (select from pg_stat_activity where application_name = $1 || locked_by)`,
        [presenceName('')],
      )
      const dead = rows.map(row => row.id).filter(id => missing.has(id))
      missing = new Set(rows.map(row => row.id))
      if (dead.length === 0) return
      await pool.query(`select ${SCHEMA}.force_unlock_workers($1)`, [dead])
      app.log.warn({ workers: dead }, 'jobs of processes that are gone were given back')
    } catch (error) {
      app.log.warn({ err: error }, 'the queue could not be looked after; the next look will')
    }
  }, everyMs)
  return { stop: () => clearInterval(timer) }
}

const loggerOf = (log: Log): Logger =>
  new Logger(() => (level, message) => {
    // The library tells of each job; we count them.
    if (level === 'error') log.warn({ about: 'jobs' }, message)
    else if (level === 'warning') log.warn({ about: 'jobs' }, message)
    else log.trace({ about: 'jobs' }, message)
  })
