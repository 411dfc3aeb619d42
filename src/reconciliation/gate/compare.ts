import type { Entry, Outcome } from '../../matching/entry.ts'

/** What became of one row under one version of the rules. */
export type Standing = {
  readonly matched: boolean
  /** Its group, all ids of both sides; '' for a row alone. */
  readonly group: string
  /** Pass or kind, cause and flags, as a person reads them. */
  readonly told: string
  /** Waits for the other side's next day: not the last word yet. */
  readonly waits: boolean
  /** Lines minus payments of its group, and theirs minus ours of a fee that was remarked upon. */
  readonly difference: number
  readonly fee: number
  /** The first row of its group: a group's money is counted once. */
  readonly first: boolean
}

export type Side = 'ours' | 'theirs'

export type Row = {
  readonly side: Side
  /** payment_no, or FILE#N. */
  readonly name: string
  readonly channel: string
  readonly day: string
  /** What it moved, minor units. */
  readonly moved: number
  readonly currency: string
}

export const CHANGES = [
  'newly_matched',
  'newly_unmatched',
  'changed_partners',
  'changed_money',
  'changed_kind',
] as const
export type Change = (typeof CHANGES)[number]

export type Example = Row & { readonly before: string; readonly after: string }

export type Figures = {
  /** Rows of each side. */
  ours: number
  theirs: number
  /** By currency, minor units: what our rows moved, what theirs moved; for changed money the new difference less the old one. */
  readonly money: Record<string, { ours: number; theirs: number; difference: number }>
}

export type Comparison = {
  readonly changes: Readonly<Record<Change, Figures>>
  readonly days: Readonly<Record<string, Readonly<Record<Change, number>>>>
  readonly examples: Readonly<Record<Change, readonly Example[]>>
}

export const EXAMPLES_AT_MOST = 200

/** Standings of the rows that an outcome speaks of, by `keyOf`. */
export function standingsOf({ matches, discrepancies }: Outcome): Map<string, Standing> {
  const standings = new Map<string, Standing>()
  const place = (
    payments: readonly string[],
    lines: readonly string[],
    standing: Omit<Standing, 'group' | 'first' | 'fee'>,
  ) => {
    const keys = [...payments.map(name => keyOf('ours', name)), ...lines.map(name => keyOf('theirs', name))]
    const group = keys.length > 1 ? keys.join(' ') : ''
    keys.forEach((key, i) => {
      standings.set(key, { ...standing, group, fee: 0, first: i === 0 })
    })
  }
  for (const { payments, lines, pass, flags, difference } of matches)
    place(payments, lines, { matched: true, told: ['match', pass, ...flags].join(' '), waits: false, difference })
  for (const { kind, payments, lines, cause, difference } of discrepancies)
    if (kind !== 'fee_mismatch')
      place(payments, lines, { matched: false, told: `${kind} ${cause}`, waits: kind === 'in_transit', difference })
  for (const { kind, payments, lines, difference } of discrepancies)
    if (kind === 'fee_mismatch')
      for (const key of [...payments.map(name => keyOf('ours', name)), ...lines.map(name => keyOf('theirs', name))]) {
        const standing = standings.get(key)
        if (standing) standings.set(key, { ...standing, told: `${standing.told} fee_mismatch`, fee: difference })
      }
  return standings
}

export const keyOf = (side: Side, name: string): string => `${side} ${name}`

/** null: nobody would notice. */
export function changeOf(before: Standing, after: Standing): Change | null {
  if (before.matched !== after.matched) return after.matched ? 'newly_matched' : 'newly_unmatched'
  if (before.group !== after.group) return after.matched ? 'changed_partners' : 'changed_kind'
  if (before.difference !== after.difference || before.fee !== after.fee) return 'changed_money'
  return before.told === after.told ? null : 'changed_kind'
}

/** Adds up what changed, row by row. */
export class Comparing {
  readonly #changes = Object.fromEntries(
    CHANGES.map(change => [change, { ours: 0, theirs: 0, money: {} } satisfies Figures]),
  ) as unknown as Record<Change, Figures>
  readonly #days: Record<string, Record<Change, number>> = {}
  readonly #examples = Object.fromEntries(CHANGES.map(change => [change, []])) as unknown as Record<Change, Example[]>

  see(row: Row, before: Standing, after: Standing): void {
    const change = changeOf(before, after)
    if (change === null) return
    const figures = this.#changes[change]
    figures[row.side]++
    figures.money[row.currency] ??= { ours: 0, theirs: 0, difference: 0 }
    const money = figures.money[row.currency] as { ours: number; theirs: number; difference: number }
    money[row.side] += row.moved
    if (change === 'changed_money' && after.first)
      money.difference += after.difference - before.difference + (after.fee - before.fee)
    this.#days[row.day] ??= Object.fromEntries(CHANGES.map(name => [name, 0])) as Record<Change, number>
    ;(this.#days[row.day] as Record<Change, number>)[change]++
    const examples = this.#examples[change]
    if (examples.length < EXAMPLES_AT_MOST) examples.push({ ...row, before: before.told, after: after.told })
  }

  result(): Comparison {
    return { changes: this.#changes, days: this.#days, examples: this.#examples }
  }
}

export const rowOf = (side: Side, entry: Entry): Row => ({
  side,
  name: entry.id,
  channel: entry.channel,
  day: entry.day,
  moved: entry.status === 'success' ? entry.amount : 0,
  currency: entry.currency,
})
