import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { DISCREPANCY, UNMATCH } from '../src/discrepancies/reviews.ts'
import { makeId } from '../src/kernel/ids.ts'
import { openPaying } from '../src/orders/paying.ts'
import { countPlaces } from '../src/reconciliation/days/count_places.ts'
import type { BusinessDay } from '../src/reconciliation/days/day.ts'
import { dayById } from '../src/reconciliation/days/day_store.ts'
import { proveDay } from '../src/reconciliation/days/proof_store.ts'
import { approveReview, refuseReview } from '../src/reviews/operations.ts'
import { actor } from './actors.ts'
import { endBefore } from './database.ts'
import { daysCounter } from './days.ts'
import { FakeChannel, fakeChannels } from './fake_channel.ts'

const KINDS = new Map([DISCREPANCY, UNMATCH].map(kind => [kind.code, kind]))

/** Days as `daysCounter` has them, with people who work on what they leave. */
export async function discrepancyCounter(t: TestContext, start?: string) {
  const days = await daysCounter(t, start)
  const { db, clock } = days
  const channel = new FakeChannel('wechat', 'wx')
  const app = openPaying(
    {
      ...days.app,
      newId: () => makeId(clock.now().getTime(), randomBytes(10)),
      channels: fakeChannels(channel),
    },
    { publicUrl: () => 'http://127.0.0.1:1', paymentMinutes: 30, transferDays: 7, refundReviewFrom: null },
  )
  endBefore(db, () => app.close())
  let asks = 0
  const reviewing = { ...app, kinds: KINDS }
  const word = (reviewId: string) => ({ id: `word-${String(++asks).padStart(6, '0')}`, reviewId, reason: '已核对' })
  return {
    ...days,
    app,
    channel,
    li: actor('li'),
    wang: actor('wang'),
    nextId: () => `ask-${String(++asks).padStart(6, '0')}`,
    approve: (reviewId: string, who = actor('wang')) => approveReview(reviewing, who, word(reviewId)),
    refuse: (reviewId: string, who = actor('wang')) => refuseReview(reviewing, who, word(reviewId)),
    /** The number of the discrepancy that stands so in `places()`. */
    async discrepancy(kind: string, states: readonly string[] = ['open', 'waived']): Promise<number> {
      const { rows } = await db.pool.query(
        'select id from discrepancies where kind = $1 and state = any($2::discrepancy_state[])',
        [kind, states],
      )
      assert.equal(rows.length, 1, `${rows.length} discrepancies are ${kind}`)
      return rows[0].id
    },
    async standing(id: number) {
      const { rows } = await db.pool.query('select * from discrepancies where id = $1', [id])
      return rows[0]
    },
    /** Every row of every day has one place, and every day's proof holds. */
    async sound(): Promise<void> {
      const { rows } = await db.pool.query('select id, business_date::text as day from days order by id')
      await db.transaction(async tx => {
        for (const { id, day } of rows) {
          const { unplacedOurs, unplacedTheirs, doublyPlaced } = await countPlaces(
            tx,
            (await dayById(tx, id)) as BusinessDay,
          )
          assert.deepEqual(
            { unplacedOurs, unplacedTheirs, doublyPlaced },
            { unplacedOurs: 0, unplacedTheirs: 0, doublyPlaced: 0 },
            day,
          )
          const proof = await proveDay(tx, id, clock.now())
          assert.ok(proof.ok, `${day}: ${JSON.stringify(proof.byCurrency)}`)
        }
      })
    },
  }
}

export type DiscrepancyCounter = Awaited<ReturnType<typeof discrepancyCounter>>
