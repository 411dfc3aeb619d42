import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../kernel/failure.ts'

export type Owner = { readonly uid: number; readonly gid: number }

/** What an account meets on the way to a file. */
export type PathPart = Owner & { readonly mode: number }

/**
 * The account the server runs under; null means our own. PostgreSQL refuses to run as root, so root gives it, in this
 * order: to the owner of the data that is already there, to the owner of the folder, to `nobody`, to any other plain account.
 */
export function chooseAccount(seen: {
  readonly me: number | undefined
  readonly clusterOwner: Owner | null
  readonly folderOwners: readonly Owner[]
  readonly accounts: readonly (Owner & { readonly name: string })[]
}): Owner | null {
  const { me, clusterOwner } = seen
  if (me === undefined) return null
  if (me !== 0) {
    if (clusterOwner && clusterOwner.uid !== me) throw databaseOfAnother(clusterOwner.uid)
    return null
  }
  if (clusterOwner && clusterOwner.uid !== 0) return clusterOwner
  const known = new Set(seen.accounts.map(account => account.uid))
  const plain = seen.accounts.filter(account => account.uid !== 0)
  const chosen =
    seen.folderOwners.find(owner => owner.uid !== 0 && known.has(owner.uid)) ??
    plain.find(account => account.name === 'nobody') ??
    plain[0]
  return chosen ? { uid: chosen.uid, gid: chosen.gid } : { uid: 65534, gid: 65534 }
}

/** The accounts of this machine; an owner that only a directory service knows is asked for by number. */
export function knownAccounts(owners: readonly Owner[]): (Owner & { name: string })[] {
  const accounts = parsePasswd(readText('/etc/passwd'))
  for (const { uid } of owners)
    if (!accounts.some(account => account.uid === uid))
      accounts.push(...parsePasswd(spawnSync('getent', ['passwd', String(uid)], { encoding: 'utf8' }).stdout ?? ''))
  return accounts
}

export function parsePasswd(text: string): (Owner & { name: string })[] {
  return text
    .split('\n')
    .map(line => line.split(':'))
    .filter(fields => fields.length >= 4 && /^\d+$/.test(fields[2] ?? '') && /^\d+$/.test(fields[3] ?? ''))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
}

/** Whether an account without further groups may pass the folders and read what is at the end (both by the mode bits). */
export const mayReach = (parts: readonly PathPart[], who: Owner): boolean =>
  parts.every((part, index) => {
    const bits = part.uid === who.uid ? part.mode >> 6 : part.gid === who.gid ? part.mode >> 3 : part.mode
    return index === parts.length - 1 ? (bits & 4) === 4 : (bits & 1) === 1
  })

/** The folders from the root to a path, and the path itself, links followed. */
export function pathParts(path: string): PathPart[] {
  const parts: PathPart[] = []
  for (let at = path; ; at = dirname(at)) {
    const { uid, gid, mode } = statSync(at)
    parts.unshift({ uid, gid, mode })
    if (dirname(at) === at) return parts
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // A container may have no such file at all.
  }
}

const databaseOfAnother = (uid: number): Failure =>
  new Failure(
    'database_of_another_user',
    {
      zh: `数据库文件属于另一个用户（uid ${uid}）：请用该用户或 root 运行，或用 FZPAY_DATA 另选数据目录`,
      en: `The database files belong to another user (uid ${uid}): run as that user or as root, or choose another data folder with FZPAY_DATA`,
    },
    { uid },
  )
