import { Drawer } from 'antd'
import type { ReactNode } from 'react'
import { type Subject, useRead } from '../shell/reading.ts'
import { Failed, Loading } from './states.tsx'

/**
 * One record beside the list it stands in, read when it is opened: `under` is the address of such records, `id` the one that is open, empty for none.
 * What was shown before is never shown for another record.
 */
export function RecordDrawer<T>(props: {
  readonly subject: Subject
  readonly under: `/api/${string}`
  readonly id: string
  readonly close: () => void
  readonly size?: number
  readonly title: (record: T | undefined) => string
  readonly children: (record: T) => ReactNode
}) {
  const { id } = props
  const { data, error, refetch } = useRead<T>(
    props.subject,
    `${props.under}/${encodeURIComponent(id)}`,
    {},
    { enabled: id !== '', keep: false },
  )
  return (
    <Drawer
      open={id !== ''}
      onClose={props.close}
      size={props.size ?? 720}
      rootClassName="full-on-phone"
      title={props.title(data)}
    >
      {error && <Failed error={error} again={() => void refetch()} />}
      {data !== undefined ? props.children(data) : !error && <Loading rows={12} />}
    </Drawer>
  )
}
