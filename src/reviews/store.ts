import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import { scopeSql } from '../access/scope.ts'
import type { Json } from '../system/requests.ts'
import type { ReviewKinds } from './kind.ts'
import type { Review, ReviewState } from './review.ts'

type Db = pg.Pool | pg.ClientBase

const COLUMNS = `r.id, r.kind, jsonb_build_object('kind', r.object_kind, 'id', r.object_id) as object, r.facts, r.before, r.after, r.basis,
  r.payload, r.amount, r.currency, r.merchant_no as "merchantNo", r.channel, r.asked_by as "askedBy", r.asked_name as "askedName",
  r.asked_account as "askedAccount", r.asked_at as "askedAt", r.reason, r.expires_at as "expiresAt", r.state,
  r.decided_by as "decidedBy", r.decided_name as "decidedName", r.ended_at as "endedAt", r.ended_why as "endedWhy", r.outcome`

export type NewReview = Omit<
  Review,
  'state' | 'decidedBy' | 'decidedName' | 'endedAt' | 'endedWhy' | 'outcome' | 'before' | 'after' | 'payload'
> & { readonly before?: Json; readonly after?: Json; readonly payload?: Json }

/** Inserts them in one statement; gives the ids of those that are new. Left out: one whose object has an open one of its kind. */
export async function insertReviews(tx: pg.ClientBase, rows: readonly NewReview[]): Promise<Set<string>> {
  const { rows: made } = await tx.query(
    `insert into reviews (id, kind, object_kind, object_id, facts, before, after, basis, payload, amount, currency, merchant_no, channel,
                          asked_by, asked_name, asked_account, asked_at, reason, expires_at)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[], $7::jsonb[], $8::jsonb[], $9::jsonb[],
                          $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::timestamptz[],
                          $18::text[], $19::timestamptz[])
         on conflict (kind, object_kind, object_id) where state = 'open' do nothing
  returning id`,
    [
      rows.map(row => row.id),
      rows.map(row => row.kind),
      rows.map(row => row.object.kind),
      rows.map(row => row.object.id),
      rows.map(row => JSON.stringify(row.facts)),
      rows.map(row => json(row.before)),
      rows.map(row => json(row.after)),
      rows.map(row => JSON.stringify(row.basis)),
      rows.map(row => json(row.payload)),
      rows.map(row => row.amount),
      rows.map(row => row.currency),
      rows.map(row => row.merchantNo),
      rows.map(row => row.channel),
      rows.map(row => row.askedBy),
      rows.map(row => row.askedName),
      rows.map(row => row.askedAccount),
      rows.map(row => row.askedAt),
      rows.map(row => row.reason),
      rows.map(row => row.expiresAt),
    ],
  )
  return new Set(made.map(row => row.id))
}

const json = (value: Json | undefined): string | null =>
  value === undefined || value === null ? null : JSON.stringify(value)

export async function findReview(db: Db, id: string): Promise<Review | null> {
  const { rows } = await db.query(`select ${COLUMNS} from reviews r where r.id = $1`, [id])
  return rows[0] ?? null
}

/** Open reviews of a kind by the id of their object. */
export async function openReviewsOf(
  db: Db,
  kind: string,
  objectKind: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await db.query(
    `select object_id as object, id from reviews where kind = $1 and object_kind = $2 and object_id = any($3) and state = 'open'`,
    [kind, objectKind, ids],
  )
  return new Map(rows.map(row => [row.object, row.id]))
}

/** Whoever ends a review holds this lock, and has locked its object before. */
export async function lockReview(tx: pg.ClientBase, id: string): Promise<Review> {
  const { rows } = await tx.query(`select ${COLUMNS} from reviews r where r.id = $1 for update`, [id])
  return rows[0]
}

export async function endReview(
  tx: pg.ClientBase,
  id: string,
  ending: {
    readonly state: Exclude<ReviewState, 'open'>
    readonly at: Date
    readonly why: string
    readonly checker: { readonly id: string; readonly name: string; readonly accountId: string } | null
    readonly outcome: Json
  },
): Promise<void> {
  await tx.query(
    `update reviews set state = $2::review_state, ended_at = $3, ended_why = $4, decided_by = $5, decided_name = $6, decided_account = $7,
            outcome = $8
      where id = $1`,
    [
      id,
      ending.state,
      ending.at,
      ending.why,
      ending.checker?.id ?? '',
      ending.checker?.name ?? '',
      ending.checker?.accountId ?? '',
      json(ending.outcome),
    ],
  )
}

/** Open ones whose time is over, of kinds that this program knows. */
export async function overdueReviews(
  db: Db,
  at: Date,
  kinds: readonly string[],
  limit: number,
): Promise<{ id: string; kind: string; objectId: string }[]> {
  const { rows } = await db.query(
    `select id, kind, object_id as "objectId" from reviews
      where state = 'open' and expires_at <= $1 and kind = any($2) order by expires_at, id limit $3`,
    [at, kinds, limit],
  )
  return rows
}

export type ReviewFilter = {
  readonly state?: ReviewState | undefined
  readonly kind?: string | undefined
  readonly whose?: 'mine' | 'others' | undefined
  readonly object?: { readonly kind: string; readonly id: string } | undefined
  /** The last row of the page before. */
  readonly after?: { readonly askedAt: Date; readonly id: string } | undefined
  readonly limit: number
}

/** Those that the actor may see, newest first. */
export async function listReviews(db: Db, actor: Actor, kinds: ReviewKinds, filter: ReviewFilter): Promise<Review[]> {
  const values: unknown[] = []
  const add = (value: unknown): string => `$${values.push(value)}`
  const mine = mineSql(actor, add)
  const parts = [`(${mine} or ${seenSql(actor, kinds, values)})`]
  // Open ones have an index of their own, which a parameter would not find.
  if (filter.state) parts.push(filter.state === 'open' ? `r.state = 'open'` : `r.state = ${add(filter.state)}`)
  if (filter.kind !== undefined) parts.push(`r.kind = ${add(filter.kind)}`)
  if (filter.whose) parts.push(filter.whose === 'mine' ? mine : `not ${mine}`)
  if (filter.object) parts.push(`r.object_kind = ${add(filter.object.kind)} and r.object_id = ${add(filter.object.id)}`)
  if (filter.after) parts.push(`(r.asked_at, r.id) < (${add(filter.after.askedAt)}, ${add(filter.after.id)})`)
  const { rows } = await db.query(
    `select ${COLUMNS} from reviews r where ${parts.join(' and ')} order by r.asked_at desc, r.id desc limit ${add(filter.limit)}`,
    values,
  )
  return rows
}

const mineSql = (actor: Actor, add: (value: unknown) => string): string =>
  actor.accountId === ''
    ? `r.asked_by = ${add(actor.id)}`
    : `(r.asked_by = ${add(actor.id)} or r.asked_account = ${add(actor.accountId)})`

const PLACE = { merchant: 'r.merchant_no', channel: 'r.channel' }

/** As `canSee`, apart from one's own. */
function seenSql(actor: Actor, kinds: ReviewKinds, values: unknown[]): string {
  if (!actor.permissions.has('review.read')) return 'false'
  const byPermission = Map.groupBy(kinds.values(), kind => kind.see)
  const parts = [...byPermission]
    .filter(([permission]) => actor.permissions.has(permission))
    .map(([permission, group]) => {
      const codes = `$${values.push(group.map(kind => kind.code))}`
      return `(r.kind = any(${codes}) and ${scopeSql(actor.scopeOf(permission), PLACE, values)})`
    })
  if (parts.length === 0) return 'false'
  return `(${scopeSql(actor.scopeOf('review.read'), PLACE, values)} and (${parts.join(' or ')}))`
}

/** Tells whoever listens, after the commit. */
export async function tellReviewChanged(tx: pg.ClientBase, ids: Iterable<string>): Promise<void> {
  await tx.query("select pg_notify('review_changed', id) from unnest($1::text[]) as c (id)", [[...ids]])
}
