import type { OpenRowView } from '../../../../src/discrepancies/api.ts'
import { exponentOf, formatMinor, parseDecimal } from '../../../../src/kernel/money.ts'

/** Rows that a person picks to match them, and what is left between the two sides. Whole minor units throughout. Pure. */

export type Side = OpenRowView['key']['side']
export type Picked = ReadonlyMap<string, OpenRowView>

export const keyOf = ({ key }: Pick<OpenRowView, 'key'>): string => `${key.side} ${key.order_no} ${key.row_id}`

export function toggled(picked: Picked, row: OpenRowView): Picked {
  const next = new Map(picked)
  if (!next.delete(keyOf(row))) next.set(keyOf(row), row)
  return next
}

export type Standing = {
  readonly ours: { readonly rows: number; readonly sum: string }
  readonly theirs: { readonly rows: number; readonly sum: string }
  /** Theirs minus ours. */
  readonly rest: string
  readonly agrees: boolean
  /** Rows of both sides, or two of one whose amounts end each other: the platform takes two at least. */
  readonly ready: boolean
}

export function standingOf(picked: Picked, currency: string): Standing {
  const of = (side: Side) => [...picked.values()].filter(row => row.key.side === side)
  const sum = (rows: readonly OpenRowView[]): bigint =>
    rows.reduce((all, { moved }) => all + BigInt(parseDecimal(moved, exponentOf(currency)) ?? 0), 0n)
  const [ours, theirs] = [of('ours'), of('theirs')]
  const rest = sum(theirs) - sum(ours)
  return {
    ours: { rows: ours.length, sum: formatMinor(sum(ours), currency) },
    theirs: { rows: theirs.length, sum: formatMinor(sum(theirs), currency) },
    rest: formatMinor(rest, currency),
    agrees: rest === 0n,
    ready: picked.size >= 2,
  }
}

/** What is asked for as proposals on a side: rows of exactly the amount that is left, while there is one. */
export function proposedAmount({ rest, agrees }: Standing): string | null {
  return agrees ? null : rest.replace('-', '')
}

/** A row of this side closes the gap: its amount counts plus on theirs, minus on ours. */
export const closes = (row: OpenRowView, { rest }: Standing): boolean =>
  row.key.side === 'ours' ? row.moved === rest : row.moved === (rest.startsWith('-') ? rest.slice(1) : `-${rest}`)

/** Numbers of the picked rows that the other side may carry. */
export function numbersOf(picked: Picked): string[] {
  const all = [...picked.values()].flatMap(({ row }) => [row.merchant_order_no, row.order_no, row.channel_trade_no])
  return [...new Set(all.filter(number => number !== ''))]
}

/** Proposals first, each row once. */
export function orderedRows(proposals: readonly OpenRowView[], rows: readonly OpenRowView[]): OpenRowView[] {
  const first = new Map(proposals.map(row => [keyOf(row), row]))
  return [...first.values(), ...rows.filter(row => !first.has(keyOf(row)))]
}
