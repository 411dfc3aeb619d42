import type pg from 'pg'
import type { DrillName, DrillReport } from './drill.ts'

export type KeptDrill = { readonly report: DrillReport; readonly ranBy: string }

export async function insertDrill(tx: pg.ClientBase, report: DrillReport, ranBy: string): Promise<void> {
  const { id, name, damage, outcome, beganAt, endedAt, rtoMs, rpoMs, lost } = report
  await tx.query(
    `insert into drills (id, name, damage, outcome, began_at, ended_at, rto_ms, rpo_ms, lost, report, ran_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [id, name, damage, outcome, beganAt, endedAt, rtoMs, rpoMs, lost.length, JSON.stringify(report), ranBy],
  )
}

/** Newest first; `after`: the id of the last one of the page before. Ids are sorted by time. */
export async function listDrills(
  db: pg.Pool,
  query: { readonly name: DrillName | null; readonly after: string | null; readonly limit: number },
): Promise<KeptDrill[]> {
  const { rows } = await db.query(
    `select report, ran_by as "ranBy" from drills
      where ($1::text is null or name = $1) and ($2::text is null or id < $2)
      order by id desc limit $3`,
    [query.name, query.after, query.limit],
  )
  return rows
}

/** When each drill passed last. */
export async function lastPassed(db: pg.Pool | pg.ClientBase): Promise<Map<string, Date>> {
  const { rows } = await db.query<{ name: string; at: Date }>(
    "select name, max(ended_at) as at from drills where outcome = 'passed' group by name",
  )
  return new Map(rows.map(({ name, at }) => [name, at]))
}

/** When this house began: its database's first term. */
export async function beganAt(db: pg.Pool | pg.ClientBase): Promise<Date> {
  const { rows } = await db.query('select min(began_at) as at from primary_terms')
  return rows[0].at
}

// --- what a drill looks up in the books, on whichever database counts now -----------------------------------------------

type Asking = Pick<pg.ClientBase, 'query'>

/** Payments of `numbers` that have no movement. */
export async function paymentsMissing(db: Asking, numbers: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ no: string }>(
    `select no from unnest($1::text[]) as asked (no)
      where not exists (select from movements where payment_no = no)`,
    [numbers],
  )
  return rows.map(({ no }) => no)
}

/** Bills of `numbers` that are not there. */
export async function billsMissing(db: Asking, numbers: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ no: string }>(
    `select no from unnest($1::text[]) as asked (no)
      where not exists (select from orders where order_no = no)`,
    [numbers],
  )
  return rows.map(({ no }) => no)
}

export type BookRow = { readonly no: string; readonly channel: string; readonly amount: number; readonly times: number }

/** The platform's own book, one row for each payment. Amounts in 分. */
export async function bookRows(db: Asking): Promise<BookRow[]> {
  const { rows } = await db.query<BookRow>(
    `select payment_no as no, channel, sum(amount)::bigint as amount, count(*)::int as times
       from movements group by payment_no, channel`,
  )
  return rows
}

/** Bills whose credit is not what their movements say, but for those whose movement is among the payments that were `lost`. */
export async function creditsDiffering(db: Asking, lost: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ no: string }>(
    `select o.order_no as no from orders o
       left join (select order_no, sum(amount) as moved from movements group by order_no) m using (order_no)
      where o.paid <> coalesce(m.moved, 0)
        and not exists (select from payments p where p.order_no = o.order_no and p.payment_no = any($1::text[])
                           and not exists (select from movements v where v.order_no = p.order_no and v.payment_no = p.payment_no))`,
    [lost],
  )
  return rows.map(({ no }) => no)
}
