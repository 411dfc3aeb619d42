import type pg from 'pg'
import type { Block, BusinessDay, Proof, SelfCheck } from './day.ts'

type Db = pg.Pool | pg.ClientBase

export const DAY_COLUMNS = `d.id, d.channel, d.account, d.business_date::text as day, d.state, d.closes_at as "closesAt", d.opened_at as "openedAt",
  d.provisional_at as "provisionalAt", d.closed_at as "closedAt", d.closed_by as "closedBy", d.run, d.revision, d.proof,
  d.self_check as "selfCheck", d.blocked, d.blocked_why as "blockedWhy", d.forced_by as "forcedBy", d.movement_mark as "movementMark", d.line_mark as "lineMark"`

export type AccountDay = { readonly channel: string; readonly account: string; readonly day: string }

/** Opens days that are not open yet. */
export async function openDays(
  tx: Db,
  days: readonly (AccountDay & { readonly closesAt: Date })[],
  at: Date,
): Promise<void> {
  await tx.query(
    `insert into days (channel, account, business_date, closes_at, opened_at)
     select channel, account, business_date, closes_at, $5
       from unnest($1::text[], $2::text[], $3::date[], $4::timestamptz[]) as d (channel, account, business_date, closes_at)
         on conflict (channel, account, business_date) do nothing`,
    [days.map(d => d.channel), days.map(d => d.account), days.map(d => d.day), days.map(d => d.closesAt), at],
  )
}

export async function findDay(db: Db, of: AccountDay): Promise<BusinessDay | null> {
  const { rows } = await db.query(
    `select ${DAY_COLUMNS} from days d where d.channel = $1 and d.account = $2 and d.business_date = $3`,
    [of.channel, of.account, of.day],
  )
  return rows[0] ?? null
}

/**
 * Locks the day, and the places of its account's rows: a run places rows of neighbouring days too, so runs, closes and placings by hand of one account
 * come one after the other, and never wait for each other crosswise.
 */
export async function lockDay(tx: pg.ClientBase, id: number): Promise<BusinessDay> {
  await tx.query(
    `select pg_advisory_xact_lock(hashtextextended('places of ' || d.channel || '/' || d.account, 0)) from days d where d.id = $1`,
    [id],
  )
  const { rows } = await tx.query(`select ${DAY_COLUMNS} from days d where d.id = $1 for update`, [id])
  if (!rows[0]) throw new Error(`no day ${id}`)
  return rows[0]
}

export async function dayById(db: Db, id: number): Promise<BusinessDay | null> {
  const { rows } = await db.query(`select ${DAY_COLUMNS} from days d where d.id = $1`, [id])
  return rows[0] ?? null
}

/** All of them, oldest first. */
export async function closedDays(db: Db): Promise<BusinessDay[]> {
  const { rows } = await db.query(
    `select ${DAY_COLUMNS} from days d where d.state = 'closed' order by d.business_date, d.channel, d.account`,
  )
  return rows
}

export async function insertRun(tx: Db, day: number, rules: number, at: Date): Promise<number> {
  const { rows } = await tx.query('insert into runs (day_id, rules, started_at) values ($1, $2, $3) returning id', [
    day,
    rules,
    at,
  ])
  return rows[0].id
}

export async function endRun(tx: Db, run: number, figures: Readonly<Record<string, unknown>>, at: Date): Promise<void> {
  await tx.query('update runs set ended_at = $2, figures = $3 where id = $1', [run, at, JSON.stringify(figures)])
}

export async function setSettling(tx: Db, id: number): Promise<void> {
  await tx.query("update days set state = 'settling' where id = $1 and state <> 'closed'", [id])
}

export type Published = {
  readonly id: number
  readonly run: number
  readonly covered: boolean
  readonly at: Date
  readonly proof: Proof
  readonly movementMark: number
  readonly lineMark: number
}

export async function markPublished(tx: Db, published: Published): Promise<void> {
  await tx.query(
    `update days set run = $2, revision = revision + 1, state = case when $3 then 'provisional'::day_state else 'waiting' end,
            provisional_at = case when $3 then coalesce(provisional_at, $4) end, proof = $5, movement_mark = $6, line_mark = $7,
            self_check = null, blocked = '', blocked_why = null
      where id = $1`,
    [
      published.id,
      published.run,
      published.covered,
      published.at,
      JSON.stringify(published.proof),
      published.movementMark,
      published.lineMark,
    ],
  )
}

/** Somebody placed rows of these days: a run that began before is not published over it, and what held up their close is looked at again. */
export async function bumpRevision(tx: Db, ids: readonly number[]): Promise<void> {
  if (ids.length > 0)
    await tx.query("update days set revision = revision + 1, blocked = '', blocked_why = null where id = any($1)", [
      ids,
    ])
}

/** A second person agreed that the day closes without its statement: by this review. */
export async function markForced(tx: Db, id: number, review: string): Promise<void> {
  await tx.query("update days set forced_by = $2, blocked = '', blocked_why = null where id = $1", [id, review])
}

export async function markClosed(
  tx: Db,
  id: number,
  closed: {
    readonly at: Date
    readonly by: string
    readonly proof: Proof
    readonly selfCheck: SelfCheck
    readonly movementMark: number
    readonly lineMark: number
  },
): Promise<void> {
  await tx.query(
    `update days set state = 'closed', closed_at = $2, closed_by = $3, proof = $4, self_check = $5, movement_mark = $6, line_mark = $7,
            blocked = '', blocked_why = null, provisional_at = coalesce(provisional_at, $2)
      where id = $1`,
    [
      id,
      closed.at,
      closed.by,
      JSON.stringify(closed.proof),
      JSON.stringify(closed.selfCheck),
      closed.movementMark,
      closed.lineMark,
    ],
  )
}

export async function markBlocked(
  tx: Db,
  id: number,
  block: Block,
  seen: { readonly proof: Proof; readonly selfCheck: SelfCheck },
): Promise<void> {
  await tx.query('update days set blocked = $2, blocked_why = $3, proof = $4, self_check = $5 where id = $1', [
    id,
    block.code,
    JSON.stringify(block.why),
    JSON.stringify(seen.proof),
    JSON.stringify(seen.selfCheck),
  ])
}

/** The first day of the account that is not closed: what comes late for a closed one counts in it. null: none is open. */
export async function firstOpenDay(
  tx: Db,
  channel: string,
  account: string,
): Promise<{ id: number; day: string } | null> {
  const { rows } = await tx.query(
    `select id, business_date::text as day from days where channel = $1 and account = $2 and state <> 'closed'
      order by business_date limit 1`,
    [channel, account],
  )
  return rows[0] ?? null
}

/**
 * Days that some statement speaks of: a whole day's file, the channel's word that there was nothing, or, once the day is over, any line of it in a file that is of no
 * day. Another day's file may list a row of this one, or be corrected by entries of it, and is not its statement.
 */
export async function coveredDays(
  tx: Db,
  of: AccountDay & { readonly over: string },
  around: number,
): Promise<string[]> {
  const { rows } = await tx.query(
    `select distinct day from (
       select f.day from statement_files f
        where f.channel = $1 and f.account = $2 and f.kind = 'trade' and f.state = 'booked'
          and f.day between $3::date - $5::integer and $3::date + $5::integer
       union all
       select a.business_date from arrivals a
        where a.channel = $1 and a.account = $2 and a.kind = 'trade' and a.state = 'empty'
          and a.business_date between $3::date - $5::integer and $3::date + $5::integer
       union all
       select g.business_date from days g
        where g.channel = $1 and g.account = $2 and g.business_date between $3::date - $5::integer and least($3::date + $5::integer, $4::date)
          -- A file says it at once; lines are looked for where none does.
          and case when exists (select from statement_files f
                                 where f.channel = $1 and f.account = $2 and f.kind = 'trade' and f.state = 'booked' and f.day = g.business_date) then false
                   else exists (select from statement_lines l join statement_files f on f.id = l.id / 4294967296 and f.day is null
                                 where l.channel = $1 and l.account = $2 and l.business_date = g.business_date) end
     ) c (day) order by 1`,
    [of.channel, of.account, of.day, of.over, around],
  )
  return rows.map(row => row.day)
}

/** The highest ids of both books, committed or not: every later row has a greater one. */
export async function highestIds(tx: Db, of: AccountDay): Promise<{ movementMark: number; lineMark: number }> {
  const { rows } = await tx.query(
    `select greatest((select last_value from movement_ids)::bigint,
                     (select max(id) from movements where channel = $1 and account = $2 and business_date = $3)) as movement,
            coalesce(pg_sequence_last_value(pg_get_serial_sequence('statement_files', 'id')), 0) * 4294967296 + 4294967295 as line`,
    [of.channel, of.account, of.day],
  )
  return { movementMark: rows[0].movement, lineMark: rows[0].line }
}

/** What each day of the account has been through: whoever places rows of one of them meanwhile is seen by it. */
export async function revisionsOf(db: Db, channel: string, account: string): Promise<Map<number, number>> {
  const { rows } = await db.query('select id, revision from days where channel = $1 and account = $2', [
    channel,
    account,
  ])
  return new Map(rows.map(row => [row.id, row.revision]))
}

/** Locks the days and says whether all of them stand as they did. */
export async function unchanged(tx: pg.ClientBase, days: ReadonlyMap<number, number>): Promise<boolean> {
  const { rows } = await tx.query('select id, revision from days where id = any($1) order by id for update', [
    [...days.keys()],
  ])
  return rows.every(row => days.get(row.id) === row.revision)
}

/** Rules of the day's last run; null: there was none. */
export async function rulesOfRun(db: Db, run: number): Promise<number | null> {
  const { rows } = await db.query('select rules from runs where id = $1', [run])
  return rows[0]?.rules ?? null
}

/** Days that our own book or a statement speaks of, and that are not open yet: not older than `from`. */
export async function unopenedDays(db: Db, from: string): Promise<AccountDay[]> {
  const { rows } = await db.query(
    `with recursive own as (
       (select channel, account, business_date from movements order by 1, 2, 3 limit 1)
       union all
       select n.* from own, lateral (
         select m.channel, m.account, m.business_date from movements m
          where (m.channel, m.account, m.business_date) > (own.channel, own.account, greatest(own.business_date, $1::date - 1))
          order by 1, 2, 3 limit 1) n
     )
     select channel, account, business_date::text as day from (
       select * from own where business_date >= $1 union select channel, account, business_date from touched_days) o
      where not exists (select from days d where d.channel = o.channel and d.account = o.account and d.business_date = o.business_date)`,
    [from],
  )
  return rows
}

/** Days whose books changed since they were last looked at: lines came, or movements did and the statement is there already. */
export async function daysToSettle(db: Db): Promise<AccountDay[]> {
  const { rows } = await db.query(
    `select d.channel, d.account, d.business_date::text as day from days d
       join touched_days t on t.channel = d.channel and t.account = d.account and t.business_date = d.business_date
      where d.state <> 'closed'
     union
     select d.channel, d.account, d.business_date::text from days d
      where d.state in ('provisional', 'settling')
        and (select max(id) from movements m where m.channel = d.channel and m.account = d.account and m.business_date = d.business_date) > coalesce(d.movement_mark, -1)
      order by 1, 2, 3`,
  )
  return rows
}

/** Touches of days that are closed: what came is late, and counts in the account's first open day. */
export async function passOnTouches(tx: Db): Promise<void> {
  await tx.query(
    `with late as (
       delete from touched_days t using days d
        where d.channel = t.channel and d.account = t.account and d.business_date = t.business_date and d.state = 'closed'
       returning t.channel, t.account
     )
     insert into touched_days (channel, account, business_date)
     select o.channel, o.account, min(o.business_date) from days o join (select distinct channel, account from late) l using (channel, account)
      where o.state <> 'closed' group by 1, 2
         on conflict (channel, account, business_date) do update set times = touched_days.times + 1`,
  )
}

/**
 * Days whose time has come. One that is held up is tried again when something has happened to it, which takes its block away; what a run of its own
 * may mend is tried again anyway.
 */
export async function daysToClose(db: Db, at: Date): Promise<AccountDay[]> {
  const { rows } = await db.query(
    `select channel, account, business_date::text as day from days where state <> 'closed' and closes_at <= $1 and blocked in ('', 'rows_waiting', 'rules_changed') order by business_date, channel, account`,
    [at],
  )
  return rows
}
