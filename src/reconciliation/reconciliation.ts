import type { DiscrepancyKind, Entry, Flag, Pass, Sentence } from '../matching/entry.ts'
import type { Control, Problem, StatementEnd } from '../statements/statement.ts'

/** Minor units by currency. A sum is a bigint: a day of large amounts passes 2^53. Keys are sorted. */
export type Sums = ReadonlyMap<string, bigint>

/** 资金平衡: what both books say moved, and whether matches and discrepancies explain the difference to the last 分. */
export type Balance = {
  readonly paymentsNet: bigint
  readonly linesNet: bigint
  /** linesNet − paymentsNet, from the raw books. */
  readonly difference: bigint
  /** Σ differences of matches and discrepancies (fee_mismatch aside), from the outcome. */
  readonly explained: bigint
  readonly ok: boolean
}

export type Summary = {
  /** Every currency that occurs in either book, sorted; at least one. */
  readonly currencies: readonly string[]
  /** All rows; `amount` only what moved money: successful payments plus, refunds minus. */
  readonly payments: { readonly count: number; readonly amount: Sums }
  /** All records, rejected ones included; `amount` without them, without duplicate lines, without what did not succeed. */
  readonly lines: { readonly count: number; readonly amount: Sums }
  /** `amount` is the net of the matched payments; the lines' net is that plus the matches' differences. */
  readonly matched: {
    readonly groups: number
    readonly payments: number
    readonly lines: number
    readonly amount: Sums
  }
  readonly discrepancies: number
  /** Only kinds that occur, in the order of DISCREPANCY_KINDS; `difference` sums them per currency. */
  readonly byKind: ReadonlyMap<DiscrepancyKind, { readonly count: number; readonly difference: Sums }>
  /** One per currency, same keys as `currencies`. */
  readonly balance: ReadonlyMap<string, Balance>
}

export type MatchView = {
  /** payment_no, sorted. */
  readonly payments: readonly string[]
  /** FILE#N, sorted. */
  readonly lines: readonly string[]
  readonly pass: Pass
  readonly difference: number
  readonly currency: string
  readonly flags: readonly Flag[]
  /** What the matched payments moved, net, in minor units; lines moved `amount + difference`. */
  readonly amount: number
  /** Of the first payment (of the first line where there is none). */
  readonly channel: string
  readonly orderNo: string
  readonly tradeNo: string
  readonly day: string
}

export type DiscrepancyView = {
  readonly kind: DiscrepancyKind
  readonly payments: readonly string[]
  readonly lines: readonly string[]
  readonly difference: number
  readonly currency: string
  /** Only where the rows have several currencies; `difference` is then 0. */
  readonly byCurrency?: Readonly<Record<string, number>>
  readonly cause: string
  readonly evidence: Sentence
  /** For a surplus: the ids of the pair that stays matched. */
  readonly linkedTo?: readonly string[]
  /** The rows themselves, in the order of `payments` and `lines`: amounts, times and numbers for a report. */
  readonly paymentRows: readonly Entry[]
  /** Empty for a rejected_line: its record could not be read, `problem` says why. */
  readonly lineRows: readonly Entry[]
  readonly problem?: Problem
}

/** One statement as it was read. */
export type StatementView = {
  /** The FILE of its line ids. */
  readonly name: string
  readonly channel: string
  readonly format: string
  readonly encoding: string
  readonly records: number
  readonly rejected: number
  /** SM3 of the file as it lies on disk; null when it was not asked for. */
  readonly sm3: string | null
  readonly verdict: StatementEnd['verdict']
  readonly controls: readonly Control[]
}

/** How long each step took, in milliseconds. For benchmarks and `--timings`; never in the JSON answer. */
export type Timings = Readonly<Record<'open' | 'load' | 'settle' | 'decide' | 'prove', number>>

/**
 * The answer. What is small is held; the matches are not: a million settled pairs stream from the database, merged with the
 * decided ones, ordered by their first payment_no (matches without payments last, by their first line).
 * `matches()` may be called several times (JSON, then xlsx), one at a time, until the books are closed.
 */
export type Reconciliation = {
  readonly summary: Summary
  readonly matches: () => AsyncIterable<readonly MatchView[]>
  /** Ordered by kind as in DISCREPANCY_KINDS, then by first payment, then by first line. */
  readonly discrepancies: readonly DiscrepancyView[]
  readonly statements: readonly StatementView[]
  /** Base names of the payments files. */
  readonly paymentFiles: readonly string[]
  readonly rules: string
  readonly timings: Timings
}
