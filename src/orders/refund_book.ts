import type pg from 'pg'
import { movementReconciledSql } from './reconciled.ts'

/** What refunds and reversals do to payments, orders and movements. The caller holds the order's lock. */

/** Holds money back for a refund that is asked for, or lets it go again. The payment's `remaining` never falls below zero. */
export async function holdForRefund(
  tx: pg.ClientBase,
  { orderNo, paymentNo }: { orderNo: string; paymentNo: string },
  amount: number,
): Promise<void> {
  await tx.query({
    name: 'hold_for_refund',
    text: 'update payments set refunding = refunding + $3 where order_no = $1 and payment_no = $2',
    values: [orderNo, paymentNo, amount],
  })
}

export type RefundMovement = {
  readonly orderNo: string
  readonly paymentNo: string
  readonly refundNo: string
  readonly channel: string
  readonly account: string
  /** Under which the channel's statement lists it. */
  readonly channelTradeNo: string
  readonly channelRefundNo: string
  /** Positive; the movement is negative. */
  readonly amount: number
  readonly currency: string
  readonly at: Date
  readonly businessDate: string
  readonly merchant: string
  readonly payer: string
}

/** The money went back: payment, order and movement in one statement. A surplus was never the order's, so that stays as it is. */
export async function bookRefund(tx: pg.ClientBase, row: RefundMovement): Promise<void> {
  await tx.query({
    name: 'book_refund',
    text: `with payment as (
             update payments set refunding = refunding - $3, refunded = refunded + $3 where order_no = $1 and payment_no = $2
             returning credited
           ), back as (
             update orders set refunded = refunded + $3 from payment where order_no = $1 and payment.credited
           )
           insert into movements (payment_no, order_no, kind, status, channel, channel_trade_no, merchant_order_no, refund_no,
                                  channel_refund_no, amount, currency, occurred_at, business_date, merchant, payer, fee_item, account)
           select $4, $1, 'refund', 'success', $5, $6, $2, $4, $7, -$3::bigint, $8, $9, $10, $11, $12, fee_item_id, $13
             from orders where order_no = $1`,
    values: [
      row.orderNo,
      row.paymentNo,
      row.amount,
      row.refundNo,
      row.channel,
      row.channelTradeNo,
      row.channelRefundNo,
      row.currency,
      row.at,
      row.businessDate,
      row.merchant,
      row.payer,
      row.account,
    ],
  })
}

/**
 * 冲正: takes a success back that the channel denies. The first movement stays; one of the opposite amount is put beside it
 * and names it.
 */
export async function bookReversal(
  tx: pg.ClientBase,
  row: { orderNo: string; paymentNo: string; refundNo: string; at: Date; businessDate: string },
): Promise<void> {
  await tx.query(
    `with before as (
       select * from payments where order_no = $1 and payment_no = $2
     ), payment as (
       update payments p set state = 'failed', reason = 'reversed', reversed_at = $4, received = null, paid_at = null,
              booked_at = null, credited = false
         from before where p.order_no = before.order_no and p.payment_no = before.payment_no
     ), debt as (
       update orders o set paid = o.paid - before.received, paid_at = null
         from before where o.order_no = before.order_no and before.credited
     )
     insert into movements (payment_no, order_no, kind, status, channel, channel_trade_no, merchant_order_no, refund_no, amount,
                            currency, occurred_at, business_date, merchant, payer, fee_item, account)
     select $3, m.order_no, 'refund', 'success', m.channel, m.channel_trade_no, m.merchant_order_no, $3, -m.amount, m.currency,
            $4, $5, m.merchant, m.payer, m.fee_item, m.account
       from movements m where m.order_no = $1 and m.payment_no = $2`,
    [row.orderNo, row.paymentNo, row.refundNo, row.at, row.businessDate],
  )
}

/**
 * Which of an order's movements (by our number) are reconciled 已对账: matched with the channel's statement, or dealt with as a discrepancy, and the
 * day that did so is closed; or matched and confirmed by a person before that.
 */
export async function reconciledNumbers(db: pg.Pool | pg.ClientBase, orderNo: string): Promise<Set<string>> {
  const { rows } = await db.query({
    name: 'reconciled_numbers',
    text: `select m.payment_no from movements m where m.order_no = $1 and ${movementReconciledSql('m')}`,
    values: [orderNo],
  })
  return new Set(rows.map(row => row.payment_no))
}
