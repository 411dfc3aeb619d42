import pg from 'pg'
import { Failure } from '../kernel/failure.ts'
import { type Choice, choosePrimary, type Standing } from './database_hosts.ts'

/** Between two looks at all servers, while anybody is connected. */
const LOOK_MS = 500
/** A server that does not answer by then does not count. */
const ANSWER_MS = 1_500
/** So long a primary may be silent before its connections are cut: whoever waits on them would wait for ever. */
const SILENCE_MS = 3_000
/** Whoever wants a connection is refused by a look that is not older. */
const FRESH_MS = 1_000

export type Host = pg.ClientConfig & { readonly host: string; readonly port: number }

/** Clients of one database on several servers: each connects to the primary, or not at all. */
export type Primaries = { readonly Client: new (config?: pg.ClientConfig) => pg.Client }

/**
 * Follows the primary among `hosts`. Looks at all of them, twice a second, as long as anybody is connected; a new primary, known by its newer term, ends all
 * connections to the old one, so that what waits there fails at once and is tried again. A server whose term is older than the newest that this process has seen is
 * never written to, whatever it says of itself.
 */
export function followPrimary(hosts: readonly Host[]): Primaries {
  const probes: (pg.Client | undefined)[] = hosts.map(() => undefined)
  const said: string[] = hosts.map(() => '')
  const live = new Map<pg.Client, number>()
  let seen = 0
  let choice: Choice = { none: 'no_primary' }
  let lookedAt = Number.NEGATIVE_INFINITY
  let heardAt = 0
  let looking: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const ask = async (index: number): Promise<Standing | null> => {
    const probe = (probes[index] ??= probeOf(hosts[index] as Host))
    try {
      const standing = await standingOf(probe)
      said[index] = standing.writable ? `term ${standing.term}` : 'standby'
      return standing
    } catch (error) {
      said[index] = (error as Error).message || String((error as { code?: string }).code)
      if (probes[index] === probe) probes[index] = undefined
      cut(probe, new Error('gone'))
      return null
    }
  }

  const look = async (): Promise<void> => {
    const standings = await Promise.all(hosts.map((_, index) => ask(index)))
    lookedAt = performance.now()
    choice = choosePrimary(standings, seen)
    if ('index' in choice) {
      seen = Math.max(seen, choice.term)
      heardAt = lookedAt
      const { index } = choice
      leave(on => on !== index, moved)
      return
    }
    const { none } = choice
    if (none !== 'no_primary' || lookedAt - heardAt > SILENCE_MS)
      leave(
        () => true,
        () => refusalOf(none, said),
      )
  }
  const lookOnce = (): Promise<void> => (looking ??= look().finally(() => (looking = undefined)))

  const leave = (which: (index: number) => boolean, why: () => Failure): void => {
    for (const [client, index] of live) if (which(index)) cut(client, why())
  }

  const keepLooking = (): void => {
    timer ??= setInterval(() => {
      if (live.size > 0) return void lookOnce()
      clearInterval(timer)
      timer = undefined
      for (const probe of probes.splice(0, probes.length, ...hosts.map(() => undefined)))
        if (probe) cut(probe, new Error('idle'))
    }, LOOK_MS)
    timer.unref()
  }

  const target = async (): Promise<{ readonly index: number }> => {
    const unsure = timer === undefined || 'none' in choice
    if (unsure && performance.now() - lookedAt > FRESH_MS) await lookOnce()
    if ('none' in choice) throw refusalOf(choice.none, said)
    return choice
  }

  class Client extends pg.Client {
    constructor(config: pg.ClientConfig = {}) {
      // Of the addresses only the place differs; which one it is becomes known when it is connected.
      super({ connectionTimeoutMillis: 5_000, ...config, ...hosts[0] })
    }
    // biome-ignore lint/suspicious/noExplicitAny: the library has both a promise and a callback here
    override connect(callback?: any): any {
      const opened = this.#open()
      if (!callback) return opened
      opened.then(
        () => callback(null, this),
        error => callback(error),
      )
    }
    async #open(): Promise<this> {
      const { index } = await target()
      const { host, port } = hosts[index] as Host
      Object.assign(this, { host, port })
      try {
        await super.connect()
        const standing = await standingOf(this)
        if (!standing.writable || standing.term < seen)
          throw refusalOf(standing.writable ? 'outdated' : 'no_primary', said)
        seen = Math.max(seen, standing.term)
      } catch (error) {
        // Asked again before anybody else goes there.
        choice = { none: 'no_primary' }
        lookedAt = Number.NEGATIVE_INFINITY
        cut(this, new Error('not the primary'))
        throw error
      }
      live.set(this, index)
      this.once('end', () => live.delete(this))
      keepLooking()
      return this
    }
  }
  return { Client }
}

/** A connection that only looks; it keeps nobody awake. */
function probeOf(host: Host): pg.Client {
  const probe = new pg.Client({ ...host, connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS })
  probe.on('error', () => {})
  const connected = probe.connect()
  connected.catch(() => {})
  READY.set(probe, connected)
  return probe
}

const READY = new WeakMap<pg.Client, Promise<unknown>>()

/** Two questions, because the table is not there before the first migration. */
async function standingOf(client: pg.Client): Promise<Standing> {
  await READY.get(client)
  const { rows } = await client.query(
    `select not pg_is_in_recovery() and current_setting('default_transaction_read_only') = 'off' as writable,
            to_regclass('primary_terms') is not null as known`,
  )
  const { writable, known } = rows[0] as { writable: boolean; known: boolean }
  if (!known) return { writable, term: 0 }
  const terms = await client.query<{ term: number }>('select max(term) as term from primary_terms')
  return { writable, term: terms.rows[0]?.term ?? 0 }
}

/** Ends a connection without a word to a server that may not be there; what waits on it fails with `why`, which is of this one only: libraries mark errors with their socket. */
function cut(client: pg.Client, why: Error): void {
  client.connection.stream.destroy(why)
}

const moved = (): Failure =>
  new Failure('database_moved', {
    zh: '数据库刚刚切换到另一节点：请用同一编号重试',
    en: 'The database has just moved to another server: try again, with the same id',
  })

const REFUSALS: Readonly<Record<'no_primary' | 'outdated' | 'two_primaries', { zh: string; en: string }>> = {
  no_primary: {
    zh: 'DATABASE_URL 的服务器中目前没有可写的主库：请稍后用同一编号重试',
    en: 'None of the servers in DATABASE_URL is a primary at this moment: try again shortly, with the same id',
  },
  outdated: {
    zh: '可写的数据库是已被取代的旧主库，平台不向它写入：请先把它重建为备库（docs/continuity.md）',
    en: 'The database that takes writes is an old primary that was replaced, and nothing is written to it: make it a standby first (docs/continuity.md)',
  },
  two_primaries: {
    zh: '有两个同一任期的可写数据库，无法判断哪个有效：请停掉其中一个（docs/continuity.md）',
    en: 'Two databases take writes under one term and neither is taken: stop one of them (docs/continuity.md)',
  },
}

/** `said`: what each server said, as the cause: for the terminal and the log, not for callers over HTTP. */
function refusalOf(none: keyof typeof REFUSALS, said: readonly string[]): Failure {
  const failure = new Failure(`database_${none}`, REFUSALS[none])
  failure.cause = said.join(' | ')
  return failure
}
