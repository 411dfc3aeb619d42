import { alipayNotice } from './alipay.ts'
import type { Order, Refund } from './book.ts'
import type { Desk } from './desk.ts'
import { PAYERS } from './payer.ts'
import { unionpayNotice } from './unionpay.ts'
import { type NoticeParts, wechatNotice } from './wechat.ts'

/** A merchant takes no notice that was signed more than five minutes ago. */
const GOOD_MS = 240_000
/** Signatures asked of the thread pool in one go. */
const AT_ONCE = 500

export type Planned = {
  readonly paymentNo: string
  /** When the payer will pay, epoch milliseconds. */
  readonly at: number
}

type Ready = { readonly parts: NoticeParts; readonly paidAt: number; readonly signedAt: number }

/**
 * Notices that are signed before anybody pays. A signature costs more than all else of a payment, and where the platform is put under load it is the channels' processors, not
 * this one, that would make it. What is sent, repeats included, is what would have been made at that moment.
 */
export class SignedAhead {
  readonly #ready = new Map<string, Ready>()

  /** Signs for payments of the usual payer in full, as planned. */
  async sign(desk: Desk, plans: readonly (Omit<Planned, 'paymentNo'> & { readonly order: Order })[]): Promise<void> {
    for (let from = 0; from < plans.length; from += AT_ONCE)
      await Promise.all(
        plans.slice(from, from + AT_ONCE).map(async ({ order, at }) => {
          const paid: Order = { ...order, state: 'paid', paidAt: at, payer: PAYERS[order.channel], paid: order.amount }
          const signedAt = desk.now()
          const parts = await noticeOf(desk, idOf(order), { order: paid, refund: null }, SOUND)
          this.#ready.set(idOf(order), { parts, paidAt: at, signedAt })
        }),
      )
  }

  /** When the payment was planned; null: it was not. */
  paidAt(order: Order): number | null {
    return this.#ready.get(idOf(order))?.paidAt ?? null
  }

  /** The notice of what was paid; null: none was signed, of something else, or too long ago. */
  find(order: Order, now: number): NoticeParts | null {
    const ready = this.#ready.get(idOf(order))
    const asPlanned = ready && order.paidAt === ready.paidAt && isUsual(order, order.payer, order.paid)
    return asPlanned && now - ready.signedAt < GOOD_MS ? ready.parts : null
  }
}

/** Whether all of it is paid, by whom it usually is. */
const isUsual = ({ channel, amount }: Order, payer: string, paid: number): boolean =>
  payer === PAYERS[channel] && paid === amount

const SOUND = { wrong: false, fen: 0 }
const idOf = ({ channel, no }: Order): string => `payment/${channel}/${no}`

/** What the channel of the order sends. */
export async function noticeOf(
  desk: Desk,
  id: string,
  about: { readonly order: Order; readonly refund: Refund | null },
  spoiling: { readonly wrong: boolean; readonly fen: number },
): Promise<NoticeParts> {
  const { channel } = about.order
  if (channel === 'wechat') return await wechatNotice(desk, id, about, spoiling)
  return channel === 'alipay' ? await alipayNotice(desk, id, about, spoiling) : unionpayNotice(desk, about, spoiling)
}
