import type { OrderView, PaymentView, RecordList } from '../../../../src/orders/api.ts'
import type { RefundList } from '../../../../src/refunds/api.ts'
import { Facts, Part } from '../../pieces/facts.tsx'
import { useMerchants } from '../../pieces/merchants.ts'
import { ORDER_STATES } from '../../pieces/payment_words.ts'
import { Failed, Loading, State } from '../../pieces/states.tsx'
import { Money, Num, When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { PaymentPart } from './payment_part.tsx'
import { RefundTable } from './refund_table.tsx'

/** An order by its own number, or by one of its payments. */
export function Found({ number }: { readonly number: string }) {
  const t = useText()
  const path = encodeURIComponent(number)
  const payment = useRead<PaymentView>('payments', `/api/payments/${path}`)
  const orderNo = payment.data?.order_no ?? (payment.error ? number : undefined)
  const order = useRead<OrderView>(
    'payments',
    `/api/orders/${encodeURIComponent(orderNo ?? '')}`,
    {},
    {
      enabled: orderNo !== undefined,
    },
  )
  const failed = order.error ?? (payment.error && payment.error.status !== 404 ? payment.error : null)
  if (failed && !order.data)
    return failed.status === 404 ? (
      <Failed error={failed} />
    ) : (
      <Failed error={failed} again={() => void order.refetch()} />
    )
  if (!order.data) return <Loading rows={10} />
  return <OrderPart order={order.data} chosen={payment.data?.payment_no ?? ''} title={t('缴费单', 'Order')} />
}

function OrderPart({
  order,
  chosen,
  title,
}: {
  readonly order: OrderView
  readonly chosen: string
  readonly title: string
}) {
  const t = useText()
  const { nameOf: merchantName } = useMerchants()
  const orderPath = `/api/orders/${encodeURIComponent(order.order_no)}`
  const records = useRead<RecordList>('payments', '/api/records', { order_no: order.order_no, limit: 100 })
  const refunds = useRead<RefundList>('refunds', `${orderPath}/refunds`)
  const error = records.error ?? refunds.error
  // What was asked about stands first.
  const payments = [...(records.data?.records ?? [])].sort(
    (a, b) => Number(b.payment_no === chosen) - Number(a.payment_no === chosen),
  )
  return (
    <>
      <Part title={`${title} ${order.order_no}`} extra={<State of={order.state} looks={ORDER_STATES} />}>
        <Facts
          of={[
            { name: t('事由', 'For'), value: [order.title, order.period].filter(each => each !== '').join(' · ') },
            { name: t('收费单位', 'Merchant'), value: merchantName(order.merchant_no) },
            { name: t('户号', 'Account'), value: <Num>{order.account_no}</Num> },
            { name: t('应缴', 'Amount'), value: <Money amount={order.amount} currency={order.currency} /> },
            { name: t('已缴', 'Paid'), value: <Money amount={order.paid} currency={order.currency} /> },
            { name: t('已退', 'Refunded'), value: <Money amount={order.refunded} currency={order.currency} /> },
            {
              name: t('可退余额', 'Could be refunded'),
              value: <Money amount={order.remaining} currency={order.currency} />,
            },
            { name: t('缴清时间', 'Paid at'), value: <When at={order.paid_at} whole /> },
          ]}
        />
      </Part>
      {error && <Failed error={error} />}
      {payments.map(record => (
        <PaymentPart key={record.payment_no} record={record} refunds={refunds.data?.refunds ?? []} />
      ))}
      <Part title={t('退款与冲正', 'Refunds and reversals')}>
        <RefundTable refunds={refunds.data?.refunds ?? []} />
      </Part>
    </>
  )
}
