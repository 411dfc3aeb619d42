import type pg from 'pg'
import { addDays, businessDayBounds, businessDayOf, type Day } from '../../kernel/business_day.ts'
import type { Coverage, Entry } from '../../matching/entry.ts'
import type { ChannelRules } from '../../rules/rules.ts'
import type { BusinessDay } from './day.ts'
import { coveredDays } from './day_store.ts'

type Calendar = ChannelRules['calendar']

/** Days before and after the day that a row in transit may belong to. */
const AROUND = 40

/** Days that the account's statements speak about, around the day. */
export function statementDaysOf(db: pg.Pool, day: BusinessDay, calendar: Calendar, at: Date): Promise<Day[]> {
  const now = at.getTime()
  const today = businessDayOf(calendar)(now)
  const over = now >= businessDayBounds(day.day, calendar).to ? day.day : addDays(today, -1)
  return coveredDays(db, { ...day, over: over < today ? addDays(today, -1) : over }, AROUND)
}

/** Our own book speaks about all days that have begun, around the rows that are looked at. */
export function coverageOf(
  { channel, day }: BusinessDay,
  rows: readonly Entry[],
  statementDays: readonly Day[],
  calendar: Calendar,
  at: Date,
): Coverage {
  const today = businessDayOf(calendar)(at.getTime())
  const oldest = rows.reduce((min, row) => (row.day < min ? row.day : min), day)
  const paymentDays: Day[] = []
  for (let each = addDays(oldest, -1); each <= today; each = addDays(each, 1)) paymentDays.push(each)
  return { channel, statementGiven: statementDays.length > 0, statementDays, paymentDays }
}
