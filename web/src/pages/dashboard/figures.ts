import type { FiguresView, TotalsView } from '../../../../src/discrepancies/api.ts'
import type { LatencyView } from '../../../../src/orders/api.ts'
import type { DayView } from '../../../../src/reconciliation/days/api.ts'
import { minorOf } from '../../pieces/amounts.ts'
import { sharesOf } from '../days/day.ts'

/** What the dashboard draws, from the platform's figures. Pure. */

export type RateOfDay = { readonly day: string; readonly matched: number; readonly rows: number }

/** Of each business day: how many of our rows are matched, of those whose statement is there. Oldest first. */
export function ratesOf(days: readonly DayView[]): RateOfDay[] {
  const byDay = Map.groupBy(
    days.filter(({ state }) => state !== 'waiting'),
    day => day.business_date,
  )
  return [...byDay]
    .map(([day, each]) => {
      const shares = each.map(({ totals }) => sharesOf(totals))
      return {
        day,
        matched: shares.reduce((sum, { matched }) => sum + matched, 0),
        rows: shares.reduce((sum, { rows }) => sum + rows, 0),
      }
    })
    .sort((a, b) => (a.day < b.day ? -1 : 1))
}

export type Volume = {
  readonly days: readonly string[]
  readonly series: readonly { channel: string; rows: number[] }[]
}

/** Rows by day and channel; channels by their name, so that their colours stay theirs. */
export function volumeOf(days: readonly DayView[]): Volume {
  const dates = [...new Set(days.map(day => day.business_date))].sort()
  const channels = [...new Set(days.map(day => day.channel))].sort()
  return {
    days: dates,
    series: channels.map(channel => ({
      channel,
      rows: dates.map(date =>
        days
          .filter(day => day.channel === channel && day.business_date === date)
          .reduce((sum, { totals }) => sum + sharesOf(totals).rows, 0),
      ),
    })),
  }
}

export type Counted = { readonly key: string; readonly count: number; readonly overdue: number }

/** Open ones by kind, the most first; in transit is no discrepancy of anybody's. */
export function kindsOf(totals: TotalsView['totals']): Counted[] {
  const kinds = Map.groupBy(
    totals.filter(({ kind, state }) => state === 'open' && kind !== 'in_transit'),
    ({ kind }) => kind,
  )
  return most(
    [...kinds].map(([key, each]) => ({ key, count: sum(each), overdue: each.reduce((n, x) => n + x.overdue, 0) })),
  )
}

export const causesOf = (figures: FiguresView['figures']): Counted[] =>
  most([...Map.groupBy(figures, ({ cause }) => cause)].map(([key, each]) => ({ key, count: sum(each), overdue: 0 })))

export const AGES = ['today', 'days_1_3', 'days_4_7', 'older'] as const

/** Always all four, in their order. */
export const agesOf = (figures: FiguresView['figures']): Counted[] =>
  AGES.map(age => ({ key: age, count: sum(figures.filter(figure => figure.age === age)), overdue: 0 }))

export type Transit = { readonly currency: string; readonly minor: bigint; readonly rows: number }

/** Money in transit on days that are open, by currency. */
export function transitOf(days: readonly DayView[]): Transit[] {
  const found = days.flatMap(({ totals }) => totals.filter(({ state }) => state === 'in_transit'))
  return [...Map.groupBy(found, ({ currency }) => currency)].map(([currency, each]) => ({
    currency,
    minor: each.reduce((total, { amount }) => total + minorOf(amount), 0n),
    rows: each.reduce((total, { rows }) => total + rows, 0),
  }))
}

export type LatencyOfChannel = {
  readonly channel: string
  readonly payments: number
  readonly median: number
  /** The worst of its days. */
  readonly p95: number
}

/** Medians of days weighted by their payments; of the 95th percentiles the worst. */
export function latencyOf(rows: LatencyView['latency']): LatencyOfChannel[] {
  return [...Map.groupBy(rows, ({ channel }) => channel)].map(([channel, each]) => {
    const payments = each.reduce((total, row) => total + row.payments, 0)
    const weighted = each.reduce((total, row) => total + row.median_seconds * row.payments, 0)
    return { channel, payments, median: weighted / payments, p95: Math.max(...each.map(row => row.p95_seconds)) }
  })
}

/** "0.8 秒" of 0.8; minutes and hours where seconds say nothing. */
export function duration(seconds: number): { readonly zh: string; readonly en: string } {
  if (seconds < 60) return { zh: `${seconds.toFixed(1)} 秒`, en: `${seconds.toFixed(1)} s` }
  if (seconds < 3600) return { zh: `${Math.round(seconds / 60)} 分`, en: `${Math.round(seconds / 60)} min` }
  return { zh: `${(seconds / 3600).toFixed(1)} 小时`, en: `${(seconds / 3600).toFixed(1)} h` }
}

const sum = (rows: readonly { readonly count: number }[]): number => rows.reduce((total, { count }) => total + count, 0)
const most = (rows: Counted[]): Counted[] => rows.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
