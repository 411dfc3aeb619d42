import { exponentOf, formatMinor, parseDecimal } from '../kernel/money.ts'
import { rowRules } from '../rules/rows.ts'
import type { ChannelRules, FeeRules, Rounding } from '../rules/rules.ts'
import type { Discrepancy, Entry } from './entry.ts'
import { ids } from './pool.ts'

/**
 * The fee our side expects on a row: what we recorded, else what the agreed rate gives, else unknown (null). A missing
 * fee is never a zero fee.
 */
export function expectedFee(payment: Entry, rules: ChannelRules): number | null {
  if (payment.fee !== null) return payment.fee
  const agreed = agreedFee(payment, rowRules(rules, payment).fees)
  return agreed !== null && payment.kind === 'refund' && rules.refunds.fee === 'kept' ? 0 : agreed
}

/** By the step of the schedule that the row's day and amount reach, else by the rate; null: nothing is agreed. */
function agreedFee({ amount, currency, day }: Entry, { rate, schedule, rounding }: FeeRules): number | null {
  const minor = (text: string) => parseDecimal(text, exponentOf(currency)) ?? 0
  const step = schedule
    .filter(({ from, amountFrom }) => from <= day && minor(amountFrom) <= Math.abs(amount))
    .reduce<FeeRules['schedule'][number] | null>(
      (best, each) =>
        best === null ||
        each.from > best.from ||
        (each.from === best.from && minor(each.amountFrom) >= minor(best.amountFrom))
          ? each
          : best,
      null,
    )
  if (step === null) return rate === null ? null : feeAt(amount, rate, rounding)
  const plain = Math.abs(feeAt(amount, step.rate, rounding))
  const least = step.min === null ? 0 : minor(step.min)
  const most = step.max === null ? plain : minor(step.max)
  const size = Math.min(Math.max(plain, least), Math.max(most, least))
  return amount < 0 ? -size : size
}

/** amount × rate in whole minor units, exactly, rounded the channel's way. The sign follows the amount. */
export function feeAt(amount: number, rate: string, rounding: Rounding): number {
  const { numerator, denominator } = fractionOf(rate)
  const product = BigInt(Math.abs(amount)) * numerator
  const whole = product / denominator
  const rest = product % denominator
  const rounded = whole + (roundsUp(whole, rest, denominator, rounding) ? 1n : 0n)
  return Number(amount < 0 ? -rounded : rounded)
}

function roundsUp(whole: bigint, rest: bigint, denominator: bigint, rounding: Rounding): boolean {
  if (rest === 0n || rounding === 'down') return false
  if (rounding === 'up') return true
  const twice = rest * 2n
  if (twice !== denominator) return twice > denominator
  return rounding === 'half_up' || whole % 2n === 1n
}

/** "0.6%" and "0.006" are 6/1000. The rules' reader has checked the spelling. */
function fractionOf(rate: string): { numerator: bigint; denominator: bigint } {
  const percent = rate.endsWith('%')
  const [whole = '0', decimals = ''] = (percent ? rate.slice(0, -1) : rate).split('.')
  return {
    numerator: BigInt(whole + decimals),
    denominator: 10n ** BigInt(decimals.length) * (percent ? 100n : 1n),
  }
}

/** Fees agree, or one side does not tell. A returned fee is written with either sign on refunds, so refunds compare sizes. */
export function feeAgrees(payment: Entry, line: Entry, rules: ChannelRules): boolean {
  const ours = expectedFee(payment, rules)
  if (ours === null || line.fee === null) return true
  return payment.kind === 'refund' ? Math.abs(ours) === Math.abs(line.fee) : ours === line.fee
}

/** 手续费不符 on a matched pair: the principal agrees, the fee does not. */
export function feeMismatch(payment: Entry, line: Entry, rules: ChannelRules): Discrepancy {
  const refund = payment.kind === 'refund'
  const oursSigned = expectedFee(payment, rules) ?? 0
  const ours = refund ? Math.abs(oursSigned) : oursSigned
  const theirs = refund ? Math.abs(line.fee ?? 0) : (line.fee ?? 0)
  const text = (minor: number) => formatMinor(minor, line.currency)
  const from =
    payment.fee === null ? { zh: '按约定费率应为', en: 'the agreed rate gives' } : { zh: '平台记', en: 'ours says' }
  return {
    kind: 'fee_mismatch',
    payments: [payment.id],
    lines: [line.id],
    difference: theirs - ours,
    currency: line.currency,
    cause: 'fee_rate',
    evidence: {
      zh: `本金一致，手续费${from.zh} ${text(ours)}，渠道收 ${text(theirs)}。`,
      en: `The principal agrees; on the fee ${from.en} ${text(ours)}, the channel took ${text(theirs)}.`,
    },
  }
}

/** The rest that remains when a whole group was paid out net of fees that we expected a little differently. */
export function groupFeeMismatch(
  payments: readonly Entry[],
  lines: readonly Entry[],
  expectedFees: number,
  takenFees: number,
): Discrepancy {
  const currency = payments[0]?.currency ?? 'CNY'
  const text = (minor: number) => formatMinor(minor, currency)
  return {
    kind: 'fee_mismatch',
    payments: ids(payments),
    lines: ids(lines),
    difference: takenFees - expectedFees,
    currency,
    cause: 'fee_rate',
    evidence: {
      zh: `整批净额入账，逐笔手续费合计 ${text(expectedFees)}，实扣 ${text(takenFees)}，差额在逐笔舍入容差内。`,
      en: `Paid out net: fees add up to ${text(expectedFees)}, ${text(takenFees)} was kept; the rest is within the rounding tolerance.`,
    },
  }
}

/**
 * The fees a group was netted by, in the two ways refunds are written: fees as they stand, or the refunds' fees given
 * back. null when a payment's fee is unknown; a refund without one is one whose fee is not returned.
 */
export function groupFees(payments: readonly Entry[], rules: ChannelRules): readonly number[] | null {
  let asWritten = 0
  let givenBack = 0
  for (const payment of payments) {
    const fee = expectedFee(payment, rules)
    if (fee === null && payment.kind === 'refund') continue
    if (fee === null) return null
    asWritten += fee
    givenBack += payment.kind === 'refund' ? -Math.abs(fee) : fee
  }
  return asWritten === givenBack ? [asWritten] : [asWritten, givenBack]
}

export const feeTolerance = (payments: readonly Entry[], rules: ChannelRules, currency: string): number =>
  payments.reduce(
    (sum, payment) => sum + (parseDecimal(rowRules(rules, payment).fees.tolerancePerRow, exponentOf(currency)) ?? 0),
    0,
  )
