import type { TestContext } from 'node:test'
import type { HotStatement } from '../src/distribution/hot_statements.ts'
import { compensate } from '../src/orders/compensation.ts'
import { askNow, learn, startPayment } from '../src/orders/operations.ts'
import type { Payment } from '../src/orders/payment.ts'
import { confirmItem } from '../src/reconciliation/items/operations.ts'
import { askRefund } from '../src/refunds/operations.ts'
import { compensateRefunds, learnRefund } from '../src/refunds/sending.ts'
import { actor } from './actors.ts'
import { clusterDatabase } from './citus_stand_in.ts'
import { daysCounter } from './days.ts'
import { FakeChannel, fakeChannels } from './fake_channel.ts'
import { issued, payingTest } from './paying.ts'
import { recorded } from './recorded.ts'

const SOMEBODY = actor('somebody')
const HOUR = 3600

/** The statements of the hot path, sent by its own operations to a real database that is taken for a cluster, by name; `doing` lists what each is sent for. */
export async function hotStatements(t: Pick<TestContext, 'after'>): Promise<readonly HotStatement[]> {
  const found = new Map<string, { name: string; text: string; doing: Set<string> }>()
  const doing = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    for (const { name, text } of await recorded(work)) {
      const known = found.get(name) ?? { name, text, doing: new Set<string>() }
      if (known.text !== text) throw new Error(`two statements are called ${name}: ${text}`)
      found.set(name, { ...known, doing: known.doing.add(what) })
    }
  }
  await pay(t as TestContext, doing)
  await confirm(t as TestContext, doing)
  return [...found.values()]
    .map(({ name, text, doing }) => ({ name, doing: [...doing].join(', '), text }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

type Doing = (what: string, work: () => Promise<unknown>) => Promise<void>

async function pay(t: TestContext, doing: Doing): Promise<void> {
  const channel = new FakeChannel()
  const { app, clock } = await payingTest(t, fakeChannels(channel), {}, await clusterDatabase(t))
  const begin = (orderNo: string, id: string): Promise<Payment> =>
    startPayment(app, SOMEBODY, { orderNo, id, channel: 'wechat', method: 'native', amount: null, openid: null })
  const attempt = async (orderNo: string): Promise<Payment> => {
    await issued(app, { orderNo })
    return await begin(orderNo, `phone-${orderNo}`)
  }
  await doing('issue', async () => {
    await issued(app, { orderNo: 'HOT-1' })
    await issued(app, { orderNo: 'HOT-1' })
  })
  let paid = {} as Payment
  await doing('pay', async () => {
    paid = await begin('HOT-1', 'phone-1')
    await begin('HOT-1', 'phone-1')
  })
  const failing = await attempt('HOT-2')
  const waiting = await attempt('HOT-3')
  const surplus = await attempt('HOT-4')
  await doing('notice', async () => {
    const said = channel.pay(paid, clock.now())
    await learn(app, { ...paid, orderNo: '' }, said, 'notice')
    await learn(app, failing, { state: 'failed', code: 'BALANCE', reason: 'no money' }, 'notice')
    await learn(app, waiting, { state: 'pending' }, 'notice')
    await learn(app, surplus, channel.pay(surplus, clock.now(), { amount: surplus.amount + 1 }), 'notice')
  })
  await doing('ask', async () => {
    clock.forward(HOUR)
    await compensate(app)
    await askNow(app, SOMEBODY, waiting.paymentNo)
  })
  await doing('refund', async () => {
    channel.answers.refund = [{ state: 'pending', channelRefundNo: 'R1' }]
    const ask = { id: 'refund-1', paymentNo: paid.paymentNo, amount: 100, reason: '多缴' }
    const { refundNo } = await askRefund(app, SOMEBODY, ask)
    await learnRefund(app, refundNo, { state: 'pending', channelRefundNo: 'R1' })
    clock.forward(HOUR)
    channel.answers.queryRefund = [{ state: 'success', channelRefundNo: 'R1', amount: 100, refundedAt: clock.now() }]
    await compensateRefunds(app)
  })
}

async function confirm(t: TestContext, doing: Doing): Promise<void> {
  const day = '2026-11-20'
  const counter = await daysCounter(t)
  const rows = ['10:00:00', '10:01:00'].map((time, i) => ({ no: `P${i + 1}`, fen: 5000, at: `${day} ${time}` }))
  await counter.paysOnPlatform(...rows)
  await counter.statement(
    day,
    rows.map((row, i) => ({ ...row, fen: row.fen + i })),
  )
  await counter.settle(day)
  await doing('confirm', async () => {
    await confirmItem(counter.app, SOMEBODY, { id: 'confirm-0001', paymentNo: 'P1', reason: '' })
    await confirmItem(counter.app, SOMEBODY, { id: 'confirm-0002', paymentNo: 'P2', reason: '与银行核实' })
  })
}
