import { ClockCircleOutlined, ExclamationCircleOutlined } from '@ant-design/icons'
import { Typography } from 'antd'
import { useEffect, useState } from 'react'
import type { DayView } from '../../../../src/reconciliation/days/api.ts'
import { When } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { deadlineOf, timeLeft } from './day.ts'

/** How long until it closes; red when it is late or cannot close. */
export function Countdown({ day, readAt }: { readonly day: DayView; readonly readAt: number }) {
  const t = useText()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 20_000)
    return () => clearInterval(timer)
  }, [])
  const left = deadlineOf(day, Math.max(0, now - readAt))
  if (!left)
    return (
      <Typography.Text type="secondary">
        {t('关账于', 'Closed')} <When at={day.closed_at} />
      </Typography.Text>
    )
  const { late } = left
  const time = t(timeLeft(left))
  return (
    <Typography.Text {...(late ? { type: 'danger' as const, strong: true } : {})}>
      {late ? <ExclamationCircleOutlined /> : <ClockCircleOutlined />}{' '}
      {late ? t(`已逾期 ${time}`, `${time} late`) : t(`${time}后关账`, `closes in ${time}`)}
    </Typography.Text>
  )
}
