import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import Fastify from 'fastify'
import { actor } from '../../testkit/actors.ts'
import { FakeChannel, fakeChannels } from '../../testkit/fake_channel.ts'
import { issued, payingTest } from '../../testkit/paying.ts'
import { learn, startPayment } from './operations.ts'
import { differences, type Receipt, readCode, receiptCode } from './receipt.ts'
import { type Certifying, issueReceipt, printReceipt, verifyReceipt } from './receipt_operations.ts'
import { openPress } from './receipt_press.ts'
import { receiptRoutes } from './receipt_routes.ts'

const PAYER = actor('payer')
const KEY = 'a secret of at least thirty-two characters'

async function counter(t: TestContext) {
  const channel = new FakeChannel()
  const { app, db, clock } = await payingTest(t, fakeChannels(channel))
  const press = openPress()
  t.after(() => press.close())
  const certifying: Certifying = { ...app, receiptKeys: [KEY], press, verifyUrl: () => 'https://pay.example/verify' }
  const start = async () => {
    const { orderNo } = await issued(app, { amount: 140_950, accountNo: '3601002688', payerName: '欧阳修' })
    return await startPayment(app, actor('somebody'), {
      orderNo,
      id: `pay-${orderNo}`,
      channel: 'wechat',
      method: 'native',
      amount: null,
      openid: null,
    })
  }
  const paid = async () => {
    const payment = await start()
    await learn(app, payment, channel.pay(payment, app.now()), 'notice')
    return payment
  }
  return { app: certifying, db, clock, start, paid, channel }
}

test('a receipt says what was paid, masked, and is the same as long as nothing changes', async t => {
  const { app, clock, paid } = await counter(t)
  const { paymentNo, orderNo } = await paid()
  const receipt = await issueReceipt(app, PAYER, paymentNo)
  assert.deepEqual(
    [receipt.order_no, receipt.merchant, receipt.fee_item, receipt.account, receipt.payer, receipt.amount],
    [orderNo, '抚州水务', '水费', '******2688', '欧**', '1409.50'],
  )
  assert.equal(receipt.amount_in_capitals, '人民币壹仟肆佰零玖元伍角')
  assert.match(receipt.code, /^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
  clock.forward(3600)
  assert.deepEqual(await issueReceipt(app, PAYER, paymentNo), receipt)
  const many = await Promise.all(Array.from({ length: 8 }, () => issueReceipt(app, PAYER, paymentNo)))
  for (const one of many) assert.deepEqual(one, receipt)
})

test('eight asked for at the same time are one', async t => {
  const { app, db, paid } = await counter(t)
  const { paymentNo } = await paid()
  const codes = await Promise.all(
    Array.from({ length: 8 }, async () => (await issueReceipt(app, PAYER, paymentNo)).code),
  )
  assert.equal(new Set(codes).size, 1)
  assert.equal((await db.pool.query('select from receipts')).rowCount, 1)
})

test('the code is found however it is typed; what the paper says is compared', async t => {
  const { app, paid } = await counter(t)
  const receipt = await issueReceipt(app, PAYER, (await paid()).paymentNo)
  const typed = receipt.code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
  const found = await verifyReceipt(app, typed, { amount: '¥1,409.5', order_no: receipt.order_no })
  assert.deepEqual(found.receipt, receipt)
  assert.deepEqual(found.now, { refunded: '0.00', refund_flag: 'none', reversed: false, changed: false })
  await assert.rejects(verifyReceipt(app, receipt.code, { amount: '9409.50', order_no: 'X' }), {
    code: 'receipt_differs',
    detail: { receipt_no: receipt.receipt_no, fields: ['amount', 'order_no'] },
  })
  const wrong = (receipt.code[0] === '7' ? '8' : '7') + receipt.code.slice(1)
  for (const code of [wrong, '', '校验码', receipt.code.slice(1)])
    await assert.rejects(verifyReceipt(app, code), { code: 'receipt_unknown' })
})

test('a record that somebody altered no longer fits its code', async t => {
  const { app, db, paid } = await counter(t)
  const receipt = await issueReceipt(app, PAYER, (await paid()).paymentNo)
  await db.pool.query(`update receipts set facts = jsonb_set(facts, '{amount}', '"9409.50"')`)
  await assert.rejects(verifyReceipt(app, receipt.code), { code: 'receipt_tampered' })
})

test('after a refund there is a new receipt, and the old one says so', async t => {
  const { app, db, paid } = await counter(t)
  const { paymentNo, orderNo } = await paid()
  const before = await issueReceipt(app, PAYER, paymentNo)
  await db.pool.query('update payments set refunded = 950 where payment_no = $1', [paymentNo])
  await db.pool.query('update orders set refunded = 950 where order_no = $1', [orderNo])
  const after = await issueReceipt(app, PAYER, paymentNo)
  assert.notEqual(after.code, before.code)
  assert.deepEqual([after.refunded, after.refund_flag], ['9.50', 'partial'])
  assert.deepEqual((await verifyReceipt(app, before.code)).now, {
    refunded: '9.50',
    refund_flag: 'partial',
    reversed: false,
    changed: true,
  })
  assert.equal((await verifyReceipt(app, after.code)).now.changed, false)
})

test('keys are changed: old receipts stay genuine while their key is kept', async t => {
  const { app, paid } = await counter(t)
  const receipt = await issueReceipt(app, PAYER, (await paid()).paymentNo)
  const fresh = 'another secret of thirty-two characters or more'
  assert.equal((await verifyReceipt({ ...app, receiptKeys: [fresh, KEY] }, receipt.code)).genuine, true)
  await assert.rejects(verifyReceipt({ ...app, receiptKeys: [fresh] }, receipt.code), { code: 'receipt_tampered' })
  await assert.rejects(verifyReceipt({ ...app, receiptKeys: [] }, receipt.code), { code: 'receipts_not_configured' })
})

test('only money that paid the bill is certified', async t => {
  const { app, clock, start, paid, channel } = await counter(t)
  const waiting = await start()
  await assert.rejects(issueReceipt(app, PAYER, waiting.paymentNo), { code: 'receipt_not_due' })
  await assert.rejects(issueReceipt(app, PAYER, 'nothing'), { code: 'payment_unknown' })
  const other = await start()
  await learn(app as never, other, channel.pay({ ...other, amount: 1 }, clock.now()), 'notice')
  await assert.rejects(issueReceipt(app, PAYER, other.paymentNo), { code: 'receipt_not_due' })
  const reversed = await paid()
  await app.db.pool.query('update payments set reversed_at = now() where payment_no = $1', [reversed.paymentNo])
  await assert.rejects(issueReceipt(app, PAYER, reversed.paymentNo), { code: 'receipt_not_due' })
})

test('every field of a receipt is in its code', () => {
  const receipt: Receipt = {
    receipt_no: 'R1',
    issued_at: '2026-11-25T09:35:00+08:00',
    order_no: 'W1',
    payment_no: 'P1',
    merchant_no: 'M1',
    merchant: '水务',
    fee_item: '水费',
    account_label: '户号',
    account: '**88',
    payer: '张*',
    title: '水费',
    period: '2026-11',
    amount: '10.00',
    currency: 'CNY',
    channel: 'wechat',
    channel_trade_no: 'T1',
    paid_at: '2026-11-25T09:30:00+08:00',
    booked_at: '2026-11-25T09:30:01+08:00',
    refunded: '0.00',
    refund_flag: 'none',
  }
  const code = receiptCode(receipt, KEY)
  assert.equal(receiptCode({ ...receipt }, KEY), code)
  for (const field of Object.keys(receipt)) assert.notEqual(receiptCode({ ...receipt, [field]: 'x' }, KEY), code, field)
  assert.notEqual(receiptCode(receipt, `${KEY}!`), code)
  assert.equal(readCode('７Ｋ３Ｍ－7k3m 7K3M-7K3M'), '7K3M7K3M7K3M7K3M')
  assert.deepEqual(differences(receipt, { amount: '10' }), [])
  assert.deepEqual(differences(receipt, { amount: '10.001', payment_no: ' P1 ' }), ['amount'])
})

test('the PDF: the same receipt, the same bytes; rare characters and long names do not break it', async t => {
  const { app, paid } = await counter(t)
  const { paymentNo } = await paid()
  const first = await printReceipt(app, PAYER, paymentNo)
  assert.equal(first.pdf.subarray(0, 5).toString(), '%PDF-')
  assert.ok(first.pdf.length > 5_000 && first.pdf.length < 200_000, `${first.pdf.length} bytes`)
  assert.deepEqual((await printReceipt(app, PAYER, paymentNo)).pdf, first.pdf)
  await app.db.pool.query("update merchants set name = $1 || repeat('很长', 100)", ['𱍊𠮷\u202e'])
  assert.notDeepEqual((await printReceipt(app, PAYER, paymentNo)).pdf, first.pdf)
})

test('over HTTP: the receipt, its PDF, its verification', async t => {
  const { app, paid } = await counter(t)
  const { paymentNo } = await paid()
  const server = Fastify()
  receiptRoutes(server, app)
  const receipt = (await server.inject(`/payments/${paymentNo}/receipt`)).json()
  const pdf = await server.inject(`/payments/${paymentNo}/receipt.pdf`)
  assert.equal(pdf.headers['content-type'], 'application/pdf')
  assert.equal(pdf.rawPayload.subarray(0, 5).toString(), '%PDF-')
  const verified = (await server.inject(`/receipts/verify?code=${receipt.code}&amount=1409.50`)).json()
  assert.deepEqual([verified.genuine, verified.receipt.amount], [true, '1409.50'])
})
