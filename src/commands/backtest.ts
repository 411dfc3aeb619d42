import { parseWords, refusal } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import { replayCases } from '../reconciliation/gate/case_replay.ts'
import type { GateResult } from '../reconciliation/gate/gate.ts'
import { factsOfResult, nextOpenDay } from '../reconciliation/gate/operations.ts'
import { replay } from '../reconciliation/gate/replay.ts'
import { comparisonView } from '../reconciliation/gate/views.ts'
import { rulesOn } from '../rules/store.ts'
import { withDatabase } from './command_app.ts'
import { progressBar } from './progress.ts'
import { readRulesFile } from './rules_file.ts'

const EXAMPLES = 5

/** `fzpay backtest --rules FILE [--days N] [--json]`: what these rules would have changed on the last closed days. Stores nothing. */
export async function backtestCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, { flags: ['json'], single: ['rules', 'days', 'lang'], many: [] })
  const [operand] = words.operands
  if (operand !== undefined) throw refusal('operand', `多余的参数 ${operand}`, `unexpected ${operand}`)
  const path = words.values.get('rules')?.[0]
  if (path === undefined)
    throw refusal(
      'rules_missing',
      '缺少 --rules FILE：要检验的规则文件',
      '--rules FILE is missing: the rules to be tried',
    )
  const days = Number(words.values.get('days')?.[0] ?? 30)
  if (!Number.isInteger(days) || days < 1 || days > 400)
    throw refusal('days', '--days 应为 1 至 400 的整数', '--days is a whole number from 1 to 400')
  const after = readRulesFile(path)
  await withDatabase(lang, async db => {
    const before = await rulesOn(db.pool, await nextOpenDay({ db, now: () => new Date() }))
    const progress = progressBar(process.stderr, lang)
    const replayed = await replay(db, {
      before: before.rules,
      after,
      days,
      onProgress: (done, total) => progress.to(total === 0 ? 1 : done / total),
    }).finally(progress.end)
    const result = { ...replayed, cases: replayCases(before.rules, after) }
    if (words.flags.has('json'))
      process.stdout.write(`${JSON.stringify({ against: before.version, ...comparisonView(result) }, null, 2)}\n`)
    else process.stdout.write(textOf(result, before.version, lang))
  })
}

function textOf(result: GateResult, against: number, lang: Lang): string {
  const facts = factsOfResult(result).map(fact => `${fact[lang]}: ${fact.value}`)
  const { changes } = comparisonView(result)
  const examples = changes.flatMap(({ change, examples: shown }) =>
    shown
      .slice(0, EXAMPLES)
      .map(
        ({ day, name, amount, currency, before, after }) =>
          `  ${change}  ${day}  ${name}  ${amount} ${currency}  ${before} → ${after}`,
      ),
  )
  const cases = result.cases.changes.map(
    ({ name, row, before, after }) => `  ${name[lang]}  ${row}  ${before} → ${after}`,
  )
  const heading = lang === 'zh' ? `与现行版本 ${against} 比较` : `Compared with version ${against}, which is in force`
  return `${[heading, ...facts, ...examples, ...cases].join('\n')}\n`
}
