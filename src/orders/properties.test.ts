import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { actor } from '../../testkit/actors.ts'
import { FakeChannel, fakeChannels } from '../../testkit/fake_channel.ts'
import { issued, payingTest } from '../../testkit/paying.ts'
import { Failure } from '../kernel/failure.ts'
import { askRefund } from '../refunds/operations.ts'
import { compensate } from './compensation.ts'
import { cancelPayment, closeOrder, learn, startPayment } from './operations.ts'
import type { Payment } from './payment.ts'

/**
 * Random lives of a bill: attempts, payers who pay (also what was closed, also twice), notices lost, doubled and out of order,
 * refunds, the bill taken back, time passing, several things at the same moment. What must hold afterwards, always:
 * our book has what the channel took and gave back, to the 分; a bill is never credited beyond its amount; what is not
 * credited has a proposed or made refund.
 */
type Step =
  | { do: 'start'; part: number }
  | { do: 'pay'; attempt: number; wrong: boolean }
  | { do: 'notice'; attempt: number; times: number }
  | { do: 'cancel'; attempt: number }
  | { do: 'refund'; attempt: number; share: number }
  | { do: 'close' }
  | { do: 'silence'; times: number }
  | { do: 'wait'; seconds: number }

const attempt = fc.nat(5)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('start' as const), part: fc.constantFrom(0, 0, 1_000, 4_000) }),
  fc.record({ do: fc.constant('pay' as const), attempt, wrong: fc.constantFrom(false, false, false, true) }),
  fc.record({ do: fc.constant('notice' as const), attempt, times: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('cancel' as const), attempt }),
  fc.record({ do: fc.constant('refund' as const), attempt, share: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ do: fc.constant('close' as const) }),
  fc.record({ do: fc.constant('silence' as const), times: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 6, 30, 121, 1_000, 3_000) }),
)
/** Steps of one group happen at the same moment. */
const life = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 12 })

const RUNS = Number(process.env.FZPAY_RUNS ?? 60)

test('whatever happens to a bill, the book is what the channel took and gave back', async t => {
  const channel = new FakeChannel()
  const { app, db, clock } = await payingTest(t, fakeChannels(channel))
  let requests = 0
  await fc.assert(
    fc.asyncProperty(life, async groups => {
      const { orderNo } = await issued(app, { feeItemId: 'S1' })
      const attempts: Payment[] = []
      const took = new Map<string, ReturnType<FakeChannel['pay']>>()
      const act = async (step: Step): Promise<unknown> => {
        const chosen = 'attempt' in step ? attempts[step.attempt % Math.max(1, attempts.length)] : undefined
        switch (step.do) {
          case 'start': {
            const amount = step.part === 0 ? null : step.part
            const id = `req-${++requests}`
            const payment = await startPayment(app, actor('somebody'), {
              orderNo,
              id,
              channel: 'wechat',
              method: 'native',
              amount,
              openid: null,
            })
            return attempts.push(payment)
          }
          case 'pay':
            if (chosen && !took.has(chosen.paymentNo) && channel.canPay(chosen.paymentNo)) {
              const change = step.wrong ? { amount: chosen.amount - 1 } : {}
              took.set(chosen.paymentNo, channel.pay(chosen, clock.now(), change))
            }
            return
          case 'notice': {
            const paid = chosen && took.get(chosen.paymentNo)
            if (!paid) return
            return await Promise.all(Array.from({ length: step.times }, () => learn(app, chosen, paid, 'notice')))
          }
          case 'cancel':
            return chosen && (await cancelPayment(app, actor('somebody'), chosen.paymentNo))
          case 'refund':
            if (!chosen) return
            return await askRefund(app, actor('clerk'), {
              id: `ref-${++requests}`,
              paymentNo: chosen.paymentNo,
              amount: step.share * 100,
              reason: 'x',
            })
          case 'close':
            return await closeOrder(app, actor('somebody'), orderNo, 'x')
          case 'silence':
            channel.answers.query = Array.from({ length: step.times }, () => ({ state: 'unknown', reason: 'quiet' }))
            return
          case 'wait':
            clock.forward(step.seconds)
            return await compensate(app)
        }
      }
      for (const group of groups)
        for (const done of await Promise.allSettled(group.map(act)))
          if (done.status === 'rejected' && !(done.reason instanceof Failure)) throw done.reason
      const unasked = await db.pool.query(
        `select payment_no from payments p where order_no = $1 and state in ('created', 'pending')
            and not exists (select from payments_waiting w where w.order_no = p.order_no and w.payment_no = p.payment_no)`,
        [orderNo],
      )
      assert.deepEqual(unasked.rows, [], 'open, and nobody will ask about it')
      // The channel talks again, and time passes until nothing waits any more.
      channel.answers.query = []
      for (let hours = 0; hours < 4; hours++) {
        clock.forward(3_600 * 7)
        await compensate(app)
      }

      const { rows } = await db.pool.query(
        `select o.amount, o.paid, o.refunded,
                (select coalesce(sum(received) filter (where credited), 0)::int from payments p where p.order_no = o.order_no) as credited,
                (select count(*)::int from payments p where p.order_no = o.order_no and p.state in ('created', 'pending')) as open,
                (select count(*)::int from payments_waiting w where w.order_no = o.order_no) as waiting,
                (select count(*)::int from payments p where p.order_no = o.order_no and p.state = 'success' and not p.credited
                    and not exists (select from refunds r where r.order_no = p.order_no and r.payment_no = p.payment_no and r.kind = 'surplus')) as unproposed,
                (select coalesce(sum(m.amount), 0)::int from movements m where m.order_no = o.order_no) as moved,
                (select count(*)::int from movements m where m.order_no = o.order_no and m.kind = 'payment') as payments,
                (select coalesce(sum(r.amount), 0)::int from refunds r where r.order_no = o.order_no and r.state = 'success') as given_back
           from orders o where o.order_no = $1`,
        [orderNo],
      )
      const book = rows[0]
      const taken = [...took.values()].reduce((sum, paid) => sum + paid.amount, 0)
      assert.equal(book.moved, taken - book.given_back, 'the book is not what the channel moved')
      assert.equal(book.payments, took.size, 'a payment is missing, or booked twice')
      assert.equal(book.paid, book.credited)
      assert.ok(book.paid <= book.amount && book.refunded <= book.paid)
      assert.deepEqual([book.open, book.waiting], [0, 0], 'something still waits')
      assert.equal(book.unproposed, 0, 'a surplus without a proposed refund')
    }),
    { numRuns: RUNS, endOnFailure: true },
  )
})
