import { Flex, Segmented, Select } from 'antd'
import { useParams, useSearchParams } from 'react-router'
import { Split } from '../../pieces/split.tsx'
import { Page } from '../../pieces/states.tsx'
import { useFilters } from '../../shell/address.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { AppealDetailView } from './detail.tsx'
import { Figures } from './figures.tsx'
import { AppealRows } from './list.tsx'
import { APPEAL_KINDS, APPEAL_STATES } from './words.ts'
import './appeals.css'

/** 对账申诉: what payers ask about, by the time it must be answered. */
export default function Appeals() {
  const t = useText()
  const { appealId } = useParams()
  const { may } = useSession()
  const [search] = useSearchParams()
  const [filters, change] = useFilters(['owner', 'state', 'kind', 'payment_no'])
  const query = search.size === 0 ? '' : `?${search}`
  return (
    <Page title={t('对账申诉', 'Appeals')}>
      <div className={appealId === undefined ? undefined : 'list-only'}>
        <Figures />
        <div className="filters">
          {may('appeal.handle') && (
            <Segmented
              value={filters.owner || 'all'}
              onChange={owner => change({ owner: owner === 'all' ? '' : owner })}
              options={[
                { value: 'all', label: t('全部', 'All') },
                { value: 'nobody', label: t('未受理', 'Nobody’s') },
                { value: 'mine', label: t('我的', 'Mine') },
              ]}
            />
          )}
          <Flex gap={8} wrap>
            <Select
              aria-label={t('状态', 'State')}
              value={filters.state || 'open'}
              popupMatchSelectWidth={false}
              onChange={state => change({ state: state === 'open' ? '' : state })}
              options={Object.entries(APPEAL_STATES).map(([value, words]) => ({ value, label: t(words) }))}
            />
            <Select
              aria-label={t('类型', 'Kind')}
              value={filters.kind}
              popupMatchSelectWidth={false}
              onChange={kind => change({ kind })}
              options={[
                { value: '', label: t('全部类型', 'All kinds') },
                ...Object.entries(APPEAL_KINDS).map(([value, words]) => ({ value, label: t(words) })),
              ]}
            />
          </Flex>
        </div>
      </div>
      <Split
        back={`/appeals${query}`}
        list={<AppealRows filters={filters} opened={appealId} query={query} />}
        detail={appealId === undefined ? null : <AppealDetailView key={appealId} id={appealId} />}
      />
    </Page>
  )
}
