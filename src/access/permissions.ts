/** What a permission lets one do, in both languages. */
export type Meaning = { readonly zh: string; readonly en: string }

/** Every permission there is. A route names one of these, or `public`; roles and keys of service accounts are made of them. */
export const PERMISSIONS = {
  'merchant.read': { zh: '查看部门、收费单位和缴费项目', en: 'See departments, merchants and fee items' },
  'merchant.manage': {
    zh: '登记和修改部门、收费单位和缴费项目',
    en: 'Register and change departments, merchants and fee items',
  },
  'order.read': { zh: '查看缴费单', en: 'See orders' },
  'order.issue': { zh: '开立和关闭缴费单，包括批量文件', en: 'Issue and close orders, also by batch file' },
  'payment.read': {
    zh: '查看支付、流水、异常和被拒通知',
    en: 'See payments, movements, anomalies and refused notices',
  },
  'payment.query': { zh: '立即向渠道查询一笔支付', en: 'Ask a channel about a payment at once' },
  'payment.settle': { zh: '处理异常支付', en: 'Settle anomalies of payments' },
  'payment.reverse': { zh: '冲正误记的成功支付', en: 'Reverse a success that was booked wrongly' },
  'refund.ask': { zh: '申请退款', en: 'Ask for refunds' },
  'refund.read': { zh: '查看退款', en: 'See refunds' },
  'refund.review': { zh: '复核退款', en: 'Review refunds' },
  'notice.read': { zh: '查看短信和邮件的发送情况', en: 'See what became of messages' },
  'notice.manage': { zh: '重发或撤回短信和邮件', en: 'Send messages again, or withdraw them' },
  'receipt.read': { zh: '下载任意缴费凭证', en: 'Download any receipt' },
  'system.metrics': { zh: '读取运行指标', en: 'Read the figures of the running system' },
  'system.jobs': { zh: '查看后台任务', en: 'See background jobs' },
} as const satisfies Readonly<Record<string, Meaning>>

export type Permission = keyof typeof PERMISSIONS

export const ALL_PERMISSIONS: ReadonlySet<string> = new Set(Object.keys(PERMISSIONS))
