import type { DiscrepancyKind } from '../matching/entry.ts'

/** What conditions of causes look at: a discrepancy and its rows, without anything personal. */
export type CauseFacts = {
  readonly id: number
  readonly kind: DiscrepancyKind
  /** The engine's. */
  readonly cause: string
  readonly channel: string
  readonly account: string
  /** '' where its rows are of several merchants, or name none. */
  readonly merchant: string
  readonly feeItems: readonly string[]
  readonly businessDate: string
  /** The largest of its rows, minor units. */
  readonly amount: number
  /** Theirs minus ours, minor units. */
  readonly difference: number
  readonly currency: string
  readonly ours: number
  readonly theirs: number
  /** Epoch milliseconds of rows that have a time. */
  readonly times: readonly number[]
  /** Σ of the fees that their rows tell, minor units; null: none tells one. */
  readonly fees: number | null
  readonly evidenceZh: string
  readonly evidenceEn: string
}
