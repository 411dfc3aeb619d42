import { AlipayCircleFilled, BankOutlined, CreditCardOutlined, WechatFilled } from '@ant-design/icons'
import type { ComponentType, CSSProperties } from 'react'

const ICONS: Readonly<Record<string, readonly [icon: ComponentType<{ style?: CSSProperties }>, colour: string]>> = {
  wechat: [WechatFilled, '#07a852'],
  alipay: [AlipayCircleFilled, '#1677ff'],
  unionpay: [CreditCardOutlined, '#c8102e'],
  bank: [BankOutlined, 'inherit'],
}

/** The channel's sign, beside its name: for the eye only. */
export function ChannelIcon({ channel, size = 28 }: { readonly channel: string; readonly size?: number }) {
  const [Icon, color] = ICONS[channel] ?? [CreditCardOutlined, 'inherit']
  return (
    <span aria-hidden="true" style={{ display: 'inline-flex' }}>
      <Icon style={{ fontSize: size, color }} />
    </span>
  )
}
