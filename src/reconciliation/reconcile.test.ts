import { strict as assert } from 'node:assert'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { testDatabase } from '../../testkit/database.ts'
import { randomDay } from '../../testkit/random_day.ts'
import { coverageOf } from '../../testkit/table.ts'
import { wechatBill } from '../../testkit/wechat_bill.ts'
import { Failure } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import { decide } from '../matching/decide.ts'
import type { Entry, Outcome } from '../matching/entry.ts'
import { DEFAULT_RULES } from '../rules/rules.ts'
import type { Database } from '../system/database.ts'
import { jsonPieces } from './json.ts'
import { LoadingThreads } from './load_books.ts'
import { PAYMENT_COLUMNS } from './payments.ts'
import { type ReconcileRequest, reconcileFiles } from './reconcile.ts'
import { openScratch } from './scratch.ts'

const runs = {
  numRuns: Number(process.env.FZPAY_RUNS ?? 40),
  ...(process.env.FZPAY_SEED ? { seed: Number(process.env.FZPAY_SEED) } : {}),
}

const HEADER = PAYMENT_COLUMNS.join(',')
const P1 = 'P1,O1,payment,bank,T1,M1,,10.00,CNY,success,2026-11-20T10:00:00+08:00,M,,,'
const P2 = 'P2,O2,refund,bank,T2,M2,R2,3.00,CNY,success,2026-11-20T11:00:00+08:00,M,,,'
const LINE_HEADER =
  'channel_trade_no,merchant_order_no,refund_no,channel_refund_no,kind,status,amount,currency,occurred_at,merchant_no,payer_account,fee,batch_no,order_no'
const L1 = 'T1,M1,,,payment,success,10.00,CNY,2026-11-20T10:00:05+08:00,M,,,,'
const L2 = 'T2,M2,R2,C2,refund,success,3.00,CNY,2026-11-20T11:00:05+08:00,M,,,,'
const STATEMENT = [LINE_HEADER, L1, L2].join('\n')

/** A folder of files that is gone after the test. */
function folder(t: TestContext): (name: string, content: string | Buffer) => string {
  const path = mkdtempSync(join(tmpdir(), 'fzpay-reconcile-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return (name, content) => {
    mkdirSync(join(path, name, '..'), { recursive: true })
    writeFileSync(join(path, name), content)
    return join(path, name)
  }
}

type Request = Pick<ReconcileRequest, 'payments' | 'statements'> & Partial<ReconcileRequest>

async function answer(db: Database, request: Request, matches = true): Promise<string> {
  const result = await reconcileFiles(db, { rules: DEFAULT_RULES, ...request })
  try {
    return (await Array.fromAsync(jsonPieces(result, { lang: 'zh', matches }))).join('')
  } finally {
    await result.close()
  }
}

test('files through the database give what the engine alone gives', async t => {
  const db = await testDatabase(t)
  const file = folder(t)
  await fc.assert(
    fc.asyncProperty(randomDay, async day => {
      const payments = day.payments.map(row => ({ ...row.entry, channel: 'bank' }))
      const lines = day.lines.map(row => ({
        ...row.entry,
        channel: 'bank',
        id: row.entry.id.replace('s.csv', 'lines.csv'),
      }))
      fc.pre(payments.length > 0 && lines.length > 0)
      const coverage = coverageOf(payments, lines, DEFAULT_RULES)
      const alone = decide({ payments, lines, coverage, rules: DEFAULT_RULES })
      const result = await reconcileFiles(db, {
        payments: [file('payments.csv', [HEADER, ...payments.map(paymentText)].join('\n'))],
        statements: [file('lines.csv', [LINE_HEADER, ...lines.map(lineText)].join('\n'))],
        channel: 'bank',
        rules: DEFAULT_RULES,
      })
      try {
        const matches = (await Array.fromAsync(result.matches())).flat()
        assert.deepEqual(
          inOrder({
            matches: matches.map(({ payments, lines, pass, difference, currency, flags }) => ({
              payments,
              lines,
              pass,
              difference,
              currency,
              flags,
            })),
            discrepancies: result.discrepancies.map(({ paymentRows: _, lineRows: __, ...found }) => found),
          }),
          inOrder(alone),
        )
        for (const { ok } of result.summary.balance.values()) assert(ok)
        assert.equal(result.summary.payments.count, payments.length)
        assert.equal(result.summary.lines.count, lines.length)
      } finally {
        await result.close()
      }
    }),
    runs,
  )
})

const amountText = (row: Entry): string => formatMinor(Math.abs(row.amount), row.currency)
const timeText = (row: Entry): string => new Date(row.at ?? 0).toISOString()

const paymentText = (p: Entry): string =>
  [
    p.id,
    p.orderNo,
    p.kind,
    p.channel,
    p.tradeNo,
    p.merchantOrderNo,
    p.refundNo,
    amountText(p),
    p.currency,
    p.status,
    timeText(p),
    p.merchant,
    p.payer,
    p.fee === null ? '' : formatMinor(p.fee, p.currency),
    p.batchNo,
  ].join(',')

const lineText = (l: Entry): string =>
  [
    l.tradeNo,
    l.merchantOrderNo,
    l.refundNo,
    l.channelRefundNo,
    l.kind,
    l.status,
    amountText(l),
    l.currency,
    timeText(l),
    l.merchant,
    l.payer,
    l.fee === null ? '' : formatMinor(l.fee, l.currency),
    l.batchNo,
    l.orderNo,
  ].join(',')

const inOrder = ({ matches, discrepancies }: Outcome): Outcome => ({
  matches: sorted(matches),
  discrepancies: sorted(discrepancies),
})
const sorted = <T extends object>(rows: readonly T[]): T[] =>
  rows
    .map(row => [JSON.stringify(row, Object.keys(row).sort()), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row)

test('the answer has the contract’s shape', async t => {
  const db = await testDatabase(t)
  const file = folder(t)
  const request = { payments: [file('p.csv', [HEADER, P1, P2].join('\n'))], statements: [file('s.csv', STATEMENT)] }
  assert.deepEqual(JSON.parse(await answer(db, request)), {
    summary: {
      payments: { count: 2, amount: '7.00' },
      lines: { count: 2, amount: '7.00' },
      matched: { groups: 2, payments: 2, lines: 2, amount: '7.00' },
      discrepancies: 0,
      by_kind: {},
      balance: { payments_net: '7.00', lines_net: '7.00', difference: '0.00', explained: '0.00', ok: true },
    },
    matches: [
      { payments: ['P1'], lines: ['s.csv#1'], pass: 'trade_no', difference: '0.00', flags: [] },
      { payments: ['P2'], lines: ['s.csv#2'], pass: 'refund_no', difference: '0.00', flags: [] },
    ],
    discrepancies: [],
  })
  const summary = JSON.parse(await answer(db, request, false))
  assert.deepEqual(Object.keys(summary), ['summary', 'discrepancies'])
})

test('the order of payments is irrelevant, byte for byte; so is the order of columns', async t => {
  const db = await testDatabase(t)
  const file = folder(t)
  const statements = [file('s.csv', STATEMENT)]
  const first = await answer(db, { payments: [file('a/p.csv', [HEADER, P1, P2].join('\n'))], statements })
  const turned = (text: string) => text.split(',').toReversed().join(',')
  const others = [
    [HEADER, P2, P1].join('\r\n'),
    `\ufeff${[HEADER, P1, P2].map(turned).join('\n')}\n`,
    [`extra,${HEADER}`, `"a, ""b""\n",${P1}`, `,${P2}`].join('\n'),
  ]
  for (const other of others) assert.equal(await answer(db, { payments: [file('b/p.csv', other)], statements }), first)
})

test('two files of one name are told apart, one file given twice is read once', async t => {
  const db = await testDatabase(t)
  const file = folder(t)
  const north = file('north/s.csv', [LINE_HEADER, L1].join('\n'))
  const south = file('south/s.csv', [LINE_HEADER, L2].join('\n'))
  const notes: string[] = []
  const text = await answer(db, {
    payments: [file('p.csv', [HEADER, P1, P2].join('\n'))],
    statements: [north, south, north],
    channel: 'bank',
    say: note => notes.push(note.en),
  })
  const { matches } = JSON.parse(text)
  assert.deepEqual(
    matches.map((match: { lines: string[] }) => match.lines),
    [['north/s.csv#1'], ['south/s.csv#1']],
  )
  assert.equal(notes.filter(note => note.includes('more than once')).length, 1)
})

test('--channel is for statements that do not name theirs: one that contradicts them all is refused', async t => {
  const db = await testDatabase(t)
  const file = folder(t)
  const payments = [file('p.csv', [HEADER, P1.replace('bank', 'wechat')].join('\n'))]
  const at = '2026-11-20 10:00:05'
  const bill = file('w.csv', wechatBill([{ at, trade: 'T1', order: 'M1', fen: 1_000 }]))
  await assert.rejects(answer(db, { payments, statements: [bill], channel: 'alipay' }), {
    code: 'channel_contradicted',
  })
  const generic = file('s.csv', [LINE_HEADER, L2].join('\n'))
  for (const [statements, channel] of [
    [[bill], 'wechat'],
    [[bill, generic], 'bank'],
  ] as const)
    assert.equal(JSON.parse(await answer(db, { payments, statements, channel })).summary.matched.groups, 1)
})

test("payments of one amount are told apart by the payers' own words of MT940, and by nothing that names two", async t => {
  const db = await testDatabase(t)
  const file = folder(t)
  const paid = (no: string, order: string, trade: string) =>
    `${no},${order},payment,bank,${trade},,,10.00,CNY,success,2026-11-20T10:00:00+08:00,,,,`
  const rows = [paid('P1', 'W20261001', ''), paid('P2', 'W20261002', '7KQ2M4XT9ZS'), paid('P3', 'W20261003', '')]
  const credit = (words: string) => `:61:2611201120C10,00NTRFNONREF\n:86:${words}`
  const swift = [
    ':20:1\n:25:3605\n:28C:1/1\n:60F:C261119CNY0,00',
    credit('学费 缴费单号：W20261003 或 缴费单号：W20261001'),
    credit('water 7kq2m4xt9zs'),
    credit('学费 缴费单号：W20261001'),
    ':62F:C261120CNY30,00\n-\n',
  ]
  const found = JSON.parse(
    await answer(db, {
      payments: [file('p.csv', [HEADER, ...rows].join('\n'))],
      statements: [file('s.sta', swift.join('\n'))],
    }),
  )
  const byNumber = found.matches.filter(({ pass }: { pass: string }) => pass !== 'amount_time')
  assert.deepEqual(
    byNumber.map(({ payments, lines, pass }: Record<string, unknown>) => [payments, lines, pass]).toSorted(),
    [
      [['P1'], ['s.sta#3'], 'merchant_order_no'],
      [['P2'], ['s.sta#2'], 'trade_no'],
    ],
  )
})

test('a record in two statements is one movement', async t => {
  const db = await testDatabase(t)
  const file = folder(t)
  const { summary, discrepancies } = JSON.parse(
    await answer(db, {
      payments: [file('p.csv', [HEADER, P1].join('\n'))],
      statements: [file('a.csv', [LINE_HEADER, L1].join('\n')), file('b.csv', [LINE_HEADER, L1].join('\n'))],
      channel: 'bank',
    }),
  )
  assert.deepEqual(summary.by_kind, { duplicate_line: 1 })
  assert.deepEqual(summary.lines, { count: 2, amount: '10.00' })
  assert.equal(discrepancies[0].difference, '0.00')
  assert(summary.balance.ok)
})

test('several currencies: every sum is a map by currency', async t => {
  const db = await testDatabase(t)
  const file = folder(t)
  const { summary, discrepancies } = JSON.parse(
    await answer(db, {
      payments: [
        file(
          'p.csv',
          [HEADER, P1, P2.replace('refund', 'payment').replace('CNY', 'JPY').replace('3.00', '3')].join('\n'),
        ),
      ],
      statements: [file('s.csv', [LINE_HEADER, L1].join('\n'))],
      channel: 'bank',
    }),
  )
  assert.deepEqual(summary.payments.amount, { CNY: '10.00', JPY: '3' })
  assert.deepEqual(summary.balance.JPY, {
    payments_net: '3',
    lines_net: '0',
    difference: '-3',
    explained: '-3',
    ok: true,
  })
  assert.deepEqual(
    discrepancies.map((found: { currency: string; difference: string }) => [found.currency, found.difference]),
    [['JPY', '-3']],
  )
})

test('sums pass 2^53', async t => {
  const db = await testDatabase(t)
  const file = folder(t)
  const large = (n: number) =>
    `L${n},O${n},payment,bank,X${n},Y${n},,90071992547409.91,CNY,success,2026-11-20T10:00:00+08:00,M,,,`
  const { summary } = JSON.parse(
    await answer(db, {
      payments: [file('p.csv', [HEADER, P1, large(1), large(2), large(3)].join('\n'))],
      statements: [file('s.csv', [LINE_HEADER, L1].join('\n'))],
    }),
  )
  assert.equal(summary.payments.amount, '270215977642239.73')
  assert(summary.balance.ok)
})

const REFUSED: Readonly<Record<string, { text: string | Buffer; code: string; tells: RegExp }>> = {
  'an empty file': { text: '', code: 'file_empty', tells: /p\.csv/ },
  'a missing column': { text: [HEADER.replace('amount,', ''), P1].join('\n'), code: 'column_missing', tells: /amount/ },
  'a column twice': { text: [`${HEADER},amount`, `${P1},1`].join('\n'), code: 'column_twice', tells: /amount/ },
  'a payment_no twice': {
    text: [HEADER, P1, P2, P1].join('\n'),
    code: 'payment_no_twice',
    tells: /record 3: payment_no "P1" repeats record 1/,
  },
  'no payment_no': { text: [HEADER, P1.replace('P1', '')].join('\n'), code: 'payment_no_missing', tells: /record 1/ },
  'an unreadable amount': {
    text: [HEADER, P1, P2.replace('3.00', '3,00')].join('\n'),
    code: 'field_count',
    tells: /record 2/,
  },
  'an amount with thousands': {
    text: [HEADER, P1.replace('10.00', '"1,234.50"')].join('\n'),
    code: 'amount_unreadable',
    tells: /record 1 .*1,234\.50/,
  },
  'a negative amount': {
    text: [HEADER, P1.replace('10.00', '-10.00')].join('\n'),
    code: 'amount_unreadable',
    tells: /-10\.00/,
  },
  'an amount with a currency mark': {
    text: [HEADER, P1.replace('10.00', '￥12')].join('\n'),
    code: 'amount_unreadable',
    tells: /￥12/,
  },
  'an amount in full-width digits': {
    text: [HEADER, P1.replace('10.00', '１２')].join('\n'),
    code: 'amount_unreadable',
    tells: /１２/,
  },
  'an amount with too many decimals': {
    text: [HEADER, P1.replace('10.00', '10.001')].join('\n'),
    code: 'amount_unreadable',
    tells: /10\.001/,
  },
  'an amount beyond 2^53': {
    text: [HEADER, P1.replace('10.00', '90071992547409.93')].join('\n'),
    code: 'amount_unreadable',
    tells: /90071992547409\.93/,
  },
  'an unknown kind': {
    text: [HEADER, P1.replace('payment', 'transfer')].join('\n'),
    code: 'kind_unreadable',
    tells: /transfer/,
  },
  'an unknown status': {
    text: [HEADER, P1.replace('success', 'paid')].join('\n'),
    code: 'status_unreadable',
    tells: /paid/,
  },
  'an unknown currency': {
    text: [HEADER, P1.replace('CNY', 'RMB')].join('\n'),
    code: 'currency_unreadable',
    tells: /RMB/,
  },
  'a time without an offset': {
    text: [HEADER, P1.replace('+08:00', '')].join('\n'),
    code: 'paid_at_unreadable',
    tells: /2026-11-20T10:00:00/,
  },
  'a day that does not exist': {
    text: [HEADER, P1.replace('11-20', '11-31')].join('\n'),
    code: 'paid_at_unreadable',
    tells: /11-31/,
  },
  'an unreadable fee': { text: [HEADER, P1.replace('M,,,', 'M,,x,')].join('\n'), code: 'fee_unreadable', tells: /"x"/ },
  'a number that a spreadsheet has spoilt': {
    text: [HEADER, P1.replace('T1', '4.2E+27')].join('\n'),
    code: 'digits_lost',
    tells: /channel_trade_no "4\.2E\+27"/,
  },
  'too few fields': {
    text: [HEADER, 'P1,O1,payment'].join('\n'),
    code: 'field_count',
    tells: /3 fields, the header 15/,
  },
  'a quote without its partner': {
    text: [HEADER, P1.replace('O1', '"O1')].join('\n'),
    code: 'csv_quote',
    tells: /line 2/,
  },
  GBK: {
    text: Buffer.concat([Buffer.from(`${HEADER}\n`), Buffer.from([0xb8, 0xa7]), Buffer.from(P1)]),
    code: 'file_encoding',
    tells: /line 2 is not UTF-8/,
  },
  'a cut character': {
    text: Buffer.concat([Buffer.from([HEADER, P1.replace('O1', '抚')].join('\n')).subarray(0, HEADER.length + 5)]),
    code: 'file_encoding',
    tells: /line 2/,
  },
  'UTF-16': { text: Buffer.from(`\ufeff${HEADER}\n${P1}`, 'utf16le'), code: 'file_binary', tells: /UTF-16/ },
  'a binary file': {
    text: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 2, 10, 0]),
    code: 'file_binary',
    tells: /binary/,
  },
}

test('a payments file that cannot be read whole is refused, with file, record and column', async t => {
  const db = await testDatabase(t)
  const file = folder(t)
  const statements = [file('s.csv', STATEMENT)]
  for (const [name, { text, code, tells }] of Object.entries(REFUSED))
    await t.test(name, async () => {
      await assert.rejects(answer(db, { payments: [file('p.csv', text)], statements }), error => {
        assert(error instanceof Failure, String(error))
        assert.equal(error.code, code)
        assert.match(error.message, tells)
        assert.match(error.message, /p\.csv/)
        return true
      })
    })
  const { rows } = await db.pool.query("select nspname from pg_namespace where nspname like 'reconcile%'")
  assert.deepEqual(rows, [], 'a refused run leaves nothing behind')
})

test('what a killed run left behind is cleared away; a run that is alive is not', async t => {
  const db = await testDatabase(t)
  const alive = await openScratch(db)
  await db.pool.query('create schema reconcile_4711')
  const next = await openScratch(db)
  const { rows } = await db.pool.query("select nspname as name from pg_namespace where nspname like 'reconcile%'")
  assert.deepEqual(rows.map(row => row.name).sort(), [alive.schema, next.schema].sort())
  await next.close()
  await alive.close()
})

test('threads or not: the same answer', async t => {
  const db = await testDatabase(t)
  const file = folder(t)
  const many = 3_000
  const payments = Array.from(
    { length: many },
    (_, i) => `P${i},O${i},payment,bank,T${i},M${i},,${i % 50}.25,CNY,success,2026-11-20T10:00:00+08:00,M,,,`,
  )
  const lines = Array.from(
    { length: many },
    (_, i) =>
      `T${i},M${i},,,payment,success,${i % 50}.${i % 500 === 0 ? '30' : '25'},CNY,2026-11-20T10:00:05+08:00,M,,,,`,
  )
  const request = {
    payments: [file('p.csv', [HEADER, ...payments].join('\n'))],
    statements: [file('s.csv', [LINE_HEADER, ...lines].join('\n'))],
  }
  assert.equal(
    await answer(db, { ...request, threads: new LoadingThreads(2) }),
    await answer(db, { ...request, threads: null }),
  )
})
