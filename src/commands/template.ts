import { userInfo } from 'node:os'
import { shellActor } from '../access/actor.ts'
import { parseWords, refusal, type Words } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import { confirmTemplate, readTemplate } from '../statements/confirm_template.ts'
import { newestTemplates } from '../statements/template_store.ts'
import type { Template } from '../statements/templates.ts'
import { type Database, openDatabase } from '../system/database.ts'
import { migrate } from '../system/migrate.ts'
import { READING_OPTIONS, readingOptions } from './reading_options.ts'

const OPTIONS = {
  flags: ['json'],
  single: ['name', 'by', 'lang', ...READING_OPTIONS.single],
  repeated: READING_OPTIONS.repeated,
  many: [],
}

const ACTIONS: Readonly<Record<string, (db: Database, words: Words, lang: Lang) => Promise<string>>> = {
  list,
  show,
  confirm,
}

/** `fzpay template`: layouts of statements that a person has confirmed, and that are read without a question since. */
export async function templateCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, OPTIONS)
  const action = ACTIONS[words.operands[0] ?? '']
  if (!action)
    throw refusal(
      'template_action',
      '用法：fzpay template list | confirm FILE --name NAME --column 列名=含义… | show NAME',
      'usage: fzpay template list | confirm FILE --name NAME --column HEADER=FIELD… | show NAME',
    )
  const db = await openDatabase({ say: note => void process.stderr.write(`fzpay: ${note[lang]}\n`) })
  try {
    await migrate(db.pool)
    process.stdout.write(await action(db, words, lang))
  } finally {
    await db.close()
  }
}

async function list(db: Database, words: Words, lang: Lang): Promise<string> {
  const templates = await newestTemplates(db.pool)
  if (words.flags.has('json')) return `${JSON.stringify(templates.map(documentOf), null, 2)}\n`
  if (templates.length === 0) return lang === 'zh' ? '还没有确认过的模板\n' : 'no template has been confirmed yet\n'
  return templates.map(template => `${title(template, lang)}\n`).join('')
}

async function show(db: Database, words: Words, lang: Lang): Promise<string> {
  const versions = await readTemplate(db, operand(words, 1))
  if (words.flags.has('json')) return `${JSON.stringify(versions.map(documentOf), null, 2)}\n`
  return versions
    .map(template => {
      const columns = Object.entries(template.mapping).map(([column, field]) => `  ${column} → ${field ?? '-'}\n`)
      return `${title(template, lang)}\n${columns.join('')}`
    })
    .join('\n')
}

async function confirm(db: Database, words: Words, lang: Lang): Promise<string> {
  const name = words.values.get('name')?.[0]?.trim()
  if (!name) throw refusal('name_missing', '请用 --name 给模板起名', 'give the template a name with --name')
  const { template, repeated, records } = await confirmTemplate(db, {
    ...readingOptions(words),
    path: operand(words, 1),
    name,
    by: words.values.get('by')?.[0] ?? userInfo().username,
    who: shellActor(userInfo().username),
    at: new Date(),
  })
  if (words.flags.has('json')) return `${JSON.stringify({ ...documentOf(template), repeated, records }, null, 2)}\n`
  const kept = repeated
    ? { zh: '与已有的一致，未新增版本', en: 'it is the one already kept; no new version' }
    : { zh: '已保存', en: 'kept' }
  return `${title(template, lang)}\n${kept[lang]}${lang === 'zh' ? `（按它读出 ${records} 条记录）` : ` (${records} records read by it)`}\n`
}

function operand(words: Words, at: number): string {
  const word = words.operands[at]
  if (word !== undefined) return word
  const what = { list: '', show: 'NAME', confirm: 'FILE' }[words.operands[0] as 'show'] ?? ''
  throw refusal('operand', `缺少 ${what}`, `${what} is missing`)
}

const title = ({ name, version, columns, confirmedBy, confirmedAt }: Template, lang: Lang): string =>
  lang === 'zh'
    ? `${name}  第 ${version} 版  ${columns.length} 列  ${confirmedBy} 于 ${confirmedAt.toISOString()} 确认`
    : `${name}  version ${version}  ${columns.length} columns  confirmed by ${confirmedBy} at ${confirmedAt.toISOString()}`

const documentOf = (template: Template) => ({
  name: template.name,
  version: template.version,
  dialect: template.dialect,
  columns: template.columns,
  mapping: template.mapping,
  date_order: template.dateOrder,
  currency: template.currency,
  confirmed_by: template.confirmedBy,
  confirmed_at: template.confirmedAt.toISOString(),
})
