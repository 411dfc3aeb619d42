import type { Both } from '../shell/both.ts'
import type { StateLook } from './states.tsx'

/** Words of payments and refunds (`docs/payments.md`, `docs/glossary.md`). */

export const PAYMENT_STATES: Readonly<Record<string, StateLook>> = {
  created: { zh: '已下单', en: 'Created', colour: 'default' },
  pending: { zh: '等待渠道', en: 'Pending', colour: 'processing' },
  success: { zh: '成功', en: 'Success', colour: 'success' },
  failed: { zh: '失败', en: 'Failed', colour: 'error' },
  closed: { zh: '已关闭', en: 'Closed', colour: 'default' },
}

export const ORDER_STATES: Readonly<Record<string, StateLook>> = {
  unpaid: { zh: '待缴', en: 'Unpaid', colour: 'default' },
  part_paid: { zh: '部分已缴', en: 'Part paid', colour: 'processing' },
  paid: { zh: '已缴清', en: 'Paid', colour: 'success' },
  closed: { zh: '已撤销', en: 'Closed', colour: 'default' },
}

export const RECONCILED: Readonly<Record<string, StateLook>> = {
  true: { zh: '已对账', en: 'Reconciled', colour: 'success' },
  false: { zh: '待对账', en: 'Not reconciled', colour: 'warning' },
}

export const REFUND_STATES: Readonly<Record<string, StateLook>> = {
  awaiting_review: { zh: '待复核', en: 'Awaits review', colour: 'processing' },
  approved: { zh: '已批准，待提交渠道', en: 'Approved', colour: 'processing' },
  pending: { zh: '渠道处理中', en: 'At the channel', colour: 'processing' },
  success: { zh: '已退', en: 'Refunded', colour: 'success' },
  failed: { zh: '退款失败', en: 'Failed', colour: 'error' },
  refused: { zh: '复核未同意', en: 'Refused', colour: 'default' },
}

export const REFUND_KINDS: Readonly<Record<string, Both>> = {
  refund: { zh: '退款', en: 'Refund' },
  surplus: { zh: '多缴退回', en: 'Surplus returned' },
  reversal: { zh: '冲正', en: 'Reversal' },
}

/** What booking finds wrong with a payment. */
export const ANOMALY_WORDS: Readonly<Record<string, Both>> = {
  duplicate_payment: { zh: '重复缴费（此前已缴清）', en: 'Paid again, after the bill was paid' },
  overpayment: { zh: '多缴（超过待缴金额）', en: 'More was paid than was due' },
  order_closed: { zh: '缴费单已撤销，款项仍到账', en: 'Paid for a bill that is taken back' },
  amount_differs: { zh: '到账金额与支付单不符', en: 'The channel took another amount than was asked for' },
  merchant_differs: { zh: '渠道报告的商户与支付单不符', en: 'The channel names another merchant' },
  denied_after_success: { zh: '入账成功后渠道又否认', en: 'The channel denies a success that is booked' },
  success_after_reversal: { zh: '冲正之后渠道又报告成功', en: 'The channel reports a success after its reversal' },
}
