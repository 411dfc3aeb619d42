import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeTestServer } from '../server.ts'
import { simulate } from './simulate.ts'

after(closeTestServer)

/** Seeds that broke something once, with the day by which it showed: they must not again. `npm run simulate` looks for more. */
const FOUND_ONCE: readonly { readonly seed: number; readonly days: number }[] = []

test('days of the whole platform hold whatever happens in them, and a seed plays them again', {
  timeout: 240_000,
}, async () => {
  const short = { seed: 7, days: 3, paymentsADay: 6 }
  const [first, again] = [await simulate(short), await simulate(short)]
  assert.deepEqual(first.broken, [])
  assert.ok(first.closed >= 4 && first.movements > 12, JSON.stringify(first))
  assert.deepEqual(again, first)
})

for (const { seed, days } of FOUND_ONCE)
  test(`seed ${seed} holds for ${days} days`, { timeout: 240_000 }, async () => {
    assert.deepEqual((await simulate({ seed, days, paymentsADay: 10 })).broken, [])
  })
