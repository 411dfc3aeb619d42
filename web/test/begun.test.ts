import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begunOf } from '../src/pages/pay/begun.ts'

const begun = { paymentNo: 'P1', title: '水费', amount: '1.00', currency: 'CNY', at: '2026-11-20T10:00:00+08:00' }
const at = (time: string): number => Date.parse(time)

test('what a browser kept of begun payments is taken as far as it can be read, and for ten days', () => {
  const kept = JSON.stringify([begun, { paymentNo: 'P2' }, null, 7])
  assert.deepEqual(begunOf(kept, at('2026-11-30T09:59:59+08:00')), [begun])
  assert.deepEqual(begunOf(kept, at('2026-11-30T10:00:00+08:00')), [])
  for (const damaged of [null, '', '{', '{}', '"x"', 'null']) assert.deepEqual(begunOf(damaged, 0), [], String(damaged))
})
