import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import {
  ALIPAY,
  contentOf,
  isSignedRequest,
  methodOf,
  NOW,
  parametersOf,
  told,
  trade,
} from '../../../testkit/alipay_platform.ts'
import { issue, privatePem } from '../../../testkit/certificates.ts'
import { ASK, NOTHING_SAID, REF, REFUND } from '../../../testkit/channel_asks.ts'
import { type Asked, standIn, type Told } from '../../../testkit/stand_in.ts'
import { zipOf } from '../../../testkit/zip.ts'
import type { Channel } from '../channel.ts'
import { openChannels } from '../channels.ts'

const open = (gateway: string, now = NOW, changes: object = {}): Channel =>
  openChannels([{ ...ALIPAY, base_url: `${gateway}/gateway.do`, timeout_ms: 2_000, ...changes }], {
    now: () => now,
    folder: '.',
  }).account('ali')

const QR: typeof ASK = { ...ASK, method: 'precreate' }
const ERROR = { code: '40004', msg: 'Business Failed', sub_msg: 's' }

test('a QR payment is asked for as the protocol has it, signed', async t => {
  const alipay = await standIn(t, asked =>
    told(asked, { code: '10000', msg: 'Success', qr_code: 'https://qr.alipay.com/bavh4wjlxf12tper3a' }),
  )
  assert.deepEqual(await open(alipay.url).create(QR), {
    state: 'pending',
    checkout: { kind: 'qr', codeUrl: 'https://qr.alipay.com/bavh4wjlxf12tper3a' },
  })
  const asked = alipay.asked[0] as Asked
  assert.ok(isSignedRequest(asked))
  const { method, app_id, sign_type, timestamp, notify_url, charset, version } = parametersOf(asked)
  assert.deepEqual(
    { method, app_id, sign_type, timestamp, notify_url, charset, version },
    {
      method: 'alipay.trade.precreate',
      app_id: '2021000000000001',
      sign_type: 'RSA2',
      timestamp: '2026-11-25 10:00:00',
      notify_url: ASK.notifyUrl,
      charset: 'utf-8',
      version: '1.0',
    },
  )
  assert.deepEqual(contentOf(asked), {
    out_trade_no: '01JDCJ3Q0Z5W8M2R7T9V4X6Y1A',
    total_amount: '123.45',
    subject: '2026年11月水费',
    time_expire: '2026-11-25 10:20:00',
    passback_params: 'O20261125000001',
  })
})

test('a page is an address signed by us; Alipay is not asked', async t => {
  const alipay = await standIn(t)
  const channel = open(alipay.url)
  for (const [method, api, product] of [
    ['page', 'alipay.trade.page.pay', 'FAST_INSTANT_TRADE_PAY'],
    ['wap', 'alipay.trade.wap.pay', 'QUICK_WAP_WAY'],
  ] as const) {
    const created = await channel.create({ ...ASK, method })
    assert.ok(created.state === 'pending' && created.checkout.kind === 'redirect')
    const asked = { url: created.checkout.url, body: '' }
    assert.ok(isSignedRequest(asked), method)
    assert.equal(methodOf(asked), api)
    const { notify_url, return_url, timestamp } = parametersOf(asked)
    assert.deepEqual([notify_url, return_url, timestamp], [ASK.notifyUrl, ASK.returnUrl, '2026-11-25 10:00:00'])
    const { product_code, total_amount, out_trade_no } = contentOf(asked)
    assert.deepEqual([product_code, total_amount, out_trade_no], [product, '123.45', ASK.paymentNo])
  }
  assert.deepEqual(alipay.asked, [])
})

const calls: readonly [name: string, call: (channel: Channel) => Promise<{ state: string }>][] = [
  ['create', channel => channel.create(QR)],
  ['query', channel => channel.query(REF)],
  ['close', channel => channel.close(REF)],
  ['refund', channel => channel.refund(REFUND)],
  ['queryRefund', channel => channel.queryRefund(REFUND)],
]

test('what Alipay does not say, or not believably, is unknown', async t => {
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const unsigned = ({ url }: Asked): Told => ({
    body: `{"${methodOf({ url }).replaceAll('.', '_')}_response":${JSON.stringify(trade())}}`,
  })
  const cases: (readonly [string, (asked: Asked) => Told])[] = [
    ...NOTHING_SAID.map(([name, answer]) => [name, () => answer] as const),
    ['an answer without a signature', unsigned],
    ['an answer of a stranger', asked => told(asked, trade(), stranger)],
    ['a changed answer', asked => ({ body: (told(asked, trade()).body as string).replace('123.45', '123.46') })],
    ['an error of a stranger', asked => told(asked, { ...ERROR, sub_code: 'ACQ.TRADE_NOT_EXIST' }, stranger)],
    ['the answer to another question', () => told({ url: '/?method=alipay.user.info' }, trade())],
    ['a signed error of the system', asked => told(asked, { code: '20000', msg: 'x', sub_code: 'isp.unknow-error' })],
    ['a signed answer without a code', asked => told(asked, {})],
  ]
  const alipay = await standIn(t)
  for (const [name, answer] of cases) {
    alipay.answer = answer
    const said = await Promise.all(calls.map(([, call]) => call(open(alipay.url))))
    for (const [i, { state }] of said.entries()) assert.equal(state, 'unknown', `${calls[i]?.[0]}: ${name}`)
  }
})

test('a query is about the order that was asked for', async t => {
  const alipay = await standIn(t, asked => told(asked, trade()))
  const channel = open(alipay.url)
  const found = await channel.query(REF)
  assert.ok(found.state === 'success' && found.merchant === ALIPAY.seller_id)
  assert.equal((await channel.query({ ...REF, paymentNo: 'P2' })).state, 'unknown')
  alipay.answer = asked => told(asked, { ...ERROR, sub_code: 'ACQ.TRADE_NOT_EXIST' })
  assert.deepEqual(await channel.query(REF), { state: 'absent' })
})

test('closing believes a word, and asks when there is none', async t => {
  const alipay = await standIn(t, asked => told(asked, { code: '10000', msg: 'Success' }))
  const channel = open(alipay.url)
  assert.deepEqual(await channel.close(REF), { state: 'closed' })
  const refusing = (sub_code: string, then: object) => (asked: Asked) =>
    told(asked, methodOf(asked) === 'alipay.trade.close' ? { ...ERROR, sub_code } : then)
  alipay.answer = refusing('ACQ.TRADE_NOT_EXIST', {})
  assert.deepEqual(await channel.close(REF), { state: 'closed' })
  alipay.answer = refusing('ACQ.TRADE_STATUS_ERROR', trade())
  assert.deepEqual(await channel.close(REF), { state: 'paid' })
  alipay.answer = refusing(
    'ACQ.REASON_TRADE_STATUS_INVALID',
    trade({ trade_status: 'TRADE_CLOSED', send_pay_date: undefined }),
  )
  assert.deepEqual(await channel.close(REF), { state: 'closed' })
  alipay.answer = refusing('ACQ.SYSTEM_ERROR', trade({ trade_status: 'WAIT_BUYER_PAY' }))
  assert.equal((await channel.close(REF)).state, 'unknown')
})

test('a refund that moved no money now is asked about', async t => {
  const answer = { code: '10000', msg: 'Success', trade_no: 't', refund_fee: '3.45' }
  const refunded = {
    ...answer,
    out_request_no: REFUND.refundNo,
    refund_amount: '3.45',
    refund_status: 'REFUND_SUCCESS',
  }
  const alipay = await standIn(t, asked => told(asked, { ...answer, fund_change: 'Y' }))
  const channel = open(alipay.url)
  const success = { state: 'success', channelRefundNo: REFUND.refundNo, amount: 345, refundedAt: null }
  assert.deepEqual(await channel.refund(REFUND), success)
  assert.deepEqual(contentOf(alipay.asked[0] as Asked), {
    out_trade_no: REFUND.paymentNo,
    refund_amount: '3.45',
    refund_reason: '多缴退回',
    out_request_no: REFUND.refundNo,
  })
  const then = (found: object) => (asked: Asked) =>
    told(asked, methodOf(asked) === 'alipay.trade.refund' ? { ...answer, fund_change: 'N' } : found)
  alipay.answer = then(refunded)
  assert.deepEqual(await channel.refund(REFUND), success)
  alipay.answer = then({ code: '10000', msg: 'Success' })
  assert.equal((await channel.refund(REFUND)).state, 'unknown', 'asked at once, "nothing" says nothing')
  assert.equal((await channel.queryRefund(REFUND)).state, 'absent', 'two minutes later it does')
  const soon = { ...REFUND, askedAt: new Date(NOW.getTime() - 9_000) }
  assert.equal((await channel.queryRefund(soon)).state, 'unknown')
})

test('certificate mode verifies by the certificate and names both of ours', async t => {
  const root = issue({ name: 'Ant Root', issuer: null, ca: true })
  const theirs = issue({ name: 'Alipay', issuer: root })
  const ours = issue({ name: 'Merchant', issuer: root })
  const alipay = await standIn(t, asked => told(asked, trade(), theirs.key))
  const channel = open(alipay.url, NOW, {
    private_key: privatePem(ours.key),
    alipay_public_key: undefined,
    app_certificate: ours.pem,
    alipay_certificate: theirs.pem,
    alipay_root_certificate: root.pem,
  })
  assert.equal((await channel.query(REF)).state, 'success')
  const { app_cert_sn = '', alipay_root_cert_sn = '' } = parametersOf(alipay.asked[0] as Asked)
  assert.match(`${app_cert_sn} ${alipay_root_cert_sn}`, /^[0-9a-f]{32} [0-9a-f]{32}$/)
})

test('a bill is a zip, by an address that is good for half a minute', async t => {
  const zip = zipOf([{ name: '20887_20261124_业务明细.csv', data: Buffer.from('x') }])
  let content: Buffer = zip
  const alipay = await standIn(t, asked =>
    asked.method === 'POST'
      ? told(asked, { code: '10000', msg: 'Success', bill_download_url: `${alipay.url}/downloadBillFile.resource?x=1` })
      : { body: content },
  )
  const channel = open(alipay.url)
  assert.deepEqual(await channel.downloadStatement('2026-11-24', 'trade'), {
    state: 'ready',
    name: 'alipay-trade-2026-11-24.zip',
    content: zip,
  })
  assert.deepEqual(contentOf(alipay.asked[0] as Asked), { bill_type: 'trade', bill_date: '2026-11-24' })
  await channel.downloadStatement('2026-11-24', 'funds')
  assert.deepEqual(contentOf(alipay.asked[2] as Asked), { bill_type: 'signcustomer', bill_date: '2026-11-24' })
  content = Buffer.from('<html>expired</html>')
  assert.equal((await channel.downloadStatement('2026-11-24', 'trade')).state, 'failed')
})

test('no bill is not yet a bill until noon, and no trade afterwards', async t => {
  const alipay = await standIn(t, asked => told(asked, { ...ERROR, sub_code: 'isp.bill_not_exist' }))
  const state = async (time: string) =>
    (await open(alipay.url, new Date(`2026-11-25T${time}+08:00`)).downloadStatement('2026-11-24', 'trade')).state
  assert.equal(await state('11:59:59'), 'not_published')
  assert.equal(await state('12:00:00'), 'empty')
})
