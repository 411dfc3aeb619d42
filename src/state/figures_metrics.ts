import { statfs } from 'node:fs/promises'
import type { App } from '../system/app.ts'
import { gauge, gauges } from '../system/metrics.ts'
import { dataFolder } from '../system/paths.ts'
import { latenessOf, readQueue, type TaskState } from '../system/queue_state.ts'
import { type Figures, readFigures } from './figures_store.ts'

/**
 * Figures of the whole house for Prometheus, whichever server is asked: read when they are, from the database. While the database does not answer,
 * `fzpay_database_up` is 0 and the others are missing, so that an alert never goes by an old figure.
 */

/** Everything at one scrape comes from one question; a second scraper within that time gets the same answer. */
const FRESH_MS = 5_000
/** A scrape must come while the database is away, too. */
const PATIENCE_MS = 3_000

type Watched = Pick<App, 'db' | 'now'>
type Snapshot = Figures & { readonly tasks: readonly TaskState[]; readonly workers: number }

let watched: Watched | undefined
let last: { readonly at: number; readonly read: Promise<Snapshot | null> } | undefined

/** From now on the figures are those of this database; one at a time in a process. */
export function measureHouse(app: Watched): { end(): void } {
  watched = app
  last = undefined
  return {
    end() {
      if (watched === app) watched = last = undefined
    },
  }
}

function snapshot(): Promise<Snapshot | null> {
  const now = performance.now()
  if (!last || now - last.at > FRESH_MS) last = { at: now, read: ask(watched) }
  return last.read
}

async function ask(app: Watched | undefined): Promise<Snapshot | null> {
  if (!app) return null
  const late = new Promise<null>(resolve => setTimeout(() => resolve(null), PATIENCE_MS).unref())
  const read = Promise.all([readFigures(app.db.pool, app.now()), readQueue(app.db)])
  return await Promise.race([read.then(([figures, queue]) => ({ ...figures, ...queue })).catch(() => null), late])
}

/** One value; NaN where there is nothing to tell. */
const one = (name: string, help: string, value: (of: Snapshot) => number | null) =>
  gauge(name, help, async () => {
    const read = await snapshot()
    return (read && value(read)) ?? Number.NaN
  })

type Series<L extends string> = readonly { readonly labels: Readonly<Record<L, string>>; readonly value: number }[]

const each = <L extends string>(
  name: string,
  help: string,
  labels: readonly L[],
  series: (of: Snapshot) => Series<L>,
) =>
  gauges(name, help, labels, async () => {
    const read = await snapshot()
    return read ? series(read) : []
  })

gauge(
  'fzpay_database_up',
  '1: the database answered this scrape; 0: it did not, and figures read from it are missing',
  async () => ((await snapshot()) ? 1 : 0),
)

// --- the day and its deadline ----------------------------------------------------------------------------------------------

const DAY_STATES = ['waiting', 'settling', 'provisional', 'closed']

each('fzpay_days', 'Business days of accounts, by state', ['state'], ({ days }) =>
  DAY_STATES.map(state => ({ labels: { state }, value: days.find(day => day.state === state)?.count ?? 0 })),
)
one('fzpay_day_next_close_seconds', 'Until the next open day closes by itself', ({ nextClose }) => nextClose)
one('fzpay_days_overdue', 'Days past their close that are still open', ({ daysOverdue }) => daysOverdue)
one('fzpay_days_overdue_oldest_seconds', 'How long the oldest of them is past its close', of => of.daysOverdueFor)
each('fzpay_days_blocked', 'Open days by what holds them up', ['reason'], ({ daysBlocked }) =>
  daysBlocked.map(({ reason, count }) => ({ labels: { reason }, value: count })),
)
one('fzpay_proofs_failing', 'Open days whose proof has a rest', ({ proofsFailing }) => proofsFailing)

const STATEMENT = ['channel', 'account', 'kind'] as const
each('fzpay_statements_missing', 'Statements that should be there and are not', STATEMENT, ({ statements }) =>
  statements.map(({ channel, account, kind, missing }) => ({ labels: { channel, account, kind }, value: missing })),
)
each(
  'fzpay_statement_due_seconds',
  'Until the day closes that lacks its statement; negative: the close is past',
  STATEMENT,
  ({ statements }) =>
    statements.map(({ channel, account, kind, due }) => ({ labels: { channel, account, kind }, value: due })),
)

// --- what waits for a channel ----------------------------------------------------------------------------------------------

const CHANNEL = ['channel'] as const
each('fzpay_compensation_waiting', 'Payments whose end is not known: asked about again', CHANNEL, ({ compensation }) =>
  compensation.map(({ channel, count }) => ({ labels: { channel }, value: count })),
)
each('fzpay_compensation_oldest_seconds', 'Age of the oldest of them', CHANNEL, ({ compensation }) =>
  compensation.map(({ channel, oldest }) => ({ labels: { channel }, value: oldest })),
)
each(
  'fzpay_compensation_late_seconds',
  'How long ago the first of them should have been asked about',
  CHANNEL,
  ({ compensation }) => compensation.map(({ channel, late }) => ({ labels: { channel }, value: late })),
)
each('fzpay_refunds_waiting', 'Refunds that are with the channel, or on the way to it', ['state'], ({ refunds }) =>
  refunds.map(({ state, count }) => ({ labels: { state }, value: count })),
)
each('fzpay_refunds_oldest_seconds', 'Age of the oldest of them', ['state'], ({ refunds }) =>
  refunds.map(({ state, oldest }) => ({ labels: { state }, value: oldest })),
)

// --- what waits for a person -----------------------------------------------------------------------------------------------

each('fzpay_discrepancies_open', 'Open discrepancies, without what is in transit', CHANNEL, ({ discrepancies }) =>
  discrepancies.map(({ channel, open }) => ({ labels: { channel }, value: open })),
)
each('fzpay_discrepancies_overdue', 'Those of them that nobody dealt with in time', CHANNEL, ({ discrepancies }) =>
  discrepancies.map(({ channel, overdue }) => ({ labels: { channel }, value: overdue })),
)
each('fzpay_reviews_open', 'Questions to a second person', ['kind'], ({ reviews }) =>
  reviews.map(({ kind, count }) => ({ labels: { kind }, value: count })),
)
each('fzpay_reviews_oldest_seconds', 'Age of the oldest of them', ['kind'], ({ reviews }) =>
  reviews.map(({ kind, oldest }) => ({ labels: { kind }, value: oldest })),
)
each('fzpay_alerts_open', 'Alerts of the platform that nobody acknowledged', ['kind', 'severity'], ({ alerts }) =>
  alerts.map(({ kind, severity, count }) => ({ labels: { kind, severity }, value: count })),
)

// --- messages and background tasks -----------------------------------------------------------------------------------------

each('fzpay_outbox', 'Messages that wait, are being sent, failed, or of unknown outcome', ['medium', 'state'], of =>
  of.outbox.map(({ medium, state, count }) => ({ labels: { medium, state }, value: count })),
)
one('fzpay_outbox_late_seconds', 'How long ago the first waiting message should have left', of => of.outboxLate)
each('fzpay_jobs', 'Background tasks in the queue', ['task', 'state'], ({ tasks }) =>
  tasks.flatMap(({ task, due, running, retrying, failed }) =>
    Object.entries({ due, running, retrying, failed }).map(([state, value]) => ({ labels: { task, state }, value })),
  ),
)
one('fzpay_jobs_late_seconds', 'How long ago the first due task should have begun', ({ tasks }) => latenessOf(tasks))
one('fzpay_job_workers', 'Processes that work on background tasks', ({ workers }) => workers)

// --- database and disk -----------------------------------------------------------------------------------------------------

one('fzpay_database_bytes', 'Size of the database', ({ databaseBytes }) => databaseBytes)
one('fzpay_database_connections', 'Connections to the database, all programs', ({ connections }) => connections)
one('fzpay_database_connections_max', 'Connections it takes at most', ({ connectionsMax }) => connectionsMax)
gauge('fzpay_disk_free_bytes', 'Free bytes where the data folder of this process lies', disk('bavail'))
gauge('fzpay_disk_bytes', 'All bytes of that disk', disk('blocks'))

function disk(what: 'bavail' | 'blocks'): () => Promise<number> {
  return async () => {
    // A server with a database elsewhere may never have made its folder.
    const found = await statfs(dataFolder()).catch(() => null)
    return found ? found[what] * found.bsize : Number.NaN
  }
}
