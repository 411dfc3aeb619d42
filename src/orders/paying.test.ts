import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { actor } from '../../testkit/actors.ts'
import { FakeChannel, fakeChannels } from '../../testkit/fake_channel.ts'
import { outboxOf } from '../../testkit/outbox.ts'
import { issued, payingTest } from '../../testkit/paying.ts'
import { EVERYWHERE } from '../access/scope.ts'
import { Failure } from '../kernel/failure.ts'
import { compensate } from './compensation.ts'
import { waitingPayments } from './list_store.ts'
import {
  askNow,
  cancelPayment,
  closeOrder,
  issueOrder,
  learn,
  type PaymentRequest,
  readOrder,
  readPayment,
  startPayment,
} from './operations.ts'
import type { Paying } from './paying.ts'

const ask = (orderNo: string, id: string, change: Partial<PaymentRequest> = {}): PaymentRequest => ({
  orderNo,
  id,
  channel: 'wechat',
  method: 'native',
  amount: null,
  openid: null,
  ...change,
})
const refusedWith = (code: string) => (error: unknown) => error instanceof Failure && error.code === code

/** What the book says, in a line: order state and paid; movements; open anomalies; proposed refunds. */
async function book(app: Paying, orderNo: string): Promise<string> {
  const order = await readOrder(app, orderNo)
  const { rows } = await app.db.pool.query(
    `select coalesce((select string_agg(amount::text, ' ' order by id) from movements where order_no = $1), '-') as moved,
            coalesce((select string_agg(kind::text, ' ' order by kind) from payment_anomalies where order_no = $1), '-') as anomalies,
            coalesce((select string_agg(amount::text || ' ' || state, ' ') from refunds where order_no = $1), '-') as refunds`,
    [orderNo],
  )
  return `${order.state} ${order.paid} | ${rows[0].moved} | ${rows[0].anomalies} | ${rows[0].refunds}`
}

describe('issuing a bill', () => {
  test('the same bill again is the same bill; another under its number is refused', async t => {
    const { app } = await payingTest(t, fakeChannels())
    const first = await issued(app, { orderNo: 'FZ-1' })
    assert.equal(first.title, '水费')
    assert.deepEqual(await issued(app, { orderNo: 'FZ-1' }), first)
    await assert.rejects(issued(app, { orderNo: 'FZ-1', amount: 1 }), refusedWith('id_reused'))
    await assert.rejects(issued(app, { feeItemId: 'nothing' }), refusedWith('fee_item_unavailable'))
  })

  test('a thousand at once, each twice, are a thousand', async t => {
    const { app, db } = await payingTest(t, fakeChannels())
    const asks = Array.from({ length: 1000 }, (_, i) => ({
      orderNo: `B${i}`,
      merchantNo: 'M1',
      feeItemId: 'W1',
      accountNo: String(i),
      payerName: '',
      phone: '',
      email: '',
      title: '',
      period: '',
      amount: i + 1,
      currency: 'CNY',
      dueOn: null,
    }))
    const orders = await Promise.all([...asks, ...asks].map(one => issueOrder(app, actor('somebody'), one)))
    assert.equal(new Set(orders.map(order => order.orderNo)).size, 1000)
    const { rows } = await db.pool.query('select count(*) as n, sum(amount) as total from orders')
    assert.deepEqual(rows[0], { n: 1000, total: '500500' })
  })

  test('two different bills under one number at the same moment: one is issued, the other refused', async t => {
    const { app } = await payingTest(t, fakeChannels())
    const both = await Promise.allSettled([
      issued(app, { orderNo: 'X', amount: 100 }),
      issued(app, { orderNo: 'X', amount: 200 }),
    ])
    assert.deepEqual(both.map(one => one.status).sort(), ['fulfilled', 'rejected'])
    const won = both.find(one => one.status === 'fulfilled')
    assert.equal((await readOrder(app, 'X')).amount, won?.value.amount)
  })
})

describe('paying a bill', () => {
  test('created, submitted, noticed: paid, one movement, one message', async t => {
    const channel = new FakeChannel()
    const { app, db, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const payment = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    assert.equal(payment.state, 'pending')
    assert.deepEqual(payment.checkout, { kind: 'qr', codeUrl: `fake://${payment.paymentNo}` })
    const paid = channel.pay(payment, clock.forward(10))
    await learn(app, payment, paid, 'notice')
    await learn(app, payment, paid, 'notice')
    await learn(app, payment, paid, 'query')
    assert.equal(await book(app, orderNo), 'paid 10000 | 10000 | - | -')
    const rows = await outboxOf(app)
    assert.equal(rows.length, 1)
    assert.deepEqual(
      [rows[0]?.recipient, rows[0]?.template, rows[0]?.data.amount],
      ['13800000000', 'payment_succeeded', '100.00'],
    )
    const movement = await db.pool.query('select * from movements')
    assert.partialDeepStrictEqual(movement.rows[0], {
      payment_no: payment.paymentNo,
      channel_trade_no: paid.channelTradeNo,
      merchant_order_no: payment.paymentNo,
      merchant: channel.merchant,
      business_date: '2026-11-20',
    })
    await assert.rejects(startPayment(app, actor('somebody'), ask(orderNo, 'phone-2')), refusedWith('order_paid'))
  })

  test('the same request again is the same attempt; with another body it is refused', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const first = await startPayment(app, actor('somebody'), ask(orderNo, 'click-1'))
    assert.deepEqual(await startPayment(app, actor('somebody'), ask(orderNo, 'click-1')), first)
    assert.equal(channel.asked.filter(word => word.startsWith('create')).length, 1)
    await assert.rejects(
      startPayment(app, actor('somebody'), ask(orderNo, 'click-1', { method: 'h5' })),
      refusedWith('id_reused'),
    )
  })

  test('two clicks at the same moment begin one attempt', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const both = await Promise.all([
      startPayment(app, actor('somebody'), ask(orderNo, 'c')),
      startPayment(app, actor('somebody'), ask(orderNo, 'c')),
    ])
    assert.equal(both[0].paymentNo, both[1].paymentNo)
  })

  test('paid again from a second phone: the first attempt is asked about and closed before', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const first = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    channel.asked.length = 0
    const second = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-2'))
    assert.notEqual(second.paymentNo, first.paymentNo)
    assert.deepEqual(channel.asked, [
      `query ${first.paymentNo}`,
      `close ${first.paymentNo}`,
      `create ${second.paymentNo}`,
    ])
    assert.equal((await readPayment(app, first.paymentNo)).state, 'closed')
  })

  test('… and if it turns out to be paid, no second attempt is begun', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    channel.pay(await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1')), clock.now())
    await assert.rejects(startPayment(app, actor('somebody'), ask(orderNo, 'phone-2')), refusedWith('order_paid'))
    assert.equal(await book(app, orderNo), 'paid 10000 | 10000 | - | -')
  })

  test('… paid between the question and the closing', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    channel.pay(await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1')), clock.now())
    channel.answers.query = [{ state: 'pending' }]
    await assert.rejects(startPayment(app, actor('somebody'), ask(orderNo, 'phone-2')), refusedWith('order_paid'))
  })

  test('… and if the channel does not say, neither do we', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const first = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    channel.answers.query = [{ state: 'unknown', reason: 'time-out' }]
    await assert.rejects(
      startPayment(app, actor('somebody'), ask(orderNo, 'phone-2')),
      refusedWith('payment_outcome_unknown'),
    )
    assert.equal((await readPayment(app, first.paymentNo)).state, 'pending')
  })

  test('both phones paid all the same: the second is booked, not credited, and its return proposed', async t => {
    const [wechat, alipay] = [new FakeChannel('wechat'), new FakeChannel('alipay')]
    const { app, db, clock } = await payingTest(t, fakeChannels(wechat, alipay))
    const { orderNo } = await issued(app)
    const first = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    const second = await startPayment(
      app,
      actor('somebody'),
      ask(orderNo, 'phone-2', { channel: 'alipay', method: 'precreate' }),
    )
    const [a, b] = [wechat.pay(first, clock.now()), alipay.pay(second, clock.now())]
    await Promise.all([
      learn(app, second, b, 'notice'),
      learn(app, first, a, 'notice'),
      learn(app, second, b, 'notice'),
    ])
    const found = await book(app, orderNo)
    assert.equal(found, 'paid 10000 | 10000 10000 | duplicate_payment | 10000 awaiting_review')
    const { rows } = await db.pool.query('select template from outbox order by template')
    assert.deepEqual(
      rows.map(row => row.template),
      ['payment_succeeded', 'payment_surplus'],
    )
  })

  test('the amount in the notice is not what was asked for: booked, never as paid', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const payment = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    await learn(app, payment, channel.pay(payment, clock.now(), { amount: 9_000 }), 'notice')
    assert.equal(await book(app, orderNo), 'unpaid 0 | 9000 | amount_differs | 9000 awaiting_review')
  })

  test('the notice names another merchant: nothing is booked, a person must look', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const payment = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    await learn(app, payment, { ...channel.pay(payment, clock.now()), merchant: 'somebody' }, 'notice')
    assert.equal(await book(app, orderNo), 'unpaid 0 | - | merchant_differs | -')
    assert.equal((await readPayment(app, payment.paymentNo)).state, 'pending')
  })

  test('a payment nobody knows is told as such, and does not take its neighbours along', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const payment = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    const paid = channel.pay(payment, clock.now())
    const stray = { ...payment, paymentNo: 'NOBODY', orderNo: '' }
    const [known, unknown, otherOrder] = await Promise.allSettled([
      learn(app, payment, paid, 'notice'),
      learn(app, stray, paid, 'notice'),
      learn(app, { ...payment, orderNo: 'OTHER' }, paid, 'notice'),
    ])
    assert.equal(known.status, 'fulfilled')
    assert.ok(unknown.status === 'rejected' && refusedWith('payment_unknown')(unknown.reason))
    assert.ok(otherOrder.status === 'rejected' && refusedWith('payment_unknown')(otherOrder.reason))
  })

  test('refused before it was sent: the attempt is over, and another can begin at once', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const create = channel.create.bind(channel)
    channel.create = async () => {
      throw new Failure('openid_missing', { zh: '缺 openid', en: 'no openid' })
    }
    await assert.rejects(
      startPayment(app, actor('somebody'), ask(orderNo, 'phone-1', { method: 'jsapi' })),
      refusedWith('openid_missing'),
    )
    channel.create = create
    assert.equal((await startPayment(app, actor('somebody'), ask(orderNo, 'phone-2'))).state, 'pending')
  })

  test('parts: three of them pay a bill, and it is part_paid in between', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app, { feeItemId: 'S1' })
    await assert.rejects(
      startPayment(app, actor('somebody'), ask(orderNo, 'p-0', { amount: 999 })),
      refusedWith('part_too_small'),
    )
    for (const [amount, state] of [
      [3_000, 'part_paid'],
      [6_500, 'part_paid'],
      [500, 'paid'],
    ] as const) {
      const payment = await startPayment(app, actor('somebody'), ask(orderNo, `part-${amount}`, { amount }))
      await learn(app, payment, channel.pay(payment, clock.now()), 'notice')
      assert.equal((await readOrder(app, orderNo)).state, state)
    }
    assert.equal(await book(app, orderNo), 'paid 10000 | 3000 6500 500 | - | -')
  })

  test('what may not be paid in parts, nor beyond what is due', async t => {
    const { app } = await payingTest(t, fakeChannels(new FakeChannel()))
    const { orderNo } = await issued(app)
    await assert.rejects(
      startPayment(app, actor('somebody'), ask(orderNo, 'a', { amount: 9_999 })),
      refusedWith('part_payment_not_allowed'),
    )
    await assert.rejects(
      startPayment(app, actor('somebody'), ask(orderNo, 'b', { amount: 10_001 })),
      refusedWith('amount_exceeds_due'),
    )
    await assert.rejects(startPayment(app, actor('somebody'), ask('NONE', 'c')), refusedWith('order_unknown'))
  })
})

describe('delay compensation', () => {
  test('a lost notice is filled in by a query, and a late one then changes nothing', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const payment = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    assert.equal(await compensate(app), 0)
    const paid = channel.pay(payment, clock.forward(5))
    assert.equal(await compensate(app), 1)
    await learn(app, payment, paid, 'notice')
    assert.equal(await book(app, orderNo), 'paid 10000 | 10000 | - | -')
    clock.forward(86_400)
    assert.equal(await compensate(app), 0)
  })

  test('it asks on a growing schedule until the final word', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel), { paymentMinutes: 60 * 24 })
    const { orderNo } = await issued(app)
    await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    const gaps: number[] = []
    let last = clock.now().getTime()
    while (gaps.length < 7) {
      const { rows } = await app.db.pool.query('select next_query_at from payments_waiting')
      clock.forward((rows[0].next_query_at.getTime() - clock.now().getTime()) / 1000)
      gaps.push((clock.now().getTime() - last) / 1000)
      last = clock.now().getTime()
      assert.equal(await compensate(app), 1)
    }
    assert.deepEqual(gaps, [5, 15, 60, 300, 900, 1800, 3600])
  })

  test('the request to the channel got no answer: created, asked about, never guessed', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    channel.answers.create = [{ state: 'unknown', reason: 'time-out' }]
    const payment = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    const waiting = await waitingPayments(app.db.pool, app.vault, EVERYWHERE, 9)
    assert.deepEqual(
      waiting.map(({ state, lastAnswer }) => [state, lastAnswer]),
      [['created', 'unknown: time-out']],
    )
    channel.pay(payment, clock.forward(16))
    await compensate(app)
    assert.equal(await book(app, orderNo), 'paid 10000 | 10000 | - | -')
  })

  test('a bank transfer may take days', async t => {
    const channel = new FakeChannel('bank')
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const payment = await startPayment(
      app,
      actor('somebody'),
      ask(orderNo, 'a', { channel: 'bank', method: 'transfer' }),
    )
    clock.forward(3 * 86_400)
    await compensate(app)
    assert.equal((await readPayment(app, payment.paymentNo)).state, 'pending')
    channel.pay(payment, clock.forward(86_400))
    await compensate(app)
    assert.equal(await book(app, orderNo), 'paid 10000 | 10000 | - | -')
  })

  test('nobody completed it: closed with the channel once it has expired, and the bill can be paid anew', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const payment = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    clock.forward(40 * 60)
    await compensate(app)
    assert.deepEqual(channel.asked.slice(-1), [`close ${payment.paymentNo}`])
    assert.equal((await readPayment(app, payment.paymentNo)).state, 'closed')
    assert.equal((await startPayment(app, actor('somebody'), ask(orderNo, 'phone-2'))).state, 'pending')
  })

  test('a process that dies while asking only delays: the claim runs out', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const payment = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    channel.pay(payment, clock.forward(5))
    channel.answers.query = [
      () => {
        throw new Error('killed')
      },
    ]
    assert.equal(await compensate(app), 1)
    assert.equal(await compensate(app), 0)
    clock.forward(46)
    assert.equal(await compensate(app), 1)
    assert.equal(await book(app, orderNo), 'paid 10000 | 10000 | - | -')
  })

  test('closed while the channel did not know it, and paid after all: found in the end', async t => {
    const channel = new FakeChannel('alipay')
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const payment = await startPayment(
      app,
      actor('somebody'),
      ask(orderNo, 'a', { channel: 'alipay', method: 'precreate' }),
    )
    channel.answers.query = [{ state: 'absent' }]
    assert.equal((await cancelPayment(app, actor('somebody'), payment.paymentNo)).state, 'closed')
    channel.pay(payment, clock.forward(4))
    assert.equal(await compensate(app), 0)
    clock.forward(1)
    assert.equal(await compensate(app), 1)
    assert.equal(await book(app, orderNo), 'paid 10000 | 10000 | - | -')
  })

  test('… never paid: asked about on the same schedule, until nobody can pay it any longer', async t => {
    const channel = new FakeChannel('alipay')
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const payment = await startPayment(
      app,
      actor('somebody'),
      ask(orderNo, 'a', { channel: 'alipay', method: 'precreate' }),
    )
    channel.query = async () => ({ state: 'absent' })
    await cancelPayment(app, actor('somebody'), payment.paymentNo)
    let asked = 0
    for (let minute = 0; minute < 60; minute++) {
      clock.forward(60)
      asked += await compensate(app)
    }
    assert.ok(asked >= 4, `asked ${asked} times`)
    assert.equal((await readPayment(app, payment.paymentNo)).state, 'closed')
    assert.deepEqual(await waitingPayments(app.db.pool, app.vault, EVERYWHERE, 9), [])
  })

  test('补单: asked about at once when a person wants it', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const payment = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    channel.pay(payment, clock.now())
    assert.equal((await askNow(app, actor('somebody'), payment.paymentNo)).state, 'success')
  })
})

describe('taking a bill back', () => {
  test('unpaid: closed, and a later success is surplus', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    const payment = await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1'))
    assert.equal((await closeOrder(app, actor('somebody'), orderNo, '开错')).state, 'closed')
    assert.equal((await readPayment(app, payment.paymentNo)).state, 'closed')
    await assert.rejects(startPayment(app, actor('somebody'), ask(orderNo, 'phone-2')), refusedWith('order_closed'))
    await learn(app, payment, channel.pay(payment, clock.now()), 'notice')
    assert.equal(await book(app, orderNo), 'closed 0 | 10000 | order_closed | 10000 awaiting_review')
  })

  test('paid, even in part: refused', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const { orderNo } = await issued(app)
    channel.pay(await startPayment(app, actor('somebody'), ask(orderNo, 'phone-1')), clock.now())
    await assert.rejects(closeOrder(app, actor('somebody'), orderNo, 'x'), refusedWith('order_partly_paid'))
  })
})
