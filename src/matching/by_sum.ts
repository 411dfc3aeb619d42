import { addDays } from '../kernel/business_day.ts'
import { formatMinor } from '../kernel/money.ts'
import { addsUp } from './by_group.ts'
import { withinDays } from './by_number.ts'
import type { Entry } from './entry.ts'
import { feeTolerance, groupFees } from './fees.ts'
import { merchantsDiffer, numbersContradict, payersDiffer } from './numbers.ts'
import { byContent, groupBy, type Pool } from './pool.ts'
import { exactSums } from './subset_sum.ts'
import { Union } from './union.ts'

/**
 * One deposit for a merchant's whole day, gross or net of refunds and fees: the only free line of that merchant that the
 * free payments of the day, or of the day before, add up to.
 */
export function byDayTotal(pool: Pool): void {
  const free = [...pool.payments].filter(p => p.status === 'success')
  const merchants = new Set(free.map(p => p.merchant))
  const merchantOf = (row: Entry) => row.merchant || (merchants.size === 1 ? ([...merchants][0] ?? '') : '')
  const lines = [...pool.lines].filter(
    l => l.status === 'success' && l.merchantOrderNo === '' && l.orderNo === '' && merchantOf(l) !== '',
  )
  const perDay = groupBy(lines, l => JSON.stringify([merchantOf(l), l.currency, l.day]))
  const totals = groupBy(free, p => JSON.stringify([p.merchant, p.currency, p.day]))
  const taken = new Set<string>()
  for (const deposits of perDay.values()) {
    const [line] = deposits
    if (!line || deposits.length !== 1) continue
    const days = [line.day, addDays(line.day, -1)]
    const fitting = days
      .map(day => JSON.stringify([merchantOf(line), line.currency, day]))
      .filter(key => !taken.has(key) && fits(pool, totals.get(key), line))
    const [key] = fitting
    if (key === undefined || fitting.length !== 1) continue
    taken.add(key)
    addsUp(pool, 'day_total', { payments: totals.get(key) ?? [], lines: [line] }, ['batch'])
  }
}

/** Rows that must add up to the 分 before a deposit without a number is believed to be a day's; net of real fees fewer will do. */
const DAY_ROWS_MIN = 4

/** Would `addsUp` take them, and is that evidence enough? Asked first, so that both days can be compared before one is taken. */
function fits(pool: Pool, payments: readonly Entry[] | undefined, line: Entry): boolean {
  if (!payments || payments.length < 2) return false
  if (payments.some(p => !pool.payments.has(p) || numbersContradict(p, line) || payersDiffer(p, line))) return false
  const kept = payments.reduce((sum, p) => sum + p.amount, 0) - line.amount
  if (kept === 0) return payments.length >= DAY_ROWS_MIN
  const fees = groupFees(payments, pool.rules) ?? []
  return (
    kept === line.fee ||
    fees.some(fee => fee !== 0 && Math.abs(fee - kept) <= feeTolerance(payments, pool.rules, line.currency))
  )
}

/** What could explain one row of the other side's money as a sum. */
type Sought = {
  readonly row: Entry
  readonly side: 'payments' | 'lines'
  readonly solutions: 'one' | 'several' | 'too_many'
  readonly members: readonly Entry[]
}

/**
 * Without a number: several payments that add up to one line, or lines to one payment, of one merchant and one payer within
 * the window. Exact and exhaustive: one solution is a match, several are `ambiguous`, too many candidates `unresolved`.
 */
export function bySubsetSum(pool: Pool): void {
  const payments = [...pool.payments].filter(p => p.status === 'success')
  const lines = [...pool.lines].filter(l => l.status === 'success')
  if (payments.length === 0 || lines.length === 0) return
  const sought = [
    ...lines.flatMap(l => explain(pool, l, 'lines', payments)),
    ...payments.flatMap(p => explain(pool, p, 'payments', lines)),
  ]
  // Explanations that want the same row decide nothing between them.
  const union = new Union<Entry>()
  for (const { row, members } of sought) for (const member of members) union.join(row, member)
  for (const claims of Map.groupBy(sought, claim => union.find(claim.row)).values()) conclude(pool, claims)
}

function explain(pool: Pool, row: Entry, side: Sought['side'], others: readonly Entry[]): Sought[] {
  const compatible = others.filter(other => {
    const [p, l] = side === 'lines' ? [other, row] : [row, other]
    return (
      p.currency === l.currency &&
      !numbersContradict(p, l) &&
      !merchantsDiffer(p, l) &&
      !payersDiffer(p, l) &&
      inWindow(pool, p, l)
    )
  })
  // "One merchant and one payer account": told by both rows, or by the parts alone where the sum's row does not say.
  const known = (part: Entry) => JSON.stringify([part.merchant || row.merchant, part.payer || row.payer])
  type Solution = { readonly solutions: Sought['solutions']; readonly members: readonly Entry[] }
  const solutions = [...groupBy(compatible, known).values()].flatMap((parts): Solution[] => {
    const [first] = parts
    if (!first || (first.payer === '' && row.payer === '' && (row.merchant === '' || first.merchant === ''))) return []
    const answer = exactSums(
      parts.map(part => part.amount),
      row.amount,
      pool.rules.subsetSum.maxCandidates,
    )
    if (answer.found === 'none') return []
    if (answer.found === 'too_many_candidates') return [{ solutions: 'too_many', members: parts }]
    return [{ solutions: answer.found, members: answer.members.map(index => parts[index] as Entry) }]
  })
  if (solutions.length === 0) return []
  const members = solutions.flatMap(solution => solution.members)
  const tooMany = solutions.some(solution => solution.solutions === 'too_many')
  const one = solutions.length === 1 && solutions[0]?.solutions === 'one'
  return [{ row, side, members, solutions: tooMany ? 'too_many' : one ? 'one' : 'several' }]
}

function inWindow(pool: Pool, p: Entry, l: Entry): boolean {
  if (p.at === null || l.at === null) return withinDays(p, l, 1)
  return Math.abs(p.at - l.at) <= pool.rules.windows.subsetSumMinutes * 60_000
}

function conclude(pool: Pool, claims: readonly Sought[]): void {
  const [only] = claims
  if (!only) return
  const rows = [...new Set(claims.flatMap(claim => [claim.row, ...claim.members]))]
  const payments = rows.filter(row => pool.payments.has(row)).sort(byContent)
  const lines = rows.filter(row => pool.lines.has(row)).sort(byContent)
  const amount = formatMinor(only.row.amount, only.row.currency)
  if (claims.length === 1 && only.solutions === 'one') pool.match('subset_sum', payments, lines)
  else if (claims.some(claim => claim.solutions === 'too_many'))
    pool.discrepancy('unresolved', payments, lines, 'search_budget', {
      zh: `${amount} 的候选记录超过 ${pool.rules.subsetSum.maxCandidates} 条，超出穷举范围，不作猜测。`,
      en: `More than ${pool.rules.subsetSum.maxCandidates} candidates for ${amount}: beyond the exhaustive search, and nothing is guessed.`,
    })
  else
    pool.discrepancy('ambiguous', payments, lines, 'several_sums', {
      zh: `${amount} 可由多种组合凑成（候选 ${only.members.length} 笔），无法判定。`,
      en: `Several combinations add up to ${amount} (${only.members.length} candidates); nothing tells which is right.`,
    })
}
