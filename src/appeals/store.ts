import type pg from 'pg'
import { type Scope, scopeSql } from '../access/scope.ts'
import { reconciledSql } from '../orders/reconciled.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { Appeal, AppealState, Verdict } from './appeal.ts'
import { openComment, sealAnswer, sealComment, sealTold, withWords } from './sealed.ts'

type Db = pg.Pool | pg.ClientBase

const COLUMNS = `a.id, a.kind, a.state, a.order_no as "orderNo", a.payment_no as "paymentNo", a.merchant_no as "merchantNo", a.channel, a.title,
  a.amount, a.currency, a.channel_trade_no as "channelTradeNo", a.account_id as "accountId", a.filed_name as "filedName", a.told,
  a.filed_at as "filedAt", a.due_at as "dueAt", a.reminded, a.escalated_at as "escalatedAt", a.owner, a.owner_name as "ownerName",
  a.discrepancy_id::text as "discrepancyId", a.ended_at as "endedAt", a.ended_by as "endedBy", a.ended_name as "endedName", a.verdict, a.answer`

const PLACE = { merchant: 'a.merchant_no', channel: 'a.channel' } as const

/** One filing of a payer's after the other, so that what is counted stays true. */
export const lockPayerAppeals = (tx: pg.ClientBase, accountId: string): Promise<unknown> =>
  tx.query("select pg_advisory_xact_lock(hashtextextended('appeals ' || $1, 0))", [accountId])

export async function countFiled(tx: pg.ClientBase, accountId: string, since: Date): Promise<number> {
  const { rows } = await tx.query(
    'select count(*)::int as count from appeals where account_id = $1 and filed_at > $2',
    [accountId, since],
  )
  return rows[0].count
}

/** 已对账, as the records show it. */
export async function isReconciled(db: Db, orderNo: string, paymentNo: string): Promise<boolean> {
  const { rows } = await db.query(`select ${reconciledSql('$1', '$2')} as reconciled`, [orderNo, paymentNo])
  return rows[0].reconciled
}

/** false: there is an open one about this payment. */
export async function insertAppeal(tx: pg.ClientBase, vault: Vault, appeal: Appeal): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into appeals (id, kind, order_no, payment_no, merchant_no, channel, title, amount, currency, channel_trade_no, account_id,
                          filed_name, told, filed_at, due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (payment_no) where state = 'open' do nothing`,
    [
      appeal.id,
      appeal.kind,
      appeal.orderNo,
      appeal.paymentNo,
      appeal.merchantNo,
      appeal.channel,
      appeal.title,
      appeal.amount,
      appeal.currency,
      appeal.channelTradeNo,
      appeal.accountId,
      appeal.filedName,
      sealTold(vault, appeal.id, appeal),
      appeal.filedAt,
      appeal.dueAt,
    ],
  )
  return rowCount === 1
}

export async function findAppeal(db: Db, vault: Vault, id: string): Promise<Appeal | null> {
  const { rows } = await db.query(`select ${COLUMNS} from appeals a where a.id = $1`, [id])
  return rows[0] ? withWords(vault, rows[0]) : null
}

/** Whoever changes an appeal holds this lock. */
export async function lockAppeal(tx: pg.ClientBase, vault: Vault, id: string): Promise<Appeal | null> {
  const { rows } = await tx.query(`select ${COLUMNS} from appeals a where a.id = $1 for update`, [id])
  return rows[0] ? withWords(vault, rows[0]) : null
}

export async function appealsOfPayer(db: Db, vault: Vault, accountId: string, limit: number): Promise<Appeal[]> {
  const { rows } = await db.query(
    `select ${COLUMNS} from appeals a where a.account_id = $1 order by a.filed_at desc, a.id desc limit $2`,
    [accountId, limit],
  )
  return rows.map(row => withWords(vault, row))
}

export type AppealFilter = {
  readonly state: AppealState
  readonly kind?: string | undefined
  /** `accounts` name of who works on it; '' : nobody does. */
  readonly owner?: string | undefined
  /** Due at this moment. */
  readonly overdueAt?: Date | undefined
  readonly merchantNo?: string | undefined
  readonly channel?: string | undefined
  readonly paymentNo?: string | undefined
  /** The last row of the page before. */
  readonly after?: { readonly dueAt: Date; readonly id: string } | undefined
  readonly limit: number
}

/** Open ones by when they are due; those that are over, the newest first. */
export async function listAppeals(db: Db, vault: Vault, scope: Scope, filter: AppealFilter): Promise<Appeal[]> {
  const values: unknown[] = []
  const add = (value: unknown): string => `$${values.push(value)}`
  const open = filter.state === 'open'
  // Open ones have an index of their own, which a parameter would not find.
  const parts = [open ? `a.state = 'open'` : `a.state = ${add(filter.state)}`, scopeSql(scope, PLACE, values)]
  if (filter.kind !== undefined) parts.push(`a.kind = ${add(filter.kind)}`)
  if (filter.owner !== undefined) parts.push(`a.owner = ${add(filter.owner)}`)
  if (filter.overdueAt !== undefined) parts.push(`a.due_at <= ${add(filter.overdueAt)}`)
  if (filter.merchantNo !== undefined) parts.push(`a.merchant_no = ${add(filter.merchantNo)}`)
  if (filter.channel !== undefined) parts.push(`a.channel = ${add(filter.channel)}`)
  if (filter.paymentNo !== undefined) parts.push(`a.payment_no = ${add(filter.paymentNo)}`)
  if (filter.after && open) parts.push(`(a.due_at, a.id) > (${add(filter.after.dueAt)}, ${add(filter.after.id)})`)
  if (filter.after && !open) parts.push(`(a.due_at, a.id) < (${add(filter.after.dueAt)}, ${add(filter.after.id)})`)
  const { rows } = open
    ? await db.query(
        `select ${COLUMNS} from appeals a where ${parts.join(' and ')} order by a.due_at, a.id limit ${add(filter.limit)}`,
        values,
      )
    : await db.query(
        `select ${COLUMNS} from appeals a where ${parts.join(' and ')} order by a.due_at desc, a.id desc limit ${add(filter.limit)}`,
        values,
      )
  return rows.map(row => withWords(vault, row))
}

// --- what is done about one ------------------------------------------------------------------------------------------------

/** '' : nobody works on it any more. */
export async function setOwner(tx: pg.ClientBase, id: string, owner: string, name: string): Promise<void> {
  await tx.query('update appeals set owner = $2, owner_name = $3 where id = $1', [id, owner, owner === '' ? '' : name])
}

export async function setDiscrepancy(tx: pg.ClientBase, id: string, discrepancyId: string | null): Promise<void> {
  await tx.query('update appeals set discrepancy_id = $2 where id = $1', [id, discrepancyId])
}

export type Ending = {
  readonly id: string
  readonly state: Exclude<AppealState, 'open'>
  readonly at: Date
  readonly by: string
  readonly name: string
  readonly verdict: Verdict | ''
  /** null: the payer is told nothing. */
  readonly answer: string | null
}

export async function endAppeals(tx: pg.ClientBase, vault: Vault, endings: readonly Ending[]): Promise<void> {
  await tx.query(
    `update appeals a set state = e.state::appeal_state, ended_at = e.at, ended_by = e.by, ended_name = e.name, verdict = e.verdict,
            answer = e.answer
       from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::bytea[])
         as e (id, state, at, by, name, verdict, answer)
      where a.id = e.id`,
    [
      endings.map(ending => ending.id),
      endings.map(ending => ending.state),
      endings.map(ending => ending.at),
      endings.map(ending => ending.by),
      endings.map(ending => ending.name),
      endings.map(ending => ending.verdict),
      endings.map(({ id, answer }) => (answer === null ? null : sealAnswer(vault, id, answer))),
    ],
  )
}

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
  appealId: string,
  comment: Comment,
): Promise<void> {
  await tx.query('insert into appeal_comments (id, appeal_id, at, by, by_name, text) values ($1, $2, $3, $4, $5, $6)', [
    comment.id,
    appealId,
    comment.at,
    comment.by,
    comment.byName,
    sealComment(vault, comment.id, comment.text),
  ])
}

export async function commentsOf(db: Db, vault: Vault, appealId: string): Promise<Comment[]> {
  const { rows } = await db.query(
    'select id, at, by, by_name as "byName", text from appeal_comments where appeal_id = $1 order by at, id',
    [appealId],
  )
  return rows.map(row => ({ ...row, text: openComment(vault, row.id, row.text) }))
}

/** Tells whoever listens, after the commit. */
export async function tellAppealChanged(tx: pg.ClientBase, ids: readonly string[]): Promise<void> {
  await tx.query("select pg_notify('appeal_changed', id) from unnest($1::text[]) as c (id)", [ids])
}

// --- what the platform does by itself ----------------------------------------------------------------------------------------

/** Open ones whose payment is reconciled by now, locked; whoever works on one at this moment is not waited for. */
export async function lockSettled(tx: pg.ClientBase, vault: Vault, limit: number): Promise<Appeal[]> {
  const { rows } = await tx.query(
    `select ${COLUMNS} from appeals a where a.state = 'open' and ${reconciledSql('a.order_no', 'a.payment_no')}
      order by a.due_at, a.id limit $1 for update of a skip locked`,
    [limit],
  )
  return rows.map(row => withWords(vault, row))
}

export type Pressing = Pick<
  Appeal,
  'id' | 'state' | 'paymentNo' | 'merchantNo' | 'channel' | 'filedAt' | 'dueAt' | 'reminded' | 'escalatedAt' | 'owner'
>

/** Open ones about which something is due, locked: overdue, or at a reminder's hour. */
export async function lockPressing(
  tx: pg.ClientBase,
  at: Date,
  remindAtHours: readonly number[],
  limit: number,
): Promise<Pressing[]> {
  const { rows } = await tx.query(
    `select a.id, a.state, a.payment_no as "paymentNo", a.merchant_no as "merchantNo", a.channel, a.filed_at as "filedAt", a.due_at as "dueAt",
            a.reminded, a.escalated_at as "escalatedAt", a.owner
       from appeals a
      where a.state = 'open' and a.escalated_at is null
        and (a.due_at <= $1
             or a.reminded < (select count(*) from unnest($2::float8[]) as h where a.filed_at + h * interval '1 hour' <= $1))
      order by a.due_at, a.id limit $3 for update of a skip locked`,
    [at, remindAtHours, limit],
  )
  return rows
}

export async function markNudged(
  tx: pg.ClientBase,
  at: Date,
  nudged: readonly { readonly id: string; readonly reminded: number; readonly escalated: boolean }[],
): Promise<void> {
  await tx.query(
    `update appeals a set reminded = n.reminded, escalated_at = case when n.escalated then $1::timestamptz end
       from unnest($2::text[], $3::integer[], $4::boolean[]) as n (id, reminded, escalated) where a.id = n.id`,
    [at, nudged.map(one => one.id), nudged.map(one => one.reminded), nudged.map(one => one.escalated)],
  )
}

// --- figures -----------------------------------------------------------------------------------------------------------------

export type AppealFigures = {
  /** Now, whenever they were filed. */
  readonly open: number
  readonly overdue: number
  /** Of those filed in the time asked for. */
  readonly filed: number
  readonly answered: number
  readonly settled: number
  readonly withdrawn: number
  /** From filing to the answer, of a person or the reconciliation; null: there was none. */
  readonly medianSeconds: number | null
  readonly inTime: number
  /** Answered, or due by now without an answer. */
  readonly judged: number
}

export async function appealFigures(
  db: Db,
  scope: Scope,
  { from, to, at }: { readonly from: Date; readonly to: Date; readonly at: Date },
): Promise<AppealFigures> {
  const values: unknown[] = [from, to, at]
  const { rows } = await db.query(
    `select (count(*) filter (where a.state = 'open'))::int as open,
            (count(*) filter (where a.state = 'open' and a.due_at <= $3))::int as overdue,
            (count(*) filter (where i.filed))::int as filed,
            (count(*) filter (where i.filed and a.state = 'answered'))::int as answered,
            (count(*) filter (where i.filed and a.state = 'closed_by_reconciliation'))::int as settled,
            (count(*) filter (where i.filed and a.state = 'withdrawn'))::int as withdrawn,
            percentile_cont(0.5) within group (order by extract(epoch from a.ended_at - a.filed_at)) filter (where i.filed and i.told)
              as "medianSeconds",
            (count(*) filter (where i.filed and i.told and a.ended_at <= a.due_at))::int as "inTime",
            (count(*) filter (where i.filed and (i.told or (a.state = 'open' and a.due_at <= $3))))::int as judged
       from appeals a,
            lateral (select a.filed_at >= $1 and a.filed_at < $2 as filed, a.state in ('answered', 'closed_by_reconciliation') as told) i
      where (a.state = 'open' or (a.filed_at >= $1 and a.filed_at < $2)) and ${scopeSql(scope, PLACE, values)}`,
    values,
  )
  return rows[0]
}
