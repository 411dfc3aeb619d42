import { addDays, type Day } from '../../kernel/business_day.ts'
import { exactSums } from '../../matching/subset_sum.ts'
import { isWorkingDay } from '../../rules/calendar.ts'
import type { ClosingRule } from '../../rules/rules.ts'

/**
 * Which credits of a bank account pay which days of which account with a channel: the strongest evidence first, sums exact to the minor unit, and
 * where two answers are possible none is chosen. Pure; the order of what is given decides nothing.
 */

/** What is due for one day, in one currency. */
export type Due = {
  readonly id: number
  readonly account: string
  readonly day: Day
  /** The day on which it should reach the bank. */
  readonly dueOn: Day
  /** Minor units; negative when more was refunded than came in: the channel keeps it from the next payout. */
  readonly amount: number
}

export type Credit = {
  readonly id: number
  readonly paidOn: Day
  readonly amount: number
  /** Accounts with channels whose patterns know it. */
  readonly accounts: readonly string[]
}

export type Payout = {
  readonly how: 'exact' | 'batch' | 'parts' | 'differs'
  readonly account: string
  readonly dues: readonly Due[]
  readonly credits: readonly Credit[]
  /** Credits minus dues. */
  readonly difference: number
}

export type Assigned = {
  readonly payouts: readonly Payout[]
  /** Dues and credits with more than one answer. */
  readonly ambiguous: { readonly dues: ReadonlySet<number>; readonly credits: ReadonlySet<number> }
}

/** Days paid in one go at most: the longest holiday is nine days. */
const BATCH_DAYS = 12
/** A payout is looked for so many days after it was due. */
const LATE_DAYS = 20
/** Credits among which the parts of one day are looked for. */
const PARTS = 16

/** `days` after a business day; of working days only, where the channel pays on those. */
export function paidOn(
  day: Day,
  { daysAfter, workingDaysOnly }: { readonly daysAfter: number; readonly workingDaysOnly: boolean },
  closing: Pick<ClosingRule, 'holidays' | 'workdays'>,
): Day {
  let date = day
  for (let left = daysAfter; left > 0; ) {
    date = addDays(date, 1)
    if (!workingDaysOnly || isWorkingDay(date, closing)) left--
  }
  return date
}

type Answer = Omit<Payout, 'difference'>

const sum = (rows: readonly { readonly amount: number }[]): number => rows.reduce((total, row) => total + row.amount, 0)
const byDay = (a: Due, b: Due): number => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.id - b.id)

export function assignPayouts(dues: readonly Due[], credits: readonly Credit[]): Assigned {
  const open = { dues: dues.filter(due => due.amount !== 0).toSorted(byDay), credits: [...credits] }
  open.credits.sort((a, b) => a.id - b.id)
  const payouts: Payout[] = []
  const take = (answers: readonly Answer[]): void => {
    for (const answer of answers) payouts.push({ ...answer, difference: sum(answer.credits) - sum(answer.dues) })
    const gone = new Set(answers.flatMap(answer => answer.dues))
    const used = new Set(answers.flatMap(answer => answer.credits))
    open.dues = open.dues.filter(due => !gone.has(due))
    open.credits = open.credits.filter(credit => !used.has(credit))
  }
  take(undisputed(onTheDay(open.dues, open.credits)).sure)
  const { sure, disputed } = undisputed([...runs(open.dues, open.credits), ...parts(open.dues, open.credits)])
  take(sure)
  const ambiguous = {
    dues: new Set(disputed.flatMap(answer => answer.dues.map(due => due.id))),
    credits: new Set(disputed.flatMap(answer => answer.credits.map(credit => credit.id))),
  }
  take(
    undisputed(
      differing(
        open.dues.filter(due => !ambiguous.dues.has(due.id)),
        open.credits.filter(credit => !ambiguous.credits.has(credit.id)),
      ),
    ).sure,
  )
  return { payouts, ambiguous }
}

/** Answers that share nothing with another one, and those that do. */
function undisputed(answers: readonly Answer[]): { sure: Answer[]; disputed: Answer[] } {
  const claims = new Map<Due | Credit, number>()
  for (const { dues, credits } of answers)
    for (const row of [...dues, ...credits]) claims.set(row, (claims.get(row) ?? 0) + 1)
  const alone = ({ dues, credits }: Answer) => [...dues, ...credits].every(row => claims.get(row) === 1)
  return { sure: answers.filter(alone), disputed: answers.filter(answer => !alone(answer)) }
}

const groupsOf = (dues: readonly Due[]): Due[][] =>
  Object.values(Object.groupBy(dues, due => `${due.account} ${due.dueOn}`)).map(group => group ?? [])

/** All that is due on a day comes on that day as one sum: T+1, and the days of a weekend together. */
function onTheDay(dues: readonly Due[], credits: readonly Credit[]): Answer[] {
  return groupsOf(dues).flatMap(group => {
    const [{ account, dueOn }] = group as [Due]
    const amount = sum(group)
    return credits
      .filter(credit => credit.paidOn === dueOn && credit.amount === amount && credit.accounts.includes(account))
      .map(
        (credit): Answer => ({ how: group.length === 1 ? 'exact' : 'batch', account, dues: group, credits: [credit] }),
      )
  })
}

/** Days one after the other that one credit pays, late or together. */
function runs(dues: readonly Due[], credits: readonly Credit[]): Answer[] {
  const byAccount = Map.groupBy(dues, due => due.account)
  return credits.flatMap(credit =>
    credit.accounts.flatMap(account => {
      const own = byAccount.get(account) ?? []
      const found: Answer[] = []
      for (let first = 0; first < own.length; first++) {
        let total = 0
        for (let last = first; last < own.length && last < first + BATCH_DAYS; last++) {
          const due = own[last] as Due
          if (due.day > credit.paidOn) break
          total += due.amount
          if (total !== credit.amount || !inTime(credit, own[first] as Due)) continue
          const run = own.slice(first, last + 1)
          found.push({ how: run.length === 1 ? 'exact' : 'batch', account, dues: run, credits: [credit] })
        }
      }
      return found
    }),
  )
}

const inTime = (credit: Credit, due: Due): boolean =>
  credit.paidOn >= due.day && credit.paidOn <= addDays(due.dueOn, LATE_DAYS)

/** Several credits that together pay one day. */
function parts(dues: readonly Due[], credits: readonly Credit[]): Answer[] {
  return dues.flatMap((due): Answer[] => {
    const near = credits.filter(
      credit =>
        credit.accounts.includes(due.account) &&
        inTime(credit, due) &&
        Math.sign(credit.amount) === Math.sign(due.amount) &&
        Math.abs(credit.amount) < Math.abs(due.amount),
    )
    const answer = exactSums(
      near.map(credit => credit.amount),
      due.amount,
      PARTS,
    )
    if (answer.found !== 'one' && answer.found !== 'several') return []
    const of: Answer = {
      how: 'parts',
      account: due.account,
      dues: [due],
      credits: answer.members.map(index => near[index] as Credit),
    }
    // Several solutions dispute their rows with each other.
    return answer.found === 'one' ? [of] : [of, { ...of }]
  })
}

/** The one credit that came on the day for the one group that was due on it, though the amounts differ. */
function differing(dues: readonly Due[], credits: readonly Credit[]): Answer[] {
  return groupsOf(dues).flatMap(group => {
    const [{ account, dueOn }] = group as [Due]
    return credits
      .filter(credit => credit.paidOn === dueOn && credit.accounts.includes(account))
      .map((credit): Answer => ({ how: 'differs', account, dues: group, credits: [credit] }))
  })
}
