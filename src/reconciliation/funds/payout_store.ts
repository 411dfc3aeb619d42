import type pg from 'pg'
import { type Scope, scopeSql } from '../../access/scope.ts'
import type { Day } from '../../kernel/business_day.ts'
import type { AccountDay } from '../days/day_store.ts'
import { NEAR_RUNS } from '../days/work_books.ts'
import type { Credit, Payout } from './payouts.ts'

type Db = pg.Pool | pg.ClientBase

/** By what a bank account's lines are known as an account's payouts: any of the payers (as the book keeps them), and any of the texts. */
export type PayoutPattern = {
  readonly account: string
  readonly payers: readonly string[]
  /** For `like`. */
  readonly texts: readonly string[]
}

/** One after the other for one bank account: what is decided stands on all of its credits. */
export const lockPayouts = (tx: pg.ClientBase, bank: string): Promise<unknown> =>
  tx.query("select pg_advisory_xact_lock(hashtextextended('payouts ' || $1, 0))", [bank])

/**
 * Gives the payouts among a bank account's lines of a day their place: lines that the patterns know, and that have no place or lie alone in a
 * discrepancy the engine made. They count in `into`, which is the day itself unless that is closed. Gives how many.
 */
export async function placePayouts(
  tx: pg.ClientBase,
  of: AccountDay,
  into: { readonly dayId: number; readonly late: boolean; readonly above: number },
  patterns: readonly PayoutPattern[],
  at: Date,
): Promise<number> {
  const { rows } = await tx.query(
    `with patterns as (
       select * from jsonb_to_recordset($5) as p (account text, payers text[], texts text[])
     ), known as (
       select l.order_no, l.id, l.amount, l.currency, l.business_date, array_agg(p.account order by p.account) as accounts
         from statement_lines l join patterns p
           on (p.payers = '{}' or l.payer = any(p.payers))
          and (p.texts = '{}' or concat_ws(' ', case when l.order_no not like '#%' then l.order_no end, l.batch_no, l.merchant_order_no, l.channel_trade_no)
                                   like any(p.texts))
        where l.channel = $1 and l.account = $2 and l.business_date = $3 and l.id > $4 and l.status = 'success' and l.amount <> 0
          and not exists (select from superseded_lines s where s.order_no = l.order_no and s.line_id = l.id)
          and not exists (select from payout_lines k where k.line_id = l.id)
          and not exists (select from match_links k where k.line_id = l.id and k.run = ${NEAR_RUNS})
          and not exists (select from match_rows k where k.side = 'theirs' and k.order_no = l.order_no and k.row_id = l.id and k.live)
        group by l.order_no, l.id, l.amount, l.currency, l.business_date
     ), free as (
       select k.*, r.discrepancy_id from known k
         left join discrepancy_rows r on r.side = 'theirs' and r.order_no = k.order_no and r.row_id = k.id and r.live
         left join discrepancies x on x.id = r.discrepancy_id
        where r.discrepancy_id is null
           or (x.origin = 'engine' and x.state in ('open', 'waived')
               and (select count(*) from discrepancy_rows o where o.discrepancy_id = x.id and o.live) = 1)
     ), freed as (
       update discrepancy_rows r set live = false from free f where r.discrepancy_id = f.discrepancy_id
     ), ended as (
       update discrepancies x set state = 'explained', ended_at = $6, ended_by = 'platform', action = 'payout',
              reason = '渠道结算到账 A payout of the channel'
         from free f where x.id = f.discrepancy_id
     ), late as (
       insert into late_rows (side, order_no, row_id, day_id)
       select 'theirs', order_no, id, $7 from free where $8 on conflict do nothing
     )
     insert into payout_lines (order_no, line_id, bank, day_id, paid_on, moved, currency, accounts, recognised_at)
     select order_no, id, $2, $7, business_date, amount, currency, accounts, $6 from free
     returning line_id`,
    [of.channel, of.account, of.day, into.above, JSON.stringify(patterns), at, into.dayId, into.late],
  )
  return rows.length
}

/** A row whose line a newer version of the statement took away, in a day that is open, has no place any more. */
export const UNPLACE_PAYOUTS = `
  delete from payout_lines k using superseded_lines s, days d
   where s.order_no = k.order_no and s.line_id = k.line_id and d.id = k.day_id and d.state <> 'closed' and k.bank = $1`

export async function dropTakenAway(tx: pg.ClientBase, bank: string): Promise<void> {
  await tx.query(UNPLACE_PAYOUTS, [bank])
}

/** Credits of a bank account from a day on, that are still in its statement. */
export async function creditsOf(
  db: Db,
  bank: string,
  from: Day,
): Promise<(Credit & { readonly currency: string; readonly payoutId: number | null })[]> {
  const { rows } = await db.query(
    `select k.line_id as id, k.paid_on::text as "paidOn", k.moved as amount, k.currency, k.accounts, k.payout_id as "payoutId"
       from payout_lines k
      where k.bank = $1 and k.paid_on >= $2
        and not exists (select from superseded_lines s where s.order_no = k.order_no and s.line_id = k.line_id)
      order by k.line_id`,
    [bank, from],
  )
  return rows
}

/** Of these payouts those that pay a day before `from` too. */
export async function reachingBack(tx: pg.ClientBase, ids: readonly number[], from: Day): Promise<Set<number>> {
  const { rows } = await tx.query(
    'select distinct payout_id from settlements where payout_id = any($1) and business_date < $2',
    [ids, from],
  )
  return new Set(rows.map(row => row.payout_id))
}

export async function payoutsBy(
  tx: pg.ClientBase,
  ids: readonly number[],
): Promise<
  { readonly id: number; readonly how: Payout['how']; readonly account: string; readonly difference: number }[]
> {
  const { rows } = await tx.query('select id, how, account, difference from payouts where id = any($1) order by id', [
    ids,
  ])
  return rows
}

export type KeptPayout = Pick<Payout, 'how' | 'account' | 'difference'> & {
  readonly channel: string
  readonly currency: string
  readonly credits: readonly number[]
}

/** Takes the payouts of these credits and days back: they are decided anew. */
export async function forgetPayouts(tx: pg.ClientBase, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await tx.query(`update settlements set payout = 'waiting', payout_id = null where payout_id = any($1)`, [ids])
  await tx.query('update payout_lines set payout_id = null where payout_id = any($1)', [ids])
  await tx.query('delete from payouts where id = any($1)', [ids])
}

/** Gives their ids in the order given. */
export async function insertPayouts(
  tx: pg.ClientBase,
  bank: string,
  payouts: readonly KeptPayout[],
  at: Date,
): Promise<number[]> {
  if (payouts.length === 0) return []
  const { rows } = await tx.query(
    `insert into payouts (channel, account, bank, currency, how, difference, made_at)
     select channel, account, $1, currency, how, difference, $2
       from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[]) with ordinality as p (channel, account, currency, how, difference, nth)
      order by nth returning id`,
    [
      bank,
      at,
      payouts.map(payout => payout.channel),
      payouts.map(payout => payout.account),
      payouts.map(payout => payout.currency),
      payouts.map(payout => payout.how),
      payouts.map(payout => payout.difference),
    ],
  )
  const ids: number[] = rows.map(row => row.id)
  const links = payouts.flatMap(({ credits }, i) => credits.map(credit => [credit, ids[i] as number] as const))
  await tx.query(
    `update payout_lines k set payout_id = p.id from unnest($1::bigint[], $2::integer[]) as p (line_id, id) where k.line_id = p.line_id`,
    [links.map(([credit]) => credit), links.map(([, id]) => id)],
  )
  return ids
}

export type PayoutCredit = {
  readonly id: number
  readonly fileId: number
  readonly bank: string
  readonly paidOn: Day
  readonly amount: number
  readonly currency: string
  readonly accounts: readonly string[]
  readonly payoutId: number | null
  readonly how: string | null
}

const CREDIT = `k.line_id as id, (k.line_id >> 32)::integer as "fileId", k.bank, k.paid_on::text as "paidOn", k.moved as amount, k.currency, k.accounts,
  k.payout_id as "payoutId", p.how`

export async function creditsOfPayout(db: Db, payoutId: number): Promise<PayoutCredit[]> {
  const { rows } = await db.query(
    `select ${CREDIT} from payout_lines k left join payouts p on p.id = k.payout_id where k.payout_id = $1 order by k.line_id`,
    [payoutId],
  )
  return rows
}

export type CreditFilter = {
  readonly from?: Day | undefined
  readonly to?: Day | undefined
  readonly bank?: string | undefined
  /** Whether it pays a day that we know. */
  readonly assigned?: boolean | undefined
  readonly after?: { readonly day: Day; readonly id: number } | undefined
  readonly limit: number
}

/** Newest first. */
export async function listCredits(db: Db, scope: Scope, filter: CreditFilter): Promise<PayoutCredit[]> {
  const values: unknown[] = []
  const add = (value: unknown): string => `$${values.push(value)}`
  const parts = [scopeSql(scope, { merchant: "''", channel: "'bank'" }, values)]
  if (filter.from !== undefined) parts.push(`k.paid_on >= ${add(filter.from)}`)
  if (filter.to !== undefined) parts.push(`k.paid_on <= ${add(filter.to)}`)
  if (filter.bank !== undefined) parts.push(`k.bank = ${add(filter.bank)}`)
  if (filter.assigned !== undefined) parts.push(`k.payout_id is ${filter.assigned ? 'not null' : 'null'}`)
  if (filter.after) parts.push(`(k.paid_on, k.line_id) < (${add(filter.after.day)}, ${add(filter.after.id)})`)
  const { rows } = await db.query(
    `select ${CREDIT} from payout_lines k left join payouts p on p.id = k.payout_id where ${parts.join(' and ')}
      order by k.paid_on desc, k.line_id desc limit ${add(filter.limit)}`,
    values,
  )
  return rows
}
