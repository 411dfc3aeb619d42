import { narrow } from '../amount_text.ts'
import type { Field } from '../statement.ts'
import type { Doubt } from './doubt.ts'
import type { Shape } from './shape.ts'
import type { Unit } from './units.ts'

/** Amount (USD) beside a currency column that says BRL: one of them is not this amount's. */
export function askForCurrency(
  headers: readonly string[],
  shapes: readonly Shape[],
  at: Readonly<Record<Field, number>>,
  units: readonly Unit[],
  doubts: Doubt[],
): void {
  const unit = units.find(each => each.currency !== null)?.currency
  if (!unit || at.currency < 0) return
  const other = shapes[at.currency]!.values.find(value => currencyOf(value) !== unit)
  if (other === undefined) return
  const column = at.amount >= 0 ? at.amount : at.amount_in
  doubts.push({
    column: headers[column]!,
    code: 'currency_contradicted',
    zh: `金额列“${headers[column]}”写的是 ${unit}，币种列“${headers[at.currency]}”却是 ${other.slice(0, 10)}：请用列映射指明按哪一列金额、是否使用币种列`,
    en: `the amount column "${headers[column]}" is in ${unit}, but the currency column "${headers[at.currency]}" says ${other.slice(0, 10)}: say by a mapping which amount counts and whether the currency column does`,
  })
}

/** CNY 13.50: every amount names its currency, and it is the same; or the column's name does (人民币金额). */
export function onlyCurrencyOf(
  headers: readonly string[],
  shapes: readonly Shape[],
  at: Readonly<Record<Field, number>>,
): string | null {
  const column = at.amount >= 0 ? at.amount : at.amount_in
  if (column < 0) return null
  const own = /^(人民币|美元|港币|欧元)/.exec(headers[column]!)?.[1]
  if (own) return currencyOf(own)
  const values = shapes[column]!.values
  const named = new Set(values.map(value => currencyIn(value)))
  return named.size === 1 ? [...named][0]! : null
}

/** Marks that stand for one currency; $, ¥ and kr stand for several. */
const MARKS: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '£': 'GBP',
  '₩': 'KRW',
  '₹': 'INR',
  '฿': 'THB',
  US$: 'USD',
  HK$: 'HKD',
  NT$: 'TWD',
}
const MARK = /€|£|₩|₹|฿|US\$|HK\$|NT\$/

/** The currency that stands before or behind an amount in its cell. */
export const currencyIn = (cell: string): string | null =>
  /^\s*([A-Z]{3})\s?[-+\d(]/.exec(cell)?.[1] ??
  /[\d)]\s?([A-Z]{3})\s*$/.exec(cell)?.[1] ??
  MARKS[MARK.exec(cell)?.[0] ?? ''] ??
  null

/** "CNY", "人民币", "156". */
export function currencyOf(word: string): string | null {
  const bare = narrow(word).trim().toUpperCase()
  if (/^[A-Z]{3}$/.test(bare)) return bare === 'RMB' ? 'CNY' : bare
  return NAMES[bare] ?? null
}

const NAMES: Readonly<Record<string, string>> = {
  人民币: 'CNY',
  人民币元: 'CNY',
  元: 'CNY',
  '156': 'CNY',
  美元: 'USD',
  港币: 'HKD',
  港元: 'HKD',
  欧元: 'EUR',
  日元: 'JPY',
  英镑: 'GBP',
  澳门元: 'MOP',
  新台币: 'TWD',
  '840': 'USD',
  '344': 'HKD',
  '978': 'EUR',
  '392': 'JPY',
  '826': 'GBP',
}
