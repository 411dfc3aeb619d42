import {
  CheckCircleFilled,
  CheckOutlined,
  ClockCircleFilled,
  CloseCircleFilled,
  RollbackOutlined,
} from '@ant-design/icons'
import { Button, Modal } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { OrderView, PaymentView } from '../../../../src/orders/api.ts'
import { Failed, Loading } from '../../pieces/states.tsx'
import { ChannelName, localOf, Num } from '../../pieces/values.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useDoor } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Sum } from './bill.tsx'
import { CheckoutPanel } from './checkout.tsx'
import { useProgress } from './progress_live.ts'
import { billName, isOpen, STEP_NAMES, type Told, toldOf } from './words.ts'
import './pay.css'

/** Where one payment stands, live. Its address can be kept: it shows the same tomorrow. */
export default function ProgressPage() {
  const { paymentNo = '' } = useParams()
  const progress = useProgress(paymentNo)
  if (progress.error && !progress.data) return <Failed error={progress.error} again={() => void progress.refetch()} />
  if (!progress.data) return <Loading rows={8} />
  return <Progress payment={progress.data} />
}

const SIGNS: Readonly<Record<Told['look'], typeof CheckCircleFilled>> = {
  done: CheckCircleFilled,
  wait: ClockCircleFilled,
  over: CloseCircleFilled,
  surplus: RollbackOutlined,
}

function Progress({ payment }: { readonly payment: PaymentView }) {
  const t = useText()
  const { entry } = useDoor()
  const own = entry.state === 'in' && entry.session.may('own.read')
  const order = useRead<OrderView>('own', `/api/orders/${encodeURIComponent(payment.order_no)}`)
  const told = toldOf(payment)
  const Sign = SIGNS[told.look]
  const over = payment.state === 'failed' || payment.state === 'closed'
  return (
    <section>
      <div className="told" role="status">
        <span className={`sign ${told.look}`} aria-hidden="true">
          <Sign />
        </span>
        <h1>{t(told.title)}</h1>
        <div className="big-sum">
          <Sum amount={payment.received ?? payment.amount} currency={payment.currency} />
        </div>
        <p>{t(told.more)}</p>
      </div>
      {!over && <Steps payment={payment} />}
      <CheckoutPanelIfOpen payment={payment} />
      <dl className="bill bill-facts">
        {order.data && (
          <>
            <dt>{t('缴费项目', 'For')}</dt>
            <dd>{billName(order.data)}</dd>
          </>
        )}
        <dt>{t('付款方式', 'By')}</dt>
        <dd>
          <ChannelName channel={payment.channel} />
        </dd>
        {payment.channel_trade_no !== '' && (
          <>
            <dt>{t('交易号', 'Transaction')}</dt>
            <dd>
              <Num>{payment.channel_trade_no}</Num>
            </dd>
          </>
        )}
        <dt>{t('支付单号', 'Payment')}</dt>
        <dd>
          <Num>{payment.payment_no}</Num>
        </dd>
        {payment.refund_flag !== 'none' && (
          <>
            <dt>{t('已退款', 'Refunded')}</dt>
            <dd>
              <Sum amount={payment.refunded} currency={payment.currency} />
            </dd>
          </>
        )}
      </dl>
      <Deeds payment={payment} order={order.data} own={own} />
    </section>
  )
}

const CheckoutPanelIfOpen = ({ payment }: { readonly payment: PaymentView }) =>
  isOpen(payment) ? <CheckoutPanel payment={payment} /> : null

function Steps({ payment }: { readonly payment: PaymentView }) {
  const t = useText()
  const now = payment.steps.findIndex(({ done }) => !done)
  return (
    <ol className="steps4" aria-label={t('缴费进度', 'Progress')}>
      {payment.steps.map(({ step, done, at }, index) => (
        <li
          key={step}
          className={done ? 'done' : index === now ? 'now' : ''}
          aria-current={index === now ? 'step' : undefined}
        >
          <span className="dot" aria-hidden="true">
            {done && <CheckOutlined />}
          </span>
          {t(STEP_NAMES[step])}
          <span className="only-read">{done ? t('，完成', ', done') : t('，未完成', ', not yet')}</span>
          {at !== null && <time dateTime={at}>{localOf(at).time.slice(0, 5)}</time>}
        </li>
      ))}
    </ol>
  )
}

/** What can be done now: one main thing, and what else. */
function Deeds({
  payment,
  order,
  own,
}: {
  readonly payment: PaymentView
  readonly order: OrderView | undefined
  readonly own: boolean
}) {
  const t = useText()
  const waits = isOpen(payment)
  const again = order && (order.state === 'unpaid' || order.state === 'part_paid')
  return (
    <div className="deeds">
      {payment.state === 'success' && payment.credited && (
        <Link className="button-link" to={`/pay/receipt/${payment.payment_no}`}>
          {t('看缴费凭证', 'See the receipt')}
        </Link>
      )}
      {!waits && again && (
        <Link className="button-link second" to={`/pay/order/${payment.order_no}`}>
          {payment.state === 'success' ? t('缴剩余部分', 'Pay the rest') : t('重新付款', 'Pay again')}
        </Link>
      )}
      {waits && <GiveUp payment={payment} />}
      {!waits && (
        <Link className="button-link second" to={own ? '/own/bills' : '/pay'}>
          {t('返回账单', 'Back to the bills')}
        </Link>
      )}
    </div>
  )
}

function GiveUp({ payment }: { readonly payment: PaymentView }) {
  const t = useText()
  const [open, setOpen] = useState(false)
  const cancel = useDeed<PaymentView>(['paying', 'own'])
  const path = `/api/payments/${encodeURIComponent(payment.payment_no)}/cancel`
  return (
    <>
      <Button size="large" onClick={() => setOpen(true)}>
        {t('换一种方式付，或不付了', 'Pay another way, or not at all')}
      </Button>
      <Modal
        open={open}
        title={t('放弃这次付款？', 'Give this payment up?')}
        okText={t('放弃这次付款', 'Give it up')}
        cancelText={t('再等等', 'Wait')}
        confirmLoading={cancel.isPending}
        onCancel={() => setOpen(false)}
        onOk={() => cancel.mutate({ method: 'POST', path }, { onSuccess: () => setOpen(false) })}
      >
        <p>
          {t(
            '系统先向渠道核实：如果您已经付了，仍算缴费成功；没付的，这次付款作废，可以换一种方式。',
            'The channel is asked first: if you have paid, it counts; if not, this attempt ends and you may choose another way.',
          )}
        </p>
        {cancel.error && <Failed error={cancel.error} />}
      </Modal>
    </>
  )
}
