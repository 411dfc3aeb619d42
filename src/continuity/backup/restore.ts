import { chmodSync, existsSync, lchownSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as tar from 'tar'
import { Failure } from '../../kernel/failure.ts'
import { instantText } from '../../kernel/instant_text.ts'
import { openDatabase } from '../../system/database.ts'
import type { Say } from '../../system/notice.ts'
import type { Owner } from '../../system/postgres_account.ts'
import { findPlace, type Place } from '../../system/postgres_place.ts'
import type { SealedColumn } from '../../system/vault/columns.ts'
import type { Check } from '../drill.ts'
import { type Holders, missing } from './envelope.ts'
import { type Histories, lineagesOf } from './histories.ts'
import { dataKeyOf, listBases, type Manifest, readManifest, restorableFrom } from './manifest.ts'
import { historyName, WAL } from './names.ts'
import { unpack } from './pieces.ts'
import { type RecoveryServer, recover } from './recovery_server.ts'
import type { Repository } from './repository.ts'
import { getSegment } from './segments.ts'
import { afterLast, beforeFirst, candidates, lineageOf, noBackup, planWal, segmentMissing } from './target.ts'
import { verifyRestored } from './verify.ts'

export type RestoreAsk = {
  readonly repository: Repository
  readonly holders: Holders
  /** A folder that is new or empty; the database is in its `postgres` once it is good. */
  readonly into: string
  /** null: as far as the archive goes. */
  readonly target: Date | null
  /** null: the newest base before the target. */
  readonly base: string | null
  readonly columns: readonly SealedColumn[]
  readonly now: () => Date
  readonly say: Say
  /** Tests only: quicker, and lost with the machine. */
  readonly volatile?: boolean
}

export type RestoreReport = {
  readonly good: boolean
  readonly base: string
  /** RFC 3339; null: to the end. */
  readonly target: string | null
  /** The newest commit that was replayed beyond the base, to the microsecond's second; null: none. */
  readonly lastCommit: string | null
  readonly segments: number
  readonly bytes: number
  readonly storedBytes: number
  readonly seconds: { readonly fetch: number; readonly recover: number; readonly verify: number; readonly all: number }
  readonly cluster: string
  readonly checks: readonly Check[]
}

/** Milliseconds to seconds with one digit. */
const since = (from: number): number => Math.round((performance.now() - from) / 100) / 10

/**
 * Restores a database to a second. It is fetched, recovered, opened where nobody else reaches it and verified; only then it gets its place. Throws Failure
 * restore_folder_used, restore_no_backup, restore_before_first, restore_after_last, restore_wal_missing, restore_version, restore_recovery_failed,
 * restore_not_verified, backup_damaged, backup_object_missing, master_key_wrong.
 */
export async function restore(ask: RestoreAsk): Promise<RestoreReport> {
  const from = performance.now()
  if (existsSync(ask.into) && readdirSync(ask.into).length > 0) throw folderUsed(ask.into)
  const manifest = await chooseBase(ask)
  if (manifest.postgres !== EMBEDDED_MAJOR) throw versionDiffers(manifest.postgres)
  const wal = await chooseWal(ask, manifest)
  const place = findPlace(ask.into, false, ask.say)
  const staging = `${place.cluster}.restoring`
  let server: RecoveryServer | undefined
  try {
    ask.say({ zh: `正在取回基础备份 ${manifest.base}`, en: `Fetching the base backup ${manifest.base}` })
    await fetchBase(ask, manifest, staging)
    const segments = await fetchWal(ask, wal, manifest, staging)
    giveTo(staging, place.account)
    const fetched = since(from)
    ask.say({ zh: `正在重放 ${segments} 个 WAL 段`, en: `Replaying ${segments} segments of the WAL` })
    const recovering = performance.now()
    server = await recover({
      ...ask,
      cluster: staging,
      account: place.account,
      role: manifest.role,
      database: manifest.database,
    })
    const recovered = since(recovering)
    ask.say({ zh: '正在验证', en: 'Verifying' })
    const verifying = performance.now()
    const checks = await verified(server, manifest, ask)
    const report: RestoreReport = {
      good: checks.every(({ holds }) => holds),
      base: manifest.base,
      target: ask.target && instantText(ask.target),
      lastCommit: server.lastCommit && instantText(server.lastCommit),
      segments,
      bytes: manifest.bytes,
      storedBytes: manifest.storedBytes,
      seconds: { fetch: fetched, recover: recovered, verify: since(verifying), all: since(from) },
      cluster: place.cluster,
      checks,
    }
    await server.stop()
    server = undefined
    await writeFile(join(ask.into, 'restore-report.json'), `${JSON.stringify(report, null, 2)}\n`)
    if (!report.good) throw notVerified(staging, checks)
    await putInPlace(staging, place)
    return report
  } catch (error) {
    await server?.stop()
    // What did not verify is kept for whoever looks into it; anything else is only half a database, and no link leads to it.
    if (!(error instanceof Failure && error.code === 'restore_not_verified')) {
      rmSync(staging, { recursive: true, force: true })
      const link = join(ask.into, 'postgres')
      if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(link)
    }
    throw error
  }
}

/** The embedded package's; a cluster runs under its own major version only. */
const EMBEDDED_MAJOR = 18

async function chooseBase({ repository, holders, target, base }: RestoreAsk): Promise<Manifest> {
  const bases = (await listBases(repository)).filter(
    ({ name, complete }) => complete && (base === null || name === base),
  )
  const [first] = bases
  if (!first) throw base === null ? noBackup(repository.title) : missing(`base/${base}/manifest`)
  for (const { name } of candidates(bases, target)) {
    const manifest = await readManifest(repository, holders, name)
    if (target === null || new Date(manifest.ended) <= target) return manifest
  }
  throw beforeFirst(target as Date, restorableFrom(await readManifest(repository, holders, first.name)))
}

async function fetchBase({ repository, holders }: RestoreAsk, manifest: Manifest, staging: string): Promise<void> {
  mkdirSync(staging, { mode: 0o700 })
  const key = await dataKeyOf(holders, manifest)
  const bytes = Readable.from(unpack(repository, key, manifest.base, manifest.pieces), { objectMode: false })
  await pipeline(bytes, tar.x({ cwd: staging, preserveOwner: false, noMtime: true }))
}

type WalToReplay = { readonly histories: Histories; readonly segments: readonly string[] }

/** What follows the base and whether it reaches the target: known before anything large is fetched. */
async function chooseWal({ repository, holders, target }: RestoreAsk, manifest: Manifest): Promise<WalToReplay> {
  const archived = (await repository.list(WAL)).map(({ name }) => name)
  const histories = await lineagesOf(repository, holders, archived)
  const lineage = lineageOf(
    manifest,
    histories.map(each => each.lineage),
  )
  const { segments, gapAt } = planWal(manifest, lineage, archived)
  const last = segments.at(-1)
  const end = last === undefined ? null : await getSegment(repository, holders, last, manifest.segmentBytes)
  const until = end && end.until.getTime() > Date.parse(manifest.ended) ? end.until : new Date(manifest.ended)
  if (gapAt !== null && (target === null || until < target)) throw segmentMissing(gapAt, until)
  if (target !== null && until < target) throw afterLast(target, until)
  return { histories, segments }
}

/** Puts it into the cluster's pg_wal, as far as the target needs it; how many segments. */
async function fetchWal(
  { repository, holders, target }: RestoreAsk,
  { histories, segments }: WalToReplay,
  manifest: Manifest,
  staging: string,
): Promise<number> {
  const folder = join(staging, 'pg_wal')
  for (const { timeline, text } of histories) await writeFile(join(folder, historyName(timeline)), text)
  await writeFile(join(staging, 'recovery.signal'), '')
  for (const [index, segment] of segments.entries()) {
    const found = await getSegment(repository, holders, segment, manifest.segmentBytes)
    if (!found) throw missing(`${WAL}${segment}`)
    await writeSegment(join(folder, segment), found.bytes, manifest.segmentBytes)
    if (target !== null && found.until >= target) return index + 1
  }
  return segments.length
}

/** The beginning of a segment is filled up with zeros, where recovery ends. */
async function writeSegment(path: string, bytes: Buffer, segmentBytes: number): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.truncate(segmentBytes)
  } finally {
    await file.close()
  }
}

function giveTo(folder: string, account: Owner | null): void {
  chmodSync(folder, 0o700)
  if (!account) return
  lchownSync(folder, account.uid, account.gid)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    lchownSync(join(entry.parentPath, entry.name), account.uid, account.gid)
}

async function verified(server: RecoveryServer, manifest: Manifest, ask: RestoreAsk): Promise<Check[]> {
  const db = await openDatabase({ url: server.url, connections: 3 })
  try {
    return await verifyRestored(db, manifest, ask.holders, ask.columns, ask.now)
  } finally {
    await db.close()
  }
}

/** From here on it is the database of this folder. */
async function putInPlace(staging: string, place: Place): Promise<void> {
  renameSync(staging, place.cluster)
  if (process.platform === 'win32') return
  const folder = await open(dirname(place.cluster), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const folderUsed = (into: string): Failure =>
  new Failure(
    'restore_folder_used',
    {
      zh: `目录 ${into} 不是空的：恢复不覆盖已有的数据，请用 --into 指定一个新目录`,
      en: `The folder ${into} is not empty: a restore replaces nothing, so give a new folder by --into`,
    },
    { folder: into },
  )

const versionDiffers = (found: number): Failure =>
  new Failure(
    'restore_version',
    {
      zh: `备份来自 PostgreSQL ${found}，本程序自带 ${EMBEDDED_MAJOR}：请用带有 PostgreSQL ${found} 的平台版本恢复`,
      en: `The backup is of PostgreSQL ${found}, and this program brings ${EMBEDDED_MAJOR}: restore it with a version of the platform that brings ${found}`,
    },
    { found, own: EMBEDDED_MAJOR },
  )

function notVerified(staging: string, checks: readonly Check[]): Failure {
  const broken = checks.filter(({ holds }) => !holds)
  return new Failure(
    'restore_not_verified',
    {
      zh: `恢复出的数据库未通过验证，不可使用（留在 ${staging}）：${broken.map(({ what, detail }) => `${what.zh}：${detail.zh}`).join('；')}。请换一个基础备份（--base）或更早的时刻`,
      en: `The restored database did not verify and must not be used (it is left in ${staging}): ${broken.map(({ what, detail }) => `${what.en}: ${detail.en}`).join('; ')}. Take another base (--base) or an earlier moment`,
    },
    { cluster: staging, checks: broken },
  )
}
