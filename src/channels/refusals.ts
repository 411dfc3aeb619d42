import { Failure } from '../kernel/failure.ts'
import type { ChannelName } from './channel.ts'

/** Notices that are refused. `detail` is English and holds neither keys nor personal data. */
type Refusal = (channel: ChannelName, account: string, reason: string) => Failure

const refusal =
  (code: string, zh: string, en: string): Refusal =>
  (channel, account, reason) =>
    new Failure(
      code,
      {
        zh: `${channel} 账户 ${account} 的通知${zh}（${reason}）`,
        en: `notice for ${channel} account ${account} ${en}: ${reason}`,
      },
      { channel, account, reason },
    )

export const forged = refusal(
  'notice_forged',
  '签名不符，已拒绝：请核对平台公钥或证书是否已更换',
  'is not signed by the channel; check whether its key was changed',
)
export const replayed = refusal(
  'notice_replayed',
  '时间过旧或过新，已拒绝：请核对服务器时钟',
  'was signed too long ago or in the future; check the clock',
)
export const unreadable = refusal('notice_unreadable', '无法读取', 'cannot be read')
export const foreign = refusal(
  'notice_foreign',
  '属于其他商户，已拒绝：请核对通知地址与商户号',
  'is for another merchant; check its address and our merchant number',
)
