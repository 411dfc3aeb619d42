import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { actor } from '../../testkit/actors.ts'
import { clusterDatabase } from '../../testkit/citus_stand_in.ts'
import { testDatabase } from '../../testkit/database.ts'
import { FakeChannel, fakeChannels } from '../../testkit/fake_channel.ts'
import { issued, payingTest } from '../../testkit/paying.ts'
import { recorded } from '../../testkit/recorded.ts'
import { Failure } from '../kernel/failure.ts'
import type { Database } from '../system/database.ts'
import { bookFindings } from './book.ts'
import { startPayment } from './operations.ts'
import type { Finding } from './payment.ts'

/** So many bills that are about to be paid, and what the channel says of each: `from` to `from + count`. */
async function batch(t: TestContext, database: (t: TestContext) => Promise<Database>, count: number) {
  const channel = new FakeChannel()
  const { app, clock } = await payingTest(t, fakeChannels(channel), {}, await database(t))
  const findings: Finding[] = []
  for (let i = 0; i < count; i++) {
    const { orderNo } = await issued(app, { orderNo: `B${i}` })
    const ask = { orderNo, id: 'phone', channel: 'wechat', method: 'native', amount: null, openid: null } as const
    const { paymentNo, amount } = await startPayment(app, actor('somebody'), ask)
    const outcome = channel.pay({ paymentNo, amount }, clock.now())
    findings.push({ orderNo, paymentNo, source: 'notice', outcome, merchant: channel.merchant, at: clock.now() })
  }
  const paid = async (): Promise<number> => {
    const { rows } = await app.db.pool.query(
      `select count(*)::int as paid from orders o where state = 'paid' and (select count(*) from movements m where m.order_no = o.order_no) = 1`,
    )
    return rows[0].paid
  }
  return { app, findings, paid }
}

for (const [where, database, locking] of [
  ['one PostgreSQL', (t: TestContext) => testDatabase(t), 'lock_orders'],
  ['a cluster', clusterDatabase, 'lock_order_to_book'],
] as const)
  test(`on ${where} the orders of a batch are locked by ${locking}; each is booked, and what is unknown is refused alone`, async t => {
    const { app, findings, paid } = await batch(t, database, 4)
    const unknown = { ...(findings[0] as Finding), orderNo: 'NONE', paymentNo: 'NONE' }
    const told = [...findings, unknown, findings[0] as Finding]
    let answers: Awaited<ReturnType<typeof bookFindings>> = []
    const sent = await recorded(async () => void (answers = await bookFindings(app, told)))
    assert.deepEqual(
      sent.filter(({ name }) => name.startsWith('lock_')).map(({ name }) => name),
      [locking],
    )
    assert.deepEqual(
      answers.map(answer => (answer instanceof Failure ? answer.code : answer.act)),
      ['book', 'book', 'book', 'book', 'payment_unknown', 'nothing'],
    )
    assert.equal(await paid(), 4)
  })

test('two batches with the same bills in opposite orders, on a cluster: both end, and nothing is booked twice', async t => {
  const { app, findings, paid } = await batch(t, clusterDatabase, 60)
  const both = await Promise.all([bookFindings(app, findings), bookFindings(app, findings.toReversed())])
  const acts = both.flat().map(answer => (answer instanceof Failure ? answer.code : answer.act))
  assert.equal(acts.filter(act => act === 'book').length, 60)
  assert.equal(acts.filter(act => act === 'nothing').length, 60)
  assert.equal(await paid(), 60)
})
