import { formatMinor } from '../../../../src/kernel/money.ts'
import type { DayView } from '../../../../src/reconciliation/days/api.ts'
import { minorOf } from '../../pieces/amounts.ts'
import type { Both } from '../../shell/both.ts'

/** What the board tells of a day, from its figures. Pure. */

type Totals = DayView['totals']

const rowsOf = (totals: Totals, fits: (state: string) => boolean): number =>
  totals.filter(({ state }) => fits(state)).reduce((sum, { rows }) => sum + rows, 0)

export type Shares = {
  readonly rows: number
  readonly matched: number
  readonly waiting: number
  readonly discrepancy: number
  readonly inTransit: number
  /** Of a thousand rows, so many are matched; null without rows. */
  readonly perMille: number | null
}

/** Rows of our book by where they stand. */
export function sharesOf(totals: Totals): Shares {
  const rows = rowsOf(totals, () => true)
  const matched = rowsOf(totals, state => state === 'matched')
  return {
    rows,
    matched,
    waiting: rowsOf(totals, state => state === 'waiting'),
    discrepancy: rowsOf(totals, state => state === 'discrepancy'),
    inTransit: rowsOf(totals, state => state === 'in_transit'),
    // Rounded down: all matched is said of nothing less.
    perMille: rows === 0 ? null : Math.floor((matched * 1000) / rows),
  }
}

/** "99.8%" of 998; null as "—". */
export const percent = (perMille: number | null): string =>
  perMille === null ? '—' : `${Math.floor(perMille / 10)}${perMille % 10 === 0 ? '' : `.${perMille % 10}`}%`

/** Sums of a state by currency, as decimal text. */
export function amountsOf(totals: Totals, state: string): { currency: string; amount: string }[] {
  const sums = new Map<string, bigint>()
  for (const { currency, amount, state: found } of totals)
    if (found === state) sums.set(currency, (sums.get(currency) ?? 0n) + minorOf(amount))
  return [...sums].map(([currency, sum]) => ({ currency, amount: formatMinor(sum, currency) }))
}

/** Open ones; what is in transit waits for a neighbour and is nobody's fault. */
export const openDiscrepancies = ({ discrepancies }: Pick<DayView, 'discrepancies'>): number =>
  discrepancies
    .filter(({ state, kind }) => state === 'open' && kind !== 'in_transit')
    .reduce((sum, { rows }) => sum + rows, 0)

export type Deadline = { readonly late: boolean; readonly hours: number; readonly minutes: number }

/**
 * How long until it closes, or how long it should have been closed, by the platform's clock.
 * @param since milliseconds since the day was read
 */
export function deadlineOf(
  { closes_in: closesIn, state }: Pick<DayView, 'closes_in' | 'state'>,
  since: number,
): Deadline | null {
  if (state === 'closed') return null
  const left = closesIn - Math.round(since / 1000)
  const minutes = Math.floor(Math.abs(left) / 60)
  return { late: left < 0, hours: Math.floor(minutes / 60), minutes: minutes % 60 }
}

/** "1 小时 12 分", "39 分"; from two days on in days. */
export function timeLeft({ hours, minutes }: Pick<Deadline, 'hours' | 'minutes'>): Both {
  if (hours >= 48) return { zh: `${Math.floor(hours / 24)} 天`, en: `${Math.floor(hours / 24)} days` }
  if (hours > 0) return { zh: `${hours} 小时 ${minutes} 分`, en: `${hours} h ${minutes} min` }
  return minutes > 0 ? { zh: `${minutes} 分钟`, en: `${minutes} min` } : { zh: '不到 1 分钟', en: 'less than a minute' }
}

export type Bar = {
  readonly key: string
  /** Minor units: where it begins and ends. */
  readonly from: bigint
  readonly to: bigint
  readonly kind: 'total' | 'up' | 'down' | 'rest'
}

type Currency = NonNullable<DayView['proof']>['currencies'][number]

/** From our total to theirs, step by step; a rest that is not zero stands before theirs, because it should not be there. */
export function waterfall({ ours, theirs, steps, rest }: Pick<Currency, 'ours' | 'theirs' | 'steps' | 'rest'>): Bar[] {
  const bars: Bar[] = [{ key: 'ours', from: 0n, to: minorOf(ours), kind: 'total' }]
  let at = minorOf(ours)
  for (const { step, amount } of steps) {
    const change = minorOf(amount)
    if (change === 0n) continue
    bars.push({ key: step, from: at, to: at + change, kind: change > 0n ? 'up' : 'down' })
    at += change
  }
  if (minorOf(rest) !== 0n) bars.push({ key: 'rest', from: at, to: minorOf(theirs), kind: 'rest' })
  bars.push({ key: 'theirs', from: 0n, to: minorOf(theirs), kind: 'total' })
  return bars
}

/** The rows behind a step: an address of the app, or null where there is no list of them. */
export function rowsOfStep(
  step: string,
  { channel, account, business_date: day }: Pick<DayView, 'channel' | 'account' | 'business_date'>,
): string | null {
  const of = new URLSearchParams({ channel, account, from: day, to: day })
  if (step === 'ours') return `/items?${of}`
  if (step === 'in_transit_out' || step === 'in_transit_in' || step === 'in_transit')
    return `/items?${new URLSearchParams([['state', 'in_transit'], ...of])}`
  if (step === 'settlement') return `/settlements?${of}`
  if (step === 'theirs' || step === 'matched' || step === 'rest') return null
  return `/discrepancies?${new URLSearchParams([['kind', step], ...of])}`
}
