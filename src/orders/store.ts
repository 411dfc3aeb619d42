import type pg from 'pg'
import type { Who } from '../audit/act.ts'
import { bytesText, sqlArray } from '../system/sql_array.ts'
import type { Vault } from '../system/vault/vault.ts'
import { newOrder, type Order, type OrderAsk } from './order.ts'
import type { Payment } from './payment.ts'
import { payerSql, personSql, sealPerson, withPayer, withPerson } from './sealed.ts'

/** Orders and payments: reading them, issuing bills, beginning an attempt. What channels say is booked in `booking_store.ts`. */

type Db = pg.Pool | pg.ClientBase

export const ORDER_COLUMNS = `o.order_no as "orderNo", o.merchant_no as "merchantNo", o.fee_item_id as "feeItemId", ${personSql('o')},
  o.title, o.period, o.amount, o.currency, o.part_payment as "partPayment",
  o.part_min as "partMin", o.paid, o.refunded, o.due, o.remaining, o.refund_flag as "refundFlag", o.due_on as "dueOn", o.state,
  o.created_at as "createdAt", o.paid_at as "paidAt", o.closed_at as "closedAt", o.closed_why as "closedWhy"`

export const PAYMENT_COLUMNS = `p.order_no as "orderNo", p.payment_no as "paymentNo", p.request_id as "requestId", p.channel, p.account, p.method,
  p.amount, p.currency, p.state, p.created_at as "createdAt", p.expires_at as "expiresAt", p.submitted_at as "submittedAt", p.checkout,
  p.channel_trade_no as "channelTradeNo", p.received, p.paid_at as "paidAt", ${payerSql('p')}, p.fee, p.booked_at as "bookedAt", p.credited,
  p.reason, p.reversed_at as "reversedAt", p.refunded, p.refunding, p.remaining, p.refund_flag as "refundFlag",
  p.merchant_no as "merchantNo"`

export async function findOrder(db: Db, vault: Vault, orderNo: string): Promise<Order | null> {
  const { rows } = await db.query(`select ${ORDER_COLUMNS} from orders o where o.order_no = $1`, [orderNo])
  return rows[0] ? withPerson<Order>(vault, rows[0]) : null
}

/** Whoever changes an order or its payments holds this lock. */
export async function lockOrder(tx: pg.ClientBase, vault: Vault, orderNo: string): Promise<Order | null> {
  const { rows } = await tx.query({
    name: 'lock_order',
    text: `select ${ORDER_COLUMNS} from orders o where o.order_no = $1 for update`,
    values: [orderNo],
  })
  return rows[0] ? withPerson<Order>(vault, rows[0]) : null
}

/** As `lockOrder`, for whoever need not know what it says. */
export async function holdOrder(tx: pg.ClientBase, orderNo: string): Promise<void> {
  await tx.query('select from orders where order_no = $1 for update', [orderNo])
}

export type IssueRow = OrderAsk & { readonly askSm3: string; readonly batchId: string; readonly who: Who }

/** A bill with the digest of what was asked. */
export type KnownOrder = Order & { readonly askSm3: string }

/** A bill that is new, and the one request among those for its number that it was issued by. */
export type Issued = { readonly row: IssueRow; readonly order: KnownOrder }

/**
 * Issues bills in one statement. A bill is issued where its number is new and its fee item is active, in that currency, and
 * belongs to its active merchant; what stands under a number afterwards is for the caller to read. The answer is those that are new.
 */
export async function insertOrders(db: Db, vault: Vault, rows: readonly IssueRow[], at: Date): Promise<Issued[]> {
  const people = rows.map(row => sealPerson(vault, row.orderNo, row))
  const { rows: made } = await db.query({
    name: 'insert_orders',
    text: `insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, person, account_index, by_sms, by_mail, title, period,
                               amount, currency, part_payment, part_min, due_on, batch_id, created_at)
           select b.order_no, b.ask_sm3, f.merchant_no, f.id, b.person, b.account_index, b.by_sms, b.by_mail,
                  case when b.title = '' then f.name else b.title end, b.period, b.amount, f.currency, f.part_payment, f.part_min,
                  b.due_on, b.batch_id, $15
             from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::boolean[], $8::boolean[],
                         $9::text[], $10::text[], $11::bigint[], $12::date[], $13::text[], $14::text[])
               as b (order_no, ask_sm3, merchant_no, fee_item_id, person, account_index, by_sms, by_mail, title, period, amount,
                     due_on, batch_id, currency)
             join fee_items f on f.id = b.fee_item_id and f.merchant_no = b.merchant_no and f.state = 'active'
                             and f.currency = b.currency
             join merchants m on m.merchant_no = b.merchant_no and m.state = 'active'
               on conflict (order_no) do nothing
           returning order_no as "orderNo", ask_sm3 as "askSm3", title, part_payment as "partPayment", part_min as "partMin"`,
    values: [
      sqlArray(rows, row => row.orderNo),
      sqlArray(rows, row => row.askSm3),
      sqlArray(rows, row => row.merchantNo),
      sqlArray(rows, row => row.feeItemId),
      sqlArray(people, row => bytesText(row.person)),
      sqlArray(people, row => bytesText(row.accountIndex)),
      sqlArray(people, row => row.bySms),
      sqlArray(people, row => row.byMail),
      sqlArray(rows, row => row.title),
      sqlArray(rows, row => row.period),
      sqlArray(rows, row => row.amount),
      sqlArray(rows, row => row.dueOn),
      sqlArray(rows, row => row.batchId),
      sqlArray(rows, row => row.currency),
      at,
    ],
  })
  const asked = new Map(rows.toReversed().map(row => [`${row.askSm3}${row.orderNo}`, row]))
  return made.map(({ orderNo, askSm3, ...facts }) => {
    const row = asked.get(`${askSm3}${orderNo}`) as IssueRow
    return { row, order: { ...newOrder(row, facts, at), askSm3 } }
  })
}

/** Bills by their numbers, with the digest of what was asked. */
export async function findOrders(db: Db, vault: Vault, orderNos: readonly string[]): Promise<Map<string, KnownOrder>> {
  const { rows } = await db.query({
    name: 'find_orders',
    text: `select ${ORDER_COLUMNS}, o.ask_sm3 as "askSm3" from orders o where o.order_no = any($1)`,
    values: [orderNos],
  })
  return new Map(rows.map(row => [row.orderNo, withPerson<KnownOrder>(vault, row)]))
}

/** Bills that a payer finds by the number he knows, the open ones first. */
export async function ordersOfAccount(
  db: Db,
  vault: Vault,
  merchantNo: string,
  accountNo: string,
  limit: number,
): Promise<Order[]> {
  const { rows } = await db.query(
    `select ${ORDER_COLUMNS} from orders o where o.account_index = any($1) and o.merchant_no = $2
      order by o.closed_at is not null or o.due = 0, o.due_on nulls last, o.created_at desc, o.order_no limit $3`,
    [vault.blinds('account_no', accountNo), merchantNo, limit],
  )
  return rows.map(row => withPerson<Order>(vault, row))
}

/** Those of the bills that have an attempt which may still turn out paid. */
export async function ordersUnderWay(db: Db, bills: readonly Pick<Order, 'orderNo'>[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query(
    'select distinct order_no as "orderNo" from payments_waiting where order_no = any($1)',
    [bills.map(bill => bill.orderNo)],
  )
  return new Set(rows.map(row => row.orderNo))
}

/** Takes a bill back that nobody has paid. */
export async function markClosed(tx: pg.ClientBase, orderNo: string, why: string, at: Date): Promise<void> {
  await tx.query('update orders set closed_at = $2, closed_why = $3 where order_no = $1', [orderNo, at, why])
}

// --- payments --------------------------------------------------------------------------------------------------------------

/** By its number alone. */
export async function findPayment(db: Db, vault: Vault, paymentNo: string): Promise<Payment | null> {
  const { rows } = await db.query({
    name: 'find_payment',
    text: `select ${PAYMENT_COLUMNS} from payments p where p.payment_no = $1`,
    values: [paymentNo],
  })
  return rows[0] ? withPayer<Payment>(vault, rows[0]) : null
}

/** What names a payment in full: whoever knows its order says so, and a cluster asks one shard instead of all. */
export type PaymentKey = Pick<Payment, 'orderNo' | 'paymentNo'>

/** As `findPayment`, for whoever knows the order too. */
export async function paymentOfOrder(
  db: Db,
  vault: Vault,
  { orderNo, paymentNo }: PaymentKey,
): Promise<Payment | null> {
  const { rows } = await db.query({
    name: 'payment_of_order',
    text: `select ${PAYMENT_COLUMNS} from payments p where p.order_no = $1 and p.payment_no = $2`,
    values: [orderNo, paymentNo],
  })
  return rows[0] ? withPayer<Payment>(vault, rows[0]) : null
}

export type PaymentStanding = Pick<Payment, 'state' | 'received'>

export async function paymentState(db: Db, { orderNo, paymentNo }: PaymentKey): Promise<PaymentStanding | null> {
  const { rows } = await db.query('select state, received from payments where order_no = $1 and payment_no = $2', [
    orderNo,
    paymentNo,
  ])
  return rows[0] ?? null
}

export async function paymentsOf(db: Db, vault: Vault, orderNo: string): Promise<(Payment & { askSm3: string })[]> {
  const { rows } = await db.query({
    name: 'payments_of',
    text: `select ${PAYMENT_COLUMNS}, p.ask_sm3 as "askSm3" from payments p where p.order_no = $1 order by p.created_at, p.payment_no`,
    values: [orderNo],
  })
  return rows.map(row => withPayer<Payment & { askSm3: string }>(vault, row))
}

export type NewPayment = Pick<
  Payment,
  | 'orderNo'
  | 'merchantNo'
  | 'paymentNo'
  | 'requestId'
  | 'channel'
  | 'account'
  | 'method'
  | 'amount'
  | 'currency'
  | 'createdAt'
  | 'expiresAt'
> & { readonly askSm3: string; readonly nextQueryAt: Date }

/** Written before the channel hears of it: whatever happens then, we know what to ask about. */
export async function insertPayment(tx: pg.ClientBase, row: NewPayment): Promise<void> {
  await tx.query({
    name: 'insert_payment',
    text: `with waiting as (
             insert into payments_waiting (order_no, payment_no, next_query_at) values ($1, $2, $12)
           )
           insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, created_at,
                                 expires_at, merchant_no)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13)`,
    values: [
      row.orderNo,
      row.paymentNo,
      row.requestId,
      row.askSm3,
      row.channel,
      row.account,
      row.method,
      row.amount,
      row.currency,
      row.createdAt,
      row.expiresAt,
      row.nextQueryAt,
      row.merchantNo,
    ],
  })
}

/** The channel took the request. A notice may have been faster: then the state stays as it is. */
export async function markSubmitted(
  db: Db,
  {
    orderNo,
    paymentNo,
    checkout,
    at,
    nextQueryAt,
  }: {
    orderNo: string
    paymentNo: string
    checkout: unknown
    at: Date
    nextQueryAt: Date
  },
): Promise<void> {
  await db.query({
    name: 'mark_submitted',
    text: `with payment as (
             update payments set checkout = $3, submitted_at = coalesce(submitted_at, $4),
                    state = case state when 'created' then 'pending' else state end
              where order_no = $1 and payment_no = $2
             returning order_no, payment_no, state
           )
           update payments_waiting w set next_query_at = $5 from payment p
            where w.order_no = p.order_no and w.payment_no = p.payment_no and p.state = 'pending'`,
    values: [orderNo, paymentNo, JSON.stringify(checkout), at, nextQueryAt],
  })
}

/**
 * Claims payments that are due to be asked about, for `leaseMs`: whoever claims and dies only delays them. Any number of
 * processes may claim at once.
 */
export async function claimDue(db: Db, vault: Vault, at: Date, limit: number, leaseMs: number): Promise<Payment[]> {
  const { rows } = await db.query({
    name: 'claim_due',
    text: `with due as (
             select order_no, payment_no from payments_waiting where next_query_at <= $1
              order by next_query_at limit $2 for update skip locked
           ), claimed as (
             update payments_waiting w set next_query_at = $3, queries = w.queries + 1
               from due where w.order_no = due.order_no and w.payment_no = due.payment_no
             returning w.order_no, w.payment_no
           )
           select ${PAYMENT_COLUMNS} from claimed join payments p using (order_no, payment_no)`,
    values: [at, limit, new Date(at.getTime() + leaseMs)],
  })
  return rows.map(row => withPayer<Payment>(vault, row))
}

/** Payments that the channel took are asked about at these moments instead, unless their end is known already. */
export async function putOffQueries(
  db: Db,
  payments: readonly { readonly orderNo: string; readonly paymentNo: string; readonly nextQueryAt: Date }[],
): Promise<void> {
  await db.query(
    `update payments_waiting w set next_query_at = p.at
       from unnest($1::text[], $2::text[], $3::timestamptz[]) as p (order_no, payment_no, at)
      where w.order_no = p.order_no and w.payment_no = p.payment_no`,
    [
      payments.map(({ orderNo }) => orderNo),
      payments.map(({ paymentNo }) => paymentNo),
      payments.map(({ nextQueryAt }) => nextQueryAt),
    ],
  )
}
