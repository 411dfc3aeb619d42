import type { DiscrepancyKind } from '../matching/entry.ts'
import type { Reconciliation } from '../reconciliation/reconciliation.ts'

/** One step from our net to theirs. `matched` is what matched groups differ by: fees netted, tolerances. */
export type Step = { readonly by: DiscrepancyKind | 'matched'; readonly count: number; readonly amount: bigint }

export type Proof = {
  readonly currency: string
  readonly paymentsNet: bigint
  readonly steps: readonly Step[]
  /** paymentsNet plus every step. */
  readonly reached: bigint
  readonly linesNet: bigint
  readonly ok: boolean
}

/** The balance as an addition a person can follow. A fee_mismatch names fees only and moves nothing between the two nets. */
export function proofOf(summary: Reconciliation['summary'], currency: string): Proof {
  const balance = summary.balance.get(currency)
  if (!balance) throw new Error(`no balance for ${currency}`)
  const steps: Step[] = []
  let byKind = 0n
  for (const [kind, { count, difference }] of summary.byKind) {
    const amount = difference.get(currency) ?? 0n
    if (kind === 'fee_mismatch' || amount === 0n) continue
    byKind += amount
    steps.push({ by: kind, count, amount })
  }
  const matched = balance.explained - byKind
  if (matched !== 0n) steps.unshift({ by: 'matched', count: 0, amount: matched })
  return {
    currency,
    paymentsNet: balance.paymentsNet,
    steps,
    reached: balance.paymentsNet + balance.explained,
    linesNet: balance.linesNet,
    ok: balance.ok,
  }
}
