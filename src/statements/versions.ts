import type pg from 'pg'
import type { Day } from '../kernel/business_day.ts'
import { currentVersion, type StatementFile } from './file_store.ts'
import {
  type Arrived,
  compareLines,
  dropAll,
  dropKnown,
  keepChanges,
  overlaps,
  supersede,
  touchDays,
  withEarlierDays,
} from './line_store.ts'
import { noteShared } from './shared_store.ts'
import type { StatementEnd } from './statement.ts'
import type { LineWriter } from './store.ts'
import type { Stretches } from './stretches.ts'

/** Versions of a day's statement: which of them counts, and which lines with it (docs/decisions/0032-versions.md). */

/** What whoever brings a file says of it. */
type Brought = {
  readonly account?: string | undefined
  readonly day?: Day | undefined
  readonly madeAt?: Date | undefined
  readonly newest?: boolean | undefined
  readonly at: Date
}

/** When a version was made: not later than it came, whatever a clock elsewhere says. */
export function madeAtOf({ newest, madeAt, at }: Brought, { madeAt: own }: Pick<StatementEnd, 'madeAt'>): Date {
  if (newest) return at
  return new Date(Math.min(own ?? madeAt?.getTime() ?? at.getTime(), at.getTime()))
}

/**
 * Whether the bytes of a file that came before are a statement again. Either they were a version of the same day's, and are to count instead of the one that
 * counts now: the channel prints it as it was. Only who brings it can know that: its bytes say what they said the first time. Or they list nothing, and say
 * that of another day or account too.
 */
export async function isStatementAgain(
  db: pg.ClientBase | pg.Pool,
  earlier: StatementFile,
  { account = '', day, newest, madeAt, at }: Brought,
): Promise<boolean> {
  if (day === undefined || earlier.state !== 'booked') return false
  if (earlier.account !== account || earlier.day !== day) return earlier.records === 0
  const told = newest ? at : madeAt
  const current = await currentVersion(db, { ...earlier, day })
  return !!told && current !== null && current.sm3 !== earlier.sm3 && told.getTime() >= current.madeAt.getTime()
}

/** Which of the two versions counts: the one made last; of equal ones the one that came last. */
const isNewer = (file: { readonly madeAt: Date; readonly id: number }, than: StatementFile): boolean =>
  file.madeAt.getTime() > than.madeAt.getTime() ||
  (file.madeAt.getTime() === than.madeAt.getTime() && file.id > than.id)

export type Counted = Pick<StatementFile, 'booked' | 'known' | 'passedOver' | 'superseded'>
const NONE: ReadonlyMap<string, number> = new Map()

export const NOTHING_BOOKED: Counted = { booked: 0, known: 0, passedOver: 0, superseded: 0 }

/**
 * Which of the lines that stand in the book now may stay, and which older ones count no longer. `stretches`: some of the file's were left out.
 * `alone`: a day of which no other file spoke before these lines came, when there was little to look at.
 */
export async function settleLines(
  tx: pg.ClientBase,
  file: StatementFile,
  writer: LineWriter,
  current: StatementFile | null,
  stretches: Stretches | null = null,
  alone: Day | null = null,
): Promise<Counted> {
  const days = [...writer.days().keys(), ...(file.day === null ? [] : [file.day])].sort()
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return NOTHING_BOOKED
  const { id, channel, account, kind, records } = file
  const own: Arrived = { id, channel, account, kind, records, first, last }
  const arrived = file.day !== null && current ? await withEarlierDays(tx, own, file.day) : own
  const asked = arrived.first === alone && arrived.last === alone
  if (asked || !(await overlaps(tx, arrived))) return { ...NOTHING_BOOKED, booked: records }
  const leftOut = stretches?.linesLeftOut ?? 0
  await compareLines(tx, arrived, stretches?.known())
  if (file.day !== null && current) await keepChanges(tx, arrived, file.day, current.id)
  if (current && !isNewer(file, current)) {
    const known = leftOut + (await dropKnown(tx, arrived))
    const passedOver = await dropAll(tx, arrived)
    return { ...NOTHING_BOOKED, known, passedOver }
  }
  const gone = file.day === null ? NONE : await supersede(tx, arrived, file.day, file.receivedAt)
  if (file.day !== null) await noteShared(tx, file.day)
  // Of days that this version need not speak of.
  await touchDays(tx, kind, channel, account, [...gone.keys()])
  const known = leftOut + (await dropKnown(tx, arrived))
  const superseded = [...gone.values()].reduce((sum, lines) => sum + lines, 0)
  return { ...NOTHING_BOOKED, booked: records - known, known, superseded }
}
