import assert from 'node:assert/strict'
import { test } from 'node:test'
import { found } from '../../../testkit/unionpay_platform.ts'
import { readAnswer } from './fields.ts'
import { noticeOutcome, paymentOutcome, refundAnswer, refundNoticeOutcome, refundOutcome } from './outcomes.ts'

const CODES = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))

/** By the published list: certainly no money. */
const REFUSED =
  '01 02 10 11 13 30 31 32 33 35 36 38 39 40 43 44 60 61 62 63 64 65 66 67 68 69 71 72 73 76 77 78 79 80 81 82 85 86 88 89'.split(
    ' ',
  )

test('only respCode 00 with origRespCode 00 is paid', () => {
  const outcome = (respCode: string, origRespCode: string) =>
    paymentOutcome(found({ respCode, origRespCode }), true).state
  for (const respCode of [...CODES, 'A6', '', 'xx'])
    for (const origRespCode of [...CODES, 'A6', '', 'xx'])
      assert.equal(outcome(respCode, origRespCode) === 'success', respCode === '00' && origRespCode === '00')
})

test('each code of a queried payment says one thing', () => {
  for (const origRespCode of [...CODES, 'A6', '']) {
    const expected = origRespCode === '00' ? 'success' : REFUSED.includes(origRespCode) ? 'failed' : 'unknown'
    assert.equal(paymentOutcome(found({ origRespCode }), true).state, expected, origRespCode)
  }
  for (const respCode of [...CODES, 'A6', '']) {
    const expected = respCode === '00' ? 'success' : respCode === '34' ? 'absent' : 'unknown'
    assert.equal(paymentOutcome(found({ respCode }), true).state, expected, respCode)
  }
})

test('a refused card is no end while the payer may try another', () => {
  const refused = found({ origRespCode: '64', origRespMsg: '余额不足' })
  assert.deepEqual(paymentOutcome(refused, false), { state: 'pending' })
  assert.deepEqual(paymentOutcome(refused, true), { state: 'failed', code: '64', reason: '64: 余额不足' })
})

test('a success carries amount, number, moment and merchant, or is none', () => {
  assert.deepEqual(paymentOutcome(found(), false), {
    state: 'success',
    channelTradeNo: '812611251000001234568',
    amount: 12_345,
    currency: 'CNY',
    paidAt: new Date('2026-11-25T01:59:58Z'),
    payer: '6216***********0018',
    fee: null,
    merchant: '777290058110048',
  })
  const lacking: Record<string, string>[] = [
    { txnAmt: '' },
    { txnAmt: '123.45' },
    { txnAmt: '0' },
    { queryId: '' },
    { merId: '' },
    { currencyCode: '840' },
    { txnTime: 'x' },
    { txnType: '04' },
  ]
  for (const changes of lacking)
    assert.equal(paymentOutcome(found(changes), true).state, 'unknown', JSON.stringify(changes))
})

test('a moment without a year is the next such moment after the order', () => {
  const at = (txnTime: string, traceTime: string) => {
    const outcome = paymentOutcome(found({ txnTime, traceTime }), true)
    return outcome.state === 'success' && outcome.paidAt.toISOString()
  }
  assert.equal(at('20261231235000', '0101000100'), '2026-12-31T16:01:00.000Z')
  assert.equal(at('20270101000005', '1231235959'), '2026-12-31T15:59:59.000Z')
  assert.equal(at('20261125095000', ''), '2026-11-25T01:50:00.000Z')
})

test('a refund that was taken is on its way; its query or notice says where it ended', () => {
  for (const respCode of [...CODES, 'A6', '']) {
    const expected = respCode === '00' ? 'pending' : [...REFUSED, '34'].includes(respCode) ? 'failed' : 'unknown'
    assert.equal(refundAnswer({ respCode }).state, expected, respCode)
  }
  const refund = (changes: Record<string, string>) =>
    refundOutcome(found({ txnType: '04', txnAmt: '345', ...changes })).state
  assert.equal(refund({}), 'success')
  assert.equal(refund({ txnType: '01' }), 'unknown')
  assert.equal(refund({ respCode: '34' }), 'absent')
  for (const respCode of ['03', '04', '05', '12', '37']) assert.equal(refund({ respCode }), 'unknown')
  for (const origRespCode of ['03', '04', '05', '34', 'A6', '']) assert.equal(refund({ origRespCode }), 'unknown')
  for (const origRespCode of REFUSED) assert.equal(refund({ origRespCode }), 'failed', origRespCode)
})

test('a notice is believed only when it says 00', () => {
  for (const respCode of [...CODES, 'A6', '']) {
    const expected = respCode === '00' ? 'success' : 'unknown'
    assert.equal(noticeOutcome(found({ respCode })).state, expected)
    assert.equal(refundNoticeOutcome(found({ respCode })).state, expected)
  }
})

test('an answer is read as it is written: without encoding, with braces', () => {
  assert.deepEqual(readAnswer('a=1&b=x+y==&c={d=1&e=[2&3]}&f='), { a: '1', b: 'x+y==', c: '{d=1&e=[2&3]}', f: '' })
  for (const bad of ['', 'a', 'a=1&a=2', '=1', 'a=1&', '<html>']) assert.equal(readAnswer(bad), null, bad)
})
