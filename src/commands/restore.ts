import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseWords, refusal, type Words } from '../command_line.ts'
import { type RestoreReport, restore } from '../continuity/backup/restore.ts'
import { takeTable } from '../continuity/backup/take_table.ts'
import { parseTarget } from '../continuity/backup/target.ts'
import type { Lang } from '../kernel/failure.ts'
import { PARTS } from '../parts.ts'
import { openDatabase } from '../system/database.ts'
import { holdersFrom, repositoryFrom } from './backup.ts'
import { toTerminal } from './command_app.ts'

const OPTIONS = {
  flags: ['json', 'yes'],
  single: ['to', 'into', 'base', 'from', 'repository', 'key-file', 'lang'],
  many: [],
}

const COLUMNS = PARTS.flatMap(part => part.sealed ?? [])

/**
 * `fzpay restore [--to MOMENT] --into FOLDER [--base BASE]`: a database as it was at that second, in a folder of its own; and `fzpay restore table NAME --from FOLDER
 * [--yes]`: one table of it back into the database that goes on.
 */
export async function restoreCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, OPTIONS)
  const [action, name, ...more] = words.operands
  if (action === 'table' && name !== undefined && more.length === 0) return await tableBack(name, words, lang)
  const into = words.values.get('into')?.[0]
  if (action !== undefined || into === undefined) throw usage()
  const to = words.values.get('to')?.[0]
  const report = await restore({
    repository: repositoryFrom(words),
    holders: holdersFrom(words),
    into: resolve(into),
    target: to === undefined ? null : parseTarget(to),
    base: words.values.get('base')?.[0] ?? null,
    columns: COLUMNS,
    now: () => new Date(),
    say: toTerminal(lang),
  })
  if (words.flags.has('json')) return void process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  print(report, resolve(into), lang)
}

function print(report: RestoreReport, into: string, lang: Lang): void {
  const say = (zh: string, en: string): void => void process.stdout.write(`${lang === 'en' ? en : zh}\n`)
  const { base, target, lastCommit, segments, seconds, bytes, checks } = report
  for (const { what, holds, detail } of checks)
    say(`${holds ? '✓' : '✗'} ${what.zh}  ${detail.zh}`, `${holds ? '✓' : '✗'} ${what.en}  ${detail.en}`)
  const rate = (bytes / 1e6 / Math.max(0.1, seconds.fetch)).toFixed(0)
  say(
    `✓ 已恢复到 ${target ?? '归档的最后'}（最后一笔提交 ${lastCommit ?? '在基础备份内'}）：基础备份 ${base}，${segments} 个 WAL 段；取回 ${seconds.fetch} 秒（${rate} MB/s），重放 ${seconds.recover} 秒，验证 ${seconds.verify} 秒，共 ${seconds.all} 秒`,
    `✓ Restored to ${target ?? 'the end of the archive'} (last commit ${lastCommit ?? 'within the base backup'}): base backup ${base}, ${segments} segments of WAL; fetched in ${seconds.fetch} s (${rate} MB/s), replayed in ${seconds.recover} s, verified in ${seconds.verify} s, ${seconds.all} s in all`,
  )
  say(
    `  启用：停止平台，把主密钥文件放到 ${into}/master.key（若用配置或环境变量给出则不必），再以 FZPAY_DATA=${into} 启动`,
    `  To use it: stop the platform, put the master key's file to ${into}/master.key (unless configuration or environment give it), and start with FZPAY_DATA=${into}`,
  )
}

/** A rehearsal unless `--yes` is given. */
async function tableBack(table: string, words: Words, lang: Lang): Promise<void> {
  const from = words.values.get('from')?.[0]
  if (from === undefined) throw usage()
  const folder = resolve(from)
  if (!existsSync(join(folder, 'postgres')))
    throw refusal(
      'restore_from_unknown',
      `${folder} 中没有恢复好的数据库：请先执行 fzpay restore --to 时刻 --into ${folder}`,
      `${folder} holds no restored database: run fzpay restore --to MOMENT --into ${folder} first`,
    )
  const rehearse = !words.flags.has('yes')
  const restored = await openDatabase({ dataDir: folder, say: toTerminal(lang) })
  try {
    const live = await openDatabase({ say: toTerminal(lang) })
    try {
      const taken = await takeTable(restored, live, table, rehearse)
      if (words.flags.has('json'))
        return void process.stdout.write(`${JSON.stringify({ ...taken, done: !rehearse }, null, 2)}\n`)
      const zh = `表 ${table}：${taken.made ? '已重建，' : ''}恢复库中 ${taken.rows} 行，补回 ${taken.added} 行，其余 ${taken.rows - taken.added} 行本来就在`
      const en = `${table}: ${taken.made ? 'made anew, ' : ''}${taken.rows} rows in the restored database, ${taken.added} added, ${taken.rows - taken.added} were there`
      process.stdout.write(
        `${lang === 'en' ? en : zh}${rehearse ? (lang === 'en' ? ' (rehearsal, nothing was changed; add --yes to do it)' : '（预演，未改动；加 --yes 执行）') : ''}\n`,
      )
    } finally {
      await live.close()
    }
  } finally {
    await restored.close()
  }
}

const usage = () =>
  refusal(
    'usage',
    "用法：fzpay restore [--to '2026-11-26 14:02:00'] --into 目录 [--base 备份名]，或 fzpay restore table 表名 --from 目录 [--yes]；可加 --repository 目录、--key-file 文件、--json",
    "usage: fzpay restore [--to '2026-11-26 14:02:00'] --into FOLDER [--base BASE], or fzpay restore table NAME --from FOLDER [--yes]; with --repository FOLDER, --key-file FILE, --json",
  )
