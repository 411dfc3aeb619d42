import { Select } from 'antd'
import type { Both } from '../shell/both.ts'
import { useText } from '../shell/text.ts'
import { CHANNEL_NAMES } from './channel_names.ts'

/** A filter by one of several codes; '' stands for all of them. */
export function OneOf({
  label,
  all,
  names,
  value,
  change,
}: {
  readonly label: string
  /** What stands there when none is chosen. */
  readonly all: string
  readonly names: Readonly<Record<string, Both>>
  readonly value: string
  readonly change: (value: string) => void
}) {
  const t = useText()
  return (
    <Select
      aria-label={label}
      value={value}
      popupMatchSelectWidth={false}
      onChange={change}
      options={[
        { value: '', label: all },
        ...Object.entries(names).map(([code, words]) => ({ value: code, label: t(words) })),
      ]}
    />
  )
}

export function ChannelFilter({ value, change }: { readonly value: string; readonly change: (value: string) => void }) {
  const t = useText()
  return (
    <OneOf
      label={t('渠道', 'Channel')}
      all={t('全部渠道', 'All channels')}
      names={CHANNEL_NAMES}
      value={value}
      change={change}
    />
  )
}
