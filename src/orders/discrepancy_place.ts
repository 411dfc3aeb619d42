import type pg from 'pg'

type Db = pg.Pool | pg.ClientBase

/** What a payment must know of discrepancies: which of them it stands in, and where one lies. */

/** Open ones that a payment's movement stands in, oldest first. */
export async function discrepanciesOf(db: Db, orderNo: string, paymentNo: string): Promise<string[]> {
  const { rows } = await db.query(
    `select d.id::text as id from movements b
       join discrepancy_rows r on r.order_no = b.order_no and r.row_id = b.id and r.side = 'ours'
       join discrepancies d on d.id = r.discrepancy_id
      where b.order_no = $1 and b.payment_no = $2 and d.state = 'open' order by d.id`,
    [orderNo, paymentNo],
  )
  return rows.map(row => row.id)
}

/** `merchant` is '' where it has none or several. null: there is no such discrepancy. */
export async function discrepancyPlace(
  db: Db,
  id: number,
): Promise<{ readonly merchant: string; readonly channel: string } | null> {
  const { rows } = await db.query('select merchant, channel from discrepancies where id = $1', [id])
  return rows[0] ?? null
}
