import { Table } from 'antd'
import { lazy, Suspense } from 'react'
import { Link, useNavigate } from 'react-router'
import type { DayView } from '../../../../src/reconciliation/days/api.ts'
import { Loading } from '../../pieces/states.tsx'
import { CHANNEL_NAMES, grouped } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { percent } from '../days/day.ts'
import { ratesOf, volumeOf } from './figures.ts'
import { Panel } from './panel.tsx'

const Chart = lazy(() => import('../../pieces/chart.tsx'))

export function Rates({ days }: { readonly days: readonly DayView[] }) {
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
                // A day without rows has no share: the line has a gap there.
                data: rates.map(shareOf).map(share => (share === null ? null : share / 10)),
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

export function Volumes({ days }: { readonly days: readonly DayView[] }) {
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
            legend: {
              ...{ top: 0, type: 'scroll', textStyle: { color: palette.text } },
              ...{ pageIconColor: palette.text, pageTextStyle: { color: palette.text } },
            },
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
