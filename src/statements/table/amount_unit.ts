import { columnWord } from '../column_word.ts'
import type { Field, StatementOptions } from '../statement.ts'
import type { Account } from './account.ts'
import type { Doubt } from './doubt.ts'
import type { Meaning } from './meanings.ts'
import type { Shape } from './shape.ts'
import { isUnit, type Unit } from './units.ts'

/** The unit that the names of the money columns state, or else the lines above the table; two that differ are asked about. */
export function unitOf(
  headers: readonly string[],
  meanings: readonly Meaning[],
  above: Unit,
  at: Readonly<Record<Field, number>>,
  doubts: Doubt[],
): { currency: string | null; minor: boolean; stated: boolean } {
  const main = [at.amount, at.amount_in, at.amount_out].filter(column => column >= 0)
  const beside = [at.refund_amount, at.fee, at.balance].filter(column => column >= 0)
  const own = (columns: readonly number[]) => columns.filter(column => isUnit(meanings[column]!.unit))
  const named = own(main)[0]
  const unit = named === undefined ? above : meanings[named]!.unit
  const header = headers[named ?? main[0] ?? -1] ?? null
  if (unit.unknown !== null)
    doubts.push({
      column: header,
      code: 'unit_unknown',
      zh: `金额列“${header}”的单位“${unit.unknown}”不支持：请换算成元后再提交`,
      en: `the unit "${unit.unknown}" of the amount column "${header}" is not supported: give whole currency units`,
    })
  const other = [...own(main), ...own(beside)].find(
    column =>
      (meanings[column]!.unit.minor !== unit.minor &&
        !(named === undefined && !isUnit(unit) && !meanings[column]!.unit.minor)) ||
      (meanings[column]!.unit.unknown !== null && unit.unknown === null),
  )
  if (other !== undefined)
    doubts.push({
      column: headers[other]!,
      code: 'unit_mixed',
      zh: `列“${headers[other]}”与金额列“${header}”的单位不同，不能确定金额以元还是以分计：请统一单位后再提交，或写 ${columnWord(headers[other], '-')} 不用此列`,
      en: `columns "${headers[other]}" and "${header}" state different units, so whether amounts are whole or minor units is not certain: give one unit, or say ${columnWord(headers[other], '-')} to leave that column out`,
    })
  return { currency: unit.currency, minor: unit.minor, stated: isUnit(unit) }
}

/** Enough numbers to tell that none of them has decimals. */
const WHOLE_MIN = 5
const NO_MINOR_UNITS = /^(JPY|KRW|TWD|VND|CLP|HUF|IDR)$/

/** 77853 without a unit may be 分. Nothing in the file says so, hence it is told. */
export function noteWholeNumbers(
  headers: readonly string[],
  shapes: readonly Shape[],
  at: Readonly<Record<Field, number>>,
  options: StatementOptions,
  account: Account,
  notes: Doubt[],
): void {
  const main = [at.amount, at.amount_in, at.amount_out].filter(column => column >= 0)
  const all = [...main, at.fee, at.balance].filter(column => column >= 0).flatMap(column => shapes[column]!.values)
  const whole = all.every(value => /^[-+]?\d+$/.test(value))
  const odd = new Set(all.filter(value => !/(?:^0|00)$/.test(value)))
  const currency =
    at.currency < 0 ? (account.currency ?? options.currency ?? '') : (shapes[at.currency]!.values[0] ?? '')
  if (!whole || odd.size < WHOLE_MIN || NO_MINOR_UNITS.test(currency)) return
  const header = headers[main[0] ?? -1]
  if (header === undefined) return
  notes.push({
    column: header,
    code: 'unit_assumed',
    zh: `列“${header}”的数都没有小数，也没有写明单位：按元读取；如果以分计，请把列名改成“${header}(分)”后再提交`,
    en: `no number of column "${header}" has decimals and nothing states their unit: they are read as whole currency units; where they are minor units, rename the column "${header} (minor units)"`,
  })
}
