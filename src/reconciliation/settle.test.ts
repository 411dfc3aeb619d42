import { strict as assert } from 'node:assert'
import { type TestContext, test } from 'node:test'
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
  what: fc.constantFrom('number', 'number', 'number', 'number', 'number', 'empty', 'channel', 'day', 'fee', 'kind'),
})

type Slip = typeof slip extends fc.Arbitrary<infer T> ? T : never

function slipped(books: Books, slips: readonly Slip[]): Books {
  const payments = [...books.payments]
  const lines = [...books.lines]
  for (const { from, to, source, target, what } of slips) {
    const all = [...payments, ...lines]
    if (all.length === 0) break
    const given = all[from % all.length] as Entry
    const at = to % all.length
    const hit = all[at] as Entry
    if (at < payments.length) payments[at] = onlyOurs({ ...hit, ...changeOf(what, hit, given, source, target) })
    else lines[at - payments.length] = { ...hit, ...changeOf(what, hit, given, source, target) }
  }
  return { payments, lines }
}

function changeOf(
  what: Slip['what'],
  hit: Entry,
  given: Entry,
  source: Slip['source'],
  target: Slip['target'],
): Partial<Entry> {
  switch (what) {
    case 'number':
      return { [target]: given[source] }
    case 'empty':
      return { [target]: '' }
    case 'channel':
      return { channel: given.channel }
    case 'day':
      return { day: '2026-11-22', at: (hit.at ?? 0) + 2 * 86_400_000 }
    case 'fee':
      return { fee: given.fee }
    case 'kind':
      return { kind: hit.kind === 'payment' ? 'refund' : 'payment', amount: -hit.amount }
  }
}

const tangledDay = fc
  .record({ day: randomDay, slips: fc.array(slip, { maxLength: 6 }), order: fc.infiniteStream(fc.nat()) })
  .map(({ day, slips, order }): Books => {
    const { payments, lines } = slipped(
      { payments: day.payments.map(row => row.entry), lines: day.lines.map(row => row.entry) },
      slips,
    )
    const shuffled = (rows: readonly Entry[]) =>
      rows
        .map(row => ({ row, at: order.next().value }))
        .sort((a, b) => a.at - b.at)
        .map(({ row }) => row)
    return { payments: shuffled(payments), lines: shuffled(lines) }
  })

/**
 * One to four true pairs of equal amounts, some numbers not given, and then numbers of one row written over those of another:
 * few rows, so that the knots are tight.
 */
const truePair = fc.record({
  kind: fc.constantFrom('payment' as const, 'payment' as const, 'refund' as const),
  amount: fc.constantFrom(100, 100, 100, 200),
  given: fc.array(fc.constantFrom(true, true, true, false), { minLength: 10, maxLength: 10 }),
  onlyOn: fc.constantFrom('both', 'both', 'both', 'both', 'ours', 'theirs'),
  feeDiffers: fc.constantFrom(false, false, false, true),
  status: fc.constantFrom(
    'success' as const,
    'success' as const,
    'success' as const,
    'success' as const,
    'pending' as const,
  ),
})

const knottedDay = fc
  .record({ pairs: fc.array(truePair, { minLength: 1, maxLength: 4 }), slips: fc.array(slip, { maxLength: 4 }) })
  .map(({ pairs, slips }): Books => {
    const payments: Entry[] = []
    const lines: Entry[] = []
    for (const [i, { kind, amount, given, onlyOn, feeDiffers, status }] of pairs.entries()) {
      const refund = kind === 'refund'
      const side = (id: string, from: number): Entry => ({
        id,
        kind,
        status: 'success',
        channel: 'wechat',
        orderNo: given[from] && from === 0 ? `O${i}` : '',
        tradeNo: given[from + 1] ? `T${i}` : '',
        merchantOrderNo: given[from + 2] ? `M${i}` : '',
        refundNo: refund && given[from + 3] ? `R${i}` : '',
        channelRefundNo: refund && given[from + 4] ? `C${i}` : '',
        amount: refund ? -amount : amount,
        currency: 'CNY',
        at: Date.parse('2026-11-20T12:00:00+08:00') + i * 60_000,
        day: '2026-11-20',
        merchant: 'M',
        payer: '',
        fee: 1,
        batchNo: '',
      })
      if (onlyOn !== 'theirs') payments.push(onlyOurs({ ...side(`P${i}`, 0), status }))
      if (onlyOn !== 'ours') lines.push({ ...side(`s.csv#${lines.length + 1}`, 5), fee: feeDiffers ? 2 : 1 })
    }
    return slipped({ payments, lines }, slips)
  })

/** A payments file has no column for the channel's refund number. */
const onlyOurs = (row: Entry): Entry => ({ ...row, channelRefundNo: '' })

const rulesWith = (change: Partial<typeof DEFAULT_CHANNEL_RULES>): Rules => ({
  name: 'test',
  defaults: { ...DEFAULT_CHANNEL_RULES, ...change },
  channels: {},
})

const RULES: readonly Rules[] = [
  rulesWith({}),
  rulesWith({ confirmAbove: '50.00', waiveBelow: '20.00', amountTolerance: '0.10' }),
  rulesWith({ fees: { ...DEFAULT_CHANNEL_RULES.fees, rate: '0.6%' } }),
  rulesWith({ windows: { ...DEFAULT_CHANNEL_RULES.windows, numberDays: 1 } }),
  rulesWith({ passes: DEFAULT_CHANNEL_RULES.passes.toReversed() }),
  rulesWith({ refunds: { fee: 'kept', confirm: true }, split: { maxParts: 1 } }),
  rulesWith({
    confirmAbove: '60.00',
    merchants: { M1: { confirmAbove: null, fees: { rate: '0.6%' } }, M: { confirmAbove: '0.50' } },
    feeItems: {
      F1: { confirmAbove: '15.00', waiveBelow: '20.00' },
      F2: {
        fees: { schedule: [{ from: '2026-11-20', amountFrom: '20.00', rate: '1%', min: null, max: '0.06' }] },
      },
    },
  }),
]

test('settle and decide give what decide alone gives', async t => {
  let settledPairs = 0
  await withBooks(t, compare =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(tangledDay, { arbitrary: knottedDay, weight: 4 }),
        fc.constantFrom(...RULES),
        async (books, rules) => {
          settledPairs += await compare(books, rules)
        },
      ),
      runs,
    ),
  )
  assert(settledPairs > 0, 'nothing was settled: the test proves nothing')
})

/** Knots that chance ties too rarely. */
const KNOTS: Readonly<Record<string, Books>> = {
  'an open row with the same channel number has the older claim': {
    payments: [row('P1', { tradeNo: 'T1', merchantOrderNo: 'M1' }), row('P2', { merchantOrderNo: 'M2' })],
    lines: [row('s.csv#1', { tradeNo: 'T1', merchantOrderNo: 'M2' })],
  },
  'an open line with the same channel number has the older claim': {
    payments: [row('P1', { tradeNo: 'T1', merchantOrderNo: 'M2' })],
    lines: [row('s.csv#1', { tradeNo: 'T1', merchantOrderNo: 'M1' }), row('s.csv#2', { merchantOrderNo: 'M2' })],
  },
  'the claim of an open row counts beside a settled pair': {
    payments: [
      row('P0', { tradeNo: 'T0' }),
      row('P1', { tradeNo: 'T1', merchantOrderNo: 'M1' }),
      row('P2', { merchantOrderNo: 'M2' }),
    ],
    lines: [row('s.csv#1', { tradeNo: 'T0' }), row('s.csv#2', { tradeNo: 'T1', merchantOrderNo: 'M2' })],
  },
  'our refund number is the channel’s number of another refund': {
    payments: [refund('P1', { refundNo: 'C1' }), refund('P2', { refundNo: 'R1' })],
    lines: [refund('s.csv#1', { refundNo: 'R1', channelRefundNo: 'C1' })],
  },
  'our trade number is the channel’s number of another refund': {
    payments: [refund('P1', { tradeNo: 'C1' }), refund('P2', { refundNo: 'R1' })],
    lines: [refund('s.csv#1', { refundNo: 'R1', channelRefundNo: 'C1' })],
  },
  'one refund of ours, two of theirs under its numbers': {
    payments: [refund('P1', { refundNo: 'R1', tradeNo: 'C2' })],
    lines: [refund('s.csv#1', { refundNo: 'R1' }), refund('s.csv#2', { channelRefundNo: 'C2' })],
  },
  'the order number of one payment was sent for another': {
    payments: [row('P1', { orderNo: 'O1', merchantOrderNo: 'M1' }), row('P2', { orderNo: 'M1' })],
    lines: [row('s.csv#1', { merchantOrderNo: 'M1' })],
  },
  'one order paid on two channels': {
    payments: [
      row('P1', { orderNo: 'O1', tradeNo: 'T1' }),
      row('P2', { orderNo: 'O1', tradeNo: 'T2', channel: 'alipay' }),
    ],
    lines: [row('s.csv#1', { tradeNo: 'T1' }), row('s.csv#2', { tradeNo: 'T2', channel: 'alipay' })],
  },
}

test('knots that chance ties too rarely', async t => {
  await withBooks(t, async compare => {
    for (const [name, books] of Object.entries(KNOTS))
      for (const turned of [books, { payments: books.payments.toReversed(), lines: books.lines.toReversed() }])
        await assert.doesNotReject(compare(turned, RULES[0] as Rules), name)
  })
})

test('plain pairs are settled, not left to the engine', async t => {
  await withBooks(t, async compare => {
    const plain = { tradeNo: 'T1', merchantOrderNo: 'M1', orderNo: 'O1' }
    assert.equal(
      await compare(
        { payments: [row('P1', plain)], lines: [row('s.csv#1', { ...plain, orderNo: '' })] },
        RULES[0] as Rules,
      ),
      1,
    )
    assert.equal(
      await compare(
        { payments: [row('P1', { orderNo: 'O1' })], lines: [row('s.csv#1', { merchantOrderNo: 'O1', tradeNo: 'T1' })] },
        RULES[0] as Rules,
      ),
      1,
    )
    const both = { tradeNo: 'T1', refundNo: 'R1' }
    assert.equal(
      await compare(
        { payments: [refund('P1', both)], lines: [refund('s.csv#1', { ...both, channelRefundNo: 'C1' })] },
        RULES[0] as Rules,
      ),
      1,
    )
  })
})

function row(id: string, change: Partial<Entry>): Entry {
  return {
    id,
    kind: 'payment',
    status: 'success',
    channel: 'wechat',
    orderNo: '',
    tradeNo: '',
    merchantOrderNo: '',
    refundNo: '',
    channelRefundNo: '',
    amount: 100,
    currency: 'CNY',
    at: Date.parse('2026-11-20T12:00:00+08:00'),
    day: '2026-11-20',
    merchant: 'M',
    payer: '',
    fee: 1,
    batchNo: '',
    ...change,
  }
}

function refund(id: string, change: Partial<Entry>): Entry {
  return row(id, { kind: 'refund', amount: -100, ...change })
}

/** Compares settle + decide with decide alone; gives the number of settled pairs. */
type Compare = (books: Books, rules: Rules) => Promise<number>

async function withBooks(t: TestContext, work: (compare: Compare) => Promise<void>): Promise<void> {
  const db = await testDatabase(t)
  const scratch = await openScratch(db)
  try {
    const one = await scratch.connect()
    const two = await scratch.connect()
    await work(async (given, rules) => {
      const books = { ...given, payments: given.payments.map(withFeeItem) }
      const coverage = coverageOf(books.payments, books.lines, rules)
      const alone = decide({ ...books, coverage, rules })
      let settled = 0
      // Found in the book, or noticed when the statement was read.
      for (const repeatedLines of [null, repeatedIn(books.lines)]) {
        await fill(one, books)
        const { pairs } = await settle([one, two], {
          rules,
          channels: ['wechat', 'alipay'],
          currencies: ['CNY', 'USD'],
          repeated: null,
          repeatedLines,
          refunds: true,
        })
        const matches = await settledMatches(one)
        assert.equal(matches.length, pairs)
        const nameOf = (id: number) => `s.csv#${id}`
        const payments = await readEntries(one, 'open_movements', nameOf)
        const lines = await readEntries(one, 'open_lines', nameOf)
        assert.equal(payments.length + pairs, books.payments.length)
        assert.equal(lines.length + pairs, books.lines.length)
        const rest = decide({ payments, lines, coverage, rules })
        assert.deepEqual(inOrder({ ...rest, matches: [...matches, ...rest.matches] }), inOrder(alone))
        settled = pairs
      }
      return settled
    })
  } finally {
    await scratch.close()
  }
}

/** Numbers that several payments carry, as channel's number or as what was sent. */
function repeatedIn(rows: readonly Entry[]): string[] {
  const twice = (numbers: readonly string[]) =>
    numbers.filter((number, i) => number !== '' && numbers.indexOf(number) !== i)
  const payments = rows.filter(({ kind }) => kind === 'payment')
  return [
    ...twice(payments.map(({ tradeNo }) => tradeNo)),
    ...twice(payments.flatMap(row => [...new Set([row.orderNo, row.merchantOrderNo])])),
  ]
}

/** Every other order is of a fee item that some rules name. */
const withFeeItem = (row: Entry, i: number): Entry => (i % 3 === 0 ? row : { ...row, feeItem: `F${i % 3}` })

async function fill(client: pg.ClientBase, { payments, lines }: Books): Promise<void> {
  const record = (entry: Entry, id: number) => ({
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
    account: '',
  })
  await client.query('truncate movements, statement_lines')
  await client.query('insert into movements select * from jsonb_populate_recordset(null::movements, $1)', [
    JSON.stringify(payments.map((p, i) => ({ ...record(p, i + 1), fee_item: p.feeItem ?? '' }))),
  ])
  await client.query('insert into statement_lines select * from jsonb_populate_recordset(null::statement_lines, $1)', [
    JSON.stringify(lines.map(l => record(l, Number(l.id.split('#')[1])))),
  ])
}

async function settledMatches(client: pg.ClientBase): Promise<Match[]> {
  const { rows } = await client.query(
    'select m.payment_no, m.currency, k.* from pairs k join movements m on m.id = k.movement_id',
  )
  return rows.map(row => ({
    payments: [row.payment_no],
    lines: [`s.csv#${row.line_id}`],
    pass: row.pass,
    difference: 0,
    currency: row.currency,
    flags: [
      ...(row.cross_day ? (['cross_day'] as const) : []),
      ...(row.needs_confirmation ? (['needs_confirmation'] as const) : []),
    ],
  }))
}

const inOrder = ({ matches, discrepancies }: Outcome): Outcome => ({
  matches: sorted(matches),
  discrepancies: sorted(discrepancies),
})

const sorted = <T>(rows: readonly T[]): T[] =>
  rows
    .map(row => ({ row, text: JSON.stringify(row) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ row }) => row)
