import { setTimeout as sleep } from 'node:timers/promises'
import { insist } from './insist.ts'
import type { Stage } from './stage.ts'

/** Something the platform has acknowledged, and when (epoch milliseconds). */
export type Acknowledged = { readonly no: string; readonly at: number }

/** A bill whose payment has begun; `channel` is the sandbox's. */
export type Begun = { readonly no: string; readonly channel: 'wechat' | 'alipay' }

const LANES = 24
const TICK_MS = 20

const WAYS = [
  { channel: 'wechat', method: 'native' },
  { channel: 'alipay', method: 'precreate' },
] as const

/** Issues `count` bills and begins a payment for each, as issuers and payers would. */
export async function beginPayments(stage: Stage, count: number, random: () => number): Promise<Begun[]> {
  const begun: Begun[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const i = next++
      const way = WAYS[random() < 0.7 ? 0 : 1]
      await insist('POST', `${stage.platformUrl}/api/orders`, bill(`P${i}`, 1 + Math.floor(random() * 99_999)), {
        authorization: `Bearer ${stage.key}`,
      })
      const { status, body } = await insist('POST', `${stage.platformUrl}/api/orders/P${i}/payments`, {
        id: `drill-pay-${i}`,
        ...way,
      })
      if (status !== 200) throw new Error(`payment ${i} was refused: ${status} ${JSON.stringify(body)}`)
      begun.push({ no: body.payment_no, channel: way.channel })
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return begun
}

/** A bill of `fen`, in the shape of POST /api/orders. */
export const bill = (orderNo: string, fen: number): object => ({
  order_no: orderNo,
  merchant_no: 'M1',
  fee_item_id: 'W1',
  account_no: orderNo.slice(1),
  amount: (fen / 100).toFixed(2),
})

export type PaymentTraffic = {
  /** Payments whose notice the platform has taken: it promised the channel never to need it again. */
  readonly acknowledged: Acknowledged[]
  /** Paid at the channels so far, acknowledged or not. */
  readonly paid: () => number
  /** Nobody pays any more; resolves when every notice was taken, or after `ms`: how many were not. */
  drain(ms: number): Promise<number>
  /** At once. */
  stop(): Promise<void>
}

/** Payers pay `rate` payments a second at the channels, whatever becomes of the platform; the channels send their signed notices until each is taken. */
export function payAtRate(stage: Stage, payments: readonly Begun[], rate: number): PaymentTraffic {
  const acknowledged: Acknowledged[] = []
  const waiting = new Map<string, string>()
  const { book } = stage.sandbox
  const from = performance.now()
  let next = 0
  let paying = true
  let over = false
  const loop = (async () => {
    while (!over) {
      const due = Math.min(payments.length, Math.floor(((performance.now() - from) * rate) / 1000))
      while (paying && next < due) {
        const { no, channel } = payments[next++] as Begun
        waiting.set(`payment/${channel}/${no}`, no)
        stage.sandbox.pay(no).catch(error => {
          throw new Error(`the sandbox refused ${no}`, { cause: error })
        })
      }
      const at = Date.now()
      for (const [key, no] of waiting)
        if (!book.waiting.has(key) && book.order(channelOf(key), no)?.state === 'paid') {
          waiting.delete(key)
          acknowledged.push({ no, at })
        }
      await sleep(TICK_MS)
    }
  })()
  return {
    acknowledged,
    paid: () => next,
    async drain(ms) {
      paying = false
      for (const end = performance.now() + ms; waiting.size > 0 && performance.now() < end; ) await sleep(TICK_MS)
      over = true
      await loop
      return waiting.size
    },
    async stop() {
      over = true
      await loop
    },
  }
}

const channelOf = (key: string): Begun['channel'] => (key.startsWith('payment/wechat/') ? 'wechat' : 'alipay')
