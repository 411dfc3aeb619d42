import type pg from 'pg'
import type { AccountDay } from '../days/day_store.ts'
import { type BalanceEnds, balanceOf, type Findings, type FundSums, movedBy, type TradeSums } from './settlement.ts'

type Db = pg.Pool | pg.ClientBase

/** What the two bills of a day say, summed where the lines are. */
export type DaySums = {
  readonly currency: string
  readonly trade: TradeSums
  /** null: no funds bill of the day has come. */
  readonly funds: FundSums | null
}

const NO_TRADE: TradeSums = { payments: 0, rows: 0, gross: 0, refunds: 0, fees: 0, feesMissing: 0 }

const STANDING = 'not exists (select from superseded_lines s where s.order_no = l.order_no and s.line_id = l.id)'

/** By currency. Lines that a newer version took away do not count, nor do those that failed. */
export async function sumsOf(db: Db, { channel, account, day }: AccountDay): Promise<DaySums[]> {
  const of = [channel, account, day]
  const { rows: trades } = await db.query(
    `select currency, count(*) as rows, count(*) filter (where kind = 'payment' and amount <> 0) as payments,
            coalesce(sum(amount) filter (where kind = 'payment'), 0)::bigint as gross,
            coalesce(-sum(amount) filter (where kind = 'refund'), 0)::bigint as refunds,
            coalesce(sum(fee), 0)::bigint as fees, count(*) filter (where fee is null) as "feesMissing"
       from statement_lines l
      where channel = $1 and account = $2 and business_date = $3 and status = 'success' and ${STANDING} group by 1`,
    of,
  )
  const { rows: funds } = await db.query(
    `select currency, count(*) as rows, count(*) filter (where entry = 'payment' and amount > 0) as payments,
            coalesce(sum(amount) filter (where entry = 'payment'), 0)::bigint as gross,
            coalesce(-sum(amount) filter (where entry = 'refund'), 0)::bigint as refunds,
            coalesce(-sum(amount) filter (where entry = 'fee'), 0)::bigint as fees,
            coalesce(-sum(amount) filter (where entry = 'withdrawal'), 0)::bigint as withdrawn,
            coalesce(sum(amount) filter (where entry = 'other'), 0)::bigint as other
       from fund_lines l
      where channel = $1 and account = $2 and business_date = $3 and status = 'success' and ${STANDING} group by 1`,
    of,
  )
  const found: DaySums[] = []
  for (const currency of new Set([...trades, ...funds].map(row => row.currency as string))) {
    const { currency: _, ...trade } = trades.find(row => row.currency === currency) ?? { currency, ...NO_TRADE }
    const fund = funds.find(row => row.currency === currency)
    found.push({ currency, trade, funds: fund ? await withBalance(db, of, fund) : null })
  }
  return found
}

async function withBalance(
  db: Db,
  of: readonly string[],
  { currency, ...sums }: { readonly currency: string } & Omit<FundSums, 'opening' | 'closing'>,
): Promise<FundSums> {
  const { rows } = await db.query(
    `with own as materialized (
       select id, occurred_at, amount, balance from fund_lines l
        where channel = $1 and account = $2 and business_date = $3 and currency = $4 and status = 'success' and balance is not null and ${STANDING}
     )
     (select 'first' as place, balance - amount as opening, balance as closing from own order by occurred_at, id limit 1)
     union all (select 'last', balance - amount, balance from own order by occurred_at desc, id desc limit 1)
     union all (select 'first back', balance - amount, balance from own order by occurred_at, id desc limit 1)
     union all (select 'last back', balance - amount, balance from own order by occurred_at desc, id limit 1)`,
    [...of, currency],
  )
  const funds = { ...sums, opening: null, closing: null }
  const at = (place: string) => rows.find(row => row.place === place)
  if (rows.length === 0) return funds
  const ends: BalanceEnds = {
    forward: { opening: at('first').opening, closing: at('last').closing },
    backward: { opening: at('first back').opening, closing: at('last back').closing },
  }
  return { ...funds, ...balanceOf(ends, movedBy(funds)) }
}

const SHOWN = 20

/**
 * The trade numbers on which the bills of a day differ, and how much of it the neighbouring days' bills have. Asked only where sums differ: both
 * books of the day are joined. Refunds go by their own number where the funds bill has it, else by that of their payment.
 */
export async function findingsOf(db: Db, { channel, account, day }: AccountDay, currency: string): Promise<Findings> {
  const { rows } = await db.query(
    `with funds as materialized (
       select case entry when 'payment' then 'payments' when 'refund' then 'refunds' else 'fees' end as leg, business_date,
              case when entry = 'refund' and channel_refund_no <> '' then channel_refund_no else channel_trade_no end as no,
              case when entry = 'payment' then amount else -amount end as amount
         from fund_lines l
        where channel = $1 and account = $2 and business_date between $3::date - 1 and $3::date + 1 and currency = $4 and status = 'success'
          and entry in ('payment', 'refund', 'fee') and ${STANDING}
     ), numbered as (
       select exists (select from fund_lines l where channel = $1 and account = $2 and business_date = $3 and entry = 'refund'
                       and channel_refund_no <> '') as yes
     ), lines as materialized (
       select x.leg, l.business_date, x.no, x.amount
         from statement_lines l, numbered n, lateral (values
           (case l.kind when 'payment' then 'payments' else 'refunds' end,
            case when l.kind = 'refund' and n.yes and l.channel_refund_no <> '' then l.channel_refund_no else l.channel_trade_no end, abs(l.amount)),
           ('fees', l.channel_trade_no, coalesce(l.fee, 0))) as x (leg, no, amount)
        where l.channel = $1 and l.account = $2 and l.business_date between $3::date - 1 and $3::date + 1 and l.currency = $4
          and l.status = 'success' and ${STANDING}
     ), f as (select leg, no, sum(amount) filter (where business_date = $3) as own, sum(amount) as around from funds group by 1, 2),
     t as (select leg, no, sum(amount) filter (where business_date = $3) as own, sum(amount) as around from lines group by 1, 2),
     apart as (
       select leg, no, (coalesce(f.own, 0) - coalesce(t.own, 0))::bigint as amount,
              coalesce(f.around, 0) = coalesce(t.around, 0) as crossed
         from f full join t using (leg, no) where coalesce(f.own, 0) <> coalesce(t.own, 0)
     ), counted as (
       select *, row_number() over (partition by leg order by crossed, abs(amount) desc, no) as nth,
              coalesce(sum(amount) filter (where crossed) over (partition by leg), 0)::bigint as crossed_of_leg
         from apart
     )
     select leg, no as "tradeNo", amount, crossed as "crossDay", crossed_of_leg as "crossedOfLeg"
       from counted where nth <= ${SHOWN} order by leg, nth`,
    [channel, account, day, currency],
  )
  const crossDay = { payments: 0, refunds: 0, fees: 0 }
  for (const row of rows) crossDay[row.leg as keyof typeof crossDay] = row.crossedOfLeg
  return {
    shown: rows.map(({ leg, tradeNo, amount, crossDay: crossed }) => ({ leg, tradeNo, amount, crossDay: crossed })),
    crossDay,
  }
}
