import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import type pg from 'pg'
import { testDatabase } from '../../testkit/database.ts'
import { randomDay } from '../../testkit/random_day.ts'
import { coverageOf } from '../../testkit/table.ts'
import { decide } from '../matching/decide.ts'
import type { Entry, Match, Outcome } from '../matching/entry.ts'
import { DEFAULT_CHANNEL_RULES, type Rules } from '../rules/rules.ts'
import { readEntries } from './open_rows.ts'
import { openScratch } from './scratch.ts'
import { settle } from './settle.ts'

/** `FZPAY_RUNS` and `FZPAY_SEED` lengthen or repeat a run; a failure prints its seed. */
const runs = {
  numRuns: Number(process.env.FZPAY_RUNS ?? 150),
  ...(process.env.FZPAY_SEED ? { seed: Number(process.env.FZPAY_SEED) } : {}),
}

type Books = { readonly payments: readonly Entry[]; readonly lines: readonly Entry[] }

const NUMBERS = ['orderNo', 'tradeNo', 'merchantOrderNo', 'refundNo', 'channelRefundNo'] as const

/** One number written over another, anywhere in either book: what belongs together comes apart, what does not gets tied. */
const slip = fc.record({
  from: fc.nat(),
  to: fc.nat(),
  source: fc.constantFrom(...NUMBERS),
  target: fc.constantFrom(...NUMBERS),
  what: fc.constantFrom('number', 'number', 'number', 'empty', 'channel', 'day', 'fee', 'kind'),
})

const tangledDay = fc.record({ day: randomDay, slips: fc.array(slip, { maxLength: 6 }), order: fc.infiniteStream(fc.nat()) }).map(
  ({ day, slips, order }): Books => {
    const payments = day.payments.map(row => row.entry)
    const lines = day.lines.map(row => row.entry)
    for (const { from, to, source, target, what } of slips) {
      const all = [...payments, ...lines]
      const given = all[from % all.length] as Entry
      const at = to % all.length
      const hit = all[at] as Entry
      const change: Partial<Entry> =
        what === 'number'
          ? { [target]: given[source] }
          : what === 'empty'
            ? { [target]: '' }
            : what === 'channel'
              ? { channel: given.channel }
              : what === 'day'
                ? { day: '2026-11-22', at: (hit.at ?? 0) + 2 * 86_400_000 }
                : what === 'fee'
                  ? { fee: given.fee }
                  : hit.kind === 'payment'
                    ? { kind: 'refund', amount: -hit.amount }
                    : { kind: 'payment', amount: -hit.amount }
      if (at < payments.length) payments[at] = onlyOurs({ ...hit, ...change })
      else lines[at - payments.length] = { ...hit, ...change }
    }
    const shuffled = (rows: readonly Entry[]) => rows.map(row => ({ row, at: order.next().value })).sort((a, b) => a.at - b.at).map(({ row }) => row)
    return { payments: shuffled(payments), lines: shuffled(lines) }
  },
)

/** Few rows, and numbers from so few letters that everything is tied to everything. */
const knottedRow = fc.record({
  kind: fc.constantFrom('payment' as const, 'payment' as const, 'refund' as const),
  status: fc.constantFrom('success' as const, 'success' as const, 'success' as const, 'pending' as const, 'failed' as const),
  channel: fc.constantFrom('wechat', 'wechat', 'alipay'),
  orderNo: fc.constantFrom('', 'a', 'b', 'c'),
  tradeNo: fc.constantFrom('', 'a', 'b', 'c', 'd', 'e'),
  merchantOrderNo: fc.constantFrom('', 'a', 'b', 'c', 'd'),
  refundNo: fc.constantFrom('', 'a', 'b', 'c'),
  channelRefundNo: fc.constantFrom('', 'a', 'b', 'c', 'f'),
  size: fc.constantFrom(100, 100, 200),
  fee: fc.constantFrom(null, 1, 2),
  minute: fc.nat({ max: 3 }),
})

const knottedDay = fc.record({ ours: fc.array(knottedRow, { maxLength: 6 }), theirs: fc.array(knottedRow, { maxLength: 6 }) }).map(({ ours, theirs }): Books => {
  const entry = ({ size, minute, ...row }: typeof ours extends readonly (infer T)[] ? T : never, id: string): Entry => ({
    ...row,
    ...(row.kind === 'payment' ? { refundNo: '', channelRefundNo: '' } : {}),
    id,
    amount: row.kind === 'payment' ? size : -size,
    currency: 'CNY',
    at: Date.parse('2026-11-20T12:00:00+08:00') + minute * 60_000,
    day: '2026-11-20',
    merchant: 'M',
    payer: '',
    batchNo: '',
  })
  return { payments: ours.map((row, i) => onlyOurs(entry(row, `P${i}`))), lines: theirs.map((row, i) => entry(row, `s.csv#${i + 1}`)) }
})

/** A payments file has no column for the channel's refund number. */
const onlyOurs = (row: Entry): Entry => ({ ...row, channelRefundNo: '' })

const rulesWith = (change: Partial<typeof DEFAULT_CHANNEL_RULES>): Rules => ({ name: 'test', defaults: { ...DEFAULT_CHANNEL_RULES, ...change }, channels: {} })

const RULES: readonly Rules[] = [
  rulesWith({}),
  rulesWith({ confirmAbove: '50.00', waiveBelow: '20.00', amountTolerance: '0.10' }),
  rulesWith({ fees: { ...DEFAULT_CHANNEL_RULES.fees, rate: '0.6%' } }),
  rulesWith({ windows: { ...DEFAULT_CHANNEL_RULES.windows, numberDays: 1 } }),
  rulesWith({ passes: DEFAULT_CHANNEL_RULES.passes.toReversed() }),
]

test('settle and decide give what decide alone gives', async t => {
  const db = await testDatabase(t)
  const scratch = await openScratch(db)
  try {
    const one = await scratch.connect()
    const two = await scratch.connect()
    let settledPairs = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof(tangledDay, knottedDay), fc.constantFrom(...RULES), async (books, rules) => {
        const coverage = coverageOf(books.payments, books.lines, rules)
        const alone = decide({ ...books, coverage, rules })
        await fill(one, books)
        const { pairs } = await settle([one, two], { rules, channels: ['wechat', 'alipay'], currencies: ['CNY', 'USD'], repeated: null, refunds: true })
        settledPairs += pairs
        const matches = await settledMatches(one)
        assert.equal(matches.length, pairs)
        const nameOf = (id: number) => `s.csv#${id}`
        const payments = await readEntries(one, 'open_movements', nameOf)
        const lines = await readEntries(one, 'open_lines', nameOf)
        assert.equal(payments.length + pairs, books.payments.length)
        assert.equal(lines.length + pairs, books.lines.length)
        const rest = decide({ payments, lines, coverage, rules })
        assert.deepEqual(inOrder({ ...rest, matches: [...matches, ...rest.matches] }), inOrder(alone))
      }),
      runs,
    )
    assert(settledPairs > 0, 'nothing was settled: the test proves nothing')
  } finally {
    await scratch.close()
  }
})

async function fill(client: pg.ClientBase, { payments, lines }: Books): Promise<void> {
  const row = (entry: Entry, id: number) => ({
    id,
    payment_no: entry.id,
    order_no: entry.orderNo || `#${id}`,
    kind: entry.kind,
    status: entry.status,
    channel: entry.channel,
    channel_trade_no: entry.tradeNo,
    merchant_order_no: entry.merchantOrderNo,
    refund_no: entry.refundNo,
    channel_refund_no: entry.channelRefundNo,
    amount: entry.amount,
    currency: entry.currency,
    occurred_at: entry.at === null ? null : new Date(entry.at).toISOString(),
    business_date: entry.day,
    merchant: entry.merchant,
    payer: entry.payer,
    fee: entry.fee,
    batch_no: entry.batchNo,
  })
  await client.query('truncate movements, statement_lines, match_links')
  await client.query('insert into movements select * from jsonb_populate_recordset(null::movements, $1)', [JSON.stringify(payments.map((p, i) => row(p, i + 1)))])
  await client.query('insert into statement_lines select * from jsonb_populate_recordset(null::statement_lines, $1)', [
    JSON.stringify(lines.map(l => row(l, Number(l.id.split('#')[1])))),
  ])
}

async function settledMatches(client: pg.ClientBase): Promise<Match[]> {
  const { rows } = await client.query('select m.payment_no, m.currency, k.* from match_links k join movements m on m.id = k.movement_id')
  return rows.map(row => ({
    payments: [row.payment_no],
    lines: [`s.csv#${row.line_id}`],
    pass: row.pass,
    difference: 0,
    currency: row.currency,
    flags: [...(row.cross_day ? (['cross_day'] as const) : []), ...(row.needs_confirmation ? (['needs_confirmation'] as const) : [])],
  }))
}

const inOrder = ({ matches, discrepancies }: Outcome): Outcome => ({ matches: sorted(matches), discrepancies: sorted(discrepancies) })

const sorted = <T>(rows: readonly T[]): T[] => rows.map(row => ({ row, text: JSON.stringify(row) })).sort((a, b) => (a.text < b.text ? -1 : 1)).map(({ row }) => row)
