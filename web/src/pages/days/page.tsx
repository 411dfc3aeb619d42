import { Flex, Input, Segmented, Select, Space, Typography } from 'antd'
import { useSearchParams } from 'react-router'
import type { DayList, DayView } from '../../../../src/reconciliation/days/api.ts'
import { Failed, Loading, Nothing, Page } from '../../pieces/states.tsx'
import { CHANNEL_NAMES } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { BoardCard } from './board_card.tsx'
import './days.css'

/** 对账日: channels × days. */
export default function Days() {
  const t = useText()
  const [params, setParams] = useSearchParams()
  const state = params.get('state') ?? 'open'
  const query = {
    from: params.get('from'),
    to: params.get('to'),
    channel: params.get('channel'),
    state: state === 'all' ? undefined : state,
  }
  const set = (name: string, value: string): void =>
    setParams(
      before => {
        const after = new URLSearchParams(before)
        if (value === '') after.delete(name)
        else after.set(name, value)
        return after
      },
      { replace: true },
    )
  const read = useRead<DayList>('days', '/api/days', query, { every: 60_000 })
  const days = Map.groupBy(read.data?.days ?? [], day => day.business_date)
  return (
    <Page title={t('对账日', 'Days')}>
      <Flex gap={12} wrap align="center" style={{ marginBottom: 16 }}>
        <Segmented
          aria-label={t('哪些对账日', 'Which days')}
          value={state}
          onChange={value => set('state', value === 'open' ? '' : value)}
          options={[
            { value: 'open', label: t('未关账', 'Open') },
            { value: 'closed', label: t('已关账', 'Closed') },
            { value: 'all', label: t('全部', 'All') },
          ]}
        />
        <Select
          allowClear
          style={{ minWidth: 130 }}
          placeholder={t('渠道', 'Channel')}
          aria-label={t('渠道', 'Channel')}
          value={query.channel}
          options={Object.entries(CHANNEL_NAMES).map(([value, name]) => ({ value, label: t(name) }))}
          onChange={channel => set('channel', channel ?? '')}
        />
        <Space.Compact>
          <Input
            type="date"
            value={query.from ?? ''}
            aria-label={t('账期从', 'Days from')}
            onChange={event => set('from', event.target.value)}
          />
          <Input
            type="date"
            value={query.to ?? ''}
            aria-label={t('账期到', 'Days to')}
            onChange={event => set('to', event.target.value)}
          />
        </Space.Compact>
      </Flex>
      {read.error && <Failed error={read.error} again={() => void read.refetch()} />}
      {!read.data && !read.error && <Loading rows={12} />}
      {read.data && days.size === 0 && (
        <Nothing
          what={state === 'open' ? t('没有未关账的对账日', 'No day is open') : t('没有符合条件的对账日', 'No day fits')}
        />
      )}
      {[...days].map(([date, each]) => (
        <OneDate key={date} date={date} days={each} readAt={read.dataUpdatedAt} />
      ))}
    </Page>
  )
}

function OneDate({
  date,
  days,
  readAt,
}: {
  readonly date: string
  readonly days: readonly DayView[]
  readonly readAt: number
}) {
  return (
    <section className="board-day">
      <Typography.Title level={2} style={{ fontSize: 16, margin: '4px 0 10px' }}>
        {date}
      </Typography.Title>
      <div className="board">
        {days.map(day => (
          <BoardCard key={day.day_id} day={day} readAt={readAt} />
        ))}
      </div>
    </section>
  )
}
