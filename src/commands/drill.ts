import { existsSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { shellActor } from '../access/actor.ts'
import { parseWords, refusal, type Words } from '../command_line.ts'
import {
  DRILL_NAMES,
  type Drill,
  type DrillName,
  type DrillReport,
  reasonsOf,
  reportText,
} from '../continuity/drill.ts'
import { keepDrill } from '../continuity/operations.ts'
import type { Lang } from '../kernel/failure.ts'
import { newId } from '../system/ids.ts'
import { dataFolder } from '../system/paths.ts'
import { toTerminal, withDatabase } from './command_app.ts'

/** Each drill is loaded only when it is asked for. */
const DRILLS: Readonly<Partial<Record<DrillName, () => Promise<Drill>>>> = {
  failover: async () => (await import('../continuity/replication/failover.ts')).failoverDrill,
  restore: async () => (await import('../continuity/backup/restore_drill.ts')).restoreDrill(await sealedColumns()),
  'human-error': async () =>
    (await import('../continuity/backup/human_error_drill.ts')).humanErrorDrill(await sealedColumns()),
  remote: async () => (await import('../continuity/replication/remote.ts')).remoteDrill,
}

/** Of all parts: every sealed value of a restored database is opened. */
const sealedColumns = async () => (await import('../parts.ts')).PARTS.flatMap(part => part.sealed ?? [])

const OPTIONS = {
  flags: ['json', 'keep', 'no-record'],
  single: ['damage', 'rate', 'seconds', 'seed', 'folder', 'out', 'lang'],
  many: [],
}

/**
 * `fzpay drill NAME [--damage D] [--rate N] [--seconds N] [--seed N] [--folder F] [--keep] [--no-record] [--json] [--out FILE]`: damages on
 * purpose databases of its own in a folder of its own, never the product's, and prints what came of it. The report is kept in the
 * product's database, for its operator. Ends with 1 when the drill failed.
 */
export async function drillCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, OPTIONS)
  const drill = await drillNamed(words.operands)
  const folder = scratchFolder(words.values.get('folder')?.[0])
  const beganAt = new Date()
  let report: DrillReport
  try {
    const findings = await drill.run({
      folder,
      damage: damageOf(words, drill),
      rate: numberOf(words, 'rate', drill.usual.rate, 1, 100_000),
      seconds: numberOf(words, 'seconds', drill.usual.seconds, 1, 86_400),
      seed: numberOf(words, 'seed', 1, 0, 999_999_999),
      tell: toTerminal(lang),
    })
    const reasons = reasonsOf(findings)
    report = {
      ...findings,
      id: newId(),
      name: drill.name,
      damage: damageOf(words, drill),
      beganAt: beganAt.toISOString(),
      endedAt: new Date().toISOString(),
      outcome: reasons.length === 0 ? 'passed' : 'failed',
      reasons,
    }
  } finally {
    if (!words.flags.has('keep')) removeScratch(folder)
  }
  print(report, words, lang)
  if (report.outcome === 'failed') process.exitCode = 1
  if (words.flags.has('no-record')) return
  const actor = shellActor(userInfo().username)
  await withDatabase(lang, db => keepDrill({ db, now: () => new Date() }, actor, report))
}

function print(report: DrillReport, words: Words, lang: Lang): void {
  const text = words.flags.has('json') ? `${JSON.stringify(report, null, 2)}\n` : reportText(report, lang)
  const out = words.values.get('out')?.[0]
  if (out !== undefined) writeFileSync(out, text)
  process.stdout.write(text)
}

async function drillNamed([name, ...more]: readonly string[]): Promise<Drill> {
  const load = more.length === 0 ? DRILLS[name as DrillName] : undefined
  if (load) return await load()
  const known = DRILL_NAMES.filter(each => DRILLS[each]).join(' | ')
  throw refusal('usage', `用法：fzpay drill ${known} [选项]`, `usage: fzpay drill ${known} [options]`)
}

function damageOf(words: Words, { damages }: Drill): string {
  const damage = words.values.get('damage')?.[0] ?? (damages[0] as string)
  if (damages.includes(damage)) return damage
  throw refusal(
    'option_value',
    `--damage ${damage} 无效：应为 ${damages.join('、')}`,
    `--damage ${damage} is not valid: ${damages.join(', ')} are known`,
  )
}

function numberOf(words: Words, name: string, usual: number, least: number, most: number): number {
  const text = words.values.get(name)?.[0]
  if (text === undefined) return usual
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw refusal(
    'option_value',
    `--${name} ${text} 无效：应为 ${least}–${most} 的整数`,
    `--${name} ${text} is not valid: a whole number from ${least} to ${most} is expected`,
  )
}

/** Whatever lies there is damaged and deleted, so only a folder that is empty or new is taken. */
function scratchFolder(given: string | undefined): string {
  if (given === undefined) return join(dataFolder(), `drill-${process.pid}`)
  const folder = resolve(given)
  if (!existsSync(folder) || readdirSync(folder).length === 0) return folder
  throw refusal(
    'drill_folder_used',
    `目录 ${folder} 不是空的：演练会破坏并删除其中的数据，请换一个空目录`,
    `the folder ${folder} is not empty: a drill damages and deletes what lies there, so give it an empty one`,
  )
}

/** With the folders that root's clusters were linked away to. */
function removeScratch(folder: string): void {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink() || entry.name !== 'postgres') continue
    const link = join(entry.parentPath, entry.name)
    if (existsSync(link)) rmSync(dirname(realpathSync(link)), { recursive: true, force: true, maxRetries: 3 })
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
