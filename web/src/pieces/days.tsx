import { Flex, Input } from 'antd'
import { useText } from '../shell/text.ts'

/** From and to, both inclusive, as the browser's own fields of dates: `2026-11-20`, or ''. */
export function Days({
  from,
  to,
  change,
  id,
}: {
  readonly from: string
  readonly to: string
  readonly change: (days: { from: string; to: string }) => void
  readonly id: string
}) {
  const t = useText()
  return (
    <Flex gap={4} align="center">
      <Input
        id={id}
        type="date"
        value={from}
        max={to || '9999-12-31'}
        aria-label={t('自', 'From')}
        onChange={event => change({ from: event.target.value, to })}
        style={{ width: 140 }}
      />
      <span className="quiet">–</span>
      <Input
        type="date"
        value={to}
        min={from}
        aria-label={t('至', 'To')}
        onChange={event => change({ from, to: event.target.value })}
        style={{ width: 140 }}
      />
    </Flex>
  )
}
