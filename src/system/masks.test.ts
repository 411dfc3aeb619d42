import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { maskerOf } from './masks.ts'

const Masked = (kind: string) => Type.String({ 'x-mask': kind })
const see = (kind: string, value: string) => `${kind}(${value})`

test('texts with a mask are masked wherever they stand: fields, lists, records, unions', () => {
  const mask = maskerOf(
    Type.Object({
      account_no: Masked('a'),
      plain: Type.String(),
      list: Type.Array(Type.Object({ name: Masked('n') })),
      names: Type.Array(Masked('n')),
      by_no: Type.Record(Type.String(), Type.Object({ phone: Masked('p') })),
      maybe: Type.Union([Type.Null(), Type.Object({ email: Type.Union([Masked('e'), Type.Null()]) })]),
      absent: Type.Optional(Masked('x')),
    }),
  )
  assert.ok(mask)
  const given = {
    account_no: '1',
    plain: '2',
    list: [{ name: '3' }, { name: '' }],
    names: ['4'],
    by_no: { a: { phone: '5' } },
    maybe: { email: '6' },
  }
  const copy = structuredClone(given)
  assert.deepEqual(mask(given, see), {
    account_no: 'a(1)',
    plain: '2',
    list: [{ name: 'n(3)' }, { name: '' }],
    names: ['n(4)'],
    by_no: { a: { phone: 'p(5)' } },
    maybe: { email: 'e(6)' },
  })
  assert.deepEqual(given, copy, 'what was given is left as it is')
  assert.deepEqual(mask({ ...given, maybe: null }, see), { ...(mask(given, see) as object), maybe: null })
})

test('a schema without masks costs nothing', () => assert.equal(maskerOf(Type.Object({ a: Type.String() })), null))

test('a mask that would not be applied is a mistake of the schema', () => {
  assert.throws(() => maskerOf(Type.Object({ n: Type.Integer({ 'x-mask': 'a' }) })), /no text/)
  assert.throws(() => maskerOf({ type: 'object', if: { properties: { a: Masked('a') } } }), /1 masks in the schema, 0/)
})
