import type { Database } from './database.ts'
import { presenceName, SCHEMA } from './jobs.ts'

/** How the jobs of one task stand in the queue. */
export type TaskState = {
  readonly task: string
  /** Runs by itself, again and again. */
  readonly repeats: boolean
  /** Due now, and later. */
  readonly due: number
  readonly planned: number
  readonly running: number
  /** Failed and to be tried again; tried for the last time. */
  readonly retrying: number
  readonly failed: number
  readonly nextAt: Date | null
  /** The first line of the last failure; '' where none is in the queue. */
  readonly lastError: string
}

const ERROR_MAX = 300

/** The queue by task, and how many pools of workers are alive. Times are the database's. */
export async function readQueue(
  db: Database,
): Promise<{ readonly tasks: readonly TaskState[]; readonly workers: number }> {
  const { rows: tasks } = await db.pool.query<TaskState>(
    `select t.identifier as task, coalesce(bool_or(j.key = 'every:' || t.identifier), false) as repeats,
            count(*) filter (where j.locked_at is null and j.run_at <= now() and j.attempts < j.max_attempts)::int as due,
            count(*) filter (where j.locked_at is null and j.run_at > now() and j.attempts < j.max_attempts)::int as planned,
            count(*) filter (where j.locked_at is not null)::int as running,
            count(*) filter (where j.attempts > 0 and j.attempts < j.max_attempts and j.last_error is not null)::int as retrying,
            count(*) filter (where j.attempts >= j.max_attempts and j.locked_at is null)::int as failed,
            min(j.run_at) filter (where j.attempts < j.max_attempts) as "nextAt",
            coalesce(left(split_part((array_agg(j.last_error order by j.updated_at desc) filter (where j.last_error is not null))[1], E'\\n', 1), $1), '') as "lastError"
       from ${SCHEMA}._private_tasks t left join ${SCHEMA}._private_jobs j on j.task_id = t.id
      group by t.identifier order by t.identifier`,
    [ERROR_MAX],
  )
  return { tasks, workers: await workersAlive(db) }
}

/** Processes that take jobs of this database now. */
export async function workersAlive(db: Pick<Database, 'pool'>): Promise<number> {
  const { rows } = await db.pool.query<{ workers: number }>(
    'select count(*)::int as workers from pg_stat_activity where starts_with(application_name, $1)',
    [presenceName('')],
  )
  return rows[0]?.workers ?? 0
}

/** How long ago the first due task should have begun, in seconds: by real time, which the queue goes by. */
export const latenessOf = (tasks: readonly TaskState[], now = Date.now()): number =>
  Math.max(0, ...tasks.map(({ due, nextAt }) => (due > 0 && nextAt ? (now - nextAt.getTime()) / 1000 : 0)))
