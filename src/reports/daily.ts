import type pg from 'pg'
import { type Scope, scopeSql } from '../access/scope.ts'
import type { Lang } from '../kernel/failure.ts'
import type { CurrencyProof } from '../reconciliation/days/day.ts'
import { proveDay } from '../reconciliation/days/proof_store.ts'
import { DAY_COUNTS } from './datasets/daily.ts'
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
  readonly id: number
  readonly channel: string
  readonly account: string
  readonly day: string
  readonly state: string
  readonly closedAt: Date | null
  readonly closedBy: string
  readonly blocked: string
}
type Counts = { readonly oursRows: number; readonly theirsRows: number; readonly matchedRows: number }

/** All days of a date in the scope, by channel, account and currency, each proven anew; one without a row has no currency and no steps. */
export async function readDaily(db: pg.ClientBase, scope: Scope, date: string, at: Date): Promise<DayReport[]> {
  const values: unknown[] = [date]
  const visible = scopeSql(scope, { merchant: "''", channel: 'y.channel' }, values)
  const { rows } = await db.query<Row>(
    `select y.id, y.channel, y.account, y.business_date as day, y.state, y.closed_at as "closedAt", y.closed_by as "closedBy", y.blocked
       from days y where y.business_date = $1 and ${visible} order by y.channel, y.account`,
    values,
  )
  const reports: DayReport[] = []
  for (const day of rows) {
    const { byCurrency } = await proveDay(db, day.id, at)
    for (const [currency, proof] of Object.entries(byCurrency))
      reports.push(dayReport(day, currency, proof, await countDay(db, day.id, currency)))
    if (Object.keys(byCurrency).length === 0) reports.push(dayReport(day, '', NOTHING, NO_ROWS))
  }
  return reports
}

const NOTHING: CurrencyProof = { ours: '0', theirs: '0', steps: [], rest: '0' }
const NO_ROWS: Counts = { oursRows: 0, theirsRows: 0, matchedRows: 0 }

async function countDay(db: pg.ClientBase, dayId: number, currency: string): Promise<Counts> {
  const { rows } = await db.query(
    `select n.ours_rows as "oursRows", n.theirs_rows as "theirsRows", coalesce(n.matched_rows, 0) as "matchedRows"
       from days y cross join (select $2::text as currency) p cross join lateral ${DAY_COUNTS} n where y.id = $1`,
    [dayId, currency],
  )
  return rows[0]
}

function dayReport(day: Row, currency: string, proof: CurrencyProof, counts: Counts): DayReport {
  const steps = proof.steps
    .map(({ step, rows, amount }) => ({ step, rows, amount: BigInt(amount) }))
    .filter(({ amount }) => amount !== 0n)
  const ours = { step: 'ours', rows: counts.oursRows, amount: BigInt(proof.ours) }
  const { id: _, ...rest } = day
  return {
    ...rest,
    currency,
    ours,
    theirs: { step: 'theirs', rows: counts.theirsRows, amount: BigInt(proof.theirs) },
    matchedRows: counts.matchedRows,
    steps,
    reached: steps.reduce((sum, { amount }) => sum + amount, ours.amount),
    ok: proof.rest === '0',
  }
}

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
