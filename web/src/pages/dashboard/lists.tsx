import { Table } from 'antd'
import { Link } from 'react-router'
import type { FiguresView, TotalsView } from '../../../../src/discrepancies/api.ts'
import type { LatencyView } from '../../../../src/orders/api.ts'
import { Failed } from '../../pieces/states.tsx'
import { ChannelName, grouped } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { causeWords, kindWords } from '../items/looks.ts'
import { Bars } from './bars.tsx'
import { agesOf, causesOf, duration, kindsOf, latencyOf } from './figures.ts'
import { Panel } from './panel.tsx'

const AGE_WORDS: Readonly<Record<string, { readonly zh: string; readonly en: string; readonly days: number }>> = {
  today: { zh: '不到一天', en: 'less than a day', days: 0 },
  days_1_3: { zh: '一至三天', en: 'one to three days', days: 1 },
  days_4_7: { zh: '四至七天', en: 'four to seven days', days: 4 },
  older: { zh: '七天以上', en: 'more than seven days', days: 8 },
}

export function Discrepancies({ from }: { readonly from: string }) {
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

export function Latency() {
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
