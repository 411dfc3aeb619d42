import { Alert } from 'antd'
import { Link } from 'react-router'
import type { DiscrepancyDetail } from '../../../../src/discrepancies/api.ts'
import { Facts, Part } from '../../pieces/facts.tsx'
import { ANOMALY_WORDS, PAYMENT_STATES } from '../../pieces/payment_words.ts'
import { State } from '../../pieces/states.tsx'
import { Num, When } from '../../pieces/values.tsx'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'

/** The payments of the platform that its rows tell of, with their confirmations and anomalies. */
export function PaymentsOf({ of }: { readonly of: DiscrepancyDetail }) {
  const t = useText()
  const { may } = useSession()
  return (
    <Part title={t('相关支付', 'Payments')}>
      {of.payments.map(payment => (
        <div key={payment.payment_no} className="row-card">
          <Facts
            of={[
              {
                name: t('支付', 'Payment'),
                value: may('refund.read', 'payment.read', 'order.read') ? (
                  <Link to={`/refunds?number=${payment.payment_no}`}>{payment.payment_no}</Link>
                ) : (
                  <Num>{payment.payment_no}</Num>
                ),
              },
              { name: t('缴费单', 'Order'), value: <Num>{payment.order_no}</Num> },
              { name: t('状态', 'State'), value: <State of={payment.state} looks={PAYMENT_STATES} /> },
              { name: t('事由', 'For'), value: payment.title },
              { name: t('户号', 'Account'), value: <Num>{payment.account_no}</Num> },
              { name: t('缴费人', 'Payer'), value: payment.payer_name || '—' },
              ...(payment.confirmed_at === null
                ? []
                : [
                    {
                      name: t('已确认', 'Confirmed'),
                      value: (
                        <>
                          {payment.confirmed_by} <When at={payment.confirmed_at} />
                        </>
                      ),
                    },
                  ]),
            ]}
          />
          {payment.anomalies.map(anomaly => (
            <Alert
              key={anomaly.kind}
              type={anomaly.settled_at === null ? 'warning' : 'info'}
              showIcon
              title={t(ANOMALY_WORDS[anomaly.kind] ?? { zh: anomaly.kind, en: anomaly.kind })}
              description={anomaly.note || undefined}
            />
          ))}
        </div>
      ))}
    </Part>
  )
}
