/** When a channel's day ends: local wall clock in its zone. `cutoff` "00:00" is midnight; "23:00" starts the next day at 23:00. */
export type DayRule = { readonly zone: string; readonly cutoff: string }

/** A business day (账期) as "YYYY-MM-DD". */
export type Day = string

/**
 * The business day an instant belongs to: with cutoff 23:00, 23:00:00 local on the 20th is already the 21st; with cutoff
 * 00:00 the day is the local calendar day; a cutoff before noon ("04:00") makes 03:59 still the day before.
 * Pure; the returned function keeps the bounds of the last day, so a sorted or clustered million costs a comparison each.
 */
export function businessDayOf(rule: DayRule): (epochMs: number) => Day {
  let from = 0
  let to = 0
  let day: Day = ''
  return epochMs => {
    if (epochMs >= from && epochMs < to) return day
    const bounds = boundsAround(epochMs, rule)
    from = bounds.from
    to = bounds.to
    day = bounds.day
    return day
  }
}

/** The instants [from, to) of a business day, in epoch milliseconds. */
export function businessDayBounds(day: Day, rule: DayRule): { from: number; to: number } {
  const date = Temporal.PlainDate.from(day)
  return { from: startOf(date, rule), to: startOf(date.add({ days: 1 }), rule) }
}

/** The day `days` after (or before) this one. */
export const addDays = (day: Day, days: number): Day => Temporal.PlainDate.from(day).add({ days }).toString()

function boundsAround(epochMs: number, rule: DayRule): { from: number; to: number; day: Day } {
  const local = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(rule.zone).toPlainDate()
  for (const shift of [0, 1, -1]) {
    const date = local.add({ days: shift })
    const from = startOf(date, rule)
    const to = startOf(date.add({ days: 1 }), rule)
    if (epochMs >= from && epochMs < to) return { from, to, day: date.toString() }
  }
  throw new Error(`no business day for ${epochMs} in ${rule.zone} with cutoff ${rule.cutoff}`)
}

/** Cutoffs from noon on close the calendar day early (银联 23:00); those before noon let it run on after midnight. */
function startOf(date: Temporal.PlainDate, rule: DayRule): number {
  const cutoff = Temporal.PlainTime.from(rule.cutoff)
  const startsOn = cutoff.hour >= 12 ? date.subtract({ days: 1 }) : date
  return startsOn.toZonedDateTime({ timeZone: rule.zone, plainTime: cutoff }).epochMilliseconds
}
