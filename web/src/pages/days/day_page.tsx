import { Alert, Breadcrumb, Descriptions, Table, Tag, Typography } from 'antd'
import { Link, useParams } from 'react-router'
import type { DayView } from '../../../../src/reconciliation/days/api.ts'
import { Failed, Loading, Page, State } from '../../pieces/states.tsx'
import { CHANNEL_NAMES, grouped, Money, When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { ITEM_LOOKS, kindWords } from '../items/looks.ts'
import { Countdown } from './countdown.tsx'
import { percent, sharesOf } from './day.ts'
import { DayActions } from './day_actions.tsx'
import './days.css'
import { DAY_LOOKS } from './looks.ts'
import { ProofPanel } from './proof_panel.tsx'
import { StatementsPanel } from './statements_panel.tsx'

/** One account's day: how it stands, what proves it, and what may be done. */
export default function Day() {
  const t = useText()
  const { dayId = '' } = useParams()
  const { may } = useSession()
  const read = useRead<DayView>('days', `/api/days/${encodeURIComponent(dayId)}`, undefined, {
    keep: false,
    every: 60_000,
  })
  if (read.error) return <Failed error={read.error} again={() => void read.refetch()} />
  if (!read.data) return <Loading rows={14} />
  const day = read.data
  const channel = t(CHANNEL_NAMES[day.channel] ?? { zh: day.channel, en: day.channel })
  return (
    <>
      <Breadcrumb
        className="day-way"
        items={[{ title: <Link to="/days">{t('对账日', 'Days')}</Link> }, { title: day.business_date }]}
      />
      <Page
        title={
          <>
            {channel} {day.account} · <span className="whole">{day.business_date}</span>{' '}
            <State of={day.state} looks={DAY_LOOKS} />
          </>
        }
        extra={<DayActions day={day} />}
      >
        <div className="day-page">
          {day.blocked_why && day.state !== 'closed' && (
            <Alert type="error" showIcon title={t('不能关账', 'It cannot close')} description={t(day.blocked_why)} />
          )}
          <Standing day={day} readAt={read.dataUpdatedAt} />
          <ProofPanel day={day} />
          <div className="day-two">
            <Totals day={day} />
            <Discrepancies day={day} />
          </div>
          {may('statement.read') && <StatementsPanel day={day} />}
          <Settlements day={day} />
        </div>
      </Page>
    </>
  )
}

function Standing({ day, readAt }: { readonly day: DayView; readonly readAt: number }) {
  const t = useText()
  const check = day.self_check
  return (
    <section className="day-panel">
      <h2>{t('状态', 'How it stands')}</h2>
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2, xl: 4 }}
        items={[
          { key: 'close', label: t('关账', 'Close'), children: <Countdown day={day} readAt={readAt} /> },
          { key: 'deadline', label: t('时限', 'Deadline'), children: <When at={day.closes_at} whole /> },
          { key: 'rate', label: t('匹配率', 'Matched'), children: percent(sharesOf(day.totals).perMille) },
          {
            key: 'run',
            label: t('对账批次', 'Run'),
            children:
              day.run === 0
                ? t('尚未对账', 'none yet')
                : t(
                    `第 ${day.run} 次，规则第 ${day.rules ?? '—'} 版`,
                    `number ${day.run}, by rules version ${day.rules ?? '—'}`,
                  ),
          },
          {
            key: 'check',
            label: t('自检', 'Self-check'),
            children: check ? (
              <>
                <Tag color={check.ok ? 'success' : 'error'}>
                  {check.ok ? t('通过', 'passed') : t('有分歧', 'failed')}
                </Tag>
                {t(`抽样 ${check.sampled} 笔`, `${check.sampled} sampled`)} <When at={check.at} />
              </>
            ) : (
              t('关账时进行', 'made by the close')
            ),
          },
          {
            key: 'closed',
            label: t('关账人', 'Closed by'),
            children: day.closed_by === '' ? '—' : day.closed_by,
          },
        ]}
      />
      {check && check.disagreements.length > 0 && (
        <Typography.Paragraph type="danger">{check.disagreements.join(', ')}</Typography.Paragraph>
      )}
    </section>
  )
}

const linkOf = (day: DayView, more: Readonly<Record<string, string>> = {}): string =>
  new URLSearchParams({
    ...more,
    channel: day.channel,
    account: day.account,
    from: day.business_date,
    to: day.business_date,
  }).toString()

function Totals({ day }: { readonly day: DayView }) {
  const t = useText()
  return (
    <section className="day-panel">
      <h2>{t('按状态汇总', 'Sums by state')}</h2>
      <Table
        size="small"
        pagination={false}
        rowKey={row => `${row.state} ${row.kind} ${row.currency}`}
        dataSource={day.totals}
        locale={{ emptyText: t('还没有缴费', 'Nothing was paid yet') }}
        columns={[
          {
            title: t('状态', 'State'),
            render: (_, { state, kind }) => (
              <Link to={`/items?${linkOf(day, { state })}`}>
                {t(ITEM_LOOKS[state] ?? { zh: state, en: state })}
                {kind === 'refund' && t('（退款）', ' (refunds)')}
              </Link>
            ),
          },
          { title: t('笔数', 'Rows'), align: 'end', render: (_, { rows }) => grouped(String(rows)) },
          {
            title: t('金额', 'Amount'),
            align: 'end',
            render: (_, { amount, currency }) => <Money amount={amount} currency={currency} />,
          },
        ]}
      />
    </section>
  )
}

const ENDED: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  open: { zh: '未处理', en: 'open' },
  waived: { zh: '豁免', en: 'waived' },
  resolved: { zh: '已处理', en: 'resolved' },
}

function Discrepancies({ day }: { readonly day: DayView }) {
  const t = useText()
  const { may } = useSession()
  return (
    <section className="day-panel">
      <h2>{t('差错与在途', 'Discrepancies and transit')}</h2>
      <Table
        size="small"
        pagination={false}
        rowKey={row => `${row.kind} ${row.state}`}
        dataSource={day.discrepancies}
        locale={{ emptyText: t('没有差错', 'None') }}
        columns={[
          {
            title: t('类型', 'Kind'),
            render: (_, { kind, state }) =>
              may('discrepancy.read') ? (
                <Link to={`/discrepancies?${linkOf(day, { kind, state })}`}>{t(kindWords(kind))}</Link>
              ) : (
                t(kindWords(kind))
              ),
          },
          { title: t('处理', 'State'), render: (_, { state }) => t(ENDED[state] ?? { zh: state, en: state }) },
          { title: t('件数', 'Count'), align: 'end', render: (_, { rows }) => grouped(String(rows)) },
        ]}
      />
    </section>
  )
}

const SETTLEMENT_WORDS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  expected: { zh: '待资金账单', en: 'funds bill awaited' },
  funds_agree: { zh: '资金账单一致，待到账', en: 'funds bill agrees, payout awaited' },
  funds_differ: { zh: '资金账单有差额', en: 'funds bill differs' },
  received: { zh: '已到账', en: 'received' },
  received_differs: { zh: '到账有差额', en: 'received with a difference' },
  overdue: { zh: '逾期未到账', en: 'overdue' },
}

function Settlements({ day }: { readonly day: DayView }) {
  const t = useText()
  if (day.settlements.length === 0) return null
  return (
    <section className="day-panel">
      <h2>{t('三方对账（结算到账）', 'Settlement')}</h2>
      {day.settlements.map(({ settlement_id: id, currency, state }) => (
        <div key={id}>
          <Link to={`/settlements/${id}`}>
            {currency} {t(SETTLEMENT_WORDS[state] ?? { zh: state, en: state })}
          </Link>
        </div>
      ))}
    </section>
  )
}
