import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transaction } from '../../../testkit/wechat_platform.ts'
import {
  closeError,
  createError,
  paymentOutcome,
  queryError,
  refundError,
  refundOutcome,
  refundQueryError,
} from './outcomes.ts'

test('each trade state says one thing', () => {
  const said = (trade_state: string | undefined) => paymentOutcome(transaction({ trade_state })).state
  const table = `
    SUCCESS success      REFUND success       NOTPAY pending     USERPAYING pending    ACCEPT pending
    CLOSED closed        REVOKED closed       PAYERROR failed    SOMETHING_NEW unknown`
  const words = table.trim().split(/\s+/)
  for (let i = 0; i < words.length; i += 2) assert.equal(said(words[i]), words[i + 1], `${words[i]}`)
  assert.equal(said(undefined), 'unknown')
})

test('a success carries what was asked for, not what the payer paid after a coupon', () => {
  assert.deepEqual(paymentOutcome(transaction()), {
    state: 'success',
    channelTradeNo: '4200001234202611251234567890',
    amount: 12_345,
    currency: 'CNY',
    paidAt: new Date('2026-11-25T01:59:58Z'),
    payer: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
    fee: null,
    merchant: '1900000109',
  })
})

test('a success that lacks a part is no success', () => {
  const lacking = [
    { transaction_id: undefined },
    { success_time: '2026-11-25 09:59:58' },
    { success_time: undefined },
    { mchid: undefined },
    { amount: undefined },
    { amount: { total: '12345' } },
    { amount: { total: 123.45 } },
    { amount: { total: 0 } },
    { amount: { total: 2 ** 53 } },
  ]
  for (const changes of lacking)
    assert.equal(paymentOutcome(transaction(changes)).state, 'unknown', JSON.stringify(changes))
})

test('each refund state says one thing', () => {
  const refund = (status: string) => ({ refund_id: '5030', status, amount: { refund: 345 }, success_time: 'x' })
  assert.deepEqual(refundOutcome(refund('SUCCESS')), {
    state: 'success',
    channelRefundNo: '5030',
    amount: 345,
    refundedAt: null,
  })
  assert.deepEqual(refundOutcome(refund('PROCESSING')), { state: 'pending', channelRefundNo: '5030' })
  assert.equal(refundOutcome(refund('CLOSED')).state, 'failed')
  assert.equal(refundOutcome(refund('ABNORMAL')).state, 'unknown')
  assert.equal(refundOutcome(refund('')).state, 'unknown')
  assert.equal(refundOutcome({ ...refund('SUCCESS'), amount: {} }).state, 'unknown')
  assert.equal(refundOutcome({ refund_status: 'PROCESSING', refund_id: '1' }).state, 'pending')
})

test('each error code says one thing, whichever way it is spelt', () => {
  const table: readonly [code: string, create: string, query: string, close: string, refund: string, ask: string][] = [
    ['ORDER_NOT_EXIST', 'unknown', 'absent', 'closed', 'unknown', 'unknown'],
    ['ORDERNOTEXIST', 'unknown', 'absent', 'closed', 'unknown', 'unknown'],
    ['RESOURCE_NOT_EXISTS', 'unknown', 'unknown', 'ask', 'failed', 'absent'],
    ['ORDER_CLOSED', 'failed', 'unknown', 'closed', 'unknown', 'unknown'],
    ['ORDERCLOSED', 'failed', 'unknown', 'closed', 'unknown', 'unknown'],
    ['ORDERPAID', 'unknown', 'unknown', 'paid', 'unknown', 'unknown'],
    ['OUT_TRADE_NO_USED', 'unknown', 'unknown', 'ask', 'unknown', 'unknown'],
    ['PARAM_ERROR', 'failed', 'unknown', 'ask', 'failed', 'unknown'],
    ['SIGN_ERROR', 'failed', 'unknown', 'ask', 'failed', 'unknown'],
    ['NO_AUTH', 'failed', 'unknown', 'ask', 'failed', 'unknown'],
    ['RULE_LIMIT', 'failed', 'unknown', 'ask', 'unknown', 'unknown'],
    ['APPID_MCHID_NOT_MATCH', 'failed', 'unknown', 'ask', 'unknown', 'unknown'],
    ['NOT_ENOUGH', 'unknown', 'unknown', 'ask', 'failed', 'unknown'],
    ['USER_ACCOUNT_ABNORMAL', 'unknown', 'unknown', 'ask', 'failed', 'unknown'],
    ['INVALID_REQUEST', 'unknown', 'unknown', 'ask', 'unknown', 'unknown'],
    ['TRADE_ERROR', 'unknown', 'unknown', 'ask', 'unknown', 'unknown'],
    ['USERPAYING', 'unknown', 'unknown', 'ask', 'unknown', 'unknown'],
    ['BANK_ERROR', 'unknown', 'unknown', 'ask', 'unknown', 'unknown'],
    ['SYSTEM_ERROR', 'unknown', 'unknown', 'ask', 'unknown', 'unknown'],
    ['SYSTEMERROR', 'unknown', 'unknown', 'ask', 'unknown', 'unknown'],
    ['FREQUENCY_LIMITED', 'unknown', 'unknown', 'ask', 'unknown', 'unknown'],
    ['', 'unknown', 'unknown', 'ask', 'unknown', 'unknown'],
  ]
  for (const [code, ...expected] of table) {
    const said = [
      createError(code, 'm').state,
      queryError(code, 'm').state,
      closeError(code),
      refundError(code, 'm').state,
      refundQueryError(code, 'm').state,
    ]
    assert.deepEqual(said, expected, code)
  }
})
