import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { actor } from '../../../testkit/actors.ts'
import { daysCounter } from '../../../testkit/days.ts'
import { EVERYWHERE } from '../../access/scope.ts'
import { recordOf } from '../open_rows.ts'
import { linesOfItem, matchOfItem } from './evidence_store.ts'
import { type Item, itemState } from './item.ts'
import { listItems, placeAt } from './list_store.ts'
import { confirmItem, undoConfirm } from './operations.ts'
import { STATE_SQL } from './store.ts'

const at = (time: string) => `2026-11-20 ${time}`
const cashier = actor('li')

async function morning(t: Parameters<typeof daysCounter>[0]) {
  const c = await daysCounter(t)
  await c.pays(
    { no: 'P1', fen: 8000, at: at('10:00:00') },
    { no: 'P2', fen: 5000, at: at('10:01:00') },
    { no: 'P3', fen: 7000, at: at('23:59:59') },
  )
  return c
}

test('the state of an item is one thing, in TypeScript and in SQL', async t => {
  const c = await daysCounter(t)
  for (const matched of [true, false])
    for (const final of [true, false])
      for (const confirmed of [true, false])
        for (const discrepancy of [
          null,
          ['platform_only', 'open'],
          ['in_transit', 'open'],
          ['amount_mismatch', 'resolved'],
          ['waived', 'waived'],
        ] as const) {
          const item = {
            matched,
            final,
            discrepancy: discrepancy && { kind: discrepancy[0], state: discrepancy[1] },
            confirmation: confirmed ? { at: '2026-11-21' } : null,
          }
          const { rows } = await c.db.pool.query(
            `select ${STATE_SQL} as state from (select $1::boolean as matched, $2::boolean as final, $3::jsonb as discrepancy, $4::jsonb as confirmation) i`,
            [matched, final, item.discrepancy, item.confirmation],
          )
          assert.equal(rows[0].state, itemState(item as unknown as Item), JSON.stringify(item))
        }
})

test('the work list: newest first, by state, and any number finds its item', async t => {
  const c = await morning(t)
  const list = async (filter: object = {}) => {
    const { items } = await listItems(c.db.pool, EVERYWHERE, { limit: 10, ...filter })
    return items.map(item => `${item.paymentNo} ${itemState(item)}`)
  }
  assert.deepEqual(await list(), [])
  await c.statement('2026-11-20', [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 5100, at: at('10:01:03') },
  ])
  await c.settle('2026-11-20')
  assert.deepEqual(await list(), ['P3 in_transit', 'P2 discrepancy', 'P1 matched'])
  assert.deepEqual(await list({ states: ['matched'] }), ['P1 matched'])
  assert.deepEqual(await list({ least: 6000, most: 7000 }), ['P3 in_transit'])
  assert.deepEqual(await list({ number: 'OP2' }), ['P2 discrepancy'])
  assert.deepEqual(await list({ number: '4200000000202611200000000001' }), ['P1 matched'])
  const page = await listItems(c.db.pool, EVERYWHERE, { limit: 2 })
  assert.deepEqual(
    page.items.map(item => item.paymentNo),
    ['P3', 'P2'],
  )
  const rest = await listItems(c.db.pool, EVERYWHERE, { limit: 2, after: page.next ?? 0 })
  assert.deepEqual(
    rest.items.map(item => item.paymentNo),
    ['P1'],
  )
  const nobody = await listItems(c.db.pool, [{ merchants: ['X'], channels: null }], { limit: 10 })
  assert.deepEqual(nobody.items, [])
  await c.close('2026-11-20')
  assert.deepEqual(await list({ from: '2026-11-20', to: '2026-11-20' }), [
    'P3 in_transit',
    'P2 discrepancy',
    'P1 reconciled',
  ])
  assert.deepEqual(await list(), [])
})

test('快速确认: a matched item is reconciled at once and can be taken back; the same again changes nothing; a closed one is final', async t => {
  const c = await onPlatform(t)
  const ask = { id: 'confirm-0001', paymentNo: 'P1', reason: '' }
  const first = await confirmItem(c.app, cashier, ask)
  assert.deepEqual(first, { payment_no: 'P1', state: 'reconciled', review_id: null, report: null })
  assert.deepEqual(await confirmItem(c.app, cashier, ask), first)
  await assert.rejects(confirmItem(c.app, cashier, { ...ask, paymentNo: 'P2' }), { code: 'id_reused' })
  assert.equal((await undoConfirm(c.app, cashier, { id: 'undo-000001', paymentNo: 'P1' })).state, 'matched')
  await assert.rejects(undoConfirm(c.app, cashier, { id: 'undo-000002', paymentNo: 'P1' }), {
    code: 'item_not_confirmed',
  })
  await c.close('2026-11-20')
  await assert.rejects(confirmItem(c.app, cashier, { ...ask, id: 'confirm-0002' }), { code: 'item_final' })
  await assert.rejects(confirmItem(c.app, cashier, { ...ask, id: 'confirm-0003', paymentNo: 'NONE' }), {
    code: 'item_unknown',
  })
})

test('an anomalous item needs a reason, and an anomaly report says what was expected and found', async t => {
  const c = await onPlatform(t)
  await assert.rejects(confirmItem(c.app, cashier, { id: 'confirm-0001', paymentNo: 'P2', reason: ' ' }), {
    code: 'confirmation_reason_required',
  })
  const done = await confirmItem(c.app, cashier, { id: 'confirm-0001', paymentNo: 'P2', reason: '与银行核实' })
  assert.equal(done.state, 'confirmed')
  const { rows } = await c.db.pool.query(
    'select id, payment_no, kind, cause, expected, found, reason from anomaly_reports',
  )
  assert.deepEqual(rows, [
    {
      id: done.report,
      payment_no: 'P2',
      kind: 'amount_mismatch',
      cause: 'amount_entry',
      expected: { state: 'success', amount: '50.00', channel_trade_no: '4200000000202611200000000002' },
      found: { kind: 'amount_mismatch', difference: '1.00' },
      reason: '与银行核实',
    },
  ])
  const { rows: log } = await c.db.pool.query("select what from operation_log where what = 'item.confirm'")
  assert.equal(log.length, 1)
})

/** As `morning`, with orders and payments as the platform has them. */
async function onPlatform(t: Parameters<typeof daysCounter>[0]) {
  const c = await daysCounter(t)
  await c.paysOnPlatform({ no: 'P1', fen: 8000, at: at('10:00:00') }, { no: 'P2', fen: 5000, at: at('10:01:00') })
  await c.statement('2026-11-20', [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 5100, at: at('10:01:03') },
  ])
  await c.settle('2026-11-20')
  return c
}

test('one item shows its match, the lines behind it by file and record', async t => {
  const c = await morning(t)
  await c.statement('2026-11-20', [
    { no: 'P1', fen: 8000, at: at('10:00:03') },
    { no: 'P2', fen: 5100, at: at('10:01:03') },
  ])
  await c.settle('2026-11-20')
  const told = async (no: string) => {
    const item = (await listItems(c.db.pool, EVERYWHERE, { limit: 1, number: `O${no}` })).items[0] as Item
    const lines = await linesOfItem(c.db.pool, item)
    const match = await matchOfItem(c.db.pool, item)
    return `${match?.pass ?? 'none'} ${match?.rules ?? '-'} | ${lines.map(line => `${line.file.slice(0, 10)}#${recordOf(line.id)} ${line.amount}`).join(', ')}`
  }
  assert.equal(await told('P1'), 'trade_no 1 | 2026-11-20#1 8000')
  assert.equal(await told('P2'), 'none - | 2026-11-20#2 5100')
  assert.equal(await told('P3'), 'none - | ')
})

test('a moment’s place in the list is where what was paid by then begins', async t => {
  const c = await morning(t)
  await c.settle('2026-11-20')
  const place = (time: string, channel?: string) =>
    placeAt(c.db.pool, { at: new Date(`2026-11-20T${time}+08:00`), channel, account: undefined })
  const after = await place('10:00:59')
  const { items } = await listItems(c.db.pool, EVERYWHERE, { limit: 10, after: after ?? 0 })
  assert.deepEqual(
    items.map(item => item.paymentNo),
    ['P1'],
  )
  assert.equal(await place('09:00:00'), null)
  assert.equal(await place('10:00:59', 'alipay'), null)
})
