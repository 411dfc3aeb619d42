import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../kernel/failure.ts'
import type { Say } from './notice.ts'
import { PACKAGE_ROOT } from './paths.ts'
import { chooseAccount, knownAccounts, mayReach, type Owner, pathParts } from './postgres_account.ts'
import { sharedFolder } from './postgres_binaries.ts'

/** Where one cluster lies and who runs it. */
export type Place = {
  /** PostgreSQL's data folder, links resolved: the one name all processes use. */
  readonly cluster: string
  readonly account: Owner | null
  /** Shows in the titles of the server's processes. */
  readonly clusterName: string
}

/** A folder for copies of binaries and clusters that a server account can reach; only root needs one. */
export const serverFolder = (): string => sharedFolder(['/var/lib/fzpay', join(tmpdir(), 'fzpay')])

/**
 * Finds or makes the place for `<dataDir>/postgres`. Where root's server account cannot enter `dataDir` (a home closed to
 * others), `postgres` becomes a link to a folder in /var/lib/fzpay, so that no home has to be opened.
 */
export function findPlace(dataDir: string, volatile: boolean, say: Say): Place {
  const made = makeFolders(dataDir)
  const home = realpathSync(dataDir)
  const entry = join(home, 'postgres')
  const owners = [ownerOf(home), ownerOf(PACKAGE_ROOT)]
  const account = chooseAccount({
    me: process.getuid?.(),
    clusterOwner: existsSync(entry) ? ownerOf(entry) : null,
    folderOwners: made ? owners.toReversed() : owners,
    accounts: knownAccounts(owners),
  })
  if (made && account && account.uid === ownerOf(PACKAGE_ROOT).uid) chownSync(home, account.uid, account.gid)
  const target = linkTarget(entry)
  if (target !== null && !existsSync(dirname(target))) {
    if (!volatile) throw placeIsGone(entry, target)
    rmSync(entry)
  }
  const reachable = account === null || mayReach([...pathParts(home), { ...account, mode: 0o700 }], account)
  if (!exists(entry) && !reachable) linkAway(home, entry, say)
  else if (target === null && existsSync(entry) && !reachable) throw placeIsClosed(entry)
  return placeOf(linkTarget(entry) ?? entry, account)
}

function placeOf(cluster: string, account: Owner | null): Place {
  return { cluster, account, clusterName: `fzpay ${digestOf(cluster)}` }
}

/** True when the data folder is new. Folders that we make can be entered by all; the cluster itself cannot. */
function makeFolders(dataDir: string): boolean {
  if (existsSync(dataDir)) return false
  const parent = dirname(dataDir)
  if (!existsSync(parent)) makeFolders(parent)
  mkdirSync(dataDir, { recursive: true })
  if (process.getuid?.() === 0) chmodSync(dataDir, 0o755)
  return true
}

/** A new folder each time: one that a deleted clone left behind must not come back to life in the next clone. */
function linkAway(home: string, entry: string, say: Say): void {
  const shared = serverFolder()
  let folder = ''
  for (let n = 1; ; n++) {
    folder = join(shared, `${digestOf(home)}-${n}`)
    try {
      mkdirSync(folder, { mode: 0o755 })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  chmodSync(folder, 0o755)
  writeFileSync(
    join(folder, 'README'),
    `The database of ${entry}, which is a link to this folder: the account PostgreSQL runs under cannot enter that path.\n` +
      `Once ${home} is deleted for good, this folder may be deleted too.\n`,
  )
  try {
    symlinkSync(join(folder, 'postgres'), entry)
  } catch (error) {
    rmSync(folder, { recursive: true })
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return // Another process was faster; its link counts.
  }
  say({
    zh: `数据库账户无法进入 ${home}，数据库文件放在 ${folder}（${basename(entry)} 是指向它的链接）`,
    en: `The database account cannot enter ${home}; the database files lie in ${folder} (${basename(entry)} links there)`,
  })
}

function ownerOf(path: string): Owner {
  const { uid, gid } = statSync(path)
  return { uid, gid }
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

const digestOf = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 12)

const placeIsGone = (entry: string, target: string): Failure =>
  new Failure(
    'database_folder_gone',
    {
      zh: `${entry} 指向的数据库目录 ${target} 不存在：请恢复该目录；如确认不再需要其中数据，删除 ${entry} 后重新开始`,
      en: `${entry} links to ${target}, which is gone: restore that folder, or delete ${entry} to begin anew without its data`,
    },
    { entry, target },
  )

const placeIsClosed = (entry: string): Failure =>
  new Failure(
    'database_folder_closed',
    {
      zh: `运行数据库的账户无法进入 ${entry} 的上级目录：请把项目移回可进入的目录，或用 FZPAY_DATA 另选数据目录`,
      en: `The account that runs the database cannot enter the folders above ${entry}: move the project back to an open folder, or choose another data folder with FZPAY_DATA`,
    },
    { entry },
  )
