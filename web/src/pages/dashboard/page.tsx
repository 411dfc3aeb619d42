import { Segmented, Statistic, Table } from 'antd'
import { lazy, type ReactNode, Suspense } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import type { FiguresView, TotalsView } from '../../../../src/discrepancies/api.ts'
import { formatMinor } from '../../../../src/kernel/money.ts'
import type { LatencyView } from '../../../../src/orders/api.ts'
import type { DayList, DayView } from '../../../../src/reconciliation/days/api.ts'
import { Failed, Loading, Page } from '../../pieces/states.tsx'
import { CHANNEL_NAMES, ChannelName, grouped, localOf } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { openDiscrepancies, percent } from '../days/day.ts'
import { causeWords, kindWords } from '../items/looks.ts'
import { Bars } from './bars.tsx'
import '../days/days.css'
import './dashboard.css'
import { agesOf, causesOf, duration, kindsOf, latencyOf, ratesOf, transitOf, volumeOf } from './figures.ts'

const Chart = lazy(() => import('../../pieces/chart.tsx'))
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

function Panel({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="day-panel">
      <h2>{title}</h2>
      {children}
    </section>
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

function Rates({ days }: { readonly days: readonly DayView[] }) {
  const t = useText()
  const navigate = useNavigate()
  const rates = ratesOf(days)
  const shareOf = ({ matched, rows }: (typeof rates)[number]) =>
    rows === 0 ? null : Math.floor((matched * 1000) / rows)
  return (
    <Panel title={t('每日匹配率', 'Matched, by day')}>
      <Suspense fallback={<Loading rows={5} />}>
        <Chart
          height={240}
          label={t('每日匹配率折线图，数字见下表', 'Share of rows matched by day; figures below')}
          chosen={index => void navigate(`/days?state=all&from=${rates[index]?.day}&to=${rates[index]?.day}`)}
          option={palette => ({
            grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
            xAxis: {
              type: 'category',
              data: rates.map(({ day }) => day.slice(5)),
              axisLabel: { color: palette.text },
              axisLine: { lineStyle: { color: palette.line } },
            },
            yAxis: {
              type: 'value',
              max: 100,
              axisLabel: { color: palette.text, formatter: '{value}%' },
              splitLine: { lineStyle: { color: palette.line } },
            },
            tooltip: { renderMode: 'richText', trigger: 'axis' },
            series: [
              {
                type: 'line',
                symbolSize: 8,
                name: t('匹配率', 'Matched'),
                data: rates.map(rate => (shareOf(rate) ?? 0) / 10),
              },
            ],
          })}
        />
      </Suspense>
      <details>
        <summary>{t('以表格查看', 'As a table')}</summary>
        <Table
          size="small"
          pagination={{ pageSize: 10, hideOnSinglePage: true }}
          rowKey="day"
          dataSource={rates.toReversed()}
          columns={[
            {
              title: t('账期', 'Day'),
              render: (_, { day }) => <Link to={`/days?state=all&from=${day}&to=${day}`}>{day}</Link>,
            },
            { title: t('笔数', 'Rows'), align: 'end', render: (_, { rows }) => grouped(String(rows)) },
            { title: t('匹配率', 'Matched'), align: 'end', render: (_, rate) => percent(shareOf(rate)) },
          ]}
        />
      </details>
    </Panel>
  )
}

function Volumes({ days }: { readonly days: readonly DayView[] }) {
  const t = useText()
  const navigate = useNavigate()
  const { days: dates, series } = volumeOf(days)
  const nameOf = (channel: string): string => t(CHANNEL_NAMES[channel] ?? { zh: channel, en: channel })
  return (
    <Panel title={t('每日各渠道笔数', 'Rows by day and channel')}>
      <Suspense fallback={<Loading rows={5} />}>
        <Chart
          height={240}
          label={t('每日各渠道笔数柱状图，数字见下表', 'Rows by day and channel; figures below')}
          chosen={(index, which) =>
            void navigate(`/items?channel=${series[which]?.channel}&from=${dates[index]}&to=${dates[index]}`)
          }
          option={palette => ({
            grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
            legend: { top: 0, textStyle: { color: palette.text } },
            xAxis: {
              type: 'category',
              data: dates.map(day => day.slice(5)),
              axisLabel: { color: palette.text },
              axisLine: { lineStyle: { color: palette.line } },
            },
            yAxis: {
              type: 'value',
              minInterval: 1,
              axisLabel: { color: palette.text },
              splitLine: { lineStyle: { color: palette.line } },
            },
            tooltip: { renderMode: 'richText', trigger: 'axis' },
            series: series.map(({ channel, rows }) => ({
              ...{ type: 'bar', stack: 'rows', barMaxWidth: 36, cursor: 'pointer' },
              ...{ name: nameOf(channel), data: rows },
            })),
          })}
        />
      </Suspense>
      <details>
        <summary>{t('以表格查看', 'As a table')}</summary>
        <Table
          size="small"
          pagination={{ pageSize: 10, hideOnSinglePage: true }}
          rowKey={date => date}
          dataSource={dates.toReversed()}
          columns={[
            { title: t('账期', 'Day'), render: (_, date) => date },
            ...series.map(({ channel, rows }) => ({
              title: nameOf(channel),
              align: 'end' as const,
              render: (_: unknown, date: string) => grouped(String(rows[dates.indexOf(date)] ?? 0)),
            })),
          ]}
        />
      </details>
    </Panel>
  )
}

const AGE_WORDS: Readonly<Record<string, { readonly zh: string; readonly en: string; readonly days: number }>> = {
  today: { zh: '不到一天', en: 'less than a day', days: 0 },
  days_1_3: { zh: '一至三天', en: 'one to three days', days: 1 },
  days_4_7: { zh: '四至七天', en: 'four to seven days', days: 4 },
  older: { zh: '七天以上', en: 'more than seven days', days: 8 },
}

function Discrepancies({ from }: { readonly from: string }) {
  const t = useText()
  const totals = useRead<TotalsView>('discrepancies', '/api/discrepancy-totals', { state: 'open', from })
  const figures = useRead<FiguresView>('discrepancies', '/api/discrepancy-figures', {
    ...{ state: 'open', from, kind: WORKED_ON },
  })
  const none = t('没有未处理的差错', 'No discrepancy is open')
  const list = (more: Readonly<Record<string, string>>): string =>
    `/discrepancies?${new URLSearchParams({ state: 'open', from, ...more })}`
  const error = totals.error ?? figures.error
  if (error) return <Failed error={error} again={() => void figures.refetch()} />
  return (
    <div className="day-three">
      <Panel title={t('未处理差错：按类型', 'Open discrepancies by kind')}>
        <Bars
          rows={kindsOf(totals.data?.totals ?? [])}
          nameOf={kind => t(kindWords(kind))}
          linkOf={kind => list({ kind })}
          empty={none}
        />
      </Panel>
      <Panel title={t('按可能原因', 'By likely cause')}>
        <Bars
          rows={causesOf(figures.data?.figures ?? []).slice(0, 8)}
          nameOf={cause => t(causeWords(cause))}
          linkOf={cause => list({ cause })}
          empty={none}
        />
      </Panel>
      <Panel title={t('按账龄', 'By age')}>
        <Bars
          rows={agesOf(figures.data?.figures ?? [])}
          nameOf={age => t(AGE_WORDS[age] ?? { zh: age, en: age })}
          linkOf={age => list({ older_than_days: String(AGE_WORDS[age]?.days ?? 0) })}
          empty={none}
        />
      </Panel>
    </div>
  )
}

/** What a person works on: all but what waits for a neighbouring day. */
const WORKED_ON =
  'channel_only,platform_only,amount_mismatch,status_mismatch,duplicate_payment,duplicate_line,fee_mismatch,currency_mismatch,ambiguous,unresolved,waived,rejected_line'

function Latency() {
  const t = useText()
  const read = useRead<LatencyView>('payments', '/api/payment-latency', { days: 7 }, { every: 60_000 })
  return (
    <Panel title={t('渠道时延（近 7 天：支付成功到入账）', 'Channel latency (7 days: from success to our book)')}>
      {read.error && <Failed error={read.error} again={() => void read.refetch()} />}
      {read.data && (
        <Table
          size="small"
          pagination={false}
          rowKey="channel"
          dataSource={latencyOf(read.data.latency)}
          locale={{ emptyText: t('近 7 天没有缴费', 'Nothing was paid in 7 days') }}
          columns={[
            {
              title: t('渠道', 'Channel'),
              render: (_, { channel }) => (
                <Link to={`/records?channel=${channel}`}>
                  <ChannelName channel={channel} />
                </Link>
              ),
            },
            { title: t('笔数', 'Payments'), align: 'end', render: (_, { payments }) => grouped(String(payments)) },
            { title: t('中位数', 'Median'), align: 'end', render: (_, { median }) => t(duration(median)) },
            {
              title: t('最差一天的 95 分位', 'Worst day, 95th percentile'),
              align: 'end',
              render: (_, { p95 }) => t(duration(p95)),
            },
          ]}
        />
      )}
    </Panel>
  )
}
