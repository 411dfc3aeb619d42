import type { Discrepancy, Outcome } from '../../matching/entry.ts'
import type { BookSide } from './day.ts'

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
  const key = (of: Rows & { readonly kind: string }): string =>
    JSON.stringify([isPlace(of), [...of.payments].sort(), [...of.lines].sort()])
  const before = new Map(standing.map(each => [key(each), each]))
  const ownerOf = new Map<string, string>()
  for (const each of standing) if (each.owner !== '') for (const name of namesOf(each)) ownerOf.set(name, each.owner)
  const found = discrepancies.map((discrepancy): Found => {
    const was = before.get(key(discrepancy)) ?? null
    before.delete(key(discrepancy))
    const heir = namesOf(discrepancy)
      .map(name => ownerOf.get(name))
      .find(owner => owner !== undefined)
    return { discrepancy, was, owner: was?.owner ?? heir ?? '' }
  })
  const placeOf = new Map<string, number>()
  for (const [index, { discrepancy }] of found.entries())
    if (isPlace(discrepancy)) for (const name of namesOf(discrepancy)) placeOf.set(name, index)
  const over = [...before.values()].map((gone): Over => {
    const names = namesOf(gone)
    const elsewhere = isPlace(gone) ? names.flatMap(name => placeOf.get(name) ?? []) : []
    return {
      standing: gone,
      matched: names.filter(name => !placeOf.has(name)),
      replacedBy: elsewhere[0] ?? null,
    }
  })
  return { found, over }
}

type Findings = Pick<Outcome, 'matches' | 'discrepancies'>
type Rows = { readonly payments: readonly string[]; readonly lines: readonly string[] }

/**
 * The same before the day's statement has come. What was matched meanwhile is over; rows of the day itself that find no partner wait and are no discrepancy.
 * Only a row that counts in another day and has no place any more, as the line it was matched with was taken away, gets one: with its company, and whatever
 * that stood in. `own`: the row counts in the day itself. Pure.
 */
export function placeEarly(
  standing: readonly Standing[],
  { matches, discrepancies }: Findings,
  own: (side: BookSide, name: string) => boolean,
): Placing {
  const stands = new Set(standing.flatMap(namesOf))
  const matched = new Set(matches.flatMap(namesOf))
  const open = new Set(discrepancies.flatMap(namesOf))
  // Settled pairs leave no trace in the outcome: their names are in neither.
  const goneOf = (each: Rows): string[] => namesOf(each).filter(name => matched.has(name) || !open.has(name))
  const homeless = discrepancies
    .filter(isPlace)
    .flatMap(rowsOf)
    .filter(({ side, name, told }) => !stands.has(told) && !own(side, name))
    .map(({ told }) => told)
  // Of what is matched in part the rest stands for itself now.
  const left = standing.filter(each => goneOf(each).length > 0).flatMap(namesOf)
  const company = companyOf(
    [...homeless, ...left.filter(name => open.has(name) && !matched.has(name))],
    [...discrepancies.filter(isPlace), ...standing],
  )
  const isIn = (each: Rows): boolean => namesOf(each).some(name => company.has(name))
  const placed = placeDiscrepancies(
    standing.filter(isIn),
    discrepancies.filter(each => isPlace(each) && isIn(each)),
  )
  const over = standing.flatMap((each): Over[] => {
    const gone = isIn(each) ? [] : goneOf(each)
    return gone.length > 0 ? [{ standing: each, matched: gone, replacedBy: null }] : []
  })
  return { found: placed.found, over: [...placed.over, ...over] }
}

/** Rows of the day itself that have found no partner and are in none of the discrepancies that were placed. Pure. */
export function waitingRows(
  found: readonly Found[],
  { discrepancies }: Findings,
  own: (side: BookSide, name: string) => boolean,
): { readonly side: BookSide; readonly name: string }[] {
  const placed = new Set(found.flatMap(({ discrepancy }) => namesOf(discrepancy)))
  return discrepancies
    .filter(isPlace)
    .flatMap(rowsOf)
    .filter(({ side, name, told }) => !placed.has(told) && own(side, name))
}

/** All names that stand with one of these, directly or by others. */
function companyOf(names: readonly string[], groups: readonly Rows[]): ReadonlySet<string> {
  // Mostly there is none, and a day that waits for its statement may have a million rows.
  if (names.length === 0) return new Set()
  const groupsOf = Map.groupBy(
    groups.flatMap(group => namesOf(group).map(name => ({ name, group }))),
    ({ name }) => name,
  )
  const found = new Set(names)
  // A set is gone through with what is added to it meanwhile.
  for (const name of found)
    for (const { group } of groupsOf.get(name) ?? []) for (const other of namesOf(group)) found.add(other)
  return found
}

/** A remark about fees stands beside the place of its rows. */
const isPlace = ({ kind }: { readonly kind: string }): boolean => kind !== 'fee_mismatch'

/** Rows of both books. `told`: their names told apart, as a payment and a line may be called alike. */
const rowsOf = ({ payments, lines }: Rows) => [
  ...payments.map(name => ({ side: 'ours' as const, name, told: `p:${name}` })),
  ...lines.map(name => ({ side: 'theirs' as const, name, told: `l:${name}` })),
]

export const namesOf = (rows: Rows): string[] => rowsOf(rows).map(({ told }) => told)
