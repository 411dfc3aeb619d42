import { EVERYWHERE } from '../access/scope.ts'
import { arrivalsByAccount } from '../arrivals/store.ts'
import { addDays, businessDayOf } from '../kernel/business_day.ts'
import { instantText } from '../kernel/instant_text.ts'
import { activitySince, refusedSince, waitingSummary } from '../orders/list_store.ts'
import type { App } from '../system/app.ts'
import { openStreamCount } from '../system/event_stream.ts'
import { outstanding, readApplied, readMigrations } from '../system/migrate.ts'
import { latenessOf, readQueue } from '../system/queue_state.ts'
import type { ChannelsView, JobsView, StatusView, SystemView } from './api.ts'
import { accountsOf } from './channel_state.ts'
import { readFigures } from './figures_store.ts'
import { statusOf } from './status.ts'

const HOURS = 24
const STATEMENT_DAYS = 14

/** Version, database and migrations. `startedAt`: of this process. */
export async function readSystem(
  { db }: Pick<App, 'db'>,
  about: { readonly version: string; readonly startedAt: Date },
): Promise<SystemView> {
  const client = await db.pool.connect()
  try {
    const { rows } = await client.query<{
      version: string
      bytes: string
      connections: number
      connectionsMax: number
      startedAt: Date
    }>(
      `select current_setting('server_version') as version, pg_database_size(current_database())::text as bytes,
              (select count(*)::int from pg_stat_activity where datname = current_database()) as connections,
              current_setting('max_connections')::int as "connectionsMax", pg_postmaster_start_time() as "startedAt"`,
    )
    const [database] = rows
    if (!database) throw new Error('a select without a row')
    const applied = await readApplied(client)
    return {
      version: about.version,
      node: process.version,
      started_at: instantText(about.startedAt),
      streams: openStreamCount(),
      database: {
        version: database.version,
        bytes: Number(database.bytes),
        connections: database.connections,
        connections_max: database.connectionsMax,
        started_at: instantText(database.startedAt),
      },
      migrations: {
        applied: applied.length,
        waiting: outstanding(readMigrations(), applied).length,
        last: applied.at(-1)?.name ?? '',
      },
    }
  } finally {
    client.release()
  }
}

/** The queue of background tasks. */
export async function readJobs({ db }: Pick<App, 'db'>): Promise<JobsView> {
  const { tasks, workers } = await readQueue(db)
  return {
    workers,
    tasks: tasks.map(({ nextAt, lastError, ...task }) => ({
      ...task,
      next_at: nextAt && instantText(nextAt),
      last_error: lastError,
    })),
  }
}

/** One word for the whole house, and what speaks against it. */
export async function readStatus({ db, now }: Pick<App, 'db' | 'now'>): Promise<StatusView> {
  const at = now()
  const [figures, { tasks, workers }] = await Promise.all([readFigures(db.pool, at), readQueue(db)])
  return statusOf({ ...figures, workers, jobsLate: latenessOf(tasks) }, at)
}

/** How the channels answer: payments of the last day, refused notices, statements, and what delay compensation waits for. */
export async function readChannels({ db, now }: Pick<App, 'db' | 'now'>): Promise<ChannelsView> {
  const at = now()
  const from = new Date(at.getTime() - HOURS * 3_600_000)
  const since = addDays(businessDayOf({ zone: 'Asia/Shanghai', cutoff: '00:00' })(at.getTime()), -STATEMENT_DAYS)
  const [active, refused, arrivals, waiting] = await Promise.all([
    activitySince(db.pool, from),
    refusedSince(db.pool, from),
    arrivalsByAccount(db.pool, since, at),
    waitingSummary(db.pool, EVERYWHERE),
  ])
  return {
    hours: HOURS,
    accounts: accountsOf(active, refused, arrivals),
    waiting: waiting.map(({ oldest, ...line }) => ({ ...line, oldest: instantText(oldest) })),
  }
}
