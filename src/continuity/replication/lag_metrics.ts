import type { Database } from '../../system/database.ts'
import { gauges } from '../../system/metrics.ts'
import { type Lag, lagOf } from './lag.ts'

/** How far behind the standbys are, as the primary of now sees them; its database user needs `pg_monitor`. */

/** Figures must come while the database is away, too. */
const PATIENCE_MS = 2_000
/** All figures of one look come from one question. */
const FRESH_MS = 500

/** Databases of this process: one, but in tests. */
const databases = new Set<Database>()
let last: { readonly at: number; readonly lags: Promise<readonly Lag[]> } | undefined

export function measureReplication(db: Database): { end(): void } {
  databases.add(db)
  return { end: () => void databases.delete(db) }
}

const series = (value: (lag: Lag) => number) => async () =>
  (await lags()).map(lag => ({ labels: { standby: lag.standby, state: lag.state }, value: value(lag) }))

gauges(
  'fzpay_replication_lag_seconds',
  'From a commit on the primary until it can be read on the standby',
  ['standby', 'state'],
  series(({ seconds }) => seconds),
)
gauges(
  'fzpay_replication_lag_bytes',
  'Of the log, not yet on the disk of the standby',
  ['standby', 'state'],
  series(({ bytes }) => bytes),
)
gauges('fzpay_replication_standbys', 'Standbys that stream, by their state: sync, async …', ['state'], async () => {
  const counts = new Map<string, number>([
    ['sync', 0],
    ['async', 0],
  ])
  for (const { state } of await lags()) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].map(([state, value]) => ({ labels: { state }, value }))
})

function lags(): Promise<readonly Lag[]> {
  const now = performance.now()
  if (!last || now - last.at > FRESH_MS) last = { at: now, lags: ask() }
  return last.lags
}

/** No standby is what a database that does not answer has. */
async function ask(): Promise<readonly Lag[]> {
  const late = new Promise<readonly Lag[]>(resolve => setTimeout(() => resolve([]), PATIENCE_MS).unref())
  const each = [...databases].map(db => Promise.race([lagOf(db.pool).catch(() => []), late]))
  return (await Promise.all(each)).flat()
}
