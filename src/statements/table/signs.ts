import { readAmount } from '../amount_text.ts'
import type { Field } from '../statement.ts'
import { type Account, isTakenBack } from './account.ts'
import { cardDoubt, cardSigns, cardWords, textOf } from './card_signs.ts'
import { cleanCell } from './cell.ts'
import { type Candidate, SUMS } from './chosen_columns.ts'
import { most } from './column_values.ts'
import { type Doubt, missingDoubt, unsureDoubt } from './doubt.ts'
import { isGuessed, type Meaning } from './meanings.ts'
import { type Balance, runningBalance } from './running_balance.ts'
import type { Shape } from './shape.ts'
import { kindOf, sideOf } from './vocabulary.ts'

/** How the sign of an amount is told. */
export type SignRule =
  | 'signed' // the amount carries it
  | 'side' // a direction column says it, the amount is a magnitude
  | 'kind' // the kind of the record says it (refund: out)
  | 'in_out' // two columns: in, out
  | 'in_out_net' // the same, where a minus takes back what the column means (冲账)
  | 'inverse' // what a credit card's holder owes: plus is money out
  | 'words' // the words of a card statement say it: 消费 out, 还款 in
  | 'all_in' // nothing says it: everything is taken for money in, with a warning

/** Balances are compared to this many decimals, which leaves room for amounts of 900,000,000,000. */
const BALANCE_DECIMALS = 4

/** How signs are told, whether the running balance follows in which order, and whether anything proves it. */
type Signs = { sign: SignRule; balance: Balance; proven: boolean }

/** Which rule gives the amounts their signs. `chosen` and `at` change where the balance proves that names were exchanged. */
export function settleSigns(
  headers: readonly string[],
  shapes: readonly Shape[],
  meanings: readonly Meaning[],
  chosen: Map<Field, Candidate>,
  at: Record<Field, number>,
  rows: readonly (readonly string[])[],
  decimal: '.' | ',',
  minor: boolean,
  doubts: Doubt[],
  notes: Doubt[],
  account: Account,
): Signs {
  takeHalf(chosen, at)
  const two = at.amount_in >= 0 && at.amount_out >= 0
  if (!two && at.amount < 0) {
    const half = at.amount_in >= 0 ? at.amount_in : at.amount_out
    const may = half >= 0 ? [half] : likeliestSums(shapes, meanings, chosen)
    if (may.length > 0) doubts.push(...may.map(column => unsureDoubt(headers[column]!, 'amount')))
    else doubts.push(missingDoubt('amount', headers))
    return { sign: 'signed', balance: null, proven: false }
  }
  const style = { exponent: minor ? 0 : BALANCE_DECIMALS, decimal } as const
  const cell = (row: readonly string[], column: number): number => {
    const read = readAmount(cleanCell(row[column] ?? ''), style)
    return typeof read === 'string' ? Number.NaN : read.minor
  }
  const zero = (value: number): number => (Number.isNaN(value) ? 0 : value)
  const moved = (row: readonly string[], rule: SignRule): number => {
    const amount = at.amount >= 0 ? cell(row, at.amount) : 0
    switch (rule) {
      case 'in_out':
        return Math.abs(zero(cell(row, at.amount_in))) - Math.abs(zero(cell(row, at.amount_out)))
      case 'in_out_net':
        return zero(cell(row, at.amount_in)) - zero(cell(row, at.amount_out))
      case 'side': {
        const side = sideOf(cleanCell(row[at.direction] ?? ''))
        return side === 'neutral' ? 0 : side === 'out' ? -Math.abs(amount) : Math.abs(amount)
      }
      case 'kind':
        return kindOf(cleanCell(row[at.kind] ?? '')) === 'refund' ? -Math.abs(amount) : Math.abs(amount)
      default:
        return amount
    }
  }
  const proves = (rule: SignRule): Balance =>
    at.balance < 0
      ? null
      : runningBalance(
          rows.map(row => moved(row, rule)),
          rows.map(row => cell(row, at.balance)),
        )

  const values = at.amount >= 0 ? shapes[at.amount]!.values.map(value => readAmount(value, style)) : []
  const reads = values.filter(read => typeof read !== 'string')
  const negative = reads.some(read => read.minor < 0)
  const marked = reads.some(read => read.side !== null)
  const plain: SignRule = two
    ? 'in_out'
    : at.direction >= 0
      ? 'side'
      : negative || marked
        ? 'signed'
        : at.kind >= 0 && shapes[at.kind]!.values.every(value => kindOf(value) !== null)
          ? 'kind'
          : 'all_in'

  const said = chosen.get('amount')?.rank === -1
  if (saidOut(chosen)) return { sign: 'inverse', balance: null, proven: false }
  if (plain === 'signed' && !said && !marked) {
    const card = cardSigns(rows, headers, at, row => cell(row, at.amount), account, proves('signed') !== null)
    if (card === 'inverse') return { sign: 'inverse', balance: null, proven: false }
    if (card === 'unsure') {
      doubts.push(cardDoubt(headers[at.amount]!))
      return { sign: 'signed', balance: null, proven: false }
    }
  }
  if (plain === 'all_in' && !said && at.balance < 0) {
    const card = cardWords(rows, at, account)
    if (card === 'words') return { sign: 'words', balance: null, proven: true }
    if (card === 'unsure') {
      doubts.push(cardDoubt(headers[at.amount]!))
      return { sign: 'all_in', balance: null, proven: false }
    }
  }
  const proof = proves(plain)
  if (proof) return { sign: plain, balance: proof, proven: true }
  if (two) {
    const net = proves('in_out_net')
    if (net) return { sign: 'in_out_net', balance: net, proven: true }
    // Named the other way round ("Debit" is money in): only the balance can prove that.
    swap(chosen, at)
    const found = proves('in_out')
    if (found) {
      if (chosen.get('amount_in')!.rank === -1) notes.push(swappedNote(headers[at.amount_in]!, headers[at.amount_out]!))
      return { sign: 'in_out', balance: found, proven: true }
    }
    swap(chosen, at)
  }
  if (two && takesBack(rows, headers, at, cell, doubts)) return { sign: 'in_out_net', balance: null, proven: false }
  const others: SignRule[] = two
    ? []
    : (['signed', 'side', 'kind'] as const).filter(
        rule => rule !== plain && (rule !== 'side' || at.direction >= 0) && (rule !== 'kind' || at.kind >= 0),
      )
  for (const rule of others) {
    const found = proves(rule)
    if (found) return { sign: rule, balance: found, proven: true }
  }
  // Amounts that were only guessed, and that a balance speaks against, are not accepted.
  const guessed = (['amount', 'amount_in', 'amount_out'] as const).some(field =>
    isGuessed(chosen.get(field)?.rank ?? 0),
  )
  if (at.balance >= 0 && shapes[at.balance]!.values.length > 1 && shapes[at.balance]!.distinct > 1)
    (guessed ? doubts : notes).push({
      column: headers[at.balance]!,
      code: 'balance_unproven',
      zh: `余额列“${headers[at.balance]}”与逐笔金额对不上，未能用它证明金额的正负：请核对前几行`,
      en: `the balance column "${headers[at.balance]}" does not follow the amounts, so it proves nothing: check the first rows`,
    })
  if (plain === 'side' && negative && !agrees(rows, at, cell))
    doubts.push({
      column: headers[at.amount]!,
      code: 'sign_unsure',
      zh: `列“${headers[at.amount]}”的正负号与方向列“${headers[at.direction]}”互相矛盾：请说明以哪个为准`,
      en: `the signs of column "${headers[at.amount]}" contradict the direction column "${headers[at.direction]}": say which one counts`,
    })
  if (plain === 'all_in' && at.balance >= 0 && shapes[at.balance]!.distinct > 2 && !said) {
    doubts.push({
      column: headers[at.amount]!,
      code: 'sign_unsure',
      zh: `列“${headers[at.amount]}”没有正负号，文件也没有看得懂的收支方向列，而余额“${headers[at.balance]}”说明并非全是收入：请用列映射指明方向列，如 --column 列名=direction`,
      en: `column "${headers[at.amount]}" has no signs and no column tells the direction in known words, while the balance "${headers[at.balance]}" shows that not everything is money in: name the direction column by a mapping, such as --column NAME=direction`,
    })
    return { sign: plain, balance: null, proven: false }
  }
  if (plain === 'all_in' && reads.length > 0 && !chosen.has('amount_in'))
    notes.push({
      column: headers[at.amount]!,
      code: 'direction_assumed',
      zh: `文件没有收支方向列，列“${headers[at.amount]}”也没有负数：全部按收入读取，请确认`,
      en: `no column tells the direction and column "${headers[at.amount]}" has no negative value: everything is read as money in, please confirm`,
    })
  return { sign: plain, balance: null, proven: false }
}

/** From here on a column is named among those that may be the missing amount. */
const SUGGESTED = 0.1

/** Where no column is likely enough to be the amount, those that may be it: a list of all columns helps nobody. */
function likeliestSums(
  shapes: readonly Shape[],
  meanings: readonly Meaning[],
  chosen: ReadonlyMap<Field, Candidate>,
): number[] {
  const taken = new Set([...chosen.values()].map(each => each.column))
  return meanings
    .map(({ likely }, column) => ({
      column,
      likely: SUMS.reduce((sum, field) => sum + (likely.get(field) ?? 0), 0),
    }))
    .filter(
      ({ column, likely }) =>
        likely > SUGGESTED && !taken.has(column) && most(shapes[column]!.amounts, shapes[column]!),
    )
    .toSorted((a, b) => b.likely - a.likely)
    .slice(0, 3)
    .map(({ column }) => column)
}

/** A person named only the column of money out (or in): it is the amount, with its own sign. */
function takeHalf(chosen: Map<Field, Candidate>, at: Record<Field, number>): void {
  if (at.amount >= 0) return
  for (const [half, other] of [
    ['amount_in', 'amount_out'],
    ['amount_out', 'amount_in'],
  ] as const)
    if (at[other] < 0 && (chosen.get(half)?.rank === -1 || (half === 'amount_in' && isNamed(chosen.get(half))))) {
      at.amount = at[half]
      chosen.set('amount', { ...chosen.get(half)!, field: 'amount' })
      if (chosen.get(half)!.rank === -1 && half === 'amount_in') chosen.delete('amount_in')
      at[half] = -1
      return
    }
}

/** 收入金额 alone says all there is: a file of what came in. */
const isNamed = (candidate: Candidate | undefined): boolean => candidate !== undefined && !isGuessed(candidate.rank)

const saidOut = (chosen: ReadonlyMap<Field, Candidate>): boolean =>
  chosen.get('amount')?.rank === -1 && chosen.get('amount')?.column === chosen.get('amount_out')?.column

const swappedNote = (income: string, outgo: string): Doubt => ({
  column: income,
  code: 'sides_exchanged',
  zh: `余额证明列“${income}”是收入、“${outgo}”是支出，与列映射相反：已按余额读取，请核对映射或模板`,
  en: `the balance proves that column "${income}" is money in and "${outgo}" money out, the other way round than the mapping says: it is read as the balance proves, check the mapping or template`,
})

/** Negative amounts among positive ones of a column take back, if their rows say so; otherwise they are asked about. */
function takesBack(
  rows: readonly (readonly string[])[],
  headers: readonly string[],
  at: Readonly<Record<Field, number>>,
  cell: (row: readonly string[], column: number) => number,
  doubts: Doubt[],
): boolean {
  let found = false
  for (const column of [at.amount_in, at.amount_out]) {
    const negative = rows.filter(row => cell(row, column) < 0)
    // All of them negative: the minus is part of how the column is written.
    if (negative.length === 0 || !rows.some(row => cell(row, column) > 0)) {
      if (column !== at.amount_in || negative.length === 0) continue
    }
    found = true
    if (negative.every(row => isTakenBack(textOf(row, headers, at)))) continue
    doubts.push({
      column: headers[column]!,
      code: 'sign_unsure',
      zh: `列“${headers[column]}”里有正数也有负数（如 ${cleanCell(negative[0]![column] ?? '')}），而余额和摘要都不能说明负数的含义：请核对后另行导出，或用列映射排除`,
      en: `column "${headers[column]}" holds plus and minus (such as ${cleanCell(negative[0]![column] ?? '')}), and neither a balance nor the text tells what minus means: check and export again`,
    })
  }
  return found
}

function swap(chosen: Map<Field, Candidate>, at: Record<Field, number>): void {
  const [income, outgo] = [chosen.get('amount_in')!, chosen.get('amount_out')!]
  chosen.set('amount_in', { ...outgo, field: 'amount_in' })
  chosen.set('amount_out', { ...income, field: 'amount_out' })
  at.amount_in = outgo.column
  at.amount_out = income.column
}

/** Out goes with minus and in with plus wherever an amount is negative, or the sign is the same on all outgoing rows. */
function agrees(
  rows: readonly (readonly string[])[],
  at: Readonly<Record<Field, number>>,
  cell: (row: readonly string[], column: number) => number,
): boolean {
  return rows.every(row => {
    const amount = cell(row, at.amount)
    return !(amount < 0) || sideOf(cleanCell(row[at.direction] ?? '')) === 'out'
  })
}
