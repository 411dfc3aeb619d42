import type pg from 'pg'
import { type Scope, scopeSql } from '../access/scope.ts'
import type { Day } from '../kernel/business_day.ts'

export const ARRIVAL_STATES = [
  'awaited',
  'not_published',
  'empty',
  'failed',
  'refused',
  'awaiting_acceptance',
  'arrived',
] as const
export type ArrivalState = (typeof ARRIVAL_STATES)[number]
export type ArrivalSource = 'api' | 'sftp' | 'folder' | 'upload'
export type Trouble = { readonly code: string; readonly zh: string; readonly en: string }

export type Arrival = {
  readonly id: number
  readonly channel: string
  readonly account: string
  readonly day: Day
  readonly kind: 'trade' | 'funds'
  readonly state: ArrivalState
  readonly source: ArrivalSource
  readonly attempts: number
  readonly lastTriedAt: Date | null
  readonly nextTryAt: Date | null
  readonly error: Trouble | null
  readonly fileId: number | null
  readonly expectedAt: Date
  readonly alertAt: Date
  readonly alertedAt: Date | null
  readonly arrivedAt: Date | null
  readonly emptyAt: Date | null
}

const ARRIVAL = `a.id, a.channel, a.account, a.business_date::text as day, a.kind, a.state, a.source, a.attempts,
  a.last_tried_at as "lastTriedAt", a.next_try_at as "nextTryAt",
  case when a.error_code <> '' then jsonb_build_object('code', a.error_code, 'zh', a.error_zh, 'en', a.error_en) end as error,
  a.file_id as "fileId", a.expected_at as "expectedAt", a.alert_at as "alertAt", a.alerted_at as "alertedAt",
  a.arrived_at as "arrivedAt", a.empty_at as "emptyAt"`

export type NewArrival = Pick<Arrival, 'channel' | 'account' | 'day' | 'kind' | 'source' | 'expectedAt' | 'alertAt'> & {
  readonly nextTryAt: Date | null
}

/** Writes down what is expected; what is known already stays as it is. Gives how many are new. */
export async function insertArrivals(db: pg.Pool | pg.ClientBase, rows: readonly NewArrival[]): Promise<number> {
  if (rows.length === 0) return 0
  const { rowCount } = await db.query(
    `insert into arrivals (channel, account, business_date, kind, source, expected_at, alert_at, next_try_at)
     select * from unnest($1::text[], $2::text[], $3::date[], $4::statement_kind[], $5::arrival_source[], $6::timestamptz[],
                          $7::timestamptz[], $8::timestamptz[])
         on conflict (account, business_date, kind) do nothing`,
    [
      rows.map(row => row.channel),
      rows.map(row => row.account),
      rows.map(row => row.day),
      rows.map(row => row.kind),
      rows.map(row => row.source),
      rows.map(row => row.expectedAt),
      rows.map(row => row.alertAt),
      rows.map(row => row.nextTryAt),
    ],
  )
  return rowCount ?? 0
}

/** The newest day that is planned for each account and kind, as 'ACCOUNT/KIND'. */
export async function plannedUntil(db: pg.Pool): Promise<Map<string, Day>> {
  const { rows } = await db.query(
    `select account || '/' || kind as of, max(business_date)::text as day from arrivals group by 1`,
  )
  return new Map(rows.map(row => [row.of, row.day]))
}

export async function dueArrivals(db: pg.Pool, at: Date, limit: number): Promise<number[]> {
  const { rows } = await db.query('select id from arrivals where next_try_at <= $1 order by next_try_at limit $2', [
    at,
    limit,
  ])
  return rows.map(row => row.id)
}

/**
 * Takes a due arrival for whoever calls, until `giveUpAt`: nobody else gets it before. null: it is not due, or somebody has it.
 * The number of its attempts is the mark by which its taker may conclude it.
 */
export async function claimArrival(db: pg.Pool, id: number, at: Date, giveUpAt: Date): Promise<Arrival | null> {
  const { rows } = await db.query(
    `update arrivals a set attempts = a.attempts + 1, last_tried_at = $2, next_try_at = $3
       from (select id from arrivals where id = $1 and next_try_at <= $2 for update skip locked) due
      where a.id = due.id returning ${ARRIVAL}`,
    [id, at, giveUpAt],
  )
  return rows[0] ?? null
}

export type Conclusion = {
  readonly state: ArrivalState
  readonly error: Trouble | null
  readonly nextTryAt: Date | null
  readonly fileId: number | null
  readonly source: ArrivalSource
  readonly at: Date
}

/** Writes down what became of it. `attempts`: of the taker; false: somebody else took it since. null: whoever it is (a person brings a file). */
export async function concludeArrival(
  tx: pg.ClientBase,
  id: number,
  attempts: number | null,
  { state, error, nextTryAt, fileId, source, at }: Conclusion,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update arrivals
        set state = $3::arrival_state, error_code = $4, error_zh = $5, error_en = $6, next_try_at = $7, file_id = coalesce($8, file_id),
            source = $9, arrived_at = case when $3 = 'arrived' then coalesce(arrived_at, $10) end,
            empty_at = case when $3 = 'empty' then coalesce(empty_at, $10) end
      where id = $1 and ($2::integer is null or attempts = $2)`,
    [id, attempts, state, error?.code ?? '', error?.zh ?? '', error?.en ?? '', nextTryAt, fileId, source, at],
  )
  return rowCount === 1
}

/** What is there already stays so; only the next look is planned. */
export async function planNextTry(tx: pg.ClientBase, id: number, nextTryAt: Date | null): Promise<void> {
  await tx.query('update arrivals set next_try_at = $2 where id = $1', [id, nextTryAt])
}

export async function lockArrivalOf(
  tx: pg.ClientBase,
  { account, day, kind }: Pick<Arrival, 'account' | 'day' | 'kind'>,
): Promise<Arrival | null> {
  const { rows } = await tx.query(
    `select ${ARRIVAL} from arrivals a where a.account = $1 and a.business_date = $2 and a.kind = $3 for update`,
    [account, day, kind],
  )
  return rows[0] ?? null
}

/** Those that wait for what is decided about a file. */
export async function lockArrivalsOfFile(tx: pg.ClientBase, fileId: number): Promise<Arrival[]> {
  const { rows } = await tx.query(`select ${ARRIVAL} from arrivals a where a.file_id = $1 order by a.id for update`, [
    fileId,
  ])
  return rows
}

/** Those that have not come, newest day first. */
export async function missingArrivals(db: pg.Pool): Promise<Arrival[]> {
  const { rows } = await db.query(
    `select ${ARRIVAL} from arrivals a where a.state not in ('arrived', 'empty') order by a.business_date desc, a.id`,
  )
  return rows
}

/** Takes those that are missing by now, so that each is told once; what was never tried since it should be there comes first. */
export async function takeMissing(tx: pg.ClientBase, at: Date, limit: number): Promise<Arrival[]> {
  const { rows } = await tx.query(
    `update arrivals a set alerted_at = $1
       from (select id from arrivals
              where alerted_at is null and state not in ('arrived', 'empty') and alert_at <= $1
                and (next_try_at is null or last_tried_at >= alert_at)
              order by alert_at limit $2 for update skip locked) missing
      where a.id = missing.id returning ${ARRIVAL}`,
    [at, limit],
  )
  return rows
}

export type ArrivalFilter = {
  readonly day?: Day | undefined
  readonly channel?: string | undefined
  readonly account?: string | undefined
  readonly state?: ArrivalState | undefined
  /** The last row of the page before. */
  readonly after?: { readonly day: Day; readonly id: number } | undefined
  readonly limit: number
}

const PLACE = { merchant: "''", channel: 'a.channel' } as const

/** Newest day first. A statement is of a whole account: only who sees all merchants of a channel sees it. */
export async function listArrivals(db: pg.Pool, scope: Scope, filter: ArrivalFilter): Promise<Arrival[]> {
  const values: unknown[] = [
    filter.day ?? null,
    filter.channel ?? null,
    filter.account ?? null,
    filter.state ?? null,
    filter.after?.day ?? null,
    filter.after?.id ?? null,
    filter.limit,
  ]
  const { rows } = await db.query(
    `select ${ARRIVAL} from arrivals a
      where ${scopeSql(scope, PLACE, values)} and ($1::date is null or a.business_date = $1) and ($2::text is null or a.channel = $2)
        and ($3::text is null or a.account = $3) and ($4::text is null or a.state = $4::arrival_state)
        and ($5::date is null or (a.business_date, a.id) < ($5, $6))
      order by a.business_date desc, a.id desc limit $7`,
    values,
  )
  return rows
}

/** Of each account and kind: its newest statement that came, and how many of that time are missing and why the newest of those is. */
export async function arrivalsByAccount(db: pg.Pool, from: Day, at: Date): Promise<ArrivalsOfAccount[]> {
  const { rows } = await db.query(
    `select channel, account, kind, max(business_date) filter (where state in ('arrived', 'empty'))::text as "lastDay",
            max(coalesce(arrived_at, empty_at)) as "lastAt",
            count(*) filter (where state not in ('arrived', 'empty') and expected_at < $2)::int as missing,
            (array_agg(error_zh order by business_date desc) filter (where error_code <> ''))[1] as zh,
            (array_agg(error_en order by business_date desc) filter (where error_code <> ''))[1] as en
       from arrivals where business_date >= $1::date group by 1, 2, 3 order by 1, 2, 3`,
    [from, at],
  )
  return rows
}

export type ArrivalsOfAccount = {
  readonly channel: string
  readonly account: string
  readonly kind: 'trade' | 'funds'
  readonly lastDay: Day | null
  readonly lastAt: Date | null
  readonly missing: number
  readonly zh: string | null
  readonly en: string | null
}

export async function findArrival(db: pg.Pool | pg.ClientBase, scope: Scope, id: number): Promise<Arrival | null> {
  const values: unknown[] = [id]
  const { rows } = await db.query(
    `select ${ARRIVAL} from arrivals a where a.id = $1 and ${scopeSql(scope, PLACE, values)}`,
    values,
  )
  return rows[0] ?? null
}

/** Has it fetched at once. */
export async function makeDue(tx: pg.ClientBase, id: number, at: Date): Promise<void> {
  await tx.query('update arrivals set next_try_at = $2 where id = $1', [id, at])
}

/** What a look into a folder or server meant for those that should be there and are not. `trouble`: it could not be looked into. */
export async function noteLook(db: pg.Pool, account: string, trouble: Trouble | null, at: Date): Promise<void> {
  await db.query(
    `update arrivals set state = $3::arrival_state, error_code = $4, error_zh = $5, error_en = $6, attempts = attempts + 1, last_tried_at = $2
      where account = $1 and state in ('awaited', 'not_published', 'failed') and expected_at <= $2`,
    [account, at, trouble ? 'failed' : 'not_published', trouble?.code ?? '', trouble?.zh ?? '', trouble?.en ?? ''],
  )
}

// --- files of folders and servers ----------------------------------------------------------------------------------------

export type SeenFile = {
  readonly name: string
  readonly bytes: number
  readonly changedAt: Date
  readonly seenAt: Date
  readonly readAt: Date | null
}

/** Notes what lies there. One that changed is new, and begins to lie still anew. Gives all of them as they are noted. */
export async function noteFiles(
  db: pg.Pool,
  account: string,
  files: readonly { readonly name: string; readonly bytes: number; readonly changedAt: Date }[],
  at: Date,
): Promise<SeenFile[]> {
  const names = files.map(file => file.name)
  await db.query(
    `insert into arrival_files as f (account, name, bytes, changed_at, seen_at)
     select $1, name, bytes, changed_at, $5 from unnest($2::text[], $3::bigint[], $4::timestamptz[]) as n (name, bytes, changed_at)
         on conflict (account, name) do update
        set bytes = excluded.bytes, changed_at = excluded.changed_at, seen_at = excluded.seen_at, read_at = null, outcome = ''
      where (f.bytes, f.changed_at) is distinct from (excluded.bytes, excluded.changed_at)`,
    [account, names, files.map(file => file.bytes), files.map(file => file.changedAt), at],
  )
  const { rows } = await db.query(
    `select name, bytes::float8 as bytes, changed_at as "changedAt", seen_at as "seenAt", read_at as "readAt" from arrival_files
      where account = $1 and name = any($2) order by changed_at, name`,
    [account, names],
  )
  return rows
}

export async function markRead(
  tx: pg.ClientBase | pg.Pool,
  account: string,
  { name, bytes, changedAt }: SeenFile,
  outcome: string,
  at: Date,
): Promise<void> {
  await tx.query(
    `update arrival_files set read_at = $5, outcome = $6 where account = $1 and name = $2 and bytes = $3 and changed_at = $4`,
    [account, name, bytes, changedAt, at, outcome],
  )
}
