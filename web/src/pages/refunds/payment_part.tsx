import { Button, Flex } from 'antd'
import { useState } from 'react'
import type { PaymentView, RecordList } from '../../../../src/orders/api.ts'
import type { RefundView } from '../../../../src/refunds/api.ts'
import { Facts, Part } from '../../pieces/facts.tsx'
import { PAYMENT_STATES, RECONCILED } from '../../pieces/payment_words.ts'
import { State } from '../../pieces/states.tsx'
import { ChannelName, Money, Num, When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { RefundDialog } from './refund_dialog.tsx'
import { ReversalDialog } from './reversal_dialog.tsx'

/** A payment of the order, what remains of it, and what can be asked for. */
export function PaymentPart({
  record,
  refunds,
}: {
  readonly record: RecordList['records'][number]
  readonly refunds: readonly RefundView[]
}) {
  const t = useText()
  const { may } = useSession()
  const [asking, setAsking] = useState<'refund' | 'reversal' | null>(null)
  const { data: payment } = useRead<PaymentView>('payments', `/api/payments/${encodeURIComponent(record.payment_no)}`)
  const paid = record.state === 'success'
  const left = payment !== undefined && /[1-9]/.test(payment.remaining)
  const reversible = !record.reconciled && refunds.every(({ payment_no: of }) => of !== record.payment_no)
  return (
    <Part
      title={`${t('支付', 'Payment')} ${record.payment_no}`}
      extra={
        <span>
          <State of={record.state} looks={PAYMENT_STATES} />
          {paid && <State of={String(record.reconciled)} looks={RECONCILED} />}
        </span>
      }
    >
      <Facts
        of={[
          { name: t('渠道', 'Channel'), value: <ChannelName channel={record.channel} /> },
          { name: t('渠道交易号', 'Channel’s number'), value: <Num>{record.channel_trade_no}</Num> },
          { name: t('支付时间', 'Paid at'), value: <When at={record.paid_at} whole /> },
          {
            name: t('实收', 'Received'),
            value: record.received === null ? '—' : <Money amount={record.received} currency={record.currency} />,
          },
          ...(payment === undefined || !paid
            ? []
            : [
                { name: t('已退', 'Refunded'), value: <Money amount={payment.refunded} currency={payment.currency} /> },
                {
                  name: t('退款中', 'Being refunded'),
                  value: <Money amount={payment.refunding} currency={payment.currency} />,
                },
                {
                  name: t('可退余额', 'Could be refunded'),
                  value: <Money amount={payment.remaining} currency={payment.currency} />,
                },
              ]),
          ...(paid && !record.credited
            ? [
                {
                  name: t('入账', 'Credited'),
                  value: <span className="wrong">{t('多缴，未计入缴费单', 'A surplus, not credited')}</span>,
                },
              ]
            : []),
        ]}
      />
      {paid && (
        <Flex gap={8} wrap className="payment-acts">
          {may('refund.ask') && left && (
            <Button type="primary" onClick={() => setAsking('refund')}>
              {t('申请退款', 'Ask for a refund')}
            </Button>
          )}
          {may('payment.reverse') && reversible && (
            <Button onClick={() => setAsking('reversal')}>{t('冲正', 'Reverse')}</Button>
          )}
        </Flex>
      )}
      {asking === 'refund' && payment && (
        <RefundDialog payment={payment} reconciled={record.reconciled} close={() => setAsking(null)} />
      )}
      {asking === 'reversal' && <ReversalDialog paymentNo={record.payment_no} close={() => setAsking(null)} />}
    </Part>
  )
}
