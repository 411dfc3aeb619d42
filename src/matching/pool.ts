import { strict as assert } from 'node:assert'
import { exponentOf, parseDecimal } from '../kernel/money.ts'
import type { ChannelRules } from '../rules/rules.ts'
import type { Discrepancy, DiscrepancyKind, Entry, Flag, Match, Pass, Sentence } from './entry.ts'
import { inOrder, shapeFlags } from './flags.ts'

/**
 * The rows of one channel that have no place yet, in an order that only their content decides, and the place each row
 * has been given. A row is taken once; taking it twice is a bug that stops the run.
 */
export class Pool {
  readonly channel: string
  readonly rules: ChannelRules
  readonly payments: Set<Entry>
  readonly lines: Set<Entry>
  readonly matches: Paired[] = []
  /** Pairs whose line took the money while our record does not say so yet (状态不符): the debt is paid all the same. */
  readonly takenUnbooked: Paired[] = []
  readonly discrepancies: Discrepancy[] = []
  /** Made when all is matched. */
  #byTradeNo: Map<string, Entry> | undefined

  constructor(channel: string, rules: ChannelRules, payments: readonly Entry[], lines: readonly Entry[]) {
    this.channel = channel
    this.rules = rules
    this.payments = new Set([...payments].sort(byContent))
    this.lines = new Set([...lines].sort(byContent))
  }

  /** Takes rows as matched. The difference is what moved on their side minus what moved on ours. */
  match(pass: Pass, payments: readonly Entry[], lines: readonly Entry[], flags: readonly Flag[] = []): void {
    this.#take(payments, lines)
    this.matches.push({ pass, payments, lines, flags: inOrder([...shapeFlags(payments, lines, flags), ...flags]) })
  }

  discrepancy(
    kind: DiscrepancyKind,
    payments: readonly Entry[],
    lines: readonly Entry[],
    cause: string,
    evidence: Sentence,
    linkedTo?: readonly string[],
  ): void {
    this.#take(payments, lines)
    this.discrepancies.push(discrepancyOf(kind, payments, lines, cause, evidence, linkedTo))
  }

  /** A remark about rows that have their place already (手续费不符). */
  remark(discrepancy: Discrepancy): void {
    this.discrepancies.push(discrepancy)
  }

  /** A matched line that is a payment under this channel number. */
  matchedLine(tradeNo: string): Entry | undefined {
    this.#byTradeNo ??= new Map(
      this.matches.flatMap(({ lines }) =>
        lines.filter(line => line.kind === 'payment').map(line => [line.tradeNo, line] as const),
      ),
    )
    return this.#byTradeNo.get(tradeNo)
  }

  #take(payments: readonly Entry[], lines: readonly Entry[]): void {
    for (const payment of payments) assert(this.payments.delete(payment), `payment placed twice: ${payment.id}`)
    for (const line of lines) assert(this.lines.delete(line), `line placed twice: ${line.id}`)
  }
}

/** A match with its rows; what the outside sees is made from it at the end. */
export type Paired = {
  readonly pass: Pass
  readonly payments: readonly Entry[]
  readonly lines: readonly Entry[]
  readonly flags: readonly Flag[]
}

export const matchOf = (paired: Paired): Match => ({
  payments: ids(paired.payments),
  lines: ids(paired.lines),
  pass: paired.pass,
  difference: movedSum(paired.lines) - movedSum(paired.payments),
  currency: (paired.payments[0] ?? paired.lines[0])?.currency ?? '',
  flags: paired.flags,
})

export function discrepancyOf(
  kind: DiscrepancyKind,
  payments: readonly Entry[],
  lines: readonly Entry[],
  cause: string,
  evidence: Sentence,
  linkedTo?: readonly string[],
): Discrepancy {
  // A record listed again moved nothing: it is shown, not counted.
  const countedLines = kind === 'duplicate_line' ? [] : lines
  const currencies = [...new Set([...payments, ...lines].map(row => row.currency))].sort()
  const differenceIn = (currency: string) =>
    movedSum(countedLines.filter(row => row.currency === currency)) -
    movedSum(payments.filter(row => row.currency === currency))
  const several = currencies.length > 1
  return {
    kind,
    payments: ids(payments),
    lines: ids(lines),
    difference: several ? 0 : differenceIn(currencies[0] ?? ''),
    currency: currencies[0] ?? '',
    ...(several
      ? { byCurrency: Object.fromEntries(currencies.map(currency => [currency, differenceIn(currency)])) }
      : {}),
    cause,
    evidence,
    ...(linkedTo ? { linkedTo } : {}),
  }
}

/** What a row moved: only a success moves money. */
export const moved = (row: Entry): number => (row.status === 'success' ? row.amount : 0)

export const movedSum = (rows: readonly Entry[]): number => {
  const sum = rows.reduce((total, row) => total + moved(row), 0)
  assert(Number.isSafeInteger(sum), 'the sum of one group passes 2^53 minor units')
  return sum
}

export const ids = (rows: readonly Entry[]): string[] => rows.map(row => row.id).sort(compareIds)

/** "a.csv#9" before "a.csv#10". */
export function compareIds(a: string, b: string): number {
  const cutA = a.lastIndexOf('#')
  const cutB = b.lastIndexOf('#')
  if (cutA > 0 && cutB > 0 && a.slice(0, cutA) === b.slice(0, cutB)) {
    const difference = Number(a.slice(cutA + 1)) - Number(b.slice(cutB + 1))
    if (difference !== 0 && !Number.isNaN(difference)) return difference
  }
  return compareText(a, b)
}

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Earlier first, then by what the rows say, the id last: rows that differ in anything are ordered by that, wherever they
 * stood in their file.
 */
export function byContent(a: Entry, b: Entry): number {
  return (
    compareText(a.day, b.day) ||
    (a.at ?? 0) - (b.at ?? 0) ||
    compareText(a.tradeNo, b.tradeNo) ||
    compareText(a.channelRefundNo, b.channelRefundNo) ||
    compareText(a.refundNo, b.refundNo) ||
    compareText(a.merchantOrderNo, b.merchantOrderNo) ||
    compareText(a.orderNo, b.orderNo) ||
    a.amount - b.amount ||
    compareText(a.currency, b.currency) ||
    compareText(a.status, b.status) ||
    compareText(a.merchant, b.merchant) ||
    compareText(a.payer, b.payer) ||
    compareText(a.batchNo, b.batchNo) ||
    (a.fee ?? -1) - (b.fee ?? -1) ||
    compareIds(a.id, b.id)
  )
}

/** A rule's decimal in the minor units of a row's currency. */
export const ruleAmount = (text: string | null, currency: string): number | null =>
  text === null ? null : parseDecimal(text, exponentOf(currency))

/** Rows by key, keys in order of first appearance; rows without a key are left out. */
export function groupBy<T>(rows: Iterable<T>, keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const key = keyOf(row)
    if (key === '') continue
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}
