import type { Lang } from '../kernel/failure.ts'
import type { Field } from './statement.ts'

/** What a column means, in words for a reader. The codes are what `--column` takes, so they are shown beside them. */
const WORDS: Readonly<Record<Field, { readonly zh: string; readonly en: string }>> = {
  occurred_at: { zh: '交易时间', en: 'time of the transaction' },
  date: { zh: '日期', en: 'date' },
  time: { zh: '时刻', en: 'time of day' },
  order_no: { zh: '缴费单号', en: 'order number' },
  merchant_order_no: { zh: '商户订单号', en: 'merchant order number' },
  channel_trade_no: { zh: '渠道交易号', en: 'channel transaction number' },
  refund_no: { zh: '商户退款单号', en: 'merchant refund number' },
  channel_refund_no: { zh: '渠道退款单号', en: 'channel refund number' },
  amount: { zh: '金额', en: 'amount' },
  amount_in: { zh: '收入金额', en: 'money in' },
  amount_out: { zh: '支出金额', en: 'money out' },
  refund_amount: { zh: '退款金额', en: 'refunded amount' },
  direction: { zh: '收支方向', en: 'in or out' },
  kind: { zh: '业务种类', en: 'kind' },
  status: { zh: '状态', en: 'status' },
  currency: { zh: '币种', en: 'currency' },
  fee: { zh: '手续费', en: 'fee' },
  balance: { zh: '余额', en: 'balance' },
  merchant_no: { zh: '商户号', en: 'merchant number' },
  payer_account: { zh: '对方账号', en: "other side's account" },
  payer_name: { zh: '对方户名', en: "other side's name" },
  batch_no: { zh: '批次号', en: 'batch number' },
  channel: { zh: '渠道', en: 'channel' },
  zone: { zh: '时区', en: 'time zone' },
  description: { zh: '摘要说明', en: 'description' },
}

export const fieldText = (field: Field, lang: Lang): string => WORDS[field][lang]
