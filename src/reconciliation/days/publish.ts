import { strict as assert } from 'node:assert'
import type pg from 'pg'
import type { Who } from '../../audit/act.ts'
import { record } from '../../audit/record.ts'
import { describeDiscrepancies } from '../../causes/refine.ts'
import type { Discrepancy, Entry, Match, Outcome } from '../../matching/entry.ts'
import type { BookSide, BusinessDay } from './day.ts'
import { bumpRevision, markPublished } from './day_store.ts'
import * as store from './place_store.ts'
import { namesOf, placeDiscrepancies, placeEarly, waitingRows } from './placing.ts'
import { type Row as BookSum, proveDay } from './proof_store.ts'
import { correctClosed } from './restated.ts'

/** What a run has found out before the engine has looked at the rest. */
export type Settled = {
  readonly day: BusinessDay
  readonly run: number
  readonly at: Date
  /** Of the scratch that holds the settled pairs. */
  readonly schema: string
  /** Days in whose books rows count, where that is not this one: by side and id. */
  readonly counted: ReadonlyMap<string, number>
}

export type Publishing = Settled & {
  readonly who: Who
  /** Published already. */
  readonly pairs: number
  readonly outcome: Outcome
  /** The day's statement is there: what is left has been looked for. */
  readonly covered: boolean
  readonly entries: { readonly ours: ReadonlyMap<string, Entry>; readonly theirs: ReadonlyMap<string, Entry> }
  readonly keyOf: (side: BookSide, name: string) => readonly [orderNo: string, id: number] | undefined
  readonly nameOf: (side: BookSide, id: number) => string | undefined
  readonly marks: { readonly movements: number; readonly lines: number }
  /** The raw books, added up meanwhile on another connection. */
  readonly sums: Promise<readonly BookSum[]>
}

/** The first part of a publication: what a newer statement took away gives up its places, and the settled pairs become the platform's. Gives how many. */
export async function publishPairs(
  tx: pg.ClientBase,
  { day, run, at, schema, counted }: Settled,
  settled: number,
): Promise<number> {
  await store.undoTakenAway(tx, [day.channel, day.account, day.day], run, at)
  const pairs = await store.publishLinks(tx, schema, run, day.id, counted.size > 0)
  assert.equal(pairs, settled, 'every settled pair is published')
  return pairs
}

/**
 * A run's findings become the platform's, in one transaction that holds the day: pairs, groups, discrepancies, what earlier ones have become, and the
 * day's proof as it stands then.
 */
export async function publish(
  tx: pg.ClientBase,
  publishing: Publishing,
): Promise<{ pairs: number; groups: number; discrepancies: number }> {
  const { day, run, at, outcome, covered, counted, pairs } = publishing
  const place = (side: BookSide, name: string): store.PlacedRow => {
    const key = publishing.keyOf(side, name)
    const entry = publishing.entries[side].get(name)
    assert(key && entry, `a row of the outcome was not looked at: ${name}`)
    return {
      side,
      orderNo: key[0],
      id: key[1],
      dayId: counted.get(`${side}:${key[1]}`) ?? day.id,
      moved: entry.status === 'success' ? entry.amount : 0,
      amount: entry.amount,
      currency: entry.currency,
    }
  }
  const rowsOf = (of: { payments: readonly string[]; lines: readonly string[] }) => [
    ...of.payments.map(name => place('ours', name)),
    ...of.lines.map(name => place('theirs', name)),
  ]
  // Rows that waited and are settled pairs now were not read: they have no name but their place.
  const standing = await store.standingDiscrepancies(
    tx,
    day,
    (side, id) => publishing.nameOf(side, id) ?? (counted.has(`${side}:${id}`) ? `=${side}:${id}` : undefined),
  )
  // Before the statement has come, what finds no partner is not missing anything; but what counts in another day does not wait for this one's.
  const own = (side: BookSide, name: string): boolean => place(side, name).dayId === day.id
  const { found, over } = covered
    ? placeDiscrepancies(standing, outcome.discrepancies)
    : placeEarly(standing, outcome, own)
  const waiting = covered ? [] : waitingRows(found, outcome, own).map(({ side, name }) => place(side, name))
  await store.freeDiscrepancies(
    tx,
    over.map(({ standing: { id } }) => id),
  )
  const groups = outcome.matches.map((match): store.NewGroup => groupOf(match, rowsOf(match)))
  const groupIds = await store.insertGroups(tx, run, groups, at)

  const renewed = found.flatMap(({ discrepancy, was, owner }) =>
    was ? [{ id: was.id, now: newDiscrepancy(discrepancy, owner, day, at, rowsOf(discrepancy)) }] : [],
  )
  await store.renewDiscrepancies(tx, run, renewed)
  const fresh = found.filter(({ was }) => was === null)
  const ids = await store.insertDiscrepancies(
    tx,
    { dayId: day.id, run, channel: day.channel, account: day.account, day: day.day },
    fresh.map(({ discrepancy, owner }) => newDiscrepancy(discrepancy, owner, day, at, rowsOf(discrepancy))),
    at,
  )
  const idOf = new Map(fresh.map((each, i) => [each, ids[i] as number]))
  const groupOfName = new Map(
    outcome.matches.flatMap((match, i) => namesOf(match).map(name => [name, groupIds[i] as number] as const)),
  )
  await store.endDiscrepancies(
    tx,
    over.map(({ standing: gone, matched, replacedBy }): store.Ended => {
      const next = replacedBy === null ? undefined : found[replacedBy]
      const group = matched.flatMap(name => groupOfName.get(name) ?? [])[0] ?? null
      const payment = gone.payments.findIndex(name => matched.includes(`p:${name}`))
      return {
        id: gone.id,
        replacedBy: next ? (next.was?.id ?? idOf.get(next) ?? null) : null,
        group,
        movement: gone.movements?.[payment] ?? null,
      }
    }),
    at,
  )
  await store.nameMerchants(tx, ids)
  await describeDiscrepancies(tx, [...ids, ...renewed.map(({ id }) => id)])
  const corrections = await correctClosed(tx, day, run, at)
  const proof = await proveDay(tx, day.id, at, corrections === 0 ? await publishing.sums : undefined)
  await markPublished(tx, {
    id: day.id,
    run,
    covered,
    at,
    proof,
    movementMark: lookAgainFrom(waiting, 'ours', publishing.marks.movements),
    lineMark: lookAgainFrom(waiting, 'theirs', publishing.marks.lines),
  })
  await bumpRevision(
    tx,
    [...new Set(counted.values())].filter(id => id !== day.id),
  )
  const figures = { pairs, groups: groups.length, discrepancies: found.length }
  await record(tx, at, publishing.who, [
    {
      what: 'day.settle',
      object: { kind: 'day', id: `${day.channel}/${day.account}/${day.day}` },
      after: { run, ...figures, proof_holds: proof.ok },
    },
  ])
  await tx.query("select pg_notify('day_changed', $1)", [`${day.id}`])
  return figures
}

/** The next run goes on behind this row: what waits for the statement has no place yet and is looked at again. */
const lookAgainFrom = (waiting: readonly store.PlacedRow[], side: BookSide, mark: number): number =>
  waiting.reduce((least, row) => (row.side === side ? Math.min(least, row.id - 1) : least), mark)

const groupOf = (match: Match, rows: readonly store.PlacedRow[]): store.NewGroup => ({
  pass: match.pass,
  difference: match.difference,
  currency: match.currency,
  flags: match.flags,
  madeBy: '',
  reason: '',
  rows,
})

/** No money moved, or the rules say that it is not worth a person's time. */
const COUNTED_ONLY: ReadonlySet<string> = new Set(['waived', 'duplicate_line'])

/** Found after the deadline, or shortly before, somebody has a day for it. */
const AT_LEAST_MS = 24 * 3_600_000

function newDiscrepancy(
  found: Discrepancy,
  owner: string,
  day: BusinessDay,
  at: Date,
  rows: readonly store.PlacedRow[],
): store.NewDiscrepancy {
  const waits = found.kind === 'in_transit' || COUNTED_ONLY.has(found.kind)
  const due = day.closesAt.getTime() > at.getTime() ? day.closesAt : new Date(at.getTime() + AT_LEAST_MS)
  return {
    origin: 'engine',
    kind: found.kind,
    difference: found.difference,
    currency: found.currency,
    byCurrency: found.byCurrency ?? null,
    cause: found.cause,
    evidence: found.evidence,
    linkedTo: found.linkedTo ?? [],
    state: COUNTED_ONLY.has(found.kind) ? 'waived' : 'open',
    owner,
    dueAt: waits ? null : due,
    rows,
  }
}
