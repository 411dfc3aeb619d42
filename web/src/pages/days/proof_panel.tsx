import { Alert, Table, Typography } from 'antd'
import { lazy, Suspense } from 'react'
import { Link, useNavigate } from 'react-router'
import { formatMinor } from '../../../../src/kernel/money.ts'
import type { DayView } from '../../../../src/reconciliation/days/api.ts'
import { Loading } from '../../pieces/states.tsx'
import { grouped, Money } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { type Bar, rowsOfStep, waterfall } from './day.ts'

const Chart = lazy(() => import('../../pieces/chart.tsx'))

type CurrencyProof = NonNullable<DayView['proof']>['currencies'][number]
type Line = {
  readonly key: string
  readonly name: string
  readonly rows: number | null
  readonly amount: string
  readonly signed: boolean
}

/** From our total to theirs, as a picture and as the table it is drawn from. */
export function ProofPanel({ day }: { readonly day: DayView }) {
  const t = useText()
  const { proof } = day
  return (
    <section className="day-panel">
      <h2>{t('资金平衡表', 'Balance proof')}</h2>
      {proof === null ? (
        <Typography.Text type="secondary">
          {t('对账后生成；仅限可看全部收费单位的人员', 'Made by a run, and shown to whoever sees all merchants')}
        </Typography.Text>
      ) : (
        <>
          <Alert
            type={proof.ok ? 'success' : day.state === 'waiting' ? 'info' : 'error'}
            showIcon
            style={{ marginBottom: 12 }}
            title={
              proof.ok
                ? t(
                    '平账：平台合计加各项差异等于渠道合计，分毫不差',
                    'It holds: our total and what is named make theirs, to the last fen',
                  )
                : day.state === 'waiting'
                  ? t('对账单未到：到后才能平账', 'The statement has not come: nothing can hold before')
                  : t(
                      '不平：有差额没有归属，不能关账',
                      'It does not hold: a rest belongs to nothing, and the day cannot close',
                    )
            }
          />
          {proof.currencies.map(each => (
            <OneCurrency key={each.currency} day={day} proof={each} />
          ))}
        </>
      )}
    </section>
  )
}

function OneCurrency({ day, proof }: { readonly day: DayView; readonly proof: CurrencyProof }) {
  const t = useText()
  const navigate = useNavigate()
  const { currency } = proof
  const lines: Line[] = [
    { key: 'ours', name: t('平台合计', 'Ours'), rows: null, amount: proof.ours, signed: false },
    ...proof.steps.map(step => ({ key: step.step, name: t(step), rows: step.rows, amount: step.amount, signed: true })),
    ...(/[1-9]/.test(proof.rest)
      ? [
          {
            key: 'rest',
            name:
              day.state === 'waiting' ? t('对账单未到', 'Statement awaited') : t('无归属差额', 'Rest without a place'),
            rows: null,
            amount: proof.rest,
            signed: true,
          },
        ]
      : []),
    { key: 'theirs', name: t('渠道合计', 'Theirs'), rows: null, amount: proof.theirs, signed: false },
  ]
  const bars = waterfall(proof)
  const nameOf = (key: string): string => lines.find(line => line.key === key)?.name ?? key
  const open = (key: string): void => {
    const rows = rowsOfStep(key, day)
    if (rows !== null) void navigate(rows)
  }
  return (
    <div className="proof">
      <Suspense fallback={<Loading rows={6} />}>
        <Chart
          height={320}
          label={t(
            `平台合计 ${proof.ours} 到渠道合计 ${proof.theirs} 的瀑布图`,
            `A waterfall from our total ${proof.ours} to theirs ${proof.theirs}`,
          )}
          chosen={index => open(bars[index]?.key ?? '')}
          option={palette =>
            optionOf(bars, nameOf, currency, day.state === 'waiting' ? { ...palette, wrong: palette.quiet } : palette)
          }
        />
      </Suspense>
      <Table<Line>
        className="proof-table"
        size="small"
        pagination={false}
        dataSource={lines}
        columns={[
          {
            title: currency === 'CNY' ? t('项目', 'Step') : currency,
            render: (_, { key, name }) => {
              const rows = rowsOfStep(key, day)
              return rows === null ? name : <Link to={rows}>{name}</Link>
            },
          },
          { title: t('笔数', 'Rows'), render: (_, { rows }) => (rows === null ? '' : grouped(String(rows))) },
          {
            title: t('金额', 'Amount'),
            render: (_, { amount, signed }) => <Money amount={amount} currency={currency} signed={signed} />,
          },
        ]}
      />
    </div>
  )
}

/** Where a bar stands is drawn, so its scale may be a float; what is told is the exact text. */
function optionOf(
  bars: readonly Bar[],
  nameOf: (key: string) => string,
  currency: string,
  palette: import('../../pieces/chart.tsx').Palette,
): Record<string, unknown> {
  const colours = { total: palette.accent, up: palette.right, down: palette.warn, rest: palette.wrong }
  const low = (bar: Bar): bigint => (bar.from < bar.to ? bar.from : bar.to)
  const size = (bar: Bar): bigint => (bar.from < bar.to ? bar.to - bar.from : bar.from - bar.to)
  // Small steps between two large totals are seen only when the axis does not begin at zero.
  const changes = bars.filter(bar => bar.kind !== 'total')
  const steady = changes.flatMap(bar => [bar.from, bar.to])
  const lowest = steady.length === 0 ? 0n : steady.reduce((a, b) => (a < b ? a : b))
  const span = steady.length === 0 ? 0n : steady.reduce((a, b) => (a > b ? a : b)) - lowest
  // Down to a round amount: the axis is read, too.
  const round = 10n ** BigInt(Math.max(0, span.toString().length - 1))
  const floor = lowest - span > 0n ? ((lowest - span) / round) * round : 0n
  return {
    grid: { left: 8, right: 8, top: 24, bottom: 8, containLabel: true },
    xAxis: {
      type: 'category',
      data: bars.map(bar => nameOf(bar.key)),
      axisLabel: { interval: 0, color: palette.text, width: 84, overflow: 'break' },
      axisLine: { lineStyle: { color: palette.line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value',
      min: Number(floor) / 100,
      axisLabel: { color: palette.text },
      splitLine: { lineStyle: { color: palette.line } },
    },
    tooltip: {
      renderMode: 'richText',
      trigger: 'item',
      formatter: ({ dataIndex }: { dataIndex: number }) => {
        const bar = bars[dataIndex] as Bar
        const amount = formatMinor(bar.kind === 'total' ? bar.to : bar.to - bar.from, currency)
        return `${nameOf(bar.key)}\n${grouped(amount)}`
      },
    },
    series: [
      {
        type: 'bar',
        stack: 'all',
        silent: true,
        itemStyle: { color: 'transparent' },
        data: bars.map(bar => Number(low(bar)) / 100),
      },
      {
        type: 'bar',
        stack: 'all',
        barMaxWidth: 56,
        barMinHeight: 2,
        cursor: 'pointer',
        data: bars.map(bar => ({ value: Number(size(bar)) / 100, itemStyle: { color: colours[bar.kind] } })),
        label: {
          show: true,
          position: 'top',
          color: palette.text,
          formatter: ({ dataIndex }: { dataIndex: number }) => {
            const bar = bars[dataIndex] as Bar
            return `${bar.kind === 'up' ? '+' : ''}${grouped(formatMinor(bar.kind === 'total' ? bar.to : bar.to - bar.from, currency))}`
          },
        },
      },
    ],
  }
}
