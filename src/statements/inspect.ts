import { Failure, type Lang } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import type { InspectDocument, InspectRecord, InspectRow, InspectTally } from './api.ts'
import { columnWord } from './column_word.ts'
import type { Asked } from './format.ts'
import { type LanguageModel, NoProposal, proposeColumns } from './language_model.ts'
import { openStatement } from './read.ts'
import type { Line, Problem, StatementEnd, StatementHead, StatementOptions, Sums, Tally } from './statement.ts'

export type InspectOptions = StatementOptions & {
  readonly name?: string
  readonly lang?: Lang
  /** Asked for a proposal when the columns are not sure. Its answer is shown, never used by itself. */
  readonly languageModel?: LanguageModel | null
  /** How many of the first rows are shown, for whoever brought the file; default none. */
  readonly rows?: number
}

/**
 * 格式预检: reads the whole statement, books nothing, and tells what is in it. A mapping that is not sure is an answer too
 * (verdict `rejected`, with the columns that are asked about); any other refusal is thrown.
 */
export async function inspectStatement(path: string, options: InspectOptions = {}): Promise<InspectDocument> {
  const lang = options.lang ?? 'zh'
  try {
    const statement = await openStatement(path, options)
    const first: Line[] = []
    for await (const lines of statement.records()) {
      statement.rejected()
      if (options.rows && first.length < options.rows) first.push(...lines.slice(0, options.rows - first.length))
    }
    const document = documentOf(statement.head, statement.end(), lang)
    return options.rows ? { ...document, rows: first.map(line => rowOf(line, statement.head.zone)) } : document
  } catch (error) {
    const asked = error instanceof Failure ? error.detail.asked : undefined
    if (!isAsked(asked)) throw error
    const advice = options.languageModel ? [await adviceOf(options.languageModel, path, options, asked)] : []
    const problems = [...asked.problems, ...advice]
    const end = { ...NOTHING, sm3: asked.sm3, problems, problemCount: problems.length }
    const document = documentOf(asked.head, end, lang)
    return options.rows ? { ...document, cells: asked.sample.slice(0, options.rows) } : document
  }
}

const isAsked = (value: unknown): value is Asked =>
  typeof value === 'object' && value !== null && 'head' in value && 'problems' in value

/** What a language model proposes for columns that are asked about, tried on the file: words for a person to confirm. */
async function adviceOf(model: LanguageModel, path: string, options: InspectOptions, asked: Asked): Promise<Problem> {
  const headers = asked.head.columns.map(column => column.header)
  const warning = (code: string, zh: string, en: string): Problem => ({
    severity: 'warning',
    record: null,
    line: null,
    column: null,
    code,
    zh,
    en,
  })
  try {
    const proposal = await proposeColumns(model, headers, asked.sample)
    const words = Object.entries(proposal)
      .filter(([, field]) => field !== null)
      .map(([column, field]) => columnWord(headers[Number(column.slice(1)) - 1], field ?? '-'))
      .join(' ')
    const tried = await tryMapping(path, { ...options, mapping: { ...proposal, ...options.mapping } })
    if (tried === null)
      return warning(
        'proposal_refuted',
        `语言模型建议 ${words}，但按此读出的结果对不上，不予采用`,
        `the language model proposes ${words}, but read that way the file does not add up; it is dropped`,
      )
    const proof = tried.controls.length
    return warning(
      'columns_proposed',
      `语言模型建议 ${words}（按此读出 ${tried.records} 条记录，${proof > 0 ? `${proof} 项合计相符` : '文件没有合计可证明'}）：核对后请自行确认`,
      `the language model proposes ${words} (${tried.records} records read that way; ${proof > 0 ? `its totals agree, ${proof} of them` : 'the file states no total to prove it'}): check it and confirm it yourself`,
    )
  } catch (error) {
    if (!(error instanceof NoProposal)) throw error
    return warning(
      'proposal_missing',
      `语言模型没有给出可用的建议（${error.message}）`,
      `the language model gave no usable proposal (${error.message})`,
    )
  }
}

/** The whole file read by a mapping: the same proof as ever. null: it does not bear it out. */
async function tryMapping(path: string, options: StatementOptions): Promise<StatementEnd | null> {
  try {
    const statement = await openStatement(path, { ...options, digest: false })
    for await (const _ of statement.records()) statement.rejected()
    const end = statement.end()
    return end.verdict === 'rejected' ? null : end
  } catch (error) {
    if (error instanceof Failure) return null
    throw error
  }
}

const NOTHING: StatementEnd = {
  sm3: null,
  records: 0,
  rejected: 0,
  byCurrency: new Map(),
  madeAt: null,
  first: null,
  last: null,
  controls: [],
  problems: [],
  problemCount: 0,
  verdict: 'rejected',
}

function documentOf(head: StatementHead, end: StatementEnd, lang: Lang): InspectDocument {
  const currencies = [...end.byCurrency.keys()]
  const only =
    currencies.length === 0 ? (end.currency ?? head.currency ?? '') : currencies.length === 1 ? currencies[0]! : ''
  const sums = only === '' ? null : sumsOf(only, end.byCurrency.get(only) ?? NO_SUMS)
  return {
    file: head.file,
    bytes: head.bytes,
    sm3: end.sm3,
    container: head.container,
    encoding: head.encoding,
    format: head.format,
    delimiter: head.delimiter,
    confidence: head.confidence,
    columns: head.columns.map(({ header, field, confidence }) => ({ header, field, confidence })),
    records: end.records,
    credits: sums?.credits ?? null,
    debits: sums?.debits ?? null,
    neutral: sums?.neutral ?? null,
    currency: only === '' ? null : only,
    by_currency: Object.fromEntries(
      currencies.map(currency => [currency, sumsOf(currency, end.byCurrency.get(currency)!)]),
    ),
    first: end.first && recordOf(end.first, head.zone),
    last: end.last && recordOf(end.last, head.zone),
    controls: end.controls.map(({ name, stated, computed, ok }) => ({ name, stated, computed, ok })),
    problems: end.problems.map(problem => ({
      record: problem.record,
      line: problem.line,
      column: problem.column,
      severity: problem.severity,
      code: problem.code,
      message: problem[lang],
    })),
    verdict: end.verdict,
  }
}

const NO_TALLY: Tally = { count: 0, amount: 0n }
const NO_SUMS: Sums = { credits: NO_TALLY, debits: NO_TALLY, neutral: NO_TALLY }

function sumsOf(currency: string, sums: Sums): { credits: InspectTally; debits: InspectTally; neutral: InspectTally } {
  const tally = ({ count, amount }: Tally): InspectTally => ({ count, amount: formatMinor(amount, currency) })
  return { credits: tally(sums.credits), debits: tally(sums.debits), neutral: tally(sums.neutral) }
}

function recordOf(line: Line, zone: string): InspectRecord {
  return {
    at: line.at === null ? line.date : instantText(line.at, zone),
    amount: formatMinor(line.amount, line.currency),
    // The transaction's number also on a refund: the contract's own example of a debit shows it (42000…).
    id:
      line.tradeNo ||
      line.channelRefundNo ||
      line.reference ||
      line.refundNo ||
      line.merchantOrderNo ||
      line.orderNo ||
      line.batchNo ||
      null,
  }
}

const rowOf = (line: Line, zone: string): InspectRow => ({
  ...recordOf(line, zone),
  record: line.record,
  line: line.lineNumber,
  kind: line.kind,
  status: line.status,
  currency: line.currency,
  order_no: line.orderNo || line.merchantOrderNo,
})

/** 2026-11-20T00:00:07+08:00; with fractions only where there are some. */
export function instantText(epochMs: number, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone)
  return local.toString({ timeZoneName: 'never', smallestUnit: epochMs % 1_000 === 0 ? 'second' : 'millisecond' })
}

export { renderInspection } from './render.ts'
