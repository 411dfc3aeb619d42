import type { StateLook } from '../../pieces/look.ts'

export const REFUND_FLAGS: Readonly<Record<string, StateLook>> = {
  none: { zh: '未退款', en: 'None', colour: 'default' },
  partial: { zh: '部分退款', en: 'In part', colour: 'warning' },
  full: { zh: '全额退款', en: 'In full', colour: 'warning' },
}
