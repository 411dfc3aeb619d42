import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeChannel, fakeChannels } from '../../testkit/fake_channel.ts'
import { testPlatform } from '../../testkit/platform.ts'
import type { Notice, RawNotice } from '../channels/channel.ts'

const BILL = {
  order_no: 'FZ1',
  merchant_no: 'M1',
  fee_item_id: 'W1',
  account_no: '10086',
  amount: '128.60',
  period: '2026-11',
}
const PAY = { id: 'phone-0001', channel: 'wechat', method: 'native' }

/** A channel whose notices are what the test writes into the body. */
class TalkingChannel extends FakeChannel {
  override async readNotice(raw: RawNotice): Promise<Notice> {
    const body = raw.body.toString()
    if (body === 'forged') return await super.readNotice(raw)
    const notice = JSON.parse(body) as { paymentNo: string; orderNo: string; amount: number }
    const outcome = this.pay(notice, new Date('2026-11-20T10:00:30+08:00'))
    return { kind: 'payment', paymentNo: notice.paymentNo, orderNo: notice.orderNo, outcome }
  }
}

test('a bill over HTTP: issued, found, paid, followed, refunded in part, and in the records', async t => {
  const channel = new TalkingChannel()
  const { clerk, checker, anybody, platform, clock } = await testPlatform(t, fakeChannels(channel))
  const issued = await clerk('POST', '/api/orders', BILL)
  assert.deepEqual([issued.status, issued.body.state, issued.body.due], [200, 'unpaid', '128.60'])
  const found = await anybody('GET', '/api/bills?merchant_no=M1&account_no=10086')
  assert.deepEqual(
    [issued.body.account_no, found.body.orders],
    ['10086', [{ ...issued.body, account_no: '***86', payment_under_way: false }]],
  )

  const begun = await anybody('POST', '/api/orders/FZ1/payments', PAY)
  assert.deepEqual([begun.status, begun.body.state, begun.body.checkout.kind], [200, 'pending', 'qr'])
  const paymentNo = begun.body.payment_no
  const underWay = async () =>
    (await anybody('GET', '/api/bills?merchant_no=M1&account_no=10086')).body.orders[0].payment_under_way
  assert.equal(await underWay(), true, 'who has just paid is not asked to pay again')
  const stream = await fetch(`${platform.url}/api/payments/${paymentNo}/progress`)
  const events = (stream.body as ReadableStream<Uint8Array>).getReader()
  const seen = async (text: string) => {
    for (let all = ''; !all.includes(text); ) {
      const { value, done } = await events.read()
      assert.ok(!done, `the stream ended before ${text}`)
      all += Buffer.from(value as Uint8Array).toString()
    }
  }
  await seen('"state":"pending"')
  clock.forward(60)
  const told = await fetch(`${platform.url}/notify/wechat/wechat-main`, {
    method: 'POST',
    body: JSON.stringify({ paymentNo, orderNo: 'FZ1', amount: 12_860 }),
  })
  assert.deepEqual([told.status, await told.text()], [200, 'ok'])
  await seen('"step":"booked","done":true')
  assert.equal(await underWay(), false)
  await events.cancel()

  const paid = await anybody('GET', `/api/payments/${paymentNo}`)
  assert.deepEqual(
    paid.body.steps.map((step: { done: boolean; at: string }) => `${step.done} ${step.at}`),
    [
      'true 2026-11-20T10:00:00+08:00',
      'true 2026-11-20T10:00:30+08:00',
      'true 2026-11-20T10:01:00+08:00',
      'false null',
    ],
  )
  for (const method of ['GET', 'POST'] as const) {
    const page = await fetch(`${platform.url}/pay/${paymentNo}`, {
      method,
      ...(method === 'POST' ? { body: new URLSearchParams({ respCode: '00' }) } : {}),
    })
    assert.match(await page.text(), /<h1>缴费成功/)
  }
  const refund = await clerk('POST', `/api/payments/${paymentNo}/refunds`, {
    id: 'refund-001',
    amount: '28.60',
    reason: '多缴',
  })
  assert.deepEqual([refund.status, refund.body.state, refund.body.amount], [200, 'success', '28.60'])
  const records = await checker('GET', '/api/records?account_no=10086')
  assert.partialDeepStrictEqual(records.body, {
    records: [
      { payment_no: paymentNo, state: 'success', refunded: '28.60', refund_flag: 'partial', reconciled: false },
    ],
    next: null,
  })
})

test('the same id and body is the same answer, another body is refused with the field named', async t => {
  const { clerk, anybody } = await testPlatform(t, fakeChannels(new FakeChannel()))
  const first = await clerk('POST', '/api/orders', BILL)
  assert.deepEqual(await clerk('POST', '/api/orders', BILL), first)
  const other = await clerk('POST', '/api/orders', { ...BILL, amount: '128.61' })
  assert.deepEqual([other.status, other.body.error.code], [409, 'id_reused'])
  const begun = await anybody('POST', '/api/orders/FZ1/payments', PAY)
  const cancel = { id: 'cancel-001' }
  const cancelled = await anybody('POST', `/api/payments/${begun.body.payment_no}/cancel`, cancel)
  assert.equal(cancelled.body.state, 'closed')
  assert.deepEqual(await anybody('POST', `/api/payments/${begun.body.payment_no}/cancel`, cancel), cancelled)
  const reused = await clerk('POST', '/api/orders/FZ1/close', { id: 'cancel-001', reason: '开错' })
  assert.deepEqual([reused.status, reused.body.error.code], [409, 'id_reused'])
})

test('amounts that are none, fields that are missing, numbers that nobody has', async t => {
  const { clerk, anybody } = await testPlatform(t, fakeChannels(new FakeChannel()))
  for (const amount of ['0', '0.00', '-1', '1.234', '1e3', '', 12.5, '￥1', '999999999999999999']) {
    const { status, body } = await clerk('POST', '/api/orders', { ...BILL, amount })
    assert.ok(status === 422 || status === 400, `${amount}: ${status}`)
    assert.match(JSON.stringify(body.error), /amount/)
  }
  const missing = await clerk('POST', '/api/orders', { ...BILL, account_no: undefined })
  assert.match(missing.body.error.message_zh, /account_no/)
  for (const path of ['/api/orders/NONE', '/api/payments/NONE', '/api/payments/NONE/progress'])
    assert.equal((await anybody('GET', path)).status, 404, path)
})

test('without a key, or without a right key, nothing of the counter opens', async t => {
  const { anybody } = await testPlatform(t, fakeChannels(new FakeChannel()))
  const asks: ['GET' | 'POST', string, unknown?][] = [
    ['POST', '/api/orders', BILL],
    ['GET', '/api/records'],
    ['GET', '/api/payments/waiting'],
    ['GET', '/api/anomalies'],
    ['POST', '/api/payments/P/refunds', { id: 'refund-001', reason: 'x' }],
    ['GET', '/api/orders/FZ1/refunds'],
  ]
  for (const [method, path, body] of asks) assert.equal((await anybody(method, path, body)).status, 401, path)
})

test('forged and unknown notices are refused, kept with their address, and book nothing', async t => {
  const { clerk, platform } = await testPlatform(t, fakeChannels(new TalkingChannel()))
  const notify = (body: string) => fetch(`${platform.url}/notify/wechat/wechat-main`, { method: 'POST', body })
  assert.equal((await notify('forged')).status, 401)
  assert.equal((await notify(JSON.stringify({ paymentNo: 'NOBODY', orderNo: '', amount: 1 }))).status, 401)
  const kept = await clerk('GET', '/api/refused-notices')
  assert.deepEqual(
    kept.body.notices.map((notice: { code: string; address: string }) => `${notice.code} ${notice.address}`),
    ['payment_unknown 127.0.0.1', 'notice_forged 127.0.0.1'],
  )
  const { rows } = await platform.app.db.pool.query('select count(*) as n from movements')
  assert.equal(rows[0].n, 0)
})

test('what waits, and why; an anomaly is settled by a person', async t => {
  const channel = new TalkingChannel()
  const { clerk, anybody, platform } = await testPlatform(t, fakeChannels(channel))
  await clerk('POST', '/api/orders', BILL)
  channel.answers.create = [{ state: 'unknown', reason: 'time-out' }]
  const begun = await anybody('POST', '/api/orders/FZ1/payments', PAY)
  const waiting = await clerk('GET', '/api/payments/waiting')
  assert.partialDeepStrictEqual(waiting.body, {
    summary: [{ channel: 'wechat', state: 'created', answer: 'unknown', count: 1 }],
    payments: [{ payment_no: begun.body.payment_no, last_answer: 'unknown: time-out' }],
  })
  const body = JSON.stringify({ paymentNo: begun.body.payment_no, orderNo: 'FZ1', amount: 12_859 })
  await fetch(`${platform.url}/notify/wechat/wechat-main`, { method: 'POST', body })
  const [anomaly] = (await clerk('GET', '/api/anomalies')).body.anomalies
  assert.deepEqual([anomaly.kind, anomaly.evidence.asked, anomaly.evidence.amount], ['amount_differs', 12_860, 12_859])
  const path = `/api/anomalies/${anomaly.payment_no}/amount_differs/settle`
  const settled = await clerk('POST', path, { id: 'settle-001', note: '已与渠道核实' })
  assert.equal(settled.body.settled_by, 'service:clerk')
  assert.deepEqual((await clerk('GET', '/api/anomalies')).body.anomalies, [])
})
