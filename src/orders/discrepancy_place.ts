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

/** An anomaly that was found on a payment, dealt with or not. */
export type FoundAnomaly = {
  readonly paymentNo: string
  readonly kind: string
  readonly foundAt: Date
  readonly settledAt: Date | null
  readonly note: string
}

export async function anomaliesOf(
  db: Db,
  payments: readonly { readonly orderNo: string; readonly paymentNo: string }[],
): Promise<FoundAnomaly[]> {
  const { rows } = await db.query(
    `select a.payment_no as "paymentNo", a.kind::text as kind, a.found_at as "foundAt", a.settled_at as "settledAt", a.note
       from unnest($1::text[], $2::text[]) as p (order_no, payment_no)
       join payment_anomalies a on a.order_no = p.order_no and a.payment_no = p.payment_no order by a.found_at`,
    [payments.map(payment => payment.orderNo), payments.map(payment => payment.paymentNo)],
  )
  return rows
}
