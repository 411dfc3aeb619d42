import type { Actor } from '../access/actor.ts'
import { phonesOf } from '../access/store.ts'
import { record } from '../audit/record.ts'
import { maskText } from '../kernel/mask.ts'
import { enqueue } from '../notices/store.ts'
import { ownPayment } from '../orders/own_operations.ts'
import type { VoucherView } from '../reviews/api.ts'
import { takeVouchers, uploadVoucher } from '../reviews/voucher_operations.ts'
import { vouchersUsed } from '../reviews/voucher_store.ts'
import type { App } from '../system/app.ts'
import { once } from '../system/requests.ts'
import type { OwnAppealView } from './api.ts'
import {
  type Appeal,
  type AppealKind,
  type AppealSettings,
  appealOpenAlready,
  appealsTooMany,
  appealUnknown,
  checkFiling,
  checkOpen,
  dueAt,
  HOUR_MS,
} from './appeal.ts'
import { receivedMessages } from './messages.ts'
import * as store from './store.ts'
import { ownAppealView } from './views.ts'

export type Appealing = App & { readonly appeals: AppealSettings }

/** What a payer does about his own payments. */

export const VOUCHER_USE = 'appeal'
const DAY_MS = 24 * HOUR_MS
const OWN_MAX = 100

export type Filing = {
  /** Of the request. */
  readonly id: string
  readonly paymentNo: string
  readonly kind: AppealKind
  readonly text: string
  readonly channelTradeNo: string
  readonly email: string
  readonly vouchers: readonly string[]
}

/**
 * Files an appeal about one of his own payments; the clock begins. The same id and words give the same appeal.
 * Throws payment_unknown, what `checkFiling` throws, appeal_open_already, appeals_too_many, voucher_unknown, id_reused.
 */
export async function fileAppeal(app: Appealing, actor: Actor, filing: Filing): Promise<OwnAppealView> {
  // Only the number is kept as the request's answer: what he wrote is sealed.
  const { appeal_id } = await app.db.transaction(async tx => {
    const at = app.now()
    const { id, ...ask } = filing
    const request = { id, operation: 'file_appeal', body: { ...ask, by: actor.id }, actor: actor.id, at }
    return await once(tx, request, async () => {
      const { payment, order } = await ownPayment(app, actor, ask.paymentNo)
      checkFiling(ask, payment, await store.isReconciled(tx, payment.orderNo, payment.paymentNo))
      await store.lockPayerAppeals(tx, actor.accountId)
      const { perPayerAndDay } = app.appeals
      if ((await store.countFiled(tx, actor.accountId, new Date(at.getTime() - DAY_MS))) >= perPayerAndDay)
        throw appealsTooMany(perPayerAndDay)
      const appeal: Appeal = {
        id: app.newId(),
        kind: ask.kind,
        state: 'open',
        orderNo: payment.orderNo,
        paymentNo: payment.paymentNo,
        merchantNo: payment.merchantNo,
        channel: payment.channel,
        title: order.title,
        amount: payment.received ?? payment.amount,
        currency: payment.currency,
        channelTradeNo: ask.channelTradeNo,
        accountId: actor.accountId,
        filedName: actor.name,
        text: ask.text,
        email: ask.email,
        filedAt: at,
        dueAt: dueAt(at, app.appeals),
        reminded: 0,
        escalatedAt: null,
        owner: '',
        ownerName: '',
        discrepancyId: null,
        endedAt: null,
        endedBy: '',
        endedName: '',
        verdict: '',
        answer: '',
      }
      if (!(await store.insertAppeal(tx, app.vault, appeal))) throw appealOpenAlready(appeal.paymentNo)
      const vouchers = await takeVouchers(tx, actor, { kind: VOUCHER_USE, id: appeal.id }, ask.vouchers)
      const phones = await phonesOf(tx, app.vault, [actor.accountId])
      await enqueue(tx, app.vault, receivedMessages(appeal, phones.get(actor.accountId)), at)
      await record(tx, at, actor, [
        {
          what: 'appeal.file',
          object: { kind: 'appeal', id: appeal.id },
          after: {
            kind: appeal.kind,
            payment_no: appeal.paymentNo,
            due_at: appeal.dueAt.toISOString(),
            vouchers: vouchers.map(voucher => voucher.id),
          },
        },
      ])
      await store.tellAppealChanged(tx, [appeal.id])
      return { appeal_id: appeal.id }
    })
  })
  return await ownAppeal(app, actor, appeal_id)
}

/** He takes it back. Throws appeal_unknown, appeal_closed_already, id_reused. */
export async function withdrawAppeal(
  app: Appealing,
  actor: Actor,
  { id, appealId, reason }: { readonly id: string; readonly appealId: string; readonly reason: string },
): Promise<OwnAppealView> {
  await app.db.transaction(async tx => {
    const at = app.now()
    const body = { appealId, reason, by: actor.id }
    return await once(tx, { id, operation: 'withdraw_appeal', body, actor: actor.id, at }, async () => {
      const appeal = await store.lockAppeal(tx, app.vault, appealId)
      if (!appeal || appeal.accountId !== actor.accountId) throw appealUnknown(appealId)
      checkOpen(appeal)
      const ending = { state: 'withdrawn', by: actor.id, name: actor.name, verdict: '', answer: null } as const
      await store.endAppeals(tx, app.vault, [{ ...ending, id: appealId, at }])
      await record(tx, at, actor, [
        { what: 'appeal.withdraw', object: { kind: 'appeal', id: appealId }, after: { reason: maskText(reason) } },
      ])
      await store.tellAppealChanged(tx, [appealId])
      return { appeal_id: appealId }
    })
  })
  return await ownAppeal(app, actor, appealId)
}

/** His newest ones, with their clocks. */
export async function ownAppeals(app: Appealing, actor: Actor): Promise<OwnAppealView[]> {
  const appeals = await store.appealsOfPayer(app.db.pool, app.vault, actor.accountId, OWN_MAX)
  const vouchers = await vouchersUsed(
    app.db.pool,
    VOUCHER_USE,
    appeals.map(({ id }) => id),
  )
  const at = app.now()
  return appeals.map(appeal => ownAppealView(appeal, vouchers.get(appeal.id) ?? [], at))
}

/** Throws appeal_unknown. */
export async function ownAppeal(app: Appealing, actor: Actor, appealId: string): Promise<OwnAppealView> {
  const appeal = await store.findAppeal(app.db.pool, app.vault, appealId)
  if (!appeal || appeal.accountId !== actor.accountId) throw appealUnknown(appealId)
  const vouchers = await vouchersUsed(app.db.pool, VOUCHER_USE, [appealId])
  return ownAppealView(appeal, vouchers.get(appealId) ?? [], app.now())
}

/** Keeps a voucher of a payer's until he files with it. Throws what `uploadVoucher` throws. */
export const uploadOwnVoucher = (
  app: Appealing,
  actor: Actor,
  upload: { readonly id: string; readonly name: string; readonly content: Buffer },
): Promise<VoucherView> => uploadVoucher(app, actor, upload, app.appeals.vouchersPerPayerAndDay)
