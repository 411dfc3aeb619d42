import { kept } from '../../kernel/kept.ts'
import { exponentOf } from '../../kernel/money.ts'
import { fullYear } from '../short_date.ts'
import { commaAmount } from './entry.ts'

/** :60: and :62:, the day as YYMMDD: C261120CNY1000,00. */
export const BALANCE = /^([CD])(\d{6})([A-Z]{3})(\d+(?:,\d*)?)$/

/** `ymd`: 20261120; `minor`: minor units, owed is minus. */
export type Balance = { readonly ymd: number; readonly currency: string; readonly minor: bigint }

/** null: it cannot be read. */
export function balanceOf(value: string): Balance | null {
  const found = BALANCE.exec(value)
  if (!found) return null
  const [, side, date = '', currency = '', amount = ''] = found
  const minor = commaAmount(amount, 0, amount.length, exponentOf(currency))
  if (Number.isNaN(minor)) return null
  return { ymd: fullYear(Number(date)), currency: kept(currency), minor: BigInt(side === 'D' ? -minor : minor) }
}
