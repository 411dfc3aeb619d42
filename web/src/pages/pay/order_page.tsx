import { Alert, Button, Input, Typography } from 'antd'
import { useMemo, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import type { OrderView, PayChannel, PaymentView, WayList } from '../../../../src/orders/api.ts'
import { ChannelIcon } from '../../pieces/channel_icon.tsx'
import { Failed, Loading, Nothing, Page, State } from '../../pieces/states.tsx'
import { CHANNEL_NAMES, Num } from '../../pieces/values.tsx'
import { isPhone } from '../../shell/is_phone.ts'
import { useDeed, useRead } from '../../shell/reading.ts'
import { type Both, useText } from '../../shell/text.ts'
import { Sum } from './bill.tsx'
import { goOn } from './checkout.tsx'
import { remember } from './open_payments.ts'
import { amountOf, type Way, waysFor } from './ways.ts'
import { billName, isOpen, ORDER_LOOKS } from './words.ts'
import './pay.css'

/** One bill: how much, by which channel, and then on to it. */
export default function OrderPage() {
  const t = useText()
  const { orderNo = '' } = useParams()
  const order = useRead<OrderView>('own', `/api/orders/${encodeURIComponent(orderNo)}`, undefined, { keep: false })
  const ways = useRead<WayList>('paying', '/api/payment-ways')
  const error = order.error ?? ways.error
  return (
    <Page title={t('缴费', 'Pay')}>
      {error && <Failed error={error} again={() => void Promise.all([order.refetch(), ways.refetch()])} />}
      {!error && (!order.data || !ways.data) && <Loading rows={8} />}
      {order.data && ways.data && <Paying key={order.data.due} order={order.data} ways={ways.data} />}
    </Page>
  )
}

const WAY_HINTS: Readonly<Record<Way['method'], Both>> = {
  native: { zh: '用微信扫码付款', en: 'Scan a code with WeChat' },
  h5: { zh: '打开微信付款', en: 'WeChat opens' },
  jsapi: { zh: '在微信里付款', en: 'Within WeChat' },
  precreate: { zh: '用支付宝扫码付款', en: 'Scan a code with Alipay' },
  wap: { zh: '转到付款页面', en: 'Its own page opens' },
  page: { zh: '转到付款页面', en: 'Its own page opens' },
  gateway: { zh: '转到银联页面，用银行卡付款', en: 'UnionPay’s page opens; by bank card' },
  transfer: { zh: '自己到银行或手机银行转账', en: 'You transfer the money at your bank' },
}

function Paying({ order, ways }: { readonly order: OrderView; readonly ways: WayList }) {
  const t = useText()
  const navigate = useNavigate()
  const offered = useMemo(() => waysFor(isPhone() ? 'phone' : 'desk', ways), [ways])
  const [channel, setChannel] = useState<PayChannel | undefined>(offered[0]?.channel)
  const [typed, setTyped] = useState(order.due)
  const start = useDeed<PaymentView>(['own', 'paying'])
  const amount = amountOf(typed, order)
  const way = offered.find(each => each.channel === channel)
  if (order.state === 'paid' || order.state === 'closed')
    return (
      <Nothing what={<State of={order.state} looks={ORDER_LOOKS} />}>
        {order.state === 'paid'
          ? t('这张账单已缴清，不用再缴。', 'This bill is paid; there is nothing to do.')
          : t('这张账单已被收费单位撤销，不用缴。', 'This bill was taken back; there is nothing to pay.')}
      </Nothing>
    )
  if (offered.length === 0)
    return (
      <Alert
        type="warning"
        showIcon
        title={t('暂时没有可用的付款方式，请联系收费单位', 'There is no way to pay just now; please ask the payee')}
      />
    )
  const pay = (): void => {
    if (!way || !amount.ok || start.isPending) return
    const body = { ...way, ...(amount.whole ? {} : { amount: amount.amount }) }
    start.mutate(
      { method: 'POST', path: `/api/orders/${encodeURIComponent(order.order_no)}/payments`, body },
      {
        onSuccess: payment => {
          const { payment_no: paymentNo, currency, created_at: at } = payment
          if (isOpen(payment)) remember({ paymentNo, title: billName(order), amount: payment.amount, currency, at })
          navigate(`/pay/progress/${paymentNo}`, { replace: true })
          if (payment.checkout) goOn(payment.checkout)
        },
      },
    )
  }
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        pay()
      }}
    >
      <div className="bill" style={{ marginBottom: 16 }}>
        <h2 style={{ margin: 0 }}>{billName(order)}</h2>
        <div className="quiet">
          {t('号码', 'Number')} <Num>{order.account_no}</Num>
        </div>
        <div className="big-sum">
          <Sum amount={order.due} currency={order.currency} />
        </div>
        {order.due_on !== null && (
          <div className="quiet">{t(`请在 ${order.due_on} 前缴`, `Due by ${order.due_on}`)}</div>
        )}
        {order.part_payment && (
          <div style={{ marginTop: 8 }}>
            <label htmlFor="amount">
              {t(
                `这次缴多少（每次至少 ${order.part_min}，可分次缴）`,
                `How much now (at least ${order.part_min}; the rest later)`,
              )}
            </label>
            <Input
              id="amount"
              size="large"
              inputMode="decimal"
              value={typed}
              status={amount.ok ? '' : 'error'}
              aria-invalid={!amount.ok}
              aria-describedby="amount-wrong"
              onChange={event => setTyped(event.target.value)}
            />
            <Typography.Text type="danger" id="amount-wrong" role="alert">
              {amount.ok ? '' : t(amount)}
            </Typography.Text>
          </div>
        )}
      </div>
      <fieldset className="ways">
        <legend>{t('怎么付', 'How to pay')}</legend>
        {offered.map(each => (
          <label key={each.channel} className="way">
            <ChannelIcon channel={each.channel} />
            <span>
              {each.method === 'transfer' ? t('银行转账', 'Bank transfer') : t(CHANNEL_NAMES[each.channel] as Both)}
              <small>{t(WAY_HINTS[each.method])}</small>
            </span>
            <input
              type="radio"
              name="channel"
              checked={channel === each.channel}
              onChange={() => setChannel(each.channel)}
            />
          </label>
        ))}
      </fieldset>
      {start.error && (
        <div style={{ marginTop: 12 }}>
          <Failed error={start.error} />
        </div>
      )}
      <div className="sticky-deed">
        <Button type="primary" block size="large" htmlType="submit" loading={start.isPending} disabled={!amount.ok}>
          {t('去付款', 'Pay')} {amount.ok && <Sum amount={amount.amount} currency={order.currency} />}
        </Button>
      </div>
    </form>
  )
}
