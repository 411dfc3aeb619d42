import { narrow, readAmount } from '../amount_text.ts'
import type { Shape } from './shape.ts'

/** A column that adds up with another: what the numbers say, whatever the names. */
export type Relation = 'moves' | 'balances' | 'comes in' | 'goes out' | 'either or'

export type Relations = ReadonlyMap<number, ReadonlySet<Relation>>

const STEPS_MIN = 3
/** Of a wide table only so many columns of money are tried against each other. */
const COLUMNS_MAX = 8
const ROWS_MAX = 100

/** Which columns are a running balance and what moves it, and which two are never filled in one row. */
export function relationsOf(rows: readonly (readonly string[])[], shapes: readonly Shape[]): Relations {
  const found = new Map<number, Set<Relation>>()
  const say = (column: number, relation: Relation) => {
    const own = found.get(column) ?? new Set()
    found.set(column, own.add(relation))
  }
  const money = shapes
    .map((shape, column) => ({ shape, column }))
    .filter(
      ({ shape }) =>
        shape.values.length > 0 &&
        shape.amounts >= shape.values.length * 0.9 &&
        shape.decimals > 0 &&
        shape.dates < shape.values.length * 0.5,
    )
    .map(({ column }) => column)
    .slice(0, COLUMNS_MAX)
  const numbers = new Map(money.map(column => [column, numbersOf(rows, column)]))
  for (const left of money)
    for (const right of money) {
      if (left === right) continue
      const [a, b] = [numbers.get(left)!, numbers.get(right)!]
      if (follows(b, i => a[i]!)) {
        say(left, 'moves')
        say(right, 'balances')
      }
      if (!exclusive(a, b)) continue
      say(left, 'either or')
      for (const balance of money) {
        if (balance === left || balance === right) continue
        if (!follows(numbers.get(balance)!, i => Math.abs(a[i] || 0) - Math.abs(b[i] || 0))) continue
        say(left, 'comes in')
        say(right, 'goes out')
        say(balance, 'balances')
      }
    }
  return found
}

/** Columns that are filled where `column` is not, and never beside it: money that goes the other way, most likely. */
export function filledInTurns(
  rows: readonly (readonly string[])[],
  shapes: readonly Shape[],
  column: number,
): readonly number[] {
  const own = numbersOf(rows, column)
  return shapes.flatMap((shape, other) =>
    other !== column &&
    shape.values.length > 0 &&
    shape.amounts >= shape.values.length * 0.9 &&
    shape.decimals > 0 &&
    shape.dates < shape.values.length * 0.5 &&
    (exclusive(own, numbersOf(rows, other)) || exclusive(numbersOf(rows, other), own))
      ? [other]
      : [],
  )
}

function numbersOf(rows: readonly (readonly string[])[], column: number): number[] {
  const texts = rows.slice(0, ROWS_MAX).map(row => row[column] ?? '')
  const comma = texts.some(text => /,\d{1,2}\D*$/.test(text)) && !texts.some(text => /\.\d{1,2}\D*$/.test(text))
  return texts.map(text => {
    const read = readAmount(narrow(text).trim(), { exponent: 4, decimal: comma ? ',' : '.' })
    return typeof read === 'string' ? Number.NaN : read.minor
  })
}

/** Does each balance follow from the one before (or behind) it by what moved? */
function follows(balances: readonly number[], moved: (row: number) => number): boolean {
  let [steps, up, down] = [0, 0, 0]
  // Sums that rise evenly "follow" from whatever is the same in every row (a fixed fee): that proves nothing.
  const sizes = new Set<number>()
  for (let i = 1; i < balances.length; i++) {
    const step = balances[i]! - balances[i - 1]!
    if (Number.isNaN(step) || step === 0) continue
    steps++
    sizes.add(Math.abs(step))
    if (step === moved(i)) up++
    if (-step === moved(i - 1)) down++
  }
  return steps >= STEPS_MIN && sizes.size > 1 && Math.max(up, down) >= steps * 0.9
}

/** Filled in turns: one of them in (nearly) every row, never both. */
function exclusive(a: readonly number[], b: readonly number[]): boolean {
  let [one, left] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(a[i] || 0) !== 0, (b[i] || 0) !== 0]
    if (x && y) return false
    if (x !== y) one++
    if (x) left++
  }
  return one >= STEPS_MIN && one >= a.length * 0.8 && left > 0 && left < one
}
