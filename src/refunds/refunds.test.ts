import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { actor } from '../../testkit/actors.ts'
import { testDatabase } from '../../testkit/database.ts'
import { FakeChannel, fakeChannels } from '../../testkit/fake_channel.ts'
import { issued, payingTest } from '../../testkit/paying.ts'
import { reconcileAll } from '../../testkit/reconciled.ts'
import type { Actor } from '../access/actor.ts'
import { EVERYWHERE } from '../access/scope.ts'
import { Failure } from '../kernel/failure.ts'
import { learn, readOrder, readPayment, startPayment } from '../orders/operations.ts'
import type { Paying } from '../orders/paying.ts'
import type { Payment } from '../orders/payment.ts'
import { kindsByCode } from '../reviews/kind.ts'
import {
  approveReview,
  expireReviews,
  readReview,
  readReviews,
  refuseReview,
  withdrawReview,
} from '../reviews/operations.ts'
import type { Database } from '../system/database.ts'
import { migrate, readMigrations } from '../system/migrate.ts'
import { askRefund, reversePayment } from './operations.ts'
import { readRefund } from './reading.ts'
import type { Refund } from './refund.ts'
import { REFUND_REVIEWS } from './reviews.ts'
import { compensateRefunds, learnRefund } from './sending.ts'
import { claimRefund, dueRefunds, type RefundKey, refundsOf } from './store.ts'

const refusedWith = (code: string) => (error: unknown) => error instanceof Failure && error.code === code

async function paid(app: Paying, channel: FakeChannel, amount = 10_000): Promise<Payment> {
  const { orderNo } = await issued(app, { amount })
  const payment = await startPayment(app, actor('somebody'), {
    orderNo,
    id: 'pay',
    channel: channel.name,
    method: 'native',
    amount: null,
    openid: null,
  })
  await learn(app, payment, channel.pay(payment, app.now()), 'notice')
  return await readPayment(app, payment.paymentNo)
}

const ask = (payment: Payment, id: string, amount: number | null, reason = '多缴') => ({
  id,
  paymentNo: payment.paymentNo,
  amount,
  reason,
})

async function money(app: Paying, payment: Payment): Promise<string> {
  const p = await readPayment(app, payment.paymentNo)
  const o = await readOrder(app, payment.orderNo)
  const { rows } = await app.db.pool.query(
    `select coalesce(string_agg(amount::text, ' ' order by id), '-') as moved from movements where order_no = $1`,
    [payment.orderNo],
  )
  return `${o.state} ${o.remaining} ${o.refundFlag} | ${p.remaining} ${p.refundFlag} | ${rows[0].moved}`
}

describe('refunds', () => {
  test('in part, again in part, then all that is left', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    assert.equal((await askRefund(app, actor('clerk'), ask(payment, 'r-1', 3_000))).state, 'success')
    assert.equal(await money(app, payment), 'paid 7000 partial | 7000 partial | 10000 -3000')
    await askRefund(app, actor('clerk'), ask(payment, 'r-2', 1))
    await askRefund(app, actor('clerk'), ask(payment, 'r-3', null))
    assert.equal(await money(app, payment), 'paid 0 full | 0 full | 10000 -3000 -1 -6999')
    await assert.rejects(askRefund(app, actor('clerk'), ask(payment, 'r-4', null)), refusedWith('nothing_to_refund'))
    await assert.rejects(askRefund(app, actor('clerk'), ask(payment, 'r-5', 1)), refusedWith('nothing_to_refund'))
  })

  test('its movement is listed as the channel lists it', async t => {
    const channel = new FakeChannel()
    const { app, db } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    const refund = await askRefund(app, actor('clerk'), ask(payment, 'r-1', 3_000))
    const { rows } = await db.pool.query("select * from movements where kind = 'refund'")
    assert.partialDeepStrictEqual(rows[0], {
      payment_no: refund.refundNo,
      refund_no: refund.refundNo,
      channel_refund_no: `R-${refund.refundNo}`,
      channel_trade_no: payment.channelTradeNo,
      merchant_order_no: payment.paymentNo,
      amount: -3000,
    })
  })

  test('the same request twice, also at the same moment, is one refund', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    const both = await Promise.all([1, 2].map(() => askRefund(app, actor('clerk'), ask(payment, 'r-1', 3_000))))
    assert.equal(both[0]?.refundNo, both[1]?.refundNo)
    assert.equal(await money(app, payment), 'paid 7000 partial | 7000 partial | 10000 -3000')
    await assert.rejects(askRefund(app, actor('clerk'), ask(payment, 'r-1', 3_001)), refusedWith('id_reused'))
  })

  test('twenty at once for a tenth each: ten go through and the remaining amount is never below zero', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => askRefund(app, actor('clerk'), ask(payment, `r-${i}`, 1_000))),
    )
    assert.equal(all.filter(one => one.status === 'fulfilled').length, 10)
    for (const one of all) if (one.status === 'rejected') assert.ok(refusedWith('nothing_to_refund')(one.reason))
    assert.match(await money(app, payment), /^paid 0 full \| 0 full \| 10000( -1000){10}$/)
  })

  test('more than what remains, a payment that is not successful, an unknown one', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    await assert.rejects(
      askRefund(app, actor('clerk'), ask(payment, 'a', 10_001)),
      refusedWith('refund_exceeds_remaining'),
    )
    const { orderNo } = await issued(app)
    const open = await startPayment(app, actor('somebody'), {
      orderNo,
      id: 'p',
      channel: 'wechat',
      method: 'native',
      amount: null,
      openid: null,
    })
    await assert.rejects(askRefund(app, actor('clerk'), ask(open, 'b', 1)), refusedWith('payment_not_successful'))
    await assert.rejects(
      askRefund(app, actor('clerk'), { id: 'c', paymentNo: 'NONE', amount: 1, reason: 'x' }),
      refusedWith('payment_unknown'),
    )
  })

  test('while the channel works on it the money is held; its success is booked once, by whatever way it comes', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    channel.answers.refund = [{ state: 'pending', channelRefundNo: '' }]
    const refund = await askRefund(app, actor('clerk'), ask(payment, 'r-1', 6_000))
    assert.equal(refund.state, 'pending')
    assert.equal(await money(app, payment), 'paid 10000 none | 4000 none | 10000')
    await assert.rejects(
      askRefund(app, actor('clerk'), ask(payment, 'r-2', 5_000)),
      refusedWith('refund_exceeds_remaining'),
    )
    const done = { state: 'success' as const, channelRefundNo: 'R1', amount: 6_000, refundedAt: clock.forward(30) }
    channel.answers.queryRefund = [done]
    await Promise.all([
      learnRefund(app, refund.refundNo, done),
      learnRefund(app, refund.refundNo, done),
      compensateRefunds(app),
    ])
    assert.equal(await money(app, payment), 'paid 4000 partial | 4000 partial | 10000 -6000')
  })

  test('no answer: asked about, sent again only where the channel does not know it', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    channel.answers.refund = [{ state: 'unknown', reason: 'time-out' }]
    const { refundNo } = await askRefund(app, actor('clerk'), ask(payment, 'r-1', 6_000))
    assert.equal((await readRefund(app, refundNo)).state, 'approved')
    channel.asked.length = 0
    clock.forward(60)
    await compensateRefunds(app)
    assert.deepEqual(channel.asked, [`queryRefund ${refundNo}`, `refund ${refundNo}`])
    assert.equal((await readRefund(app, refundNo)).state, 'success')
  })

  test('five workers at once: each refund that is due is asked about by one of them; what one took and left is due again', async t => {
    const channel = new FakeChannel()
    const { app, clock, db } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    channel.answers.refund = Array.from({ length: 70 }, () => ({ state: 'unknown', reason: 'time-out' }))
    const asking = Array.from({ length: 70 }, (_, i) => askRefund(app, actor('clerk'), ask(payment, `r-${i}`, 10)))
    const refundNos = (await Promise.all(asking)).map(refund => refund.refundNo)
    channel.asked.length = 0
    clock.forward(60)
    const due = await dueRefunds(db.pool, clock.now(), 100)
    assert.deepEqual(due.map(({ refundNo }) => refundNo).sort(), refundNos.toSorted())
    const taken = await claimRefund(db.pool, due[0] as RefundKey, clock.now(), 45_000)
    assert.equal(taken?.refundNo, due[0]?.refundNo)
    assert.equal(await claimRefund(db.pool, due[0] as RefundKey, clock.now(), 45_000), null)
    const asked = await Promise.all(Array.from({ length: 5 }, () => compensateRefunds(app)))
    assert.equal(
      asked.reduce((sum, some) => sum + some),
      69,
    )
    assert.equal(new Set(channel.asked).size, channel.asked.length, 'one was asked about, or sent, twice')
    assert.equal(await money(app, payment), `paid 9310 partial | 9300 partial | 10000${' -10'.repeat(69)}`)
    clock.forward(44)
    assert.equal(await compensateRefunds(app), 0)
    clock.forward(1)
    assert.equal(await compensateRefunds(app), 1)
    assert.equal(await money(app, payment), `paid 9300 partial | 9300 partial | 10000${' -10'.repeat(70)}`)
  })

  test('refused by the channel: the money is free again', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    channel.answers.refund = [{ state: 'failed', code: 'NOT_ENOUGH', reason: '余额不足' }]
    const refund = await askRefund(app, actor('clerk'), ask(payment, 'r-1', 6_000))
    assert.deepEqual([refund.state, refund.failure], ['failed', 'NOT_ENOUGH 余额不足'])
    assert.equal(await money(app, payment), 'paid 10000 none | 10000 none | 10000')
  })

  test('the channel says another amount: not booked, it stays in transit', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    channel.answers.refund = [{ state: 'success', channelRefundNo: 'R', amount: 5_999, refundedAt: null }]
    const refund = await askRefund(app, actor('clerk'), ask(payment, 'r-1', 6_000))
    assert.deepEqual([refund.state, refund.lastAnswer], ['approved', 'amount_differs: 59.99'])
  })
})

describe('four eyes', () => {
  const checker = actor('checker')

  /** What a second person says of a refund; approved, it is sent as the next run of compensation does. */
  const decide = async (app: Paying, verdict: typeof approveReview, who: Actor, refund: Refund, reason = '') => {
    const reviewing = { ...app, kinds: kindsByCode(REFUND_REVIEWS) }
    await verdict(reviewing, who, { id: `decide-${app.newId()}`, reviewId: refund.reviewId, reason })
    await compensateRefunds(app)
    return await readRefund(app, refund.refundNo)
  }

  test('from the amount of the rule on, a second person decides, and never the one who asked', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel), { refundReviewFrom: 5_000 })
    const payment = await paid(app, channel)
    assert.equal((await askRefund(app, actor('maker'), ask(payment, 'r-1', 4_999))).state, 'success')
    const large = await askRefund(app, actor('maker'), ask(payment, 'r-2', 5_000))
    assert.equal(large.state, 'awaiting_review')
    assert.equal(await money(app, payment), 'paid 5001 partial | 1 partial | 10000 -4999')
    await assert.rejects(decide(app, approveReview, actor('maker'), large), refusedWith('maker_is_checker'))
    assert.equal((await decide(app, approveReview, checker, large)).state, 'success')
    assert.equal((await decide(app, approveReview, checker, large)).state, 'success')
    await assert.rejects(decide(app, refuseReview, actor('other'), large, 'x'), refusedWith('review_decided_already'))
    assert.equal(await money(app, payment), 'paid 1 partial | 1 partial | 10000 -4999 -5000')
    assert.equal((await readRefund(app, large.refundNo)).decidedBy, 'checker')
  })

  test('the database holds it too', async t => {
    const channel = new FakeChannel()
    const { app, db } = await payingTest(t, fakeChannels(channel), { refundReviewFrom: 1 })
    const { refundNo } = await askRefund(app, actor('maker'), ask(await paid(app, channel), 'r-1', 1))
    await assert.rejects(
      db.pool.query("update refunds set decided_by = 'maker' where refund_no = $1", [refundNo]),
      /refunds_check/,
    )
    await assert.rejects(
      db.pool.query("update refunds set review_id = '' where refund_no = $1", [refundNo]),
      /awaiting_has_review/,
    )
  })

  test('refused: the money is free again, nothing reached the channel', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel), { refundReviewFrom: 1 })
    const payment = await paid(app, channel)
    const refund = await askRefund(app, actor('maker'), ask(payment, 'r-1', 10_000))
    channel.asked.length = 0
    const refused = await decide(app, refuseReview, checker, refund, '无凭证')
    assert.deepEqual([refused.state, refused.failure, refused.decidedBy], ['refused', '无凭证', 'checker'])
    assert.deepEqual(channel.asked, [])
    assert.equal(await money(app, payment), 'paid 10000 none | 10000 none | 10000')
  })

  test('withdrawn by its maker, or not decided within a week: the money is free again', async t => {
    const channel = new FakeChannel()
    const { app, clock } = await payingTest(t, fakeChannels(channel), { refundReviewFrom: 1 })
    const payment = await paid(app, channel)
    const first = await askRefund(app, actor('maker'), ask(payment, 'r-1', 6_000))
    await assert.rejects(decide(app, withdrawReview, checker, first), refusedWith('not_permitted'))
    const withdrawn = await decide(app, withdrawReview, actor('maker'), first, '金额有误')
    assert.deepEqual([withdrawn.state, withdrawn.failure, withdrawn.decidedBy], ['refused', 'withdrawn 金额有误', ''])
    const second = await askRefund(app, actor('maker'), ask(payment, 'r-2', 6_000))
    assert.equal(await money(app, payment), 'paid 10000 none | 4000 none | 10000')
    const reviewing = { ...app, kinds: kindsByCode(REFUND_REVIEWS) }
    clock.forward(7 * 86_400 - 1)
    assert.equal(await expireReviews(reviewing), 0)
    clock.forward(1)
    assert.equal(await expireReviews(reviewing), 1)
    assert.equal((await readRefund(app, second.refundNo)).failure, 'expired')
    assert.equal(await money(app, payment), 'paid 10000 none | 10000 none | 10000')
  })

  test('a proposed return of a second payment: approved, it goes back and the bill stays paid', async t => {
    const [wechat, alipay] = [new FakeChannel('wechat'), new FakeChannel('alipay')]
    const { app, clock } = await payingTest(t, fakeChannels(wechat, alipay))
    const { orderNo } = await issued(app)
    const request = { orderNo, amount: null, openid: null, payerAddress: null }
    const a = await startPayment(app, actor('payer'), { ...request, id: 'a', channel: 'wechat', method: 'native' })
    const b = await startPayment(app, actor('payer'), { ...request, id: 'b', channel: 'alipay', method: 'precreate' })
    await learn(app, b, alipay.pay(b, app.now()), 'notice')
    await learn(app, a, wechat.pay(a, app.now()), 'notice')
    const reviewing = { ...app, kinds: kindsByCode(REFUND_REVIEWS) }
    const { reviews } = await readReviews(reviewing, checker, { limit: 10 })
    assert.partialDeepStrictEqual(reviews, [
      {
        kind: 'refund_surplus',
        kind_zh: '多收款退回',
        asked_by: 'platform',
        amount: '100.00',
        merchant_no: 'M1',
        channel: 'wechat',
        reason: '重复缴费：该缴费单此前已缴清 Paid again: the bill was paid already',
        expires_at: null,
        may_decide: true,
      },
    ])
    const [surplus] = await refundsOf(app.db.pool, EVERYWHERE, orderNo)
    assert.partialDeepStrictEqual(surplus, { paymentNo: a.paymentNo, kind: 'surplus', state: 'awaiting_review' })
    // A month later, with the payment in a statement meanwhile: the platform's own book is proof enough.
    clock.forward(30 * 86_400)
    await reconcileAll(app.db.pool)
    assert.equal(await expireReviews(reviewing), 0)
    await decide(app, approveReview, checker, surplus as Refund)
    assert.equal(await money(app, a), 'paid 10000 none | 0 full | 10000 10000 -10000')
  })

  test('已缴费且已对账: only with a voucher and a second person, however small', async t => {
    const channel = new FakeChannel()
    const { app, db } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    await reconcileAll(app.db.pool)
    const [clerk, other] = [actor('clerk'), actor('other')]
    await assert.rejects(askRefund(app, clerk, ask(payment, 'r-1', 1)), refusedWith('voucher_required'))
    assert.equal(await money(app, payment), 'paid 10000 none | 10000 none | 10000')
    const vouchers = await insertedVouchers(db, clerk.id, 'V1')
    const refused = askRefund(app, other, { ...ask(payment, 'r-1', 1), vouchers })
    await assert.rejects(refused, refusedWith('voucher_unknown'), 'a voucher of somebody else')
    const refund = await askRefund(app, clerk, { ...ask(payment, 'r-1', 1), vouchers })
    assert.equal(refund.state, 'awaiting_review')
    const reviewing = { ...app, kinds: kindsByCode(REFUND_REVIEWS) }
    const view = await readReview(reviewing, checker, refund.reviewId)
    assert.partialDeepStrictEqual(view, { kind: 'refund_final', vouchers: [{ voucher_id: 'V1' }] })
    assert.equal((await decide(app, approveReview, checker, refund)).state, 'success')
    await assert.rejects(
      reversePayment(app, clerk, { id: 'v-1', paymentNo: payment.paymentNo, reason: 'x' }),
      refusedWith('reversal_refused'),
    )
  })

  test('reconciled while it waited: it needs a voucher now, so it is stale', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel), { refundReviewFrom: 1 })
    const payment = await paid(app, channel)
    const refund = await askRefund(app, actor('maker'), ask(payment, 'r-1', 6_000))
    await reconcileAll(app.db.pool)
    await assert.rejects(decide(app, approveReview, checker, refund), refusedWith('review_stale'))
    assert.equal((await decide(app, refuseReview, checker, refund, '请附凭证')).state, 'refused')
    assert.equal(await money(app, payment), 'paid 10000 none | 10000 none | 10000')
  })

  test('vouchers where nobody would look at them are refused', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    const request = { ...ask(payment, 'r-1', 1), vouchers: ['V1'] }
    await assert.rejects(askRefund(app, actor('clerk'), request), refusedWith('vouchers_unused'))
  })

  test('refunds that waited before there were reviews became reviews', async t => {
    const db = await testDatabase(t, 'empty')
    const files = readMigrations()
    const before = files.findIndex(({ name }) => name === '0015_reviews.sql')
    await migrate(db.pool, files.slice(0, before))
    await db.pool.query(WAITED_BEFORE)
    await migrate(db.pool, files)
    const { rows } = await db.pool.query(
      'select v.id, v.kind, v.asked_by, v.basis from reviews v join refunds r on r.review_id = v.id order by v.id',
    )
    assert.partialDeepStrictEqual(rows, [
      { id: 'R1', kind: 'refund', asked_by: 'maker' },
      { id: 'R2', kind: 'refund_surplus', asked_by: 'platform' },
    ])
    // They can be approved: what they stand on is what their kinds read today.
    const kinds = kindsByCode(REFUND_REVIEWS)
    for (const { id, kind, basis } of rows)
      assert.deepEqual(await db.transaction(async tx => kinds.get(kind)?.basis(tx, id)), basis)
  })

  const WAITED_BEFORE = `
    insert into departments (id, name, created_at) values ('D1', 'x', now());
    insert into merchants (merchant_no, name, department_id, created_at) values ('M1', 'x', 'D1', now());
    insert into fee_items (id, merchant_no, name, category, part_payment, part_min, created_at)
    values ('W1', 'M1', '水费', 'water', false, 1, now());
    insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, account_no, title, amount, currency, part_payment, part_min, paid,
                        created_at, paid_at)
    values ('O1', repeat('0', 64), 'M1', 'W1', '1', '水费', 900, 'CNY', false, 1, 900, now(), now());
    insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, state, created_at,
                          expires_at, received, paid_at, booked_at, credited, refunding)
    select 'O1', no, no, repeat('0', 64), 'wechat', 'wechat-main', 'native', 900, 'CNY', 'success', now(), now(), 900, now(), now(),
           credited, 900 from (values ('P1', true), ('P2', false)) as p (no, credited);
    insert into refunds (order_no, refund_no, request_id, ask_sm3, payment_no, kind, amount, currency, reason, state, asked_by, asked_at)
    values ('O1', 'R1', 'r1', repeat('0', 64), 'P1', 'refund', 900, 'CNY', 'x', 'awaiting_review', 'maker', now()),
           ('O1', 'R2', 'r2', repeat('0', 64), 'P2', 'surplus', 900, 'CNY', 'x', 'awaiting_review', 'platform', now())`

  const insertedVouchers = async (db: Database, by: string, ...ids: string[]) => {
    for (const id of ids)
      await db.pool.query(
        `insert into vouchers (id, name, media_type, size, sealed, uploaded_by, uploaded_account, uploaded_at)
         values ($1, '申请书.pdf', 'application/pdf', 5, 'x', $2, $2, now())`,
        [id, by],
      )
    return ids
  }
})

describe('冲正', () => {
  test('a success that the channel denies is taken back, once, and the bill can be paid anew', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    channel.answers.query = [{ state: 'closed' }, { state: 'closed' }]
    const request = { id: 'v-1', paymentNo: payment.paymentNo, reason: '渠道否认' }
    const [first, second] = await Promise.all([
      reversePayment(app, actor('clerk'), request),
      reversePayment(app, actor('clerk'), request),
    ])
    assert.equal(first.refundNo, second.refundNo)
    assert.equal(await money(app, payment), 'unpaid 0 none | 0 none | 10000 -10000')
    assert.deepEqual([(await readPayment(app, payment.paymentNo)).state, first.kind], ['failed', 'reversal'])
    const again = await startPayment(app, actor('somebody'), {
      orderNo: payment.orderNo,
      id: 'again',
      channel: 'wechat',
      method: 'native',
      amount: null,
      openid: null,
    })
    assert.equal(again.state, 'pending')
  })

  test('confirmed by the channel, or not denied for certain: refused', async t => {
    const channel = new FakeChannel()
    const { app } = await payingTest(t, fakeChannels(channel))
    const payment = await paid(app, channel)
    const request = { id: 'v-1', paymentNo: payment.paymentNo, reason: 'x' }
    await assert.rejects(reversePayment(app, actor('clerk'), request), refusedWith('reversal_refused'))
    channel.answers.query = [{ state: 'unknown', reason: 'time-out' }]
    await assert.rejects(reversePayment(app, actor('clerk'), request), refusedWith('payment_outcome_unknown'))
    assert.equal(await money(app, payment), 'paid 10000 none | 10000 none | 10000')
  })
})
