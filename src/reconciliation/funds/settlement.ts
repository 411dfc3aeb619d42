import type { Day } from '../../kernel/business_day.ts'
import { formatMinor } from '../../kernel/money.ts'
import type { Sentence } from '../../matching/entry.ts'

/** 三方对账, the third leg of a day: what the trade bill promises, what the funds bill says, what the bank was credited with. Pure. */

/** One currency of a business day of one account with a channel. All money in minor units. */
export type DayKey = {
  readonly channel: string
  readonly account: string
  readonly day: Day
  readonly currency: string
}

/** By the lines of the trade bill that count: payments, refunds (plus), what the channel kept (less what it gave back). */
export type TradeSums = {
  /** Of payments that moved money. */
  readonly payments: number
  readonly rows: number
  readonly gross: number
  readonly refunds: number
  readonly fees: number
  /** Rows that name no fee, which is not a fee of zero. */
  readonly feesMissing: number
}

/** The same by the funds bill, with what it paid out, and whatever else moved there (signed). */
export type FundSums = Omit<TradeSums, 'feesMissing'> & {
  readonly withdrawn: number
  readonly other: number
  /** Of the account before the first and after the last movement; null: the bill does not say, or its rows stand in no order that adds up. */
  readonly opening: number | null
  readonly closing: number | null
}

export const netOf = ({ gross, refunds, fees }: Pick<TradeSums, 'gross' | 'refunds' | 'fees'>): number =>
  gross - refunds - fees

/** What the movements of a funds bill add up to. */
export const movedBy = (funds: FundSums): number => netOf(funds) - funds.withdrawn + funds.other

export type Leg = 'payments' | 'refunds' | 'fees'

/** A trade number on which the two bills differ. */
export type Finding = {
  readonly leg: Leg
  readonly tradeNo: string
  /** Funds bill minus trade bill, of the leg's amount. */
  readonly amount: number
  /** The other bill has it on the day before or after. */
  readonly crossDay: boolean
}

export type Findings = {
  /** The largest, for people to look at. */
  readonly shown: readonly Finding[]
  /** Over all, also those that are not shown. */
  readonly crossDay: Readonly<Record<Leg, number>>
}

export const NO_FINDINGS: Findings = { shown: [], crossDay: { payments: 0, refunds: 0, fees: 0 } }

/** A difference with its name; `explained`: nobody needs to act. */
export type Difference = Sentence & {
  readonly code: string
  readonly amount: number
  readonly explained: boolean
  readonly rows: readonly { readonly trade_no: string; readonly amount: number }[]
}

const LEGS: Readonly<Record<Leg, { readonly code: string; readonly zh: string; readonly en: string }>> = {
  payments: { code: 'payments_differ', zh: '收款', en: 'Payments' },
  refunds: { code: 'refunds_differ', zh: '退款', en: 'Refunds' },
  fees: { code: 'fees_differ', zh: '手续费', en: 'Fees' },
}

const amountOf = (funds: FundSums, trade: TradeSums, leg: Leg): readonly [number, number] =>
  leg === 'payments'
    ? [funds.gross, trade.gross]
    : leg === 'refunds'
      ? [funds.refunds, trade.refunds]
      : [funds.fees, trade.fees]

/**
 * Holds the funds bill of a day against its trade bill. Each leg that differs is named, with the trade numbers that make it; what the neighbouring
 * day's bill has is explained. `before`: the closing balance of the account's funds bill before this one; null: there is none.
 */
export function compareFunds(
  trade: TradeSums,
  funds: FundSums,
  findings: Findings,
  before: number | null,
  currency: string,
): Difference[] {
  const money = (minor: number) => formatMinor(minor, currency)
  const found: Difference[] = []
  for (const leg of ['payments', 'refunds', 'fees'] as const) {
    const [theirs, ours] = amountOf(funds, trade, leg)
    const difference = theirs - ours
    const { code, zh, en } = LEGS[leg]
    const of = findings.shown.filter(each => each.leg === leg)
    const crossed = findings.crossDay[leg]
    if (crossed !== 0)
      found.push({
        code: 'cross_day',
        amount: crossed,
        explained: true,
        rows: rowsOf(of.filter(each => each.crossDay)),
        zh: `${zh} ${money(crossed)} 在两份账单里记在相邻的两天`,
        en: `${en} of ${money(crossed)} stand in the two bills on neighbouring days`,
      })
    const rest = difference - crossed
    if (rest === 0) continue
    const missing = leg === 'fees' && trade.feesMissing > 0
    found.push({
      code: missing ? 'fees_missing' : code,
      amount: rest,
      explained: false,
      rows: rowsOf(of.filter(each => !each.crossDay)),
      ...(missing
        ? {
            zh: `交易账单有 ${trade.feesMissing} 笔没有列出手续费（没有列出不等于零），资金账单比它多 ${money(rest)}`,
            en: `${trade.feesMissing} rows of the trade bill name no fee (which is not a fee of zero); the funds bill has ${money(rest)} more`,
          }
        : {
            zh: `${zh}：资金账单 ${money(theirs)}，交易账单 ${money(ours)}，相差 ${money(rest)}`,
            en: `${en}: ${money(theirs)} by the funds bill, ${money(ours)} by the trade bill, ${money(rest)} apart`,
          }),
    })
  }
  if (found.length === 0 && funds.payments !== trade.payments)
    found.push({
      code: 'counts_differ',
      amount: 0,
      explained: false,
      rows: [],
      zh: `金额相符而笔数不同：资金账单 ${funds.payments} 笔收款，交易账单 ${trade.payments} 笔`,
      en: `The amounts agree but not the numbers of payments: ${funds.payments} by the funds bill, ${trade.payments} by the trade bill`,
    })
  if (funds.other !== 0)
    found.push({
      code: 'other_entries',
      amount: funds.other,
      explained: false,
      rows: [],
      zh: `资金账单里有收款、退款、手续费、提现以外的变动，合计 ${money(funds.other)}`,
      en: `The funds bill has movements that are no sale, refund, fee or payout; together ${money(funds.other)}`,
    })
  return [...found, ...balanceDifferences(funds, before, money)]
}

function balanceDifferences(funds: FundSums, before: number | null, money: (minor: number) => string): Difference[] {
  const { opening, closing } = funds
  const found: Difference[] = []
  if (opening === null || closing === null) return found
  const broken = closing - opening - movedBy(funds)
  if (broken !== 0)
    found.push({
      code: 'balance_broken',
      amount: broken,
      explained: false,
      rows: [],
      zh: `期初 ${money(opening)} 加当日变动 ${money(movedBy(funds))} 不等于期末 ${money(closing)}`,
      en: `Opening ${money(opening)} plus the day's movements ${money(movedBy(funds))} is not closing ${money(closing)}`,
    })
  if (before !== null && before !== opening)
    found.push({
      code: 'balance_gap',
      amount: opening - before,
      explained: false,
      rows: [],
      zh: `期初 ${money(opening)} 不等于上一份资金账单的期末 ${money(before)}：中间可能缺少账单`,
      en: `Opening ${money(opening)} is not the closing ${money(before)} of the funds bill before: one in between may be missing`,
    })
  return found
}

const rowsOf = (found: readonly Finding[]) => found.map(({ tradeNo, amount }) => ({ trade_no: tradeNo, amount }))

/** First and last rows of a bill by time; of equal times once in the file's order, once against it: some bills list the newest first. */
export type BalanceEnds = {
  readonly forward: { readonly opening: number; readonly closing: number }
  readonly backward: { readonly opening: number; readonly closing: number }
}

/** The ends that agree with the movements; where neither does, as the file has them, so that the gap is seen. */
export const balanceOf = ({ forward, backward }: BalanceEnds, moved: number): BalanceEnds['forward'] =>
  forward.closing - forward.opening !== moved && backward.closing - backward.opening === moved ? backward : forward

/** none: no bank account of ours is configured for it, or nothing is to be paid. unknown: what is due is not known yet. */
export type PayoutState = 'none' | 'unknown' | 'waiting' | 'received' | 'differs' | 'ambiguous' | 'overdue'

export const SETTLEMENT_STATES = [
  'expected',
  'funds_agree',
  'funds_differ',
  'received',
  'received_differs',
  'overdue',
] as const
export type SettlementState = (typeof SETTLEMENT_STATES)[number]

/** One word for both legs: what a person must look at comes first. */
export function stateOf(funds: readonly Difference[] | null, payout: PayoutState): SettlementState {
  if (payout === 'differs') return 'received_differs'
  if (payout === 'overdue') return 'overdue'
  if (funds?.some(({ explained }) => !explained)) return 'funds_differ'
  if (payout === 'received') return 'received'
  return funds === null ? 'expected' : 'funds_agree'
}

export type Pays = 'net' | 'gross' | 'withdrawals'

/**
 * What the channel owes our bank for a day; null: not known yet. The funds bill is the channel's own word on what it took, so it goes before the
 * trade bill; without it, rows that name no fee leave the sum open.
 */
export function dueOf(trade: TradeSums, funds: FundSums | null, pays: Pays): number | null {
  if (pays === 'withdrawals') return funds === null ? null : funds.withdrawn
  const { gross, refunds, fees } = funds ?? trade
  if (pays === 'gross') return gross - refunds
  return funds === null && trade.feesMissing > 0 ? null : gross - refunds - fees
}

type GroupFacts = { readonly due: number; readonly gross: number; readonly refunds: number; readonly fees: number }

/** Why a payout is not what was due, where one figure of its days says so exactly. `next`: refunds of the day after them. */
export function explainPayout(
  received: number,
  group: GroupFacts,
  pays: Pays,
  next: number,
  currency: string,
): Difference {
  const money = (minor: number) => formatMinor(minor, currency)
  const difference = received - group.due
  const told = { amount: difference, explained: false, rows: [] }
  if (pays === 'net' && group.fees !== 0 && difference === group.fees)
    return {
      ...told,
      code: 'fees_not_deducted',
      zh: `到账多 ${money(difference)}，正好是手续费：渠道未扣手续费`,
      en: `${money(difference)} more than due, exactly the fees: the channel has not deducted them`,
    }
  if (pays === 'gross' && group.fees !== 0 && difference === -group.fees)
    return {
      ...told,
      code: 'fees_deducted',
      zh: `到账少 ${money(-difference)}，正好是手续费：渠道按净额结算`,
      en: `${money(-difference)} less than due, exactly the fees: the channel pays net`,
    }
  if (group.refunds !== 0 && difference === group.refunds)
    return {
      ...told,
      code: 'refunds_not_deducted',
      zh: `到账多 ${money(difference)}，正好是退款：渠道未扣退款`,
      en: `${money(difference)} more than due, exactly the refunds: the channel has not deducted them`,
    }
  if (next !== 0 && difference === -next)
    return {
      ...told,
      code: 'next_refunds_deducted',
      zh: `到账少 ${money(-difference)}，正好是次日的退款：渠道提前扣除`,
      en: `${money(-difference)} less than due, exactly the refunds of the day after: deducted early`,
    }
  return {
    ...told,
    code: 'payout_differs',
    zh: `应到 ${money(group.due)}，实到 ${money(received)}，相差 ${money(difference)}`,
    en: `${money(group.due)} was due, ${money(received)} came, ${money(difference)} apart`,
  }
}
