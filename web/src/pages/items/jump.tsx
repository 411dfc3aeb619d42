import { ClockCircleOutlined } from '@ant-design/icons'
import { App, Button, Flex, Input, Popover } from 'antd'
import { useState } from 'react'
import { ask, Refused } from '../../shell/api.ts'
import { useText } from '../../shell/text.ts'
import type { Filters } from './filters.ts'

/** Goes to where a moment stands in the list, however far below. Times are Beijing's. */
export function Jump({
  filters: { channel, account },
  go,
}: {
  readonly filters: Filters
  readonly go: (place: number | undefined) => void
}) {
  const t = useText()
  const { message } = App.useApp()
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState('')
  const jump = async (): Promise<void> => {
    try {
      const query = { at: `${at}:59+08:00`, channel, account }
      const { after } = await ask<{ after: number | null }>('GET', '/api/item-place', { query })
      if (after === null) void message.info(t('那时以前没有缴费', 'Nothing was paid before then'))
      else go(after)
      setOpen(false)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      void message.error(t(error.words))
    }
  }
  return (
    <Popover
      trigger="click"
      open={open}
      onOpenChange={setOpen}
      title={t('跳到某一时刻', 'Go to a moment')}
      content={
        <Flex gap={8}>
          <Input
            type="datetime-local"
            value={at}
            aria-label={t('日期和时刻（北京时间）', 'Day and time (Beijing)')}
            onChange={event => setAt(event.target.value)}
            onPressEnter={() => void (at && jump())}
          />
          <Button type="primary" disabled={at === ''} onClick={() => void jump()}>
            {t('跳转', 'Go')}
          </Button>
        </Flex>
      }
    >
      <Button icon={<ClockCircleOutlined />}>{t('跳到时刻', 'Go to time')}</Button>
    </Popover>
  )
}
