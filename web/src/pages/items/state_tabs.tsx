import { Segmented } from 'antd'
import type { TotalsView } from '../../../../src/reconciliation/days/api.ts'
import { grouped } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { countsOf } from './counts.ts'
import { type Filters, TABS, type Tab, totalsQueryOf } from './filters.ts'
import { TAB_NAMES } from './looks.ts'

/** States as tabs, with how many rows the last count found in each. */
export function StateTabs({
  filters,
  change,
}: {
  readonly filters: Filters
  readonly change: (filters: Filters) => void
}) {
  const t = useText()
  const { data } = useRead<TotalsView>('days', '/api/day-totals', totalsQueryOf(filters))
  const counts = countsOf(data?.totals ?? [])
  return (
    <div className="item-tabs">
      <Segmented<Tab>
        aria-label={t('按状态', 'By state')}
        value={filters.state}
        onChange={state => change({ ...filters, state })}
        options={TABS.map(tab => {
          const count = counts.get(tab)
          return {
            value: tab,
            label: (
              <>
                {t(TAB_NAMES[tab] ?? { zh: tab, en: tab })}
                {count !== undefined && <span className="tab-count">{grouped(String(count))}</span>}
              </>
            ),
          }
        })}
      />
    </div>
  )
}
