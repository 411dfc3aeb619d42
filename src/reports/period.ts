/** Times by name, counted from the day a report is made. Pure. */

export const PERIODS = [
  'today',
  'yesterday',
  'last_7_days',
  'last_30_days',
  'this_week',
  'last_week',
  'this_month',
  'last_month',
] as const
export type Period = (typeof PERIODS)[number]

export const isPeriod = (text: string): text is Period => (PERIODS as readonly string[]).includes(text)

/** First and last day, both inclusive. Weeks begin on Monday; `last_N_days` ends yesterday, as today is not over. */
export function daysOf(period: Period, today: string): { readonly from: string; readonly to: string } {
  const day = Temporal.PlainDate.from(today)
  const range = (from: Temporal.PlainDate, to: Temporal.PlainDate) => ({ from: from.toString(), to: to.toString() })
  const monday = day.subtract({ days: day.dayOfWeek - 1 })
  const first = day.with({ day: 1 })
  switch (period) {
    case 'today':
      return range(day, day)
    case 'yesterday':
      return range(day.subtract({ days: 1 }), day.subtract({ days: 1 }))
    case 'last_7_days':
      return range(day.subtract({ days: 7 }), day.subtract({ days: 1 }))
    case 'last_30_days':
      return range(day.subtract({ days: 30 }), day.subtract({ days: 1 }))
    case 'this_week':
      return range(monday, day)
    case 'last_week':
      return range(monday.subtract({ days: 7 }), monday.subtract({ days: 1 }))
    case 'this_month':
      return range(first, day)
    case 'last_month':
      return range(first.subtract({ months: 1 }), first.subtract({ days: 1 }))
  }
}

/** When something is done again and again: `dayNo` is 1 (Monday) to 7 for weeks, the day of the month for months. */
export type Rhythm = {
  readonly every: 'day' | 'week' | 'month'
  readonly dayNo: number | null
  /** "08:30", on the clock of `zone`. */
  readonly localTime: string
  readonly zone: string
}

/** The first moment of the rhythm after `after`. A month that is too short ends with its last day; an hour that the clock skips comes after it. */
export function nextOf(rhythm: Rhythm, after: Date): Date {
  const local = Temporal.Instant.fromEpochMilliseconds(after.getTime()).toZonedDateTimeISO(rhythm.zone).toPlainDate()
  const time = Temporal.PlainTime.from(rhythm.localTime)
  for (let day = local, tried = 0; tried < 63; day = day.add({ days: 1 }), tried++) {
    if (!falls(rhythm, day)) continue
    const at = day.toZonedDateTime({ timeZone: rhythm.zone, plainTime: time }).epochMilliseconds
    if (at > after.getTime()) return new Date(at)
  }
  throw new Error('a rhythm without a next time')
}

const falls = ({ every, dayNo }: Rhythm, day: Temporal.PlainDate): boolean =>
  every === 'day' ||
  (every === 'week' ? day.dayOfWeek === dayNo : day.day === Math.min(dayNo as number, day.daysInMonth))
