import { Failure } from '../kernel/failure.ts'

/** A channel account that cannot work as it is configured. Values are never shown: they may be secrets. */
export const accountWrong = (account: string, field: string, zh: string, en: string): Failure =>
  new Failure(
    'channel_account_invalid',
    {
      zh: `渠道账户“${account}”的配置 ${field} ${zh}`,
      en: `channel account "${account}": ${field} ${en}`,
    },
    { account, field },
  )
