import { exponentOf, formatMinor, parseDecimal } from '../../../../src/kernel/money.ts'
import type { SettlementDetail } from '../../../../src/reconciliation/funds/api.ts'
import type { Both } from '../../shell/both.ts'

/** The three bills beside each other. Pure. */

export type LegRow = {
  readonly name: Both
  /** A number of payments rather than money. */
  readonly count: boolean
  readonly trade: string | null
  readonly funds: string | null
  readonly bank: string | null
  readonly differs: boolean
}

const row = (
  zh: string,
  en: string,
  trade: string | null,
  funds: string | null,
  bank: string | null,
  count = false,
): LegRow => ({
  name: { zh, en },
  count,
  trade,
  funds,
  bank,
  differs: new Set([trade, funds, bank].filter(each => each !== null)).size > 1,
})

/** What the bank was credited with stands beside what was due only when one credit pays this day alone; else the days are told beneath. */
export function legsOf(of: SettlementDetail): LegRow[] {
  const { trade, funds } = of
  const alone = of.pays_days.length <= 1 && of.credits.length > 0
  const bank = alone
    ? formatMinor(
        of.credits.reduce((all, { amount }) => all + BigInt(parseDecimal(amount, exponentOf(of.currency)) ?? 0), 0n),
        of.currency,
      )
    : null
  const rows = [
    row('收款', 'Payments', trade.gross, funds?.gross ?? null, null),
    row('退款', 'Refunds', trade.refunds, funds?.refunds ?? null, null),
    row('手续费', 'Fees', trade.fees, funds?.fees ?? null, null),
    row('净额', 'Net', trade.net, funds?.net ?? null, bank),
    row('收款笔数', 'Payments (count)', String(trade.payments), funds ? String(funds.payments) : null, null, true),
  ]
  if (!funds) return rows
  const only = (zh: string, en: string, value: string | null): LegRow[] =>
    value === null ? [] : [row(zh, en, null, value, null)]
  return [
    ...rows,
    ...only('提现', 'Withdrawn', funds.withdrawn),
    ...only('其他变动', 'Other movements', funds.other),
    ...only('期初余额', 'Opening balance', funds.opening),
    ...only('期末余额', 'Closing balance', funds.closing),
  ]
}
