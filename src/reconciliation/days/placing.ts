import type { Discrepancy } from '../../matching/entry.ts'

/** A discrepancy that an earlier run found, and that this run has looked at again. */
export type Standing = {
  readonly id: number
  readonly kind: string
  readonly state: 'open' | 'waived'
  readonly owner: string
  /** Names of its rows, ours and theirs. */
  readonly payments: readonly string[]
  readonly lines: readonly string[]
  /** Keys of `payments`, in their order. */
  readonly movements?: readonly { readonly orderNo: string; readonly id: number }[]
}

/** What the engine found, and which standing one it is again. */
export type Found = { readonly discrepancy: Discrepancy; readonly was: Standing | null; readonly owner: string }

/** A standing one that is over: matched by what came since, or its rows are part of others now. */
export type Over = {
  readonly standing: Standing
  /** Names of its rows that are matched now; none: all are in other discrepancies. */
  readonly matched: readonly string[]
  /** Index into `found` of what has its rows now; null: all of them are matched. */
  readonly replacedBy: number | null
}

export type Placing = { readonly found: readonly Found[]; readonly over: readonly Over[] }

/**
 * Holds what the engine found against what stood before: the same rows in the same company are the same discrepancy, whatever it is called
 * now, so that its owner, its words and its age stay with it. Pure.
 */
export function placeDiscrepancies(standing: readonly Standing[], discrepancies: readonly Discrepancy[]): Placing {
  // A remark about fees stands beside the place of its rows: it is told apart.
  const key = (of: { kind: string; payments: readonly string[]; lines: readonly string[] }): string =>
    JSON.stringify([of.kind === 'fee_mismatch', [...of.payments].sort(), [...of.lines].sort()])
  const before = new Map(standing.map(each => [key(each), each]))
  const ownerOf = new Map<string, string>()
  for (const { owner, payments, lines } of standing)
    if (owner !== '') for (const name of named(payments, lines)) ownerOf.set(name, owner)
  const found = discrepancies.map((discrepancy): Found => {
    const was = before.get(key(discrepancy)) ?? null
    before.delete(key(discrepancy))
    const heir = named(discrepancy.payments, discrepancy.lines)
      .map(name => ownerOf.get(name))
      .find(owner => owner !== undefined)
    return { discrepancy, was, owner: was?.owner ?? heir ?? '' }
  })
  const placeOf = new Map<string, number>()
  for (const [index, { discrepancy }] of found.entries())
    if (discrepancy.kind !== 'fee_mismatch')
      for (const name of named(discrepancy.payments, discrepancy.lines)) placeOf.set(name, index)
  const over = [...before.values()].map((gone): Over => {
    const names = named(gone.payments, gone.lines)
    const elsewhere = gone.kind === 'fee_mismatch' ? [] : names.flatMap(name => placeOf.get(name) ?? [])
    return {
      standing: gone,
      matched: names.filter(name => !placeOf.has(name)),
      replacedBy: elsewhere[0] ?? null,
    }
  })
  return { found, over }
}

/** Names of both books, told apart: a payment and a line may be called alike. */
export const named = (payments: readonly string[], lines: readonly string[]): string[] => [
  ...payments.map(name => `p:${name}`),
  ...lines.map(name => `l:${name}`),
]
