import type { StateLook } from '../../pieces/look.ts'

export const ORDER_STATES: Readonly<Record<string, StateLook>> = {
  unpaid: { zh: '未缴', en: 'Unpaid', colour: 'default' },
  part_paid: { zh: '部分已缴', en: 'Partly paid', colour: 'processing' },
  paid: { zh: '已缴', en: 'Paid', colour: 'success' },
  closed: { zh: '已关闭', en: 'Closed', colour: 'default' },
}

export const PAYMENT_STATES: Readonly<Record<string, StateLook>> = {
  created: { zh: '已创建', en: 'Created', colour: 'default' },
  pending: { zh: '支付中', en: 'Pending', colour: 'processing' },
  success: { zh: '成功', en: 'Success', colour: 'success' },
  failed: { zh: '失败', en: 'Failed', colour: 'error' },
  closed: { zh: '已关闭', en: 'Closed', colour: 'default' },
}

export const REFUND_FLAGS: Readonly<Record<string, StateLook>> = {
  none: { zh: '未退款', en: 'None', colour: 'default' },
  partial: { zh: '部分退款', en: 'In part', colour: 'warning' },
  full: { zh: '全额退款', en: 'In full', colour: 'warning' },
}
