import { Flex } from 'antd'
import { Link } from 'react-router'
import type { BillList } from '../../../../src/orders/api.ts'
import { State } from '../../pieces/states.tsx'
import { Money, Num } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { billName, ORDER_LOOKS } from './words.ts'

type BillOf = BillList['orders'][number]

/** Bills as cards: what for, until when, how much, and the way to pay. */
export function Bills({ orders, merchant }: { readonly orders: readonly BillOf[]; readonly merchant: string }) {
  return (
    <ul className="bills">
      {orders.map(order => (
        <li key={order.order_no}>
          <Bill order={order} merchant={merchant} />
        </li>
      ))}
    </ul>
  )
}

function Bill({ order, merchant }: { readonly order: BillOf; readonly merchant: string }) {
  const t = useText()
  const due = order.state === 'unpaid' || order.state === 'part_paid'
  // Whoever has just paid is not to think that it was in vain, and pay once more.
  const underWay = due && order.payment_under_way
  const name = billName(order)
  return (
    <article className="bill" aria-label={name}>
      <Flex justify="space-between" align="start" gap={8} wrap>
        <h3>{name}</h3>
        <State of={underWay ? 'under_way' : order.state} looks={ORDER_LOOKS} />
      </Flex>
      <div className="quiet">
        {merchant} <Num>{order.account_no}</Num>
      </div>
      <Flex justify="space-between" align="end" gap={12} wrap>
        <div>
          <div className="big-sum">
            <Sum amount={due ? order.due : order.amount} currency={order.currency} />
          </div>
          <div className="quiet">
            {due && order.due_on !== null && t(`请在 ${order.due_on} 前缴`, `Due by ${order.due_on}`)}
            {order.state === 'part_paid' && t(`（已缴 ${order.paid}）`, ` (${order.paid} paid)`)}
          </div>
        </div>
        {underWay && (
          <div className="quiet">
            {t(
              '有一笔支付正在向渠道查询结果，已扣款的请稍候，不必再付',
              'A payment of it is being asked about: if money was taken, wait a moment and do not pay again',
            )}
          </div>
        )}
        {due && (
          <Link to={`/pay/order/${order.order_no}`} className={underWay ? 'button-link second' : 'button-link'}>
            {order.part_payment ? t('缴费（可分次）', 'Pay, in parts if you like') : t('缴费', 'Pay')}
          </Link>
        )}
      </Flex>
    </article>
  )
}

/** An amount with its sign, for readers who are no bookkeepers. */
export function Sum({ amount, currency }: { readonly amount: string; readonly currency: string }) {
  return (
    <span className="sum">
      {currency === 'CNY' && <span aria-hidden="true">¥ </span>}
      <Money amount={amount} currency={currency} />
      {currency === 'CNY' && <span className="only-read">元</span>}
    </span>
  )
}
