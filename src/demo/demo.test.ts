import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import yauzl from 'yauzl'
import { testDatabase } from '../../testkit/database.ts'
import { DISCREPANCY_KINDS } from '../matching/entry.ts'
import { reconcileFiles } from '../reconciliation/reconcile.ts'
import { parseRules } from '../rules/read.ts'
import { cityDay, type Line, type Payment } from './city_day.ts'
import { FILES, filesOf, lineIds } from './files.ts'
import { writeDemoFiles } from './write.ts'

const FLAGS = [
  'interchangeable',
  'tolerance',
  'cross_day',
  'split',
  'merged',
  'batch',
  'fee_netted',
  'needs_confirmation',
]

describe('the sample city day', () => {
  test('has every kind of discrepancy and every flag', () => {
    const { truth } = cityDay()
    assert.deepEqual(new Set(truth.discrepancies.map(d => d.kind)), new Set(DISCREPANCY_KINDS))
    assert.deepEqual(new Set(truth.matches.flatMap(m => m.flags)), new Set(FLAGS))
  })

  test('its truth places every row once', () => {
    const day = cityDay()
    const placed = [...day.truth.matches, ...day.truth.discrepancies.filter(d => d.kind !== 'fee_mismatch')]
    const payments = placed.flatMap(group => group.payments)
    const lines = placed.flatMap(group => group.lines)
    assert.equal(new Set(payments).size, payments.length)
    assert.equal(payments.length, day.payments.length)
    assert.equal(new Set(lines).size, lines.length)
    assert.equal(lines.length, Object.values(day.lines).flat().length)
  })

  test('is the same day every time', () => {
    const digest = () =>
      [...filesOf(cityDay())].map(([, content]) => createHash('sha256').update(content).digest('hex')).join()
    assert.equal(digest(), digest())
  })

  test('the Alipay zip names its entries in GBK and does not claim UTF-8', async () => {
    const zip = filesOf(cityDay(20)).get(FILES.alipay) ?? Buffer.alloc(0)
    const names = await new Promise<string[]>((resolve, reject) =>
      yauzl.fromBuffer(zip, { lazyEntries: true, decodeStrings: false }, (error, opened) => {
        if (error) return reject(error)
        const found: string[] = []
        opened.on('entry', entry => {
          assert.equal(entry.generalPurposeBitFlag & 0x800, 0)
          found.push(new TextDecoder('gbk').decode(entry.fileName as unknown as Buffer))
          opened.readEntry()
        })
        opened.on('end', () => resolve(found))
        opened.readEntry()
      }),
    )
    assert.deepEqual(names, [
      '20880000000000010156_20261120_业务明细.csv',
      '20880000000000010156_20261120_业务明细(汇总).csv',
    ])
  })
})

test('reconciling its files finds exactly the truth: every planted mistake, and no false match', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-demo-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const day = cityDay()
  const files = await writeDemoFiles(folder)
  const rules = parseRules(String(filesOf(day).get(FILES.rules)), FILES.rules)
  const result = await reconcileFiles(await testDatabase(t), {
    ...files,
    payments: [files.payments],
    rules,
    channel: 'bank',
  })
  const found: string[] = []
  try {
    for await (const batch of result.matches())
      for (const match of batch) found.push(told('match', match.payments, match.lines, match.flags))
    for (const d of result.discrepancies) found.push(told(d.kind, d.payments, d.lines))
  } finally {
    await result.close()
  }

  const names = lineIds(day)
  const ours = (payments: readonly Payment[]) => payments.map(payment => payment.no)
  const theirs = (lines: readonly Line[]) => lines.map(line => names.get(line) ?? '')
  const truth = [
    ...day.truth.matches.map(m => told('match', ours(m.payments), theirs(m.lines), m.flags)),
    ...day.truth.discrepancies.map(d => told(d.kind, ours(d.payments), theirs(d.lines))),
  ]
  assert.deepEqual(found.sort(), truth.sort())
  for (const [currency, balance] of result.summary.balance) assert.ok(balance.ok, currency)
})

const told = (
  what: string,
  payments: readonly string[],
  lines: readonly string[],
  flags: readonly string[] = [],
): string => [what, ...payments.toSorted(), '|', ...lines.toSorted(), ...flags.toSorted()].join(' ')
