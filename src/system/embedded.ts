import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../kernel/failure.ts'
import type { Say } from './notice.ts'
import { type Binaries, packagedBinaries, program, runnableBinaries } from './postgres_binaries.ts'
import { findPlace, type Place, serverFolder } from './postgres_place.ts'
import {
  backendsOf,
  collected,
  goneWithin,
  isAlive,
  isServerOf,
  type Postmaster,
  parsePidFile,
  signal,
} from './postgres_process.ts'
import { accessText, configText, postgresSettings, thisMachine } from './postgres_settings.ts'
import { enter, type Presence } from './presence.ts'

/** The embedded server as one process sees it. */
export type Embedded = {
  /** Of the product's own database. */
  readonly url: string
  readonly place: Place
  /** Whether the server that was joined still runs. */
  isRunning(): boolean
  /** Leaves, and stops the server when nobody else uses it. */
  release(): Promise<void>
}

export type EmbeddedOptions = {
  readonly dataDir: string
  /** Tests only: quicker, and lost with the machine. */
  readonly volatile: boolean
  /** Where it must be found; without it where it was, or any free port. */
  readonly port?: number | undefined
  readonly say: Say
}

const SUPERUSER = 'fzpay'
const DATABASE = 'fzpay'
const PASSWORD_FILE = 'fzpay.password'

/** What is found on the disk and among the processes. */
export type Seen = {
  readonly initialised: boolean
  readonly postmaster: Postmaster | null
  /** The process of `postmaster` is a server on this very folder. */
  readonly alive: boolean
}

export type Step = 'initialise' | 'start' | 'wait' | 'enter'

/** What to do next; asked again after each step, because other processes act too. */
export function nextStep(seen: Seen): Step {
  if (!seen.initialised) return 'initialise'
  if (!seen.postmaster || !seen.alive) return 'start'
  return seen.postmaster.ready ? 'enter' : 'wait'
}

/**
 * Starts the embedded PostgreSQL on `<dataDir>/postgres`, or joins it where it runs already. Every step may be cut short by
 * `kill -9` or done by another process at the same time; the loop looks again and goes on from what is there.
 */
export async function openEmbedded({ dataDir, volatile, port, say }: EmbeddedOptions): Promise<Embedded> {
  const place = findPlace(dataDir, volatile, say)
  const store = () => (place.account ? serverFolder() : dirname(place.cluster))
  let binaries: Binaries | undefined
  const patience = startPatience(say)
  for (;;) {
    const seen = look(place)
    const step = nextStep(seen)
    if (step === 'initialise' || step === 'start') binaries ??= runnableBinaries(place.account, store, say)
    if (step === 'initialise' && binaries) await initialise(place, binaries, volatile, say)
    if (step === 'start' && binaries) await start(place, binaries, { volatile, port }, seen, patience)
    if (step === 'enter' && seen.postmaster) {
      const embedded = await joinServer(place, seen.postmaster)
      if (embedded) return embedded
    }
    if (step === 'wait' || step === 'enter') await patience()
  }
}

/** Stops a server that nobody uses any more; for processes that ended without saying goodbye. */
export async function stopIfUnused(place: Place): Promise<void> {
  const seen = look(place)
  if (nextStep(seen) !== 'enter' || !seen.postmaster) return
  const embedded = await joinServer(place, seen.postmaster)
  await embedded?.release()
}

function look(place: Place): Seen {
  const initialised = existsSync(join(place.cluster, 'PG_VERSION'))
  const postmaster = initialised ? parsePidFile(readText(join(place.cluster, 'postmaster.pid'))) : null
  return { initialised, postmaster, alive: postmaster !== null && isServerOf(postmaster.pid, place.cluster) }
}

async function joinServer(place: Place, postmaster: Postmaster): Promise<Embedded | null> {
  const password = readPassword(place)
  const connection = { host: '127.0.0.1', port: postmaster.port, user: SUPERUSER, password }
  const arrival = await enter(connection, DATABASE)
  if ('notYet' in arrival) return null
  return {
    url: `postgres://${SUPERUSER}:${password}@127.0.0.1:${postmaster.port}/${DATABASE}`,
    place,
    isRunning: () => isServerOf(postmaster.pid, place.cluster),
    release: () => release(place, postmaster, arrival.presence),
  }
}

async function release(place: Place, postmaster: Postmaster, presence: Presence): Promise<void> {
  // A server that is gone already (killed, or stopped by an operator) needs no goodbye.
  const alone = await presence.leave().catch(() => null)
  if (alone) await stop(place, postmaster)
  await presence.end()
  // After a crash it recovered from, the server knows nobody any more and runs on: it is said goodbye to as by whoever comes anew.
  if (alone === null) await stopIfUnused(place)
}

/** Fast shutdown: sessions are cut, a checkpoint is written. A minute later it is cut short, which the WAL makes safe. */
async function stop(place: Place, { pid }: Postmaster): Promise<void> {
  if (process.platform === 'win32') {
    spawnSync(program(packagedBinaries(), 'pg_ctl'), ['stop', '-m', 'fast', '-D', place.cluster], { stdio: 'ignore' })
    return
  }
  if (!isServerOf(pid, place.cluster)) return
  signal(pid, 'SIGINT')
  if (await goneWithin(pid, 60_000)) return await collected(pid)
  signal(pid, 'SIGQUIT')
  await goneWithin(pid, 10_000)
}

// --- making the cluster ---------------------------------------------------------------------------------------------------

/** In a folder of its own, given its name when complete: a killed `initdb` leaves nothing that looks like a database. */
async function initialise(place: Place, binaries: Binaries, volatile: boolean, say: Say): Promise<void> {
  const parent = dirname(place.cluster)
  removeAbandoned(parent)
  const staging = join(parent, `${STAGING}${process.pid}-${randomBytes(4).toString('hex')}`)
  const cluster = join(staging, 'cluster')
  const passwordFile = join(staging, 'password')
  say({ zh: '正在创建数据库（仅首次）', en: 'Creating the database (first time only)' })
  try {
    for (const folder of [staging, cluster]) makeFolderFor(folder, place)
    writeFor(place, passwordFile, randomBytes(24).toString('base64url'))
    const words = [
      '-D',
      cluster,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
      ...(volatile ? ['--no-sync'] : []),
    ]
    await runInitdb(place, program(binaries, 'initdb'), words, staging)
    renameSync(passwordFile, join(cluster, PASSWORD_FILE))
    syncFolder(cluster)
    renameSync(cluster, place.cluster)
    syncFolder(parent)
  } catch (error) {
    if (!existsSync(join(place.cluster, 'PG_VERSION'))) throw error // else another process was faster
  } finally {
    rmSync(staging, { recursive: true, force: true, maxRetries: 3 })
  }
}

const STAGING = '.postgres.new-'

/** What a killed process left half made. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(STAGING) || isAlive(Number.parseInt(name.slice(STAGING.length), 10))) continue
    rmSync(join(parent, name), { recursive: true, force: true, maxRetries: 3 })
  }
}

/**
 * `initdb` asks for the name of its account and fails where the account has none (a container run under a bare number),
 * although the server itself does not mind. There it gets a name for the while, in a user namespace of its own.
 */
async function runInitdb(place: Place, initdb: string, words: readonly string[], cwd: string): Promise<void> {
  let result = await run(place, initdb, words, cwd)
  if (result.status !== 0 && result.output.includes('could not look up effective user ID'))
    result = await run(place, 'unshare', ['--user', '--map-user=65534', '--map-group=65534', initdb, ...words], cwd)
  if (result.status === 0) return
  throw new Failure(
    'database_not_created',
    {
      zh: `无法在 ${place.cluster} 创建数据库：${lastLines(result.output)}`,
      en: `The database could not be created in ${place.cluster}: ${lastLines(result.output)}`,
    },
    { cluster: place.cluster },
  )
}

type Ended = { readonly status: number | null; readonly output: string }

function run(place: Place, command: string, words: readonly string[], cwd: string): Promise<Ended> {
  return new Promise(resolve => {
    const child = spawn(command, words, {
      ...place.account,
      cwd,
      env: serverEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', chunk => (output += chunk))
    child.stderr.on('data', chunk => (output += chunk))
    child.on('error', error => resolve({ status: null, output: `${output}${error.message}` }))
    child.on('close', status => resolve({ status, output }))
  })
}

/** Nothing of the caller's: PG* variables and locales would change what the server does. */
const serverEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  LC_ALL: 'C',
  TZ: 'UTC',
  ...(process.platform === 'win32' ? { SystemRoot: process.env.SystemRoot, TEMP: process.env.TEMP } : {}),
})

// --- starting the server --------------------------------------------------------------------------------------------------

/** One try to start; whatever comes of it is seen by the next look, only a server that cannot start is thrown. */
async function start(
  place: Place,
  binaries: Binaries,
  { volatile, port: wanted }: Pick<EmbeddedOptions, 'volatile' | 'port'>,
  seen: Seen,
  patience: () => Promise<void>,
): Promise<void> {
  if (seen.postmaster) await clearAfterCrash(place, seen.postmaster)
  const settings = postgresSettings(thisMachine(availableParallelism()), volatile)
  writeFor(place, join(place.cluster, 'postgresql.conf'), configText(settings))
  writeFor(place, join(place.cluster, 'pg_hba.conf'), accessText)
  const port = wanted ?? (await choosePort(seen.postmaster))
  const log = join(place.cluster, `start-${process.pid}.log`)
  const output = openSync(log, 'w', 0o600)
  const child = spawn(
    program(binaries, 'postgres'),
    ['-D', place.cluster, '-c', `port=${port}`, '-c', `cluster_name=${place.clusterName}`],
    {
      ...place.account,
      cwd: dirname(place.cluster),
      env: serverEnvironment(),
      detached: true,
      stdio: ['ignore', output, output],
    },
  )
  closeSync(output)
  let ended = false
  child.on('error', () => (ended = true))
  child.on('exit', () => (ended = true))
  child.unref()
  // From here on the server speaks for itself by postmaster.pid; before that only its end is news.
  while (!ended && !isReady(look(place).postmaster, child.pid)) await patience()
  const said = readText(log)
  rmSync(log, { force: true })
  if (!ended || look(place).alive) return
  if (/postmaster\.pid.* already exists|bogus data in lock file/.test(said)) return await sleep(20) // somebody else is starting it
  if (/shared memory block .* still in use/.test(said)) return await endBackends(place)
  if (wanted === undefined && (await isTaken(port))) return // taken between our choice and the server's bind
  const reason = lastLines(said.includes('FATAL') ? said : readText(newestLog(place)))
  throw new Failure(
    'database_did_not_start',
    {
      zh: `数据库无法启动（${place.cluster}）：${reason}`,
      en: `The database did not start (${place.cluster}): ${reason}`,
    },
    { cluster: place.cluster },
  )
}

const isReady = (postmaster: Postmaster | null, pid: number | undefined): boolean =>
  postmaster !== null && postmaster.pid === pid && postmaster.ready

/**
 * After a crash PostgreSQL itself clears its old postmaster.pid, unless its number now belongs to somebody else under the
 * same account. We know better, by the command line, and clear it once no backend of the old server is left.
 */
async function clearAfterCrash(place: Place, { pid }: Postmaster): Promise<void> {
  await endBackends(place)
  if (isAlive(pid) && !isServerOf(pid, place.cluster)) rmSync(join(place.cluster, 'postmaster.pid'), { force: true })
}

/** A backend whose server was killed may still be computing; its work can never be committed to anybody. */
async function endBackends(place: Place): Promise<void> {
  const backends = backendsOf(place.clusterName)
  if (backends.length === 0) return
  const postmaster = parsePidFile(readText(join(place.cluster, 'postmaster.pid')))
  if (postmaster && isServerOf(postmaster.pid, place.cluster)) return // they are a living server's
  for (const pid of backends) if (!(await goneWithin(pid, 300))) signal(pid, 'SIGQUIT')
  for (const pid of backends) if (!(await goneWithin(pid, 2000))) signal(pid, 'SIGKILL')
}

/** A server that crashed comes back where its clients look for it, unless somebody else is there now. */
async function choosePort(crashed: Postmaster | null): Promise<number> {
  const before = crashed?.port ?? 0
  // Below 1024 only root may listen, and the server never is.
  return before >= 1024 && !(await isTaken(before)) ? before : await freePort()
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const isTaken = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(true))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)))
  })

// --- small things ----------------------------------------------------------------------------------------------------------

/** Waiting for a server that starts, recovers or stops: a word after three seconds, an end after ten minutes. */
function startPatience(say: Say): () => Promise<void> {
  const from = performance.now()
  let told = false
  let times = 0
  return async () => {
    const waited = performance.now() - from
    if (waited > 3000 && !told) {
      told = true
      say({ zh: '数据库正在恢复或停止，请稍候', en: 'The database is recovering or stopping, please wait' })
    }
    if (waited > 600_000)
      throw new Failure('database_not_ready', {
        zh: '等待十分钟后数据库仍不可用，请查看数据目录 log 中的日志',
        en: 'The database is not ready after ten minutes; see its log folder',
      })
    // Quick at first, for the common start in a tenth of a second; gentle on a recovery that takes minutes.
    await sleep(times++ < 100 ? 5 : 50)
  }
}

function readPassword(place: Place): string {
  try {
    return readFileSync(join(place.cluster, PASSWORD_FILE), 'utf8').trim()
  } catch {
    throw new Failure(
      'database_password_unreadable',
      {
        zh: `无法读取数据库密码文件 ${join(place.cluster, PASSWORD_FILE)}：请用创建数据库的用户或 root 运行`,
        en: `The database's password file ${join(place.cluster, PASSWORD_FILE)} cannot be read: run as the user who made the database, or as root`,
      },
      { cluster: place.cluster },
    )
  }
}

function makeFolderFor(folder: string, place: Place): void {
  mkdirSync(folder, { mode: 0o700 })
  if (place.account) chownSync(folder, place.account.uid, place.account.gid)
}

/** Writes a file of the server's account whole or not at all. */
function writeFor(place: Place, path: string, text: string): void {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, text, { mode: 0o600 })
  chmodSync(draft, 0o600)
  if (place.account) chownSync(draft, place.account.uid, place.account.gid)
  renameSync(draft, path)
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

function newestLog(place: Place): string {
  const folder = join(place.cluster, 'log')
  return join(folder, existsSync(folder) ? (readdirSync(folder).sort().at(-1) ?? '') : '')
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' | ')

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
