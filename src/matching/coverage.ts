import { businessDayBounds, type Day } from '../kernel/business_day.ts'
import type { ChannelRules } from '../rules/rules.ts'

/**
 * Counts which business days a book speaks about. A day is covered when it holds a row that is not just the spill of its
 * neighbour over the cutoff; where every row is such a spill, the days they are in are covered after all.
 */
export class DayTally {
  readonly #calendar: ChannelRules['calendar']
  readonly #days = new Map<Day, { from: number; to: number; inner: boolean }>()
  #last: Day = ''
  #current: { from: number; to: number; inner: boolean } | undefined

  constructor(calendar: ChannelRules['calendar']) {
    this.#calendar = calendar
  }

  add(at: number | null, day: Day): void {
    if (day !== this.#last) {
      this.#last = day
      this.#current = this.#days.get(day)
      if (!this.#current) {
        const margin = this.#calendar.cutoffMarginMinutes * 60_000
        const bounds = businessDayBounds(day, this.#calendar)
        this.#current = { from: bounds.from + margin, to: bounds.to - margin, inner: false }
        this.#days.set(day, this.#current)
      }
    }
    const current = this.#current
    if (current && !current.inner && (at === null || (at >= current.from && at < current.to))) current.inner = true
  }

  /** Covered days, sorted. */
  days(): Day[] {
    const inner = [...this.#days].filter(([, day]) => day.inner).map(([name]) => name)
    return (inner.length > 0 ? inner : [...this.#days.keys()]).sort()
  }
}
