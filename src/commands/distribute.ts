import { parseWords, refusal, type Words } from '../command_line.ts'
import {
  type Check,
  checkDistribution,
  checkOnCluster,
  type Distributed,
  distribute,
  mustBeAccepted,
  type Outcome,
  refusedOf,
  requireCitus,
} from '../distribution/operations.ts'
import type { Place } from '../distribution/places.ts'
import type { Verdict } from '../distribution/reach.ts'
import type { Lang } from '../kernel/failure.ts'
import type { Database } from '../system/database.ts'
import { toTerminal, withDatabase } from './command_app.ts'

/**
 * `fzpay distribute [--check] [--json]`: puts the hot tables onto a Citus cluster, whose coordinator DATABASE_URL names, and asks the cluster for its
 * plans of the hot statements. `--check` needs no Citus and distributes nothing. Exit status 2 where something stands against it: a table that
 * cannot be placed, or a hot statement that the cluster would refuse.
 */
export async function distributeCommand(
  args: readonly string[],
  lang: Lang,
  write: Write = text => void process.stdout.write(text),
): Promise<void> {
  const words = parseWords(args, { flags: ['check', 'json'], single: ['lang'], many: [] })
  const [operand] = words.operands
  if (operand !== undefined) throw refusal('operand', `多余的参数 ${operand}`, `unexpected ${operand}`)
  const asked = words.flags.has('check')
  await withDatabase(lang, async db => {
    if (!asked) requireCitus(db)
    const check = await checkDistribution(db)
    if (asked) tellCheck(check, words, lang, write)
    else await distributeNow(db, check, words, lang, write)
  })
}

type Write = (text: string) => void

function tellCheck(check: Check, words: Words, lang: Lang, write: Write): void {
  write(words.flags.has('json') ? json(check) : checkText(check, lang))
  const against = check.objections.length + refusedOf(check).length
  if (against > 0)
    throw refusal(
      'distribution_not_ready',
      `有 ${against} 处阻碍分布到 Citus，见上`,
      `${against} things stand against distributing to Citus, see above`,
    )
}

async function distributeNow(db: Database, check: Check, words: Words, lang: Lang, write: Write): Promise<void> {
  mustBeAccepted(check)
  const tables = await distribute(db, toTerminal(lang))
  const statements = await checkOnCluster(db, check.statements)
  write(words.flags.has('json') ? json({ tables, statements }) : doneText(tables, statements, lang))
  const wrong = statements.filter(({ holds }) => !holds)
  if (wrong.length > 0)
    throw refusal(
      'statements_not_as_expected',
      `表已分布，但有 ${wrong.length} 条热点语句的执行计划与预期不符，见上`,
      `the tables are distributed, but the plans of ${wrong.length} hot statements are not as expected, see above`,
    )
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const PLACES: Readonly<Record<Place, { readonly zh: string; readonly en: string }>> = {
  distributed: { zh: '按 order_no 分布', en: 'Distributed by order_no' },
  reference: { zh: '参考表', en: 'Reference tables' },
  coordinator: { zh: '留在协调节点', en: 'Kept on the coordinator' },
}

const VERDICTS: Readonly<Record<Verdict, { readonly zh: string; readonly en: string }>> = {
  router: { zh: '一个缴费单，一个分片', en: 'One order, one shard' },
  pushed_down: { zh: '一批缴费单，各分片并行', en: 'A set of orders, on the shards at once' },
  every_shard: { zh: '问遍所有分片', en: 'Asks every shard' },
  coordinator: { zh: '只涉及协调节点', en: 'On the coordinator alone' },
  refused: { zh: 'Citus 会拒绝', en: 'Citus would refuse' },
}

function checkText({ places, objections, statements }: Check, lang: Lang): string {
  const lines: string[] = []
  for (const place of ['distributed', 'reference', 'coordinator'] as const) {
    lines.push(`${PLACES[place][lang]}:`)
    const there = places.filter(placed => placed.place === place)
    const reasons = new Map<string, string[]>()
    for (const { table, why } of there) reasons.set(why[lang], [...(reasons.get(why[lang]) ?? []), table])
    for (const [why, tables] of reasons) lines.push(`  ${tables.join(' ')}`, `    ${why}`)
  }
  for (const verdict of ['router', 'pushed_down', 'coordinator', 'every_shard', 'refused'] as const) {
    const found = statements.filter(statement => statement.verdict === verdict)
    if (found.length === 0) continue
    lines.push(`${VERDICTS[verdict][lang]}: ${found.length}`)
    for (const { name, doing, exception } of found)
      lines.push(`  ${name} (${doing})`, ...(exception ? [`    ${exception[lang]}`] : []))
  }
  lines.push(...objections.map(found => `✗ ${found[lang]}`))
  return `${lines.join('\n')}\n`
}

function doneText(tables: readonly Distributed[], statements: readonly Outcome[], lang: Lang): string {
  const fresh = tables.filter(table => table.fresh).length
  const told = statements.map(({ name, expected, tasks, refused, holds }) => {
    const found =
      refused ?? (lang === 'zh' ? `任务数 ${tasks.join('、') || '无'}` : `tasks ${tasks.join(', ') || 'none'}`)
    return `${holds ? '✓' : '✗'} ${name}: ${VERDICTS[expected][lang]} | ${found}`
  })
  const heading =
    lang === 'zh'
      ? `${tables.length} 张表在集群中，其中本次新建 ${fresh} 张；热点语句在集群上的计划：`
      : `${tables.length} tables are on the cluster, ${fresh} of them new; plans of the hot statements there:`
  return `${[heading, ...told].join('\n')}\n`
}
