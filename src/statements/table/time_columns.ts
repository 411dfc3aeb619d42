import type { Field } from '../statement.ts'
import type { Candidate } from './chosen_columns.ts'
import { type Doubt, missingDoubt, unreadTimes } from './doubt.ts'
import type { Meaning } from './meanings.ts'
import type { Shape } from './shape.ts'
import { zoneInName, zoneStated } from './stated_zone.ts'

/** 交易日 is empty on repayments; 记账日 then tells the day. */
export function dateElse(
  headers: readonly string[],
  shapes: readonly Shape[],
  at: Readonly<Record<Field, number>>,
  cleaned: readonly (readonly string[])[],
): number {
  if (at.date < 0 || !cleaned.some(row => row[at.date] === '')) return -1
  return headers.findIndex(
    (header, column) =>
      column !== at.date &&
      /^(?:记账|入账|入帐)(?:日|日期)$|^post(?:ed|ing)?\s*date$/i.test(header) &&
      shapes[column]!.dates === shapes[column]!.values.length &&
      cleaned.every(row => row[at.date] !== '' || row[column] !== ''),
  )
}

/** Dates without a year, which nothing above the table tells: this doubt takes the place of those about the time since `from`. */
export function askForYear(
  headers: readonly string[],
  yearless: readonly boolean[],
  at: Readonly<Record<Field, number>>,
  doubts: Doubt[],
  from: number,
): void {
  const column = yearless.indexOf(true)
  if (column < 0 || at.occurred_at >= 0 || at.date >= 0) return
  doubts.splice(from, doubts.length - from, {
    column: headers[column]!,
    code: 'year_missing',
    zh: `列“${headers[column]}”的日期没有年份，表格上方也没有写明账单月份或起止日期：请下载带年份的对账单，或在表头上方加一行如“账单月份 2024年01月”`,
    en: `the dates of column "${headers[column]}" have no year and nothing above the table tells the statement's month or period: fetch a statement with years, or add a line such as "2024年01月" above the header`,
  })
}

/** Which of moment, date and time count; a doubt where there is none of them. `chosen` and `at` lose the others. */
export function settleTime(
  headers: readonly string[],
  shapes: readonly Shape[],
  named: readonly Meaning[],
  chosen: Map<Field, Candidate>,
  at: Record<Field, number>,
  doubts: Doubt[],
): void {
  // A column of full moments makes a date and a time column needless; a date with a time beside it is a moment.
  if (
    at.occurred_at >= 0 &&
    shapes[at.occurred_at]!.stamps === 0 &&
    shapes[at.occurred_at]!.serials === 0 &&
    at.date < 0
  ) {
    at.date = at.occurred_at
    at.occurred_at = -1
    chosen.set('date', { ...chosen.get('occurred_at')!, field: 'date' })
    chosen.delete('occurred_at')
  }
  const drop = (field: Field) => {
    at[field] = -1
    chosen.delete(field)
  }
  if (at.occurred_at >= 0) {
    const dated = shapes[at.occurred_at]!.stamps > 0 || shapes[at.occurred_at]!.serials > 0
    // 记账时间 with only a date in it, beside 交易日期: keep the date.
    if (!dated && at.date >= 0) drop('occurred_at')
    else {
      if (at.date >= 0) drop('date')
      if (at.time >= 0) drop('time')
    }
  }
  const when = at.occurred_at >= 0 ? chosen.get('occurred_at') : chosen.get('date')
  if (when) return
  // A name that promises a date over values that are none: say which and what was found.
  const column = named.findIndex(
    ({ field }, index) => (field === 'date' || field === 'occurred_at') && shapes[index]!.values.length > 0,
  )
  doubts.push(column < 0 ? missingDoubt('time', headers) : unreadTimes(headers[column]!, shapes[column]!.values[0]!))
}

/** The zone that the time column's name or a line above states; one that could be several is asked about. */
export function zoneOf(
  headers: readonly string[],
  at: Readonly<Record<Field, number>>,
  lines: readonly string[],
  doubts: Doubt[],
): string | null {
  const column = at.occurred_at >= 0 ? at.occurred_at : at.time
  if (column < 0 || at.zone >= 0) return null
  const zone = zoneInName(headers[column]!) ?? zoneStated(lines)
  if (zone !== '') return zone
  doubts.push({
    column: headers[column]!,
    code: 'zone_unsure',
    zh: `列“${headers[column]}”的时区写法可以指几个时区：请用 --timezone 指明，如 --timezone Asia/Shanghai`,
    en: `the time zone that is stated for column "${headers[column]}" may be several: say which by --timezone, such as --timezone America/New_York`,
  })
  return null
}
