/**
 * `node bench/refunds.ts [--count 3000] [--rounds 3]`: what due refunds cost. Taken as the platform takes them, looked for and then claimed one by one, beside one statement that claims
 * 32 with `for update skip locked`, which Citus would refuse; then all of what becomes of a refund that its channel confirms, with a channel that answers at once.
 */
import { parseWords } from '../src/command_line.ts'
import { eachAtOnce } from '../src/orders/compensation.ts'
import { learn, readPayment, startPayment } from '../src/orders/operations.ts'
import { askRefund } from '../src/refunds/operations.ts'
import { compensateRefunds } from '../src/refunds/sending.ts'
import { claimRefund, dueRefunds } from '../src/refunds/store.ts'
import { actor } from '../testkit/actors.ts'
import { FakeChannel, fakeChannels } from '../testkit/fake_channel.ts'
import { issued, payingTest } from '../testkit/paying.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['count', 'rounds'], many: [] })
const given = (name: string, fallback: number): number => Number(words.values.get(name)?.[0] ?? fallback)
const [count, rounds] = [given('count', 3_000), given('rounds', 3)]
const SOME = 32
const LEASE_MS = 45_000
const SOMEBODY = actor('somebody')

const ends: (() => unknown)[] = []
const channel = new FakeChannel()
const { app, db, clock } = await payingTest(
  { after: (end: () => unknown) => void ends.push(end) } as never,
  fakeChannels(channel),
)
const numbers = Array.from({ length: count }, (_, i) => i)

/** Claims all that is due by one statement for 32, until none is left. */
async function claimedTogether(): Promise<number> {
  let claimed = 0
  for (;;) {
    const at = clock.now()
    const { rowCount } = await db.pool.query({
      name: 'together',
      text: `with due as (
               select order_no, refund_no from refunds where next_query_at <= $1 order by next_query_at limit $2 for update skip locked
             )
             update refunds r set next_query_at = $3, queries = r.queries + 1
               from due where r.order_no = due.order_no and r.refund_no = due.refund_no
             returning r.*`,
      values: [at, SOME, new Date(at.getTime() + LEASE_MS)],
    })
    if (!rowCount) return claimed
    claimed += rowCount
  }
}

async function claimedOneByOne(): Promise<number> {
  let claimed = 0
  for (;;) {
    const due = await dueRefunds(db.pool, clock.now(), SOME)
    if (due.length === 0) return claimed
    await eachAtOnce(due, 16, async key => {
      if (await claimRefund(db.pool, key, clock.now(), LEASE_MS)) claimed++
    })
  }
}

/** µs each, of the wall's clock. */
async function timed(what: () => Promise<number>): Promise<number> {
  clock.forward(3600)
  const begun = performance.now()
  const done = await what()
  if (done !== count) throw new Error(`${done} of ${count} were claimed`)
  return Math.round(((performance.now() - begun) * 1000) / count)
}

try {
  channel.answers.refund = numbers.map(() => ({ state: 'pending', channelRefundNo: '' }))
  await eachAtOnce(numbers, 8, async i => {
    const { orderNo } = await issued(app, { orderNo: `R${i}` })
    const ask = { orderNo, id: 'pay', channel: channel.name, method: 'native', amount: null, openid: null } as const
    const payment = await startPayment(app, SOMEBODY, ask)
    await learn(app, payment, channel.pay(payment, clock.now()), 'notice')
    const { paymentNo } = await readPayment(app, payment.paymentNo)
    await askRefund(app, SOMEBODY, { id: 'refund', paymentNo, amount: 100, reason: '多缴' })
  })
  await db.pool.query('vacuum analyze refunds')
  for (let round = 1; round <= rounds; round++)
    console.log(
      `claims, round ${round}: together ${await timed(claimedTogether)} µs each, one by one ${await timed(claimedOneByOne)} µs each`,
    )
  channel.answers.queryRefund = numbers.map(() => ({
    ...{ state: 'success' as const, channelRefundNo: 'R', amount: 100 },
    refundedAt: clock.now(),
  }))
  console.log(`a refund from due to booked: ${await timed(() => compensateRefunds(app))} µs each`)
} finally {
  for (const end of ends) await end()
}
