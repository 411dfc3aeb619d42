import { columnWord } from '../column_word.ts'
import type { Field, StatementOptions } from '../statement.ts'
import { differ, fits, isConstant, isEmpty, most, tellsSides } from './column_values.ts'
import type { Doubt } from './doubt.ts'
import { CRITICAL, type Meaning, SURE } from './meanings.ts'
import { saidColumns } from './said_columns.ts'
import type { Shape } from './shape.ts'

/** The fields whose values are sums of money. */
export const MONEY: ReadonlySet<Field> = new Set<Field>([
  'amount',
  'amount_in',
  'amount_out',
  'refund_amount',
  'fee',
  'balance',
])

/** The fields that can be what was moved. */
export const SUMS: readonly Field[] = ['amount', 'amount_in', 'amount_out']

/** A column that may carry a field. `rank`: -1 is a person's word, the less the better; see `isGuessed` for those that no name speaks for. */
export type Candidate = { column: number; field: Field; rank: number; confidence: number }

/** The column of every field that has one: a person's word first, then names, then what the values look like. */
export function chooseColumns(
  headers: readonly string[],
  shapes: readonly Shape[],
  meanings: readonly Meaning[],
  options: StatementOptions,
  doubts: Doubt[],
): Map<Field, Candidate> {
  const said = saidColumns(headers, options, doubts)
  const candidates: Candidate[] = []
  for (const column of headers.keys()) {
    const word = said.get(column)
    if (word !== undefined) {
      if (word !== null) candidates.push({ column, field: word, rank: -1, confidence: 1 })
      continue
    }
    const meaning = meanings[column]!
    const shape = shapes[column]!
    let field = meaning.field
    if ((field === 'kind' || field === 'description') && most(shape.sides, shape) && tellsSides(shape.values))
      field = 'direction'
    if ((field === 'date' || field === 'occurred_at') && !fits(field, shape) && most(shape.times, shape)) field = 'time'
    if (field === 'time' && (most(shape.stamps, shape) || most(shape.serials, shape))) field = 'occurred_at'
    if (field === 'status' && !fits(field, shape) && fits('kind', shape)) field = 'kind'
    if (field !== null && fits(field, shape))
      candidates.push({ column, field, rank: meaning.rank, confidence: meaning.confidence })
  }
  const chosen = new Map<Field, Candidate>()
  const order = ({ rank, field, column }: Candidate): number =>
    rank < 0 ? rank : rank + lateness(field, column, headers, shapes)
  for (const candidate of candidates.toSorted((a, b) => order(a) - order(b) || a.column - b.column)) {
    const other = chosen.get(candidate.field)
    if (!other) chosen.set(candidate.field, candidate)
    else if (
      other.rank === candidate.rank &&
      candidate.rank >= 0 &&
      (headers[other.column] === headers[candidate.column]
        ? CRITICAL.has(candidate.field) && differ(shapes[other.column]!, shapes[candidate.column]!)
        : candidate.field.startsWith('amount'))
    )
      doubts.push(alikeDoubt(headers, other.column, candidate))
  }
  settleAmounts(chosen, shapes)
  return byShape(headers, shapes, chosen, said)
}

/**
 * Columns that lose to others of their field: those without a value, and 交易金额 beside 记账金额, which is what the account was
 * moved by, in its own currency.
 */
function lateness(field: Field, column: number, headers: readonly string[], shapes: readonly Shape[]): number {
  if (!MONEY.has(field) && field !== 'currency') return 0
  const booked = /^(?:记账|入账|入帐|结算|posted|booked|billing)/i
  const traded = /^(?:交易|transaction)/i
  const name = headers[column]!
  const twin = name.replace(traded, '')
  const beside =
    traded.test(name) &&
    headers.some((other, index) => booked.test(other) && other.replace(booked, '') === twin && !isEmpty(shapes[index]!))
  return (isEmpty(shapes[column]!) ? 10_000 : 0) + (beside ? 1_000 : 0)
}

function alikeDoubt(headers: readonly string[], other: number, { column, field }: Candidate): Doubt {
  const same = headers[other] === headers[column]
  const [first, second] = same ? [`#${other + 1}`, `#${column + 1}`] : [headers[other]!, headers[column]!]
  return {
    column: headers[column]!,
    code: 'columns_alike',
    zh: same
      ? `第 ${other + 1} 列和第 ${column + 1} 列都叫“${headers[column]}”，内容却不同：请指明用哪一列，如 ${columnWord(second, field)}`
      : `列“${first}”和“${second}”都像金额：请指明用哪一列，如 ${columnWord(second, field)}`,
    en: same
      ? `columns ${first} and ${second} are both called "${headers[column]}" and hold different values: say which one counts, such as ${columnWord(second, field)}`
      : `columns "${first}" and "${second}" both look like the amount: say which one it is, such as ${columnWord(second, field)}`,
  }
}

/** Either one amount column or two columns for in and out. Names alone do not say which, when a file has all three. */
function settleAmounts(chosen: Map<Field, Candidate>, shapes: readonly Shape[]): void {
  const [amount, income, outgo] = [chosen.get('amount'), chosen.get('amount_in'), chosen.get('amount_out')]
  const drop = (...fields: Field[]) => {
    for (const field of fields) chosen.delete(field)
  }
  if (!amount) return
  // A person named the one column that counts.
  if (amount.rank >= 0 && (income?.rank === -1 || outgo?.rank === -1)) return drop('amount')
  if (amount.rank < 0 || !income || !outgo) drop('amount_in', 'amount_out')
  // Both sides filled in every row are totals repeated beside each movement, not the movement.
  else if (isConstant(shapes[income.column]!) && isConstant(shapes[outgo.column]!)) drop('amount_in', 'amount_out')
  else drop('amount')
}

/** A time or an amount that no name gives away, where exactly one column can be it: proposed, not sure. */
function byShape(
  headers: readonly string[],
  shapes: readonly Shape[],
  chosen: Map<Field, Candidate>,
  said: ReadonlyMap<number, Field | null>,
): Map<Field, Candidate> {
  const free = headers
    .map((_, column) => column)
    .filter(column => !said.has(column) && ![...chosen.values()].some(each => each.column === column))
  const only = (test: (shape: Shape) => boolean): number => {
    const found = free.filter(column => shapes[column]!.values.length > 0 && test(shapes[column]!))
    return found.length === 1 ? found[0]! : -1
  }
  const nameless = headers.every(header => header.startsWith('#'))
  const confidence = nameless ? SURE : 0.7
  if (!chosen.has('occurred_at') && !chosen.has('date')) {
    const column = only(shape => shape.dates === shape.values.length)
    if (column >= 0)
      chosen.set(most(shapes[column]!.stamps, shapes[column]!) ? 'occurred_at' : 'date', {
        column,
        field: most(shapes[column]!.stamps, shapes[column]!) ? 'occurred_at' : 'date',
        rank: 99,
        confidence,
      })
  }
  const half = chosen.get('amount_in')?.rank === -1 || chosen.get('amount_out')?.rank === -1
  if (!half && !chosen.has('amount') && !(chosen.has('amount_in') && chosen.has('amount_out'))) {
    const column = only(shape => shape.decimals === shape.values.length && shape.dates === 0)
    if (column >= 0) chosen.set('amount', { column, field: 'amount', rank: 99, confidence })
  }
  if (!chosen.has('direction') && !chosen.has('amount_in') && !chosen.has('kind')) {
    const column = only(shape => shape.sides === shape.values.length && shape.distinct <= 3)
    if (column >= 0) chosen.set('direction', { column, field: 'direction', rank: 99, confidence: SURE })
  }
  if (nameless && chosen.has('date') && !chosen.has('time')) {
    const column = only(shape => shape.times === shape.values.length && shape.values.length === shape.rows)
    if (column >= 0) chosen.set('time', { column, field: 'time', rank: 99, confidence: SURE })
  }
  if (nameless && !chosen.has('currency')) {
    const column = only(shape => shape.values.every(value => /^[A-Z]{3}$/.test(value)))
    if (column >= 0) chosen.set('currency', { column, field: 'currency', rank: 99, confidence: SURE })
  }
  if (nameless && !chosen.has('channel_trade_no')) {
    const column = only(
      shape =>
        shape.distinct === shape.values.length &&
        shape.values.every(value => /^[A-Za-z0-9_-]{8,64}$/.test(value)) &&
        shape.dates < shape.values.length,
    )
    if (column >= 0) chosen.set('channel_trade_no', { column, field: 'channel_trade_no', rank: 99, confidence: 0.7 })
  }
  return chosen
}
