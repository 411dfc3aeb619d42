import { columnWord } from '../column_word.ts'
import type { Field } from '../statement.ts'
import { type Account, cardSide, isRepaid, isSpent } from './account.ts'
import { cleanCell } from './cell.ts'
import type { Doubt } from './doubt.ts'

/** All words of a row, its description first. */
export const textOf = (
  row: readonly string[],
  headers: readonly string[],
  at: Readonly<Record<Field, number>>,
): string =>
  [at.description, at.kind, ...headers.keys()]
    .filter((column, index, all) => column >= 0 && all.indexOf(column) === index)
    .map(column => cleanCell(row[column] ?? ''))
    .filter(cell => /[\p{L}]/u.test(cell))
    .join(' ')

/**
 * Card statements write what is owed: spending plus, repaying minus. A current account writes it the other way round, and it too
 * knows 信用卡还款. So the words count together with each other or with a title; what stays open is asked.
 */
export function cardSigns(
  rows: readonly (readonly string[])[],
  headers: readonly string[],
  at: Readonly<Record<Field, number>>,
  amountOf: (row: readonly string[]) => number,
  account: Account,
  balanced: boolean,
): 'inverse' | 'plain' | 'unsure' {
  const signs = { repaid: new Set<number>(), spent: new Set<number>() }
  for (const row of rows) {
    const sign = Math.sign(amountOf(row))
    if (Number.isNaN(sign) || sign === 0) continue
    const text = textOf(row, headers, at)
    if (isRepaid(text)) signs.repaid.add(sign)
    else if (isSpent(text)) signs.spent.add(sign)
  }
  const only = (set: ReadonlySet<number>, sign: number): boolean => set.size === 1 && set.has(sign)
  if (only(signs.repaid, -1) && (account.card || only(signs.spent, 1)) && !only(signs.spent, -1)) return 'inverse'
  if (only(signs.repaid, 1) && !only(signs.spent, 1)) return 'plain'
  if (only(signs.spent, -1) && !only(signs.repaid, -1)) return 'plain'
  if (only(signs.spent, 1) && account.card && signs.repaid.size === 0) return 'inverse'
  return account.card || (only(signs.repaid, -1) && signs.spent.size === 0 && !balanced && at.balance < 0)
    ? 'unsure'
    : 'plain'
}

/** Amounts without a sign, where every row begins with a word of card statements and one of them is a repayment. */
export function cardWords(
  rows: readonly (readonly string[])[],
  at: Readonly<Record<Field, number>>,
  account: Account,
): 'words' | 'unsure' | null {
  if (at.description < 0) return account.card ? 'unsure' : null
  const texts = rows.map(row => cleanCell(row[at.description] ?? '')).filter(text => text !== '')
  if (!account.card && !texts.some(isRepaid)) return null
  return texts.length > 0 && texts.every(text => cardSide(text) !== null) ? 'words' : 'unsure'
}

/** Whether plus is spent or paid back is for a person to say. */
export const cardDoubt = (header: string): Doubt => ({
  column: header,
  code: 'sign_unsure',
  zh: `这是信用卡或含还款的账单，列“${header}”的正数是消费还是还款无法从文件确定：请用列映射说明，正数为支出写 ${columnWord(header, 'amount_out')}，正数为收入写 ${columnWord(header, 'amount')}`,
  en: `this is a card statement (or one with repayments), and the file does not prove whether plus in column "${header}" is spent or paid back: say by a mapping ${columnWord(header, 'amount_out')} where plus is money out, or =amount where it is money in`,
})
