import { Segmented, Statistic } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { formatMinor } from '../../../../src/kernel/money.ts'
import type { DayList, DayView } from '../../../../src/reconciliation/days/api.ts'
import { Failed, Loading, Page } from '../../pieces/states.tsx'
import { grouped, localOf } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { openDiscrepancies, percent } from '../days/day.ts'
import '../days/days.css'
import { Rates, Volumes } from './charts.tsx'
import './dashboard.css'
import { ratesOf, transitOf } from './figures.ts'
import { Discrepancies, Latency } from './lists.tsx'

const SPANS = ['7', '30', '90'] as const
const DAY_MS = 86_400_000

/** 看板: how reconciliation goes, in figures that lead to their rows. */
export default function Dashboard() {
  const t = useText()
  const { may } = useSession()
  const [params, setParams] = useSearchParams()
  const span = SPANS.find(each => each === params.get('span')) ?? '30'
  // The newest day there is may be ahead of this browser's clock: only where the span begins depends on it.
  const from = localOf(new Date(Date.now() - Number(span) * DAY_MS)).day
  const read = useRead<DayList>('days', '/api/days', { from }, { every: 60_000 })
  return (
    <Page
      title={t('看板', 'Dashboard')}
      extra={
        <Segmented
          aria-label={t('时间范围', 'Span')}
          value={span}
          onChange={value => setParams(value === '30' ? {} : { span: value }, { replace: true })}
          options={[
            { value: '7', label: t('近 7 天', '7 days') },
            { value: '30', label: t('近 30 天', '30 days') },
            { value: '90', label: t('近 90 天', '90 days') },
          ]}
        />
      }
    >
      {read.error && <Failed error={read.error} again={() => void read.refetch()} />}
      {!read.data && !read.error && <Loading rows={14} />}
      {read.data && (
        <>
          <Heads days={read.data.days} />
          <div className="day-two">
            <Rates days={read.data.days} />
            <Volumes days={read.data.days} />
          </div>
          {may('discrepancy.read') && <Discrepancies from={from} />}
          {may('payment.read') && <Latency />}
        </>
      )}
    </Page>
  )
}

function Heads({ days }: { readonly days: readonly DayView[] }) {
  const t = useText()
  const rates = ratesOf(days)
  const matched = rates.reduce((sum, rate) => sum + rate.matched, 0)
  const rows = rates.reduce((sum, rate) => sum + rate.rows, 0)
  const open = days.filter(day => day.state !== 'closed')
  const held = open.filter(day => day.blocked !== '')
  const transit = transitOf(open)
  const figures: readonly { name: string; value: string; to: string; wrong?: boolean }[] = [
    {
      name: t('匹配率', 'Matched'),
      value: percent(rows === 0 ? null : Math.floor((matched * 1000) / rows)),
      to: '/items?state=waiting',
    },
    {
      name: t('在途资金', 'In transit'),
      value: transit.map(({ currency, minor }) => grouped(formatMinor(minor, currency))).join(' / ') || '0.00',
      to: '/items?state=in_transit',
    },
    {
      name: t('未处理差错', 'Open discrepancies'),
      value: grouped(String(days.reduce((sum, day) => sum + openDiscrepancies(day), 0))),
      to: '/discrepancies?state=open',
    },
    { name: t('未关账', 'Open days'), value: String(open.length), to: '/days' },
    { name: t('不能关账', 'Held up'), value: String(held.length), to: '/days', wrong: held.length > 0 },
  ]
  return (
    <div className="heads">
      {figures.map(({ name, value, to, wrong }) => (
        <Link key={name} to={to} className={`head-figure${wrong ? ' head-wrong' : ''}`}>
          <Statistic title={name} value={value} formatter={text => text} />
        </Link>
      ))}
    </div>
  )
}
