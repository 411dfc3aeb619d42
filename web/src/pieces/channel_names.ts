/** Names of the channels by their codes. */
export const CHANNEL_NAMES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  wechat: { zh: '微信支付', en: 'WeChat Pay' },
  alipay: { zh: '支付宝', en: 'Alipay' },
  unionpay: { zh: '银联', en: 'UnionPay' },
  bank: { zh: '银行', en: 'Bank' },
}
