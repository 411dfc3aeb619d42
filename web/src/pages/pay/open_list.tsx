import { ClockCircleOutlined } from '@ant-design/icons'
import { useEffect } from 'react'
import { Link } from 'react-router'
import { Money } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { type Begun, forget, useBegun } from './open_payments.ts'
import { useProgress } from './progress_live.ts'
import './pay.css'

/** What was begun here and not finished: a way back to each. Nothing, when there is nothing. */
export function OpenPayments() {
  const begun = useBegun()
  return begun.map(each => <OpenPayment key={each.paymentNo} begun={each} />)
}

function OpenPayment({ begun }: { readonly begun: Begun }) {
  const t = useText()
  const { data, error } = useProgress(begun.paymentNo)
  const gone = error?.status === 404
  useEffect(() => {
    if (gone) forget(begun.paymentNo)
  }, [gone, begun.paymentNo])
  if (data?.state !== 'created' && data?.state !== 'pending') return null
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
