import type { Lang } from '../kernel/failure.ts'
import type { InspectDocument, InspectTally } from './api.ts'
import { fieldText } from './field_words.ts'

/** Problems written out; the rest is counted. */
const PROBLEMS_SHOWN = 20

type Say = (zh: string, en: string) => string

/** The inspection as a person reads it in a terminal: the verdict first, then what is wrong, then what is in the file. */
export function renderInspection(document: InspectDocument, lang: Lang): string {
  const say: Say = (zh, en) => (lang === 'zh' ? zh : en)
  const sections = [
    verdictOf(document, say),
    problemsOf(document, say),
    contentOf(document, say),
    controlsOf(document, say),
    columnsOf(document, say, lang),
    fileOf(document, say),
  ]
  return `${sections
    .filter(section => section.length > 0)
    .map(section => section.join('\n'))
    .join('\n\n')}\n`
}

/** Nothing was read, because columns are in question: no record, and no place in the file that is wrong. */
const isAsking = ({ records, problems, verdict }: InspectDocument): boolean =>
  verdict === 'rejected' &&
  records === 0 &&
  problems.some(({ severity }) => severity === 'error') &&
  problems.every(({ severity, record, line }) => severity !== 'error' || (record === null && line === null))

function verdictOf(document: InspectDocument, say: Say): string[] {
  const verdict = {
    ready: say('✔ 可以入账', '✔ ready to be booked'),
    ready_with_warnings: say('! 可以入账，但有问题需要确认', '! can be booked, but look at the problems first'),
    rejected: isAsking(document)
      ? say('✘ 还不能入账：先回答下面的问题，再预检一次', '✘ not yet: answer the questions below, then check again')
      : say('✘ 不能入账', '✘ cannot be booked'),
  }[document.verdict]
  return [`${say('格式预检', 'Statement check')}  ${document.file}`, `${say('结论', 'Verdict')}      ${verdict}`]
}

function problemsOf({ problems }: InspectDocument, say: Say): string[] {
  if (problems.length === 0) return []
  const lines = problems.slice(0, PROBLEMS_SHOWN).map(problem => {
    const place = [
      problem.record === null ? null : say(`第 ${problem.record} 条`, `record ${problem.record}`),
      problem.line === null ? null : say(`第 ${problem.line} 行`, `line ${problem.line}`),
      problem.column === null || problem.message.includes(problem.column)
        ? null
        : say(`列“${problem.column}”`, `column "${problem.column}"`),
    ].filter(part => part !== null)
    const where = place.length > 0 ? `${place.join(say('，', ', '))}${say('：', ': ')}` : ''
    return `  ${problem.severity === 'error' ? '✘' : '!'} ${where}${problem.message}`
  })
  const hidden = problems.length - PROBLEMS_SHOWN
  if (hidden > 0) lines.push(say(`  … 还有 ${hidden} 个问题，用 --json 查看`, `  … and ${hidden} more, see --json`))
  return [say('问题', 'Problems'), ...lines]
}

function contentOf(document: InspectDocument, say: Say): string[] {
  if (isAsking(document) && document.controls.length === 0)
    return [say('内容  尚未读取（列的含义确定后才读）', 'Content  not read yet (it is once the columns are certain)')]
  const rows: string[][] = [
    [
      say('币种', 'Currency'),
      say('收入笔数', 'in'),
      say('收入', 'money in'),
      say('支出笔数', 'out'),
      say('支出', 'money out'),
      say('不动账笔数', 'neutral'),
      say('不动账', 'no money'),
    ],
  ]
  const tally = ({ count, amount }: InspectTally) => [grouped(String(count)), grouped(amount)]
  for (const [currency, { credits, debits, neutral }] of Object.entries(document.by_currency))
    rows.push([currency || say('未注明', 'not named'), ...tally(credits), ...tally(debits), ...tally(neutral)])
  const ends = [
    [say('首条', 'First'), document.first],
    [say('末条', 'Last'), document.last],
  ] as const
  return [
    say(
      `内容  共 ${grouped(String(document.records))} 条记录`,
      `Content  ${grouped(String(document.records))} records`,
    ),
    ...(rows.length > 1 ? table(rows) : []),
    ...ends.flatMap(([title, record]) =>
      record ? [`  ${title}  ${record.at ?? ''}  ${grouped(record.amount)}  ${record.id ?? ''}`.trimEnd()] : [],
    ),
  ]
}

function controlsOf(document: InspectDocument, say: Say): string[] {
  const { controls } = document
  if (isAsking(document) && controls.length === 0) return []
  if (controls.length === 0) return [say('控制合计  文件没有合计可核对', 'Control totals  the file states none')]
  const rows = [['', say('合计项', 'total'), say('文件写', 'stated'), say('计算', 'computed')]]
  for (const control of controls) rows.push([control.ok ? '✔' : '✘', control.name, control.stated, control.computed])
  return [say('控制合计', 'Control totals'), ...table(rows, 2)]
}

/** The word for the reader first, then the code that `--column` takes. */
function columnsOf({ columns }: InspectDocument, say: Say, lang: Lang): string[] {
  const rest = columns.filter(column => column.field === null).map(column => column.header)
  const rows = columns.flatMap(({ header, field, confidence }) =>
    field === null ? [] : [[header, `→ ${fieldText(field, lang)}`, field, `${Math.round(confidence * 100)}%`]],
  )
  return [
    say('列', 'Columns'),
    ...table(rows, 3),
    ...(rest.length > 0 ? [`  ${say('未使用', 'not used')}  ${rest.join(say('、', ', '))}`] : []),
  ]
}

function fileOf(document: InspectDocument, say: Say): string[] {
  const container = document.container === 'none' ? say('未压缩', 'not packed') : document.container
  const delimiter =
    document.delimiter === null ? [] : [`${say('分隔符', 'delimiter')} ${JSON.stringify(document.delimiter)}`]
  const facts = [
    document.format,
    document.encoding,
    container,
    ...delimiter,
    say(`把握 ${Math.round(document.confidence * 100)}%`, `confidence ${Math.round(document.confidence * 100)}%`),
  ]
  const lines = [
    `${say('文件', 'File')}  ${facts.join(' · ')}`,
    `  ${say('大小', 'size')} ${grouped(String(document.bytes))} ${say('字节', 'bytes')}`,
  ]
  if (document.sm3) lines.push(`  SM3 ${document.sm3}`)
  return lines
}

/** Columns padded to the same width; text to the left up to `left` columns, figures to the right. */
function table(rows: readonly (readonly string[])[], left = 1): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => widthOf(row[column] ?? '')))) ?? []
  return rows.map(row =>
    `  ${row.map((cell, column) => (column < left ? pad(cell, widths[column]!, 'end') : pad(cell, widths[column]!, 'start'))).join('  ')}`.trimEnd(),
  )
}

const pad = (text: string, width: number, side: 'start' | 'end'): string => {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return side === 'start' ? blanks + text : text + blanks
}

/** Chinese characters and full-width signs take two columns of a terminal. */
export const widthOf = (text: string): number => {
  let width = 0
  for (const character of text)
    width += /[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(
      character,
    )
      ? 2
      : 1
  return width
}

/** "-1234567.89" → "-1,234,567.89". */
const grouped = (number: string): string => number.replace(/^(-?\d+)/, whole => whole.replace(/\B(?=(\d{3})+$)/g, ','))
