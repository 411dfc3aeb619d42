import { Segmented } from 'antd'
import { useParams, useSearchParams } from 'react-router'
import { Split } from '../../pieces/split.tsx'
import { Page } from '../../pieces/states.tsx'
import { useFilters } from '../../shell/address.ts'
import { useText } from '../../shell/text.ts'
import { SettlementDetailView } from './detail.tsx'
import { SettlementRows } from './list.tsx'
import { Payouts } from './payouts.tsx'
import './settlements.css'

/** 三方对账: trade bill, funds bill and bank credit of each account and day, and what the banks' lines paid. */
export default function Settlements() {
  const t = useText()
  const { settlementId } = useParams()
  const [search] = useSearchParams()
  const [filters, change] = useFilters(['view', 'state', 'channel', 'from', 'to'])
  const query = search.size === 0 ? '' : `?${search}`
  return (
    <Page title={t('三方对账', 'Settlements')}>
      {settlementId === undefined && (
        <div className="filters">
          <Segmented
            value={filters.view || 'open'}
            onChange={view => change({ view: view === 'open' ? '' : view })}
            options={[
              { value: 'open', label: t('需处理', 'To do') },
              { value: 'all', label: t('全部', 'All') },
              { value: 'unassigned', label: t('未对应的到账', 'Unassigned payouts') },
              { value: 'payouts', label: t('全部到账', 'All payouts') },
            ]}
          />
        </div>
      )}
      {filters.view === 'unassigned' || filters.view === 'payouts' ? (
        <Payouts assigned={filters.view === 'unassigned' ? false : undefined} />
      ) : (
        <Split
          back={`/settlements${query}`}
          list={<SettlementRows filters={filters} change={change} opened={settlementId} query={query} />}
          detail={settlementId === undefined ? null : <SettlementDetailView key={settlementId} id={settlementId} />}
        />
      )}
    </Page>
  )
}
