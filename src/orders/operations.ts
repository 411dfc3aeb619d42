import type { Actor } from '../access/actor.ts'
import { covers, type Scope } from '../access/scope.ts'
import { record } from '../audit/record.ts'
import type { Channel, ChannelName, Method } from '../channels/channel.ts'
import { Failure } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import { askDigest, idReused } from '../system/ask_digest.ts'
import { paymentUnknown } from './book.ts'
import { markAnomalySettled, type OpenAnomaly } from './list_store.ts'
import { decideAmount, type Order, type OrderAsk } from './order.ts'
import type { Paying } from './paying.ts'
import { type Finding, isOpen, nextQuery, type Payment } from './payment.ts'
import {
  findOrder,
  findPayment,
  insertPayment,
  lockOrder,
  markClosed,
  markSubmitted,
  type PaymentKey,
  paymentOfOrder,
  paymentsOf,
} from './store.ts'

/**
 * Issues one bill; `orderNo` is its request's id: the same once more gives the same bill. Throws fee_item_unavailable, and
 * `id_reused` when the number stands for another bill.
 */
export async function issueOrder(app: Paying, actor: Actor, ask: OrderAsk): Promise<Order> {
  // As a fee item that does not exist: nobody learns what there is beyond his scope.
  if (!covers(actor.scopeOf('order.issue'), { merchant: ask.merchantNo })) throw feeItemUnavailable(ask)
  const askSm3 = askDigest(ask)
  const order = await app.issues.add({ ...ask, askSm3, batchId: '', who: actor })
  if (!order) throw feeItemUnavailable(ask)
  if (order.askSm3 !== askSm3) throw idReused(ask.orderNo)
  return order
}

export type PaymentRequest = {
  readonly orderNo: string
  /** Made by the payer's device. */
  readonly id: string
  readonly channel: ChannelName
  readonly method: Method
  /** null: all that is due. */
  readonly amount: number | null
  readonly openid: string | null
}

/** A request of ours to the channel may still be under way for this long. */
const UNDER_WAY_MS = 20_000

/**
 * Begins a payment. An earlier attempt for the bill is asked about and closed first: paid by then, the bill needs no other
 * (order_paid); not known for certain, no second one is begun (payment_outcome_unknown). The attempt is in our book before
 * the channel hears of it; when the channel's answer is lost it stays open and is asked about.
 * The same id again gives the same attempt. Throws order_unknown, order_closed, order_paid, … and what `offering` throws.
 */
export async function startPayment(app: Paying, actor: Actor, ask: PaymentRequest): Promise<Payment> {
  const channel = app.channels.offering(ask.channel, ask.method)
  const askSm3 = askDigest(ask)
  for (let round = 0; ; round++) {
    const step = await app.db.transaction(async tx => {
      const at = app.now()
      const order = await lockOrder(tx, app.vault, ask.orderNo)
      if (!order) throw orderUnknown(ask.orderNo)
      const payments = await paymentsOf(tx, app.vault, ask.orderNo)
      const same = payments.find(payment => payment.requestId === ask.id)
      if (same && same.askSm3 !== askSm3) throw idReused(ask.id)
      if (same) return { order, payment: same, earlier: [] }
      const amount = decideAmount(order, ask.amount)
      const earlier = payments.filter(payment => isOpen(payment.state))
      if (earlier.some(payment => !payment.submittedAt && at.getTime() - payment.createdAt.getTime() < UNDER_WAY_MS))
        throw paymentUnderWay(ask.orderNo)
      if (earlier.length > 0) return { order, payment: null, earlier }
      const payment = {
        orderNo: order.orderNo,
        merchantNo: order.merchantNo,
        paymentNo: app.newId(),
        requestId: ask.id,
        askSm3,
        channel: channel.name,
        account: channel.account,
        method: ask.method,
        amount,
        currency: order.currency,
        createdAt: at,
        expiresAt: new Date(at.getTime() + patienceMs(app, ask.method)),
        nextQueryAt: nextQuery(at, 0),
      }
      await insertPayment(tx, payment)
      await record(tx, at, actor, [
        {
          what: 'payment.start',
          object: { kind: 'payment', id: payment.paymentNo },
          after: {
            order_no: order.orderNo,
            channel: payment.channel,
            method: payment.method,
            amount: formatMinor(amount, order.currency),
            currency: order.currency,
          },
        },
      ])
      return { order, payment: { ...payment, state: 'created' as const, checkout: null }, earlier: [] }
    })
    if (!step.payment) {
      // Each of them ends, or this throws; a third round means that somebody else keeps beginning attempts.
      if (round === 2) throw paymentUnderWay(ask.orderNo)
      for (const payment of step.earlier) await endAttempt(app, payment)
      continue
    }
    if (step.payment.state === 'created')
      await submit(app, step.order, step.payment, { openid: ask.openid, payerAddress: actor.address || null })
    return await readPaymentOf(app, step.payment)
  }
}

/** Whoever transfers goes to the bank for it, maybe after the weekend; all others have their phone in the hand. */
const patienceMs = ({ settings }: Paying, method: Method): number =>
  method === 'transfer' ? settings.transferDays * 86_400_000 : settings.paymentMinutes * 60_000

/** Sends the attempt to the channel. Its number makes it the same payment there, however often it is sent. */
async function submit(
  app: Paying,
  order: Order,
  payment: Pick<Payment, 'paymentNo' | 'account' | 'method' | 'amount' | 'currency' | 'createdAt' | 'expiresAt'>,
  payer: { readonly openid: string | null; readonly payerAddress: string | null },
): Promise<void> {
  const channel = app.channels.account(payment.account)
  const { paymentNo } = payment
  const { orderNo } = order
  const create = channel.create({
    paymentNo,
    orderNo,
    method: payment.method,
    amount: payment.amount,
    currency: payment.currency,
    title: order.title,
    createdAt: payment.createdAt,
    expiresAt: payment.expiresAt,
    openid: payer.openid ?? undefined,
    payerAddress: payer.payerAddress ?? undefined,
    notifyUrl: noticeAddress(app, channel),
    returnUrl: `${app.settings.publicUrl()}/pay/${paymentNo}`,
  })
  const answer = await create.catch(async (error: unknown) => {
    // Refused before anything was sent: the attempt is over, and the payer is told what is missing.
    if (error instanceof Failure)
      await learn(app, { ...payment, orderNo }, { state: 'failed', code: error.code, reason: error.en }, 'query')
    throw error
  })
  const at = app.now()
  if (answer.state === 'pending')
    return await markSubmitted(app.db.pool, {
      orderNo,
      paymentNo,
      checkout: answer.checkout,
      at,
      nextQueryAt: nextQuery(at, 0),
    })
  await learn(app, { ...payment, orderNo }, answer, 'query')
}

/** Where a channel sends its notices. */
export const noticeAddress = (app: Paying, { name, account }: Channel): string =>
  `${app.settings.publicUrl()}/notify/${name}/${encodeURIComponent(account)}`

/**
 * Ends an attempt that is open: asks, closes what is not paid, and books what is found. Throws payment_outcome_unknown when
 * the channel does not say for certain.
 */
export async function endAttempt(app: Paying, payment: Payment): Promise<void> {
  const channel = app.channels.account(payment.account)
  const found = await channel.query(payment)
  if (found.state === 'success' || found.state === 'failed' || found.state === 'closed')
    return await learn(app, payment, found, 'query')
  if (found.state === 'pending' || found.state === 'absent') {
    const closed = await channel.close(payment)
    if (closed.state === 'closed')
      return await learn(app, payment, closed, found.state === 'absent' ? 'close_unconfirmed' : 'close')
    if (closed.state === 'paid') {
      const paid = await channel.query(payment)
      if (paid.state === 'success') return await learn(app, payment, paid, 'query')
    }
  }
  throw new Failure(
    'payment_outcome_unknown',
    {
      zh: '上一笔支付的结果渠道尚未确认，为避免重复缴费请稍后再试',
      en: 'The channel has not said yet what became of the earlier payment; try again in a moment, so that nothing is paid twice',
    },
    { order_no: payment.orderNo, payment_no: payment.paymentNo },
  )
}

/** Takes the channel's word into the book. */
export async function learn(
  app: Paying,
  payment: Pick<Payment, 'paymentNo' | 'account'> & { orderNo: string },
  outcome: Finding['outcome'],
  source: Finding['source'],
): Promise<void> {
  const booked = await app.findings.add({
    orderNo: payment.orderNo,
    paymentNo: payment.paymentNo,
    source,
    outcome,
    merchant: app.channels.account(payment.account).merchant,
    at: app.now(),
  })
  if (booked instanceof Failure) throw booked
}

/** The payer gives up: the attempt is asked about and closed. Paid by then, it is a success. */
export async function cancelPayment(app: Paying, actor: Actor, paymentNo: string): Promise<Payment> {
  const payment = await readPayment(app, paymentNo)
  if (isOpen(payment.state)) {
    await recordAsked(app, actor, 'payment.cancel', payment)
    await endAttempt(app, payment)
  }
  return await readPaymentOf(app, payment)
}

/** 补单: asks the channel now, whatever the schedule says, and books what it answers. */
export async function askNow(app: Paying, actor: Actor, paymentNo: string): Promise<Payment> {
  const payment = await readPaymentWithin(app, actor.scopeOf('payment.query'), paymentNo)
  await recordAsked(app, actor, 'payment.query', payment)
  await learn(app, payment, await app.channels.account(payment.account).query(payment), 'query')
  return await readPaymentOf(app, payment)
}

/** What somebody sets going with a channel stands in the log before the channel hears of it; what comes of it stands in the book. */
const recordAsked = (app: Paying, actor: Actor, what: string, payment: Payment): Promise<void> =>
  app.db.transaction(tx =>
    record(tx, app.now(), actor, [
      { what, object: { kind: 'payment', id: payment.paymentNo }, before: { state: payment.state } },
    ]),
  )

/** A person has dealt with an anomaly. Settled already, it stays as it was settled first. Throws payment_unknown, anomaly_unknown. */
export async function settleAnomaly(
  app: Paying,
  actor: Actor,
  { paymentNo, kind, note }: { readonly paymentNo: string; readonly kind: string; readonly note: string },
): Promise<OpenAnomaly> {
  await readPaymentWithin(app, actor.scopeOf('payment.settle'), paymentNo)
  return await app.db.transaction(async tx => {
    const at = app.now()
    const { anomaly, fresh } = await markAnomalySettled(tx, { paymentNo, kind, by: actor.id, note, at })
    if (!anomaly)
      throw new Failure('anomaly_unknown', {
        zh: '没有这条异常：请检查支付单号和类型',
        en: 'There is no such anomaly: check the payment number and the kind',
      })
    if (fresh)
      await record(tx, at, actor, [
        { what: 'anomaly.settle', object: { kind: 'payment', id: paymentNo }, after: { anomaly: kind, note } },
      ])
    return anomaly
  })
}

/** Takes a bill back. Throws order_unknown, order_partly_paid; an open attempt is ended first. The same again changes nothing. */
export async function closeOrder(app: Paying, actor: Actor, orderNo: string, why: string): Promise<Order> {
  await readOrderWithin(app, actor.scopeOf('order.issue'), orderNo)
  for (const payment of await paymentsOf(app.db.pool, app.vault, orderNo))
    if (isOpen(payment.state)) await endAttempt(app, payment)
  return await app.db.transaction(async tx => {
    const order = await lockOrder(tx, app.vault, orderNo)
    if (!order) throw orderUnknown(orderNo)
    if (order.state === 'closed') return order
    if (order.paid > 0)
      throw new Failure(
        'order_partly_paid',
        { zh: '该缴费单已有缴费，不能撤销；请先退款', en: 'Something was paid for this order: refund it first' },
        { order_no: orderNo },
      )
    if ((await paymentsOf(tx, app.vault, orderNo)).some(payment => isOpen(payment.state)))
      throw paymentUnderWay(orderNo)
    const at = app.now()
    await markClosed(tx, orderNo, why, at)
    await record(tx, at, actor, [
      {
        what: 'order.close',
        object: { kind: 'order', id: orderNo },
        before: { state: order.state },
        after: { state: 'closed', why },
      },
    ])
    return (await findOrder(tx, app.vault, orderNo)) as Order
  })
}

export async function readOrder(app: Paying, orderNo: string): Promise<Order> {
  const order = await findOrder(app.db.pool, app.vault, orderNo)
  if (!order) throw orderUnknown(orderNo)
  return order
}

export async function readPayment(app: Paying, paymentNo: string): Promise<Payment> {
  const payment = await findPayment(app.db.pool, app.vault, paymentNo)
  if (!payment) throw paymentUnknown(paymentNo)
  return payment
}

/** As `readPayment`, for whoever knows the order too. */
export async function readPaymentOf(app: Paying, key: PaymentKey): Promise<Payment> {
  const payment = await paymentOfOrder(app.db.pool, app.vault, key)
  if (!payment) throw paymentUnknown(key.paymentNo)
  return payment
}

/** As `readOrder`; one outside of the scope is as unknown as one that does not exist. */
export async function readOrderWithin(app: Paying, scope: Scope, orderNo: string): Promise<Order> {
  const order = await readOrder(app, orderNo)
  if (!covers(scope, { merchant: order.merchantNo })) throw orderUnknown(orderNo)
  return order
}

/** As `readPayment`; one outside of the scope is as unknown as one that does not exist. */
export async function readPaymentWithin(app: Paying, scope: Scope, paymentNo: string): Promise<Payment> {
  const payment = await readPayment(app, paymentNo)
  if (!covers(scope, { merchant: payment.merchantNo, channel: payment.channel })) throw paymentUnknown(paymentNo)
  return payment
}

export const orderUnknown = (orderNo: string): Failure =>
  new Failure(
    'order_unknown',
    { zh: `没有缴费单 ${orderNo}`, en: `There is no order ${orderNo}` },
    { order_no: orderNo },
  )

const paymentUnderWay = (orderNo: string): Failure =>
  new Failure(
    'payment_under_way',
    {
      zh: '该缴费单正在另一处发起支付，请稍候几秒再试',
      en: 'Another payment of this order is being begun; try again in a few seconds',
    },
    { order_no: orderNo },
  )

const feeItemUnavailable = ({ merchantNo, feeItemId, currency }: OrderAsk): Failure =>
  new Failure(
    'fee_item_unavailable',
    {
      zh: `收费单位 ${merchantNo} 没有启用中的 ${currency} 缴费项目 ${feeItemId}：请检查编号与币种，或先启用`,
      en: `Merchant ${merchantNo} has no active fee item ${feeItemId} in ${currency}: check numbers and currency, or activate it first`,
    },
    { merchant_no: merchantNo, fee_item_id: feeItemId, currency },
  )
