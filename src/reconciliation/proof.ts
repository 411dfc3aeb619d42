import { strict as assert } from 'node:assert'
import type pg from 'pg'
import type { Entry } from '../matching/entry.ts'
import { DISCREPANCY_KINDS, type DiscrepancyKind, type Outcome } from '../matching/entry.ts'
import type { Balance, Summary, Sums } from './reconciliation.ts'

/** What a raw book holds in one currency, as the database adds it up, whatever anybody decided. */
export type BookSums = { readonly rows: number; readonly net: Sums }

export async function sumBook(client: pg.ClientBase, book: 'movements' | 'statement_lines'): Promise<BookSums> {
  const { rows } = await client.query(
    `select currency, count(*) as rows, coalesce(sum(amount) filter (where status = 'success'), 0)::text as net
       from ${book} group by currency order by currency collate "C"`,
  )
  return {
    rows: rows.reduce((sum, row) => sum + row.rows, 0),
    net: new Map(rows.map(row => [row.currency as string, BigInt(row.net)])),
  }
}

export type ProofInput = {
  readonly payments: BookSums
  readonly lines: BookSums
  readonly settledPairs: number
  /** The engine's answer on the rows that were not settled, and those rows. */
  readonly outcome: Outcome
  readonly openPayments: ReadonlyMap<string, Entry>
  readonly openLines: ReadonlyMap<string, Entry>
  readonly rejected: number
}

/**
 * The summary and its proof. Both nets come from the raw books; what explains their difference comes from the outcome alone.
 * Settled pairs are equal in amount, so whatever settle might do wrong leaves an unexplained rest here.
 */
export function summarize(input: ProofInput): Summary {
  const { payments, lines, settledPairs, outcome, openPayments, openLines, rejected } = input
  assertEachRowOnce(input)
  const currencies = [...new Set([...payments.net.keys(), ...lines.net.keys()])].sort()
  if (currencies.length === 0) currencies.push('CNY')
  const zero = () => new Map(currencies.map(currency => [currency, 0n]))

  // A record listed again moved nothing.
  const linesNet = new Map(currencies.map(currency => [currency, lines.net.get(currency) ?? 0n]))
  for (const { kind, lines: names } of outcome.discrepancies)
    if (kind === 'duplicate_line') for (const name of names) addMoved(linesNet, openLines.get(name), -1n)

  // What our side of the matched rows moved: the whole book but the open rows that found no match.
  const matchedNet = new Map(currencies.map(currency => [currency, payments.net.get(currency) ?? 0n]))
  const matchedOpen = new Set(outcome.matches.flatMap(match => match.payments))
  for (const [name, row] of openPayments) if (!matchedOpen.has(name)) addMoved(matchedNet, row, -1n)

  const explained = zero()
  for (const match of outcome.matches) add(explained, match.currency, match.difference)
  const byKind = new Map<DiscrepancyKind, { count: number; difference: Map<string, bigint> }>()
  for (const discrepancy of outcome.discrepancies) {
    const { kind, currency, difference, byCurrency } = discrepancy
    let sum = byKind.get(kind)
    if (!sum) byKind.set(kind, (sum = { count: 0, difference: zero() }))
    sum.count++
    for (const [of, by] of Object.entries(byCurrency ?? { [currency]: difference })) {
      if (by === 0) continue
      add(sum.difference, of, by)
      // The principal of a fee mismatch stands in its match.
      if (kind !== 'fee_mismatch') add(explained, of, by)
    }
  }

  const balance = new Map(
    currencies.map((currency): [string, Balance] => {
      const paymentsNet = payments.net.get(currency) ?? 0n
      const net = linesNet.get(currency) ?? 0n
      const difference = net - paymentsNet
      const told = explained.get(currency) ?? 0n
      return [currency, { paymentsNet, linesNet: net, difference, explained: told, ok: difference === told }]
    }),
  )
  const count = (of: (match: { payments: readonly string[]; lines: readonly string[] }) => number) =>
    outcome.matches.reduce((sum, match) => sum + of(match), settledPairs)
  return {
    currencies,
    payments: {
      count: payments.rows,
      amount: new Map(currencies.map(currency => [currency, payments.net.get(currency) ?? 0n])),
    },
    lines: { count: lines.rows + rejected, amount: linesNet },
    matched: {
      groups: count(() => 1),
      payments: count(match => match.payments.length),
      lines: count(match => match.lines.length),
      amount: matchedNet,
    },
    discrepancies: outcome.discrepancies.length,
    byKind: new Map(
      DISCREPANCY_KINDS.flatMap(kind =>
        byKind.has(kind) ? [[kind, byKind.get(kind) as { count: number; difference: Sums }]] : [],
      ),
    ),
    balance,
  }
}

/** Nothing lost, nothing used twice: a bug here must stop the run, not reach a report. */
function assertEachRowOnce({ payments, lines, settledPairs, outcome, openPayments, openLines }: ProofInput): void {
  assert.equal(settledPairs + openPayments.size, payments.rows, 'settled and open payments are the whole book')
  assert.equal(settledPairs + openLines.size, lines.rows, 'settled and open lines are the whole book')
  const places = [
    ...outcome.matches,
    ...outcome.discrepancies.filter(({ kind }) => kind !== 'fee_mismatch' && kind !== 'rejected_line'),
  ]
  assertPlaced(
    'payment',
    openPayments,
    places.flatMap(place => place.payments),
  )
  assertPlaced(
    'line',
    openLines,
    places.flatMap(place => place.lines),
  )
}

function assertPlaced(what: string, rows: ReadonlyMap<string, Entry>, placed: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of placed) {
    assert(!seen.has(name), `${what} has two places: ${name}`)
    assert(rows.has(name), `${what} placed that was not open: ${name}`)
    seen.add(name)
  }
  assert.equal(seen.size, rows.size, `every ${what} has a place`)
}

function addMoved(sums: Map<string, bigint>, row: Entry | undefined, sign: bigint): void {
  if (row?.status === 'success') sums.set(row.currency, (sums.get(row.currency) ?? 0n) + sign * BigInt(row.amount))
}

const add = (sums: Map<string, bigint>, currency: string, minor: number): void => {
  if (minor !== 0) sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(minor))
}
