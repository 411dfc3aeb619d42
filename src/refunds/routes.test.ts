import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actor } from '../../testkit/actors.ts'
import { FakeChannel, fakeChannels } from '../../testkit/fake_channel.ts'
import { testPlatform } from '../../testkit/platform.ts'
import { reconcileAll } from '../../testkit/reconciled.ts'
import { kindsByCode } from '../reviews/kind.ts'
import { approveReview } from '../reviews/operations.ts'
import { REFUND_REVIEWS } from './reviews.ts'

const BILL = {
  order_no: 'FZ1',
  merchant_no: 'M1',
  fee_item_id: 'W1',
  account_no: '10086001',
  payer_name: '王小明',
  amount: '50.00',
}

test('a reconciled payment goes back over HTTP: voucher, request, a second person who is no program, and the channel', async t => {
  const channel = new FakeChannel()
  const { clerk, checker, anybody, platform, clock } = await testPlatform(t, fakeChannels(channel))
  const { app } = platform
  await clerk('POST', '/api/orders', BILL)
  const { body: begun } = await anybody('POST', '/api/orders/FZ1/payments', {
    id: 'phone-0001',
    channel: 'wechat',
    method: 'native',
  })
  channel.pay({ paymentNo: begun.payment_no, amount: 5_000 }, app.now())
  await clerk('POST', `/api/payments/${begun.payment_no}/query`, { id: 'query-0001' })
  await reconcileAll(app.db.pool)

  const ask = (body: object) =>
    clerk('POST', `/api/payments/${begun.payment_no}/refunds`, { id: 'refund-01', reason: '重复缴费', ...body })
  const without = await ask({})
  assert.deepEqual([without.status, without.body.error.code], [422, 'voucher_required'])
  const voucher = await clerk('POST', '/api/vouchers?id=voucher-01&name=申请书.pdf', Buffer.from('%PDF-1.7 申请书'))
  assert.partialDeepStrictEqual(voucher, { status: 200, body: { name: '申请书.pdf', media_type: 'application/pdf' } })
  const asked = await ask({ vouchers: [voucher.body.voucher_id] })
  assert.partialDeepStrictEqual(asked, { status: 200, body: { state: 'awaiting_review', amount: '50.00' } })

  const { body: list } = await checker('GET', '/api/reviews?state=open&whose=others')
  const [review] = list.reviews
  assert.equal(review.review_id, asked.body.review_id)
  assert.partialDeepStrictEqual(review, {
    kind: 'refund_final',
    kind_zh: '已对账缴费的退款',
    facts: [
      { zh: '缴费单', en: 'Order', value: 'FZ1' },
      { zh: '事由', en: 'For', value: '水费' },
      { zh: '户号', en: 'Account', value: '****6001' },
      { zh: '缴费人', en: 'Payer', value: '王**' },
    ],
    before: { remaining: '50.00' },
    after: { remaining: '0.00' },
    merchant_no: 'M1',
    channel: 'wechat',
    asked_by: 'service:clerk',
    vouchers: [{ voucher_id: voucher.body.voucher_id }],
    may_decide: false,
  })
  assert.equal((await checker('GET', `/api/vouchers/${voucher.body.voucher_id}`)).body, '%PDF-1.7 申请书')
  const approve = `/api/reviews/${review.review_id}/approve`
  const words = [await clerk('POST', approve, { id: 'word-0001' }), await checker('POST', approve, { id: 'word-0002' })]
  assert.deepEqual(
    words.map(({ status, body }) => `${status} ${body.error.code}`),
    ['403 maker_is_checker', '403 checker_not_person'],
  )
  assert.equal((await anybody('POST', approve, { id: 'word-0003' })).status, 401)

  const reviewing = { ...app, kinds: kindsByCode(REFUND_REVIEWS) }
  await approveReview(reviewing, actor('wang'), { id: 'word-0004', reviewId: review.review_id, reason: '' })
  clock.forward(1)
  for (let tries = 0; ; tries++) {
    const { body: refund } = await clerk('GET', `/api/refunds/${asked.body.refund_no}`)
    if (refund.state === 'success') break
    assert.ok(tries < 300, `the refund is still ${refund.state}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  assert.ok(channel.asked.includes(`refund ${asked.body.refund_no}`))
})
