import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { issue } from '../../../testkit/certificates.ts'
import { standIn } from '../../../testkit/stand_in.ts'
import { encrypt, NOW, noticeOf, PLATFORM_ID, told, transaction, WECHAT } from '../../../testkit/wechat_platform.ts'
import { openChannels } from '../channels.ts'

const open = (changes: object = {}) =>
  openChannels([{ ...WECHAT, ...changes }], { now: () => NOW, folder: '.' }).account('wx')
const seconds = (n: number) => new Date(NOW.getTime() + n * 1000)
const refused = (code: string) => ({ name: 'Failure', code })

test('a payment notice is verified and decrypted', async () => {
  const notice = await open().readNotice(noticeOf(transaction()))
  assert.equal(notice.kind, 'payment')
  assert.deepEqual(notice.kind === 'payment' && [notice.paymentNo, notice.orderNo, notice.outcome.state], [
    '01JDCJ3Q0Z5W8M2R7T9V4X6Y1A',
    'O20261125000001',
    'success',
  ])
})

test('a refund notice says which refund of which payment', async () => {
  const content = {
    mchid: '1900000109',
    out_trade_no: 'P1',
    out_refund_no: 'R1',
    refund_id: '50300',
    refund_status: 'SUCCESS',
    success_time: '2026-11-25T09:59:58+08:00',
    amount: { total: 12345, refund: 345, payer_total: 12345, payer_refund: 345 },
  }
  assert.deepEqual(await open().readNotice(noticeOf(content, 'refund')), {
    kind: 'refund',
    refundNo: 'R1',
    paymentNo: 'P1',
    outcome: { state: 'success', channelRefundNo: '50300', amount: 345, refundedAt: new Date('2026-11-25T01:59:58Z') },
  })
})

test('a forged notice is refused', async () => {
  const channel = open()
  const good = noticeOf(transaction())
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const signature = good.headers['wechatpay-signature'] as string
  const bad = {
    'another key': noticeOf(transaction(), 'transaction', { key: stranger }),
    'a changed body': { ...good, body: Buffer.from(good.body.toString().replace('支付成功', '支付成攻')) },
    'a body with one more byte': { ...good, body: Buffer.concat([good.body, Buffer.from(' ')]) },
    'another nonce': { ...good, headers: { ...good.headers, 'wechatpay-nonce': 'other' } },
    'another time': { ...good, headers: { ...good.headers, 'wechatpay-timestamp': String(NOW.getTime() / 1000 + 1) } },
    'no signature': { ...good, headers: { ...good.headers, 'wechatpay-signature': undefined } },
    'an empty signature': { ...good, headers: { ...good.headers, 'wechatpay-signature': '' } },
    'two signatures': { ...good, headers: { ...good.headers, 'wechatpay-signature': [signature, signature] } },
    "WeChat's own probe": {
      ...good,
      headers: { ...good.headers, 'wechatpay-signature': `WECHATPAY/SIGNTEST/${signature}` },
    },
    'an unknown key': { ...good, headers: { ...good.headers, 'wechatpay-serial': 'PUB_KEY_ID_9' } },
  }
  for (const [name, notice] of Object.entries(bad))
    await assert.rejects(channel.readNotice(notice), refused('notice_forged'), name)
})

test('a notice signed more than five minutes ago, or ahead, is refused', async () => {
  const channel = open()
  for (const offset of [-300, 300])
    await channel.readNotice(noticeOf(transaction(), 'transaction', { at: seconds(offset) }))
  for (const offset of [-301, 301, -86_400])
    await assert.rejects(
      channel.readNotice(noticeOf(transaction(), 'transaction', { at: seconds(offset) })),
      refused('notice_replayed'),
    )
})

test('a success for another merchant names it, anything else for it is refused', async () => {
  const success = await open().readNotice(noticeOf(transaction({ mchid: '1900000110' })))
  assert.ok(success.kind === 'payment' && success.outcome.state === 'success')
  assert.equal(success.outcome.merchant, '1900000110')
  const closed = noticeOf(transaction({ mchid: '1900000110', trade_state: 'CLOSED' }))
  await assert.rejects(open().readNotice(closed), refused('notice_foreign'))
})

test('a notice that is signed but not readable is refused as such', async () => {
  const channel = open()
  const unreadable = [
    noticeOf(transaction(), 'transaction', { apiKey: 'another-key-another-key-another-' }),
    noticeOf(transaction(), 'coupon'),
    noticeOf(transaction({ out_trade_no: undefined })),
  ]
  for (const notice of unreadable) await assert.rejects(channel.readNotice(notice), refused('notice_unreadable'))
})

test('a platform certificate verifies as well as a public key, both at once', async () => {
  const platform = issue({ name: 'Tenpay.com', issuer: null })
  const serial = new X509Certificate(platform.pem).serialNumber
  const channel = open({ platform_keys: [...WECHAT.platform_keys, { certificate: platform.pem }] })
  const byCertificate = await channel.readNotice(noticeOf(transaction(), 'transaction', { key: platform.key, serial }))
  const byPublicKey = await channel.readNotice(noticeOf(transaction(), 'transaction', { serial: PLATFORM_ID }))
  assert.deepEqual(byCertificate, byPublicKey)
})

test('a new platform certificate is fetched when it first signs, and not asked for by forgers', async t => {
  const platform = issue({ name: 'Tenpay.com', issuer: null })
  const serial = new X509Certificate(platform.pem).serialNumber
  const data = [{ serial_no: serial, encrypt_certificate: encrypt(platform.pem, 'certificate') }]
  const wechat = await standIn(t, () => told({ data }, 200, { key: platform.key, serial }))
  const channel = open({ platform_keys: [], base_url: wechat.url })
  const sealing = { key: platform.key, serial }
  assert.equal((await channel.readNotice(noticeOf(transaction(), 'transaction', sealing))).kind, 'payment')
  for (let i = 0; i < 5; i++) {
    const forged = noticeOf(transaction(), 'transaction', { ...sealing, serial: `${'0'.repeat(39)}${i}` })
    await assert.rejects(channel.readNotice(forged), refused('notice_forged'))
  }
  assert.deepEqual(
    wechat.asked.map(({ url }) => url),
    ['/v3/certificates'],
  )
})

test('a certificate that is not sealed with our API key is not learnt', async t => {
  const stranger = issue({ name: 'Tenpay.com', issuer: null })
  const serial = new X509Certificate(stranger.pem).serialNumber
  const sealed = encrypt(stranger.pem, 'certificate', 'another-key-another-key-another-')
  const wechat = await standIn(t, () =>
    told({ data: [{ serial_no: serial, encrypt_certificate: sealed }] }, 200, { key: stranger.key, serial }),
  )
  const channel = open({ platform_keys: [], base_url: wechat.url })
  const notice = noticeOf(transaction(), 'transaction', { key: stranger.key, serial })
  await assert.rejects(channel.readNotice(notice), refused('notice_forged'))
})
