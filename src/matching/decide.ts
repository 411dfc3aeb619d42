import { rowRules } from '../rules/rows.ts'
import { type Rules, rulesOf } from '../rules/rules.ts'
import { byAmountAndTime, byAmountAndTimeUnfinished } from './by_amount_time.ts'
import { byBatchNo, byOrderGroup } from './by_group.ts'
import { byMerchantOrderNo, byOrderNo, byRefundNo, bySimilarNo, byTradeNo } from './by_number.ts'
import { byDayTotal, bySubsetSum } from './by_sum.ts'
import { concludeByNumber } from './conclude.ts'
import { nameDuplicatePairs, surplusIndex, takeOverlappingLines, takeRepeatedLines, takeSurplus } from './duplicates.ts'
import type { Coverage, Discrepancy, Entry, Match, Outcome, Pass } from './entry.ts'
import { inOrder } from './flags.ts'
import { placeLeftovers } from './leftovers.ts'
import { compareIds, compareText, matchOf, movedSum, type Paired, Pool, ruleAmount } from './pool.ts'

/** Evidence that a number gives. */
const NUMBER_PASSES: Partial<Record<Pass, (pool: Pool) => void>> = {
  trade_no: byTradeNo,
  refund_no: byRefundNo,
  merchant_order_no: byMerchantOrderNo,
  order_no: pool => {
    byOrderNo(pool)
    byOrderGroup(pool)
  },
  similar_no: bySimilarNo,
  batch_no: byBatchNo,
}

/** Evidence of amounts and clocks, for rows whose numbers say nothing. */
const KEYLESS_PASSES: Partial<Record<Pass, (pool: Pool) => void>> = {
  day_total: byDayTotal,
  amount_time: pool => {
    byAmountAndTime(pool)
    byAmountAndTimeUnfinished(pool)
  },
  subset_sum: bySubsetSum,
}

/**
 * Places every payment and every line in exactly one match or one discrepancy (a `fee_mismatch` is a remark about rows that
 * have their place). Pure: no I/O, clock or chance; the answer depends on what the rows say, not on their order.
 *
 * Passes run from the strongest evidence to the weakest, channel by channel: nothing matches across channels. All that
 * numbers can say is said before amounts and clocks are asked.
 */
export function decide(books: {
  readonly payments: readonly Entry[]
  readonly lines: readonly Entry[]
  readonly coverage: readonly Coverage[]
  readonly rules: Rules
}): Outcome {
  const pools = poolsOf(books.payments, books.lines, books.rules)
  for (const pool of pools) {
    takeRepeatedLines(pool)
    takeOverlappingLines(pool)
    run(pool, NUMBER_PASSES)
  }
  const surplusOf = surplusIndex(pools)
  for (const pool of pools) {
    concludeByNumber(pool, surplusOf)
    run(pool, KEYLESS_PASSES)
  }
  takeSurplus(pools, surplusIndex(pools))
  nameDuplicatePairs(pools)
  for (const pool of pools)
    placeLeftovers(
      pool,
      books.coverage.find(covered => covered.channel === pool.channel),
    )
  return outcomeOf(pools)
}

function run(pool: Pool, passes: Partial<Record<Pass, (pool: Pool) => void>>): void {
  for (const pass of pool.rules.passes) passes[pass]?.(pool)
}

function poolsOf(payments: readonly Entry[], lines: readonly Entry[], rules: Rules): Pool[] {
  const ours = Map.groupBy(payments, row => row.channel)
  const theirs = Map.groupBy(lines, row => row.channel)
  const channels = [...new Set([...ours.keys(), ...theirs.keys()])].sort(compareText)
  return channels.map(
    channel => new Pool(channel, rulesOf(rules, channel), ours.get(channel) ?? [], theirs.get(channel) ?? []),
  )
}

function outcomeOf(pools: readonly Pool[]): Outcome {
  const matches = pools.flatMap(pool => pool.matches.map(paired => matchOf(withConfirmation(pool, paired))))
  const discrepancies = pools.flatMap(pool => pool.discrepancies)
  return { matches: matches.sort(byFirstRow), discrepancies: discrepancies.sort(byFirstRow) }
}

/** 大额: above the rule's amount a second person confirms; of several rows the most careful rule counts. */
function withConfirmation(pool: Pool, paired: Paired): Paired {
  const { payments, lines, flags } = paired
  const rows = payments.length > 0 ? payments : lines
  const size = Math.max(Math.abs(movedSum(payments)), Math.abs(movedSum(lines)))
  const above = rows.some(row => {
    const threshold = ruleAmount(rowRules(pool.rules, row).confirmAbove, row.currency)
    return threshold !== null && size > threshold
  })
  const refund = pool.rules.refunds.confirm && lines.length > 0 && payments.some(({ kind }) => kind === 'refund')
  return above || refund ? { ...paired, flags: inOrder([...flags, 'needs_confirmation']) } : paired
}

/** Payments before lines, then by id; a remark stands beside the rows it is about. */
export function byFirstRow(a: Match | Discrepancy, b: Match | Discrepancy): number {
  const [pa, pb] = [a.payments[0], b.payments[0]]
  if ((pa === undefined) !== (pb === undefined)) return pa === undefined ? 1 : -1
  return (
    compareIds(pa ?? a.lines[0] ?? '', pb ?? b.lines[0] ?? '') ||
    ('kind' in a && 'kind' in b ? compareText(a.kind, b.kind) : 0)
  )
}
