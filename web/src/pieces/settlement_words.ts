import type { SettlementView } from '../../../src/reconciliation/funds/api.ts'
import type { Both } from '../shell/both.ts'
import type { StateLook } from './states.tsx'

/** The words of settlements 三方对账 (`docs/settlements.md`). */

export const SETTLEMENT_STATES: Readonly<Record<SettlementView['state'], StateLook>> = {
  expected: { zh: '等待账单', en: 'Expected', colour: 'default' },
  funds_agree: { zh: '两账单一致', en: 'Bills agree', colour: 'success' },
  funds_differ: { zh: '两账单不符', en: 'Bills differ', colour: 'error' },
  received: { zh: '已足额到账', en: 'Received', colour: 'success' },
  received_differs: { zh: '到账金额不符', en: 'Received, differs', colour: 'error' },
  overdue: { zh: '逾期未到账', en: 'Overdue', colour: 'error' },
}

export const PAYOUT_STATES: Readonly<Record<SettlementView['payout'], StateLook>> = {
  none: { zh: '无需到账', en: 'Nothing is due', colour: 'default' },
  unknown: { zh: '应到未知', en: 'Not known', colour: 'default' },
  waiting: { zh: '等待到账', en: 'Waiting', colour: 'processing' },
  received: { zh: '已到账', en: 'Received', colour: 'success' },
  differs: { zh: '金额不符', en: 'Differs', colour: 'error' },
  ambiguous: { zh: '多解待定', en: 'Ambiguous', colour: 'warning' },
  overdue: { zh: '逾期未到', en: 'Overdue', colour: 'error' },
}

export const DIFFERENCES: Readonly<Record<string, Both>> = {
  payments_differ: { zh: '收款不符', en: 'Payments differ' },
  refunds_differ: { zh: '退款不符', en: 'Refunds differ' },
  fees_differ: { zh: '手续费不符', en: 'Fees differ' },
  fees_missing: { zh: '交易账单未列手续费', en: 'The trade bill names no fee' },
  cross_day: { zh: '跨日', en: 'Cross-day' },
  counts_differ: { zh: '笔数不符', en: 'Counts differ' },
  other_entries: { zh: '其他资金变动', en: 'Other movements' },
  balance_broken: { zh: '余额不连续', en: 'The balance is broken' },
  balance_gap: { zh: '期初余额不接续', en: 'The opening balance does not follow' },
  fees_not_deducted: { zh: '到账未扣手续费', en: 'Fees were not deducted' },
  fees_deducted: { zh: '到账多扣手续费', en: 'Fees were deducted' },
  refunds_not_deducted: { zh: '到账未扣退款', en: 'Refunds were not deducted' },
  next_refunds_deducted: { zh: '提前扣除次日退款', en: 'The next day’s refunds were deducted' },
  payout_differs: { zh: '到账金额不符', en: 'The payout differs' },
}

export const HOW_PAID: Readonly<Record<string, Both>> = {
  exact: { zh: '单日足额', en: 'One day, exactly' },
  batch: { zh: '多日合并', en: 'Several days together' },
  parts: { zh: '分笔到账', en: 'In parts' },
  differs: { zh: '金额不符', en: 'Differs' },
}
