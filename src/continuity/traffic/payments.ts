import { setTimeout as sleep } from 'node:timers/promises'
import { putOffQueries } from '../../orders/store.ts'
import { insist } from './insist.ts'
import type { Stage } from './stage.ts'

/** Something the platform has acknowledged, and when (epoch milliseconds). */
export type Acknowledged = { readonly no: string; readonly at: number }

/** A bill whose payment has begun. */
export type Begun = { readonly no: string; readonly orderNo: string }

const LANES = 24
const TICK_MS = 20

const WAYS = [
  { channel: 'wechat', method: 'native' },
  { channel: 'alipay', method: 'precreate' },
] as const

/** Payers are as quick here as they are: a payment is asked about so long after it is due, as it would be after its beginning. */
const ASKED_AFTER_MS = 5_000
/** While payments are begun, none of them is asked about: so many of them wait for their turn much longer than payers do. */
const NOT_NOW_MS = 3_600_000
const PUT_OFF = 250

/** Issues `count` bills and begins a payment for each, as issuers and payers would. */
export async function beginPayments(stage: Stage, count: number, random: () => number): Promise<Begun[]> {
  const begun: Begun[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const i = next++
      const way = WAYS[random() < 0.7 ? 0 : 1]
      const orderNo = `P${i}`
      await insist('POST', `${stage.platformUrl}/api/orders`, bill(orderNo, 1 + Math.floor(random() * 99_999)), {
        authorization: `Bearer ${stage.key}`,
      })
      const { status, body } = await insist('POST', `${stage.platformUrl}/api/orders/${orderNo}/payments`, {
        id: `drill-pay-${i}`,
        ...way,
      })
      if (status !== 200) throw new Error(`payment ${i} was refused: ${status} ${JSON.stringify(body)}`)
      begun.push({ no: body.payment_no, orderNo })
      if (begun.length % PUT_OFF === 0) await askLater(stage, begun.slice(-PUT_OFF), () => Date.now() + NOT_NOW_MS)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return begun
}

const askLater = ({ db }: Stage, payments: readonly Begun[], at: (index: number) => number): Promise<void> =>
  putOffQueries(
    db.pool,
    payments.map(({ no, orderNo }, i) => ({ orderNo, paymentNo: no, nextQueryAt: new Date(at(i)) })),
  )

/** Payments and when each is made: one after the other, from `from` on (epoch milliseconds). */
export type Schedule = { readonly payments: readonly Begun[]; readonly from: number; readonly rate: number }

const dueAt = ({ from, rate }: Omit<Schedule, 'payments'>, index: number): number => from + (index * 1000) / rate

/** Notices signed to find out how long that takes, and how much longer all may take. */
const TRIED = 200
const MARGIN = 1.3

/** Plans the payments at `rate` a second, signs their notices ahead, and has the platform ask about each when it is time. */
export async function plan(stage: Stage, payments: readonly Begun[], rate: number): Promise<Schedule> {
  const sign = (some: readonly Begun[], from: number): Promise<void> =>
    stage.sandbox.signAhead(some.map(({ no }, i) => ({ paymentNo: no, at: Math.floor(dueAt({ from, rate }, i)) })))
  const begun = performance.now()
  await sign(payments.slice(0, TRIED), Date.now())
  const each = (performance.now() - begun) / Math.min(TRIED, payments.length)
  const from = Date.now() + Math.ceil(each * payments.length * MARGIN) + 1_000
  await sign(payments, from)
  await askLater(stage, payments, i => dueAt({ from, rate }, i) + ASKED_AFTER_MS)
  return { payments, from, rate }
}

/** A bill of `fen`, in the shape of POST /api/orders. */
export const bill = (orderNo: string, fen: number): object => ({
  order_no: orderNo,
  merchant_no: 'M1',
  fee_item_id: 'W1',
  account_no: orderNo.slice(1),
  amount: (fen / 100).toFixed(2),
})

/** Payments made at the channels so far, acknowledged or not, and in how many milliseconds. */
export type Paid = { readonly count: number; readonly ms: number }

export type PaymentTraffic = {
  /** Payments whose notice the platform has taken: it promised the channel never to need it again. */
  readonly acknowledged: Acknowledged[]
  readonly paid: () => Paid
  /** Nobody pays any more; resolves when every notice was taken, or after `ms`: how many were not. */
  drain(ms: number): Promise<number>
  /** At once. */
  stop(): Promise<void>
}

/** Payers pay on schedule at the channels, whatever becomes of the platform; the channels send their signed notices until each is taken. */
export async function payOnSchedule(stage: Stage, schedule: Schedule): Promise<PaymentTraffic> {
  const { payments } = schedule
  const acknowledged: Acknowledged[] = []
  const waiting = new Set<string>()
  stage.sandbox.watch(event => {
    if (event.t !== 'noticed' || !event.taken) return
    const no = event.id.slice(event.id.lastIndexOf('/') + 1)
    if (waiting.delete(no)) acknowledged.push({ no, at: Date.now() })
  })
  let next = 0
  let lastAt = schedule.from
  let paying = true
  const pay = (no: string): void => {
    waiting.add(no)
    stage.sandbox.pay(no).catch(error => {
      throw new Error(`the sandbox refused ${no}`, { cause: error })
    })
  }
  await sleep(Math.max(0, schedule.from - Date.now()))
  const loop = (async () => {
    while (paying && next < payments.length) {
      while (next < payments.length && dueAt(schedule, next) <= Date.now()) pay((payments[next++] as Begun).no)
      lastAt = Date.now()
      await sleep(TICK_MS)
    }
  })()
  return {
    acknowledged,
    paid: () => ({ count: next, ms: lastAt - schedule.from }),
    async drain(ms) {
      paying = false
      await loop
      for (const end = performance.now() + ms; waiting.size > 0 && performance.now() < end; ) await sleep(TICK_MS)
      return waiting.size
    },
    async stop() {
      paying = false
      await loop
    },
  }
}
