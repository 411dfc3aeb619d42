import type pg from 'pg'
import { formatMinor } from '../kernel/money.ts'
import { enqueueing } from '../notices/store.ts'
import type { Statement } from '../system/pipelined.ts'
import { bytesText, sqlArray } from '../system/sql_array.ts'
import type { OrderFacts, PaymentFacts } from './booking.ts'

/**
 * The SQL of booking, all of it in sets. Whoever changes an order or its payments locks the order first, in the order of their numbers. What is written is given as
 * statements, none where there is nothing to write.
 */

const FACTS = `select order_no as "orderNo", amount, paid, closed_at is not null as closed from orders`

/**
 * Locks the orders, in the order of their numbers, and says how they stand. Numbers that are no order are left out. `oneByOne`: each by a statement of its own, all
 * sent in one piece: a cluster locks rows of one shard with a statement (Citus: "SELECT … FOR UPDATE work in single-shard queries only").
 */
export async function lockOrders(
  tx: pg.ClientBase,
  orderNos: readonly string[],
  oneByOne: boolean,
): Promise<Map<string, OrderFacts>> {
  const locked = oneByOne
    ? await Promise.all(orderNos.toSorted().map(orderNo => tx.query(lockingOne(orderNo))))
    : [await tx.query(locking(orderNos))]
  return new Map(locked.flatMap(({ rows }) => rows).map((row: OrderFacts) => [row.orderNo, row]))
}

const locking = (orderNos: readonly string[]): Statement => ({
  name: 'lock_orders',
  text: `${FACTS} where order_no = any($1) order by order_no for update`,
  values: [sqlArray(orderNos, orderNo => orderNo)],
})

const lockingOne = (orderNo: string): Statement => ({
  name: 'lock_order_to_book',
  text: `${FACTS} where order_no = $1 for update`,
  values: [orderNo],
})

export type BookedPayment = PaymentFacts & {
  readonly channel: string
  readonly account: string
}

/** The payments of orders that are locked. */
export async function paymentsToBook(
  tx: pg.ClientBase,
  keys: readonly { orderNo: string; paymentNo: string }[],
): Promise<Map<string, BookedPayment>> {
  const { rows } = await tx.query({
    name: 'payments_to_book',
    text: `select p.order_no as "orderNo", p.payment_no as "paymentNo", p.amount, p.currency, p.state, p.channel, p.account,
                  p.channel_trade_no as "channelTradeNo", p.received, p.reversed_at is not null as reversed,
                  p.expires_at as "expiresAt", coalesce(w.queries, 0) as queries, w.payment_no is not null as watched
             from unnest($1::text[], $2::text[]) as asked (order_no, payment_no) join payments p using (order_no, payment_no)
             left join payments_waiting w using (order_no, payment_no)`,
    values: [sqlArray(keys, key => key.orderNo), sqlArray(keys, key => key.paymentNo)],
  })
  return new Map(rows.map((row: BookedPayment) => [row.paymentNo, row]))
}

/** Where a notice did not bring its order back: the orders of payments, by payment number. */
export async function ordersOfPayments(
  db: pg.Pool | pg.ClientBase,
  paymentNos: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await db.query({
    name: 'orders_of_payments',
    text: 'select payment_no, order_no from payments where payment_no = any($1)',
    values: [paymentNos],
  })
  return new Map(rows.map(row => [row.payment_no, row.order_no]))
}

export type BookRow = {
  readonly orderNo: string
  readonly paymentNo: string
  readonly channel: string
  readonly account: string
  readonly channelTradeNo: string
  readonly received: number
  readonly currency: string
  readonly paidAt: Date
  readonly businessDate: string
  /** Sealed; null: not told. */
  readonly payer: Buffer | null
  /** As the books compare it. */
  readonly payerIndex: string
  readonly fee: number | null
  readonly merchant: string
  readonly credited: boolean
}

/**
 * Successes, in one statement: the payment, its order's `paid`, its movement, and what its payer is told; it waits no longer. Message texts
 * are drawn from the order here, its sealed person as it is, so that they need not travel to us and back.
 */
export function bookSuccesses(rows: readonly BookRow[], at: Date): Statement[] {
  if (rows.length === 0) return []
  const orders = creditsOf(rows)
  const statement = {
    name: 'book_successes',
    text: `with booked as materialized (
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[],
                                  $8::date[], $9::bytea[], $10::bigint[], $11::text[], $12::boolean[], $13::text[], $15::text[], $16::text[])
               as b (order_no, payment_no, channel, channel_trade_no, received, currency, paid_at, business_date, payer, fee,
                     merchant, credited, amount, payer_index, account)
           ), payment as (
             update payments p set state = 'success', channel_trade_no = b.channel_trade_no, received = b.received,
                    paid_at = b.paid_at::timestamptz, payer_sealed = b.payer, fee = b.fee, booked_at = $14, credited = b.credited, reason = ''
               from booked b where p.order_no = b.order_no and p.payment_no = b.payment_no
           ), known as (
             delete from payments_waiting w using booked b where w.order_no = b.order_no and w.payment_no = b.payment_no
           ), bill as (
             update orders o set paid = o.paid + c.amount,
                    paid_at = case when o.paid + c.amount = o.amount then coalesce(o.paid_at, c.paid_at) end
               from unnest($17::text[], $18::bigint[], $19::timestamptz[]) as c (order_no, amount, paid_at)
              where o.order_no = c.order_no
             returning o.order_no, o.fee_item_id, o.title, o.person, o.by_sms, o.by_mail
           ), message as (
             ${enqueueing(`select 'paid:' || payment_no || ':' || medium, medium,
                    case when credited then 'payment_succeeded' else 'payment_surplus' end,
                    jsonb_build_object('title', title, 'order_no', order_no, 'payment_no', payment_no,
                                       'amount', amount, 'currency', currency, 'paid_at', paid_at), person, order_no, $14::timestamptz
               from booked join bill using (order_no), lateral (values ('sms'::message_medium, by_sms), ('mail', by_mail)) as m (medium, wanted)
              where wanted and person is not null`)}
           )
           insert into movements (payment_no, order_no, kind, status, channel, channel_trade_no, merchant_order_no, amount,
                                  currency, occurred_at, business_date, merchant, payer, fee, fee_item, account)
           select payment_no, order_no, 'payment', 'success', channel, channel_trade_no, payment_no, received, currency,
                  paid_at::timestamptz, business_date, merchant, payer_index, fee, fee_item_id, account
             from booked join bill using (order_no)`,
    values: [
      sqlArray(rows, row => row.orderNo),
      sqlArray(rows, row => row.paymentNo),
      sqlArray(rows, row => row.channel),
      sqlArray(rows, row => row.channelTradeNo),
      sqlArray(rows, row => row.received),
      sqlArray(rows, row => row.currency),
      sqlArray(rows, row => row.paidAt.toISOString()),
      sqlArray(rows, row => row.businessDate),
      sqlArray(rows, row => bytesText(row.payer)),
      sqlArray(rows, row => row.fee),
      sqlArray(rows, row => row.merchant),
      sqlArray(rows, row => row.credited),
      sqlArray(rows, row => formatMinor(row.received, row.currency)),
      at,
      sqlArray(rows, row => row.payerIndex),
      sqlArray(rows, row => row.account),
      sqlArray(orders, order => order.orderNo),
      sqlArray(orders, order => order.amount),
      sqlArray(orders, order => order.paidAt.toISOString()),
    ],
  }
  return [statement]
}

/** What each order is credited with, surplus not counted, and the last moment at which something was paid for it. */
function creditsOf(rows: readonly BookRow[]): readonly { orderNo: string; amount: number; paidAt: Date }[] {
  const orders = new Map<string, { orderNo: string; amount: number; paidAt: Date }>()
  for (const { orderNo, received, credited, paidAt } of rows) {
    const before = orders.get(orderNo)
    const amount = (before?.amount ?? 0) + (credited ? received : 0)
    orders.set(orderNo, { orderNo, amount, paidAt: before && before.paidAt > paidAt ? before.paidAt : paidAt })
  }
  return [...orders.values()]
}

export type EndRow = {
  readonly orderNo: string
  readonly paymentNo: string
  readonly state: 'failed' | 'closed'
  readonly reason: string
  readonly nextQueryAt: Date | null
}

/** The channel's final word that nothing moved. */
export function endPayments(rows: readonly EndRow[]): Statement[] {
  if (rows.length === 0) return []
  const statement = {
    name: 'end_payments',
    text: `with ended as (
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
               as e (order_no, payment_no, state, reason, next_query_at)
           ), watched as (
             update payments_waiting w set next_query_at = e.next_query_at, last_answer = e.state
               from ended e where w.order_no = e.order_no and w.payment_no = e.payment_no and e.next_query_at is not null
           ), over as (
             delete from payments_waiting w
              using ended e where w.order_no = e.order_no and w.payment_no = e.payment_no and e.next_query_at is null
           )
           update payments p set state = e.state::payment_state, reason = e.reason
             from ended e where p.order_no = e.order_no and p.payment_no = e.payment_no and p.state <> 'success'`,
    values: [
      rows.map(row => row.orderNo),
      rows.map(row => row.paymentNo),
      rows.map(row => row.state),
      rows.map(row => row.reason),
      rows.map(row => row.nextQueryAt),
    ],
  }
  return [statement]
}

export type WaitRow = {
  readonly orderNo: string
  readonly paymentNo: string
  readonly answer: string
  readonly nextQueryAt: Date
}

export function keepWaiting(rows: readonly WaitRow[]): Statement[] {
  if (rows.length === 0) return []
  const statement = {
    name: 'keep_waiting',
    text: `update payments_waiting p set last_answer = w.answer, next_query_at = w.next_query_at
             from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) as w (order_no, payment_no, answer, next_query_at)
            where p.order_no = w.order_no and p.payment_no = w.payment_no`,
    values: [
      rows.map(row => row.orderNo),
      rows.map(row => row.paymentNo),
      rows.map(row => row.answer),
      rows.map(row => row.nextQueryAt),
    ],
  }
  return [statement]
}

export type AnomalyRow = {
  readonly orderNo: string
  readonly paymentNo: string
  readonly kind: string
  readonly evidence: Readonly<Record<string, unknown>>
}

/** One of a kind for a payment: told again, it stands as it was told first. */
export function reportAnomalies(rows: readonly AnomalyRow[], at: Date): Statement[] {
  if (rows.length === 0) return []
  const statement = {
    name: 'report_anomalies',
    text: `insert into payment_anomalies (order_no, payment_no, kind, evidence, found_at)
           select order_no, payment_no, kind::anomaly_kind, evidence::jsonb, $5
             from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as a (order_no, payment_no, kind, evidence)
               on conflict do nothing`,
    values: [
      rows.map(row => row.orderNo),
      rows.map(row => row.paymentNo),
      rows.map(row => row.kind),
      rows.map(row => JSON.stringify(row.evidence)),
      at,
    ],
  }
  return [statement]
}

export type SurplusRow = {
  readonly orderNo: string
  readonly paymentNo: string
  readonly refundNo: string
  readonly reviewId: string
  readonly amount: number
  readonly currency: string
  readonly reason: string
  readonly askSm3: string
}

/** Money that is not the merchant's: its return is proposed and waits for a person. */
export function proposeRefunds(rows: readonly SurplusRow[], at: Date): Statement[] {
  if (rows.length === 0) return []
  const statement = {
    name: 'propose_refunds',
    text: `with proposed as (
             select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[])
               as s (order_no, payment_no, refund_no, amount, currency, reason, ask_sm3, review_id)
           ), held as (
             update payments p set refunding = p.refunding + s.amount
               from proposed s where p.order_no = s.order_no and p.payment_no = s.payment_no
           )
           insert into refunds (order_no, refund_no, request_id, ask_sm3, payment_no, kind, amount, currency, reason, state,
                                asked_by, asked_at, review_id)
           select order_no, refund_no, 'surplus:' || payment_no, ask_sm3, payment_no, 'surplus', amount, currency, reason,
                  'awaiting_review', 'platform', $9, review_id
             from proposed`,
    values: [
      rows.map(row => row.orderNo),
      rows.map(row => row.paymentNo),
      rows.map(row => row.refundNo),
      rows.map(row => row.amount),
      rows.map(row => row.currency),
      rows.map(row => row.reason),
      rows.map(row => row.askSm3),
      rows.map(row => row.reviewId),
      at,
    ],
  }
  return [statement]
}

/** Tells whoever listens that these payments changed, after the commit. A payload holds less than 8,000 bytes. */
export function newsOfPayments(paymentNos: readonly string[]): Statement[] {
  if (paymentNos.length === 0) return []
  const payloads: string[] = []
  for (let from = 0; from < paymentNos.length; from += 200) payloads.push(paymentNos.slice(from, from + 200).join(' '))
  const statement = {
    name: 'tell_changed',
    text: `select pg_notify('payment_changed', payload) from unnest($1::text[]) as p (payload)`,
    values: [payloads],
  }
  return [statement]
}

/** The same as `newsOfPayments`, told where nothing is sent ahead. */
export async function tellChanged(tx: pg.ClientBase, paymentNos: readonly string[]): Promise<void> {
  for (const statement of newsOfPayments(paymentNos)) await tx.query(statement)
}
