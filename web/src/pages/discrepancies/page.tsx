import { BlockOutlined } from '@ant-design/icons'
import { Badge, Button, Flex, Tabs } from 'antd'
import { useCallback, useMemo, useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { DiscrepancyList, DiscrepancyView, TotalsView } from '../../../../src/discrepancies/api.ts'
import { KIND_LOOKS } from '../../pieces/discrepancy_words.ts'
import { useListKeys, useSearchKey } from '../../pieces/list_keys.ts'
import { useMerchants } from '../../pieces/merchants.ts'
import { useCauseNames } from '../../pieces/names.ts'
import { PagedRows } from '../../pieces/paged.tsx'
import { Page } from '../../pieces/states.tsx'
import { useFilters } from '../../shell/address.ts'
import { usePages } from '../../shell/paging.ts'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { BulkBar } from './bulk.tsx'
import { FilterBar, type SearchField } from './filter_bar.tsx'
import { FILTERS, isWork, listQuery, tabsOf, totalsQuery } from './filters.ts'
import { DiscrepancyRow } from './row.tsx'
import { TotalsLine } from './totals_line.tsx'
import './discrepancies.css'

const rowsOf = (answer: DiscrepancyList): readonly DiscrepancyView[] => answer.discrepancies

/** What the platform takes in one request. */
const AT_ONCE = 500

/** 差错: the list that people work from. */
export default function Discrepancies() {
  const t = useText()
  const navigate = useNavigate()
  const { may } = useSession()
  const [filters, change] = useFilters(FILTERS)
  const [pickedIds, setPickedIds] = useState<ReadonlySet<string>>(new Set())
  const search = useRef<SearchField>(null)
  const causeName = useCauseNames()
  const { nameOf: merchantName } = useMerchants()
  const { data: totals } = useRead<TotalsView>('discrepancies', '/api/discrepancy-totals', totalsQuery(filters))
  const query = listQuery(filters)
  const list = usePages<DiscrepancyList, DiscrepancyView>('discrepancies', '/api/discrepancies', query, rowsOf)
  const { rows } = list
  const mayHandle = may('discrepancy.handle')
  const toggle = useCallback((id: string): void => {
    setPickedIds(before => {
      const next = new Set(before)
      if (!next.delete(id)) next.add(id)
      return next
    })
  }, [])
  const picked = useMemo(() => rows.filter(row => pickedIds.has(row.discrepancy_id)), [rows, pickedIds])
  const at = useListKeys({
    count: rows.length,
    open: index => void navigate(`/discrepancies/${rows[index]?.discrepancy_id}`),
    toggle: mayHandle ? index => toggle(rows[index]?.discrepancy_id ?? '') : undefined,
  })
  useSearchKey(() => search.current?.focus())
  const clear = useCallback(() => setPickedIds(new Set()), [])
  return (
    <Page
      title={t('差错', 'Discrepancies')}
      extra={
        mayHandle && (
          <Link to="/discrepancies/match" tabIndex={-1}>
            <Button icon={<BlockOutlined />}>{t('手工匹配', 'Match by hand')}</Button>
          </Link>
        )
      }
    >
      <Tabs
        activeKey={filters.kind}
        onChange={kind => {
          clear()
          change({ kind })
        }}
        items={tabsOf(totals?.totals ?? [], filters).map(tab => ({
          key: tab.kind,
          label: (
            <span>
              {tab.kind !== ''
                ? t(KIND_LOOKS[tab.kind])
                : isWork({ ...filters, kind: '' })
                  ? t('待处理', 'To do')
                  : t('全部', 'All')}{' '}
              <Badge count={tab.count} overflowCount={99_999} showZero className="count-quiet" />
              {tab.overdue > 0 && (
                <span className="late-dot" title={t(`${tab.overdue} 件超时`, `${tab.overdue} overdue`)}>
                  <span className="only-read">{t(`${tab.overdue} 件超时`, `${tab.overdue} overdue`)}</span>
                </span>
              )}
            </span>
          ),
        }))}
      />
      <FilterBar filters={filters} change={change} search={search} causeName={causeName} />
      <Flex justify="space-between" align="start" gap={8}>
        <TotalsLine totals={totals?.totals ?? []} kind={filters.kind} work={isWork(filters)} />
        {mayHandle && rows.length > 1 && (
          <Button
            type="link"
            size="small"
            onClick={() => setPickedIds(new Set(rows.slice(0, AT_ONCE).map(row => row.discrepancy_id)))}
          >
            {t(`选中 ${Math.min(rows.length, AT_ONCE)} 件`, `Pick ${Math.min(rows.length, AT_ONCE)}`)}
          </Button>
        )}
      </Flex>
      <PagedRows
        list={list}
        empty={
          isWork(filters) && filters.number === ''
            ? t('没有待处理的差错', 'There is no discrepancy to deal with')
            : t('没有符合条件的差错', 'Nothing fits these filters')
        }
        keyOf={row => row.discrepancy_id}
        height={64}
        viewport={picked.length > 0 ? 'calc(100dvh - 400px)' : 'calc(100dvh - 330px)'}
        label={t('差错', 'Discrepancies')}
        at={at}
        render={(row, index) => (
          <DiscrepancyRow
            of={row}
            causeName={causeName}
            merchantName={merchantName}
            chosen={index === at.chosen}
            picked={pickedIds.has(row.discrepancy_id)}
            pick={mayHandle ? () => toggle(row.discrepancy_id) : null}
          />
        )}
      />
      {mayHandle && <BulkBar picked={picked} clear={clear} />}
    </Page>
  )
}
