import type pg from 'pg'
import { type Scope, scopeSql } from '../access/scope.ts'
import type { Cause } from './cause.ts'
import type { CauseFacts } from './facts.ts'

type Db = pg.Pool | pg.ClientBase

const COLUMNS = `c.code, c.version, c.name_zh as "nameZh", c.name_en as "nameEn", c.recognised, c.what_to_do as "whatToDo",
  c.whom_to_ask as "whomToAsk", c.usual_action as "usualAction", c.conditions, c.priority, c.retired, c.author, c.author_name as "authorName",
  c.reason, c.created_at as "createdAt"`

/** The newest version of each, retired ones too. */
export async function addedCauses(db: Db): Promise<Cause[]> {
  const { rows } = await db.query(
    `select distinct on (c.code) ${COLUMNS} from causes c order by c.code, c.version desc`,
  )
  return rows
}

/** Newest first. */
export async function versionsOf(db: Db, code: string): Promise<Cause[]> {
  const { rows } = await db.query(`select ${COLUMNS} from causes c where c.code = $1 order by c.version desc`, [code])
  return rows
}

/** Whoever writes a version waits here for whoever is at it. */
export const holdCauses = (tx: pg.ClientBase): Promise<unknown> =>
  tx.query('lock table causes in share row exclusive mode')

export async function insertCause(tx: pg.ClientBase, cause: Cause): Promise<void> {
  await tx.query(
    `insert into causes (code, version, name_zh, name_en, recognised, what_to_do, whom_to_ask, usual_action, conditions, priority, retired,
                         author, author_name, reason, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      cause.code,
      cause.version,
      cause.nameZh,
      cause.nameEn,
      cause.recognised,
      cause.whatToDo,
      cause.whomToAsk,
      cause.usualAction,
      JSON.stringify(cause.conditions),
      cause.priority,
      cause.retired,
      cause.author,
      cause.authorName,
      cause.reason,
      cause.createdAt,
    ],
  )
}

const FACTS = `
  select x.id, x.kind, x.cause, x.channel, x.account, x.merchant, x.business_date::text as "businessDate", x.amount, x.difference, x.currency,
         x.evidence_zh as "evidenceZh", x.evidence_en as "evidenceEn", x.state,
         w.ours::integer, w.theirs::integer, w.times, w.fees, w.items as "feeItems"
    from chosen x, lateral (
      select count(*) filter (where r.side = 'ours') as ours, count(*) filter (where r.side = 'theirs') as theirs,
             coalesce(array_agg((extract(epoch from coalesce(m.occurred_at, l.occurred_at)) * 1000)::bigint)
                        filter (where coalesce(m.occurred_at, l.occurred_at) is not null), '{}') as times,
             sum(l.fee) as fees, coalesce(array_agg(distinct m.fee_item) filter (where m.fee_item <> ''), '{}') as items
        from discrepancy_rows r
        left join movements m on r.side = 'ours' and m.order_no = r.order_no and m.id = r.row_id
        left join statement_lines l on r.side = 'theirs' and l.order_no = r.order_no and l.id = r.row_id
       where r.discrepancy_id = x.id) w`

export async function factsOf(tx: pg.ClientBase, ids: readonly number[]): Promise<CauseFacts[]> {
  const { rows } = await tx.query(
    `with chosen as (select * from discrepancies where id = any($1)) ${FACTS} order by x.id`,
    [ids],
  )
  return rows.map(factsFrom)
}

export type TrialFacts = CauseFacts & { readonly open: boolean }

/** The newest discrepancies of a scope since then, open and past, for trying conditions on. */
export async function trialFacts(db: Db, scope: Scope, since: Date, limit: number): Promise<TrialFacts[]> {
  const values: unknown[] = [since, limit]
  const { rows } = await db.query(
    `with chosen as (
       select * from discrepancies d
        where (d.state in ('open', 'waived') or d.opened_at >= $1) and ${scopeSql(scope, { merchant: 'd.merchant', channel: 'd.channel' }, values)}
        order by d.id desc limit $2
     ) ${FACTS} order by x.id desc`,
    values,
  )
  return rows.map(row => ({ ...factsFrom(row), open: row.state === 'open' || row.state === 'waived' }))
}

/** Sums come as numerics, which are texts. */
const factsFrom = (row: Record<string, unknown>): CauseFacts =>
  ({
    ...row,
    fees: row.fees === null ? null : Number(row.fees),
    times: (row.times as (string | number)[]).map(Number),
  }) as unknown as CauseFacts

export async function setLikely(
  tx: pg.ClientBase,
  found: readonly { readonly id: number; readonly cause: string; readonly version: number | null }[],
): Promise<number> {
  if (found.length === 0) return 0
  const { rowCount } = await tx.query(
    `update discrepancies x set likely_cause = f.cause, likely_version = f.version
       from unnest($1::bigint[], $2::text[], $3::integer[]) as f (id, cause, version)
      where x.id = f.id and (x.likely_cause, x.likely_version) is distinct from (f.cause, f.version)`,
    [found.map(each => each.id), found.map(each => each.cause), found.map(each => each.version)],
  )
  return rowCount ?? 0
}

/** The numbers of their rows, by which people look for them: order, payment, channel, refund and batch numbers. */
export async function setNumbers(tx: pg.ClientBase, ids: readonly number[]): Promise<void> {
  await tx.query(
    `update discrepancies x set numbers = n.numbers
       from (select r.discrepancy_id, array_agg(distinct v.number) as numbers
               from discrepancy_rows r
               left join movements m on r.side = 'ours' and m.order_no = r.order_no and m.id = r.row_id
               left join statement_lines l on r.side = 'theirs' and l.order_no = r.order_no and l.id = r.row_id,
                    lateral unnest(array[r.order_no, m.payment_no, m.channel_trade_no, m.merchant_order_no, m.refund_no, m.channel_refund_no, m.batch_no,
                                         l.channel_trade_no, l.merchant_order_no, l.refund_no, l.channel_refund_no, l.batch_no]) as v (number)
              where r.discrepancy_id = any($1) and v.number <> '' and v.number not like '#%' group by 1) n
      where x.id = n.discrepancy_id and x.numbers is distinct from n.numbers`,
    [ids],
  )
}

/** Open ones above `after`, locked, in the order of their ids; those that somebody works on at this moment are left out. */
export async function lockOpen(tx: pg.ClientBase, after: number, limit: number): Promise<number[]> {
  const { rows } = await tx.query(
    `select id from discrepancies where id > $1 and state in ('open', 'waived') order by id limit $2 for update skip locked`,
    [after, limit],
  )
  return rows.map(row => row.id)
}

export type CauseFigures = {
  readonly cause: string
  readonly found: number
  readonly open: number
  /** Resolved by people, and of these where it was the true one. */
  readonly resolved: number
  readonly right: number
  /** Resolved with this as the true cause, whatever was thought likely. */
  readonly turnedOut: number
  readonly medianSeconds: number | null
  readonly usualAction: string | null
}

/** Per cause, of what was found in a time. */
export async function causeFigures(
  db: Db,
  scope: Scope,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<CauseFigures[]> {
  const values: unknown[] = [from, to]
  const { rows } = await db.query(
    `with seen as (
       select coalesce(nullif(d.likely_cause, ''), d.cause) as likely, d.state, d.true_cause, d.action, d.opened_at, d.ended_at
         from discrepancies d
        where d.opened_at >= $1 and d.opened_at < $2 and ${scopeSql(scope, { merchant: 'd.merchant', channel: 'd.channel' }, values)}
     ), thought as (
       select likely as cause, count(*) as found, count(*) filter (where state = 'open') as open,
              count(*) filter (where true_cause <> '') as resolved,
              count(*) filter (where true_cause = likely) as "right"
         from seen group by 1
     ), learnt as (
       select true_cause as cause, count(*) as turned_out, mode() within group (order by action) as action,
              percentile_cont(0.5) within group (order by extract(epoch from ended_at - opened_at)) as median
         from seen where true_cause <> '' group by 1
     )
     select cause, coalesce(t.found, 0)::integer as found, coalesce(t.open, 0)::integer as open, coalesce(t.resolved, 0)::integer as resolved,
            coalesce(t."right", 0)::integer as "right", coalesce(l.turned_out, 0)::integer as "turnedOut", l.median::float8 as "medianSeconds",
            l.action as "usualAction"
       from thought t full join learnt l using (cause) order by 2 desc, cause`,
    values,
  )
  return rows
}
