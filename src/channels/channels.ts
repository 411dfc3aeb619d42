import { randomBytes } from 'node:crypto'
import { Failure } from '../kernel/failure.ts'
import { type ChannelAccount, readAccounts } from './accounts.ts'
import { alipayChannel } from './alipay/channel.ts'
import { bankChannel } from './bank/channel.ts'
import type { Channel, Channels } from './channel.ts'
import type { Surroundings } from './surroundings.ts'
import { unionpayChannel } from './unionpay/channel.ts'
import { wechatChannel } from './wechat/channel.ts'

export { ChannelAccount, ChannelAccounts, readAccounts } from './accounts.ts'

export type OpenOptions = {
  readonly now: () => Date
  readonly folder: string
  /** Of requests; by default from the system's source of chance. */
  readonly nonce?: () => string
}

/**
 * All accounts of a configuration, ready to be used; no request is sent yet. `configured` is what `ChannelAccounts` describes.
 * Throws a Failure `channel_account_invalid` that names account and field, and never shows a value.
 */
export function openChannels(configured: unknown, { now, folder, nonce = randomNonce }: OpenOptions): Channels {
  const all = readAccounts(configured).map(account => openChannel(account, { now, nonce, folder }))
  return {
    all,
    account(name) {
      const found = all.find(channel => channel.account === name)
      if (found) return found
      throw new Failure(
        'channel_account_unknown',
        {
          zh: `没有渠道账户“${name}”：请检查通知地址或配置中的 channels`,
          en: `there is no channel account "${name}": check the address or the configuration's channels`,
        },
        { account: name },
      )
    },
    offering(channel, method) {
      const found = all.find(({ name, methods }) => name === channel && methods.includes(method))
      if (found) return found
      throw new Failure(
        'method_unavailable',
        {
          zh: `没有开通 ${channel} 的 ${method} 支付方式：请换一种，或在配置中开通`,
          en: `${channel} is not open for ${method}: choose another way to pay, or configure an account for it`,
        },
        { channel, method },
      )
    },
  }
}

function openChannel(account: ChannelAccount, surroundings: Surroundings): Channel {
  switch (account.channel) {
    case 'wechat':
      return wechatChannel(account, surroundings)
    case 'alipay':
      return alipayChannel(account, surroundings)
    case 'unionpay':
      return unionpayChannel(account, surroundings)
    case 'bank':
      return bankChannel(account, surroundings)
  }
}

const randomNonce = (): string => randomBytes(16).toString('hex')
