import { Failure, type Lang } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import type { InspectDocument, InspectRecord, InspectTally } from './api.ts'
import type { Asked } from './format.ts'
import { openStatement } from './read.ts'
import type { Line, StatementEnd, StatementHead, StatementOptions, Sums, Tally } from './statement.ts'

export type InspectOptions = StatementOptions & { readonly name?: string; readonly lang?: Lang }

/**
 * 格式预检: reads the whole statement, books nothing, and tells what is in it. A mapping that is not sure is an answer too
 * (verdict `rejected`, with the columns that are asked about); any other refusal is thrown.
 */
export async function inspectStatement(path: string, options: InspectOptions = {}): Promise<InspectDocument> {
  const lang = options.lang ?? 'zh'
  try {
    const statement = await openStatement(path, options)
    for await (const _ of statement.records()) statement.rejected()
    return documentOf(statement.head, statement.end(), lang)
  } catch (error) {
    const asked = error instanceof Failure ? error.detail.asked : undefined
    if (!isAsked(asked)) throw error
    return documentOf(
      asked.head,
      { ...NOTHING, sm3: asked.sm3, problems: asked.problems, problemCount: asked.problems.length },
      lang,
    )
  }
}

const isAsked = (value: unknown): value is Asked =>
  typeof value === 'object' && value !== null && 'head' in value && 'problems' in value

const NOTHING: StatementEnd = {
  sm3: null,
  records: 0,
  rejected: 0,
  byCurrency: new Map(),
  first: null,
  last: null,
  controls: [],
  problems: [],
  problemCount: 0,
  verdict: 'rejected',
}

function documentOf(head: StatementHead, end: StatementEnd, lang: Lang): InspectDocument {
  const currencies = [...end.byCurrency.keys()]
  const only = currencies.length === 0 ? (head.currency ?? '') : currencies.length === 1 ? currencies[0]! : ''
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
      line.refundNo ||
      line.merchantOrderNo ||
      line.orderNo ||
      line.batchNo ||
      null,
  }
}

/** 2026-11-20T00:00:07+08:00; with fractions only where there are some. */
export function instantText(epochMs: number, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone)
  return local.toString({ timeZoneName: 'never', smallestUnit: epochMs % 1_000 === 0 ? 'second' : 'millisecond' })
}

export { renderInspection } from './render.ts'
