import { columnWord } from '../column_word.ts'
import type { Field } from '../statement.ts'
import { type Candidate, SUMS } from './chosen_columns.ts'
import { isConstant, isWaiting, most } from './column_values.ts'
import { type Doubt, unsureDoubt, type Wanted } from './doubt.ts'
import { isGuessed, type Meaning, SURE } from './meanings.ts'
import { relationsOf } from './relations.ts'
import type { Shape } from './shape.ts'
import type { SignRule } from './signs.ts'

/** A column of states in words nobody knows: which of them moved money must be said before anything is counted. */
export function askForStatus(
  headers: readonly string[],
  shapes: readonly Shape[],
  meanings: readonly Meaning[],
  said: ReadonlyMap<number, Field | null>,
  at: Readonly<Record<Field, number>>,
  doubts: Doubt[],
): void {
  if (at.status >= 0 && meanings[at.status]!.likely.size === 0) return
  const column = meanings.findIndex(
    ({ field, rank, likely }, index) =>
      field === 'status' &&
      rank < 50 &&
      likely.size === 0 &&
      !said.has(index) &&
      at.kind !== index &&
      shapes[index]!.values.length > 0 &&
      shapes[index]!.values.every(value => /\p{L}/u.test(value)),
  )
  if (column < 0) return
  const words = [...new Set(shapes[column]!.values)].slice(0, 3).join('、')
  doubts.push({
    column: headers[column]!,
    code: 'status_unknown',
    zh: `状态列“${headers[column]}”的值（${words}）未知，不知道哪些记录的钱已经到账：请只保留成功的记录并写 ${columnWord(headers[column], '-')}，或写 ${columnWord(headers[column], 'status')}（看不懂的状态会被拒收）`,
    en: `the values of the status column "${headers[column]}" (${words}) are not known, so which records moved money is not either: keep only the successful ones and say ${columnWord(headers[column], '-')}, or ${columnWord(headers[column], 'status')} (rows with unknown words are rejected)`,
  })
}

/** A column called 借贷 or 收支 whose words nobody knows: the direction is there and must not be passed over. */
export function askForDirection(
  headers: readonly string[],
  shapes: readonly Shape[],
  meanings: readonly Meaning[],
  said: ReadonlyMap<number, Field | null>,
  at: Readonly<Record<Field, number>>,
  doubts: Doubt[],
): void {
  if (at.direction >= 0 || at.amount < 0) return
  const column = meanings.findIndex(
    ({ field, likely }, index) =>
      field === 'direction' &&
      likely.size === 0 &&
      !said.has(index) &&
      at.kind !== index &&
      shapes[index]!.values.length > 0,
  )
  if (column < 0) return
  const words = [...new Set(shapes[column]!.values)].slice(0, 4).join('、')
  doubts.push({
    column: headers[column]!,
    code: 'direction_unknown',
    zh: `方向列“${headers[column]}”的值（${words}）看不懂，应为收入/支出、借/贷、CR/DR 等：请改成这样的词，或写 ${columnWord(headers[column], '-')}（金额自带正负号时）`,
    en: `the values of the direction column "${headers[column]}" (${words}) are not known; words such as 收入/支出 or CR/DR are: change them, or say ${columnWord(headers[column], '-')} where the amounts carry their sign`,
  })
}

/** The balance follows from another column than the one that is taken for the amount: names were exchanged. */
export function askWhereNumbersSayOtherwise(
  headers: readonly string[],
  shapes: readonly Shape[],
  rows: readonly (readonly string[])[],
  at: Readonly<Record<Field, number>>,
  doubts: Doubt[],
): void {
  if (at.balance < 0 || at.amount < 0) return
  const relations = relationsOf(rows, shapes)
  const movers = [...relations].filter(([, own]) => own.has('moves')).map(([column]) => column)
  const [mover] = movers
  if (mover === undefined || movers.length > 1 || mover === at.amount) return
  doubts.push({
    column: headers[at.amount]!,
    code: 'balance_refutes',
    zh: `余额并不按列“${headers[at.amount]}”变动，而是按列“${headers[mover]}”变动：列的含义可能对调了，请核对，如 ${columnWord(headers[mover], 'amount')}`,
    en: `the balance does not follow column "${headers[at.amount]}" but column "${headers[mover]}": what they mean may have been exchanged; check, and say for instance ${columnWord(headers[mover], 'amount')}`,
  })
}

type Settled = {
  readonly headers: readonly string[]
  readonly shapes: readonly Shape[]
  readonly meanings: readonly Meaning[]
  readonly chosen: ReadonlyMap<Field, Candidate>
  readonly said: ReadonlyMap<number, Field | null>
  readonly sign: SignRule
  readonly proven: boolean
  readonly doubts: Doubt[]
}

/** Where every value is zero, only the name speaks; so little of a chance is enough to ask. */
const HARDLY = 0.05

const MOMENTS: readonly Field[] = ['occurred_at', 'date']

/**
 * Asks about what the classifier is not sure of: a column taken for an amount, a time or a direction below SURE, and one that
 * was not taken but may well be it. Amounts that a running balance proves are beyond question.
 */
export function askGuesses({ headers, shapes, meanings, chosen, said, sign, proven, doubts }: Settled): void {
  const ask = (column: number, what: Wanted) => {
    if (!doubts.some(doubt => doubt.column === headers[column])) doubts.push(unsureDoubt(headers[column]!, what))
  }
  const taken = new Set([...chosen.values()].map(each => each.column))
  const likelier = (fields: readonly Field[], least: number): number[] =>
    meanings
      .map((meaning, column) => ({
        column,
        likely: fields.reduce((sum, field) => sum + (meaning.likely.get(field) ?? 0), 0),
      }))
      .filter(({ column, likely }) => likely > least && !taken.has(column) && !said.has(column))
      .map(({ column }) => column)
  // What is the same in every row says something about the file.
  const rivals = (fields: readonly Field[], least: number, fit: (shape: Shape) => boolean): number[] =>
    likelier(fields, least).filter(column => {
      const shape = shapes[column]!
      return shape.values.length > 0 && !isConstant(shape) && fit(shape)
    })
  /** Against a name that is known, a rival must be more likely than not. */
  const least = (guessed: boolean): number => (guessed ? 1 - SURE : 0.5)
  const differs = (column: number, from: number): boolean =>
    shapes[column]!.values.some((value, row) => value !== shapes[from]!.values[row])

  const moment = chosen.get('occurred_at') ?? chosen.get('date')
  if (moment && moment.rank >= 0) {
    if (moment.confidence < SURE) ask(moment.column, 'time')
    for (const column of rivals(MOMENTS, least(isGuessed(moment.rank)), shape => most(shape.dates, shape)))
      if (differs(column, moment.column)) ask(column, 'time')
  }
  const time = chosen.get('time')
  if (time && time.confidence < SURE) ask(time.column, 'time')

  // All rows so far are money in, and a column waits for what goes out.
  if (sign === 'all_in' && isGuessed(chosen.get('amount')?.rank ?? 0))
    for (const column of likelier(['amount_in', 'amount_out'], HARDLY))
      if (isWaiting(shapes[column]!) || likelier(['amount_in', 'amount_out'], 1 - SURE).includes(column))
        ask(column, 'amount')
  if (proven) return
  const sums = SUMS.flatMap(field => chosen.get(field) ?? [])
  for (const { column, confidence } of sums) if (confidence < SURE) ask(column, 'amount')
  if (sums.length > 0 && sums.every(each => each.rank >= 0))
    for (const column of rivals(SUMS, least(sums.some(each => isGuessed(each.rank))), shape =>
      most(shape.amounts, shape),
    ))
      if (sums.every(each => differs(column, each.column))) ask(column, 'amount')
  const direction = chosen.get('direction')
  if (direction && direction.confidence < SURE) ask(direction.column, 'direction')
  const kind = chosen.get('kind')
  if (sign === 'kind' && kind && kind.confidence < SURE) ask(kind.column, 'direction')
  if (sign === 'all_in' || sign === 'kind')
    for (const column of rivals(['direction'], 1 - SURE, shape => shape.distinct > 1 && shape.distinct <= 4))
      ask(column, 'direction')
}
