import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DISCREPANCY_KINDS } from '../matching/entry.ts'
import { ALLOWED, actionsOf, checkAction, checkWait, isOverdue, reviewReason, type Standing } from './actions.ts'

const standing = (change: Partial<Standing> = {}): Standing => ({
  id: 7,
  kind: 'channel_only',
  state: 'open',
  owner: '',
  difference: 100,
  byCurrency: null,
  amount: 100,
  reviewId: '',
  refundNo: '',
  dayClosed: false,
  ...change,
})
const refusal = (work: () => void): string => {
  try {
    work()
    return 'done'
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('which kind allows what', () => {
  const table = DISCREPANCY_KINDS.map(kind => `${kind}: ${ALLOWED[kind].join(' ')}`.trim())
  assert.deepEqual(table, [
    'channel_only: wait transfer accept_platform accept_channel force_close match write_off supplement',
    'platform_only: wait transfer accept_platform accept_channel force_close match write_off',
    'amount_mismatch: wait transfer accept_platform accept_channel force_close match write_off',
    'status_mismatch: wait transfer accept_platform accept_channel force_close match write_off supplement',
    'duplicate_payment: wait transfer accept_platform accept_channel force_close match refund_duplicate',
    'duplicate_line:',
    'fee_mismatch: wait transfer accept_platform accept_channel force_close write_off',
    'currency_mismatch: wait transfer accept_platform accept_channel force_close write_off',
    'ambiguous: wait transfer accept_platform accept_channel force_close match write_off',
    'unresolved: wait transfer accept_platform accept_channel force_close match write_off',
    'in_transit: wait transfer match force_close',
    'waived: match',
    'rejected_line: wait transfer accept_channel force_close',
  ])
})

test('what is over, asked about or being refunded', () => {
  for (const [change, action, outcome] of [
    [{}, 'accept_channel', 'done'],
    [{}, 'refund_duplicate', 'action_not_allowed'],
    [{}, 'reopen', 'action_not_allowed'],
    [{}, 'release', 'action_not_allowed'],
    [{ owner: 'staff:li' }, 'release', 'done'],
    [{ kind: 'duplicate_payment' }, 'write_off', 'action_not_allowed'],
    [{ state: 'waived', kind: 'waived' }, 'match', 'done'],
    [{ state: 'waived', kind: 'waived' }, 'take', 'action_not_allowed'],
    [{ state: 'waived', kind: 'duplicate_line' }, 'match', 'action_not_allowed'],
    [{ state: 'explained' }, 'wait', 'discrepancy_over'],
    [{ state: 'replaced' }, 'reopen', 'discrepancy_over'],
    [{ state: 'resolved' }, 'wait', 'discrepancy_over'],
    [{ state: 'resolved' }, 'reopen', 'done'],
    [{ state: 'resolved', dayClosed: true }, 'reopen', 'day_closed_already'],
    // An open item of a closed day goes on: only its own places never change.
    [{ dayClosed: true }, 'accept_channel', 'done'],
    [{ reviewId: 'R1' }, 'write_off', 'discrepancy_under_review'],
    [{ reviewId: 'R1' }, 'take', 'done'],
    [{ kind: 'duplicate_payment', refundNo: 'F1' }, 'accept_channel', 'refund_under_way'],
  ] as const)
    assert.equal(
      refusal(() => checkAction(standing(change), action)),
      outcome,
      `${JSON.stringify(change)} ${action}`,
    )
  assert.deepEqual(actionsOf(standing({ reviewId: 'R1', owner: 'staff:li' })), ['take', 'release', 'assign'])
})

test('what needs a second person', () => {
  const none = { difference: 0, byCurrency: null, amount: 500_000 }
  for (const [action, of, above, wanted] of [
    ['accept_channel', none, null, false],
    ['accept_channel', none, 500_000, false],
    ['accept_channel', none, 499_999, true],
    ['accept_platform', { ...none, difference: -1 }, null, true],
    ['accept_platform', { ...none, byCurrency: { CNY: 0, USD: 3 } }, null, true],
    ['write_off', none, null, true],
    ['force_close', none, null, true],
    ['match', none, null, false],
    ['match', { ...none, difference: 1 }, null, true],
    ['match', none, 499_999, true],
    // What was matched with a difference may be taken apart again.
    ['unmatch', { ...none, difference: 1 }, null, false],
    ['unmatch', none, 499_999, true],
  ] as const)
    assert.equal(reviewReason(action, of, above) !== null, wanted, `${action} ${JSON.stringify(of)} ${above}`)
})

test('waiting: at most a month, and what waits is not overdue until then', () => {
  const at = new Date('2026-11-20T10:00:00Z')
  const after = (ms: number) => new Date(at.getTime() + ms)
  assert.equal(
    refusal(() => checkWait(at, at)),
    'wait_until_wrong',
  )
  assert.equal(
    refusal(() => checkWait(after(1), at)),
    'done',
  )
  assert.equal(
    refusal(() => checkWait(after(31 * 86_400_000), at)),
    'done',
  )
  assert.equal(
    refusal(() => checkWait(after(31 * 86_400_000 + 1), at)),
    'wait_until_wrong',
  )
  const of = { state: 'open', kind: 'channel_only', dueAt: at, waitsUntil: null } as const
  assert.equal(isOverdue(of, at), true)
  assert.equal(isOverdue(of, after(-1)), false)
  assert.equal(isOverdue({ ...of, waitsUntil: after(1) }, at), false)
  assert.equal(isOverdue({ ...of, waitsUntil: at }, at), true)
  assert.equal(isOverdue({ ...of, kind: 'in_transit' }, at), false)
  assert.equal(isOverdue({ ...of, state: 'resolved' }, at), false)
})
