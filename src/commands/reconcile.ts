import { once } from 'node:events'
import { createWriteStream, existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { parseWords, refusal, type Words } from '../command_line.ts'
import { Failure, type Lang } from '../kernel/failure.ts'
import { givenFiles } from '../reconciliation/input_files.ts'
import { jsonPieces } from '../reconciliation/json.ts'
import { LoadingThreads } from '../reconciliation/load_books.ts'
import { type OpenReconciliation, reconcileFiles } from '../reconciliation/reconcile.ts'
import { DEFAULT_RULES, type Rules } from '../rules/rules.ts'
import { newestTemplates } from '../statements/template_store.ts'
import { openDatabase } from '../system/database.ts'
import { migrate } from '../system/migrate.ts'
import { wholeFile } from '../system/whole_file.ts'
import { progressBar } from './progress.ts'
import { READING_OPTIONS, readingOptions } from './reading_options.ts'

const OPTIONS = {
  flags: ['json', 'summary', 'timings'],
  single: ['rules', 'out', 'report', 'lang', 'channel', ...READING_OPTIONS.single],
  repeated: READING_OPTIONS.repeated,
  many: ['payments', 'statement'],
}

/** `fzpay reconcile`: two files (or more), one proven answer. */
export async function reconcileCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, OPTIONS)
  const asked = await request(words)
  const say = (note: { readonly zh: string; readonly en: string }) =>
    void process.stderr.write(`fzpay: ${note[lang]}\n`)
  const threads = LoadingThreads.for(givenFiles([...asked.payments, ...asked.statements]))
  const db = await openDatabase({ say }).catch(async error => {
    await threads?.close()
    throw error
  })
  try {
    await migrate(db.pool)
    const progress = progressBar(process.stderr, lang)
    const templates = await newestTemplates(db.pool)
    const result = await reconcileFiles(db, {
      ...asked,
      reading: { ...asked.reading, templates },
      threads,
      say: note => progress.above(() => say(note)),
      onProgress: progress.to,
    }).finally(progress.end)
    try {
      await deliver(result, words, lang)
      if (words.flags.has('timings')) process.stderr.write(timingsText(result))
    } finally {
      await result.close()
    }
  } finally {
    await threads?.close()
    await db.close()
  }
}

async function request(words: Words) {
  const [operand] = words.operands
  if (operand !== undefined)
    throw refusal(
      'operand',
      `多余的参数 ${operand}：文件请写在 --payments 或 --statement 后面`,
      `unexpected ${operand}: files go behind --payments or --statement`,
    )
  const payments = words.values.get('payments') ?? []
  const statements = words.values.get('statement') ?? []
  if (payments.length === 0)
    throw refusal(
      'payments_missing',
      '缺少 --payments FILE：平台支付记录',
      '--payments FILE is missing: the platform’s own records',
    )
  if (statements.length === 0)
    throw refusal(
      'statement_missing',
      '缺少 --statement FILE：渠道对账单',
      '--statement FILE is missing: the channel’s statement',
    )
  const lang = one(words, 'lang')
  if (lang !== undefined && lang !== 'zh' && lang !== 'en')
    throw refusal('lang', '--lang 只能是 zh 或 en', '--lang is zh or en')
  for (const name of ['out', 'report'] as const) checkTarget(name, one(words, name))
  return {
    payments,
    statements,
    rules: await rulesOf(one(words, 'rules')),
    channel: one(words, 'channel'),
    reading: readingOptions(words),
    digest: words.values.has('report'),
  }
}

const one = (words: Words, name: string): string | undefined => words.values.get(name)?.[0]

/** Known before minutes of work, not after them. */
function checkTarget(option: string, path: string | undefined): void {
  if (path === undefined) return
  const folder = dirname(resolve(path))
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw refusal(
      'target_folder',
      `--${option} ${path}：目录 ${folder} 不存在`,
      `--${option} ${path}: there is no folder ${folder}`,
    )
  if (existsSync(path) && statSync(path).isDirectory())
    throw refusal('target_folder', `--${option} ${path} 是目录`, `--${option} ${path} is a folder`)
}

async function rulesOf(path: string | undefined): Promise<Rules> {
  return path === undefined ? DEFAULT_RULES : (await import('./rules_file.ts')).readRulesFile(path)
}

/** Milliseconds of each step, and the most memory this process held, workers included. */
const timingsText = (result: OpenReconciliation): string => {
  const steps = Object.entries(result.timings).map(([step, took]) => [step, Math.round(took)])
  return `${JSON.stringify({ ...Object.fromEntries(steps), peak_mb: peakMb() })}\n`
}

/** Linux tells the peak since this program began; the portable figure includes what the parent was when it forked. */
function peakMb(): number {
  try {
    return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024)
  } catch {
    return Math.round(process.resourceUsage().maxRSS / 1024)
  }
}

async function deliver(result: OpenReconciliation, words: Words, lang: Lang): Promise<void> {
  const json = () => jsonPieces(result, { lang, matches: !words.flags.has('summary') })
  const out = one(words, 'out')
  if (out !== undefined) await writeWhole(out, json())
  const report = one(words, 'report')
  if (report !== undefined) {
    const { writeReconciliationXlsx } = await import('../reports/xlsx.ts')
    await writeReconciliationXlsx(result, report, { lang })
  }
  if (words.flags.has('json')) await writeAll(process.stdout, json())
  else await writeAll(process.stdout, readable(result, lang))
}

/** Counting the flags reads all matches; of a million that takes longer than a reader of the summary would wait. */
const FLAGS_COUNTED = 100_000

async function* readable(result: OpenReconciliation, lang: Lang): AsyncGenerator<string> {
  const { renderReconciliation, tallyFlags } = await import('../reports/text.ts')
  const flags = result.summary.matched.groups <= FLAGS_COUNTED ? await tallyFlags(result) : undefined
  const color = process.stdout.isTTY && process.env.NO_COLOR === undefined
  const text = renderReconciliation(result, lang, { color, ...(flags ? { flags } : {}) })
  yield text.endsWith('\n') ? text : `${text}\n`
}

async function writeAll(to: Writable, pieces: AsyncIterable<string>): Promise<void> {
  let broken: Error | undefined
  const onError = (error: Error) => {
    broken = error
  }
  to.on('error', onError)
  try {
    for await (const piece of pieces) {
      if (broken) throw broken
      if (!to.write(piece)) await once(to, 'drain')
    }
    if (broken) throw broken
  } finally {
    to.off('error', onError)
  }
}

/** The file is the whole answer, or it is what it was before. */
async function writeWhole(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const whole = wholeFile(path)
  try {
    const file = createWriteStream(whole.draft)
    await once(file, 'open')
    await writeAll(file, pieces)
    file.end()
    await once(file, 'close')
    await whole.finish()
  } catch (error) {
    await whole.abandon()
    if (error instanceof Failure) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw refusal('out_unwritable', `无法写入“${path}”（${code}）`, `"${path}" cannot be written (${code})`)
  }
}
