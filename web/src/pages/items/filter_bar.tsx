import { FilterOutlined } from '@ant-design/icons'
import { Badge, Button, Drawer, Flex, Grid, Input, type InputRef, Select, Space } from 'antd'
import { type Ref, useEffect, useState } from 'react'
import type { MerchantView } from '../../../../src/merchants/api.ts'
import { CHANNEL_NAMES } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { countOf, type Filters, isAmount, NUMBER_LEAST } from './filters.ts'

export type FilterBarProps = {
  readonly filters: Filters
  readonly change: (filters: Filters) => void
  readonly merchants: readonly MerchantView[]
  readonly search: Ref<InputRef>
}

/** What narrows the list; on the phone behind a button. */
export function FilterBar({ filters, change, merchants, search }: FilterBarProps) {
  const t = useText()
  const wide = Grid.useBreakpoint().md ?? true
  const [open, setOpen] = useState(false)
  const [number, setNumber] = useState(filters.number ?? '')
  useEffect(() => setNumber(filters.number ?? ''), [filters.number])
  const short = number.trim() !== '' && number.trim().length < NUMBER_LEAST
  const find = (text: string): void => {
    const wanted = text.trim()
    if (wanted === '' || wanted.length >= NUMBER_LEAST) change({ ...filters, number: wanted })
  }
  const fields = <Fields filters={filters} change={change} merchants={merchants} />
  return (
    <Flex gap={8} wrap align="center" className="item-filters">
      <Input.Search
        ref={search}
        allowClear
        value={number}
        status={short ? 'warning' : ''}
        placeholder={t('缴费单、支付或渠道号码', 'Any number')}
        aria-label={t('按任意号码查找', 'Find by any number')}
        title={short ? t(`至少 ${NUMBER_LEAST} 位`, `at least ${NUMBER_LEAST} characters`) : ''}
        onChange={event => {
          setNumber(event.target.value)
          if (event.target.value === '') find('')
        }}
        onSearch={find}
        className="filter-number"
      />
      {wide ? (
        fields
      ) : (
        <>
          <Badge count={countOf(filters)}>
            <Button icon={<FilterOutlined />} onClick={() => setOpen(true)}>
              {t('筛选', 'Filters')}
            </Button>
          </Badge>
          <Drawer open={open} onClose={() => setOpen(false)} size="100%" title={t('筛选', 'Filters')}>
            <Flex vertical gap={16}>
              {fields}
              <Button type="primary" size="large" onClick={() => setOpen(false)}>
                {t('查看结果', 'Show them')}
              </Button>
            </Flex>
          </Drawer>
        </>
      )}
      {countOf(filters) > 0 && (
        <Button type="link" onClick={() => change({ state: filters.state })}>
          {t('清除筛选', 'Clear')}
        </Button>
      )}
    </Flex>
  )
}

function Fields({ filters, change, merchants }: Pick<FilterBarProps, 'filters' | 'change' | 'merchants'>) {
  const t = useText()
  const { from, to } = filters
  return (
    <>
      <Select
        allowClear
        style={{ minWidth: 120 }}
        placeholder={t('渠道', 'Channel')}
        aria-label={t('渠道', 'Channel')}
        value={filters.channel ?? null}
        options={Object.entries(CHANNEL_NAMES).map(([value, name]) => ({ value, label: t(name) }))}
        onChange={channel => change({ ...filters, channel: channel ?? '' })}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        style={{ minWidth: 160 }}
        popupMatchSelectWidth={false}
        placeholder={t('收费单位', 'Merchant')}
        aria-label={t('收费单位', 'Merchant')}
        value={filters.merchant_no ?? null}
        options={merchants.map(({ merchant_no: value, name }) => ({ value, label: name }))}
        onChange={merchant => change({ ...filters, merchant_no: merchant ?? '' })}
      />
      <Space.Compact>
        <Input
          type="date"
          value={from ?? ''}
          max={to}
          aria-label={t('账期从', 'Days from')}
          onChange={event => change({ ...filters, from: event.target.value })}
        />
        <Input
          type="date"
          value={to ?? ''}
          min={from}
          aria-label={t('账期到', 'Days to')}
          onChange={event => change({ ...filters, to: event.target.value })}
        />
      </Space.Compact>
      <Space.Compact>
        <Amount
          label={t('金额从', 'Amount from')}
          hint={t('金额从', 'Amount')}
          value={filters.least}
          change={least => change({ ...filters, least })}
        />
        <Amount
          label={t('金额到', 'Amount to')}
          hint={t('到', 'to')}
          value={filters.most}
          change={most => change({ ...filters, most })}
        />
      </Space.Compact>
    </>
  )
}

/** Takes effect when it is left or Enter is pressed; what is no amount is said so. */
function Amount({
  label,
  hint,
  value,
  change,
}: {
  readonly label: string
  readonly hint: string
  readonly value: string | undefined
  readonly change: (text: string) => void
}) {
  const [text, setText] = useState(value ?? '')
  useEffect(() => setText(value ?? ''), [value])
  const fine = text === '' || isAmount(text)
  const take = (): void => {
    if (fine && text !== (value ?? '')) change(text)
  }
  return (
    <Input
      value={text}
      inputMode="decimal"
      placeholder={hint}
      aria-label={label}
      status={fine ? '' : 'error'}
      style={{ width: 104 }}
      onChange={event => setText(event.target.value.trim())}
      onBlur={take}
      onPressEnter={take}
    />
  )
}
