import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Deed, newWishes } from '../src/shell/wishes.ts'

const numbered = () => {
  let made = 0
  return newWishes(() => `web-${++made}`)
}
const refund = (amount: string): Deed => ({ method: 'POST', path: '/api/payments/P1/refunds', body: { amount } })

test('the same wish keeps its id until it was done; then it is another wish', () => {
  const wishes = numbered()
  assert.deepEqual(wishes.bodyOf(refund('1.00')), { id: 'web-1', amount: '1.00' })
  assert.deepEqual(wishes.bodyOf(refund('1.00')), { id: 'web-1', amount: '1.00' })
  wishes.forget(refund('1.00'))
  assert.deepEqual(wishes.bodyOf(refund('1.00')), { id: 'web-2', amount: '1.00' })
})

test('another body, address or method is another wish, and what is asked for in between takes no id away', () => {
  const wishes = numbered()
  const take: Deed = { method: 'POST', path: '/api/appeals/1/take' }
  const others: readonly Deed[] = [
    refund('1.00'),
    refund('2.00'),
    take,
    { ...take, path: '/api/appeals/2/take' },
    { ...take, method: 'PUT' },
  ]
  const sent = others.map(wishes.bodyOf)
  assert.equal(new Set(sent.map(body => (body as { id: string }).id)).size, others.length)
  wishes.forget(take)
  assert.deepEqual(others.filter(deed => deed !== take).map(wishes.bodyOf), [sent[0], sent[1], sent[3], sent[4]])
})

test('a wish that is named stays one whatever is changed in it', () => {
  const wishes = numbered()
  assert.deepEqual(wishes.bodyOf({ ...refund('1.00'), wish: 'refund' }), { id: 'web-1', amount: '1.00' })
  assert.deepEqual(wishes.bodyOf({ ...refund('2.00'), wish: 'refund' }), { id: 'web-1', amount: '2.00' })
  wishes.forget({ ...refund('2.00'), wish: 'refund' })
  assert.deepEqual(wishes.bodyOf({ ...refund('1.00'), wish: 'refund' }), { id: 'web-2', amount: '1.00' })
})

test('a route that takes no id gets none', () => {
  const wishes = numbered()
  const path = '/api/session/all'
  assert.equal(wishes.bodyOf({ method: 'DELETE', path, bare: true }), undefined)
  assert.deepEqual(wishes.bodyOf({ method: 'POST', path, body: { code: '123456' }, bare: true }), { code: '123456' })
})
