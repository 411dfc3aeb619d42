import type { DateOrder, StatementOptions } from '../statement.ts'
import type { Account } from './account.ts'
import { cleanCell } from './cell.ts'
import { readWritten, type Written, ymdOf } from './dates.ts'
import type { Doubt } from './doubt.ts'
import type { Shape } from './shape.ts'

/** A statement holds so many years at most; dates that lie further apart were read in the wrong order. */
const YEARS_MAX = 3

/** Of what is no date no order makes a day. */
const NO_DAY: Written = { ymd: 1, a: 0, b: 0, year: 0, seconds: null, millis: 0, offset: null, short: false }

type Dates = { readonly order: DateOrder | null; readonly serial: boolean }

/**
 * Which part of 03/04/2026 is the month, and of 26/02/03 the year. Proofs are a part above 12, the period stated above the table,
 * numbers that begin with the date, and that the dates of one file lie together. Without one it is asked.
 */
export function settleDates(
  header: string,
  shape: Shape,
  column: number,
  rows: readonly (readonly string[])[],
  options: StatementOptions,
  account: Account,
  doubts: Doubt[],
  notes: Doubt[],
): Dates {
  if (shape.values.length > 0 && shape.serials === shape.values.length && shape.dates === 0)
    return { order: null, serial: true }
  const written = shape.values.map(readWritten).filter((value): value is Written => value !== null)
  const open = written.filter(value => value.ymd === 0 || value.short)
  if (open.length === 0) return { order: options.dateOrder ?? null, serial: false }
  const orders = ordersOf(open)
  const { dateOrder } = options
  if (dateOrder) {
    // Dates that break a given order are rejected one by one; but not when all of them prove another one.
    const stated = inPeriod(open, orders, account)
    if (orders.length > 0 && !orders.includes(dateOrder))
      doubts.push(contradicted(header, shape, dateOrder, orders[0]!))
    else if (stated && stated !== dateOrder) doubts.push(contradicted(header, shape, dateOrder, stated))
    else {
      const closer = orders.find(
        order => order !== dateOrder && spanOf(open, order) * FURTHER < spanOf(open, dateOrder),
      )
      if (closer) notes.push(scattered(header, shape.values[0]!, dateOrder, closer))
    }
    return { order: dateOrder, serial: false }
  }
  const likely = orders.length > 1 ? together(open, orders) : orders
  if (likely.length === 1) return { order: likely[0]!, serial: false }
  const days = likely.map(order => open.map(value => ymdOf(value, order)).join())
  if (likely.length > 1 && new Set(days).size === 1) return { order: likely[0]!, serial: false }
  const proven = inPeriod(open, likely, account) ?? orderFromNumbers(rows, column, likely)
  if (proven) return { order: proven, serial: false }
  const example = shape.values.find(value => readWritten(value)?.ymd === 0) ?? shape.values[0] ?? ''
  doubts.push(likely.length === 0 ? mixed(header, example) : unsure(header, example, likely))
  return { order: null, serial: false }
}

/** Dates that lie so many times further apart than in another order were probably turned since the order was given. */
const FURTHER = 8

/** Days from the first to the last, roughly. */
function spanOf(open: readonly Written[], order: DateOrder): number {
  const days = open.map(value => {
    const ymd = ymdOf(value, order)
    return Math.floor(ymd / 10_000) * 365 + Math.floor((ymd % 10_000) / 100) * 30 + (ymd % 100)
  })
  return days.reduce((a, b) => Math.max(a, b), 0) - days.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER)
}

/** The orders in which all of them are days. Where the year has two digits it may come first as well. */
function ordersOf(open: readonly Written[]): DateOrder[] {
  const candidates: DateOrder[] = open.every(value => value.short) ? ['dmy', 'mdy', 'ymd'] : ['dmy', 'mdy']
  return candidates.filter(order => open.every(value => !(order === 'mdy' && value.ymd > 0) && ymdOf(value, order) > 0))
}

/** Read in the wrong order, two-digit years look like days of the month: one day of the year, over decades. */
function together(open: readonly Written[], orders: readonly DateOrder[]): DateOrder[] {
  if (!open.every(value => value.short)) return [...orders]
  const near = orders.filter(order => {
    const days = [...new Set(open.map(value => ymdOf(value, order)))]
    const years = days.map(day => Math.floor(day / 10_000))
    const sameDay = days.length > 1 && new Set(days.map(day => day % 10_000)).size === 1
    return !sameDay && Math.max(...years) - Math.min(...years) < YEARS_MAX
  })
  return near.length > 0 ? near : [...orders]
}

/** The one order in which all days lie within the period that the lines above the table state. */
function inPeriod(open: readonly Written[], orders: readonly DateOrder[], { from, to }: Account): DateOrder | null {
  if (from === 0 || to === 0) return null
  const inside = orders.filter(order =>
    open.every(value => {
      const ymd = ymdOf(value, order)
      return ymd >= from && ymd <= to
    }),
  )
  return inside.length === 1 ? inside[0]! : null
}

/** Transaction numbers often begin with their date; if every row's number agrees with one order only, that is the order. */
function orderFromNumbers(
  rows: readonly (readonly string[])[],
  column: number,
  orders: readonly DateOrder[],
): DateOrder | null {
  const proven = orders.filter(order => {
    let proofs = 0
    for (const row of rows) {
      const written = readWritten(cleanCell(row[column] ?? ''))
      if (!written || (written.ymd > 0 && !written.short)) continue
      const ymd = String(ymdOf(written, order))
      if (!row.some((cell, index) => index !== column && cleanCell(cell).length >= 10 && cleanCell(cell).includes(ymd)))
        return false
      proofs++
    }
    return proofs > 0
  })
  return proven.length === 1 ? proven[0]! : null
}

const ZH: Readonly<Record<DateOrder, string>> = { dmy: '日/月/年', mdy: '月/日/年', ymd: '年/月/日' }
const EN: Readonly<Record<DateOrder, string>> = { dmy: 'day/month/year', mdy: 'month/day/year', ymd: 'year/month/day' }

const mixed = (header: string, example: string): Doubt => ({
  column: header,
  code: 'date_order_mixed',
  zh: `列“${header}”里有的日期只能是“日/月”，有的只能是“月/日”（如 ${example}）：请重新导出，或指明日期顺序（不符的行会被拒收）`,
  en: `some dates of column "${header}" can only be day/month and some only month/day (such as ${example}): export the file again, or say which order counts (rows that break it are rejected)`,
})

const unsure = (header: string, example: string, orders: readonly DateOrder[]): Doubt => ({
  column: header,
  code: 'date_order_unsure',
  zh: `列“${header}”的日期（如 ${example}）分不清是${orders.map(order => `“${ZH[order]}”`).join('还是')}：请指明日期顺序，如 --date-order ${orders[0]}（可为 ${orders.join('、')}）`,
  en: `the dates of column "${header}" (such as ${example}) may be ${orders.map(order => EN[order]).join(' or ')}: say which, such as --date-order ${orders[0]} (${orders.join(' or ')})`,
})

const scattered = (header: string, example: string, order: DateOrder, other: DateOrder): Doubt => ({
  column: header,
  code: 'date_order_doubtful',
  zh: `列“${header}”的日期（如 ${example}）按给定的顺序“${ZH[order]}”读分散在几个月里，按“${ZH[other]}”读则前后相连：银行可能改了写法，请核对首末两条的日期`,
  en: `read in the given order ${EN[order]}, the dates of column "${header}" (such as ${example}) are months apart; as ${EN[other]} they follow each other: the way they are written may have changed, check the dates of the first and last record`,
})

const contradicted = (header: string, shape: Shape, order: DateOrder, other: DateOrder): Doubt => {
  const written = shape.values.find(value => (readWritten(value)?.ymd ?? 1) === 0) ?? ''
  const example = shape.values.find(value => ymdOf(readWritten(value) ?? NO_DAY, order) === 0) ?? written
  return {
    column: header,
    code: 'date_order_contradicted',
    zh: `列“${header}”的日期（如 ${example}）不是给定的顺序“${ZH[order]}”，而都合乎“${ZH[other]}”：请核对，用 --date-order ${other} 指明`,
    en: `the dates of column "${header}" (such as ${example}) are not in the given order ${EN[order]}; all of them fit ${EN[other]}: check, and say --date-order ${other}`,
  }
}
