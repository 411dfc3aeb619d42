import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import { type RandomDay, randomDay } from '../../testkit/random_day.ts'
import { coverageOf } from '../../testkit/table.ts'
import { DEFAULT_RULES } from '../rules/rules.ts'
import { decide } from './decide.ts'
import type { Entry, Outcome } from './entry.ts'
import { exactSums } from './subset_sum.ts'

/** `FZPAY_RUNS` and `FZPAY_SEED` lengthen or repeat a run; a failure prints its seed. */
const runs = {
  numRuns: Number(process.env.FZPAY_RUNS ?? 500),
  ...(process.env.FZPAY_SEED ? { seed: Number(process.env.FZPAY_SEED) } : {}),
}

const entriesOf = (day: RandomDay) => ({
  payments: day.payments.map(row => row.entry),
  lines: day.lines.map(row => row.entry),
})

function decideDay(books: { payments: readonly Entry[]; lines: readonly Entry[] }): Outcome {
  return decide({ ...books, rules: DEFAULT_RULES, coverage: coverageOf(books.payments, books.lines, DEFAULT_RULES) })
}

test('every row stands in exactly one place', () =>
  fc.assert(
    fc.property(randomDay, day => {
      const books = entriesOf(day)
      const { matches, discrepancies } = decideDay(books)
      const places = [...matches, ...discrepancies.filter(d => d.kind !== 'fee_mismatch')]
      const sorted = (ids: readonly string[]) => [...ids].sort()
      assert.deepEqual(sorted(places.flatMap(place => place.payments)), sorted(books.payments.map(row => row.id)))
      assert.deepEqual(sorted(places.flatMap(place => place.lines)), sorted(books.lines.map(row => row.id)))
    }),
    runs,
  ))

test('money is conserved: the differences add up to the difference of the books', () =>
  fc.assert(
    fc.property(randomDay, day => {
      const books = entriesOf(day)
      const { matches, discrepancies } = decideDay(books)
      const repeated = new Set(discrepancies.filter(d => d.kind === 'duplicate_line').flatMap(d => d.lines))
      for (const currency of ['CNY', 'USD']) {
        let gap = 0
        for (const row of books.lines)
          if (row.currency === currency && row.status === 'success' && !repeated.has(row.id)) gap += row.amount
        for (const row of books.payments) if (row.currency === currency && row.status === 'success') gap -= row.amount
        let explained = 0
        for (const match of matches) if (match.currency === currency) explained += match.difference
        for (const d of discrepancies)
          if (d.kind !== 'fee_mismatch')
            explained += d.byCurrency ? (d.byCurrency[currency] ?? 0) : d.currency === currency ? d.difference : 0
        assert.equal(explained, gap)
      }
    }),
    runs,
  ))

test('the order of the rows is irrelevant', () =>
  fc.assert(
    fc.property(randomDay, fc.infiniteStream(fc.nat()), (day, chance) => {
      const books = entriesOf(day)
      const shuffled = (rows: readonly Entry[]) =>
        rows
          .map(row => ({ row, at: chance.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ row }) => row)
      assert.deepEqual(
        decideDay({ payments: shuffled(books.payments), lines: shuffled(books.lines) }),
        decideDay(books),
      )
    }),
    runs,
  ))

test('no false match: what is matched tells of one movement of money, or of rows nobody could tell apart', () =>
  fc.assert(
    fc.property(randomDay, day => {
      const truth = new Map([...day.payments, ...day.lines].map(row => [row.entry.id, row]))
      const { matches } = decideDay(entriesOf(day))
      for (const match of matches) {
        const rows = [...match.payments, ...match.lines].map(id => truth.get(id))
        const one = new Set(rows.map(row => row?.tx)).size === 1
        const oneDebt = new Set(rows.map(row => row?.debt)).size === 1
        // Without a number, equal rows that nothing tells apart may stand for each other: that is all anyone can know.
        const known = (values: readonly (string | undefined)[]) =>
          new Set(values.filter(value => value !== '')).size <= 1
        const keyless =
          match.pass === 'amount_time' &&
          new Set(rows.map(row => row?.entry.amount)).size === 1 &&
          known(rows.map(row => row?.entry.merchant)) &&
          known(rows.map(row => row?.entry.payer)) &&
          known(rows.map(row => row?.entry.tradeNo))
        assert.ok(one || oneDebt || keyless, `${JSON.stringify(match)} joins ${rows.map(row => row?.tx).join(', ')}`)
      }
    }),
    runs,
  ))

test('late rows never un-match a pair that a number proved', () =>
  fc.assert(
    fc.property(randomDay, randomDay, (day, late) => {
      const books = entriesOf(day)
      const more = entriesOf(late)
      const fresh = (row: Entry): Entry => ({
        ...row,
        id: `late${row.id}`,
        orderNo: row.orderNo && `Z${row.orderNo}`,
        tradeNo: row.tradeNo && `Z${row.tradeNo}`,
        merchantOrderNo: row.merchantOrderNo && `Z${row.merchantOrderNo}`,
        refundNo: row.refundNo && `Z${row.refundNo}`,
        channelRefundNo: row.channelRefundNo && `Z${row.channelRefundNo}`,
      })
      const proven = decideDay(books).matches.filter(
        match =>
          match.pass !== 'amount_time' &&
          match.pass !== 'subset_sum' &&
          match.pass !== 'day_total' &&
          match.lines.length > 0,
      )
      const after = decideDay({
        payments: [...books.payments, ...more.payments.map(fresh)],
        lines: [...books.lines, ...more.lines.map(fresh)],
      })
      const standing = new Set(after.matches.map(match => JSON.stringify([match.payments, match.lines])))
      for (const match of proven)
        assert.ok(standing.has(JSON.stringify([match.payments, match.lines])), JSON.stringify(match))
    }),
    runs,
  ))

test('subset sums agree with trying every subset', () =>
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -30, max: 60 }), { maxLength: 10 }),
      fc.integer({ min: -40, max: 120 }),
      (amounts, target) => {
        const found = new Set<number>()
        let solutions = 0
        const usable = amounts.map((amount, index) => ({ amount, index })).filter(row => row.amount !== 0)
        for (let mask = 0; mask < 2 ** usable.length; mask++) {
          const members = usable.filter((_, bit) => mask & (1 << bit))
          if (members.length < 2 || members.reduce((sum, row) => sum + row.amount, 0) !== target) continue
          solutions++
          for (const row of members) found.add(row.index)
        }
        const answer = exactSums(amounts, target, 40)
        assert.equal(answer.found, solutions === 0 ? 'none' : solutions === 1 ? 'one' : 'several')
        if (solutions === 1 && answer.found === 'one')
          assert.deepEqual(
            [...answer.members],
            [...found].sort((a, b) => a - b),
          )
      },
    ),
    runs,
  ))
