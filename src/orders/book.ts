import type pg from 'pg'
import type { Channels } from '../channels/channel.ts'
import { businessDayOf, type Day } from '../kernel/business_day.ts'
import { Failure } from '../kernel/failure.ts'
import { proposeReviews } from '../reviews/operations.ts'
import type { App } from '../system/app.ts'
import { askDigest } from '../system/ask_digest.ts'
import { type Decision, decideFinding, type OrderFacts } from './booking.ts'
import {
  type AnomalyRow,
  type BookedPayment,
  type BookRow,
  bookSuccesses,
  type EndRow,
  endPayments,
  keepWaiting,
  lockOrders,
  newsOfPayments,
  ordersOfPayments,
  paymentsToBook,
  proposeRefunds,
  reportAnomalies,
  type SurplusRow,
  type WaitRow,
} from './booking_store.ts'
import type { Order } from './order.ts'
import type { Finding, PaymentState } from './payment.ts'
import { refundBasis, refundFacts, SURPLUS_REVIEW, surplusReason } from './refund_review.ts'
import { sealPayer } from './sealed.ts'
import { findOrders } from './store.ts'

/** What became of a finding, after the commit. */
export type Booked = {
  readonly act: Decision['act']
  /** The payment's state now. */
  readonly state: PaymentState
}

/** What booking is given. */
type Booking = Pick<App, 'db' | 'now' | 'newId' | 'vault'> & { readonly channels: Channels }

/**
 * Takes what channels said about payments into the book, in one transaction: locks the orders, decides each finding, writes
 * in sets. An unknown payment rejects only its own finding: its answer is a Failure `payment_unknown`.
 */
export async function bookFindings(app: Booking, given: readonly Finding[]): Promise<(Booked | Failure)[]> {
  const at = app.now()
  const findings = await withOrders(app, given)
  return await app.db.pipelined(async tx => {
    // Asked together, answered one after the other: the payments are read when the orders are locked.
    const [orders, payments] = await Promise.all([
      lockOrders(tx, [...new Set(findings.map(finding => finding.orderNo))], app.db.cluster),
      paymentsToBook(tx, findings),
    ])
    const batch = new Batch(app, orders, payments)
    const answers = findings.map(finding => batch.take(finding))
    const writes = [
      ...bookSuccesses(batch.successRows(), at),
      ...endPayments(batch.ended),
      ...keepWaiting(batch.waiting),
      ...reportAnomalies(batch.anomalies, at),
      ...proposeRefunds(batch.surplus, at),
      ...newsOfPayments(batch.changed),
    ]
    if (batch.surplus.length === 0) return { answer: answers, last: writes }
    for (const statement of writes) await tx.query(statement)
    await proposeReviews(tx, at, SURPLUS_REVIEW, await batch.surplusReviews(tx))
    return { answer: answers, last: [] }
  })
}

/** A notice that does not bring its order back is looked up by its payment. */
async function withOrders(app: Pick<App, 'db'>, findings: readonly Finding[]): Promise<readonly Finding[]> {
  const lost = findings.filter(finding => finding.orderNo === '')
  if (lost.length === 0) return findings
  const found = await ordersOfPayments(
    app.db.pool,
    lost.map(finding => finding.paymentNo),
  )
  return findings.map(finding =>
    finding.orderNo === '' ? { ...finding, orderNo: found.get(finding.paymentNo) ?? '' } : finding,
  )
}

/** A success as it was decided: its payer is not sealed yet. */
type Success = Omit<BookRow, 'payer' | 'payerIndex'> & { readonly payer: string }

/** The decisions of one transaction, each on the book as the one before left it. */
class Batch {
  readonly successes: Success[] = []
  readonly ended: EndRow[] = []
  readonly waiting: WaitRow[] = []
  readonly anomalies: AnomalyRow[] = []
  readonly surplus: SurplusRow[] = []
  readonly changed: string[] = []
  readonly #app: Booking
  readonly #orders: Map<string, OrderFacts>
  readonly #payments: Map<string, BookedPayment>
  readonly #days = new Map<string, (epochMs: number) => Day>()

  constructor(app: Booking, orders: Map<string, OrderFacts>, payments: Map<string, BookedPayment>) {
    this.#app = app
    this.#orders = orders
    this.#payments = payments
  }

  take(finding: Finding): Booked | Failure {
    const order = this.#orders.get(finding.orderNo)
    const payment = this.#payments.get(finding.paymentNo)
    if (!order || !payment || payment.orderNo !== finding.orderNo) return paymentUnknown(finding.paymentNo)
    const decision = decideFinding(order, payment, finding)
    const state = this.#note(order, payment, finding, decision)
    return { act: decision.act, state }
  }

  #note(order: OrderFacts, payment: BookedPayment, finding: Finding, decision: Decision): PaymentState {
    const { orderNo, paymentNo } = payment
    switch (decision.act) {
      case 'nothing':
        return payment.state
      case 'book':
        this.#book(order, payment, finding, decision)
        return 'success'
      case 'end':
        this.ended.push({
          orderNo,
          paymentNo,
          state: decision.state,
          reason: decision.reason,
          nextQueryAt: decision.nextQueryAt,
        })
        this.#payments.set(paymentNo, { ...payment, state: decision.state })
        this.changed.push(paymentNo)
        return decision.state
      case 'wait':
        this.waiting.push({ orderNo, paymentNo, answer: decision.answer, nextQueryAt: decision.nextQueryAt })
        return payment.state
      case 'report':
        this.anomalies.push({ orderNo, paymentNo, ...decision.anomaly })
        return payment.state
    }
  }

  #book(
    order: OrderFacts,
    payment: BookedPayment,
    finding: Finding,
    { outcome, credit, anomaly }: Extract<Decision, { act: 'book' }>,
  ): void {
    const { orderNo, paymentNo } = payment
    this.successes.push({
      orderNo,
      paymentNo,
      channel: payment.channel,
      account: payment.account,
      channelTradeNo: outcome.channelTradeNo,
      received: outcome.amount,
      currency: outcome.currency,
      paidAt: outcome.paidAt,
      businessDate: this.#dayOf(payment.account, outcome.paidAt),
      payer: outcome.payer,
      fee: outcome.fee,
      merchant: finding.merchant,
      credited: credit,
    })
    this.changed.push(paymentNo)
    this.#payments.set(paymentNo, {
      ...payment,
      state: 'success',
      channelTradeNo: outcome.channelTradeNo,
      received: outcome.amount,
    })
    if (credit) this.#orders.set(orderNo, { ...order, paid: order.paid + outcome.amount })
    if (!anomaly) return
    this.anomalies.push({ orderNo, paymentNo, ...anomaly })
    this.surplus.push({
      orderNo,
      paymentNo,
      refundNo: this.#app.newId(),
      reviewId: this.#app.newId(),
      amount: outcome.amount,
      currency: outcome.currency,
      reason: anomaly.kind,
      askSm3: askDigest({ surplus: paymentNo }),
    })
  }

  /** With their payers sealed and indexed; all indexes are made by one call. */
  successRows(): BookRow[] {
    const { vault } = this.#app
    const indexes = vault.payers(this.successes.map(({ payer }) => payer))
    return this.successes.map((row, i) => ({
      ...row,
      payer: sealPayer(vault, row.paymentNo, row.payer),
      payerIndex: indexes[i] as string,
    }))
  }

  #dayOf(account: string, at: Date): Day {
    let dayOf = this.#days.get(account)
    if (!dayOf) {
      dayOf = businessDayOf(this.#app.channels.account(account).calendar)
      this.#days.set(account, dayOf)
    }
    return dayOf(at.getTime())
  }

  /** Questions to a second person; they are few, so that only they read what a bill is about. */
  async surplusReviews(tx: pg.ClientBase) {
    const orders = await findOrders(
      tx,
      this.#app.vault,
      this.surplus.map(row => row.orderNo),
    )
    return this.surplus.map(row => {
      const order = orders.get(row.orderNo) as Order
      const { channel } = this.#payments.get(row.paymentNo) as BookedPayment
      return {
        id: row.reviewId,
        object: { kind: 'refund', id: row.refundNo },
        facts: [
          ...refundFacts(order, {
            ...row,
            channel,
            received: row.amount,
            refunded: 0,
          }),
          { zh: '异常', en: 'Anomaly', value: row.reason },
        ],
        basis: refundBasis({ ...row, state: 'awaiting_review' }, { state: 'success', received: row.amount }),
        amount: { minor: row.amount, currency: row.currency },
        merchantNo: order.merchantNo,
        channel,
        reason: surplusReason(row.reason),
      }
    })
  }
}

export const paymentUnknown = (paymentNo: string): Failure =>
  new Failure(
    'payment_unknown',
    { zh: `没有支付单 ${paymentNo}`, en: `There is no payment ${paymentNo}` },
    { payment_no: paymentNo },
  )
