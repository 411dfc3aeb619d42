import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trade } from '../../../testkit/alipay_platform.ts'
import { LocalClock } from '../../statements/local_time.ts'
import {
  billMissing,
  closeError,
  createError,
  paymentOutcome,
  queryError,
  refundAnswer,
  refundOutcome,
  yuan,
} from './outcomes.ts'

const clock = new LocalClock('Asia/Shanghai')
const outcome = (changes: object) => paymentOutcome(trade(changes), clock, '2088')

test('each trade status says one thing', () => {
  assert.equal(outcome({ trade_status: 'WAIT_BUYER_PAY', send_pay_date: undefined }).state, 'pending')
  assert.equal(outcome({ trade_status: 'TRADE_SUCCESS' }).state, 'success')
  assert.equal(outcome({ trade_status: 'TRADE_FINISHED' }).state, 'success')
  assert.equal(outcome({ trade_status: 'SOMETHING_NEW' }).state, 'unknown')
  assert.equal(outcome({ trade_status: undefined }).state, 'unknown')
})

test('a closed trade was paid when it has a time of payment: then it was wholly refunded', () => {
  assert.equal(outcome({ trade_status: 'TRADE_CLOSED', send_pay_date: undefined }).state, 'closed')
  assert.equal(outcome({ trade_status: 'TRADE_CLOSED' }).state, 'success')
  const byNotice = { trade_status: 'TRADE_CLOSED', send_pay_date: undefined, gmt_payment: '2026-11-25 09:59:58' }
  assert.equal(outcome(byNotice).state, 'success')
})

test('a success carries the amount of the trade in 分', () => {
  assert.deepEqual(outcome({}), {
    state: 'success',
    channelTradeNo: '2026112522001404150521000001',
    amount: 12_345,
    currency: 'CNY',
    paidAt: new Date('2026-11-25T01:59:58Z'),
    payer: '2088101117955611',
    fee: null,
    merchant: '2088',
  })
})

test('a success that lacks a part is no success', () => {
  const lacking = [
    { total_amount: undefined },
    { total_amount: '' },
    { total_amount: '0.00' },
    { total_amount: '-1.00' },
    { total_amount: '123.456' },
    { total_amount: '1,234.00' },
    { trade_no: undefined },
    { send_pay_date: '2026-02-30 10:00:00' },
    { send_pay_date: undefined },
  ]
  for (const changes of lacking) assert.equal(outcome(changes).state, 'unknown', JSON.stringify(changes))
})

test('元 become 分 without a float on the way', () => {
  const table: readonly [unknown, number | null][] = [
    ['0.01', 1],
    ['0.1', 10],
    ['1', 100],
    ['1.10', 110],
    ['19.99', 1999],
    ['4.35', 435],
    [4.35, 435],
    ['90071992547409.91', Number.MAX_SAFE_INTEGER],
    ['90071992547409.92', null],
    ['0.005', null],
    ['1e3', null],
    [null, null],
  ]
  for (const [text, minor] of table) assert.equal(yuan(text), minor, String(text))
})

test('each error code says one thing', () => {
  const table: readonly [
    code: string,
    subCode: string,
    create: string,
    query: string,
    close: string,
    refund: string,
  ][] = [
    ['20000', 'isp.unknow-error', 'unknown', 'unknown', 'ask', 'unknown'],
    ['20000', 'aop.ACQ.SYSTEM_ERROR', 'unknown', 'unknown', 'ask', 'unknown'],
    ['20001', 'aop.invalid-auth-token', 'unknown', 'unknown', 'ask', 'unknown'],
    ['40001', 'isv.missing-method', 'failed', 'unknown', 'ask', 'failed'],
    ['40002', 'isv.invalid-signature', 'failed', 'unknown', 'ask', 'failed'],
    ['40006', 'isv.insufficient-isv-permissions', 'failed', 'unknown', 'ask', 'failed'],
    ['40004', 'ACQ.SYSTEM_ERROR', 'unknown', 'unknown', 'ask', 'unknown'],
    ['40004', 'AQC.SYSTEM_ERROR', 'unknown', 'unknown', 'ask', 'unknown'],
    ['40004', 'ACQ.TRADE_NOT_EXIST', 'unknown', 'absent', 'closed', 'failed'],
    ['40004', 'ACQ.TRADE_HAS_SUCCESS', 'unknown', 'unknown', 'ask', 'unknown'],
    ['40004', 'ACQ.TRADE_HAS_CLOSE', 'failed', 'unknown', 'ask', 'unknown'],
    ['40004', 'ACQ.TRADE_STATUS_ERROR', 'unknown', 'unknown', 'ask', 'failed'],
    ['40004', 'ACQ.REASON_TRADE_STATUS_INVALID', 'unknown', 'unknown', 'ask', 'failed'],
    ['40004', 'ACQ.REASON_ILLEGAL_STATUS', 'unknown', 'unknown', 'ask', 'unknown'],
    ['40004', 'ACQ.INVALID_PARAMETER', 'failed', 'unknown', 'ask', 'failed'],
    ['40004', 'ACQ.TOTAL_FEE_EXCEED', 'failed', 'unknown', 'ask', 'unknown'],
    ['40004', 'ACQ.CONTEXT_INCONSISTENT', 'unknown', 'unknown', 'ask', 'unknown'],
    ['40004', 'ACQ.SELLER_BALANCE_NOT_ENOUGH', 'unknown', 'unknown', 'ask', 'failed'],
    ['40004', 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL', 'unknown', 'unknown', 'ask', 'failed'],
    ['40004', 'ACQ.DISCORDANT_REPEAT_REQUEST', 'unknown', 'unknown', 'ask', 'unknown'],
    ['40004', '', 'unknown', 'unknown', 'ask', 'unknown'],
    ['', '', 'unknown', 'unknown', 'ask', 'unknown'],
  ]
  for (const [code, sub_code, ...expected] of table) {
    const answer = { code, msg: 'm', sub_code, sub_msg: 's' }
    const said = [
      createError(answer).state,
      queryError(answer).state,
      closeError(answer),
      refundAnswer(answer, 'R1', 1, clock)?.state,
    ]
    assert.deepEqual(said, expected, `${code} ${sub_code}`)
  }
})

test('a refund succeeded when money moved by it; else only its query tells', () => {
  const answer = { code: '10000', msg: 'Success', refund_fee: '10.00', gmt_refund_pay: '2026-11-25 10:00:00' }
  assert.deepEqual(refundAnswer({ ...answer, fund_change: 'Y' }, 'R1', 345, clock), {
    state: 'success',
    channelRefundNo: 'R1',
    amount: 345,
    refundedAt: new Date('2026-11-25T02:00:00Z'),
  })
  assert.equal(refundAnswer({ ...answer, fund_change: 'N' }, 'R1', 345, clock), null)
  assert.equal(refundAnswer(answer, 'R1', 345, clock), null)
})

test('a refund query without a word of success is "not there", unless it is asked too soon', () => {
  const ok = { code: '10000', msg: 'Success' }
  const said = (answer: object, soon = false) => refundOutcome({ ...ok, ...answer }, clock, soon).state
  assert.equal(said({ refund_status: 'REFUND_SUCCESS', refund_amount: '3.45', out_request_no: 'R1' }), 'success')
  assert.equal(said({ refund_amount: '3.45', out_request_no: 'R1' }), 'success')
  assert.equal(said({}), 'absent')
  assert.equal(said({}, true), 'unknown')
  assert.equal(said({ refund_status: 'REFUND_SUCCESS' }), 'unknown')
  assert.equal(said({ refund_status: 'REFUND_PROCESSING', refund_amount: '3.45' }), 'unknown')
  assert.equal(said({ code: '40004', sub_code: 'ACQ.TRADE_NOT_EXIST' }), 'absent')
  assert.equal(said({ code: '40004', sub_code: 'ACQ.TRADE_NOT_EXIST' }, true), 'unknown')
  assert.equal(said({ code: '40004', sub_code: 'ACQ.SYSTEM_ERROR' }), 'unknown')
  assert.equal(said({ code: '20000', sub_code: 'isp.unknow-error' }), 'unknown')
})

test('"no bill" is spelt in several ways', () => {
  for (const sub_code of ['isp.bill_not_exist', 'BILL_NOT_EXIST', 'isv.BILL_NOT_EXIST'])
    assert.ok(billMissing({ code: '40004', sub_code }), sub_code)
  assert.ok(!billMissing({ code: '40004', sub_code: 'isv.invalid-arguments' }))
})
