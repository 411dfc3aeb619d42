import type { Both } from '../../shell/both.ts'

/** Names of what is compared, and the words of its values. */

const both = (zh: string, en: string): Both => ({ zh, en })

export const FIELD_NAMES: Readonly<Record<string, Both>> = {
  kind: both('类型', 'Kind'),
  status: both('状态', 'Status'),
  amount: both('金额', 'Amount'),
  currency: both('币种', 'Currency'),
  occurred_at: both('时间', 'Time'),
  business_date: both('账期', 'Business day'),
  channel_trade_no: both('渠道交易号', 'Channel’s number'),
  merchant_order_no: both('商户订单号', 'Merchant order number'),
  refund_no: both('退款单号', 'Refund number'),
  channel_refund_no: both('渠道退款号', 'Channel’s refund number'),
  fee: both('手续费', 'Fee'),
  batch_no: both('批次号', 'Batch'),
  payer: both('缴费人', 'Payer'),
}

const VALUES: Readonly<Record<string, Readonly<Record<string, Both>>>> = {
  kind: { payment: both('支付', 'Payment'), refund: both('退款', 'Refund') },
  status: {
    success: both('成功', 'Success'),
    pending: both('处理中', 'Pending'),
    failed: both('失败或关闭', 'Failed or closed'),
  },
}

export const valueWords = (field: string, value: string): Both | undefined => VALUES[field]?.[value]

/** Acts of the log about a discrepancy that are none of its actions. */
const ACTS: Readonly<Record<string, Both>> = {
  'discrepancy.comment': both('备注', 'Comment'),
  'discrepancy.attach': both('附上凭证', 'Vouchers attached'),
  'discrepancy.open': both('生成', 'Opened'),
  'discrepancy.overdue': both('已超时提醒', 'Told overdue'),
  'discrepancy.refunded': both('退款成功，自动结案', 'Refunded: ended'),
  'discrepancy.refund_over': both('退款未成，恢复未结', 'The refund failed: open again'),
  'match.undo': both('拆开匹配', 'Match taken apart'),
  'review.ask': both('提交复核', 'Asked for a review'),
  'review.approve': both('复核同意', 'Review approved'),
  'review.refuse': both('复核拒绝', 'Review refused'),
  'review.withdraw': both('撤回复核', 'Review withdrawn'),
  'review.expire': both('复核过期', 'Review expired'),
  'voucher.read': both('下载凭证', 'Voucher downloaded'),
}

export const actWords = (what: string, actionWords: (action: string) => Both | undefined): Both =>
  ACTS[what] ?? actionWords(what.split('.')[1] ?? '') ?? both(what, what)
