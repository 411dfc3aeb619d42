import { Button, Descriptions, Typography } from 'antd'
import { useState } from 'react'
import type { OrderView, RecordListView } from '../../../../src/orders/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { ORDER_STATES, PAYMENT_STATES } from '../../pieces/payment_words.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { RecordDrawer } from '../../pieces/record_drawer.tsx'
import { Failed, Nothing, State } from '../../pieces/states.tsx'
import { ChannelName, Money, Num, When } from '../../pieces/values.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Reveal } from './reveal.tsx'
import { REFUND_FLAGS } from './words.ts'

/** One order with its payments. */
export function OrderDrawer({ no, close }: { readonly no: string; readonly close: () => void }) {
  const t = useText()
  return (
    <RecordDrawer<OrderView>
      subject="payments"
      under="/api/orders"
      id={no}
      close={close}
      title={() => t(`缴费单 ${no}`, `Order ${no}`)}
    >
      {order => <Order order={order} />}
    </RecordDrawer>
  )
}

type PaymentRecord = RecordListView['records'][number]

function Order({ order }: { readonly order: OrderView }) {
  const t = useText()
  const { may } = useSession()
  const deed = useDeed(['payments'])
  const [closing, setClosing] = useState(false)
  const records = useRead<RecordListView>(
    'payments',
    '/api/records',
    { order_no: order.order_no, limit: 100 },
    { enabled: may('payment.read') },
  )
  const money = (amount: string) => <Money amount={amount} currency={order.currency} />
  return (
    <div className="stack">
      <Descriptions
        column={{ xs: 1, sm: 2 }}
        size="small"
        items={[
          { key: 1, label: t('状态', 'State'), children: <State of={order.state} looks={ORDER_STATES} /> },
          { key: 2, label: t('金额', 'Amount'), children: money(order.amount) },
          { key: 3, label: t('已缴', 'Paid'), children: money(order.paid) },
          { key: 4, label: t('待缴', 'Due'), children: money(order.due) },
          {
            key: 5,
            label: t('退款', 'Refunded'),
            children:
              order.refund_flag === 'none' ? (
                '—'
              ) : (
                <>
                  <State of={order.refund_flag} looks={REFUND_FLAGS} /> {money(order.refunded)}
                </>
              ),
          },
          { key: 6, label: t('收费单位', 'Merchant'), children: order.merchant_no },
          { key: 7, label: t('缴费项目', 'Fee item'), children: order.fee_item_id },
          {
            key: 8,
            label: t('户号', 'Account no'),
            children: (
              <span>
                <Num>{order.account_no}</Num>
                {may('field.reveal') && order.account_no.includes('*') && <Reveal orderNo={order.order_no} />}
              </span>
            ),
          },
          { key: 9, label: t('账单', 'Bill'), children: `${order.title} ${order.period}`.trim() || '—' },
          { key: 10, label: t('开单', 'Issued'), children: <When at={order.created_at} whole /> },
          { key: 11, label: t('截止日', 'Due on'), children: order.due_on ?? '—' },
          ...(order.closed_at
            ? [
                { key: 12, label: t('关闭', 'Closed'), children: <When at={order.closed_at} whole /> },
                { key: 13, label: t('关闭理由', 'Why closed'), children: order.closed_why || '—' },
              ]
            : []),
        ]}
      />
      {order.state === 'unpaid' && may('order.issue') && (
        <div>
          <Button danger onClick={() => setClosing(true)}>
            {t('撤销缴费单', 'Take it back')}
          </Button>
        </div>
      )}
      {may('payment.read') && (
        <section aria-label={t('支付', 'Payments')}>
          <Typography.Title level={3} className="panel-title">
            {t('支付', 'Payments')}
          </Typography.Title>
          {records.error && <Failed error={records.error} />}
          <Listing<PaymentRecord>
            label={t('支付', 'Payments')}
            rows={records.data?.records ?? []}
            busy={records.isPending}
            keyOf={({ payment_no }) => payment_no}
            empty={<Nothing what={t('还没有支付', 'Nothing was paid yet')} />}
            columns={[
              { title: t('平台流水号', 'Payment no'), head: true, render: ({ payment_no }) => <Num>{payment_no}</Num> },
              {
                title: t('状态', 'State'),
                head: true,
                render: ({ state }) => <State of={state} looks={PAYMENT_STATES} />,
              },
              { title: t('渠道', 'Channel'), render: ({ channel }) => <ChannelName channel={channel} /> },
              { title: t('渠道流水号', 'Trade no'), render: ({ channel_trade_no }) => <Num>{channel_trade_no}</Num> },
              { title: t('金额', 'Amount'), right: true, render: ({ amount }) => money(amount) },
              { title: t('支付时间', 'Paid'), render: ({ paid_at }) => <When at={paid_at} whole /> },
              {
                title: t('对账', 'Reconciled'),
                render: ({ reconciled }) => (reconciled ? t('已对账', 'Yes') : t('待对账', 'Not yet')),
              },
            ]}
          />
        </section>
      )}
      <ReasonDialog
        open={closing}
        title={t(`撤销缴费单 ${order.order_no}`, `Take order ${order.order_no} back`)}
        confirm={t('撤销', 'Take it back')}
        danger
        close={() => setClosing(false)}
        decide={reason =>
          deed.mutateAsync({
            method: 'POST',
            path: `/api/orders/${order.order_no}/close`,
            body: { reason: reason.slice(0, 200) },
          })
        }
      >
        {t(
          '撤销后缴费人不能再支付这张缴费单，且不能恢复。',
          'Nobody can pay it any more, and it cannot be opened again.',
        )}
      </ReasonDialog>
    </div>
  )
}
