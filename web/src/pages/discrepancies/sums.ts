import type { TotalsView } from '../../../../src/discrepancies/api.ts'
import { exponentOf, formatMinor, parseDecimal } from '../../../../src/kernel/money.ts'

type Totals = TotalsView['totals']

/** Amounts and differences of what is shown, a sum for each currency: exact, whatever their size. */
export function sumsOf(totals: Totals): { currency: string; amount: string; difference: string; overdue: number }[] {
  const currencies = [...new Set(totals.map(({ currency }) => currency))].sort()
  return currencies.map(currency => {
    const of = totals.filter(total => total.currency === currency)
    const sum = (field: 'amount' | 'difference'): string =>
      formatMinor(
        of.reduce((all, total) => all + minorOf(total[field], currency), 0n),
        currency,
      )
    return {
      currency,
      amount: sum('amount'),
      difference: sum('difference'),
      overdue: of.reduce((all, { overdue }) => all + overdue, 0),
    }
  })
}

/** Sums may pass 2^53: then the digits themselves are read. */
const minorOf = (text: string, currency: string): bigint => {
  const small = parseDecimal(text, exponentOf(currency))
  return small === null ? BigInt(text.replace('.', '')) : BigInt(small)
}
