import type pg from 'pg'
import type { Alarm, Block } from './alert.ts'

export type Alert = Alarm & {
  readonly id: string
  readonly count: number
  readonly firstAt: Date
  readonly lastAt: Date
  readonly acknowledgedAt: Date | null
  readonly acknowledgedBy: string
  readonly note: string
}

const ALERT = `id, kind, key, severity, address, actor, facts, count, first_at as "firstAt", last_at as "lastAt",
  acknowledged_at as "acknowledgedAt", acknowledged_by as "acknowledgedBy", note`

/** Writes an alert, or counts on the open one with its key. `fresh`: it was not there. */
export async function upsertAlert(
  tx: pg.ClientBase,
  id: string,
  alarm: Alarm,
  count: number,
  at: Date,
): Promise<{ id: string; count: number; fresh: boolean }> {
  const { rows } = await tx.query(
    `insert into alerts (id, kind, key, severity, address, actor, facts, count, first_at, last_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
         on conflict (key) where acknowledged_at is null
         do update set count = alerts.count + excluded.count, last_at = greatest(alerts.last_at, excluded.last_at)
  returning id, count`,
    [id, alarm.kind, alarm.key, alarm.severity, alarm.address, alarm.actor, alarm.facts, count, at],
  )
  return { ...rows[0], fresh: rows[0].id === id }
}

/** Alerts of a kind that began after `since`. */
export async function countRecent(tx: pg.ClientBase, kind: string, since: Date): Promise<number> {
  const { rows } = await tx.query('select count(*)::int as found from alerts where kind = $1 and first_at > $2', [
    kind,
    since,
  ])
  return rows[0].found
}

export async function listAlerts(
  db: pg.Pool,
  query: { readonly state: string; readonly after: { at: Date; id: string } | null; readonly limit: number },
): Promise<Alert[]> {
  const { rows } = await db.query(
    `select ${ALERT} from alerts
      where ($1 = 'all' or ($1 = 'open') = (acknowledged_at is null))
        and ($2::timestamptz is null or (last_at, id) < ($2, $3))
      order by last_at desc, id desc limit $4`,
    [query.state, query.after?.at ?? null, query.after?.id ?? '', query.limit],
  )
  return rows
}

export async function lockAlert(tx: pg.ClientBase, id: string): Promise<Alert | null> {
  const { rows } = await tx.query(`select ${ALERT} from alerts where id = $1 for update`, [id])
  return rows[0] ?? null
}

/** null: none is open under the key. */
export async function lockOpenAlert(tx: pg.ClientBase, key: string): Promise<Alert | null> {
  const { rows } = await tx.query(`select ${ALERT} from alerts where key = $1 and acknowledged_at is null for update`, [
    key,
  ])
  return rows[0] ?? null
}

export async function acknowledgeAlert(
  tx: pg.ClientBase,
  id: string,
  by: string,
  note: string,
  at: Date,
): Promise<void> {
  await tx.query('update alerts set acknowledged_at = $2, acknowledged_by = $3, note = $4 where id = $1', [
    id,
    at,
    by,
    note,
  ])
}

// --- blocks ------------------------------------------------------------------------------------------------------------

/** Of blocks that somebody lifted nothing is counted on. */
export async function lastBlock(tx: pg.ClientBase, address: string): Promise<Block | null> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('address ' || $1, 0))", [address])
  const { rows } = await tx.query('select level, until from address_blocks where address = $1 and lifted_at is null', [
    address,
  ])
  return rows[0] ?? null
}

export async function putBlock(
  tx: pg.ClientBase,
  address: string,
  block: Block,
  alertId: string,
  at: Date,
): Promise<void> {
  await tx.query(
    `insert into address_blocks (address, level, blocked_at, until, alert_id) values ($1, $2, $3, $4, $5)
         on conflict (address) do update set level = excluded.level, blocked_at = excluded.blocked_at, until = excluded.until,
            alert_id = excluded.alert_id, lifted_at = null, lifted_by = '', lifted_why = ''`,
    [address, block.level, at, block.until, alertId],
  )
  await tx.query('select pg_notify($1, $2)', [CHANNEL, address])
}

/** Servers hear on it which address is blocked or free again. */
export const CHANNEL = 'address_blocks'

export type ActiveBlock = Block & { readonly address: string; readonly blockedAt: Date; readonly alertId: string }

export async function activeBlocks(db: pg.Pool, at: Date, address: string | null = null): Promise<ActiveBlock[]> {
  const { rows } = await db.query(
    `select address, level, blocked_at as "blockedAt", until, alert_id as "alertId" from address_blocks
      where lifted_at is null and until > $1 and ($2::text is null or address = $2) order by until desc limit 10000`,
    [at, address],
  )
  return rows
}

/** false: there is none to lift. */
export async function liftBlock(
  tx: pg.ClientBase,
  address: string,
  by: string,
  why: string,
  at: Date,
): Promise<ActiveBlock | null> {
  const { rows } = await tx.query(
    `update address_blocks set lifted_at = $2, lifted_by = $3, lifted_why = $4
      where address = $1 and lifted_at is null and until > $2
  returning address, level, blocked_at as "blockedAt", until, alert_id as "alertId"`,
    [address, at, by, why],
  )
  if (rows[0]) await tx.query('select pg_notify($1, $2)', [CHANNEL, address])
  return rows[0] ?? null
}

/** Counts that are over. */
export async function forgetCounts(db: pg.Pool, at: Date): Promise<void> {
  await db.query('delete from rate_limits where expire < $1', [at.getTime()])
}
