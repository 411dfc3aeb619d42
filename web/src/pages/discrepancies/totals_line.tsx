import type { TotalsView } from '../../../../src/discrepancies/api.ts'
import { Money } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { sumsOf } from './sums.ts'

export function TotalsLine({
  totals,
  kind,
  work,
}: {
  readonly totals: TotalsView['totals']
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
