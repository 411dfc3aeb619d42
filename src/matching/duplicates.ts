import { formatMinor } from '../kernel/money.ts'
import { withinDays } from './by_number.ts'
import type { Discrepancy, Entry } from './entry.ts'
import { discrepancyOf, groupBy, ids, type Paired, type Pool } from './pool.ts'

/**
 * 账单重复行: the same record listed again, in one file or in two that overlap. The first stays, the others moved nothing.
 * A record that was first listed unfinished and then with its final status is one transaction too.
 */
export function takeRepeatedLines(pool: Pool): void {
  const own = (line: Entry) => (line.kind === 'refund' ? line.channelRefundNo || line.refundNo : line.tradeNo)
  for (const group of groupBy(
    pool.lines,
    line => own(line) && JSON.stringify([line.kind, own(line), line.tradeNo]),
  ).values()) {
    if (group.length < 2) continue
    const kept: Entry[] = []
    for (const line of [...group].sort((a, b) => statusRank(a) - statusRank(b))) {
      const first = kept.find(other => sameRecord(other, line) || isEarlierState(line, other))
      if (!first) {
        kept.push(line)
        continue
      }
      pool.discrepancy('duplicate_line', [], [line], 'listed_twice', {
        zh: `与 ${first.id} 是同一条渠道记录（号码 ${own(line)}），未再次动账。`,
        en: `The same channel record as ${first.id} (number ${own(line)}); no money moved again.`,
      })
    }
  }
}

/**
 * Overlapping exports without a number of the channel's own: equal content down to the time of day counts as often as the
 * file that lists it most often. Within one file equal records are separate movements (two fares in one second).
 */
export function takeOverlappingLines(pool: Pool): void {
  const fileOf = (line: Entry) => line.id.slice(0, line.id.lastIndexOf('#'))
  const numberless = [...pool.lines].filter(
    line => line.tradeNo === '' && line.channelRefundNo === '' && line.at !== null,
  )
  if (new Set(numberless.map(fileOf)).size < 2) return
  const content = ({ id: _, ...rest }: Entry) => JSON.stringify(rest)
  for (const group of groupBy(numberless, content).values()) {
    const files = [...groupBy(group, fileOf).values()].sort(
      (a, b) => b.length - a.length || (fileOf(a[0] as Entry) < fileOf(b[0] as Entry) ? -1 : 1),
    )
    const [kept, ...others] = files
    for (const line of others.flat())
      pool.discrepancy('duplicate_line', [], [line], 'listed_twice', {
        zh: `与 ${kept?.[0]?.id} 内容完全相同，是两份账单重叠的部分。`,
        en: `Equal in every field to ${kept?.[0]?.id}: the two statements overlap.`,
      })
  }
}

/** Final records first, so that they are the ones kept; the sort is stable, so earlier ones win otherwise. */
const statusRank = (line: Entry): number => (line.status === 'success' ? 0 : line.status === 'failed' ? 1 : 2)

const sameRecord = (a: Entry, b: Entry): boolean =>
  a.status === b.status &&
  a.amount === b.amount &&
  a.currency === b.currency &&
  a.at === b.at &&
  a.day === b.day &&
  a.merchant === b.merchant &&
  a.payer === b.payer &&
  a.fee === b.fee &&
  a.merchantOrderNo === b.merchantOrderNo &&
  a.refundNo === b.refundNo &&
  a.batchNo === b.batchNo

const isEarlierState = (line: Entry, final: Entry): boolean =>
  line.status === 'pending' &&
  final.status !== 'pending' &&
  line.amount === final.amount &&
  line.currency === final.currency

/**
 * 重复支付: one debt paid twice. Two pairs under one order number with equal amounts: the earlier stays matched, the later
 * one's payment and line become one discrepancy. Run over all channels together, because a debt may be paid on two.
 */
export function nameDuplicatePairs(pools: readonly Pool[]): void {
  const pairs = pools
    .flatMap(pool => pool.matches.map(paired => ({ pool, paired })))
    .filter(({ paired }) => isPaymentPair(paired))
  for (const group of groupBy(pairs, ({ paired }) => debtOf(paired.payments[0])).values()) {
    if (group.length < 2) continue
    const inOrder = [...group].sort((a, b) => earlier(a.paired.payments[0], b.paired.payments[0]))
    const kept: Paired[] = []
    for (const { pool, paired } of inOrder) {
      const [payment] = paired.payments
      const first = kept.find(
        other => other.payments[0] && payment && withinDays(other.payments[0], payment, pool.rules.windows.numberDays),
      )
      if (!first || !payment) {
        kept.push(paired)
        continue
      }
      pool.matches.splice(pool.matches.indexOf(paired), 1)
      pool.discrepancies.push(duplicateOf(first, paired.payments, paired.lines))
    }
  }
}

/** Rows left over that repeat a matched pair: a second payment of ours, or a second taking by the channel. */
export function takeSurplus(pools: readonly Pool[], surplusOf: (row: Entry) => Paired | undefined): void {
  for (const pool of pools) {
    for (const payment of [...pool.payments]) {
      const first = surplusOf(payment)
      if (first) takeDuplicate(pool, first, [payment], [])
    }
    for (const line of [...pool.lines]) {
      const first = surplusOf(line)
      if (first) takeDuplicate(pool, first, [], [line])
    }
  }
}

/**
 * Looks up the match that a leftover row repeats: a payment with the order number and amount of one that is settled (or
 * claiming its channel transaction), a line with the order number and amount of a settled line but another transaction.
 */
export function surplusIndex(pools: readonly Pool[]): (row: Entry) => Paired | undefined {
  const settled = pools.flatMap(pool => [...pool.matches, ...pool.takenUnbooked])
  const byDebt = indexed(settled, paired => paired.payments.filter(isPaidOrder).map(debtOf))
  const byTrade = indexed(settled, paired => paired.payments.filter(isPaidOrder).map(tradeOf))
  const byLineOrder = indexed(settled, paired => paired.lines.filter(isPaidOrder).map(lineOrderOf))
  const near = (found: readonly Paired[] | undefined, row: Entry, days: number) =>
    found?.find(paired => paired.payments[0] && withinDays(paired.payments[0], row, days))
  return row => {
    if (row.kind !== 'payment' || row.status !== 'success') return undefined
    const pool = pools.find(candidate => candidate.channel === row.channel)
    const days = pool?.rules.windows.numberDays ?? 0
    if (pool?.payments.has(row)) return near(byDebt.get(debtOf(row)), row, days) ?? byTrade.get(tradeOf(row))?.[0]
    return near(
      byLineOrder
        .get(lineOrderOf(row))
        ?.filter(paired => row.tradeNo === '' || paired.lines.every(line => line.tradeNo !== row.tradeNo)),
      row,
      days,
    )
  }
}

const isPaidOrder = (row: Entry): boolean => row.kind === 'payment' && row.amount > 0

/** Matches under each of their keys. */
function indexed(settled: readonly Paired[], keysOf: (paired: Paired) => readonly string[]): Map<string, Paired[]> {
  const keyed = settled.flatMap(paired => [...new Set(keysOf(paired))].map(key => ({ key, paired })))
  const groups = groupBy(keyed, ({ key }) => key)
  return new Map([...groups].map(([key, group]) => [key, group.map(({ paired }) => paired)]))
}

function takeDuplicate(pool: Pool, first: Paired, payments: readonly Entry[], lines: readonly Entry[]): void {
  const { kind, cause, evidence, linkedTo } = duplicateOf(first, payments, lines)
  pool.discrepancy(kind, payments, lines, cause, evidence, linkedTo)
}

function duplicateOf(first: Paired, payments: readonly Entry[], lines: readonly Entry[]): Discrepancy {
  const row = payments[0] ?? lines[0]
  const order = payments[0]?.orderNo || row?.merchantOrderNo || row?.orderNo || ''
  const amount = formatMinor(row?.amount ?? 0, row?.currency ?? 'CNY')
  const kept = [...ids(first.payments), ...ids(first.lines)]
  const took = lines.length > 0
  const across = row?.channel !== first.payments[0]?.channel
  return discrepancyOf(
    'duplicate_payment',
    payments,
    lines,
    !took ? 'duplicate_submit' : 'double_capture',
    {
      zh: took
        ? `缴费单 ${order} 的 ${amount} 已由 ${kept.join('、')} 缴清，${across ? '另一渠道' : '渠道'}又收一次，建议退款。`
        : `缴费单 ${order} 的 ${amount} 已由 ${kept.join('、')} 缴清，平台又记一笔，账单无对应收款。`,
      en: took
        ? `Order ${order}, ${amount}, is settled by ${kept.join(' and ')}; ${across ? 'another channel' : 'the channel'} took it again. Propose a refund.`
        : `Order ${order}, ${amount}, is settled by ${kept.join(' and ')}; ours has it once more and the statement does not show it.`,
    },
    kept,
  )
}

const isPaymentPair = (paired: Paired): boolean =>
  paired.payments.length === 1 &&
  paired.lines.length === 1 &&
  paired.payments[0]?.kind === 'payment' &&
  paired.payments[0].status === 'success'

const debtOf = (payment: Entry | undefined): string =>
  payment && payment.orderNo !== '' ? JSON.stringify([payment.orderNo, payment.amount, payment.currency]) : ''

const tradeOf = (payment: Entry | undefined): string =>
  payment && payment.tradeNo !== ''
    ? JSON.stringify([payment.channel, payment.tradeNo, payment.amount, payment.currency])
    : ''

const lineOrderOf = (line: Entry | undefined): string => {
  const number = line ? line.merchantOrderNo || line.orderNo : ''
  return line && number !== '' ? JSON.stringify([number, line.amount, line.currency]) : ''
}

const earlier = (a: Entry | undefined, b: Entry | undefined): number => (a && b ? byTimeThenId(a, b) : 0)

const byTimeThenId = (a: Entry, b: Entry): number =>
  (a.at ?? Date.parse(a.day)) - (b.at ?? Date.parse(b.day)) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
