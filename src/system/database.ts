import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { Failure } from '../kernel/failure.ts'
import { databaseClient, databasePool } from './database_clients.ts'
import { certificateRefused } from './database_tls.ts'
import { type Embedded, openEmbedded } from './embedded.ts'
import { type Say, silent } from './notice.ts'
import { onConnection } from './on_connection.ts'
import { dataFolder } from './paths.ts'
import { type Ending, pipelined } from './pipelined.ts'
import { LOCKS } from './presence.ts'

/** An open database: the embedded server's, or a given one. Every opened one must be closed. */
export type Database = {
  readonly url: string
  /** The embedded server's data folder; null for a server that was given. */
  readonly folder: string | null
  /** Citus is installed there: rows that one statement locks must lie in one shard. Looked at when it is opened; the platform stands still while its tables are distributed. */
  readonly cluster: boolean
  /** For everything short. */
  readonly pool: pg.Pool
  /** A connection of its own, for COPY of whole files, LISTEN and long work; the caller ends it. */
  connect(): Promise<pg.Client>
  /** As `connect`, for somebody who soon needs the like again. */
  session(): Promise<Session>
  /** Begins, runs the work, commits; rolls back when the work throws. */
  transaction<T>(work: (tx: pg.ClientBase) => Promise<T>): Promise<T>
  /** For what thousands wait for at once, such as notices: in fewer round trips, on connections that nothing else holds up. */
  pipelined<T>(work: (tx: pg.ClientBase) => Promise<Ending<T>>): Promise<T>
  /** Ends the connections, and stops the embedded server if no other process uses it. */
  close(): Promise<void>
}

/** A connection with settings, locks or tables of its own. Queries must not have names: the next user of the connection would not find them prepared. */
export type Session = {
  readonly client: pg.ClientBase
  /** Lets go of whatever it holds. The connection waits for the next session, which plans its first statements in a fraction of the time. */
  giveBack(): Promise<void>
}

export type DatabaseOptions = {
  /** A PostgreSQL server (15 or later). Without it DATABASE_URL or DATABASE_URL_FILE counts, and without that the embedded server. */
  readonly url?: string | undefined
  /** Where the embedded server keeps its files: default FZPAY_DATA, else `data` in the package. */
  readonly dataDir?: string | undefined
  /** Only one such process may be open on a database at a time: the long-running platform. */
  readonly exclusive?: boolean | undefined
  /** Tests only: the embedded server's data may be lost with the machine. */
  readonly volatile?: boolean | undefined
  /** Connections in the pool; default 10. */
  readonly connections?: number | undefined
  readonly say?: Say | undefined
}

/** Opens the database that `options` and the environment name; a server that is not running is started. */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const given = options.url ?? (options.dataDir === undefined ? databaseUrl() : undefined)
  if (given !== undefined) {
    const { cluster } = await checkServer(given)
    return await connectTo({ url: given, folder: null, cluster }, options, async () => {})
  }
  const folder = options.dataDir ?? dataFolder()
  const open = () =>
    openEmbedded({
      dataDir: folder,
      volatile: options.volatile ?? false,
      say: options.say ?? silent,
    })
  const embedded = await open()
  const farewell = rememberOpen(embedded)
  const place = { url: embedded.url, folder, cluster: false }
  if (!options.exclusive) return await connectTo(place, options, farewell)
  return await connectTo(place, options, guardServer(embedded, farewell, open))
}

/** DATABASE_URL, or the content of the file that DATABASE_URL_FILE names: a password need not stand in an environment. Throws Failure database_url_unreadable. */
function databaseUrl(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const file = env.DATABASE_URL_FILE
  if (env.DATABASE_URL || !file) return env.DATABASE_URL || undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw new Failure('database_url_unreadable', {
      zh: `DATABASE_URL_FILE 指定的 ${file} 无法读取（${code}）：请检查路径和权限`,
      en: `${file}, named by DATABASE_URL_FILE, cannot be read (${code}): check path and rights`,
    })
  }
}

const GUARD_MS = 500

/**
 * The platform outlives a crash of its own server: it is started again, on the same port, and the pools find it there. Commands
 * end with their server; whoever runs them sees why. Resolves what `farewell` was.
 */
function guardServer(
  first: Embedded,
  farewell: () => Promise<void>,
  open: () => Promise<Embedded>,
): () => Promise<void> {
  let current = first
  let leave = farewell
  let reviving: Promise<void> | undefined
  const look = (): void => {
    if (reviving || current.isRunning()) return
    reviving = open()
      .then(next => {
        forget(current)
        current = next
        leave = rememberOpen(next)
      })
      .catch(() => {}) // The next look tries again; meanwhile requests are told that the database cannot be reached.
      .finally(() => (reviving = undefined))
  }
  const timer = setInterval(look, GUARD_MS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await reviving
    await leave()
  }
}

/** As `openDatabase`, for the platform itself: a second start on the same database is refused. */
export const startExclusive = (options: DatabaseOptions = {}): Promise<Database> =>
  openDatabase({ ...options, exclusive: true })

/** Pipelined connections at most: two for what channels say, two for bills. They are made when they are needed. */
const PIPES = 4

async function connectTo(
  { url, folder, cluster }: Pick<Database, 'url' | 'folder' | 'cluster'>,
  options: DatabaseOptions,
  farewell: () => Promise<void>,
): Promise<Database> {
  const pool = databasePool(url, { max: options.connections ?? 10, idleTimeoutMillis: 10_000 })
  const pipes = databasePool(url, { max: PIPES, idleTimeoutMillis: 10_000, pipeline: true })
  // Whoever has a session may need a second one to go on: none waits for another's.
  const sessions = databasePool(url, { max: Number.POSITIVE_INFINITY, idleTimeoutMillis: 10_000 })
  for (const each of [pool, pipes, sessions]) {
    each.on('connect', tellsItsUser)
    each.on('error', () => {})
  }
  let claim: Claim | undefined
  try {
    if (options.exclusive) claim = await holdClaim(url)
  } catch (error) {
    await pool.end()
    await farewell()
    throw error
  }
  let closing: Promise<void> | undefined
  return {
    url,
    folder,
    cluster,
    pool,
    async connect() {
      const client = databaseClient(url)
      tellsItsUser(client)
      await client.connect()
      return client
    },
    async session() {
      const client = await sessions.connect()
      return { client, giveBack: () => asNew(client) }
    },
    transaction: work => transaction(pool, work),
    pipelined: work => pipelined(pipes, work),
    close() {
      closing ??= (async () => {
        await Promise.all([pool.end(), pipes.end(), sessions.end()])
        await claim?.end()
        await farewell()
      })()
      return closing
    },
  }
}

/** A connection that is cut fails its next query, which is where somebody can act; an event nobody hears would end us. */
function tellsItsUser(client: pg.ClientBase): void {
  client.on('error', () => {})
}

/** Settings, temporary tables and locks go; refused within a transaction, and then, as after any trouble, the connection goes itself. */
async function asNew(client: pg.PoolClient): Promise<void> {
  await client.query('discard all').then(
    () => client.release(),
    error => client.release(error),
  )
}

/** One transaction on one connection of the pool. */
export const transaction = <T>(pool: pg.Pool, work: (tx: pg.ClientBase) => Promise<T>): Promise<T> =>
  onConnection(pool, async tx => {
    await tx.query('begin')
    const result = await work(tx)
    await tx.query('commit')
    return result
  })

const OLDEST = 150000
const PLATFORM = 2

/** Throws database_unreachable, database_too_old. */
async function checkServer(url: string): Promise<Pick<Database, 'cluster'>> {
  const client = databaseClient(url)
  client.on('error', () => {})
  let server: { version: number; cluster: boolean }
  try {
    await client.connect()
    const { rows } = await client.query(
      "select current_setting('server_version_num')::int as version, to_regclass('citus_tables') is not null as cluster",
    )
    server = rows[0]
  } catch (error) {
    if (error instanceof Failure && error.code !== 'database_no_primary') throw error
    const refused = certificateRefused(error)
    if (refused) throw refused
    const reason =
      String((error as Error).cause ?? '') ||
      (error as Error).message ||
      (error as { code?: string }).code ||
      String(error)
    throw new Failure(
      'database_unreachable',
      {
        zh: `无法连接 DATABASE_URL 指定的数据库（${reason}）：请检查地址、账户和密码，或去掉 DATABASE_URL 使用自带的数据库`,
        en: `The database named by DATABASE_URL cannot be reached (${reason}): check address, account and password, or unset it to use the embedded one`,
      },
      { reason },
    )
  } finally {
    await client.end().catch(() => {})
  }
  if (server.version >= OLDEST) return server
  const major = Math.floor(server.version / 10000)
  throw new Failure(
    'database_too_old',
    {
      zh: `DATABASE_URL 指定的是 PostgreSQL ${major}，需要 15 或以上版本`,
      en: `DATABASE_URL names a PostgreSQL ${major}; 15 or later is needed`,
    },
    { version: major },
  )
}

type Claim = { end(): Promise<void> }

/** The claim goes with its connection, so it is made again whenever the database was away. */
async function holdClaim(url: string): Promise<Claim> {
  let current = await claimPlatform(url)
  let over = false
  let retry: NodeJS.Timeout | undefined
  const again = (): void => {
    if (over) return
    retry = setTimeout(() => {
      claimPlatform(url).then(next => {
        current = next
        if (over) return void next.end()
        next.once('end', again)
      }, again)
    }, GUARD_MS)
    retry.unref()
  }
  current.once('end', again)
  return {
    async end() {
      over = true
      clearTimeout(retry)
      await current.end().catch(() => {})
    },
  }
}

async function claimPlatform(url: string): Promise<pg.Client> {
  const client = databaseClient(url)
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as claimed', [LOCKS, PLATFORM])
  if (rows[0].claimed) return client
  const holder = await client.query(
    `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.classid = $1::int::oid and l.objid = $2::int::oid and l.granted
        and l.database = (select oid from pg_database where datname = current_database())`,
    [LOCKS, PLATFORM],
  )
  await client.end()
  const by = String(holder.rows[0]?.name ?? '').replace(/^fzpay /, '')
  throw new Failure(
    'platform_already_running',
    {
      zh: `平台已在运行（进程 ${by}），不能启动第二个；请使用正在运行的平台，或先将其停止`,
      en: `The platform is running already (process ${by}) and cannot be started twice: use that one, or stop it first`,
    },
    { process: by },
  )
}

// --- never leave a server behind ---------------------------------------------------------------------------------------------

const open = new Set<Embedded>()

/** The way out for each kind of end: `close()`, a signal nobody else handles, or a process that just exits. */
export function rememberOpen(embedded: Embedded): () => Promise<void> {
  if (open.size === 0) {
    process.on('exit', onExit)
    for (const name of SIGNALS) process.on(name, onSignal)
  }
  open.add(embedded)
  return async () => {
    await embedded.release()
    forget(embedded)
  }
}

function forget(embedded: Embedded): void {
  open.delete(embedded)
  if (open.size > 0) return
  process.off('exit', onExit)
  for (const name of SIGNALS) process.off(name, onSignal)
}

let leaving = false

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A program with a handler of its own decides itself; else the databases are closed and the signal does its work. */
function onSignal(name: NodeJS.Signals): void {
  if (process.listenerCount(name) > 1 || leaving) return
  leaving = true
  Promise.allSettled([...open].map(embedded => embedded.release().then(() => forget(embedded)))).then(() => {
    process.removeAllListeners(name)
    process.kill(process.pid, name)
  })
}

/** Nothing asynchronous can be done any more: a helper looks whether the server is still in use, and stops it if not. */
function onExit(): void {
  for (const embedded of open) {
    const words = [join(fileURLToPath(import.meta.url), '../stop_unused.ts'), JSON.stringify(embedded.place)]
    spawn(process.execPath, words, { detached: true, stdio: 'ignore', cwd: '/' }).unref()
  }
}
