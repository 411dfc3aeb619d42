import type pg from 'pg'
import { type Scope, scopeSql } from '../access/scope.ts'
import type { Lang } from '../kernel/failure.ts'
import { PROOF_STEPS } from './datasets/daily.ts'
import { kindOf, told } from './datasets/shared.ts'

/** 对账日报: for each account with a channel, in each currency, the addition that leads from our net to theirs. */

export type DayStep = { readonly step: string; readonly rows: number; readonly amount: bigint }

export type DayReport = {
  readonly channel: string
  readonly account: string
  readonly day: string
  readonly state: string
  readonly closedAt: Date | null
  readonly closedBy: string
  readonly blocked: string
  readonly currency: string
  readonly ours: DayStep
  readonly theirs: DayStep
  readonly matchedRows: number
  readonly steps: readonly DayStep[]
  /** Ours plus all steps. */
  readonly reached: bigint
  readonly ok: boolean
}

type Row = {
  readonly channel: string
  readonly account: string
  readonly day: string
  readonly state: string
  readonly closedAt: Date | null
  readonly closedBy: string
  readonly blocked: string
  readonly currency: string | null
  readonly step: string | null
  readonly rows: string
  readonly amount: string
}

/** All days of a date in the scope, by channel, account and currency; a day without a row is there with none. */
export async function readDaily(db: pg.Pool | pg.ClientBase, scope: Scope, date: string): Promise<DayReport[]> {
  const values: unknown[] = [date]
  const visible = scopeSql(scope, { merchant: "''", channel: 'y.channel' }, values)
  const { rows } = await db.query<Row>(
    `select y.channel, y.account, y.business_date as day, y.state, y.closed_at as "closedAt", y.closed_by as "closedBy", y.blocked,
            w.currency, w.step, w.rows, w.amount
       from days y left join lateral ${PROOF_STEPS} w on true where y.business_date = $1 and ${visible}
      order by y.channel, y.account, w.currency, w.step`,
    values,
  )
  return dayReports(rows)
}

/** Steps of days, sorted by day and currency → reports. Pure. */
export function dayReports(rows: readonly Row[]): DayReport[] {
  const days = Map.groupBy(rows, row => JSON.stringify([row.channel, row.account, row.currency]))
  return [...days.values()].map(all => {
    const { channel, account, day, state, closedAt, closedBy, blocked, currency } = all[0] as Row
    const found = all
      .filter(row => row.step !== null)
      .map(row => ({ step: row.step as string, rows: Number(row.rows), amount: BigInt(row.amount) }))
    const one = (step: string): DayStep => found.find(each => each.step === step) ?? { step, rows: 0, amount: 0n }
    const steps = found
      .filter(({ step }) => !['ours', 'theirs', 'matched_rows'].includes(step))
      .sort((a, b) => placeOf(a.step) - placeOf(b.step))
    const ours = one('ours')
    const theirs = one('theirs')
    const reached = steps.reduce((sum, { amount }) => sum + amount, ours.amount)
    return {
      ...{ channel, account, day, state, closedAt, closedBy, blocked, currency: currency ?? 'CNY' },
      ...{ ours, theirs, steps, reached },
      matchedRows: one('matched_rows').rows,
      ok: reached === theirs.amount,
    }
  })
}

const FIRST = ['in_transit_in', 'in_transit_out', 'channel_only', 'platform_only', 'matched']
const placeOf = (step: string): number => (FIRST.includes(step) ? FIRST.indexOf(step) : FIRST.length)

const STEPS = told({
  in_transit_in: { zh: '在途转入', en: 'in transit in' },
  in_transit_out: { zh: '在途转出', en: 'in transit out' },
  matched: { zh: '已匹配的差额（手续费、容差）', en: 'differences of matches (fees, tolerance)' },
})

/** "加：长款", "减：在途转出". */
export function stepName({ step, amount }: DayStep, lang: Lang): string {
  const known = STEPS(step, lang)
  const name = known === step ? kindOf(step, lang) : known
  if (lang === 'zh') return `${amount < 0n ? '减' : '加'}：${name}`
  return `${amount < 0n ? 'less' : 'plus'}: ${name}`
}

/** "97.84", cut, never rounded up to 100; null where there is nothing to match. */
export function matchRate({ matchedRows, ours }: Pick<DayReport, 'matchedRows' | 'ours'>): string | null {
  if (ours.rows === 0) return null
  const hundredths = (BigInt(matchedRows) * 10_000n) / BigInt(ours.rows)
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')}`
}
