import { isDeepStrictEqual } from 'node:util'
import { instantText } from '../../kernel/instant_text.ts'
import { formatMinor } from '../../kernel/money.ts'
import { recordOf } from '../open_rows.ts'
import type { CreditView, SettlementView } from './api.ts'
import type { PayoutCredit } from './payout_store.ts'
import { netOf, type TradeSums } from './settlement.ts'
import type { Settlement } from './settlement_store.ts'

/** The differences are those a second person agreed to. */
export const stillAccepted = ({ accepted, differences }: Pick<Settlement, 'accepted' | 'differences'>): boolean =>
  accepted !== null && isDeepStrictEqual(accepted, differences)

/** A difference that nobody has accepted, or a payout that has not come or could be several days'. */
export const isOpen = (of: Settlement): boolean =>
  of.payout === 'ambiguous' ||
  (['funds_differ', 'received_differs', 'overdue'].includes(of.state) && !stillAccepted(of))

export function settlementView(of: Settlement): SettlementView {
  const money = (minor: number) => formatMinor(minor, of.currency)
  const orNull = (minor: number | null) => (minor === null ? null : money(minor))
  const billOf = ({ rows, payments, gross, refunds, fees }: Omit<TradeSums, 'feesMissing'>) => ({
    ...{ rows, payments, gross: money(gross), refunds: money(refunds), fees: money(fees) },
    net: money(netOf({ gross, refunds, fees })),
  })
  const { trade, funds } = of
  return {
    settlement_id: of.id,
    channel: of.channel,
    account: of.account,
    business_date: of.day,
    currency: of.currency,
    state: of.state,
    open: isOpen(of),
    trade: { ...billOf(trade), fees_missing: trade.feesMissing },
    funds: funds && {
      ...billOf(funds),
      withdrawn: money(funds.withdrawn),
      other: money(funds.other),
      opening: orNull(funds.opening),
      closing: orNull(funds.closing),
    },
    payout: of.payout,
    due: orNull(of.due),
    due_on: of.dueOn,
    differences: of.differences.map(({ code, amount, explained, zh, en, rows }) => ({
      ...{ code, amount: money(amount), explained, message_zh: zh, message_en: en },
      rows: rows.map(row => ({ trade_no: row.trade_no, amount: money(row.amount) })),
    })),
    accepted: of.acceptedAt && {
      at: instantText(of.acceptedAt),
      by: of.acceptedName,
      reason: of.acceptedWhy,
      review_id: of.reviewId,
      still_holds: stillAccepted(of),
    },
    updated_at: instantText(of.updatedAt),
  }
}

export const creditView = (credit: PayoutCredit): CreditView => ({
  line: `${credit.fileId}#${recordOf(credit.id)}`,
  bank: credit.bank,
  paid_on: credit.paidOn,
  amount: formatMinor(credit.amount, credit.currency),
  currency: credit.currency,
  accounts: [...credit.accounts],
  how: credit.how as CreditView['how'],
})
