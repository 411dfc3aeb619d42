import type { StateLook } from '../../pieces/look.ts'
import type { Both } from '../../shell/both.ts'

/** What the keys of each purpose seal, and which blind indexes there are: `src/system/vault/purposes.ts`. */
export const PURPOSES: Readonly<Record<string, Both>> = {
  orders: { zh: '账单的缴费人信息', en: 'Whom a bill is for' },
  payments: { zh: '支付人', en: 'Who paid' },
  notices: { zh: '短信和邮件', en: 'Messages' },
  receipts: { zh: '缴费凭证', en: 'Receipts' },
  statements: { zh: '对账单文件', en: 'Statement files' },
  accounts: { zh: '第二因素', en: 'Second factors' },
  evidence: { zh: '凭证与申诉内容', en: 'Vouchers and appeals' },
  exports: { zh: '导出文件', en: 'Exports' },
  phone: { zh: '手机号检索', en: 'Search by phone' },
  email: { zh: '邮箱检索', en: 'Search by mail address' },
  account_no: { zh: '户号检索', en: 'Search by account number' },
  payer: { zh: '支付人检索', en: 'Search by payer' },
  target: { zh: '登录尝试计数', en: 'Counting log-in tries' },
}

export const USES: Readonly<Record<string, Both>> = {
  seal: { zh: '加密', en: 'Sealing' },
  blind: { zh: '盲索引', en: 'Blind index' },
}

export const STATES: Readonly<Record<string, StateLook>> = {
  next: { zh: '即将启用', en: 'Next', colour: 'processing' },
  current: { zh: '使用中', en: 'In use', colour: 'success' },
  old: { zh: '旧密钥', en: 'Old', colour: 'default' },
  destroyed: { zh: '已销毁', en: 'Destroyed', colour: 'default' },
}
