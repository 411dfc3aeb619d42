import { randomBytes, randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { shellActor } from '../access/actor.ts'
import { parseWords, refusal, type Words } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import { PARTS } from '../parts.ts'
import type { App } from '../system/app.ts'
import { carryPayers } from '../system/vault/carry_payers.ts'
import { type ColumnCheck, checkColumn } from '../system/vault/check.ts'
import { localKey, MASTER_KEY_BYTES, makeKeyFile, readKeyFile, replaceKeyFile } from '../system/vault/master_key.ts'
import { masterOf } from '../system/vault/open_vault.ts'
import { BLIND_KINDS, type BlindKind, PURPOSES, type Purpose } from '../system/vault/purposes.ts'
import { reseal, unfinished } from '../system/vault/reseal.ts'
import type { VaultView } from '../vault/api.ts'
import { readVault, rewrapKeys, rotateKeys } from '../vault/operations.ts'
import { toTerminal, vaultSettings, withCommandApp } from './command_app.ts'

const OPTIONS = { flags: ['json'], single: ['new-key-file', 'lang'], repeated: ['purpose', 'blind'], many: [] }

const COLUMNS = PARTS.flatMap(part => part.sealed ?? [])

/**
 * `fzpay vault status | check | rotate [--purpose NAME] [--blind KIND] | reseal | rewrap --new-key-file FILE | new-key FILE`. `check` ends with 1 when
 * anything cannot be opened.
 */
export async function vaultCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, OPTIONS)
  const [action, operand, ...more] = words.operands
  if (more.length > 0 || (operand !== undefined) !== (action === 'new-key')) throw usage()
  switch (action) {
    case 'new-key':
      return newKey(operand as string, lang)
    case 'status':
      return await withCommandApp(lang, app => status(app, words, lang))
    case 'check':
      return await withCommandApp(lang, app => check(app, words, lang))
    case 'rotate':
      return await withCommandApp(lang, app => rotate(app, words, lang))
    case 'reseal':
      return await withCommandApp(lang, app => resealNow(app, lang))
    case 'rewrap':
      return await withCommandApp(lang, app => rewrap(app, words.values.get('new-key-file')?.[0], lang))
    default:
      throw usage()
  }
}

function newKey(path: string, lang: Lang): void {
  if (!makeKeyFile(path))
    throw refusal(
      'file_exists',
      `${path} 已存在，未改动：请换一个文件名`,
      `${path} exists and was left as it is: choose another name`,
    )
  say(
    lang,
    `主密钥已写入 ${path}（权限 0600）：请离线备份，与数据库备份分开存放；丢失后所有加密数据都无法读取`,
    `The master key is in ${path} (mode 0600): keep a copy offline, apart from the database's backups; without it nothing sealed can be read`,
  )
}

async function status(app: App, words: Words, lang: Lang): Promise<void> {
  const view = await readVault(app, COLUMNS)
  if (words.flags.has('json')) return void process.stdout.write(`${JSON.stringify(view, null, 2)}\n`)
  say(lang, `主密钥 ${view.master}`, `master key ${view.master}`)
  const states = lang === 'en' ? STATES_EN : STATES_ZH
  for (const key of view.keys)
    process.stdout.write(
      `  ${String(key.key).padStart(5)}  ${key.use.padEnd(5)}  ${key.purpose.padEnd(11)} ${states[key.state]}  ${key.active_from}  ${key.seals.toLocaleString('en')}\n`,
    )
  for (const work of view.work)
    say(
      lang,
      `  ${work.column}  已处理 ${work.rows_done} 行${work.rows_failed > 0 ? `，${work.rows_failed} 行无法解开` : ''}，${work.finished_at ? '完成' : '进行中'}`,
      `  ${work.column}  ${work.rows_done} rows${work.rows_failed > 0 ? `, ${work.rows_failed} cannot be opened` : ''}, ${work.finished_at ? 'done' : 'under way'}`,
    )
}

type State = VaultView['keys'][number]['state']
const STATES_ZH: Readonly<Record<State, string>> = {
  next: '待启用',
  current: '使用中',
  old: '旧  ',
  destroyed: '已销毁',
}
const STATES_EN: Readonly<Record<State, string>> = {
  next: 'next     ',
  current: 'current  ',
  old: 'old      ',
  destroyed: 'destroyed',
}

async function check(app: App, words: Words, lang: Lang): Promise<void> {
  const checks: ColumnCheck[] = []
  for (const column of COLUMNS) checks.push(await checkColumn(app.db.pool, app.vault, column))
  const failed = checks.reduce((sum, one) => sum + one.failed, 0)
  const plain = checks.reduce((sum, one) => sum + one.plain, 0)
  if (failed > 0) process.exitCode = 1
  if (words.flags.has('json'))
    return void process.stdout.write(`${JSON.stringify({ ok: failed === 0, columns: checks }, null, 2)}\n`)
  for (const one of checks) {
    say(
      lang,
      `${one.failed > 0 ? '✗' : '✓'} ${one.target}  ${one.rows} 行${one.plain > 0 ? `，其中 ${one.plain} 行尚未加密` : ''}${one.failed > 0 ? `，${one.failed} 行无法解开` : ''}`,
      `${one.failed > 0 ? '✗' : '✓'} ${one.target}  ${one.rows} rows${one.plain > 0 ? `, ${one.plain} not sealed yet` : ''}${one.failed > 0 ? `, ${one.failed} cannot be opened` : ''}`,
    )
    for (const { row, reason } of one.failures) process.stdout.write(`    ${row}  ${reason}\n`)
  }
  if (failed > 0)
    say(
      lang,
      `共 ${failed} 行无法解开：请从备份恢复这些行；主密钥本身正确（${app.vault.master}）`,
      `${failed} rows cannot be opened: restore them from a backup; the master key itself is the right one (${app.vault.master})`,
    )
  else if (plain > 0)
    say(
      lang,
      `全部密文可以解开；${plain} 行仍是明文，平台运行时会在后台加密，或执行 fzpay vault reseal`,
      `All that is sealed opens; ${plain} rows are in plain text still: the running platform seals them in the background, or run fzpay vault reseal`,
    )
  else say(lang, '全部密文可以解开', 'All that is sealed opens')
}

async function rotate(app: App, words: Words, lang: Lang): Promise<void> {
  const answer = await rotateKeys(
    app,
    shellActor(userInfo().username),
    {
      id: randomUUID(),
      ...(words.values.has('purpose') ? { purposes: known(words.values.get('purpose'), PURPOSES) as Purpose[] } : {}),
      blind: known(words.values.get('blind'), BLIND_KINDS) as BlindKind[],
    },
    COLUMNS,
  )
  say(
    lang,
    `新密钥将于 ${answer.active_from} 启用：${answer.rotated.join('、')}；已有数据由运行中的平台在后台逐批换用新密钥，进度见 fzpay vault status`,
    `New keys are used from ${answer.active_from} on: ${answer.rotated.join(', ')}; the running platform brings what is there under them in the background, see fzpay vault status`,
  )
}

function known(given: readonly string[] | undefined, all: readonly string[]): string[] {
  for (const name of given ?? [])
    if (!all.includes(name))
      throw refusal(
        'option_value',
        `不认识 ${name}：应为 ${all.join('、')}`,
        `${name} is not known: one of ${all.join(', ')} is expected`,
      )
  return [...(given ?? [])]
}

async function resealNow(app: App, lang: Lang): Promise<void> {
  await carryPayers(app)
  const rows = await reseal(app, await unfinished(app, COLUMNS))
  say(lang, `已用当前密钥重新加密 ${rows} 行`, `${rows} rows were brought under the current keys`)
}

/**
 * The new key is in its file before the database is wrapped with it, and the old one stays until it is: whenever this is cut off, the key that fits
 * is there.
 */
async function rewrap(app: App, path: string | undefined, lang: Lang): Promise<void> {
  const { found } = await masterOf({ db: app.db, settings: vaultSettings(), say: toTerminal(lang) })
  if (path === undefined && found.path === undefined) throw usage()
  const file = path ?? (found.path as string)
  const own = file === found.path
  if (!own) makeKeyFile(file)
  const next = own ? randomBytes(MASTER_KEY_BYTES) : readKeyFile(file)?.[0]
  if (!next) throw usage()
  if (own) replaceKeyFile(file, [next, ...found.keys])
  const holder = localKey(next)
  const count = await rewrapKeys(app, shellActor(userInfo().username), holder)
  if (own) replaceKeyFile(file, [next])
  say(
    lang,
    `${count} 个数据密钥已改由主密钥 ${holder.id} 包裹（${file}）。请离线备份新密钥；${own ? '运行中的进程会自行改用新密钥' : '把配置 vault.master_key_file 改为新密钥，运行中的进程半分钟内自行改用；用 FZPAY_MASTER_KEY 的改好后重启各进程'}；旧备份仍需旧主密钥`,
    `${count} data keys are wrapped with the master key ${holder.id} now (${file}). Keep a copy of it offline; ${own ? 'Running processes take it up by themselves' : 'Name it in vault.master_key_file, which running processes take up within half a minute; or in FZPAY_MASTER_KEY, and start all processes anew'}; older backups still need the old master key`,
  )
}

const say = (lang: Lang, zh: string, en: string): void => void process.stdout.write(`${lang === 'en' ? en : zh}\n`)

const usage = () =>
  refusal(
    'usage',
    '用法：fzpay vault status | check | rotate [--purpose 数据] [--blind 索引] | reseal | rewrap [--new-key-file 文件] | new-key 文件',
    'usage: fzpay vault status | check | rotate [--purpose NAME] [--blind KIND] | reseal | rewrap [--new-key-file FILE] | new-key FILE',
  )
