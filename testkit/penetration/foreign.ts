import assert from 'node:assert/strict'
import { seedDiscrepancies } from '../discrepancy_seed.ts'
import type { FakeChannel } from '../fake_channel.ts'
import type { TestPlatform } from '../platform.ts'

/**
 * Plays M2's day, so that there is one of each object that another merchant's people must not see: payments, an anomaly, a refund, a review, a batch.
 * The answer gives their ids by the names of path parameters.
 */
export async function settledBy(
  { clerk, anybody, clock, platform }: TestPlatform,
  channel: FakeChannel,
): Promise<Readonly<Record<string, string>>> {
  const sound = <T extends { status: number; body: unknown }>(answer: T): T => {
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer
  }
  const pay = async (order: string, id: string) => {
    const begun = sound(
      await anybody('POST', `/api/orders/${order}/payments`, { id, channel: 'wechat', method: 'native' }),
    )
    const paymentNo = begun.body.payment_no as string
    const amount = Math.round(Number(begun.body.amount) * 100)
    channel.pay({ paymentNo, amount }, clock.now())
    sound(await clerk('POST', `/api/payments/${paymentNo}/query`, { id: `query-${id}` }))
    return paymentNo
  }
  const paymentNo = await pay('ZZFOREIGN-O', 'phone-m2-01')
  await pay('OWN1', 'phone-m1-01')
  const { pool } = platform.app.db
  await pool.query(
    `insert into payment_anomalies (order_no, payment_no, kind, evidence, found_at) values ('ZZFOREIGN-O', $1, 'overpayment', '{"note": "外部机密"}', $2)`,
    [paymentNo, clock.now()],
  )
  const refund = sound(
    await clerk('POST', `/api/payments/${paymentNo}/refunds`, {
      id: 'refund-m2-1',
      amount: '6000.00',
      reason: '外部机密退款',
    }),
  )
  assert.equal(refund.body.state, 'awaiting_review')
  const reviews = sound(await clerk('GET', '/api/reviews'))
  const review = reviews.body.reviews.find((one: { object_id?: string; object?: { id: string } }) =>
    JSON.stringify(one).includes(refund.body.refund_no),
  )
  assert.ok(review, 'the refund waits as a review')
  const batch = sound(
    await clerk(
      'POST',
      '/api/bill-batches?id=batch-m2-0001&name=ZZFOREIGN.csv',
      Buffer.from('缴费单号,缴费项目,户号,金额\nZZFOREIGN-B1,W2,ZZFOREIGN-A,8888.88\n'),
    ),
  )
  assert.equal(batch.body.errors, 0, JSON.stringify(batch.body))
  const seed = { merchant: 'M2', feeItem: 'W2', order: 'ZZFOREIGN-D', fen: 888_888 }
  const { theirs } = await seedDiscrepancies(pool, seed)
  return {
    discrepancy_id: theirs,
    order_no: 'ZZFOREIGN-O',
    payment_no: paymentNo,
    refund_no: refund.body.refund_no,
    review_id: review.review_id ?? review.id,
    merchant_no: 'M2',
    fee_item_id: 'W2',
    batch_id: 'batch-m2-0001',
    kind: 'overpayment',
  }
}
