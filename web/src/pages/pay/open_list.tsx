import { ClockCircleOutlined } from '@ant-design/icons'
import { useEffect } from 'react'
import { Link } from 'react-router'
import type { PaymentView } from '../../../../src/orders/api.ts'
import { Money } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import type { Begun } from './begun.ts'
import { forget, useBegun } from './open_payments.ts'
import { isOpen } from './words.ts'
import './pay.css'

/** What was begun here and not finished: a way back to each. Nothing, when there is nothing. */
export function OpenPayments() {
  const begun = useBegun()
  return begun.map(each => <OpenPayment key={each.paymentNo} begun={each} />)
}

function OpenPayment({ begun }: { readonly begun: Begun }) {
  const t = useText()
  // Asked now and then: a browser holds six streams at most, and ten of these would take them all.
  const path = `/api/payments/${encodeURIComponent(begun.paymentNo)}`
  const { data, error } = useRead<PaymentView>('paying', path, undefined, { every: 5_000 })
  const over = error?.status === 404 || (data !== undefined && !isOpen(data))
  useEffect(() => {
    if (over) forget(begun.paymentNo)
  }, [over, begun.paymentNo])
  if (!data || over) return null
  return (
    <Link to={`/pay/progress/${begun.paymentNo}`} className="open-payment">
      <ClockCircleOutlined />
      <span>
        {t('有一笔支付还没完成：', 'A payment is not finished: ')}
        {begun.title} <Money amount={begun.amount} currency={begun.currency} />
      </span>
      <strong>{t('继续', 'Go on')}</strong>
    </Link>
  )
}
