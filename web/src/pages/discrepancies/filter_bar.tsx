import { FilterOutlined } from '@ant-design/icons'
import { Button, Flex, Input, type InputRef, Select, Switch } from 'antd'
import { type RefObject, useEffect, useState } from 'react'
import { DateField } from '../../pieces/date_field.tsx'
import { DISCREPANCY_STATES } from '../../pieces/discrepancy_words.ts'
import { ChannelFilter } from '../../pieces/one_of.tsx'
import { useText } from '../../shell/text.ts'
import type { Filters } from './filters.ts'

export type SearchField = Pick<InputRef, 'focus'>

/** Filters of the list, all of them in the address. */
export function FilterBar({
  filters,
  change,
  search,
  causeName,
}: {
  readonly filters: Filters
  readonly change: (changes: Partial<Record<keyof Filters, string | undefined>>) => void
  readonly search: RefObject<SearchField | null>
  readonly causeName: (code: string) => string
}) {
  const t = useText()
  const [number, setNumber] = useState(filters.number)
  const [open, setOpen] = useState(filters.from !== '' || filters.account !== '')
  useEffect(() => setNumber(filters.number), [filters.number])
  return (
    <div className="filters">
      <Input.Search
        ref={search as RefObject<InputRef>}
        className="case-search"
        aria-label={t('按任一号码查找', 'Search by any number')}
        placeholder={t('缴费单、支付、退款或渠道号码', 'Order, payment, refund or channel number')}
        allowClear
        value={number}
        maxLength={64}
        onChange={event => setNumber(event.target.value)}
        onSearch={text => change({ number: text.trim() })}
        onKeyDown={event => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      <Select
        aria-label={t('状态', 'State')}
        value={filters.state || 'open'}
        popupMatchSelectWidth={false}
        onChange={state => change({ state: state === 'open' ? '' : state })}
        options={[
          ...Object.entries(DISCREPANCY_STATES).map(([value, words]) => ({ value, label: t(words) })),
          { value: 'any', label: t('全部状态', 'All states') },
        ]}
      />
      <Select
        aria-label={t('处理人', 'Whose')}
        value={filters.owner}
        popupMatchSelectWidth={false}
        onChange={owner => change({ owner })}
        options={[
          { value: '', label: t('所有人', 'Everybody’s') },
          { value: 'mine', label: t('我的', 'Mine') },
          { value: 'nobody', label: t('未受理', 'Nobody’s') },
        ]}
      />
      <ChannelFilter value={filters.channel} change={channel => change({ channel })} />
      <Flex align="center" gap={6} component="label">
        <Switch checked={filters.overdue === 'true'} onChange={on => change({ overdue: on ? 'true' : '' })} />
        {t('只看超时', 'Overdue only')}
      </Flex>
      <Button icon={<FilterOutlined />} aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('更多', 'More')}
      </Button>
      {filters.cause !== '' && (
        <Button onClick={() => change({ cause: '' })}>
          {t(`原因：${causeName(filters.cause)}`, `Cause: ${causeName(filters.cause)}`)} ×
        </Button>
      )}
      {open && (
        <>
          <DateField label={t('账期从', 'Business day from')} value={filters.from} change={from => change({ from })} />
          <DateField label={t('账期到', 'Business day to')} value={filters.to} change={to => change({ to })} />
          <Input
            className="case-account"
            aria-label={t('渠道账户', 'Account')}
            placeholder={t('渠道账户', 'Account')}
            defaultValue={filters.account}
            onBlur={event => change({ account: event.target.value.trim() })}
            onPressEnter={event => change({ account: event.currentTarget.value.trim() })}
          />
          <Select
            aria-label={t('次序', 'Order')}
            value={filters.order || 'due'}
            popupMatchSelectWidth={false}
            onChange={order => change({ order: order === 'due' ? '' : order })}
            options={[
              { value: 'due', label: t('最急在前', 'Most urgent first') },
              { value: 'newest', label: t('最新在前', 'Newest first') },
            ]}
          />
        </>
      )}
    </div>
  )
}
