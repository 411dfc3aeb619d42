import { EyeOutlined } from '@ant-design/icons'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { RecordList } from '../../../../src/orders/api.ts'
import { DateField } from '../../pieces/date_field.tsx'
import { ChannelFilter, OneOf } from '../../pieces/one_of.tsx'
import { PagedRows } from '../../pieces/paged.tsx'
import { PAYMENT_STATES, RECONCILED } from '../../pieces/payment_words.ts'
import { State } from '../../pieces/states.tsx'
import { ChannelName, Money, Num, When } from '../../pieces/values.tsx'
import { useFilters } from '../../shell/address.ts'
import { usePages } from '../../shell/paging.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Reveal } from './reveal.tsx'

type RecordOf = RecordList['records'][number]
const rowsOf = (answer: RecordList): readonly RecordOf[] => answer.records
/** A day of the address as the moments between which it lies, in Beijing. */
const beginOf = (day: string): string | undefined => (day === '' ? undefined : `${day}T00:00:00+08:00`)
const endOf = (day: string): string | undefined => (day === '' ? undefined : `${day}T23:59:59.999+08:00`)

export function Records() {
  const t = useText()
  const { may } = useSession()
  const [filters, change] = useFilters(['account_no', 'order_no', 'channel', 'state', 'from', 'to'])
  const [revealing, setRevealing] = useState<RecordOf | null>(null)
  const { from, to, ...rest } = filters
  const list = usePages<RecordList, RecordOf>(
    'payments',
    '/api/records',
    { ...rest, from: beginOf(from), to: endOf(to) },
    rowsOf,
  )
  const opens = may('refund.read', 'order.read')
  return (
    <>
      <div className="filters">
        <Input.Search
          className="record-search"
          aria-label={t('户号', 'Account number')}
          placeholder={t('户号 / 学号', 'Account number')}
          allowClear
          defaultValue={filters.account_no}
          onSearch={text => change({ account_no: text.trim() })}
        />
        <Input.Search
          className="record-search"
          aria-label={t('缴费单号', 'Order number')}
          placeholder={t('缴费单号', 'Order number')}
          allowClear
          defaultValue={filters.order_no}
          onSearch={text => change({ order_no: text.trim() })}
        />
        <ChannelFilter value={filters.channel} change={channel => change({ channel })} />
        <OneOf
          label={t('状态', 'State')}
          all={t('全部状态', 'All states')}
          names={PAYMENT_STATES}
          value={filters.state}
          change={state => change({ state })}
        />
        <DateField label={t('缴费日从', 'Paid from')} value={from} change={from => change({ from })} />
        <DateField label={t('缴费日到', 'Paid to')} value={to} change={to => change({ to })} />
      </div>
      <PagedRows
        list={list}
        empty={t('没有符合条件的缴费记录', 'Nothing fits these filters')}
        keyOf={row => row.payment_no}
        height={64}
        viewport="calc(100dvh - 290px)"
        label={t('缴费记录', 'Payment records')}
        render={row => (
          <div className="record-row">
            <span className="record-what">
              {opens ? <Link to={`/refunds?number=${row.payment_no}`}>{row.title || row.order_no}</Link> : row.title}
              <span className="quiet">
                <Num>{row.order_no}</Num>
              </span>
            </span>
            <span className="record-who">
              <span>{row.merchant_name}</span>
              <span className="quiet">
                <Num>{row.account_no}</Num>
                {may('field.reveal') && (
                  <Button
                    type="text"
                    size="small"
                    icon={<EyeOutlined />}
                    aria-label={`${t('查看被遮蔽的内容', 'Look at what is masked')} ${row.order_no}`}
                    onClick={() => setRevealing(row)}
                  />
                )}
              </span>
            </span>
            <span className="record-when">
              <When at={row.paid_at ?? row.created_at} />
              <span className="quiet">
                <ChannelName channel={row.channel} />
              </span>
            </span>
            <span className="number record-amount">
              <Money amount={row.received ?? row.amount} currency={row.currency} />
              {row.refund_flag !== 'none' && (
                <span className="quiet">
                  {t('已退', 'refunded')} <Money amount={row.refunded} currency={row.currency} />
                </span>
              )}
            </span>
            <span className="record-state">
              <State of={row.state} looks={PAYMENT_STATES} />
              {row.state === 'success' && <State of={String(row.reconciled)} looks={RECONCILED} />}
            </span>
          </div>
        )}
      />
      {revealing && <Reveal orderNo={revealing.order_no} close={() => setRevealing(null)} />}
    </>
  )
}
