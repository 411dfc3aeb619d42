import { parseWords, refusal } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import { inspectStatement, renderInspection } from '../statements/inspect.ts'
import { languageModelOf } from '../statements/language_model.ts'
import type { Template } from '../statements/templates.ts'
import { READING_OPTIONS, readingOptions } from './reading_options.ts'

const OPTIONS = {
  flags: ['json', 'templates'],
  single: [...READING_OPTIONS.single, 'lang'],
  repeated: READING_OPTIONS.repeated,
  many: [],
}

/** `fzpay inspect`: can this statement be booked, and what is in it? Books nothing and needs no database. */
export async function inspectCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, OPTIONS)
  const { flags, operands } = words
  const [path, extra] = operands
  if (path === undefined)
    throw refusal(
      'file_missing',
      '请给出要预检的对账单：fzpay inspect FILE',
      'name the statement to inspect: fzpay inspect FILE',
    )
  if (extra !== undefined)
    throw refusal('operand', `一次只预检一个文件，多余的参数 ${extra}`, `one file at a time; unexpected ${extra}`)
  const templates = flags.has('templates') ? await knownTemplates(lang) : []
  const document = await inspectStatement(path, {
    ...readingOptions(words),
    templates,
    lang,
    languageModel: languageModelOf(process.env),
  })
  process.stdout.write(
    flags.has('json') ? `${JSON.stringify(document, null, 2)}\n` : `${renderInspection(document, lang).trimEnd()}\n`,
  )
}

/** Only when asked for: an inspection is quick, and needs no database. */
async function knownTemplates(lang: Lang): Promise<readonly Template[]> {
  const { openDatabase } = await import('../system/database.ts')
  const { migrate } = await import('../system/migrate.ts')
  const { newestTemplates } = await import('../statements/template_store.ts')
  const db = await openDatabase({ say: note => void process.stderr.write(`fzpay: ${note[lang]}\n`) })
  try {
    await migrate(db.pool)
    return await newestTemplates(db.pool)
  } finally {
    await db.close()
  }
}
