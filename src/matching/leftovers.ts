import { addDays, businessDayBounds, type Day } from '../kernel/business_day.ts'
import { formatMinor } from '../kernel/money.ts'
import { rowRules } from '../rules/rows.ts'
import type { ChannelRules } from '../rules/rules.ts'
import type { Coverage, Entry, Sentence } from './entry.ts'
import { type Pool, ruleAmount } from './pool.ts'

/** Places for the rows that nothing on the other side explains: absent on both, in transit, waived, 长款 or 短款. */
export function placeLeftovers(pool: Pool, coverage: Coverage | undefined): void {
  const statementDays = new Set(coverage?.statementDays ?? [])
  const paymentDays = new Set(coverage?.paymentDays ?? [])
  for (const payment of [...pool.payments])
    placePayment(pool, payment, coverage?.statementGiven ?? false, statementDays)
  for (const line of [...pool.lines]) placeLine(pool, line, paymentDays)
}

function placePayment(pool: Pool, payment: Entry, statementGiven: boolean, statementDays: ReadonlySet<Day>): void {
  if (payment.status === 'failed') return pool.match('agreed_absent', [payment], [])
  const refund = payment.kind === 'refund'
  if (payment.status === 'pending')
    return pool.discrepancy('in_transit', [payment], [], refund ? 'refund_in_progress' : 'payment_in_progress', {
      zh: `平台${refund ? '退款' : '支付'}处理中，账单尚未列出。`,
      en: `Our ${refund ? 'refund' : 'payment'} is still in progress and the statement does not list it yet.`,
    })
  if (!statementGiven)
    return pool.discrepancy('in_transit', [payment], [], 'statement_missing', {
      zh: `尚无渠道 ${payment.channel} 的对账单。`,
      en: `No statement of channel ${payment.channel} has been given yet.`,
    })
  const waiting = waitsForNeighbour(payment, statementDays, pool.rules.calendar)
  if (waiting) return pool.discrepancy('in_transit', [payment], [], waiting.cause, waiting.theirs)
  if (belowThreshold(pool, payment)) return waive(pool, [payment], [])
  if (statementDays.size > 0 && !statementDays.has(payment.day))
    return pool.discrepancy('platform_only', [payment], [], 'statement_missing', {
      zh: `平台${refund ? '退款' : '收款'}成功 ${text(payment)}，所给账单不含 ${payment.day}。`,
      en: `Ours succeeded with ${text(payment)}; the statements given do not cover ${payment.day}.`,
    })
  pool.discrepancy('platform_only', [payment], [], 'not_in_statement', {
    zh: `平台${refund ? '退款' : '收款'}成功 ${text(payment)}，${payment.day} 账单中按号码、金额和时间均未找到。`,
    en: `Ours succeeded with ${text(payment)}; the statement of ${payment.day} has no record by number, amount or time.`,
  })
}

function placeLine(pool: Pool, line: Entry, paymentDays: ReadonlySet<Day>): void {
  if (line.status === 'failed') return pool.match('agreed_absent', [], [line])
  const refund = line.kind === 'refund'
  if (line.status === 'pending')
    return pool.discrepancy('in_transit', [], [line], refund ? 'refund_in_progress' : 'payment_in_progress', {
      zh: `渠道标记为处理中，资金尚未变动。`,
      en: `The channel marks it as in progress; no money has moved yet.`,
    })
  const waiting = waitsForNeighbour(line, paymentDays, pool.rules.calendar)
  if (waiting) return pool.discrepancy('in_transit', [], [line], waiting.cause, waiting.ours)
  if (belowThreshold(pool, line)) return waive(pool, [], [line])
  const told = refund || line.tradeNo === '' ? undefined : pool.matchedLine(line.tradeNo)
  if (told)
    return pool.discrepancy('channel_only', [], [line], 'number_conflict', {
      zh: `渠道号 ${line.tradeNo} 已由 ${told.id} 对平，这一条内容不同（${text(line)}），请向渠道核实。`,
      en: `The channel number ${line.tradeNo} is settled by ${told.id}; this record under it is another one (${text(line)}). Ask the channel.`,
    })
  pool.discrepancy('channel_only', [], [line], refund ? 'unknown_to_platform' : 'lost_notice', {
    zh: refund
      ? `渠道退出 ${text(line)}，平台没有对应的退款记录。`
      : `渠道收到 ${text(line)}，平台没有对应的成功记录，可能是支付通知丢失。`,
    en: refund
      ? `The channel paid back ${text(line)}; ours has no such refund.`
      : `The channel took ${text(line)}; ours has no such success. The payment notice may have been lost.`,
  })
}

const text = (row: Entry): string =>
  `${formatMinor(row.amount, row.currency)}${row.currency === 'CNY' ? '' : ` ${row.currency}`}`

type Waiting = { readonly cause: string; readonly theirs: Sentence; readonly ours: Sentence }

/**
 * Does the other side's record of this row belong to a day that the other book does not hold? So it is for a row on a
 * neighbour of the days it holds, and for one within the margin of the cutoff between the two. A book that holds no day
 * at all (an empty statement) speaks about every day.
 */
function waitsForNeighbour(row: Entry, held: ReadonlySet<Day>, calendar: ChannelRules['calendar']): Waiting | null {
  if (held.size === 0) return null
  const before = addDays(row.day, -1)
  const after = addDays(row.day, 1)
  if (!held.has(row.day)) {
    if (!held.has(before) && !held.has(after)) return null
    return {
      cause: 'neighbouring_day',
      theirs: {
        zh: `属于 ${row.day}，所给账单不含该账期。`,
        en: `Belongs to ${row.day}, which the statements given do not cover.`,
      },
      ours: {
        zh: `属于 ${row.day}，所给平台记录不含该账期。`,
        en: `Belongs to ${row.day}, which the payments given do not cover.`,
      },
    }
  }
  if (row.at === null) return null
  const margin = calendar.cutoffMarginMinutes * 60_000
  const { from, to } = businessDayBounds(row.day, calendar)
  const neighbour =
    row.at >= to - margin && !held.has(after) ? after : row.at < from + margin && !held.has(before) ? before : null
  if (neighbour === null) return null
  const sentence = {
    zh: `距日切（${calendar.cutoff}）不足 ${calendar.cutoffMarginMinutes} 分钟，对方可能记在 ${neighbour}。`,
    en: `Within ${calendar.cutoffMarginMinutes} minutes of the cutoff (${calendar.cutoff}); the other side may have it on ${neighbour}.`,
  }
  return { cause: 'cutoff', theirs: sentence, ours: sentence }
}

function belowThreshold(pool: Pool, row: Entry): boolean {
  const threshold = ruleAmount(rowRules(pool.rules, row).waiveBelow, row.currency)
  return threshold !== null && Math.abs(row.amount) < threshold
}

function waive(pool: Pool, payments: readonly Entry[], lines: readonly Entry[]): void {
  const row = payments[0] ?? lines[0]
  const below = row ? rowRules(pool.rules, row).waiveBelow : null
  pool.discrepancy('waived', payments, lines, 'below_threshold', {
    zh: `${row ? text(row) : ''} 低于豁免金额 ${below}，计入汇总，不需处理。`,
    en: `${row ? text(row) : ''} is below the waiver amount ${below}: counted, no action needed.`,
  })
}
