import type { TotalsView } from '../../../../src/discrepancies/api.ts'
import { exponentOf, formatMinor, parseDecimal } from '../../../../src/kernel/money.ts'
import { Money } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'

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

export function TotalsLine({
  totals,
  kind,
  work,
}: {
  readonly totals: Totals
  readonly kind: string
  readonly work: boolean
}) {
  const t = useText()
  const shown = totals.filter(total => (kind === '' ? !work || total.kind !== 'in_transit' : total.kind === kind))
  return (
    <div className="case-totals" aria-live="polite">
      {sumsOf(shown).map(({ currency, amount, difference, overdue }) => (
        <span key={currency}>
          {t('金额合计', 'Amounts')} <Money amount={amount} currency={currency} /> · {t('差额合计', 'differences')}{' '}
          <Money amount={difference} currency={currency} signed />
          {overdue > 0 && <strong className="wrong"> · {t(`${overdue} 件超时`, `${overdue} overdue`)}</strong>}
        </span>
      ))}
    </div>
  )
}
