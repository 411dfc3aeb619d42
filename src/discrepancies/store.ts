import type pg from 'pg'
import { type Scope, scopeSql } from '../access/scope.ts'
import type { Sentence } from '../matching/entry.ts'
import { lockDay } from '../reconciliation/days/day_store.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { Action, Standing, State } from './actions.ts'
import { openComment, sealComment } from './sealed.ts'

type Db = pg.Pool | pg.ClientBase

/** 差错, as the platform has it. Amounts in minor units of `currency`. */
export type Discrepancy = Standing & {
  readonly dayId: number
  /** The day it is worked on with; `businessDate` is the one it was found in. */
  readonly day: string
  readonly businessDate: string
  readonly run: number
  readonly origin: 'engine' | 'restatement' | 'person'
  readonly channel: string
  readonly account: string
  readonly merchant: string
  readonly currency: string
  /** The engine's. */
  readonly cause: string
  /** By the library; '' where it knows no better. */
  readonly likelyCause: string
  readonly likelyVersion: number | null
  readonly evidence: Sentence
  readonly linkedTo: readonly string[]
  readonly state: State
  readonly dueAt: Date | null
  readonly waitsUntil: Date | null
  readonly waitsWhy: string
  readonly openedAt: Date
  readonly endedAt: Date | null
  readonly endedBy: string
  readonly action: string
  readonly reason: string
  readonly trueCause: string
  readonly askedAction: string
  readonly matchGroup: number | null
  readonly linkOrderNo: string
  readonly linkMovement: number | null
  readonly replacedBy: number | null
}

const COLUMNS = `x.id, x.day_id as "dayId", d.business_date::text as day, d.state = 'closed' as "dayClosed", x.business_date::text as "businessDate", x.run,
  x.origin, x.kind, x.channel, x.account, x.merchant, x.difference, x.currency, x.by_currency as "byCurrency", x.amount, x.cause,
  x.likely_cause as "likelyCause", x.likely_version as "likelyVersion",
  jsonb_build_object('zh', x.evidence_zh, 'en', x.evidence_en) as evidence, x.linked_to as "linkedTo", x.state, x.owner, x.due_at as "dueAt",
  x.waits_until as "waitsUntil", x.waits_why as "waitsWhy", x.opened_at as "openedAt", x.ended_at as "endedAt", x.ended_by as "endedBy", x.action,
  x.reason, x.true_cause as "trueCause", x.review_id as "reviewId", x.asked_action as "askedAction", x.refund_no as "refundNo",
  x.match_group as "matchGroup", x.link_order_no as "linkOrderNo", x.link_movement as "linkMovement", x.replaced_by as "replacedBy"`

/** Where it lies. */
const PLACE = { merchant: 'x.merchant', channel: 'x.channel' } as const

/** What somebody took to be the cause, before it was known. */
export const thoughtCause = ({ likelyCause, cause }: Pick<Discrepancy, 'likelyCause' | 'cause'>): string =>
  likelyCause || cause

export async function findDiscrepancy(db: Db, id: number): Promise<Discrepancy | null> {
  const { rows } = await db.query(
    `select ${COLUMNS} from discrepancies x join days d on d.id = x.day_id where x.id = $1`,
    [id],
  )
  return rows[0] ?? null
}

/** Locks the places of their account and then them, as runs do, so that two ways to them never wait for each other. Unknown ones are missing. */
export async function lockDiscrepancies(tx: pg.ClientBase, ids: readonly number[]): Promise<Discrepancy[]> {
  const { rows: days } = await tx.query(
    'select distinct x.channel, x.account, min(x.day_id) as day from discrepancies x where x.id = any($1) group by 1, 2 order by 1, 2',
    [ids],
  )
  for (const { day } of days) await lockDay(tx, day)
  const { rows } = await tx.query(
    `select ${COLUMNS} from discrepancies x join days d on d.id = x.day_id where x.id = any($1) order by x.id for update of x`,
    [ids],
  )
  return rows
}

export type DiscrepancyFilter = {
  readonly state?: State | undefined
  readonly kinds?: readonly string[] | undefined
  readonly cause?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly channel?: string | undefined
  readonly account?: string | undefined
  readonly merchant?: string | undefined
  readonly currency?: string | undefined
  /** '' : nobody works on it. */
  readonly owner?: string | undefined
  readonly openedBefore?: Date | undefined
  readonly overdueAt?: Date | undefined
  readonly amountFrom?: number | undefined
  readonly amountTo?: number | undefined
  /** Any number that its rows carry. */
  readonly number?: string | undefined
}

function conditionsOf(scope: Scope, filter: DiscrepancyFilter, values: unknown[]): string[] {
  const add = (value: unknown): string => `$${values.push(value)}`
  // Open ones have indexes of their own, which a parameter would not find.
  const parts = [scopeSql(scope, PLACE, values)]
  if (filter.state === 'open') parts.push(`x.state = 'open'`)
  else if (filter.state !== undefined) parts.push(`x.state = ${add(filter.state)}`)
  if (filter.kinds !== undefined) parts.push(`x.kind = any(${add(filter.kinds)}::text[])`)
  if (filter.cause !== undefined) parts.push(`coalesce(nullif(x.likely_cause, ''), x.cause) = ${add(filter.cause)}`)
  if (filter.from !== undefined) parts.push(`x.business_date >= ${add(filter.from)}::date`)
  if (filter.to !== undefined) parts.push(`x.business_date <= ${add(filter.to)}::date`)
  if (filter.channel !== undefined) parts.push(`x.channel = ${add(filter.channel)}`)
  if (filter.account !== undefined) parts.push(`x.account = ${add(filter.account)}`)
  if (filter.merchant !== undefined) parts.push(`x.merchant = ${add(filter.merchant)}`)
  if (filter.currency !== undefined) parts.push(`x.currency = ${add(filter.currency)}`)
  if (filter.owner !== undefined) parts.push(`x.owner = ${add(filter.owner)}`)
  if (filter.openedBefore !== undefined) parts.push(`x.opened_at <= ${add(filter.openedBefore)}`)
  if (filter.overdueAt !== undefined) {
    const at = add(filter.overdueAt)
    parts.push(
      `x.state = 'open' and x.kind <> 'in_transit' and x.due_at <= ${at} and (x.waits_until is null or x.waits_until <= ${at})`,
    )
  }
  if (filter.amountFrom !== undefined) parts.push(`x.amount >= ${add(filter.amountFrom)}`)
  if (filter.amountTo !== undefined) parts.push(`x.amount <= ${add(filter.amountTo)}`)
  // Asked first and by itself: the planner takes a number for a common one, and would rather walk through all ids.
  if (filter.number !== undefined)
    parts.push(
      `x.id = any(array(select n.id from discrepancies n where n.numbers @> array[${add(filter.number)}::text]))`,
    )
  return parts
}

export type Page = {
  /** `due`: open ones that somebody must deal with, the most urgent first. `newest`: as they were found. */
  readonly order: 'due' | 'newest'
  readonly after?: { readonly dueAt: Date | null; readonly id: number } | undefined
  readonly limit: number
}

export async function listDiscrepancies(
  db: Db,
  scope: Scope,
  filter: DiscrepancyFilter,
  { order, after, limit }: Page,
): Promise<Discrepancy[]> {
  const values: unknown[] = []
  const parts = conditionsOf(scope, filter, values)
  const add = (value: unknown): string => `$${values.push(value)}`
  if (order === 'due') {
    parts.push(`x.state = 'open' and x.kind <> 'in_transit' and x.due_at is not null`)
    if (after) parts.push(`(x.due_at, x.id) > (${add(after.dueAt)}, ${add(after.id)})`)
    const { rows } = await db.query(
      `select ${COLUMNS} from discrepancies x join days d on d.id = x.day_id
        where ${parts.join(' and ')} order by x.due_at, x.id limit ${add(limit)}`,
      values,
    )
    return rows
  }
  if (after) parts.push(`x.id < ${add(after.id)}`)
  const { rows } = await db.query(
    `select ${COLUMNS} from discrepancies x join days d on d.id = x.day_id
      where ${parts.join(' and ')} order by x.id desc limit ${add(limit)}`,
    values,
  )
  return rows
}

export type Total = {
  readonly kind: string
  readonly state: State
  readonly currency: string
  readonly count: number
  /** Sums may pass 2^53: decimal digits. */
  readonly amount: string
  readonly difference: string
  readonly overdue: number
}

export async function discrepancyTotals(db: Db, scope: Scope, filter: DiscrepancyFilter, at: Date): Promise<Total[]> {
  const values: unknown[] = []
  const parts = conditionsOf(scope, filter, values)
  const now = `$${values.push(at)}`
  const { rows } = await db.query(
    `select x.kind, x.state, x.currency, count(*)::integer as count, sum(x.amount)::text as amount, sum(x.difference)::text as difference,
            (count(*) filter (where x.state = 'open' and x.kind <> 'in_transit' and x.due_at <= ${now}
                                and (x.waits_until is null or x.waits_until <= ${now})))::integer as overdue
       from discrepancies x where ${parts.join(' and ')} group by 1, 2, 3 order by 1, 2, 3`,
    values,
  )
  return rows
}

export const AGES = ['today', 'days_1_3', 'days_4_7', 'older'] as const
export type Age = (typeof AGES)[number]

export type Figure = {
  readonly cause: string
  readonly age: Age
  readonly currency: string
  readonly count: number
  readonly amount: string
}

/** Counts and sums by likely cause and by age at a moment, of what the list would show. */
export async function discrepancyFigures(db: Db, scope: Scope, filter: DiscrepancyFilter, at: Date): Promise<Figure[]> {
  const values: unknown[] = []
  const parts = conditionsOf(scope, filter, values)
  const now = `$${values.push(at)}::timestamptz`
  const { rows } = await db.query(
    `select x.cause, case when x.opened_at > ${now} - interval '1 day' then 'today' when x.opened_at > ${now} - interval '4 days' then 'days_1_3'
                          when x.opened_at > ${now} - interval '8 days' then 'days_4_7' else 'older' end as age,
            x.currency, count(*)::integer as count, sum(x.amount)::text as amount
       from discrepancies x where ${parts.join(' and ')} group by 1, 2, 3 order by 1, 2, 3`,
    values,
  )
  return rows
}

// --- what is done about one ------------------------------------------------------------------------------------------------

export const setOwner = (tx: pg.ClientBase, id: number, owner: string): Promise<unknown> =>
  tx.query('update discrepancies set owner = $2 where id = $1', [id, owner])

export const setWait = (tx: pg.ClientBase, id: number, until: Date, why: string): Promise<unknown> =>
  tx.query('update discrepancies set waits_until = $2, waits_why = $3 where id = $1', [id, until, why])

export const setDay = (tx: pg.ClientBase, id: number, dayId: number, dueAt: Date): Promise<unknown> =>
  tx.query('update discrepancies set day_id = $2, due_at = greatest(due_at, $3), overdue_at = null where id = $1', [
    id,
    dayId,
    dueAt,
  ])

/** '' : the question is over. */
export const setAsked = (
  tx: pg.ClientBase,
  ids: readonly number[],
  reviewId: string,
  action: string,
): Promise<unknown> =>
  tx.query('update discrepancies set review_id = $2, asked_action = $3 where id = any($1)', [ids, reviewId, action])

/** '' : none is under way. */
export const setRefund = (tx: pg.ClientBase, id: number, refundNo: string): Promise<unknown> =>
  tx.query('update discrepancies set refund_no = $2 where id = $1', [id, refundNo])

export type Resolution = {
  readonly action: Action
  readonly by: string
  readonly at: Date
  readonly reason: string
  readonly trueCause: string
}

/** Its rows stay where they are: it is their place. */
export const resolve = (
  tx: pg.ClientBase,
  id: number,
  { action, by, at, reason, trueCause }: Resolution,
): Promise<unknown> =>
  tx.query(
    `update discrepancies set state = 'resolved', ended_at = $2, ended_by = $3, action = $4, reason = $5, true_cause = $6, asked_action = ''
      where id = $1`,
    [id, at, by, action, reason, trueCause],
  )

/** As it was before somebody ended it: what only counts counts again. */
export const reopen = (tx: pg.ClientBase, id: number, dueAt: Date): Promise<unknown> =>
  tx.query(
    `update discrepancies set state = case when kind in ('waived', 'duplicate_line') then 'waived' else 'open' end::discrepancy_state,
            ended_at = null, ended_by = '', action = '', reason = '', true_cause = '', review_id = '', refund_no = '', due_at = greatest(due_at, $2),
            overdue_at = null
      where id = $1`,
    [id, dueAt],
  )

/** Tells whoever listens, after the commit. */
export async function tellChanged(
  tx: pg.ClientBase,
  discrepancies: readonly number[],
  days: readonly number[],
): Promise<void> {
  await tx.query(
    `select pg_notify('discrepancy_changed', id::text) from unnest($1::bigint[]) as c (id)
     union all select pg_notify('day_changed', id::text) from unnest($2::integer[]) as d (id)`,
    [[...new Set(discrepancies)], [...new Set(days)]],
  )
}

// --- comments -----------------------------------------------------------------------------------------------------------------

export type Comment = {
  readonly id: string
  readonly at: Date
  readonly by: string
  readonly byName: string
  readonly text: string
}

export async function insertComment(
  tx: pg.ClientBase,
  vault: Vault,
  discrepancyId: number,
  { id, at, by, byName, text }: Comment,
): Promise<void> {
  await tx.query(
    'insert into discrepancy_comments (id, discrepancy_id, at, by, by_name, text) values ($1, $2, $3, $4, $5, $6)',
    [id, discrepancyId, at, by, byName, sealComment(vault, id, text)],
  )
}

export async function commentsOf(db: Db, vault: Vault, discrepancyId: number): Promise<Comment[]> {
  const { rows } = await db.query(
    'select id, at, by, by_name as "byName", text from discrepancy_comments where discrepancy_id = $1 order by at, id',
    [discrepancyId],
  )
  return rows.map(row => ({ ...row, text: openComment(vault, row.id, row.text) }))
}
