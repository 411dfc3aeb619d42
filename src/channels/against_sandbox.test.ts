import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type MerchantDesk, merchantDesk, takenNotice, testSandbox } from '../../testkit/sandbox.ts'
import { businessDayOf } from '../kernel/business_day.ts'
import { openStatement } from '../statements/read.ts'
import type { Line } from '../statements/statement.ts'
import { referenceOf } from './bank/reference.ts'
import type { Channel, Checkout, Method, Notice, PaymentAsk, PaymentRef, RefundAsk, RefundOutcome } from './channel.ts'
import { openChannels } from './channels.ts'

/** The adapters against the sandbox, over the real protocols: two readings of what is published, held to each other. */

const GATEWAYS: readonly (readonly [account: string, methods: readonly Method[]])[] = [
  ['wechat-sandbox', ['native', 'h5', 'jsapi']],
  ['alipay-sandbox', ['precreate', 'page', 'wap']],
  ['unionpay-sandbox', ['gateway', 'wap']],
]

async function begin(t: TestContext, account: string, speed = 50) {
  const desk = await merchantDesk(t, { status: 200, body: '' })
  const sandbox = await testSandbox(t, { speed })
  const open = (timeout_ms: number): Channel =>
    openChannels(
      sandbox.accounts.map(each => ({ ...each, timeout_ms })),
      { now: () => new Date(), folder: '.' },
    ).account(account)
  const channel = open(30_000)
  desk.answer = { status: channel.accepted.status, body: channel.accepted.body }
  return { desk, sandbox, channel, impatient: open(500) }
}

let made = 0

function askOf(method: Method, desk: MerchantDesk, more: Partial<PaymentAsk> = {}): PaymentAsk {
  const now = Date.now()
  made++
  return {
    paymentNo: `01JDCJ3Q0Z5W8M2R7T9V4X${String(made).padStart(4, '0')}`,
    orderNo: `O2026112500${made}`,
    method,
    amount: 12_345,
    currency: 'CNY',
    title: '2026年11月水费 & 垃圾处理费',
    createdAt: new Date(now),
    expiresAt: new Date(now + 15 * 60_000),
    openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
    payerAddress: '203.0.113.7',
    notifyUrl: desk.url,
    returnUrl: 'https://pay.example.gov.cn/pay/1?a=1&b=2',
    ...more,
  }
}

const refundOf = (ask: PaymentAsk, channelTradeNo: string, no: number, amount: number): RefundAsk => ({
  refundNo: `${ask.paymentNo.slice(0, 24)}R${no}`,
  paymentNo: ask.paymentNo,
  orderNo: ask.orderNo,
  channelTradeNo,
  amount,
  paymentAmount: ask.amount,
  currency: 'CNY',
  reason: '多缴退回',
  paidAt: new Date(),
  askedAt: new Date(Date.now() - 11_000),
  notifyUrl: ask.notifyUrl,
})

/** What the payer's device does with it. */
async function openCheckout(checkout: Checkout): Promise<void> {
  if (checkout.kind === 'redirect') await (await fetch(checkout.url)).text()
  if (checkout.kind === 'form')
    await (await fetch(checkout.url, { method: 'POST', body: new URLSearchParams(checkout.fields) })).text()
}

async function created(channel: Channel, ask: PaymentAsk): Promise<void> {
  const answer = await channel.create(ask)
  assert.equal(answer.state, 'pending', JSON.stringify(answer))
  if (answer.state === 'pending') await openCheckout(answer.checkout)
}

async function nextNotice(channel: Channel, desk: MerchantDesk): Promise<Notice> {
  const { headers, body } = await takenNotice(desk)
  return await channel.readNotice({ headers, body: Buffer.from(body), at: new Date() })
}

async function settled(channel: Channel, refund: RefundAsk): Promise<RefundOutcome> {
  for (let i = 0; i < 500; i++) {
    const said = await channel.queryRefund(refund)
    if (said.state !== 'pending' && said.state !== 'unknown') return said
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error('the refund stays open')
}

for (const [account, methods] of GATEWAYS) {
  for (const method of methods)
    test(`${account}, ${method}: created, paid, noticed, refunded in part and in full`, async t => {
      const { desk, sandbox, channel } = await begin(t, account)
      const ask = askOf(method, desk)
      assert.deepEqual(await channel.query(ask), { state: 'absent' }, 'before it is created')
      await created(channel, ask)
      await sandbox.pay(ask.paymentNo)
      const notice = await nextNotice(channel, desk)
      const found = await channel.query(ask)
      assert.ok(found.state === 'success', JSON.stringify(found))
      assert.deepEqual(notice, {
        kind: 'payment',
        paymentNo: ask.paymentNo,
        orderNo: ask.orderNo,
        outcome: found,
      })
      assert.deepEqual([found.amount, found.currency, found.merchant], [12_345, 'CNY', channel.merchant])
      assert.ok(Math.abs(found.paidAt.getTime() - Date.now()) < 60_000, `paid at ${found.paidAt.toISOString()}`)
      assert.deepEqual(await channel.close(ask), { state: 'paid' })

      const part = refundOf(ask, found.channelTradeNo, 1, 345)
      assert.equal((await channel.queryRefund(part)).state, 'absent')
      const asked = await channel.refund(part)
      assert.ok(['pending', 'success'].includes(asked.state), JSON.stringify(asked))
      const refunded = await settled(channel, part)
      assert.ok(refunded.state === 'success' && refunded.amount === 345, JSON.stringify(refunded))
      const told = await nextNotice(channel, desk)
      assert.ok(told.kind === 'refund' && told.refundNo === part.refundNo)
      assert.deepEqual([told.outcome.state, told.paymentNo], ['success', ask.paymentNo])
      const again = await channel.refund(part)
      assert.ok(!['failed', 'absent'].includes(again.state), `the same refund again: ${JSON.stringify(again)}`)

      const rest = refundOf(ask, found.channelTradeNo, 2, 12_000)
      await channel.refund(rest)
      assert.equal((await settled(channel, rest)).state, 'success')
      const tooMuch = await channel.refund(refundOf(ask, found.channelTradeNo, 3, 1))
      assert.ok(['failed', 'unknown'].includes(tooMuch.state), JSON.stringify(tooMuch))
      const after = await channel.query(ask)
      assert.ok(after.state === 'success', `wholly refunded, it was paid all the same: ${JSON.stringify(after)}`)
    })

  test(`${account}: closed before it was paid, and again`, async t => {
    const { desk, sandbox, channel } = await begin(t, account)
    const ask = askOf(methods[0] as Method, desk)
    assert.deepEqual(await channel.close(ask), { state: 'closed' }, 'what is not there')
    await created(channel, ask)
    if (account === 'unionpay-sandbox') return
    assert.deepEqual(await channel.close(ask), { state: 'closed' })
    assert.deepEqual(await channel.close(ask), { state: 'closed' })
    if (account === 'wechat-sandbox') {
      assert.deepEqual(await channel.query(ask), { state: 'closed' })
      await assert.rejects(sandbox.pay(ask.paymentNo))
    }
  })

  test(`${account}: what is delayed, wrongly signed or broken off is unknown, and nothing is lost by it`, async t => {
    const { desk, sandbox, channel, impatient } = await begin(t, account)
    const ask = askOf(methods[0] as Method, desk)
    await created(channel, ask)
    await sandbox.pay(ask.paymentNo)
    const refund = refundOf(ask, '', 1, 345)
    for (const wrong of ['hang', 'error_500', 'sign_wrong'] as const) {
      await sandbox.rules(
        (['query', 'close', 'refund', 'query_refund'] as const).map(on => ({
          on,
          do: wrong,
          ...(wrong === 'hang' ? { ms: 3_000 } : {}),
        })),
      )
      const found = await impatient.query(ask)
      const closed = await impatient.close(ask)
      const asked = await impatient.queryRefund(refund)
      assert.deepEqual([found.state, closed.state, asked.state], ['unknown', 'unknown', 'unknown'], wrong)
    }
    await sandbox.rules([])
    const found = await channel.query(ask)
    assert.ok(found.state === 'success')
    // The money is given back, and the answer lost.
    const known = { ...refund, channelTradeNo: found.channelTradeNo }
    await sandbox.rules([{ on: 'refund', do: 'error_500' }])
    assert.equal((await channel.refund(known)).state, 'unknown')
    await sandbox.rules([])
    assert.equal((await settled(channel, known)).state, 'success')
  })

  test(`${account}: a notice that is wrongly signed is refused, and the right one comes again`, async t => {
    const { desk, sandbox, channel } = await begin(t, account, 1_000)
    await sandbox.rules([{ on: 'notice', do: 'sign_wrong', next: 1 }])
    desk.answer = { status: channel.refused.status, body: channel.refused.body }
    const ask = askOf(methods[0] as Method, desk)
    await created(channel, ask)
    await sandbox.pay(ask.paymentNo)
    await assert.rejects(nextNotice(channel, desk), { code: 'notice_forged' })
    await sandbox.rules([])
    desk.answer = { status: channel.accepted.status, body: channel.accepted.body }
    let notice: Notice | null = null
    // One that was under way may still be the wrong one.
    for (let i = 0; i < 5 && notice === null; i++) notice = await nextNotice(channel, desk).catch(() => null)
    assert.ok(notice?.kind === 'payment' && notice.outcome.state === 'success')
  })

  test(`${account}: the day's statement is downloaded and read`, async t => {
    const { desk, sandbox, channel } = await begin(t, account)
    const ask = askOf(methods[0] as Method, desk)
    await created(channel, ask)
    await sandbox.pay(ask.paymentNo)
    const found = await channel.query(ask)
    assert.ok(found.state === 'success')
    const day = businessDayOf(channel.calendar)(found.paidAt.getTime())
    assert.equal((await channel.downloadStatement(day, 'trade')).state, 'not_published')
    await sandbox.publish(channel.name, day)
    const ready = await channel.downloadStatement(day, 'trade')
    assert.ok(ready.state === 'ready', JSON.stringify(ready))
    const folder = mkdtempSync(join(tmpdir(), 'fzpay-statement-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const path = join(folder, ready.name)
    writeFileSync(path, ready.content)
    const statement = await openStatement(path)
    const lines: Line[] = []
    for await (const batch of statement.records()) lines.push(...batch)
    assert.deepEqual(
      lines.map(({ merchantOrderNo, tradeNo, amount }) => [merchantOrderNo, tradeNo, amount]),
      [[ask.paymentNo, found.channelTradeNo, 12_345]],
    )
  })
}

test('unionpay-sandbox: a refused card is no end while the payer may try again', async t => {
  const { desk, sandbox, channel } = await begin(t, 'unionpay-sandbox')
  const ask = askOf('gateway', desk)
  await created(channel, ask)
  const failing = await fetch(`${sandbox.url}/sandbox/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ payment_no: ask.paymentNo, result: 'failed' }),
  })
  assert.equal(failing.status, 200)
  assert.deepEqual(await channel.query(ask), { state: 'pending' })
  assert.equal((await channel.close(ask)).state, 'unknown')
  await sandbox.pay(ask.paymentNo)
  assert.equal((await channel.query(ask)).state, 'success')
})

test('bank-sandbox: a transfer is found by its reference, a refund by its own', async t => {
  const { desk, sandbox, channel } = await begin(t, 'bank-sandbox')
  const ask = askOf('transfer', desk)
  await created(channel, ask)
  const ref: PaymentRef = ask
  assert.deepEqual(await channel.query(ref), { state: 'pending' })
  await sandbox.transfer({ reference: `水费 ${referenceOf(ask.paymentNo).toLowerCase()}`, amount: 12_345 })
  const found = await channel.query(ref)
  assert.ok(found.state === 'success' && found.amount === 12_345, JSON.stringify(found))
  const refund = { ...refundOf(ask, found.channelTradeNo, 1, 345), askedAt: new Date() }
  const asked = await channel.refund(refund)
  assert.ok(asked.state === 'pending')
  assert.equal((await channel.queryRefund(refund)).state, 'pending')
  await sandbox.transfer({ reference: asked.channelRefundNo, amount: -345 })
  const refunded = await channel.queryRefund(refund)
  assert.ok(refunded.state === 'success' && refunded.amount === 345, JSON.stringify(refunded))
})
