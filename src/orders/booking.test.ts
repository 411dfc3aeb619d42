import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PaymentOutcome } from '../channels/channel.ts'
import { type Decision, decideFinding, type OrderFacts, type PaymentFacts } from './booking.ts'
import type { Finding } from './payment.ts'

const AT = new Date('2026-11-20T10:00:00+08:00')
const LATER = new Date('2026-11-20T10:40:00+08:00')

const order = (change: Partial<OrderFacts> = {}): OrderFacts => ({
  orderNo: 'O1',
  amount: 10_000,
  paid: 0,
  closed: false,
  ...change,
})
const payment = (change: Partial<PaymentFacts> = {}): PaymentFacts => ({
  orderNo: 'O1',
  paymentNo: 'P1',
  amount: 10_000,
  currency: 'CNY',
  state: 'pending',
  channelTradeNo: '',
  received: null,
  reversed: false,
  expiresAt: new Date('2026-11-20T10:30:00+08:00'),
  queries: 1,
  watched: false,
  ...change,
})
const success = (change: Partial<Extract<PaymentOutcome, { state: 'success' }>> = {}): PaymentOutcome => ({
  state: 'success',
  channelTradeNo: 'T1',
  amount: 10_000,
  currency: 'CNY',
  paidAt: AT,
  payer: '',
  fee: null,
  merchant: 'm',
  ...change,
})
const decide = (
  o: Partial<OrderFacts>,
  p: Partial<PaymentFacts>,
  outcome: PaymentOutcome,
  more: Partial<Finding> = {},
): string =>
  short(
    decideFinding(order(o), payment(p), {
      orderNo: 'O1',
      paymentNo: 'P1',
      source: 'notice',
      outcome,
      merchant: 'm',
      at: AT,
      ...more,
    }),
  )

function short(decision: Decision): string {
  switch (decision.act) {
    case 'book':
      return `book ${decision.credit ? 'credited' : decision.anomaly?.kind}`
    case 'end':
      return `end ${decision.state} ${decision.reason}${decision.nextQueryAt ? ' watched' : ''}`
    case 'wait':
      return `wait ${decision.answer} ${(decision.nextQueryAt.getTime() - AT.getTime()) / 1000}`
    case 'report':
      return `report ${decision.anomaly.kind}`
    default:
      return decision.act
  }
}

const CASES: [what: string, got: () => string, expected: string][] = [
  ['a success is credited', () => decide({}, {}, success()), 'book credited'],
  ['… in whatever open state', () => decide({}, { state: 'created' }, success()), 'book credited'],
  ['… also when we had closed the attempt', () => decide({}, { state: 'closed' }, success()), 'book credited'],
  ['… also when it had failed before', () => decide({}, { state: 'failed' }, success()), 'book credited'],
  [
    'told twice, it is booked once',
    () => decide({ paid: 10_000 }, { state: 'success', channelTradeNo: 'T1', received: 10_000 }, success()),
    'nothing',
  ],
  ['the bill is paid already', () => decide({ paid: 10_000 }, {}, success()), 'book duplicate_payment'],
  ['a part beyond what is due', () => decide({ paid: 1 }, {}, success()), 'book overpayment'],
  [
    'exactly what is due',
    () => decide({ paid: 4_000 }, { amount: 6_000 }, success({ amount: 6_000 })),
    'book credited',
  ],
  ['the bill was taken back', () => decide({ closed: true }, {}, success()), 'book order_closed'],
  ['one 分 less than asked for', () => decide({}, {}, success({ amount: 9_999 })), 'book amount_differs'],
  ['one 分 more than asked for', () => decide({}, {}, success({ amount: 10_001 })), 'book amount_differs'],
  ['another currency', () => decide({}, {}, success({ currency: 'HKD' })), 'book amount_differs'],
  ['another merchant: not our money', () => decide({}, {}, success({ merchant: 'x' })), 'report merchant_differs'],
  [
    'another amount for what is booked',
    () =>
      decide({ paid: 10_000 }, { state: 'success', channelTradeNo: 'T1', received: 10_000 }, success({ amount: 1 })),
    'report amount_differs',
  ],
  [
    'confirmed after we reversed it',
    () => decide({}, { state: 'failed', reversed: true }, success()),
    'report success_after_reversal',
  ],
  [
    'denied after we booked it',
    () => decide({ paid: 10_000 }, { state: 'success', received: 10_000 }, { state: 'closed' }),
    'report denied_after_success',
  ],
  ['the channel closed it', () => decide({}, {}, { state: 'closed' }), 'end closed closed_by_channel'],
  [
    'the channel failed it',
    () => decide({}, {}, { state: 'failed', code: 'PAYERROR', reason: '' }),
    'end failed PAYERROR',
  ],
  ['a final state is not ended again', () => decide({}, { state: 'failed' }, { state: 'closed' }), 'nothing'],
  ['not paid yet: asked again', () => decide({}, {}, { state: 'pending' }), 'wait pending 15'],
  ['the last step repeats', () => decide({}, { queries: 99 }, { state: 'pending' }), 'wait pending 21600'],
  [
    'no answer is no answer',
    () => decide({}, {}, { state: 'unknown', reason: 'time-out' }),
    'wait unknown: time-out 15',
  ],
  ['absent within its time may still arrive', () => decide({}, {}, { state: 'absent' }), 'wait absent 15'],
  [
    'absent ten minutes after it expired never will',
    () => decide({}, {}, { state: 'absent' }, { at: LATER }),
    'end closed never_reached_channel',
  ],
  [
    '… a second before that it might',
    () => decide({}, {}, { state: 'absent' }, { at: new Date(LATER.getTime() - 1000) }),
    `wait absent ${40 * 60 - 1 + 15}`,
  ],
  [
    'unknown after it expired stays unknown',
    () => decide({}, {}, { state: 'unknown', reason: 'x' }, { at: LATER }),
    `wait unknown: x ${40 * 60 + 15}`,
  ],
  [
    'closed by us while the channel did not know it: watched',
    () => decide({}, {}, { state: 'closed' }, { source: 'close_unconfirmed' }),
    'end closed closed_by_channel watched',
  ],
  ['watched, and paid after all', () => decide({}, { state: 'closed', watched: true }, success()), 'book credited'],
  [
    'watched to its end',
    () => decide({}, { state: 'closed', watched: true }, { state: 'absent' }, { at: LATER }),
    'end closed closed_by_us',
  ],
  [
    'watched, and the channel does not answer',
    () => decide({}, { state: 'closed', watched: true }, { state: 'unknown', reason: 'x' }, { at: LATER }),
    `wait unknown: x ${40 * 60 + 15}`,
  ],
  ['nobody watches', () => decide({}, { state: 'closed' }, { state: 'absent' }, { at: LATER }), 'nothing'],
]

for (const [what, got, expected] of CASES) test(what, () => assert.equal(got(), expected))
