import { Descriptions, Steps, Typography } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { PaymentView } from '../../../../src/orders/api.ts'
import type { ItemDetail } from '../../../../src/reconciliation/items/api.ts'
import { titled } from '../../pieces/phrases.ts'
import { ChannelName, localOf, Money, Num, When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Compared } from './compared.tsx'
import { causeWords, kindWords, passWords } from './looks.ts'

/** Parts of what is known of one item: how it was paid, and what reconciliation made of it. */

const STEP_WORDS = {
  submitted: { zh: '已提交', en: 'Submitted' },
  channel_confirmed: { zh: '渠道已确认', en: 'Channel confirmed' },
  booked: { zh: '已入账', en: 'Booked' },
  reconciled: { zh: '已对账', en: 'Reconciled' },
} as const

export function Paid({ item }: { readonly item: ItemDetail }) {
  const t = useText()
  const { may } = useSession()
  const payment = useRead<PaymentView>('payments', `/api/payments/${encodeURIComponent(item.payment_no)}`, undefined, {
    enabled: item.kind === 'payment' && may('payment.read'),
    keep: false,
  })
  return (
    <Part title={item.kind === 'refund' ? t('退款', 'Refund') : t('支付', 'Payment')}>
      {payment.data && (
        <Steps
          size="small"
          orientation="horizontal"
          titlePlacement="vertical"
          responsive={false}
          style={{ marginBottom: 12 }}
          items={payment.data.steps.map(({ step, done, at }) => ({
            title: t(STEP_WORDS[step]),
            status: done ? ('finish' as const) : ('wait' as const),
            content: at === null ? '' : <StepTime at={at} />,
          }))}
        />
      )}
      <Facts
        rows={[
          [t('支付时间', 'Paid at'), <When key="at" at={item.paid_at} whole />],
          [
            t('渠道', 'Channel'),
            <span key="c">
              <ChannelName channel={item.channel} /> {item.account}
            </span>,
          ],
          [t('支付单号', 'Payment no'), <Num key="n">{item.payment_no}</Num>],
          [t('渠道流水号', 'Channel trade no'), <Num key="t">{item.channel_trade_no}</Num>],
          [
            t('账期', 'Business day'),
            item.day_id === null ? (
              item.business_date
            ) : (
              <Link key="d" to={`/days/${item.day_id}`}>
                {item.business_date}
              </Link>
            ),
          ],
        ]}
      />
    </Part>
  )
}

/** On a phone four of them stand side by side: the day above the time. */
function StepTime({ at }: { readonly at: string }) {
  const { day, time } = localOf(at)
  return (
    <time dateTime={at} className="item-step-time">
      {day.slice(5)}
      <br />
      {time}
    </time>
  )
}

export function Matched({ item }: { readonly item: ItemDetail }) {
  const t = useText()
  const { may } = useSession()
  const { match, doubt } = item
  return (
    <Part title={t('对账', 'Reconciliation')}>
      {match && (
        <Facts
          rows={[
            [t('匹配依据', 'Matched by'), t(passWords(match.pass))],
            [t('规则版本', 'Rules'), match.rules === null ? '—' : t(`第 ${match.rules} 版`, `version ${match.rules}`)],
            [t('差额', 'Difference'), <Money key="m" amount={match.difference} currency={item.currency} />],
            ...(match.by === ''
              ? []
              : ([[t('手工匹配', 'Matched by hand'), titled(t, match.by, match.reason)]] as const)),
          ]}
        />
      )}
      {!match && item.lines.length === 0 && !doubt && (
        <Typography.Text type="secondary">
          {item.state === 'in_transit'
            ? t('在途：等待相邻账期的对账单', 'In transit: waits for the statement of a neighbouring day')
            : t('对账单未到，或尚未对账', 'Its statement has not come, or was not compared yet')}
        </Typography.Text>
      )}
      {doubt && (
        <Typography.Paragraph type="danger">
          <strong>{titled(t, t(kindWords(doubt.kind)), t(causeWords(doubt.cause)))}</strong>
          <br />
          {t({ zh: doubt.zh, en: doubt.en })}
        </Typography.Paragraph>
      )}
      {(doubt || item.lines.length > 0) && <Compared detail={item} />}
      {item.discrepancy_id !== null && may('discrepancy.read') && (
        <Link to={`/discrepancies/${item.discrepancy_id}`}>{t('打开差错', 'Open the discrepancy')}</Link>
      )}
    </Part>
  )
}

export function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <Typography.Title level={3} style={{ fontSize: 16, marginTop: 0 }}>
        {title}
      </Typography.Title>
      {children}
    </section>
  )
}

export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <Descriptions
      column={1}
      size="small"
      styles={{ label: { width: 144 } }}
      items={rows.map(([label, children]) => ({ key: label, label, children }))}
    />
  )
}
