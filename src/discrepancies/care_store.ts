import type pg from 'pg'

/** Open ones that a refund is to end. */
export async function refunded(db: pg.Pool, limit: number): Promise<number[]> {
  const { rows } = await db.query(
    `select id from discrepancies where refund_no <> '' and state = 'open' order by id limit $1`,
    [limit],
  )
  return rows.map(row => row.id)
}

export type Overdue = {
  readonly id: number
  readonly channel: string
  readonly account: string
  readonly day: string
  readonly owner: string
  readonly dueAt: Date
}

/** Those that nobody was told of yet, locked; whoever works on one at this moment is not waited for. */
export async function lockOverdue(tx: pg.ClientBase, at: Date, limit: number): Promise<Overdue[]> {
  const { rows } = await tx.query(
    `select x.id, x.channel, x.account, x.business_date::text as day, x.owner, x.due_at as "dueAt" from discrepancies x
      where x.state = 'open' and x.kind <> 'in_transit' and x.due_at <= $1 and x.overdue_at is null
        and (x.waits_until is null or x.waits_until <= $1)
      order by x.due_at, x.id limit $2 for update skip locked`,
    [at, limit],
  )
  return rows
}

export const markOverdue = (tx: pg.ClientBase, ids: readonly number[], at: Date): Promise<unknown> =>
  tx.query('update discrepancies set overdue_at = $2 where id = any($1)', [ids, at])
