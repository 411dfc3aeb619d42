import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { ASK, NOTHING_SAID, REF, REFUND } from '../../../testkit/channel_asks.ts'
import { type Asked, standIn, type Told } from '../../../testkit/stand_in.ts'
import {
  isSignedPage,
  isSignedRequest,
  NOW,
  PLATFORM_ID,
  sha1,
  told,
  transaction,
  WECHAT,
} from '../../../testkit/wechat_platform.ts'
import type { Channel } from '../channel.ts'
import { openChannels } from '../channels.ts'

const open = (base_url: string, now = NOW): Channel =>
  openChannels([{ ...WECHAT, base_url, timeout_ms: 2_000 }], { now: () => now, folder: '.' }).account('wx')

const calls: readonly [name: string, call: (channel: Channel) => Promise<{ state: string }>][] = [
  ['create', channel => channel.create(ASK)],
  ['query', channel => channel.query(REF)],
  ['close', channel => channel.close(REF)],
  ['refund', channel => channel.refund(REFUND)],
  ['queryRefund', channel => channel.queryRefund(REFUND)],
]

test('a QR payment is asked for as the protocol has it, signed', async t => {
  const wechat = await standIn(t, () => told({ code_url: 'weixin://wxpay/bizpayurl?pr=p4lpSuKzz' }))
  assert.deepEqual(await open(wechat.url).create(ASK), {
    state: 'pending',
    checkout: { kind: 'qr', codeUrl: 'weixin://wxpay/bizpayurl?pr=p4lpSuKzz' },
  })
  const asked = wechat.asked[0] as Asked
  assert.equal(`${asked.method} ${asked.url}`, 'POST /v3/pay/transactions/native')
  assert.ok(isSignedRequest(asked))
  assert.equal(asked.headers['wechatpay-serial'], PLATFORM_ID)
  assert.deepEqual(JSON.parse(asked.body), {
    appid: 'wxd678efh567hg6787',
    mchid: '1900000109',
    description: '2026年11月水费',
    out_trade_no: '01JDCJ3Q0Z5W8M2R7T9V4X6Y1A',
    time_expire: '2026-11-25T10:20:00+08:00',
    attach: 'O20261125000001',
    notify_url: 'https://pay.example.gov.cn/notify/x/y',
    amount: { total: 12345, currency: 'CNY' },
  })
})

test('inside WeChat the page gets its parameters signed', async t => {
  const wechat = await standIn(t, () => told({ prepay_id: 'wx26112521580621e9b071c03c' }))
  const created = await open(wechat.url).create({ ...ASK, method: 'jsapi' })
  assert.ok(created.state === 'pending' && created.checkout.kind === 'jsapi')
  assert.equal(created.checkout.parameters.package, 'prepay_id=wx26112521580621e9b071c03c')
  assert.ok(isSignedPage(created.checkout.parameters))
  assert.deepEqual(JSON.parse(wechat.asked[0]?.body ?? '').payer, { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' })
  const without = open(wechat.url).create({ ...ASK, method: 'jsapi', openid: undefined })
  await assert.rejects(without, { code: 'openid_missing' })
})

test('a phone browser is sent to WeChat and told where to come back to', async t => {
  const wechat = await standIn(t, () => told({ h5_url: 'https://wx.tenpay.com/cgi-bin/h5?prepay_id=1&package=2' }))
  const created = await open(wechat.url).create({ ...ASK, method: 'h5' })
  assert.ok(created.state === 'pending' && created.checkout.kind === 'redirect')
  assert.equal(new URL(created.checkout.url).searchParams.get('redirect_url'), ASK.returnUrl)
  assert.equal(JSON.parse(wechat.asked[0]?.body ?? '').scene_info.payer_client_ip, '203.0.113.7')
  const without = open(wechat.url).create({ ...ASK, method: 'h5', payerAddress: undefined })
  await assert.rejects(without, { code: 'payer_address_missing' })
})

test('a long title is cut between characters, at 127 bytes', async t => {
  const wechat = await standIn(t, () => told({ code_url: 'x' }))
  await open(wechat.url).create({ ...ASK, title: '水'.repeat(60) })
  assert.equal(JSON.parse(wechat.asked[0]?.body ?? '').description, '水'.repeat(42))
})

test('what WeChat does not say, or not believably, is unknown', async t => {
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const paid = transaction()
  const old = new Date(NOW.getTime() - 301_000)
  const cases: (readonly [string, Told])[] = [
    ...NOTHING_SAID,
    ['a signed 500', told({ code: 'SYSTEM_ERROR', message: '系统错误' }, 500)],
    ['an answer without a signature', { body: JSON.stringify(paid) }],
    ['an answer of a stranger', told(paid, 200, { key: stranger })],
    ['an answer of an unknown key', told(paid, 200, { serial: 'PUB_KEY_ID_9' })],
    ['an old answer', told(paid, 200, { at: old })],
    ['a changed answer', { ...told(paid), body: JSON.stringify(paid).replace('12345', '12346') }],
    ['an error without a signature', { status: 404, body: '{"code":"ORDER_NOT_EXIST","message":"x"}' }],
    ['an error of a stranger', told({ code: 'RESOURCE_NOT_EXISTS', message: 'x' }, 404, { key: stranger })],
    ['a signed answer that is no object', told(['x'])],
  ]
  const wechat = await standIn(t)
  for (const [name, answer] of cases) {
    wechat.answer = () => answer
    const said = await Promise.all(calls.map(([, call]) => call(open(wechat.url))))
    for (const [i, { state }] of said.entries()) assert.equal(state, 'unknown', `${calls[i]?.[0]}: ${name}`)
  }
})

test('nobody there is unknown', async t => {
  const wechat = await standIn(t)
  const channel = open('http://127.0.0.1:9')
  for (const [name, call] of calls) assert.equal((await call(channel)).state, 'unknown', name)
  assert.deepEqual(wechat.asked, [])
})

test('a query is about the order that was asked for', async t => {
  const wechat = await standIn(t, () => told(transaction()))
  const channel = open(wechat.url)
  assert.equal((await channel.query(REF)).state, 'success')
  assert.equal(wechat.asked[0]?.url, '/v3/pay/transactions/out-trade-no/01JDCJ3Q0Z5W8M2R7T9V4X6Y1A?mchid=1900000109')
  assert.ok(isSignedRequest(wechat.asked[0] as Asked))
  assert.equal((await channel.query({ ...REF, paymentNo: 'P2' })).state, 'unknown')
  wechat.answer = () => told(transaction({ mchid: '1900000110' }))
  assert.equal((await channel.query(REF)).state, 'unknown')
  wechat.answer = () => told({ code: 'ORDER_NOT_EXIST', message: '订单不存在' }, 404)
  assert.deepEqual(await channel.query(REF), { state: 'absent' })
})

test('closing believes a word, and asks when there is none', async t => {
  const wechat = await standIn(t, () => told(null, 204))
  const channel = open(wechat.url)
  assert.deepEqual(await channel.close(REF), { state: 'closed' })
  assert.equal(wechat.asked[0]?.body, '{"mchid":"1900000109"}')
  const refusing = (code: string, then: object) => (asked: Asked) =>
    asked.method === 'POST' ? told({ code, message: 'm' }, 400) : told(then)
  wechat.answer = refusing('ORDER_PAID', {})
  assert.deepEqual(await channel.close(REF), { state: 'paid' })
  wechat.answer = refusing('INVALID_REQUEST', transaction())
  assert.deepEqual(await channel.close(REF), { state: 'paid' })
  wechat.answer = refusing('INVALID_REQUEST', transaction({ trade_state: 'CLOSED' }))
  assert.deepEqual(await channel.close(REF), { state: 'closed' })
  wechat.answer = refusing('USERPAYING', transaction({ trade_state: 'USERPAYING' }))
  assert.equal((await channel.close(REF)).state, 'unknown')
})

test('a refund is asked for once by its number and asked about by it', async t => {
  const refund = {
    refund_id: '50000000382019052709732678859',
    out_refund_no: REFUND.refundNo,
    out_trade_no: REFUND.paymentNo,
    status: 'PROCESSING',
    amount: { total: 12345, refund: 345, currency: 'CNY' },
  }
  const wechat = await standIn(t, () => told(refund))
  const channel = open(wechat.url)
  assert.deepEqual(await channel.refund(REFUND), { state: 'pending', channelRefundNo: refund.refund_id })
  assert.deepEqual(JSON.parse(wechat.asked[0]?.body ?? ''), {
    out_trade_no: REFUND.paymentNo,
    out_refund_no: REFUND.refundNo,
    reason: '多缴退回',
    notify_url: REFUND.notifyUrl,
    amount: { refund: 345, total: 12345, currency: 'CNY' },
  })
  wechat.answer = () => told({ ...refund, status: 'SUCCESS', success_time: '2026-11-25T10:00:00+08:00' })
  assert.deepEqual(await channel.queryRefund(REFUND), {
    state: 'success',
    channelRefundNo: refund.refund_id,
    amount: 345,
    refundedAt: new Date('2026-11-25T02:00:00Z'),
  })
  assert.equal(wechat.asked[1]?.url, `/v3/refund/domestic/refunds/${REFUND.refundNo}`)
  wechat.answer = () => told({ ...refund, out_refund_no: 'another' })
  assert.equal((await channel.queryRefund(REFUND)).state, 'unknown')
})

test('a bill is downloaded and held to its hash', async t => {
  const bill = Buffer.from('交易时间,公众账号ID\n`2026-11-24 10:00:00,`wx\n')
  let packed = true
  let hash = sha1(bill)
  const wechat = await standIn(t, ({ url }) =>
    url.startsWith('/v3/bill/')
      ? told({ hash_type: 'SHA1', hash_value: hash, download_url: `${wechat.url}/v3/billdownload/file?token=xx` })
      : { body: packed ? gzipSync(bill) : bill },
  )
  const channel = open(wechat.url)
  const first = await channel.downloadStatement('2026-11-24', 'trade')
  assert.ok(first.state === 'ready' && first.name === 'wechat-trade-2026-11-24.csv.gz')
  assert.equal(wechat.asked[0]?.url, '/v3/bill/tradebill?bill_date=2026-11-24&bill_type=ALL&tar_type=GZIP')
  assert.ok(isSignedRequest(wechat.asked[1] as Asked))
  packed = false
  const funds = await channel.downloadStatement('2026-11-24', 'funds')
  assert.deepEqual(funds, { state: 'ready', name: 'wechat-funds-2026-11-24.csv', content: bill })
  assert.equal(wechat.asked[2]?.url, '/v3/bill/fundflowbill?bill_date=2026-11-24&account_type=BASIC&tar_type=GZIP')
  hash = sha1('another bill')
  assert.equal((await channel.downloadStatement('2026-11-24', 'trade')).state, 'failed')
})

test('a bill is fetched only from a safe address', async t => {
  const wechat = await standIn(t, () =>
    told({ hash_type: 'SHA1', hash_value: sha1(''), download_url: 'http://198.51.100.1/file' }),
  )
  assert.equal((await open(wechat.url).downloadStatement('2026-11-24', 'trade')).state, 'failed')
})

test('no bill is not yet a bill until ten, and no trade afterwards', async t => {
  const at = (time: string) => new Date(`2026-11-25T${time}+08:00`)
  let code = 'NO_STATEMENT_EXIST'
  let now = NOW
  const wechat = await standIn(t, () => told({ code, message: 'm' }, 400, { at: now }))
  const state = async () => (await open(wechat.url, now).downloadStatement('2026-11-24', 'trade')).state
  now = at('09:59:59')
  assert.equal(await state(), 'not_published')
  now = at('10:00:00')
  assert.equal(await state(), 'empty')
  code = 'STATEMENT_CREATING'
  assert.equal(await state(), 'not_published')
  code = 'INVALID_REQUEST'
  assert.equal(await state(), 'failed')
})
