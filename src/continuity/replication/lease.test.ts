import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Lease, mustStepDown, nextStep, passed, renewed, USUAL_TIMES } from './lease.ts'

const LEASE: Lease = { holder: 'main', term: 1, until: 10_000, sync: 'city' }
const step = (view: Partial<Parameters<typeof nextStep>[0]>, lease: Partial<Lease> = {}) =>
  nextStep(
    {
      now: 5_000,
      holderAnswers: true,
      syncMissedSince: null,
      syncAnswers: true,
      ...view,
      lease: { ...LEASE, ...lease },
    },
    USUAL_TIMES,
  )

test('a primary that answers is renewed; one that does not keeps its lease to the end, then the synchronous standby takes over', () => {
  assert.equal(step({}), 'renew')
  assert.equal(step({ holderAnswers: false }), 'wait')
  assert.equal(step({ holderAnswers: false, now: 9_999 }), 'wait')
  assert.equal(step({ holderAnswers: false, now: 10_000 }), 'promote')
  // It was cut off and comes back too late: by then it has stopped itself.
  assert.equal(step({ holderAnswers: true, now: 10_000 }), 'promote')
})

test('nobody is promoted who may lack an acknowledged commit', () => {
  assert.equal(step({ holderAnswers: false, now: 10_000 }, { sync: null }), 'ask_a_person')
  assert.equal(step({ holderAnswers: false, now: 10_000, syncAnswers: false }), 'ask_a_person')
})

test('a synchronous standby that is missed for too long is waited for no more', () => {
  const missed = 5_000 - USUAL_TIMES.patienceMs
  assert.equal(step({ syncMissedSince: missed + 1 }), 'renew')
  assert.equal(step({ syncMissedSince: missed }), 'loosen')
  assert.equal(step({ syncMissedSince: missed }, { sync: null }), 'renew')
})

test('whoever holds a lease has stopped before another may begin, whenever it renewed last', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.nat(1e5), (renewedAt, later) => {
      const now = renewedAt + later
      const lease = renewed(LEASE, renewedAt, USUAL_TIMES)
      const view = { now, lease, holderAnswers: false, syncMissedSince: null, syncAnswers: true }
      if (nextStep(view, USUAL_TIMES) === 'promote')
        assert.ok(mustStepDown(renewedAt, now - USUAL_TIMES.marginMs, USUAL_TIMES))
    }),
  )
})

test('each promotion is one term later, and nobody follows it yet', () => {
  assert.deepEqual(passed(LEASE, 'city', 20_000, USUAL_TIMES), {
    holder: 'city',
    term: 2,
    until: 20_000 + USUAL_TIMES.leaseMs,
    sync: null,
  })
})
