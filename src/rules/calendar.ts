import type { Day } from '../kernel/business_day.ts'
import type { ChannelRules, ClosingRule } from './rules.ts'

/**
 * When a business day is closed: `closesAt` local time in the channel's zone, `closesAfterDays` days after it; with
 * `workingDaysOnly` as many working days after it (T+1 of a Friday is Monday; of 30 September it is 8 October).
 */
export function closesAt(day: Day, { calendar, closing }: Pick<ChannelRules, 'calendar' | 'closing'>): Date {
  let date = Temporal.PlainDate.from(day)
  for (let left = closing.closesAfterDays; left > 0; ) {
    date = date.add({ days: 1 })
    if (!closing.workingDaysOnly || isWorkingDay(date.toString(), closing)) left--
  }
  const plainTime = Temporal.PlainTime.from(closing.closesAt)
  return new Date(date.toZonedDateTime({ timeZone: calendar.zone, plainTime }).epochMilliseconds)
}

/** Monday to Friday but for the holidays, and the days of a weekend that are worked on (调休). */
export function isWorkingDay(day: Day, { holidays, workdays }: Pick<ClosingRule, 'holidays' | 'workdays'>): boolean {
  if (workdays.includes(day)) return true
  return Temporal.PlainDate.from(day).dayOfWeek <= 5 && !holidays.includes(day)
}
