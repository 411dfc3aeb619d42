import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { issue } from '../../../testkit/certificates.ts'
import { ASK, NOTHING_SAID, REF, REFUND } from '../../../testkit/channel_asks.ts'
import { type Asked, standIn, type Told } from '../../../testkit/stand_in.ts'
import {
  common,
  fieldsOf,
  found,
  isSignedMessage,
  MIDDLE,
  NOW,
  noticeOf,
  ROOT,
  SIGNER,
  told,
  UNIONPAY,
} from '../../../testkit/unionpay_platform.ts'
import type { Channel } from '../channel.ts'
import { openChannels } from '../channels.ts'

const open = (url: string, now = NOW, changes: object = {}): Channel =>
  openChannels([{ ...UNIONPAY, base_url: url, file_url: `${url}/`, timeout_ms: 2_000, ...changes }], {
    now: () => now,
    folder: '.',
  }).account('up')
const refused = (code: string) => ({ name: 'Failure', code })
const NOWHERE = 'http://127.0.0.1:9'

test('a payment is a form of the payer, signed by us', async () => {
  const created = await open(NOWHERE).create({ ...ASK, method: 'gateway' })
  assert.ok(created.state === 'pending' && created.checkout.kind === 'form')
  const { url, fields } = created.checkout
  assert.equal(url, `${NOWHERE}/gateway/api/frontTransReq.do`)
  assert.ok(isSignedMessage(fields))
  const { signature: _signature, certId: _certId, ...plain } = fields
  assert.deepEqual(plain, {
    version: '5.1.0',
    encoding: 'UTF-8',
    signMethod: '01',
    accessType: '0',
    channelType: '07',
    merId: '777290058110048',
    txnType: '01',
    txnSubType: '01',
    bizType: '000201',
    currencyCode: '156',
    orderId: '01JDCJ3Q0Z5W8M2R7T9V4X6Y1A',
    txnTime: '20261125095000',
    txnAmt: '12345',
    payTimeout: '20261125102000',
    orderDesc: '2026年11月水费',
    frontUrl: ASK.returnUrl,
    backUrl: ASK.notifyUrl,
    reqReserved: 'O20261125000001',
  })
})

test("the payer's page is that of his device, and only one that the merchant has", async () => {
  const channelTypeOf = async (method: 'gateway' | 'wap') => {
    const created = await open(NOWHERE).create({ ...ASK, method })
    assert.ok(created.state === 'pending' && created.checkout.kind === 'form')
    assert.ok(isSignedMessage(created.checkout.fields))
    return created.checkout.fields.channelType
  }
  assert.deepEqual([await channelTypeOf('gateway'), await channelTypeOf('wap')], ['07', '08'])
  assert.deepEqual(open(NOWHERE).methods, ['gateway', 'wap'])
  assert.deepEqual(open(NOWHERE, NOW, { methods: ['gateway'] }).methods, ['gateway'])
})

test('a query names order and moment, and is about what was asked', async t => {
  const unionpay = await standIn(t, () => told(found()))
  const channel = open(unionpay.url)
  assert.equal((await channel.query(REF)).state, 'success')
  const asked = unionpay.asked[0] as Asked
  assert.equal(asked.url, '/gateway/api/queryTrans.do')
  const fields = fieldsOf(asked)
  assert.ok(isSignedMessage(fields))
  const { txnType, txnSubType, orderId, txnTime } = fields
  assert.deepEqual([txnType, txnSubType, orderId, txnTime], ['00', '00', REF.paymentNo, '20261125095000'])
  assert.equal((await channel.query({ ...REF, paymentNo: 'P2000000' })).state, 'unknown')
  unionpay.answer = () => told(found({ merId: '777290058110049' }))
  assert.equal((await channel.query(REF)).state, 'unknown')
  unionpay.answer = () => told({ ...common, respCode: '34', respMsg: '查无此交易[2600000]' })
  assert.deepEqual(await channel.query(REF), { state: 'absent' })
})

const calls: readonly [name: string, call: (channel: Channel) => Promise<{ state: string }>][] = [
  ['query', channel => channel.query(REF)],
  ['close', channel => channel.close(REF)],
  ['refund', channel => channel.refund(REFUND)],
  ['queryRefund', channel => channel.queryRefund(REFUND)],
]

test('what UnionPay does not say, or not believably, is unknown', async t => {
  const stranger = issue({ name: SIGNER.name, issuer: issue({ name: MIDDLE.name, issuer: ROOT, ca: true }) })
  const other = issue({ name: '041@Z12@某某公司@1', issuer: MIDDLE })
  const past = issue({ name: SIGNER.name, issuer: MIDDLE, to: new Date('2026-11-25T01:59:59Z') })
  const early = issue({ name: SIGNER.name, issuer: MIDDLE, from: new Date('2026-11-25T02:00:01Z') })
  const own = issue({ name: SIGNER.name, issuer: null })
  const good = told(found()).body as string
  const cases: (readonly [string, Told])[] = [
    ...NOTHING_SAID,
    ['an answer signed by somebody of a middle certificate of the same name', told(found(), stranger)],
    ['an answer signed by another customer of the authority', told(found(), other)],
    ['an answer signed with a certificate of the past', told(found(), past)],
    ['an answer signed with a certificate of the future', told(found(), early)],
    ['an answer signed with a certificate that signed itself', told(found(), own)],
    ["an answer with UnionPay's certificate and another key", told(found(), SIGNER, own.key)],
    ['a changed answer', { body: good.replace('txnAmt=12345', 'txnAmt=12346') }],
    ['an answer with a field more', { body: `${good}&more=1` }],
    ['an answer with a field twice', { body: `${good}&txnAmt=12345` }],
    ['an answer without a certificate', { body: good.replace('signPubKeyCert', 'signPubKeyCerd') }],
    ['an answer that it is busy', told({ ...common, respCode: '06', respMsg: '系统繁忙' })],
  ]
  const unionpay = await standIn(t)
  for (const [name, answer] of cases) {
    unionpay.answer = () => answer
    const said = await Promise.all(calls.map(([, call]) => call(open(unionpay.url))))
    for (const [i, { state }] of said.entries()) assert.equal(state, 'unknown', `${calls[i]?.[0]}: ${name}`)
  }
})

test("the test system's signer is believed only where it is configured", async t => {
  const signer = issue({ name: '041@Z12@00040000:SIGN@1', issuer: MIDDLE })
  const unionpay = await standIn(t, () => told(found(), signer))
  assert.equal((await open(unionpay.url).query(REF)).state, 'unknown')
  assert.equal((await open(unionpay.url, NOW, { signer: '00040000:SIGN' }).query(REF)).state, 'success')
})

test('there is no closing: what was begun ends with its time', async t => {
  const unionpay = await standIn(t, () => told({ ...common, respCode: '34', respMsg: 'x' }))
  const later = new Date('2026-11-25T02:25:01Z')
  assert.deepEqual(await open(unionpay.url).close(REF), { state: 'closed' })
  unionpay.answer = () => told(found())
  assert.deepEqual(await open(unionpay.url).close(REF), { state: 'paid' })
  unionpay.answer = () => told(found({ origRespCode: '64' }))
  assert.equal((await open(unionpay.url).close(REF)).state, 'unknown')
  assert.deepEqual(await open(unionpay.url, later).close(REF), { state: 'closed' })
  unionpay.answer = () => told(found({ origRespCode: '05' }))
  assert.equal((await open(unionpay.url, later).close(REF)).state, 'unknown')
})

test('a refund names the payment it is of', async t => {
  const unionpay = await standIn(t, () => told({ ...common, respCode: '00', queryId: '9' }))
  const channel = open(unionpay.url)
  assert.deepEqual(await channel.refund(REFUND), { state: 'pending', channelRefundNo: '9' })
  const { txnType, txnSubType, orderId, txnTime, txnAmt, origQryId } = fieldsOf(unionpay.asked[0] as Asked)
  assert.deepEqual(
    [txnType, txnSubType, orderId, txnTime, txnAmt, origQryId],
    ['04', '00', REFUND.refundNo, '20261125095800', '345', REFUND.channelTradeNo],
  )
  unionpay.answer = () => told(found({ txnType: '04', orderId: REFUND.refundNo, txnAmt: '345' }))
  const refunded = await channel.queryRefund(REFUND)
  assert.ok(refunded.state === 'success' && refunded.amount === 345)
  assert.equal(fieldsOf(unionpay.asked[1] as Asked).txnTime, '20261125095800')
})

test('notices of a payment and of a refund are verified', async () => {
  const channel = open(NOWHERE)
  const payment = await channel.readNotice(noticeOf(found({ respMsg: '成功 & [0000000] 100%' })))
  assert.ok(payment.kind === 'payment' && payment.outcome.state === 'success')
  assert.deepEqual([payment.paymentNo, payment.orderNo], [ASK.paymentNo, ASK.orderNo])
  const reqReserved = `${ASK.orderNo}.${ASK.paymentNo}`
  const refund = await channel.readNotice(noticeOf(found({ txnType: '04', orderId: 'R1', txnAmt: '345', reqReserved })))
  assert.deepEqual(refund.kind === 'refund' && [refund.refundNo, refund.paymentNo, refund.outcome.state], [
    'R1',
    ASK.paymentNo,
    'success',
  ])
})

test('forged, foreign and other notices are refused', async () => {
  const channel = open(NOWHERE)
  const good = noticeOf(found())
  const stranger = issue({ name: SIGNER.name, issuer: null })
  const changed = { ...good, body: Buffer.from(good.body.toString().replace('txnAmt=12345', 'txnAmt=92345')) }
  const twice = { ...good, body: Buffer.from(`${good.body.toString()}&txnAmt=1`) }
  await assert.rejects(channel.readNotice(noticeOf(found(), stranger)), refused('notice_forged'))
  await assert.rejects(channel.readNotice(noticeOf(found(), SIGNER, stranger.key)), refused('notice_forged'))
  await assert.rejects(channel.readNotice(changed), refused('notice_forged'))
  await assert.rejects(channel.readNotice({ ...good, body: Buffer.from('') }), refused('notice_forged'))
  await assert.rejects(channel.readNotice(twice), refused('notice_unreadable'))
  const foreign = { merId: '777290058110049' }
  const success = await channel.readNotice(noticeOf(found(foreign)))
  assert.ok(success.kind === 'payment' && success.outcome.state === 'success')
  assert.equal(success.outcome.merchant, foreign.merId)
  await assert.rejects(channel.readNotice(noticeOf(found({ ...foreign, respCode: '01' }))), refused('notice_foreign'))
  await assert.rejects(channel.readNotice(noticeOf(found({ ...foreign, txnType: '04' }))), refused('notice_foreign'))
  await assert.rejects(channel.readNotice(noticeOf(found({ txnType: '79' }))), refused('notice_unreadable'))
})

test('a statement is unpacked out of the answer that carries it', async t => {
  const zip = Buffer.from('PK\x03\x04 the zip as UnionPay packs it')
  let answer: Record<string, string> = {
    ...common,
    respCode: '00',
    fileName: '777290058110048_20261124.zip',
    fileContent: deflateSync(zip).toString('base64'),
  }
  const unionpay = await standIn(t, () => told(answer))
  const channel = open(unionpay.url)
  assert.deepEqual(await channel.downloadStatement('2026-11-24', 'trade'), {
    state: 'ready',
    name: '777290058110048_20261124.zip',
    content: zip,
  })
  const { txnType, txnSubType, settleDate, fileType } = fieldsOf(unionpay.asked[0] as Asked)
  assert.deepEqual([txnType, txnSubType, settleDate, fileType], ['76', '01', '1124', '00'])
  answer = { ...answer, fileName: '../../etc/passwd' }
  const named = await channel.downloadStatement('2026-11-24', 'trade')
  assert.ok(named.state === 'ready' && named.name === 'unionpay-trade-2026-11-24.zip')
  answer = { ...answer, fileContent: 'AAAA' }
  assert.equal((await channel.downloadStatement('2026-11-24', 'trade')).state, 'failed')
  answer = { ...common, respCode: '98', respMsg: '文件不存在' }
  assert.equal((await channel.downloadStatement('2026-11-24', 'trade')).state, 'not_published')
  const afterwards = open(unionpay.url, new Date('2026-11-25T04:00:00Z'))
  assert.equal((await afterwards.downloadStatement('2026-11-24', 'trade')).state, 'empty')
  answer = { ...common, respCode: '11', respMsg: '验证签名失败' }
  assert.equal((await channel.downloadStatement('2026-11-24', 'trade')).state, 'failed')
})
