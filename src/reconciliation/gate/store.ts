import type pg from 'pg'
import type { Day } from '../../kernel/business_day.ts'
import type { Gate, GateResult } from './gate.ts'

type Db = pg.Pool | pg.ClientBase

const COLUMNS = `id, version, against, days, state, asked_by as "askedBy", asked_at as "askedAt", started_at as "startedAt",
  ended_at as "endedAt", done, total, last_day as "lastDay", failure`

export async function insertGate(
  tx: pg.ClientBase,
  gate: Pick<Gate, 'id' | 'version' | 'against' | 'days' | 'askedBy' | 'askedAt'>,
): Promise<void> {
  await tx.query(
    'insert into rule_gates (id, version, against, days, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6)',
    [gate.id, gate.version, gate.against, gate.days, gate.askedBy, gate.askedAt],
  )
}

export async function findGate(db: Db, id: string): Promise<Gate | null> {
  const { rows } = await db.query(`select ${COLUMNS}, result from rule_gates where id = $1`, [id])
  return rows[0] ?? null
}

/** Newest first, without their results. */
export async function gatesOf(db: Db, version: number): Promise<Gate[]> {
  const { rows } = await db.query(
    `select ${COLUMNS}, null as result from rule_gates where version = $1 order by asked_at desc, id desc limit 50`,
    [version],
  )
  return rows
}

/** Begins, or begins again after whoever was at it died. */
export async function markRunning(db: Db, id: string, at: Date, lastDay: Day | null): Promise<void> {
  await db.query(
    `update rule_gates set state = 'running', started_at = $2, last_day = $3, done = 0, total = 0, failure = ''
      where id = $1 and state in ('waiting', 'running')`,
    [id, at, lastDay],
  )
}

export async function markProgress(db: Db, id: string, done: number, total: number): Promise<void> {
  await db.query("update rule_gates set done = $2, total = $3 where id = $1 and state = 'running'", [id, done, total])
}

export async function markDone(tx: pg.ClientBase, id: string, at: Date, result: GateResult): Promise<void> {
  await tx.query(
    "update rule_gates set state = 'done', ended_at = $2, result = $3, done = total where id = $1 and state = 'running'",
    [id, at, JSON.stringify(result)],
  )
}

export async function markFailed(db: Db, id: string, at: Date, failure: string): Promise<void> {
  await db.query(
    "update rule_gates set state = 'failed', ended_at = $2, failure = $3 where id = $1 and state = 'running'",
    [id, at, failure],
  )
}

export type OpenDay = { readonly id: number; readonly channel: string; readonly day: Day }

/** Held until the transaction ends, so that none closes by the old rules meanwhile. */
export async function holdOpenDays(tx: pg.ClientBase, fromDay: Day): Promise<OpenDay[]> {
  const { rows } = await tx.query(
    "select id, channel, business_date as day from days where state <> 'closed' and business_date >= $1 order by id for update",
    [fromDay],
  )
  return rows
}

/** The next run looks at all of their rows, and they close when the new rules say. */
export async function settleAnew(
  tx: pg.ClientBase,
  days: readonly (OpenDay & { readonly closesAt: Date })[],
): Promise<void> {
  await tx.query(
    `with anew as (
       update days d set closes_at = n.closes_at from unnest($1::int[], $2::timestamptz[]) as n (id, closes_at) where d.id = n.id
       returning d.channel, d.account, d.business_date
     )
     insert into touched_days (channel, account, business_date, whole)
     select channel, account, business_date, true from anew
         on conflict (channel, account, business_date) do update set times = touched_days.times + 1, whole = true`,
    [days.map(({ id }) => id), days.map(({ closesAt }) => closesAt)],
  )
}
