import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../testkit/database.ts'
import { askDigest } from './ask_digest.ts'
import { once } from './requests.ts'

const AT = new Date('2026-11-25T01:00:00Z')
const request = (id: string, body: unknown, operation = 'try') => ({ id, operation, body, actor: 'li', at: AT })

test('the same id and body get the first answer, whatever the order of members', async t => {
  const db = await testDatabase(t)
  let done = 0
  const ask = (body: unknown, operation?: string) =>
    db.transaction(tx => once(tx, request('request-1', body, operation), async () => ({ count: ++done })))
  assert.deepEqual(await ask({ a: 1, b: 'x' }), { count: 1 })
  assert.deepEqual(await ask({ b: 'x', a: 1, c: undefined }), { count: 1 })
  assert.equal(done, 1)
  await assert.rejects(ask({ a: 2, b: 'x' }), { code: 'id_reused' })
  await assert.rejects(ask({ a: 1, b: 'x' }, 'other'), { code: 'id_reused' })
})

test('ten at the same time are one; work that fails may be tried again', async t => {
  const db = await testDatabase(t)
  let done = 0
  const ask = () =>
    db.transaction(tx =>
      once(tx, request('request-2', {}), async () => {
        if (++done === 1) throw new Error('the first one fails')
        return { done }
      }),
    )
  await assert.rejects(ask(), /the first one fails/)
  const answers = await Promise.all(Array.from({ length: 10 }, ask))
  assert.deepEqual(new Set(answers.map(answer => answer.done)), new Set([2]))
})

test('an id that is too short, too long or of other signs is refused', async t => {
  const db = await testDatabase(t)
  for (const id of ['short', 'x'.repeat(65), 'with blank', '编号编号编号编号'])
    await assert.rejects(
      db.transaction(tx => once(tx, request(id, {}), async () => null)),
      { code: 'id_invalid' },
    )
  await db.transaction(tx => once(tx, request('A_.:-123', {}), async () => null))
})

test('the digest is of the value, not of its spelling', () => {
  const at = new Date('2026-11-25T01:00:00Z')
  assert.equal(askDigest({ b: [1, { d: null, c: at }], a: '值' }), askDigest({ a: '值', b: [1, { c: at, d: null }] }))
  assert.notEqual(askDigest({ a: '1' }), askDigest({ a: 1 }))
  assert.notEqual(askDigest([1, 2]), askDigest([2, 1]))
})
