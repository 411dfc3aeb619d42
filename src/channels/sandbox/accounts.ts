import { createPublicKey } from 'node:crypto'
import type { ChannelAccount } from '../accounts.ts'
import { PLATFORM_KEY_ID, type SandboxKeys } from './keys.ts'

/** The platform's numbers with the sandbox. */
export const MERCHANT = {
  mchid: '1900000109',
  appid: 'wxfa2b000000000001',
  appId: '2021000000000109',
  sellerId: '2088000000000109',
  merId: '777290000000109',
  bankName: '沙箱银行抚州分行',
  accountName: '抚州支付平台备付金',
  accountNo: '6228000000000000109',
} as const

export const BANK_FILES = { intraday: 'intraday-{day}.csv', daily: 'statement-{day}.csv' } as const

/** What the platform's configuration must say under `channels` to work with this sandbox: the real shape, with test keys. */
export function channelAccounts(keys: SandboxKeys, url: string, bankFolder: string): ChannelAccount[] {
  const { texts } = keys
  const publicPem = (pem: string): string => createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString()
  const common = { zone: 'Asia/Shanghai', cutoff: '00:00', timeout_ms: 10_000 }
  return [
    {
      channel: 'wechat',
      account: 'wechat-sandbox',
      ...common,
      mchid: MERCHANT.mchid,
      appid: MERCHANT.appid,
      certificate_serial: keys.wechat.merchantSerial,
      private_key: texts.wechat_merchant,
      api_v3_key: texts.wechat_api_v3_key,
      platform_keys: [
        { certificate: texts.wechat_platform_certificate },
        { id: PLATFORM_KEY_ID, public_key: publicPem(texts.wechat_platform) },
      ],
      methods: ['jsapi', 'native', 'h5'],
      base_url: url,
    },
    {
      channel: 'alipay',
      account: 'alipay-sandbox',
      ...common,
      app_id: MERCHANT.appId,
      seller_id: MERCHANT.sellerId,
      private_key: texts.alipay_app,
      alipay_public_key: publicPem(texts.alipay_platform),
      methods: ['page', 'wap', 'precreate'],
      base_url: `${url}/gateway.do`,
    },
    {
      channel: 'unionpay',
      account: 'unionpay-sandbox',
      ...common,
      cutoff: '23:00',
      mer_id: MERCHANT.merId,
      private_key: texts.unionpay_merchant,
      certificate: texts.unionpay_merchant_certificate,
      root_certificate: texts.unionpay_root_certificate,
      middle_certificate: texts.unionpay_middle_certificate,
      signer: '中国银联股份有限公司',
      methods: ['gateway', 'wap'],
      base_url: url,
      file_url: `${url}/filedownload/`,
    },
    {
      channel: 'bank',
      account: 'bank-sandbox',
      ...common,
      bank_name: MERCHANT.bankName,
      account_name: MERCHANT.accountName,
      account_no: MERCHANT.accountNo,
      currency: 'CNY',
      statements: { folder: bankFolder, ...BANK_FILES },
    },
  ]
}
