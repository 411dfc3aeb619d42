import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../kernel/failure.ts'
import { databaseClient } from '../../system/database_clients.ts'
import type { Say } from '../../system/notice.ts'
import type { Owner } from '../../system/postgres_account.ts'
import { program, runnableBinaries } from '../../system/postgres_binaries.ts'
import { serverFolder } from '../../system/postgres_place.ts'
import { postgresSettings, type Setting, thisMachine } from '../../system/postgres_settings.ts'

/** A server on a cluster that is being restored. Nobody else reaches it: it listens in a folder that only its account may enter. */
export type RecoveryServer = {
  readonly url: string
  /** The newest commit that was replayed, as the server tells it; null: none was. */
  readonly lastCommit: Date | null
  stop(): Promise<void>
}

export type RecoveryAsk = {
  readonly cluster: string
  readonly account: Owner | null
  readonly role: string
  readonly database: string
  /** null: to the end of the WAL. */
  readonly target: Date | null
  readonly say: Say
  readonly volatile?: boolean
}

/** A role of the restored database must not be asked for its password here; the folder is what protects. */
const ACCESS = 'local all all trust\n'
const PORT = 5432
/** Settings of the embedded server that would let others in or write elsewhere. */
const OWN = new Set(['listen_addresses', 'unix_socket_directories', 'logging_collector', 'autovacuum'])

/**
 * Replays the WAL that lies in the cluster up to the target, and opens the database for writing on a timeline of its own. Throws Failure restore_recovery_failed with
 * the server's own words.
 */
export async function recover(ask: RecoveryAsk): Promise<RecoveryServer> {
  const { account, cluster } = ask
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-restore-'))
  if (account) chownSync(folder, account.uid, account.gid)
  const store = () => (account ? serverFolder() : dirname(cluster))
  const postgres = program(runnableBinaries(account, store, ask.say), 'postgres')
  const start = async (target: Date | null): Promise<Started> => {
    writeSettings(folder, ask, target)
    const log = join(folder, 'log')
    const output = openSync(log, 'w', 0o600)
    const child = spawn(postgres, ['-D', cluster, '-c', `config_file=${join(folder, 'postgresql.conf')}`], {
      ...account,
      cwd: folder,
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    return await untilOpen(child, urlOf(ask, folder), log)
  }
  try {
    let started = await start(ask.target)
    // All WAL is replayed and nothing was committed after the target: so the end of the WAL is the target's state.
    if ('said' in started && ENDED_EARLY.test(started.said)) started = await start(null)
    if ('said' in started) throw recoveryFailed(cluster, started.said)
    const { child, log } = started
    return {
      url: urlOf(ask, folder),
      lastCommit: lastCommitOf(readFileSync(log, 'utf8')),
      async stop() {
        await end(child)
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

const ENDED_EARLY = /recovery ended before configured recovery target was reached/

type Started = { readonly child: ChildProcess; readonly log: string } | { readonly said: string }

function writeSettings(folder: string, { account, volatile = false }: RecoveryAsk, target: Date | null): void {
  const settings: Setting[] = [
    ...postgresSettings(thisMachine(availableParallelism()), volatile).filter(([name]) => !OWN.has(name)),
    ['listen_addresses', '', 'nobody reaches it from outside'],
    ['unix_socket_directories', folder, 'its account only'],
    ['port', String(PORT), 'part of the socket’s name'],
    ['hba_file', join(folder, 'pg_hba.conf'), 'the restored one is for the restored place'],
    ['ident_file', join(folder, 'pg_ident.conf'), 'the same'],
    ['logging_collector', 'off', 'we read what it says'],
    ['log_line_prefix', '', 'we read what it says'],
    ['autovacuum', 'off', 'nothing is changed before it is verified'],
    ['hot_standby', 'off', 'so that the old server’s limits need not be met'],
    ['restore_command', process.platform === 'win32' ? 'exit 1' : 'false', 'all WAL lies in pg_wal already'],
    ['recovery_target_action', 'promote', 'it is verified by reading, and then used'],
    ['recovery_target_timeline', 'latest', 'the line that the platform went on with'],
    ...(target === null
      ? []
      : [['recovery_target_time', target.toISOString().replace('Z', '+00'), 'asked for'] as const]),
  ]
  const files = {
    'postgresql.conf': settings.map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`).join(''),
    'pg_hba.conf': ACCESS,
    'pg_ident.conf': '',
  }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    if (account) chownSync(join(folder, name), account.uid, account.gid)
  }
}

const urlOf = ({ role, database }: RecoveryAsk, folder: string): string =>
  `postgres://${encodeURIComponent(role)}@localhost:${PORT}/${encodeURIComponent(database)}?host=${encodeURIComponent(folder)}`

async function untilOpen(child: ChildProcess, url: string, log: string): Promise<Started> {
  let ended = false
  child.on('error', () => (ended = true))
  child.on('exit', () => (ended = true))
  for (let tries = 0; ; tries++) {
    if (ended) return { said: readFileSync(log, 'utf8') }
    if (await isOpen(url)) return { child, log }
    // Replaying may take hours; nobody is helped by an end after minutes.
    await sleep(Math.min(1000, 20 * (tries + 1)))
  }
}

async function isOpen(url: string): Promise<boolean> {
  const client = databaseClient(url)
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query('select not pg_is_in_recovery() as open')
    return rows[0].open
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGINT') // "fast": sessions are cut, a checkpoint is written
  await gone
}

function lastCommitOf(log: string): Date | null {
  const [, at] = /last completed transaction was at log time (\S+ \S+?)\+00/.exec(log) ?? []
  return at === undefined ? null : new Date(`${at.replace(' ', 'T')}Z`)
}

function recoveryFailed(cluster: string, said: string): Failure {
  const lines = said.trim().split('\n')
  const reason = lines.slice(-3).join(' | ')
  return new Failure(
    'restore_recovery_failed',
    {
      zh: `恢复时数据库无法打开（${cluster}）：${reason}。请用 fzpay backup verify 检查备份，或换一个基础备份`,
      en: `The database did not open while it was restored (${cluster}): ${reason}. Check the backups by fzpay backup verify, or take another base`,
    },
    { cluster, reason },
  )
}
