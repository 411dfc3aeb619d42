import type { StateLook } from '../../pieces/look.ts'
import type { Both } from '../../shell/both.ts'

export const STATES: Readonly<Record<string, StateLook>> = {
  checked: { zh: '预检通过，待开单', en: 'Checked, to be issued', colour: 'processing' },
  refused: { zh: '有错误，未通过', en: 'Refused for errors', colour: 'error' },
  issued: { zh: '已开单', en: 'Issued', colour: 'success' },
  expired: { zh: '已过期', en: 'Expired', colour: 'default' },
}

/** Columns of a file of bills, as `src/orders/bill_batch_columns.ts` knows them. */
export const COLUMNS: Readonly<Record<string, Both>> = {
  order_no: { zh: '缴费单号', en: 'Order no' },
  fee_item: { zh: '缴费项目', en: 'Fee item' },
  account_no: { zh: '户号', en: 'Account no' },
  payer_name: { zh: '缴费人', en: 'Payer' },
  phone: { zh: '手机号', en: 'Phone' },
  email: { zh: '邮箱', en: 'Mail' },
  title: { zh: '账单名称', en: 'Bill' },
  period: { zh: '所属期', en: 'Period' },
  amount: { zh: '金额', en: 'Amount' },
  due_on: { zh: '截止日期', en: 'Due on' },
}
