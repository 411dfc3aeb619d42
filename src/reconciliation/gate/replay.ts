import { strict as assert } from 'node:assert'
import type pg from 'pg'
import { addDays } from '../../kernel/business_day.ts'
import { decide } from '../../matching/decide.ts'
import type { Outcome } from '../../matching/entry.ts'
import type { Rules } from '../../rules/rules.ts'
import type { Database } from '../../system/database.ts'
import { fileOf, readEntries, recordOf } from '../open_rows.ts'
import { BOOKS, openScratch, type Scratch } from '../scratch.ts'
import { settle } from '../settle.ts'
import { type ClosedDay, copyBook, factsOf, lastClosedDays } from './closed_days.ts'
import { Comparing, type Comparison, keyOf, type Row, rowOf, type Side, type Standing, standingsOf } from './compare.ts'

export type ReplayRequest = {
  readonly before: Rules
  readonly after: Rules
  /** Of each account. */
  readonly days: number
  readonly onProgress?: (done: number, total: number) => void | Promise<void>
  readonly signal?: AbortSignal
}

export type Replayed = Comparison & {
  readonly replayed: number
  /** Of both books, each counted once a day. */
  readonly rows: number
}

/**
 * Reconciles the last closed days again with two versions of the rules, each in books of its own, and compares what becomes of each row.
 * What people did on those days has no part in it: it is the rules that are compared. A row that waits goes into the next day's books, as
 * it does in life. Nothing is written.
 */
export async function replay(db: Database, request: ReplayRequest): Promise<Replayed> {
  const days = await lastClosedDays(db.pool, request.days)
  const before = await Version.open(db, request.before)
  try {
    const after = await Version.open(db, request.after, before)
    try {
      return await run(before, after, days, request)
    } finally {
      await after.close()
    }
  } finally {
    await before.close()
  }
}

async function run(
  before: Version,
  after: Version,
  days: readonly ClosedDay[],
  { onProgress, signal }: ReplayRequest,
): Promise<Replayed> {
  const comparing = new Comparing()
  let waiting: Waiting = new Map()
  let rows = 0
  for (const [i, day] of days.entries()) {
    signal?.throwIfAborted()
    await onProgress?.(i, days.length)
    const last = days[i - 1]
    const follows = last?.channel === day.channel && last.account === day.account && addDays(last.day, 1) === day.day
    if (!follows) {
      finish(waiting, comparing)
      waiting = new Map()
    }
    const covered = follows && last ? [last.day, day.day] : [day.day]
    await Promise.all([before.keepWaiting(follows), after.keepWaiting(follows)])
    await before.copy(day)
    const [counted] = await Promise.all([before.decide(day, covered), after.decide(day, covered)])
    rows += counted
    const [old, fresh] = await Promise.all([before.standings(after), after.standings(before)])
    waiting = meet(waiting, old, fresh, comparing)
  }
  finish(waiting, comparing)
  await onProgress?.(days.length, days.length)
  return { ...comparing.result(), replayed: days.length, rows }
}

type Placed = ReadonlyMap<string, { readonly row: Row; readonly standing: Standing }>
type Meeting = { readonly row: Row; before?: Standing; after?: Standing }
/** Rows on which one of the versions has not said its last word. */
type Waiting = Map<string, Meeting>

function meet(waiting: Waiting, old: Placed, fresh: Placed, comparing: Comparing): Waiting {
  for (const [placed, which] of [
    [old, 'before'],
    [fresh, 'after'],
  ] as const)
    for (const [key, { row, standing }] of placed) {
      const known = waiting.get(key)
      if (known) known[which] = standing
      else waiting.set(key, { row, [which]: standing })
    }
  const left: Waiting = new Map()
  for (const [key, meeting] of waiting) {
    const { before, after } = meeting
    if (before && after && !before.waits && !after.waits) comparing.see(meeting.row, before, after)
    else left.set(key, meeting)
  }
  return left
}

function finish(waiting: Waiting, comparing: Comparing): void {
  for (const { row, before, after } of waiting.values()) {
    assert(before && after, `a version has lost ${row.side} ${row.name} of ${row.day}`)
    comparing.see(row, before, after)
  }
}

const nameOf = (id: number): string => `${fileOf(id)}#${recordOf(id)}`

/** One version of the rules, and the books it works on. */
class Version {
  readonly #rules: Rules
  readonly #scratch: Scratch
  readonly #one: pg.ClientBase
  readonly #two: pg.ClientBase
  #outcome: Outcome = { matches: [], discrepancies: [] }
  #rows = new Map<string, Row>()

  constructor(rules: Rules, scratch: Scratch, one: pg.ClientBase, two: pg.ClientBase) {
    this.#rules = rules
    this.#scratch = scratch
    this.#one = one
    this.#two = two
  }

  /** The day's own rows lie in the books of the first; each has besides what waits under its rules. */
  static async open(db: Database, rules: Rules, first?: Version): Promise<Version> {
    const scratch = await openScratch(db)
    const [one, two] = [await scratch.connect(), await scratch.connect()]
    const owner = first ? first.#scratch.schema : scratch.schema
    for (const book of BOOKS) {
      await one.query(
        `alter table ${book} rename to day_${book}; create unlogged table waiting_${book} (like day_${book})`,
      )
      await one.query(
        `create view ${book} as select * from ${owner}.day_${book} union all select * from waiting_${book}`,
      )
    }
    return new Version(rules, scratch, one, two)
  }

  close(): Promise<void> {
    return this.#scratch.close()
  }

  /** The day's rows, for this version and the one that shares its books. */
  async copy(day: ClosedDay): Promise<void> {
    await this.#one.query('truncate day_movements, day_statement_lines')
    await Promise.all([copyBook(this.#one, day, 'movements'), copyBook(this.#two, day, 'statement_lines')])
  }

  /** Reconciles one day; gives the number of rows in its books. */
  async decide(day: ClosedDay, covered: readonly string[]): Promise<number> {
    const [one, two] = [this.#one, this.#two]
    const facts = await factsOf(one)
    await settle([one, two], {
      rules: this.#rules,
      channels: [day.channel],
      currencies: facts.currencies,
      repeated: null,
      refunds: facts.refunds,
    })
    const [payments, lines] = await Promise.all([
      readEntries(one, 'open_movements', nameOf),
      readEntries(two, 'open_lines', nameOf),
    ])
    const coverage = [{ channel: day.channel, statementGiven: true, statementDays: covered, paymentDays: covered }]
    this.#outcome = decide({ payments, lines, coverage, rules: this.#rules })
    this.#rows = new Map([
      ...payments.map(entry => [keyOf('ours', entry.id), rowOf('ours', entry)] as const),
      ...lines.map(entry => [keyOf('theirs', entry.id), rowOf('theirs', entry)] as const),
    ])
    return facts.rows
  }

  /** What waited at the end of the last day goes on into the next, if that follows. */
  async keepWaiting(follows: boolean): Promise<void> {
    const waits = follows ? this.#outcome.discrepancies.filter(({ kind }) => kind === 'in_transit') : []
    const numbers = waits.flatMap(({ payments }) => payments)
    const ids = waits.flatMap(({ lines }) => lines).map(idOf)
    await this.#one.query('truncate waiting_movements, waiting_statement_lines')
    if (numbers.length > 0)
      await this.#one.query('insert into waiting_movements select * from open_movements where payment_no = any($1)', [
        numbers,
      ])
    if (ids.length > 0)
      await this.#one.query(
        'insert into waiting_statement_lines select * from open_lines where id = any($1::bigint[])',
        [ids],
      )
  }

  /** What became of the rows that the engine looked at, and of those that the other version did not settle in the same way. */
  async standings(other: Version): Promise<Placed> {
    const placed = new Map<string, { row: Row; standing: Standing }>()
    for (const [key, standing] of standingsOf(this.#outcome)) {
      const row = this.#rows.get(key)
      assert(row, `the engine gave ${key} a place that nobody asked about`)
      placed.set(key, { row, standing })
    }
    for (const { ours, theirs, told } of await this.#linksUnlike(other)) {
      const group = `${keyOf('ours', ours.name)} ${keyOf('theirs', theirs.name)}`
      const standing = { matched: true, group, told, waits: false, difference: 0, fee: 0 }
      placed.set(keyOf('ours', ours.name), { row: ours, standing: { ...standing, first: true } })
      placed.set(keyOf('theirs', theirs.name), { row: theirs, standing: { ...standing, first: false } })
    }
    return placed
  }

  async #linksUnlike(other: Version): Promise<{ ours: Row; theirs: Row; told: string }[]> {
    const { rows } = await this.#two.query(
      `select m.payment_no, m.channel, m.business_date as ours_day, m.amount, m.currency, l.id, l.business_date as theirs_day,
              concat_ws(' ', 'match', k.pass, case when k.cross_day then 'cross_day' end,
                        case when k.needs_confirmation then 'needs_confirmation' end) as told
         from pairs k join movements m on m.id = k.movement_id join statement_lines l on l.id = k.line_id
        where not exists (select from ${other.#scratch.schema}.pairs o
                           where o.movement_id = k.movement_id and o.line_id = k.line_id and (o.pass = k.pass) is true
                             and (o.cross_day = k.cross_day) is true and (o.needs_confirmation = k.needs_confirmation) is true)`,
    )
    return rows.map(row => {
      const both = { channel: row.channel, moved: row.amount, currency: row.currency }
      const side = (of: Side, name: string, day: string): Row => ({ side: of, name, day, ...both })
      return {
        ours: side('ours', row.payment_no, row.ours_day),
        theirs: side('theirs', nameOf(row.id), row.theirs_day),
        told: row.told,
      }
    })
  }
}

/** `FILE#N` as the book's id. */
function idOf(name: string): number {
  const [file = '', record = ''] = name.split('#')
  return Number(file) * 4_294_967_296 + Number(record)
}
