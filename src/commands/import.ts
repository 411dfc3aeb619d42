import { userInfo } from 'node:os'
import { shellActor } from '../access/actor.ts'
import { parseWords, refusal } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import { DEFAULT_RULES, rulesOf } from '../rules/rules.ts'
import { type ImportAnswer, importStatement } from '../statements/operations.ts'
import { withCommandApp } from './command_app.ts'
import { READING_OPTIONS, readingOptions } from './reading_options.ts'

const OPTIONS = {
  flags: ['json', 'newest'],
  single: ['channel', 'account', 'day', 'lang', ...READING_OPTIONS.single],
  repeated: READING_OPTIONS.repeated,
  many: [],
}

/** `fzpay import`: books statements into the platform's own book; the same file again changes nothing, unless `--newest` says that the channel goes back to it. */
export async function importCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, OPTIONS)
  if (words.operands.length === 0)
    throw refusal(
      'file_missing',
      '请给出要导入的对账单：fzpay import FILE…',
      'name the statements to import: fzpay import FILE…',
    )
  const channel = words.values.get('channel')?.[0]
  const account = words.values.get('account')?.[0]
  const day = dayOf(words.values.get('day')?.[0])
  await withCommandApp(lang, async app => {
    for (const path of words.operands) {
      const answer = await importStatement(app, {
        ...readingOptions(words),
        path,
        who: shellActor(userInfo().username),
        at: new Date(),
        calendar: rulesOf(DEFAULT_RULES, channel ?? '').calendar,
        ...(channel === undefined ? {} : { channel }),
        ...(account === undefined ? {} : { account }),
        ...(day === undefined ? {} : { day }),
        ...(words.flags.has('newest') ? { newest: true } : {}),
      })
      process.stdout.write(
        words.flags.has('json') ? `${JSON.stringify(documentOf(answer, lang))}\n` : `${sentence(answer, lang)}\n`,
      )
    }
  })
}

/** The day whose whole statement it is, as YYYY-MM-DD. Throws a Failure day_unreadable. */
function dayOf(text: string | undefined): string | undefined {
  if (text === undefined || (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)))) return text
  throw refusal(
    'day_unreadable',
    `--day 应为账期日期，如 2026-11-20；收到 ${text}`,
    `--day is a business day such as 2026-11-20, not ${text}`,
  )
}

/** One JSON document a line, one line a file. */
const documentOf = (answer: ImportAnswer, lang: Lang) => ({
  file: answer.name,
  sm3: answer.sm3,
  channel: answer.channel,
  format: answer.format,
  state: answer.state,
  repeated: answer.repeated,
  records: answer.records,
  rejected: answer.rejected,
  booked: answer.booked,
  known: answer.known,
  controls: answer.controls,
  problems: answer.problems.map(problem => ({
    record: problem.record,
    line: problem.line,
    column: problem.column,
    code: problem.code,
    message: problem[lang],
  })),
})

function sentence(answer: ImportAnswer, lang: Lang): string {
  const zh = lang === 'zh'
  const { name, records, rejected, booked, known } = answer
  const failed = answer.controls.find(control => !control.ok)
  const foreign = answer.problems.find(({ code }) => code.startsWith('statement_wrong_'))
  if (answer.state === 'refused' && foreign) return `${name}  ${foreign[lang]}`
  const what = {
    booked: zh
      ? `已入账：${records} 条记录，新增 ${booked} 条，已有 ${known} 条`
      : `booked: ${records} records, ${booked} new, ${known} known`,
    awaiting_acceptance: zh
      ? `未入账，待复核：${records} 条记录中 ${rejected} 条无法读取；用 fzpay inspect 查看`
      : `not booked, awaits acceptance: ${rejected} of ${records} records cannot be read; see fzpay inspect`,
    refused: zh
      ? `未入账：合计不符${failed ? `（${failed.name} 账单写 ${failed.stated}，实算 ${failed.computed}）` : ''}；请重新下载`
      : `not booked: the totals do not fit${failed ? ` (${failed.name}: ${failed.stated} stated, ${failed.computed} computed)` : ''}; download it again`,
  }[answer.state]
  return `${name}  ${what}${answer.repeated ? (zh ? '（此文件已导入过，未再次处理）' : ' (this file was imported before; nothing was done)') : ''}`
}
