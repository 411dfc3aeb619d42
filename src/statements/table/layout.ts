import { type Column, type DateOrder, FIELDS, type Field, type StatementOptions } from '../statement.ts'
import { type Account, accountOf, isYearless, withYear } from './account.ts'
import { noteWholeNumbers, unitOf } from './amount_unit.ts'
import { cleanCell, narrowHeader } from './cell.ts'
import { chooseColumns, MONEY } from './chosen_columns.ts'
import { isWaiting } from './column_values.ts'
import { askForCurrency, onlyCurrencyOf } from './currencies.ts'
import { settleDates } from './date_order.ts'
import { decimalOf } from './decimal_sign.ts'
import { type Doubt, unsureDoubt } from './doubt.ts'
import { meaningsOf } from './meanings.ts'
import { askForDirection, askForStatus, askGuesses, askWhereNumbersSayOtherwise } from './questions.ts'
import { filledInTurns } from './relations.ts'
import type { Balance } from './running_balance.ts'
import { saidColumns } from './said_columns.ts'
import { shapeOf } from './shape.ts'
import { askForSideWords, askForStatusWords, SIDELESS } from './side_words.ts'
import { type SignRule, settleSigns } from './signs.ts'
import { askForYear, dateElse, settleTime, zoneOf } from './time_columns.ts'
import { unitStated } from './units.ts'
import { isKnownName } from './vocabulary.ts'

/** What a table's columns mean, settled from its header and first rows. `-1`: there is no such column. */
export type Layout = {
  readonly headers: readonly string[]
  readonly columns: readonly Column[]
  readonly at: Readonly<Record<Field, number>>
  readonly sign: SignRule
  readonly decimal: '.' | ','
  /** Amounts are whole minor units (分). */
  readonly minorUnits: boolean
  /** A name or a line around the table states the unit. */
  readonly unitStated: boolean
  readonly currency: string | null
  readonly dateOrder: DateOrder | null
  /** Where the date is empty, this column's counts (交易日, 记账日). -1: there is none. */
  readonly dateElse: number
  /** Dates are written without their year, which the rows above tell. */
  readonly yearless: boolean
  readonly account: Account
  readonly serialDates: boolean
  /** Columns of nothing but zeros so far that mean nothing: money that appears in them beside an amount of zero is not passed over. */
  readonly waiting: readonly number[]
  /** The zone of its times, where its names or the lines above say one. */
  readonly zone: string | null
  /** The running balance holds over the first rows, in this order of time. */
  readonly balance: Balance
  readonly confidence: number
  readonly doubts: readonly Doubt[]
  readonly notes: readonly Doubt[]
}

/**
 * Proposes what every column means from names and values, and settles signs, decimals and dates. A running balance proves
 * the result where there is one. What stays open is a doubt: nothing about amounts, times or directions is guessed.
 */
export function proposeLayout(
  given: readonly string[],
  rows: readonly (readonly string[])[],
  options: StatementOptions,
  above: readonly (readonly string[])[] = [],
): Layout {
  const headers = given.map(header => narrowHeader(cleanCell(header)))
  const account = accountOf(above, headers)
  const written = rows.map(row => headers.map((_, column) => cleanCell(row[column] ?? '')))
  const yearless = headers.map((_, column) => isYearless(written.flatMap(row => row[column] || [])))
  const cleaned = written.map(row =>
    row.map((cell, column) => (yearless[column] ? (withYear(cell, account) ?? cell) : cell)),
  )
  const shapes = headers.map((_, column) => shapeOf(cleaned.map(row => row[column]!)))
  const meanings = meaningsOf(headers, cleaned, shapes)
  const doubts: Doubt[] = []
  const notes: Doubt[] = []
  const chosen = chooseColumns(headers, shapes, meanings, options, doubts)
  const at = Object.fromEntries(FIELDS.map(field => [field, chosen.get(field)?.column ?? -1])) as Record<Field, number>

  const decimal = decimalOf(
    headers,
    shapes,
    [at.amount, at.amount_in, at.amount_out, at.balance, at.fee].filter(column => column >= 0),
    options,
    doubts,
  )
  const lines = above.map(cells => cells.filter(cell => cell.trim() !== '').join(' '))
  const timeless = doubts.length
  settleTime(headers, shapes, meanings, chosen, at, doubts)
  if (account.to === 0) askForYear(headers, yearless, at, doubts, timeless)
  const moment = at.occurred_at >= 0 ? at.occurred_at : at.date
  const dates =
    moment < 0
      ? { order: null, serial: false }
      : settleDates(headers[moment]!, shapes[moment]!, moment, rows, options, account, doubts, notes)
  const zone = options.zone ?? zoneOf(headers, at, lines, doubts)
  const units = [at.amount, at.amount_in, at.amount_out]
    .filter(column => column >= 0)
    .map(column => meanings[column]!.unit)
  const unit = unitOf(headers, meanings, unitStated(lines), at, doubts)
  if (!unit.stated) noteWholeNumbers(headers, shapes, at, options, account, notes)
  askForCurrency(headers, shapes, at, units, doubts)
  askForDirection(headers, shapes, meanings, saidColumns(headers, options, []), at, doubts)
  askForStatus(headers, shapes, meanings, saidColumns(headers, options, []), at, doubts)
  const { sign, balance, proven } = settleSigns(
    headers,
    shapes,
    meanings,
    chosen,
    at,
    rows,
    decimal,
    unit.minor,
    doubts,
    notes,
    account,
  )
  const said = saidColumns(headers, options, [])
  askGuesses({ headers, shapes, meanings, chosen, said, sign, proven, doubts })
  if (sign === 'all_in') {
    const sideless = [...chosen.values()].filter(({ field }) => SIDELESS.has(field)).map(({ column }) => column)
    askForSideWords(headers, shapes, new Set([...said.keys(), ...sideless]), doubts)
  }
  if (at.status < 0) {
    const other = [...chosen.values()].filter(({ field }) => field !== 'description').map(({ column }) => column)
    askForStatusWords(headers, shapes, new Set([...said.keys(), ...other]), doubts)
  }
  if (!proven) {
    askWhereNumbersSayOtherwise(headers, shapes, cleaned, at, doubts)
    const taken = new Set([...said.keys(), ...[...chosen.values()].map(({ column }) => column)])
    if (at.amount >= 0 && !said.has(at.amount))
      for (const column of filledInTurns(cleaned, shapes, at.amount))
        if (!taken.has(column) && !doubts.some(doubt => doubt.column === headers[column]))
          doubts.push(unsureDoubt(headers[column]!, 'amount'))
  }

  const confidences = [...chosen.values()]
    .filter(({ field }) => MONEY.has(field) || ['occurred_at', 'date', 'direction'].includes(field))
    .map(each => each.confidence)
  const columns = headers.map((header, column): Column => {
    const own = [...chosen.values()].find(each => each.column === column)
    return {
      header,
      field: own?.field ?? null,
      confidence: own
        ? proven && MONEY.has(own.field)
          ? 0.99
          : own.confidence
        : meanings[column]!.field === null
          ? 0.5
          : 0.6,
    }
  })
  return {
    headers,
    columns,
    at,
    sign,
    decimal,
    minorUnits: unit.minor,
    unitStated: unit.stated,
    waiting: headers.flatMap((_, column) =>
      [...chosen.values()].some(each => each.column === column) ||
      said.has(column) ||
      !isWaiting(shapes[column]!) ||
      (shapes[column]!.values.length === 0 && isKnownName(headers[column]!))
        ? []
        : [column],
    ),
    zone,
    currency: unit.currency ?? (at.currency < 0 ? (account.currency ?? onlyCurrencyOf(headers, shapes, at)) : null),
    dateOrder: dates.order,
    dateElse: dateElse(headers, shapes, at, cleaned),
    yearless: yearless[at.date] === true,
    account,
    serialDates: dates.serial,
    balance,
    confidence: doubts.length > 0 ? 0.4 : Math.min(proven ? 0.99 : 0.95, ...confidences),
    doubts,
    notes,
  }
}
