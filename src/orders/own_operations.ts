import type { Actor } from '../access/actor.ts'
import type { Target } from '../access/lock_out.ts'
import { countFailure, forgiveTries, holdTries } from '../access/tries.ts'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import { maskNumber } from '../kernel/mask.ts'
import type { App } from '../system/app.ts'
import { paymentUnknown } from './book.ts'
import type { Order } from './order.ts'
import { type Proof, provenBy } from './own.ts'
import * as store from './own_store.ts'
import type { Payment } from './payment.ts'
import { type PaymentRecord, paymentRecords } from './record_store.ts'
import { findOrder, findPayment, ordersOfAccount } from './store.ts'

/** What a payer does with his own account numbers and bills. */

const BILLS_MAX = 200
const BINDINGS_MAX = 50

type AccountNumber = { readonly merchantNo: string; readonly accountNo: string }

/**
 * Binds an account number to the payer's account. Whether there is none of that number or the proof is wrong: one answer, and both count towards a lock
 * of this number and of this payer. Throws binding_refused, bindings_too_many, log_in_locked.
 */
export async function bindAccount(
  app: App,
  actor: Actor,
  ask: AccountNumber & Proof,
): Promise<readonly store.Binding[]> {
  const { merchantNo, accountNo } = ask
  const target: Target = { kind: 'proof', of: `${merchantNo} ${accountNo}` }
  const targets = [target, { kind: 'proof', of: actor.accountId }] as const
  const bound = await app.db.transaction(async tx => {
    const at = app.now()
    await holdTries(tx, app.vault, at, targets)
    const proof = provenBy(await ordersOfAccount(tx, app.vault, merchantNo, accountNo, BILLS_MAX), ask)
    if (proof === null) {
      await countFailure(tx, app.vault, at, targets)
      return false
    }
    for (const one of targets) await forgiveTries(tx, app.vault, one)
    await store.lockBindings(tx, actor.accountId)
    const bindings = await store.bindingsOf(tx, app.vault, actor.accountId)
    if (bindings.some(isOf(ask))) return true
    if (bindings.length >= BINDINGS_MAX) throw tooMany()
    await store.insertBinding(tx, app.vault, actor.accountId, { id: app.newId(), merchantNo, accountNo, proof }, at)
    await record(tx, at, actor, [
      {
        what: 'binding.add',
        object: { kind: 'account', id: actor.accountId },
        after: { merchant_no: merchantNo, account_no: maskNumber(accountNo), proof },
      },
    ])
    return true
  })
  if (!bound) throw refused()
  return await store.bindingsOf(app.db.pool, app.vault, actor.accountId)
}

const isOf =
  ({ merchantNo, accountNo }: AccountNumber) =>
  (bound: store.Binding): boolean =>
    bound.merchantNo === merchantNo && bound.accountNo === accountNo

/** Throws binding_unknown. */
export async function unbindAccount(app: App, actor: Actor, { merchantNo, accountNo }: AccountNumber): Promise<void> {
  await app.db.transaction(async tx => {
    await store.lockBindings(tx, actor.accountId)
    const bound = (await store.bindingsOf(tx, app.vault, actor.accountId)).find(isOf({ merchantNo, accountNo }))
    if (!bound) throw bindingUnknown()
    await store.deleteBinding(tx, bound.id)
    await record(tx, app.now(), actor, [
      {
        what: 'binding.remove',
        object: { kind: 'account', id: actor.accountId },
        before: { merchant_no: merchantNo, account_no: maskNumber(accountNo) },
      },
    ])
  })
}

export const ownBindings = (app: App, actor: Actor): Promise<store.Binding[]> =>
  store.bindingsOf(app.db.pool, app.vault, actor.accountId)

export const ownBills = async (app: App, actor: Actor): Promise<Order[]> =>
  await store.ordersOfNumbers(app.db.pool, app.vault, await ownBindings(app, actor), BILLS_MAX)

/** 缴费记录 of one bound account number. Throws binding_unknown. */
export async function ownRecords(
  app: App,
  actor: Actor,
  { merchantNo, accountNo }: AccountNumber,
): Promise<PaymentRecord[]> {
  if (!(await ownBindings(app, actor)).some(isOf({ merchantNo, accountNo }))) throw bindingUnknown()
  const own = [{ merchants: [merchantNo], channels: null }]
  return await paymentRecords(app.db.pool, app.vault, own, { merchantNo, accountNo, limit: BILLS_MAX })
}

/**
 * One of his own payments: of a bill of an account number that he has bound. Anybody else's is as unknown as one that does not exist.
 * Throws payment_unknown.
 */
export async function ownPayment(
  app: App,
  actor: Actor,
  paymentNo: string,
): Promise<{ readonly payment: Payment; readonly order: Order }> {
  const payment = await findPayment(app.db.pool, app.vault, paymentNo)
  const order = payment && (await findOrder(app.db.pool, app.vault, payment.orderNo))
  if (!payment || !order || !(await ownBindings(app, actor)).some(isOf(order))) throw paymentUnknown(paymentNo)
  return { payment, order }
}

const bindingUnknown = (): Failure =>
  new Failure('binding_unknown', { zh: '没有绑定这个户号', en: 'This account number is not bound' })

const refused = (): Failure =>
  new Failure('binding_refused', {
    zh: '户号与所填户名或手机尾号不符：请对照账单核对',
    en: 'The account number does not fit the name or phone given: compare them with a bill',
  })

const tooMany = (): Failure =>
  new Failure('bindings_too_many', {
    zh: `最多绑定 ${BINDINGS_MAX} 个户号：请先解绑不用的`,
    en: `At most ${BINDINGS_MAX} account numbers can be bound: remove one first`,
  })
