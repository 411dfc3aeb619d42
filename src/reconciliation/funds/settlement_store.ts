import type pg from 'pg'
import { type Scope, scopeSql } from '../../access/scope.ts'
import type { Day } from '../../kernel/business_day.ts'
import type { AccountDay } from '../days/day_store.ts'
import {
  type Difference,
  type FundSums,
  type PayoutState,
  type SettlementState,
  stateOf,
  type TradeSums,
} from './settlement.ts'

type Db = pg.Pool | pg.ClientBase

export type Settlement = {
  readonly id: number
  readonly channel: string
  readonly account: string
  readonly day: Day
  readonly currency: string
  readonly state: SettlementState
  readonly trade: TradeSums
  readonly funds: FundSums | null
  /** Both bills are there and were held against each other. */
  readonly compared: boolean
  readonly payout: PayoutState
  readonly due: number | null
  readonly dueOn: Day | null
  readonly payoutId: number | null
  readonly differences: readonly Difference[]
  /** What a second person agreed to; null: nobody has. */
  readonly accepted: readonly Difference[] | null
  readonly acceptedAt: Date | null
  readonly acceptedBy: string
  readonly acceptedName: string
  readonly acceptedWhy: string
  readonly reviewId: string
  readonly updatedAt: Date
}

const COLUMNS = `x.id, x.channel, x.account, x.business_date::text as day, x.currency, x.state, x.trade_rows as "rows", x.payments, x.gross, x.refunds, x.fees,
  x.fees_missing as "feesMissing", x.fund_rows as "fundRows", x.fund_payments as "fundPayments", x.fund_gross as "fundGross",
  x.fund_refunds as "fundRefunds", x.fund_fees as "fundFees", x.fund_other as "fundOther", x.withdrawn, x.opening, x.closing, x.compared, x.payout, x.due,
  x.due_on::text as "dueOn", x.payout_id as "payoutId", x.differences, x.accepted, x.accepted_at as "acceptedAt", x.accepted_by as "acceptedBy",
  x.accepted_name as "acceptedName", x.accepted_why as "acceptedWhy", x.review_id as "reviewId", x.updated_at as "updatedAt"`

/** An account's money is that of all its merchants: it is seen by whoever may see all of them. */
const PLACE = { merchant: "''", channel: 'x.channel' } as const

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
function settlementOf(row: any): Settlement {
  const {
    rows,
    payments,
    gross,
    refunds,
    fees,
    feesMissing,
    fundRows,
    fundPayments,
    fundGross,
    fundRefunds,
    fundFees,
  } = row
  const { fundOther, withdrawn, opening, closing, ...rest } = row
  return {
    id: rest.id,
    channel: rest.channel,
    account: rest.account,
    day: rest.day,
    currency: rest.currency,
    state: rest.state,
    trade: { rows, payments, gross, refunds, fees, feesMissing },
    funds:
      fundRows === null
        ? null
        : {
            rows: fundRows,
            payments: fundPayments,
            gross: fundGross,
            refunds: fundRefunds,
            fees: fundFees,
            other: fundOther,
            withdrawn,
            opening,
            closing,
          },
    compared: rest.compared,
    payout: rest.payout,
    due: rest.due,
    dueOn: rest.dueOn,
    payoutId: rest.payoutId,
    differences: rest.differences,
    accepted: rest.accepted,
    acceptedAt: rest.acceptedAt,
    acceptedBy: rest.acceptedBy,
    acceptedName: rest.acceptedName,
    acceptedWhy: rest.acceptedWhy,
    reviewId: rest.reviewId,
    updatedAt: rest.updatedAt,
  }
}

// --- what changed -------------------------------------------------------------------------------------------------------------

export type Touched = AccountDay & { readonly times: number }

export async function touchedSettlements(db: Db, limit: number): Promise<Touched[]> {
  const { rows } = await db.query(
    `select channel, account, business_date::text as day, times from touched_settlements order by business_date, channel, account limit $1`,
    [limit],
  )
  return rows
}

/** Those that were touched again meanwhile stay. */
export async function takeTouched(tx: pg.ClientBase, touched: readonly Touched[]): Promise<void> {
  await tx.query(
    `delete from touched_settlements t using unnest($1::text[], $2::text[], $3::date[], $4::integer[]) as s (channel, account, day, times)
      where t.channel = s.channel and t.account = s.account and t.business_date = s.day and t.times = s.times`,
    [
      touched.map(({ channel }) => channel),
      touched.map(({ account }) => account),
      touched.map(({ day }) => day),
      touched.map(({ times }) => times),
    ],
  )
}

/** Of an account, the days that look at this one: those beside it, and the next that has a funds bill. */
export async function daysBeside(db: Db, { channel, account, day }: AccountDay): Promise<Day[]> {
  const { rows } = await db.query(
    `select distinct business_date::text as day from settlements x
      where channel = $1 and account = $2
        and (business_date in ($3::date - 1, $3::date + 1)
             or business_date = (select min(business_date) from settlements n where n.channel = $1 and n.account = $2
                                  and n.business_date > $3::date and n.fund_rows is not null))`,
    [channel, account, day],
  )
  return rows.map(row => row.day)
}

/** What the last funds bill before the day ended with, if it is of the week before; null: there is none. */
export async function closingBefore(
  db: Db,
  { channel, account, day }: AccountDay,
  currency: string,
): Promise<number | null> {
  const { rows } = await db.query(
    `select closing from settlements where channel = $1 and account = $2 and currency = $4 and closing is not null
        and business_date < $3::date and business_date >= $3::date - 7 order by business_date desc limit 1`,
    [channel, account, day, currency],
  )
  return rows[0]?.closing ?? null
}

export type FundsLeg = {
  readonly currency: string
  readonly trade: TradeSums
  readonly funds: FundSums | null
  readonly compared: boolean
  readonly differences: readonly Difference[]
  readonly due: number | null
  readonly dueOn: Day | null
}

/** Names of differences that come from the bank, not from the bills. */
export const PAYOUT_CODES = [
  'fees_not_deducted',
  'fees_deducted',
  'refunds_not_deducted',
  'next_refunds_deducted',
  'payout_differs',
] as const

export const isPayoutCode = (code: string): boolean => (PAYOUT_CODES as readonly string[]).includes(code)

/** One after the other for one account: a day's balance is held against that of the day before. */
export const lockSettling = (tx: pg.ClientBase, { channel, account }: Omit<AccountDay, 'day'>): Promise<unknown> =>
  tx.query("select pg_advisory_xact_lock(hashtextextended('settlements ' || $1 || '/' || $2, 0))", [channel, account])

/** The bills' side of a day, by currency; a currency that is in neither bill any more counts nothing. What the payout said stays until it is looked at. */
export async function saveFunds(
  tx: pg.ClientBase,
  { channel, account, day }: AccountDay,
  legs: readonly FundsLeg[],
  at: Date,
): Promise<void> {
  await tx.query(
    `insert into settlements as x (channel, account, business_date, currency, trade_rows, payments, gross, refunds, fees, fees_missing, fund_rows,
                                   fund_payments, fund_gross, fund_refunds, fund_fees, fund_other, withdrawn, opening, closing, compared, differences, due,
                                   due_on, updated_at)
     select $1, $2, $3, l.*, $4 from unnest($5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
            $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[],
            $21::boolean[], $22::jsonb[], $23::bigint[], $24::date[]) as l
         on conflict (channel, account, business_date, currency) do update
        set trade_rows = excluded.trade_rows, payments = excluded.payments, gross = excluded.gross, refunds = excluded.refunds, fees = excluded.fees,
            fees_missing = excluded.fees_missing, fund_rows = excluded.fund_rows, fund_payments = excluded.fund_payments,
            fund_gross = excluded.fund_gross, fund_refunds = excluded.fund_refunds, fund_fees = excluded.fund_fees, fund_other = excluded.fund_other,
            withdrawn = excluded.withdrawn, opening = excluded.opening, closing = excluded.closing, compared = excluded.compared, due = excluded.due, due_on = excluded.due_on,
            differences = excluded.differences || coalesce((select jsonb_agg(d) from jsonb_array_elements(x.differences) d
                                                             where d ->> 'code' = any($25)), '[]'),
            updated_at = excluded.updated_at`,
    [
      channel,
      account,
      day,
      at,
      ...columnsOf(legs),
      legs.map(leg => JSON.stringify(leg.differences)),
      legs.map(leg => leg.due),
      legs.map(leg => leg.dueOn),
      [...PAYOUT_CODES],
    ],
  )
  await tx.query(
    `update settlements set trade_rows = 0, payments = 0, gross = 0, refunds = 0, fees = 0, fees_missing = 0, fund_rows = null, fund_payments = null,
            fund_gross = null, fund_refunds = null, fund_fees = null, fund_other = null, withdrawn = null, opening = null, closing = null, compared = false,
            due = case when due is null then null else 0 end, differences = '[]', updated_at = $5
      where channel = $1 and account = $2 and business_date = $3 and currency <> all($4)`,
    [channel, account, day, legs.map(leg => leg.currency), at],
  )
}

const columnsOf = (legs: readonly FundsLeg[]): unknown[] => [
  legs.map(leg => leg.currency),
  legs.map(leg => leg.trade.rows),
  legs.map(leg => leg.trade.payments),
  legs.map(leg => leg.trade.gross),
  legs.map(leg => leg.trade.refunds),
  legs.map(leg => leg.trade.fees),
  legs.map(leg => leg.trade.feesMissing),
  legs.map(leg => leg.funds?.rows ?? null),
  legs.map(leg => leg.funds?.payments ?? null),
  legs.map(leg => leg.funds?.gross ?? null),
  legs.map(leg => leg.funds?.refunds ?? null),
  legs.map(leg => leg.funds?.fees ?? null),
  legs.map(leg => leg.funds?.other ?? null),
  legs.map(leg => leg.funds?.withdrawn ?? null),
  legs.map(leg => leg.funds?.opening ?? null),
  legs.map(leg => leg.funds?.closing ?? null),
  legs.map(leg => leg.compared),
]

/** Where no bank account is configured, the bills say it all. */
export async function saveWithoutBank(
  tx: pg.ClientBase,
  { channel, account, day }: AccountDay,
  at: Date,
): Promise<void> {
  const { rows } = await tx.query(
    `select ${COLUMNS} from settlements x where x.channel = $1 and x.account = $2 and x.business_date = $3`,
    [channel, account, day],
  )
  const legs = rows.map(settlementOf).map(
    ({ id, compared, differences }): PayoutLeg => ({
      ...{ id, payout: 'none', payoutId: null, differences: differences.filter(({ code }) => !isPayoutCode(code)) },
      state: stateOf(compared ? differences : null, 'none'),
    }),
  )
  await savePayoutLegs(tx, legs, at)
}

/** Of some accounts, from a day on. */
export async function settlementsOf(db: Db, accounts: readonly string[], from: Day): Promise<Settlement[]> {
  const { rows } = await db.query(
    `select ${COLUMNS} from settlements x where x.account = any($1) and x.business_date >= $2 order by x.id`,
    [accounts, from],
  )
  return rows.map(settlementOf)
}

export type PayoutLeg = {
  readonly id: number
  readonly state: SettlementState
  readonly payout: PayoutState
  readonly payoutId: number | null
  readonly differences: readonly Difference[]
}

export async function savePayoutLegs(tx: pg.ClientBase, legs: readonly PayoutLeg[], at: Date): Promise<void> {
  await tx.query(
    `update settlements x set state = l.state, payout = l.payout, payout_id = l.payout_id, differences = l.differences, updated_at = $1
       from unnest($2::integer[], $3::settlement_state[], $4::payout_state[], $5::integer[], $6::jsonb[]) as l (id, state, payout, payout_id, differences)
      where x.id = l.id and (x.state, x.payout, x.payout_id, x.differences) is distinct from (l.state, l.payout, l.payout_id, l.differences)`,
    [
      at,
      legs.map(leg => leg.id),
      legs.map(leg => leg.state),
      legs.map(leg => leg.payout),
      legs.map(leg => leg.payoutId),
      legs.map(leg => JSON.stringify(leg.differences)),
    ],
  )
}

// --- for people ---------------------------------------------------------------------------------------------------------------

export async function findSettlement(db: Db, id: number): Promise<Settlement | null> {
  const { rows } = await db.query(`select ${COLUMNS} from settlements x where x.id = $1`, [id])
  return rows[0] ? settlementOf(rows[0]) : null
}

/** Whoever changes a settlement by hand holds this lock. */
export async function lockSettlement(tx: pg.ClientBase, id: number): Promise<Settlement | null> {
  const { rows } = await tx.query(`select ${COLUMNS} from settlements x where x.id = $1 for update`, [id])
  return rows[0] ? settlementOf(rows[0]) : null
}

export type SettlementFilter = {
  readonly from?: Day | undefined
  readonly to?: Day | undefined
  readonly channel?: string | undefined
  readonly account?: string | undefined
  readonly state?: SettlementState | undefined
  /** Those a person must look at: a difference nobody has accepted, a payout that has not come or could be several days'. */
  readonly open?: boolean | undefined
  readonly after?: { readonly day: Day; readonly id: number } | undefined
  readonly limit: number
}

const OPEN = `((x.state in ('funds_differ', 'received_differs', 'overdue') and x.accepted is distinct from x.differences) or x.payout = 'ambiguous')`

/** Newest first. */
export async function listSettlements(db: Db, scope: Scope, filter: SettlementFilter): Promise<Settlement[]> {
  const values: unknown[] = []
  const add = (value: unknown): string => `$${values.push(value)}`
  const parts = [scopeSql(scope, PLACE, values)]
  if (filter.from !== undefined) parts.push(`x.business_date >= ${add(filter.from)}`)
  if (filter.to !== undefined) parts.push(`x.business_date <= ${add(filter.to)}`)
  if (filter.channel !== undefined) parts.push(`x.channel = ${add(filter.channel)}`)
  if (filter.account !== undefined) parts.push(`x.account = ${add(filter.account)}`)
  if (filter.state !== undefined) parts.push(`x.state = ${add(filter.state)}`)
  if (filter.open !== undefined) parts.push(filter.open ? OPEN : `not ${OPEN}`)
  if (filter.after) parts.push(`(x.business_date, x.id) < (${add(filter.after.day)}, ${add(filter.after.id)})`)
  const { rows } = await db.query(
    `select ${COLUMNS} from settlements x where ${parts.join(' and ')} order by x.business_date desc, x.id desc limit ${add(filter.limit)}`,
    values,
  )
  return rows.map(settlementOf)
}

/** Days that a payout pays, in order. */
export async function daysOfPayout(db: Db, payoutId: number): Promise<Day[]> {
  const { rows } = await db.query(
    'select business_date::text as day from settlements where payout_id = $1 order by business_date',
    [payoutId],
  )
  return rows.map(row => row.day)
}

export type Acceptance = {
  readonly differences: readonly Difference[]
  readonly at: Date
  readonly by: string
  readonly name: string
  readonly why: string
  readonly reviewId: string
}

export async function markAccepted(tx: pg.ClientBase, id: number, accepted: Acceptance): Promise<void> {
  await tx.query(
    `update settlements set accepted = $2, accepted_at = $3, accepted_by = $4, accepted_name = $5, accepted_why = $6, review_id = $7 where id = $1`,
    [
      id,
      JSON.stringify(accepted.differences),
      accepted.at,
      accepted.by,
      accepted.name,
      accepted.why,
      accepted.reviewId,
    ],
  )
}
