import { Tooltip } from 'antd'
import type { CSSProperties } from 'react'
import { useLang } from '../shell/text.ts'
import { CHANNEL_NAMES } from './channel_names.ts'
import { localOf } from './local_time.ts'

export { CHANNEL_NAMES, localOf }

const TABULAR: CSSProperties = { fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }

/** "1234567.50" as "1,234,567.50": the text itself is cut into threes, nothing passes through a float. */
export function grouped(amount: string): string {
  const [, sign = '', whole = '', rest = ''] = /^([-+]?)(\d+)(.*)$/.exec(amount) ?? []
  return whole === '' ? amount : `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${rest}`
}

/** An amount as the platform writes it (decimal text, major units). `signed` puts a plus before what is above zero. */
export function Money({
  amount,
  currency = 'CNY',
  signed = false,
}: {
  readonly amount: string
  readonly currency?: string
  readonly signed?: boolean
}) {
  const plus = signed && /^\d*\.?\d*[1-9]/.test(amount) ? '+' : ''
  return (
    <span style={TABULAR}>
      {plus}
      {grouped(amount)}
      {currency === 'CNY' ? '' : ` ${currency}`}
    </span>
  )
}

/** "11-26 09:20:00", or with `whole` the year too; the exact instant stands in its tip. */
export function When({ at, whole = false }: { readonly at: string | null; readonly whole?: boolean }) {
  const lang = useLang()
  if (at === null) return <span>—</span>
  const { day, time } = localOf(at)
  return (
    <Tooltip title={`${day} ${time} ${lang === 'zh' ? '北京时间' : 'Beijing time'}`}>
      <time dateTime={at} style={TABULAR}>
        {whole ? day : day.slice(5)} {time}
      </time>
    </Tooltip>
  )
}

/** A number that somebody may compare or copy: in figures of one width, broken only where it must be. */
export function Num({ children }: { readonly children: string }) {
  return (
    <span style={{ fontVariantNumeric: 'tabular-nums', overflowWrap: 'anywhere' }}>
      {children === '' ? '—' : children}
    </span>
  )
}

export function ChannelName({ channel }: { readonly channel: string }) {
  const lang = useLang()
  return <>{CHANNEL_NAMES[channel]?.[lang] ?? channel}</>
}
