import { formatMinor } from '../kernel/money.ts'
import { rowRules } from '../rules/rows.ts'
import type { Entry, Flag, Pass } from './entry.ts'
import { feeTolerance, groupFeeMismatch, groupFees } from './fees.ts'
import { ownNumberContradicts, sameMerchantOrderNo, sameTradeNo, sentOrderNo } from './numbers.ts'
import { byContent, groupBy, movedSum, type Pool, ruleAmount } from './pool.ts'
import { exactSums } from './subset_sum.ts'
import { Union } from './union.ts'

/** Rows of both sides that a number ties together, in one currency, all successful. */
export type Group = { readonly payments: readonly Entry[]; readonly lines: readonly Entry[] }

/** 1:N, N:1 and N:M by order number or channel number: the parts must add up, gross or net of fees. */
export function byOrderGroup(pool: Pool): void {
  for (const group of orderGroups(pool)) if (!tooManyParts(pool, group)) settleGroup(pool, tieOf(group), group)
}

/** The strongest number that ties all rows of a group. */
export function tieOf({ payments, lines }: Group): Pass {
  const every = (tied: (p: Entry, l: Entry) => boolean) => payments.every(p => lines.every(l => tied(p, l)))
  if (every(sameTradeNo)) return 'trade_no'
  return payments.length === 1 && lines.length === 1 && every(sameMerchantOrderNo) ? 'merchant_order_no' : 'order_no'
}

/** A settlement batch: the channel's payout names the batch its payments belong to. */
export function byBatchNo(pool: Pool): void {
  for (const group of batchGroups(pool)) settleGroup(pool, 'batch_no', group, ['batch'])
}

/**
 * Free, successful rows tied by order, merchant order or channel numbers, directly or through each other, that stand on
 * both sides. Where all rows carry channel numbers and none agrees, the group is no group.
 */
export function orderGroups(pool: Pool): Group[] {
  const rows = [...pool.payments, ...pool.lines].filter(row => row.status === 'success')
  const union = new Union<string>()
  const keysOf = (row: Entry): string[] => {
    const numbers = new Set(
      [row.orderNo, row.merchantOrderNo].filter(number => number !== '').map(number => `o${number}`),
    )
    if (row.tradeNo !== '') numbers.add(`t${row.tradeNo}`)
    return [...numbers].map(number => `${row.currency} ${number}`)
  }
  const firstKey = new Map<Entry, string>()
  for (const row of rows) {
    const [first, ...others] = keysOf(row)
    if (first === undefined) continue
    firstKey.set(row, first)
    for (const other of others) union.join(first, other)
  }
  const groups = groupBy(firstKey.keys(), row => union.find(firstKey.get(row) ?? ''))
  return [...groups.values()]
    .map(group => split(pool, group))
    .filter(group => group.payments.length > 0 && group.lines.length > 0)
    .flatMap(group => nearInTime(group, pool.rules.windows.numberDays))
    .map(uncontradicted)
    .filter(group => group.payments.length > 0 && group.lines.length > 0)
}

export function batchGroups(pool: Pool): Group[] {
  const rows = [...pool.payments, ...pool.lines].filter(row => row.status === 'success' && row.batchNo !== '')
  return [...groupBy(rows, row => JSON.stringify([row.currency, row.batchNo])).values()]
    .map(group => split(pool, group))
    .filter(group => group.payments.length > 0 && group.lines.length > 0)
}

const split = (pool: Pool, rows: readonly Entry[]): Group => ({
  payments: rows.filter(row => pool.payments.has(row)).sort(byContent),
  lines: rows.filter(row => pool.lines.has(row)).sort(byContent),
})

/** An order number used again after a while is another order: cut the group where the gap is larger than the rule says. */
function nearInTime(group: Group, days: number): Group[] {
  const rows = [...group.payments, ...group.lines].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))
  const parts: Entry[][] = []
  let last = -Infinity
  for (const row of rows) {
    const at = Date.parse(row.day)
    if (at - last > days * 86_400_000) parts.push([])
    parts.at(-1)?.push(row)
    last = at
  }
  const ours = new Set(group.payments)
  return parts
    .map(part => ({
      payments: part.filter(row => ours.has(row)).sort(byContent),
      lines: part.filter(row => !ours.has(row)).sort(byContent),
    }))
    .filter(part => part.payments.length > 0 && part.lines.length > 0)
}

/**
 * Rows whose own channel or refund number every row of the other side contradicts do not belong, however well the order
 * number fits. Where one row stands against several and carries the number of one of them, it speaks for the whole order.
 */
export function uncontradicted({ payments, lines }: Group): Group {
  const anchored = payments.some(p => lines.some(l => sameTradeNo(p, l)))
  if (anchored && (payments.length === 1 || lines.length === 1)) return { payments, lines }
  return {
    payments: payments.filter(p => !lines.every(l => ownNumberContradicts(p, l))),
    lines: lines.filter(l => !payments.every(p => ownNumberContradicts(p, l))),
  }
}

function settleGroup(pool: Pool, pass: Pass, group: Group, flags: readonly Flag[] = []): void {
  // A pair under one number with unequal amounts may still be part of a larger group or net of its fee; nothing else.
  if (addsUp(pool, pass, group, flags)) return
  const { payments, lines } = group
  const [payment] = payments
  const [line] = lines
  if (payments.length === 1 && lines.length > 2 && payment) {
    const parts = uniqueParts(lines, payment.amount, pool)
    if (parts) pool.match(pass, [payment], parts, flags)
  } else if (lines.length === 1 && payments.length > 2 && line) {
    const parts = uniqueParts(payments, line.amount, pool)
    if (parts) pool.match(pass, parts, [line], flags)
  }
}

/** The whole group, gross, within tolerance, or net of fees. */
export function addsUp(pool: Pool, pass: Pass, { payments, lines }: Group, flags: readonly Flag[] = []): boolean {
  const currency = payments[0]?.currency ?? ''
  const ours = movedSum(payments)
  const theirs = movedSum(lines)
  if (ours === theirs) {
    // One and one with equal amounts were judged by the keyed passes, and refused.
    if (payments.length === 1 && lines.length === 1 && pass !== 'batch_no') return false
    pool.match(pass, payments, lines, flags)
    return true
  }
  const kept = ours - theirs
  if (lines.every(line => line.fee !== null) && lines.reduce((sum, line) => sum + (line.fee ?? 0), 0) === kept) {
    // The payout names its own fee.
    pool.match(pass, payments, lines, [...flags, 'fee_netted'])
    return true
  }
  const fees = groupFees(payments, pool.rules)
  if (fees === null) return false
  if (fees.includes(kept)) {
    pool.match(pass, payments, lines, [...flags, 'fee_netted'])
    return true
  }
  const tolerance = feeTolerance(payments, pool.rules, currency)
  const nearest = [...fees].sort((a, b) => Math.abs(a - kept) - Math.abs(b - kept))[0] ?? 0
  if (nearest === 0 || Math.abs(nearest - kept) > tolerance) return false
  pool.match(pass, payments, lines, [...flags, 'fee_netted'])
  pool.remark(groupFeeMismatch(payments, lines, nearest, kept))
  return true
}

/**
 * The parts of an order that add up while others are over: two parts exact and a third over. Equal amounts are told apart
 * by time: the earlier belongs to the order, the later is the surplus.
 */
function uniqueParts(candidates: readonly Entry[], target: number, pool: Pool): Entry[] | null {
  const answer = exactSums(
    candidates.map(row => row.amount),
    target,
    pool.rules.subsetSum.maxCandidates,
  )
  if (answer.found === 'one') return answer.members.map(index => candidates[index] as Entry)
  if (answer.found !== 'several') return null
  const firsts = earliestOfEach(candidates)
  if (firsts.length === candidates.length) return null
  const among = exactSums(
    firsts.map(row => row.amount),
    target,
    pool.rules.subsetSum.maxCandidates,
  )
  return among.found === 'one' ? among.members.map(index => firsts[index] as Entry) : null
}

const earliestOfEach = (rows: readonly Entry[]): Entry[] =>
  [...groupBy(rows, row => String(row.amount)).values()].map(group => group[0] as Entry)

/** Within the amount tolerance that the rules have for this payment. */
export const withinTolerance = (pool: Pool, difference: number, payment: Entry): boolean =>
  Math.abs(difference) <= (ruleAmount(rowRules(pool.rules, payment).amountTolerance, payment.currency) ?? 0)

/** More parts than the rules let come together by themselves. */
export const tooManyParts = (pool: Pool, { payments, lines }: Group): boolean => {
  const { maxParts } = pool.rules.split
  return maxParts !== null && Math.max(payments.length, lines.length) > maxParts
}

/** "100.00 + 200.00" for a sentence; long groups are counted instead. */
export function amountsOf(rows: readonly Entry[]): string {
  const currency = rows[0]?.currency ?? 'CNY'
  if (rows.length > 4) return `${rows.length} × … = ${formatMinor(movedSum(rows), currency)}`
  return rows.map(row => formatMinor(row.amount, currency)).join(' + ')
}

export const orderOf = (group: Group): string => {
  const payment = group.payments[0]
  return payment ? payment.orderNo || sentOrderNo(payment) : (group.lines[0]?.merchantOrderNo ?? '')
}
