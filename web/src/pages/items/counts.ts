import type { TotalsView } from '../../../../src/reconciliation/days/api.ts'
import type { Tab } from './filters.ts'

/**
 * Rows by tab as reconciliation counted them. It counts by what it found: what a person confirmed since stands in the state it was found in, so those tabs have no
 * figure. Pure.
 */
export function countsOf(totals: readonly Pick<TotalsView['totals'][number], 'state' | 'rows'>[]): Map<Tab, number> {
  const counts = new Map<Tab, number>()
  if (totals.length === 0) return counts
  const found: readonly Tab[] = ['matched', 'waiting', 'discrepancy', 'in_transit']
  for (const tab of found)
    counts.set(
      tab,
      totals.filter(({ state }) => state === tab).reduce((sum, { rows }) => sum + rows, 0),
    )
  return counts
}
