import { App, Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { AnomalyList, AnomalyView } from '../../../../src/orders/api.ts'
import { ANOMALY_WORDS } from '../../pieces/payment_words.ts'
import { Failed, Loading, Nothing } from '../../pieces/states.tsx'
import { Num, When } from '../../pieces/values.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Evidence } from './anomaly_evidence.tsx'
import { SettleDialog } from './settle_dialog.tsx'

/** 待处理异常: payments that are booked and not credited, or that contradict the book. */
export function Anomalies() {
  const t = useText()
  const { message } = App.useApp()
  const { may } = useSession()
  const { data, error, refetch } = useRead<AnomalyList>('payments', '/api/anomalies')
  const [settling, setSettling] = useState<AnomalyView | null>(null)
  const deed = useDeed(['payments'])
  if (error && !data) return <Failed error={error} again={() => void refetch()} />
  if (!data) return <Loading rows={6} />
  if (data.anomalies.length === 0) return <Nothing what={t('没有待处理的异常支付', 'No anomaly waits for anybody')} />
  return (
    <>
      <ul className="plain-list">
        {data.anomalies.map(anomaly => (
          <li key={`${anomaly.payment_no} ${anomaly.kind}`} className="part">
            <div className="part-head">
              <strong className="wrong">
                {t(ANOMALY_WORDS[anomaly.kind] ?? { zh: anomaly.kind, en: anomaly.kind })}
              </strong>
              <When at={anomaly.found_at} whole />
            </div>
            <div>
              {t('支付', 'Payment')}{' '}
              {may('refund.read', 'order.read') ? (
                <Link to={`/refunds?number=${anomaly.payment_no}`}>{anomaly.payment_no}</Link>
              ) : (
                <Num>{anomaly.payment_no}</Num>
              )}{' '}
              · {t('缴费单', 'Order')} <Num>{anomaly.order_no}</Num>
            </div>
            <Evidence of={anomaly.evidence} />
            {may('payment.settle') && (
              <Button onClick={() => setSettling(anomaly)}>{t('处理完毕', 'It is dealt with')}</Button>
            )}
          </li>
        ))}
      </ul>
      {settling && (
        <SettleDialog
          close={() => setSettling(null)}
          settle={async note => {
            const { payment_no: paymentNo, kind } = settling
            await deed.mutateAsync({
              method: 'POST',
              path: `/api/anomalies/${encodeURIComponent(paymentNo)}/${kind}/settle`,
              body: { note },
            })
            void message.success(t('已记录处理结果', 'What was done is recorded'))
          }}
        />
      )}
    </>
  )
}
