import type pg from 'pg'
import { type Scope, scopeSql } from '../../access/scope.ts'
import type { BusinessDay } from './day.ts'
import { DAY_COLUMNS } from './day_store.ts'

export type BoardDay = BusinessDay & {
  readonly rules: number | null
  readonly totals: readonly { currency: string; state: string; kind: string; rows: number; amount: string }[]
  readonly discrepancies: readonly { kind: string; state: string; rows: number }[]
  /** The third leg: what the channel says it did with the day's money, and whether it reached the bank. By currency. */
  readonly settlements: readonly { settlement_id: number; currency: string; state: string; payout: string }[]
}

export type BoardFilter = {
  readonly id?: number | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly channel?: string | undefined
  readonly account?: string | undefined
  readonly states?: readonly string[] | undefined
}

const DAYS_AT_MOST = 400

/** Days with their figures. A day is of a whole account: who sees only some merchants sees its state, and figures of those. Newest first. */
export async function boardDays(db: pg.Pool, scope: Scope, filter: BoardFilter): Promise<BoardDay[]> {
  const values: unknown[] = [
    filter.id ?? null,
    filter.from ?? null,
    filter.to ?? null,
    filter.channel ?? null,
    filter.account ?? null,
    filter.states ?? null,
  ]
  const channels = scopeSql(scope, { channel: 'd.channel' }, values)
  const own = scopeSql(scope, { merchant: 't.merchant', channel: 'd.channel' }, values)
  const ownDiscrepancies = scopeSql(scope, { merchant: 'x.merchant', channel: 'x.channel' }, values)
  const { rows } = await db.query(
    `select ${DAY_COLUMNS}, (select r.rules from runs r where r.id = d.run) as rules,
            coalesce((select jsonb_agg(jsonb_build_object('currency', s.currency, 'state', s.state, 'kind', s.kind, 'rows', s.rows, 'amount', s.amount::text))
                        from (select t.currency, t.state, t.kind, sum(t.rows) as rows, sum(t.amount) as amount from day_totals t
                               where t.day_id = d.id and ${own} group by 1, 2, 3 order by 1, 2, 3) s), '[]') as totals,
            coalesce((select jsonb_agg(jsonb_build_object('kind', s.kind, 'state', s.state, 'rows', s.rows))
                        from (select x.kind, x.state, count(*) as rows from discrepancies x
                               where x.day_id = d.id and x.state in ('open', 'waived', 'resolved') and ${ownDiscrepancies} group by 1, 2 order by 1, 2) s), '[]') as discrepancies,
            coalesce((select jsonb_agg(jsonb_build_object('settlement_id', z.id, 'currency', z.currency, 'state', z.state, 'payout', z.payout) order by z.currency)
                        from settlements z where z.channel = d.channel and z.account = d.account and z.business_date = d.business_date), '[]') as settlements
       from days d
      where ${channels} and ($1::integer is null or d.id = $1) and ($2::date is null or d.business_date >= $2) and ($3::date is null or d.business_date <= $3)
        and ($4::text is null or d.channel = $4) and ($5::text is null or d.account = $5) and ($6::text[] is null or d.state = any($6::day_state[]))
      order by d.business_date desc, d.channel, d.account limit ${DAYS_AT_MOST}`,
    values,
  )
  return rows
}

export type Total = { state: string; kind: string; currency: string; rows: number; amount: string; fee: string }

/** Sums over any number of rows, from what was counted by day and merchant; without days: of those that are not closed. */
export async function dayTotals(
  db: pg.Pool,
  scope: Scope,
  filter: {
    readonly from?: string | undefined
    readonly to?: string | undefined
    readonly channel?: string | undefined
    readonly account?: string | undefined
    readonly merchantNo?: string | undefined
  },
): Promise<Total[]> {
  const values: unknown[] = [
    filter.from ?? null,
    filter.to ?? null,
    filter.channel ?? null,
    filter.merchantNo ?? null,
    filter.account ?? null,
  ]
  const visible = scopeSql(scope, { merchant: 't.merchant', channel: 'd.channel' }, values)
  const { rows } = await db.query(
    `select t.state, t.kind, t.currency, sum(t.rows)::bigint as rows, sum(t.amount)::text as amount, sum(t.fee)::text as fee
       from days d join day_totals t on t.day_id = d.id
      where ($1::date is null or d.business_date >= $1) and ($2::date is null or d.business_date <= $2)
        and ($1::date is not null or $2::date is not null or d.state <> 'closed') and ($5::text is null or d.account = $5) and ($3::text is null or d.channel = $3) and ($4::text is null or t.merchant = $4) and ${visible}
      group by 1, 2, 3 order by 1, 2, 3`,
    values,
  )
  return rows
}
