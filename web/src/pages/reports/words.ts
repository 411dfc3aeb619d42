import { KINDS } from '../../../../src/reports/words.ts'
import { CHANNEL_NAMES } from '../../pieces/channel_names.ts'
import type { StateLook } from '../../pieces/look.ts'
import type { Both } from '../../shell/both.ts'
import { CATEGORIES } from '../merchants/words.ts'

export const PERIODS: Readonly<Record<string, Both>> = {
  today: { zh: '今天', en: 'Today' },
  yesterday: { zh: '昨天', en: 'Yesterday' },
  last_7_days: { zh: '最近 7 天', en: 'Last 7 days' },
  last_30_days: { zh: '最近 30 天', en: 'Last 30 days' },
  this_week: { zh: '本周', en: 'This week' },
  last_week: { zh: '上周', en: 'Last week' },
  this_month: { zh: '本月', en: 'This month' },
  last_month: { zh: '上月', en: 'Last month' },
}

/** Templates that come with the program, as `src/reports/standard.ts` names them. */
export const STANDARD: Readonly<Record<string, Both>> = {
  'standard.daily': { zh: '对账日报', en: 'Daily reconciliation' },
  'standard.anomalies': { zh: '异常交易专项报告', en: 'Anomaly report' },
  'standard.causes': { zh: '差错原因汇总', en: 'Discrepancies by cause' },
  'standard.discrepancies': { zh: '差错明细', en: 'Discrepancies' },
  'standard.ageing': { zh: '账龄分析', en: 'Ageing' },
  'standard.fees': { zh: '渠道手续费', en: 'Channel fees' },
  'standard.settlement': { zh: '收费单位结算', en: 'Merchant settlement' },
  'standard.items': { zh: '缴费明细', en: 'Payments and refunds' },
}

export const EXPORT_STATES: Readonly<Record<string, StateLook>> = {
  waiting: { zh: '排队', en: 'Queued', colour: 'default' },
  running: { zh: '生成中', en: 'Being written', colour: 'processing' },
  ready: { zh: '可下载', en: 'Ready', colour: 'success' },
  failed: { zh: '失败', en: 'Failed', colour: 'error' },
  cancelled: { zh: '已取消', en: 'Cancelled', colour: 'default' },
  expired: { zh: '已过期', en: 'Expired', colour: 'default' },
}

export const DAY_STATES: Readonly<Record<string, StateLook>> = {
  waiting: { zh: '等待对账单', en: 'Waits for statements', colour: 'default' },
  settling: { zh: '对账中', en: 'Being reconciled', colour: 'processing' },
  provisional: { zh: '待关账', en: 'To be closed', colour: 'processing' },
  closed: { zh: '已关账', en: 'Closed', colour: 'success' },
}

export const FORMATS: Readonly<Record<string, string>> = { xlsx: 'Excel', csv: 'CSV', pdf: 'PDF' }

export const EVERY: Readonly<Record<string, Both>> = {
  day: { zh: '每天', en: 'Every day' },
  week: { zh: '每周', en: 'Every week' },
  month: { zh: '每月', en: 'Every month' },
}

/** Why a schedule ended without anybody's word. */
export const ENDED_BY_ITSELF: Readonly<Record<string, Both>> = {
  not_permitted: { zh: '您已没有导出报表的权限', en: 'You may no longer export reports' },
  report_invalid: {
    zh: '模板的内容已不适用，请修改模板后重新设定',
    en: 'What its template shows has changed: mend the template and set it up again',
  },
}

/** Days of the week; 1 is Monday. */
export const WEEKDAYS: readonly Both[] = [
  { zh: '周一', en: 'Monday' },
  { zh: '周二', en: 'Tuesday' },
  { zh: '周三', en: 'Wednesday' },
  { zh: '周四', en: 'Thursday' },
  { zh: '周五', en: 'Friday' },
  { zh: '周六', en: 'Saturday' },
  { zh: '周日', en: 'Sunday' },
]

/** Words of the values that filters take; the same code means the same in every dataset. */
export const VALUES: Readonly<Record<string, Both>> = {
  ...CATEGORIES,
  ...KINDS,
  ...CHANNEL_NAMES,
  ...DAY_STATES,
  payment: { zh: '缴费', en: 'Payment' },
  refund: { zh: '退款', en: 'Refund' },
  paid: { zh: '已缴费', en: 'Paid' },
  reconciled: { zh: '已对账', en: 'Reconciled' },
  confirmed: { zh: '已快速确认', en: 'Confirmed' },
  matched: { zh: '已匹配', en: 'Matched' },
  discrepancy: { zh: '有差错', en: 'Discrepancy' },
  open: { zh: '未结', en: 'Open' },
  explained: { zh: '已解释', en: 'Explained' },
  replaced: { zh: '已被取代', en: 'Replaced' },
  resolved: { zh: '已处理', en: 'Resolved' },
  partly: { zh: '部分对账', en: 'Partly' },
  unassigned: { zh: '未归属', en: 'Unassigned' },
  expected: { zh: '待到账', en: 'Expected' },
  funds_agree: { zh: '资金账单相符', en: 'Funds agree' },
  funds_differ: { zh: '资金账单不符', en: 'Funds differ' },
  received: { zh: '已到账', en: 'Received' },
  received_differs: { zh: '到账不符', en: 'Received otherwise' },
  overdue: { zh: '逾期未到', en: 'Overdue' },
}
