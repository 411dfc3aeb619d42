import { addDays, type Day } from '../kernel/business_day.ts'
import { closesAt, isWorkingDay } from '../rules/calendar.ts'
import type { ChannelRules } from '../rules/rules.ts'

/** When statements are expected, tried for and missed. Pure. */

export type Schedule = {
  readonly zone: string
  /** Local time of the publishing day from which the channel is asked. */
  readonly firstTry: string
  /** Minutes between tries; the last one goes on. */
  readonly retryMinutes: readonly number[]
  /** Before the reconciliation day closes. */
  readonly alertMinutesBefore: number
  /** working_days: what happened on a holiday is published on the next working day. */
  readonly publishes: 'daily' | 'working_days'
  /** A statement that came is asked for again so many days: a channel may restate it. */
  readonly recheckDays: number
}

export type Expected = { readonly expectedAt: Date; readonly alertAt: Date }

/** When the statement of `day` should be there, and when people must hear that it is not. Close and holidays are those of the rules. */
export function expectedOf(day: Day, schedule: Schedule, rules: Pick<ChannelRules, 'calendar' | 'closing'>): Expected {
  const { zone, firstTry, publishes, alertMinutesBefore } = schedule
  let published = addDays(day, 1)
  if (publishes === 'working_days') while (!isWorkingDay(published, rules.closing)) published = addDays(published, 1)
  const closes = closesAt(day, { calendar: { ...rules.calendar, zone }, closing: rules.closing })
  const plainTime = Temporal.PlainTime.from(firstTry)
  return {
    expectedAt: new Date(
      Temporal.PlainDate.from(published).toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds,
    ),
    alertAt: new Date(closes.getTime() - alertMinutesBefore * MINUTE_MS),
  }
}

/** `attempts` were made, the last one at `at`. One try falls on the moment of the alert, so that nobody is alarmed by what is there. */
export function nextTry(attempts: number, at: Date, alertAt: Date, schedule: Schedule): Date {
  const { retryMinutes } = schedule
  const minutes = retryMinutes[Math.min(attempts, retryMinutes.length) - 1] ?? 60
  const next = at.getTime() + minutes * MINUTE_MS
  return new Date(at < alertAt ? Math.min(next, alertAt.getTime()) : next)
}

/** After it came: the next look for a newer version, a day after it was expected and so on; null: no more. */
export function nextCheck(at: Date, expectedAt: Date, schedule: Schedule): Date | null {
  for (let days = 1; days <= schedule.recheckDays; days++) {
    const check = expectedAt.getTime() + days * DAY_MS
    if (check > at.getTime()) return new Date(check)
  }
  return null
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
