import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { ALIPAY, NOW, noticeOf, notified, told } from '../../../testkit/alipay_platform.ts'
import { standIn } from '../../../testkit/stand_in.ts'
import { openChannels } from '../channels.ts'

const open = (base_url = 'http://127.0.0.1:9') =>
  openChannels([{ ...ALIPAY, base_url, timeout_ms: 2_000 }], { now: () => NOW, folder: '.' }).account('ali')
const refused = (code: string) => ({ name: 'Failure', code })

test('a payment notice is verified, per cent signs and all', async () => {
  const notice = await open().readNotice(noticeOf(notified({ passback_params: encodeURIComponent('O 2026/1') })))
  assert.ok(notice.kind === 'payment' && notice.outcome.state === 'success')
  assert.deepEqual(
    [notice.paymentNo, notice.orderNo, notice.outcome.amount, notice.outcome.payer, notice.outcome.merchant],
    ['01JDCJ3Q0Z5W8M2R7T9V4X6Y1A', 'O 2026/1', 12_345, '2088101117955611', '2088102146225135'],
  )
})

test('a notice of a closed trade says closed, of one wholly refunded that it was paid', async () => {
  const closed = await open().readNotice(noticeOf(notified({ trade_status: 'TRADE_CLOSED', gmt_payment: '' })))
  assert.ok(closed.kind === 'payment' && closed.outcome.state === 'closed')
  const paid = await open().readNotice(noticeOf(notified({ trade_status: 'TRADE_CLOSED' })))
  assert.ok(paid.kind === 'payment' && paid.outcome.state === 'success')
})

test('a refund notice names the refund, and its outcome is asked for', async t => {
  const alipay = await standIn(t, asked =>
    told(asked, { code: '10000', refund_status: 'REFUND_SUCCESS', refund_amount: '3.45', out_request_no: 'R1' }),
  )
  const raw = noticeOf(notified({ refund_fee: '10.45', gmt_refund: '2026-11-25 10:00:00.123', out_biz_no: 'R1' }))
  assert.deepEqual(await open(alipay.url).readNotice(raw), {
    kind: 'refund',
    refundNo: 'R1',
    paymentNo: '01JDCJ3Q0Z5W8M2R7T9V4X6Y1A',
    outcome: { state: 'success', channelRefundNo: 'R1', amount: 345, refundedAt: null },
  })
  const unanswered = await open().readNotice(raw)
  assert.ok(unanswered.kind === 'refund' && unanswered.outcome.state === 'unknown')
})

test('a forged notice is refused', async () => {
  const channel = open()
  const good = noticeOf(notified())
  const changed = (from: string, to: string) => ({ ...good, body: Buffer.from(good.body.toString().replace(from, to)) })
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const bad = {
    'another key': noticeOf(notified(), stranger),
    'another amount': changed('total_amount=123.45', 'total_amount=923.45'),
    'another order': changed('out_trade_no=01JDCJ', 'out_trade_no=01JDCK'),
    'no signature': changed('&sign=', '&no='),
    'an older kind of signature': changed('sign_type=RSA2', 'sign_type=RSA'),
    'an unknown kind of signature': changed('sign_type=RSA2', 'sign_type=none'),
    'nothing at all': { ...good, body: Buffer.from('') },
  }
  for (const [name, notice] of Object.entries(bad))
    await assert.rejects(channel.readNotice(notice), refused('notice_forged'), name)
})

test('a field that is there twice is refused: nobody knows which was signed', async () => {
  const good = noticeOf(notified())
  const twice = { ...good, body: Buffer.from(`${good.body.toString()}&total_amount=923.45`) }
  await assert.rejects(open().readNotice(twice), refused('notice_unreadable'))
})

test('a success for another app or seller names them, anything else for them is refused', async () => {
  for (const changes of [{ app_id: '2021000000000002' }, { seller_id: '2088102146225136' }] as Record<
    string,
    string
  >[]) {
    const notice = await open().readNotice(noticeOf(notified(changes)))
    assert.ok(notice.kind === 'payment' && notice.outcome.state === 'success')
    assert.ok(notice.outcome.merchant.includes(Object.values(changes)[0] as string))
    const waiting = noticeOf(notified({ ...changes, trade_status: 'WAIT_BUYER_PAY' }))
    await assert.rejects(open().readNotice(waiting), refused('notice_foreign'))
    const refund = noticeOf(notified({ ...changes, refund_fee: '1.00', out_biz_no: 'R1' }))
    await assert.rejects(open().readNotice(refund), refused('notice_foreign'))
  }
})

test('a notice older than its repetitions, or of the future, is refused', async () => {
  const at = (notify_time: string) => open().readNotice(noticeOf(notified({ notify_time })))
  await at('2026-11-24 08:00:00')
  await at('2026-11-25 10:05:00')
  await assert.rejects(at('2026-11-24 07:59:59'), refused('notice_replayed'))
  await assert.rejects(at('2026-11-25 10:05:01'), refused('notice_replayed'))
  await assert.rejects(at('yesterday'), refused('notice_unreadable'))
})

test('a notice of another kind is refused as unreadable', async () => {
  await assert.rejects(
    open().readNotice(noticeOf(notified({ notify_type: 'dut_user_sign' }))),
    refused('notice_unreadable'),
  )
})
