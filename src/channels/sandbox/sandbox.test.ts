import { strict as assert } from 'node:assert'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { merchantDesk, sandboxFolder, takenNotice, testSandbox } from '../../../testkit/sandbox.ts'
import { inspectStatement } from '../../statements/inspect.ts'
import { referenceOf } from '../bank/reference.ts'
import type { Channel, Method, Notice, PaymentAsk, RefundAsk } from '../channel.ts'
import { openChannels } from '../channels.ts'
import { startSandbox } from './sandbox.ts'

/** The platform's own adapters against the sandbox, over HTTP. */
async function counter(t: TestContext, options: Parameters<typeof testSandbox>[1] = {}) {
  const desk = await merchantDesk(t, { status: 200, body: 'success' })
  const sandbox = await testSandbox(t, { speed: 100, ...options })
  const now = options.now ?? (() => new Date())
  const accounts = sandbox.accounts.map(account => ({ ...account, timeout_ms: 1_000 }))
  const channels = openChannels(accounts, { now, folder: '.' })
  const ask = (paymentNo: string, method: Method, amount = 12_345): PaymentAsk => ({
    ...{ paymentNo, orderNo: `O${paymentNo}`, method, amount, currency: 'CNY', title: '2026年11月水费' },
    ...{ createdAt: now(), expiresAt: new Date(now().getTime() + 1_800_000), payerAddress: '127.0.0.1' },
    ...{ openid: 'oPayer', notifyUrl: desk.url, returnUrl: `${desk.url}/back` },
  })
  /** The payer opens what he was given. */
  const create = async (channel: Channel, paymentAsk: PaymentAsk): Promise<void> => {
    const answer = await channel.create(paymentAsk)
    assert.equal(answer.state, 'pending', JSON.stringify(answer))
    if (answer.state !== 'pending') return
    const { checkout } = answer
    if (checkout.kind === 'redirect' || checkout.kind === 'qr') {
      const url = checkout.kind === 'qr' ? checkout.codeUrl : checkout.url
      assert.match(await (await fetch(url)).text(), /支付成功/)
    }
    if (checkout.kind === 'form') {
      const page = await fetch(checkout.url, { method: 'POST', body: new URLSearchParams(checkout.fields) })
      assert.match(await page.text(), /支付成功/)
    }
  }
  const notice = async (channel: Channel): Promise<Notice> => {
    const { headers, body } = await takenNotice(desk)
    return await channel.readNotice({ headers, body: Buffer.from(body), at: now() })
  }
  const refundOf = (payment: PaymentAsk, refundNo: string, amount: number, channelTradeNo: string): RefundAsk => ({
    ...{ refundNo, paymentNo: payment.paymentNo, orderNo: payment.orderNo, channelTradeNo, amount },
    ...{ paymentAmount: payment.amount, currency: 'CNY', reason: '多缴退回', paidAt: now(), askedAt: now() },
    notifyUrl: desk.url,
  })
  return { desk, sandbox, channels, ask, create, notice, refundOf }
}

const WAYS: readonly (readonly [account: string, method: Method])[] = [
  ['wechat-sandbox', 'native'],
  ['wechat-sandbox', 'jsapi'],
  ['wechat-sandbox', 'h5'],
  ['alipay-sandbox', 'precreate'],
  ['alipay-sandbox', 'page'],
  ['alipay-sandbox', 'wap'],
  ['unionpay-sandbox', 'gateway'],
]

test('each way to pay: ordered, paid, noticed, queried, refunded in part, and listed in a statement that is ready', async t => {
  const at = new Date('2026-11-25T10:00:00+08:00')
  let clock = at
  const { sandbox, channels, ask, create, notice, refundOf } = await counter(t, { now: () => clock })
  for (const [index, [account, method]] of WAYS.entries()) {
    const channel = channels.account(account)
    const payment = ask(`PAY${method.toUpperCase()}0001`, method, 10_000 + index)
    await create(channel, payment)
    await sandbox.pay(payment.paymentNo)
    const found = await channel.query(payment)
    assert.equal(found.state, 'success', `${method} ${JSON.stringify(found)}`)
    if (found.state !== 'success') continue
    assert.deepEqual([found.amount, found.merchant], [payment.amount, channel.merchant])
    const told = await notice(channel)
    assert.deepEqual([told.kind, told.paymentNo], ['payment', payment.paymentNo])
    assert.deepEqual(told.outcome, found, `${method}: notice and query say the same`)
    assert.deepEqual(told.kind === 'payment' && told.orderNo, payment.orderNo)
    assert.equal((await channel.close(payment)).state, 'paid')
    const refund = refundOf(payment, `REF${method.toUpperCase()}0001`, 4_000, found.channelTradeNo)
    assert.ok(['success', 'pending'].includes((await channel.refund(refund)).state))
    const back = await notice(channel)
    assert.deepEqual([back.kind, back.outcome.state], ['refund', 'success'], JSON.stringify(back))
    assert.equal((await channel.queryRefund(refund)).state, 'success')
  }

  clock = new Date('2026-11-26T10:30:00+08:00')
  const folder = await sandboxFolder(t)
  const inspected = async (name: string, kind: 'trade' | 'funds') => {
    const file = await channels.account(`${name}-sandbox`).downloadStatement('2026-11-25', kind)
    assert.equal(file.state, 'ready', JSON.stringify(file))
    if (file.state !== 'ready') throw new Error()
    await writeFile(join(folder, file.name), file.content)
    const { verdict, format, credits, debits, problems } = await inspectStatement(join(folder, file.name))
    assert.equal(verdict, 'ready', JSON.stringify(problems))
    return [format, credits?.count, credits?.amount, debits?.count, debits?.amount]
  }
  assert.deepEqual(await inspected('wechat', 'trade'), ['wechat-trade', 3, '300.03', 3, '120.00'])
  assert.deepEqual(await inspected('wechat', 'funds'), ['wechat-funds', 6, '300.75', 6, '121.80'])
  assert.deepEqual(await inspected('alipay', 'trade'), ['alipay-trade', 3, '300.12', 3, '120.00'])
  assert.deepEqual(await inspected('unionpay', 'trade'), ['unionpay', 1, '100.06', 1, '40.00'])
})

test('a notice that was signed ahead says what one made at that moment would; of another payer or too old, it is made anew', async t => {
  let clock = new Date('2026-11-25T10:00:00+08:00')
  const { sandbox, channels, ask, create, notice } = await counter(t, { now: () => clock })
  const heard: string[] = []
  sandbox.watch(event => void (event.t === 'noticed' && event.taken && heard.push(event.id)))
  for (const [account, method] of WAYS) {
    const channel = channels.account(account)
    const payments = ['PLANNED', 'OTHER', 'LATE'].map(name => ask(`${name}${method.toUpperCase()}`, method))
    for (const payment of payments) await create(channel, payment)
    const at = clock.getTime() + 2_000
    await sandbox.signAhead(payments.map(({ paymentNo }) => ({ paymentNo, at })))
    const paid = async (payment: PaymentAsk, payer?: string) => {
      await sandbox.pay(payment.paymentNo, payer === undefined ? {} : { payer })
      const told = await notice(channel)
      assert.deepEqual(
        told.outcome,
        await channel.query(payment),
        `${payment.paymentNo}: notice and query say the same`,
      )
      return told.outcome.state === 'success' ? told.outcome : assert.fail(payment.paymentNo)
    }
    const [planned, other, late] = payments as [PaymentAsk, PaymentAsk, PaymentAsk]
    assert.equal((await paid(planned)).paidAt.getTime(), at)
    assert.notEqual(
      (await paid(other, 'somebody-else')).payer,
      ((await channel.query(planned)) as { payer?: string }).payer,
    )
    clock = new Date(clock.getTime() + 600_000)
    assert.equal((await paid(late)).paidAt.getTime(), at, 'paid as planned, and signed when it was sent')
  }
  while (heard.length < WAYS.length * 3) await sleep(5)
  assert.ok(heard.every(id => id.startsWith('payment/')))
})

test('a bank transfer is found in the intraday file by its reference, and next day in the final one', async t => {
  let clock = new Date('2026-11-25T10:00:00+08:00')
  const { sandbox, channels, ask } = await counter(t, { now: () => clock })
  const bank = channels.account('bank-sandbox')
  const payment = ask('PAYBANK0001', 'transfer', 250_000)
  assert.equal((await bank.create(payment)).state, 'pending')
  assert.equal((await bank.query(payment)).state, 'pending')
  await sandbox.transfer({ reference: `水费 ${referenceOf('PAYBANK0001')}`, amount: 250_000 })
  const found = await bank.query(payment)
  assert.deepEqual([found.state, found.state === 'success' && found.amount], ['success', 250_000])
  assert.equal((await bank.downloadStatement('2026-11-25', 'trade')).state, 'not_published')
  clock = new Date('2026-11-26T10:00:00+08:00')
  await sandbox.rules([])
  const final = await bank.downloadStatement('2026-11-25', 'trade')
  assert.equal(final.state, 'ready')
  const account = sandbox.accounts[3]
  assert(account?.channel === 'bank')
  const path = join(account.statements.folder, 'statement-20261125.csv')
  const { verdict, records, credits } = await inspectStatement(path, { currency: 'CNY' })
  assert.deepEqual([verdict, records, credits?.amount], ['ready', 1, '2500.00'])
})

test('misbehaviour by rule: refused, silent after the deed, 500, wrongly signed, a payer faster than the closing', async t => {
  const { desk, sandbox, channels, ask, create, refundOf } = await counter(t)
  const wechat = channels.account('wechat-sandbox')
  await sandbox.rules([{ on: 'create', do: 'refuse', code: 'RULE_LIMIT', next: 1 }])
  assert.equal((await wechat.create(ask('RULE0000', 'native'))).state, 'failed')
  const payment = ask('RULE0001', 'native')
  await create(wechat, payment)
  await sandbox.rules([{ on: 'query', do: 'error_500', next: 1, no: 'RULE0001' }])
  assert.equal((await wechat.query(payment)).state, 'unknown')
  assert.equal((await wechat.query(payment)).state, 'pending')
  await sandbox.rules([{ on: 'query', do: 'sign_wrong', next: 1 }])
  assert.equal((await wechat.query(payment)).state, 'unknown')
  await sandbox.rules([
    { on: 'close', do: 'race' },
    { on: 'notice', do: 'drop' },
  ])
  assert.equal((await wechat.close(payment)).state, 'paid')
  const paid = await wechat.query(payment)
  assert.equal(paid.state, 'success')
  await sandbox.rules([{ on: 'refund', do: 'hang', next: 1 }])
  const refund = refundOf(payment, 'RULER001', 345, paid.state === 'success' ? paid.channelTradeNo : '')
  assert.equal((await wechat.refund(refund)).state, 'unknown')
  assert.match((await wechat.queryRefund(refund)).state, /pending|success/)
  assert.deepEqual(
    desk.notices.filter(({ body }) => body.includes('TRANSACTION')),
    [],
    'the dropped notice never came',
  )
  await assert.rejects(sandbox.rules([{ on: 'create', do: 'race' }]), { code: 'sandbox_rule_invalid' })
})

test('notices: repeated until they are taken, doubled, held back, wrongly signed, with another amount', async t => {
  const { desk, sandbox, channels, ask, create, notice } = await counter(t, { speed: 1_000 })
  const wechat = channels.account('wechat-sandbox')
  const paid = async (no: string): Promise<void> => {
    await create(wechat, ask(no, 'native'))
    await sandbox.pay(no)
  }
  desk.answer = { status: 500, body: '' }
  await paid('NOTE0001')
  await notice(wechat)
  desk.answer = { status: 204, body: '' }
  assert.equal((await notice(wechat)).kind, 'payment')
  await sandbox.rules([{ on: 'notice', do: 'double' }])
  await paid('NOTE0002')
  assert.deepEqual(
    [await notice(wechat), await notice(wechat)].map(told => told.kind === 'payment' && told.paymentNo),
    ['NOTE0002', 'NOTE0002'],
  )
  await sandbox.rules([{ on: 'notice', do: 'reorder', no: 'NOTE0003' }])
  await paid('NOTE0003')
  await paid('NOTE0004')
  assert.deepEqual(
    [await notice(wechat), await notice(wechat)].map(told => told.kind === 'payment' && told.paymentNo),
    ['NOTE0004', 'NOTE0003'],
  )
  await sandbox.rules([{ on: 'notice', do: 'sign_wrong' }])
  await paid('NOTE0005')
  await assert.rejects(notice(wechat), { code: 'notice_forged' })
  await sandbox.rules([{ on: 'notice', do: 'change_amount', fen: -1 }])
  await paid('NOTE0006')
  const { outcome } = await notice(wechat)
  assert.equal(outcome.state === 'success' && 'amount' in outcome && outcome.amount, 12_344)
})

test('a restated statement loses a row, gains one and changes one, and stays a statement', async t => {
  const clock = new Date('2026-11-25T10:00:00+08:00')
  const { sandbox, channels, ask, create } = await counter(t, { now: () => clock })
  const alipay = channels.account('alipay-sandbox')
  for (const no of ['REST0001', 'REST0002', 'REST0003']) {
    await create(alipay, ask(no, 'precreate', 1_000))
    await sandbox.pay(no)
  }
  await sandbox.publish('alipay', '2026-11-25')
  await sandbox.restate({
    ...{ channel: 'alipay', day: '2026-11-25', remove: ['REST0001'] },
    ...{ change: [{ no: 'REST0002', amount: '12.34' }], add: [{ no: 'REST0009', amount: '5.00' }] },
  })
  const made = sandbox.statement('alipay', '2026-11-25')
  assert.equal(made.state, 'ready')
  const path = join(await sandboxFolder(t), 'restated.zip')
  await writeFile(path, made.state === 'ready' ? made.content : '')
  const { verdict, credits, problems } = await inspectStatement(path)
  assert.deepEqual([verdict, credits?.count, credits?.amount], ['ready', 3, '27.34'], JSON.stringify(problems))
})

test('what comes late in the evening may be listed by the next statement, at its own time', async t => {
  let clock = new Date('2026-11-25T23:58:00+08:00')
  const { sandbox, channels, ask, create } = await counter(t, { now: () => clock })
  for (const no of ['LATE0001', 'LATE0002']) {
    await create(channels.account('alipay-sandbox'), ask(no, 'precreate', 1_000))
    await sandbox.pay(no)
  }
  await sandbox.restate({ channel: 'alipay', day: '2026-11-25', defer: ['LATE0002'] })
  clock = new Date('2026-11-27T09:30:00+08:00')
  for (const [day, listed] of [
    ['2026-11-25', ['LATE0001']],
    ['2026-11-26', ['LATE0002']],
  ] as const) {
    const made = sandbox.statement('alipay', day)
    const path = join(await sandboxFolder(t), `${day}.zip`)
    await writeFile(path, made.state === 'ready' ? made.content : '')
    const { verdict, credits } = await inspectStatement(path)
    assert.deepEqual([verdict, credits?.count, credits?.amount], ['ready', listed.length, '10.00'])
  }
})

test('killed with -9, it knows all it had answered, and goes on with notices that were not taken', async t => {
  const desk = await merchantDesk(t, { status: 500, body: '' })
  const folder = await sandboxFolder(t)
  const child = fork(join(import.meta.dirname, '../../../testkit/sandbox_process.ts'), [folder])
  const [{ url, accounts }] = (await once(child, 'message')) as [Pick<typeof startedShape, 'url' | 'accounts'>]
  const channels = openChannels(accounts, { now: () => new Date(), folder: '.' })
  const wechat = channels.account('wechat-sandbox')
  const payment: PaymentAsk = {
    ...{ paymentNo: 'KILL0001', orderNo: 'O1', method: 'native', amount: 500, currency: 'CNY', title: '水费' },
    ...{ createdAt: new Date(), expiresAt: new Date(Date.now() + 600_000), notifyUrl: desk.url, returnUrl: desk.url },
  }
  assert.equal((await wechat.create(payment)).state, 'pending')
  const paid = await fetch(`${url}/sandbox/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ payment_no: 'KILL0001' }),
  })
  assert.equal(paid.status, 200)
  await takenNotice(desk)
  await assert.rejects(startSandbox({ folder }), { code: 'sandbox_folder_in_use' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  // The machine stopped in the middle of a line.
  await appendFile(join(folder, 'journal.jsonl'), '{"t":"paid","chan')
  desk.answer = { status: 204, body: '' }
  const again = await testSandbox(t, { folder })
  assert.equal(again.book.order('wechat', 'KILL0001')?.state, 'paid')
  assert.match((await takenNotice(desk)).body, /TRANSACTION\.SUCCESS/)
  assert.match(await readFile(again.configFile, 'utf8'), /channel: wechat/)
})

declare const startedShape: Awaited<ReturnType<typeof startSandbox>>
