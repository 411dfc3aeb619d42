import { Flex } from 'antd'
import { useNavigate } from 'react-router'
import type { SettlementList, SettlementView } from '../../../../src/reconciliation/funds/api.ts'
import { DateField } from '../../pieces/date_field.tsx'
import { useListKeys } from '../../pieces/list_keys.ts'
import { ChannelFilter, OneOf } from '../../pieces/one_of.tsx'
import { PagedRows } from '../../pieces/paged.tsx'
import { RowLink } from '../../pieces/row_link.tsx'
import { SETTLEMENT_STATES } from '../../pieces/settlement_words.ts'
import { State } from '../../pieces/states.tsx'
import { ChannelName, Money } from '../../pieces/values.tsx'
import { usePages } from '../../shell/paging.ts'
import { useText } from '../../shell/text.ts'

type Filters = Readonly<Record<'view' | 'state' | 'channel' | 'from' | 'to', string>>
const rowsOf = (answer: SettlementList): readonly SettlementView[] => answer.settlements

export function SettlementRows({
  filters,
  change,
  opened,
  query,
}: {
  readonly filters: Filters
  readonly change: (changes: Partial<Filters>) => void
  readonly opened: string | undefined
  readonly query: string
}) {
  const t = useText()
  const navigate = useNavigate()
  const { view, ...asked } = filters
  const list = usePages<SettlementList, SettlementView>(
    'settlements',
    '/api/settlements',
    { ...asked, open: view === 'all' ? undefined : true },
    rowsOf,
  )
  const addressOf = (row: SettlementView | undefined): string => `/settlements/${row?.settlement_id}${query}`
  const at = useListKeys({ count: list.rows.length, open: index => void navigate(addressOf(list.rows[index])) })
  return (
    <>
      <Flex gap={8} wrap className="filters">
        <OneOf
          label={t('状态', 'State')}
          all={t('全部状态', 'All states')}
          names={SETTLEMENT_STATES}
          value={filters.state}
          change={state => change({ state })}
        />
        <ChannelFilter value={filters.channel} change={channel => change({ channel })} />
        <DateField label={t('账期从', 'Business day from')} value={filters.from} change={from => change({ from })} />
      </Flex>
      <PagedRows
        list={list}
        empty={
          view === 'all'
            ? t('没有符合条件的三方对账', 'Nothing fits these filters')
            : t('没有需要处理的三方对账', 'No settlement needs anybody')
        }
        keyOf={row => row.settlement_id}
        height={86}
        viewport="calc(100dvh - 280px)"
        label={t('三方对账', 'Settlements')}
        at={at}
        render={(row, index) => (
          <RowLink to={addressOf(row)} opened={String(row.settlement_id) === opened} chosen={index === at.chosen}>
            <div className="row-line">
              <strong>
                <ChannelName channel={row.channel} /> {row.account}
              </strong>
              <State of={row.state} looks={SETTLEMENT_STATES} />
            </div>
            <div className="row-line">
              <span>{row.business_date}</span>
              <Money amount={row.funds?.net ?? row.trade.net} currency={row.currency} />
            </div>
            <div className="row-line quiet">
              <span>
                {row.differences.length === 0
                  ? t('没有差异', 'No differences')
                  : row.differences
                      .filter(({ explained }) => !explained || row.differences.length === 1)
                      .map(each => t(each.message_zh, each.message_en))
                      .join(t('；', '; '))}
              </span>
            </div>
          </RowLink>
        )}
      />
    </>
  )
}
