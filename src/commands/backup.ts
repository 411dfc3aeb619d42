import { userInfo } from 'node:os'
import { dirname, resolve } from 'node:path'
import { shellActor } from '../access/actor.ts'
import { parseWords, refusal, type Words } from '../command_line.ts'
import { BackupSection, type BackupSettings } from '../continuity/backup/api.ts'
import { type Backing, checkPages } from '../continuity/backup/base.ts'
import { checkBackup } from '../continuity/backup/check_backup.ts'
import type { Holders } from '../continuity/backup/envelope.ts'
import { folderRepository } from '../continuity/backup/folder_repository.ts'
import { listBases, readManifest, restorableFrom } from '../continuity/backup/manifest.ts'
import { backUp, planPruning, prune } from '../continuity/backup/operations.ts'
import { type Repository, repositoryMissing } from '../continuity/backup/repository.ts'
import { repositoryOf } from '../continuity/backup/settings.ts'
import { noBackup } from '../continuity/backup/target.ts'
import type { Lang } from '../kernel/failure.ts'
import { instantText } from '../kernel/instant_text.ts'
import type { App } from '../system/app.ts'
import { findConfig, readSection } from '../system/config.ts'
import { dataFolder } from '../system/paths.ts'
import { findMaster, localKey, readKeyFile } from '../system/vault/master_key.ts'
import { vaultSettings, withCommandApp } from './command_app.ts'

const OPTIONS = { flags: ['json', 'yes'], single: ['repository', 'key-file', 'lang'], many: [] }

/**
 * `fzpay backup [make] | list | verify [BASE] | prune [--yes] | pages`, each with `[--repository FOLDER] [--key-file FILE] [--json]`. `list` and `verify` need no
 * database.
 */
export async function backupCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, OPTIONS)
  const [action = 'make', operand, ...more] = words.operands
  if (more.length > 0 || (operand !== undefined && action !== 'verify')) throw usage()
  switch (action) {
    case 'make':
      return await withBacking(words, lang, app => make(app, words, lang))
    case 'list':
      return await list(repositoryFrom(words), holdersFrom(words), words, lang)
    case 'verify':
      return await verify(repositoryFrom(words), holdersFrom(words), operand, words, lang)
    case 'prune':
      return await withBacking(words, lang, app => pruneNow(app, words, lang))
    case 'pages':
      return await withCommandApp(lang, async app => {
        await checkPages(app)
        say(lang, '全部数据页的校验和相符', 'The checksums of all pages fit')
      })
    default:
      throw usage()
  }
}

const section = (): BackupSettings => readSection(findConfig(), { name: 'backup', schema: BackupSection })

/** The folder that is given, else what the configuration says. Throws Failure backup_not_configured. */
export function repositoryFrom(words: Words): Repository {
  const given = words.values.get('repository')?.[0]
  if (given !== undefined) return folderRepository(resolve(given))
  const source = findConfig()
  const found = repositoryOf(section(), source ? dirname(source.name) : process.cwd())
  if (!found) throw repositoryMissing()
  return found
}

/**
 * The master keys that may open a backup: of a file that is given, else where the platform finds its own. No database is needed. Throws Failure
 * backup_key_missing.
 */
export function holdersFrom(words: Words): Holders {
  const file = words.values.get('key-file')?.[0]
  const keys =
    file === undefined
      ? findMaster(
          {
            environment: process.env.FZPAY_MASTER_KEY,
            configured: vaultSettings().master_key,
            folder: dataFolder(),
          },
          false,
        )?.keys
      : readKeyFile(resolve(file))
  if (!keys)
    throw refusal(
      'backup_key_missing',
      `找不到主密钥${file ? ` ${file}` : ''}：备份里没有它；请用 --key-file 给出离线保管的密钥文件`,
      `The master key${file ? ` ${file}` : ''} is not there, and no backup holds it: give its offline copy by --key-file`,
    )
  return keys.map(localKey)
}

async function withBacking(words: Words, lang: Lang, work: (app: App & Backing) => Promise<void>): Promise<void> {
  const repository = repositoryFrom(words)
  await withCommandApp(lang, app => work({ ...app, repository }))
}

async function make(app: App & Backing, words: Words, lang: Lang): Promise<void> {
  const from = performance.now()
  const manifest = await backUp(app, shellActor(userInfo().username))
  const seconds = (performance.now() - from) / 1000
  const { base, bytes, storedBytes } = manifest
  if (words.flags.has('json'))
    return json({ base, bytes, stored_bytes: storedBytes, from: restorableFrom(manifest), seconds })
  say(
    lang,
    `基础备份 ${base} 已完成：${mb(bytes)} MB，压缩加密后 ${mb(storedBytes)} MB，${seconds.toFixed(1)} 秒（${mb(bytes / seconds)} MB/s），存于 ${app.repository.title}`,
    `The base backup ${base} is made: ${mb(bytes)} MB, ${mb(storedBytes)} MB compressed and sealed, ${seconds.toFixed(1)} s (${mb(bytes / seconds)} MB/s), in ${app.repository.title}`,
  )
}

type Listed = {
  readonly base: string
  readonly complete: boolean
  readonly began: string
  /** The first second it can be restored to; null: it is not complete. */
  readonly from: string | null
  readonly bytes: number | null
  readonly stored_bytes: number
}

async function list(repository: Repository, holders: Holders, words: Words, lang: Lang): Promise<void> {
  const bases: Listed[] = []
  for (const base of await listBases(repository)) {
    const manifest = base.complete ? await readManifest(repository, holders, base.name) : null
    bases.push({
      base: base.name,
      complete: base.complete,
      began: instantText(base.began),
      from: manifest && restorableFrom(manifest),
      bytes: manifest?.bytes ?? null,
      stored_bytes: base.storedBytes,
    })
  }
  if (words.flags.has('json')) return json({ repository: repository.title, bases })
  if (bases.length === 0) throw noBackup(repository.title)
  for (const base of bases)
    say(
      lang,
      `${base.complete ? '✓' : '…'} ${base.base}  ${base.from ? `可恢复到 ${base.from} 及以后` : '未完成'}  ${mb(base.stored_bytes)} MB`,
      `${base.complete ? '✓' : '…'} ${base.base}  ${base.from ? `restores to ${base.from} and later` : 'not complete'}  ${mb(base.stored_bytes)} MB`,
    )
}

async function verify(
  repository: Repository,
  holders: Holders,
  given: string | undefined,
  words: Words,
  lang: Lang,
): Promise<void> {
  const name = given ?? (await listBases(repository)).findLast(({ complete }) => complete)?.name
  if (name === undefined) throw noBackup(repository.title)
  const manifest = await readManifest(repository, holders, name)
  const { pieces, segments, until, gapAt } = await checkBackup(repository, holders, manifest)
  if (gapAt !== null) process.exitCode = 1
  if (words.flags.has('json'))
    return json({
      base: name,
      pieces,
      segments,
      from: restorableFrom(manifest),
      until: instantText(until),
      gap_at: gapAt,
    })
  say(
    lang,
    `✓ ${name}：${pieces} 块、其后 ${segments} 个 WAL 段全部可以解开，可恢复到 ${restorableFrom(manifest)} 至 ${instantText(until)} 之间任意一秒`,
    `✓ ${name}: ${pieces} pieces and the ${segments} segments of WAL after it all open; it restores to any second from ${restorableFrom(manifest)} to ${instantText(until)}`,
  )
  if (gapAt !== null)
    say(
      lang,
      `✗ 缺少 WAL 段 ${gapAt}：之后的时刻要用更新的基础备份`,
      `✗ The WAL segment ${gapAt} is missing: later moments need a newer base backup`,
    )
}

async function pruneNow(app: App & Backing, words: Words, lang: Lang): Promise<void> {
  const plan = await planPruning(app, section().keep)
  const doing = words.flags.has('yes')
  if (doing) await prune(app, plan, shellActor(userInfo().username))
  if (words.flags.has('json')) {
    const { kept, removed, walRemoved, walBytes } = plan
    return json({ done: doing, kept, removed, wal_segments: walRemoved, wal_bytes: walBytes })
  }
  for (const { base, why } of plan.kept)
    say(lang, `  保留 ${base}（${why.join('、')}）`, `  kept    ${base} (${why.join(', ')})`)
  for (const { base, storedBytes } of plan.removed)
    say(lang, `  删除 ${base}  ${mb(storedBytes)} MB`, `  removed ${base}  ${mb(storedBytes)} MB`)
  const wal = {
    zh: `WAL ${plan.walRemoved} 个对象（${mb(plan.walBytes)} MB）`,
    en: `${plan.walRemoved} objects of WAL (${mb(plan.walBytes)} MB)`,
  }
  if (doing)
    say(
      lang,
      `已删除 ${plan.removed.length} 个基础备份和 ${wal.zh}`,
      `Removed ${plan.removed.length} base backups and ${wal.en}`,
    )
  else
    say(
      lang,
      `将删除 ${plan.removed.length} 个基础备份和 ${wal.zh}；未改动任何东西，确认后加 --yes 执行`,
      `${plan.removed.length} base backups and ${wal.en} would be removed; nothing was changed, add --yes to do it`,
    )
}

const mb = (bytes: number): string => (bytes / 1e6).toFixed(1)
const json = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
const say = (lang: Lang, zh: string, en: string): void => void process.stdout.write(`${lang === 'en' ? en : zh}\n`)

const usage = () =>
  refusal(
    'usage',
    '用法：fzpay backup [make] | list | verify [备份名] | prune [--yes] | pages，可加 --repository 目录、--key-file 文件、--json',
    'usage: fzpay backup [make] | list | verify [BASE] | prune [--yes] | pages, with --repository FOLDER, --key-file FILE, --json',
  )
