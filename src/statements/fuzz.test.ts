import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzz } from '../../testkit/fuzz.ts'
import { mutate, seeded } from '../../testkit/mutate.ts'

test('2,000 damaged statements: each ends in a result or a refusal, in time, in memory, with no total changed unseen', async () => {
  const { findings, outcomes } = await fuzz({ cases: 2_000 })
  assert.deepEqual(findings, [])
  assert.equal(
    Object.values(outcomes).reduce((a, b) => a + b, 0),
    2_000,
  )
})

test('the same seed is the same damage', () => {
  const [bytes, other] = [Buffer.from('a,b\n1,2\n'), Buffer.from('x')]
  for (let seed = 0; seed < 50; seed++)
    assert.deepEqual(mutate(bytes, other, seeded(seed)), mutate(bytes, other, seeded(seed)))
})
