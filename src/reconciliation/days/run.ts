import { strict as assert } from 'node:assert'
import type pg from 'pg'
import { SYSTEM } from '../../access/actor.ts'
import type { Who } from '../../audit/act.ts'
import { decide } from '../../matching/decide.ts'
import type { Coverage, Entry, Outcome } from '../../matching/entry.ts'
import { closesAt } from '../../rules/calendar.ts'
import { rulesOf } from '../../rules/rules.ts'
import { type RulesInForce, rulesOn } from '../../rules/store.ts'
import { repeatedOf } from '../../statements/stretch_store.ts'
import type { App } from '../../system/app.ts'
import { fileOf, readEntries, recordOf } from '../open_rows.ts'
import { openScratch, type Scratch } from '../scratch.ts'
import { settle } from '../settle.ts'
import { type Context, contextFor } from './context.ts'
import { coverageOf, statementDaysOf } from './coverage.ts'
import type { BookSide, BusinessDay } from './day.ts'
import * as days from './day_store.ts'
import { fileNames, takeTouched, touchedTimes } from './file_names.ts'
import { movementMark } from './movement_mark.ts'
import { rowDays } from './place_store.ts'
import { type Row as BookSum, sumBooks } from './proof_store.ts'
import { publish, publishPairs } from './publish.ts'
import { helpersFor, type Sharing } from './sharing.ts'
import { fillOurs, fillTheirs, numbersWithPast, ROW_DAYS, type WorkFacts } from './work_books.ts'

export type Settling = Pick<App, 'db' | 'now' | 'log'> & {
  /** What finds a place for rows of the day that are none of the engine's, such as payouts of channels among a bank account's lines. */
  readonly beforeRun?: (of: days.AccountDay) => Promise<unknown>
  /** Other processes that take shares of a large day. */
  readonly share?: Sharing | undefined
}

export type RunFigures = {
  readonly run: number
  readonly movements: number
  readonly lines: number
  readonly pairs: number
  readonly groups: number
  readonly discrepancies: number
  readonly covered: boolean
  readonly milliseconds: Readonly<Record<string, number>>
}

/** Somebody placed rows of the day while it was being settled: what was found may not hold any more. */
class Overtaken extends Error {}

const TRIES = 5

/**
 * Reconciles a day of an account: its rows without a place, and what waits in open discrepancies of the account. Works aside, in a scratch, and is
 * published in one transaction: killed at any moment it leaves nothing, and nothing is settled twice. A closed day gives null. What is published
 * says by which rules it was decided.
 *
 * A day whose statement has not come is settled as far as same-day lines go: plain matches are published, what is left waits.
 */
export async function settleDay(app: Settling, of: days.AccountDay, who: Who = SYSTEM): Promise<RunFigures | null> {
  for (let tries = 1; ; tries++) {
    try {
      return await settleOnce(app, of, who)
    } catch (error) {
      if (!(error instanceof Overtaken) || tries === TRIES) throw error
    }
  }
}

/** The day's row, opened now if this is the first that is heard of it. */
export async function openDay(
  app: Pick<App, 'db'>,
  of: days.AccountDay,
  inForce: RulesInForce,
  at: Date,
): Promise<BusinessDay> {
  const found = await days.findDay(app.db.pool, of)
  if (found) return found
  await days.openDays(app.db.pool, [{ ...of, closesAt: closesAt(of.day, rulesOf(inForce.rules, of.channel)) }], at)
  return (await days.findDay(app.db.pool, of)) as BusinessDay
}

async function settleOnce(app: Settling, of: days.AccountDay, who: Who): Promise<RunFigures | null> {
  // One run of an account at a time: rows that wait belong to all of its days.
  const turn = await app.db.session()
  try {
    await turn.client.query(`select pg_advisory_lock(hashtextextended('days of ' || $1 || '/' || $2, 0))`, [
      of.channel,
      of.account,
    ])
    return await settleAlone(app, of, who)
  } finally {
    await turn.giveBack()
  }
}

async function settleAlone(app: Settling, of: days.AccountDay, who: Who): Promise<RunFigures | null> {
  const at = app.now()
  const inForce = await rulesOn(app.db.pool, of.day)
  await app.beforeRun?.(of)
  const day = await openDay(app, of, inForce, at)
  if (day.state === 'closed') return null
  const touched = await touchedTimes(app.db.pool, of)
  const run = await days.insertRun(app.db.pool, day.id, inForce.version, at)
  await days.setSettling(app.db.pool, day.id)
  const revisions = await days.revisionsOf(app.db.pool, day.channel, day.account)
  const adder = await app.db.session()
  try {
    const scratch = await openScratch(app.db, 'none')
    try {
      return await new Run(app, scratch, adder.client, day, inForce, run, touched.whole, revisions).settle(
        who,
        async tx => takeTouched(tx, of, touched.times),
      )
    } finally {
      await scratch.close()
    }
  } finally {
    await adder.giveBack()
  }
}

class Run {
  readonly #app: Settling
  readonly #scratch: Scratch
  /** Adds up the raw books, meanwhile. */
  readonly #adder: pg.ClientBase
  #sums: Promise<readonly BookSum[]> | undefined
  #movementMark = -1
  readonly #day: BusinessDay
  readonly #inForce: RulesInForce
  readonly #run: number
  /** Look at all rows of the day, not only at those that came after the last run. */
  readonly #whole: boolean
  readonly #revisions: ReadonlyMap<number, number>
  readonly #took: Record<string, number> = {}
  #lap = performance.now()
  readonly #ids = { ours: new Map<string, [string, number]>(), theirs: new Map<string, [string, number]>() }
  readonly #names = { ours: new Map<number, string>(), theirs: new Map<number, string>() }

  constructor(
    app: Settling,
    scratch: Scratch,
    adder: pg.ClientBase,
    day: BusinessDay,
    inForce: RulesInForce,
    run: number,
    whole: boolean,
    revisions: ReadonlyMap<number, number>,
  ) {
    this.#app = app
    this.#scratch = scratch
    this.#adder = adder
    this.#day = day
    this.#inForce = inForce
    this.#run = run
    this.#whole = whole
    this.#revisions = revisions
  }

  async settle(who: Who, taken: (tx: pg.ClientBase) => Promise<void>): Promise<RunFigures> {
    const [one, two] = await Promise.all([this.#scratch.connect(), this.#scratch.connect()])
    await one.query(ROW_DAYS)
    this.#movementMark = await movementMark(one, this.#day)
    const [ours, theirs] = await this.#fill(one, two)
    const counted = await rowDays(one)
    this.#lapped('fill')
    // A first run has work for both cores; of a later one this is most.
    if (this.#day.run > 0) this.#addUp()
    const { rules } = this.#inForce
    const { channel } = this.#day
    const { calendar } = rulesOf(rules, channel)
    const shared = { rules, channels: [channel], currencies: [...new Set([...ours.currencies, ...theirs.currencies])] }
    const asked = Promise.all([
      fileNames(this.#app.db.pool),
      statementDaysOf(this.#app.db.pool, this.#day, calendar, this.#app.now()),
    ])
    asked.catch(() => {})
    const settled = await settle([one, two], {
      ...shared,
      helpers: await helpersFor(this.#app.share, ours.rows, { ...shared, schema: this.#scratch.schema }),
      refunds: ours.refunds || theirs.refunds,
      repeated: null,
      repeatedLines: theirs.file === null ? null : await repeatedOf(this.#app.db.pool, theirs.file),
      alsoRepeated: await numbersWithPast(one, ours.rows, counted.size > 0),
    })
    this.#lapped('settle')
    const [nameOf, statementDays] = await asked
    const found = { day: this.#day, run: this.#run, schema: this.#scratch.schema, at: this.#app.now(), counted }
    const lineName = (id: number) => `${nameOf(fileOf(id))}#${recordOf(id)}`
    const open = await this.#readOpen(one, two, lineName)
    // Giving back half a gigabyte takes the kernel a moment, which nobody waits for here.
    const emptied = this.#scratch.emptyBooks(two).catch(() => {})
    const decided = () => this.#decideRest(one, open, lineName, statementDays)
    // Held days keep people waiting: what is much to think about is thought about before.
    const early = open.payments.length + open.lines.length > MUCH ? await decided() : null
    const figures = await this.#app.db.transaction(async tx => {
      await this.#hold(tx, counted)
      await this.#scratch.mustBeWhole(tx)
      // The pairs are most of what is written: meanwhile the other connections and the engine look at the rest.
      const [pairs, rest] = await Promise.all([publishPairs(tx, found, settled.pairs), early ?? decided()])
      this.#lapped('decide')
      const made = await publish(tx, {
        ...found,
        ...rest,
        who,
        pairs,
        keyOf: (side, name) => this.#ids[side].get(name),
        nameOf: (side, id) => this.#names[side].get(id),
        marks: {
          movements: Math.max(this.#movementMark, this.#day.movementMark ?? -1),
          lines: Math.max(theirs.mark, this.#day.lineMark ?? -1),
        },
      })
      this.#lapped('publish')
      await taken(tx)
      const told = {
        run: this.#run,
        movements: ours.rows,
        lines: theirs.rows,
        ...made,
        covered: rest.covered,
        milliseconds: this.#took,
      }
      await days.endRun(tx, this.#run, told, this.#app.now())
      return told
    })
    this.#took.commit = Math.round(performance.now() - this.#lap)
    await emptied
    return figures
  }

  /** Holds the days whose rows were looked at, as they were then: from here on nobody places a row of them. */
  async #hold(tx: pg.ClientBase, counted: ReadonlyMap<string, number>): Promise<void> {
    const held = await days.lockDay(tx, this.#day.id)
    const involved = new Set([this.#day.id, ...counted.values()])
    const seen = new Map([...this.#revisions].filter(([id]) => involved.has(id)))
    if (held.state === 'closed' || !(await days.unchanged(tx, seen))) throw new Overtaken()
  }

  /** What settling left open. */
  async #readOpen(one: pg.ClientBase, two: pg.ClientBase, lineName: (id: number) => string): Promise<Open> {
    const [payments, lines] = await Promise.all([
      readEntries(one, 'open_movements', () => '', this.#note('ours')),
      readEntries(two, 'open_lines', lineName, this.#note('theirs')),
    ])
    return { payments, lines }
  }

  /** The engine's answer; the raw books are added up meanwhile. */
  async #decideRest(
    one: pg.ClientBase,
    { payments, lines }: Open,
    lineName: (id: number) => string,
    statementDays: readonly string[],
  ) {
    const sums = this.#addUp()
    const { calendar } = rulesOf(this.#inForce.rules, this.#day.channel)
    const coverage = coverageOf(this.#day, [...payments, ...lines], statementDays, calendar, this.#app.now())
    const context = await contextFor(one, this.#day, payments, lines, lineName)
    return {
      covered: statementDays.includes(this.#day.day),
      outcome: this.#decide(payments, lines, context, coverage),
      entries: {
        ours: new Map(payments.map(row => [row.id, row])),
        theirs: new Map(lines.map(row => [row.id, row])),
      },
      sums,
    }
  }

  async #fill(one: pg.ClientBase, two: pg.ClientBase): Promise<[WorkFacts, WorkFacts]> {
    const day = this.#day
    const first = await days.firstOpenDay(this.#app.db.pool, day.channel, day.account)
    const scope = {
      day,
      movementMark: this.#movementMark,
      seenMovements: this.#whole ? -1 : (day.movementMark ?? -1),
      seenLines: this.#whole ? -1 : (day.lineMark ?? -1),
      untouched: day.revision === 0,
      takesLate: first?.id === day.id,
    }
    return await Promise.all([fillOurs(one, scope), fillTheirs(two, scope)])
  }

  #note(side: BookSide) {
    return (entry: Entry, orderNo: string, id: number) => {
      assert(!this.#ids[side].has(entry.id), `two rows of one book are named ${entry.id}`)
      this.#ids[side].set(entry.id, [orderNo, id])
      this.#names[side].set(id, entry.id)
    }
  }

  /** Pairs that were settled before lend what they know of the numbers at hand; their own place is not touched. */
  #decide(payments: readonly Entry[], lines: readonly Entry[], context: Context, coverage: Coverage): Outcome {
    const { rules } = this.#inForce
    if (context.pairs.length > 0) {
      const outcome = decide({
        payments: [...payments, ...context.payments],
        lines: [...lines, ...context.lines],
        coverage: [coverage],
        rules,
      })
      const own = context.without(outcome)
      if (own) return own
    }
    return decide({ payments, lines, coverage: [coverage], rules })
  }

  /** Of our own book what the run has looked at, of theirs what is there. */
  #addUp(): Promise<readonly BookSum[]> {
    if (!this.#sums) {
      this.#sums = sumBooks(this.#adder, this.#day.id, this.#movementMark)
      // Who publishes hears of it.
      this.#sums.catch(() => {})
    }
    return this.#sums
  }

  #lapped(step: string): void {
    const now = performance.now()
    this.#took[step] = Math.round(now - this.#lap)
    this.#lap = now
  }
}

type Open = { readonly payments: readonly Entry[]; readonly lines: readonly Entry[] }

/** Open rows that the engine needs about a second for. */
const MUCH = 100_000
