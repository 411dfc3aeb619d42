import type { Both } from '../../shell/both.ts'

/** What each background task does, for a reader who does not know the program. `web/test/house.test.ts` holds it to the platform's own list. */
export const TASKS: Readonly<Record<string, Both>> = {
  'access.forget': { zh: '清理过期的登录尝试', en: 'Forget old log-in tries' },
  'alerts.webhook': { zh: '推送安全告警', en: 'Send alerts to the webhook' },
  'appeals.nudge': { zh: '申诉提醒与升级', en: 'Remind of appeals, and escalate them' },
  'appeals.settle': { zh: '对平后自动答复申诉', en: 'Answer appeals that reconciliation settled' },
  'arrivals.fetch': { zh: '取对账单', en: 'Fetch a statement' },
  'arrivals.look': { zh: '查看对账单收件处', en: 'Look for delivered statements' },
  'arrivals.plan': { zh: '安排对账单取回，报告缺失', en: 'Plan statements, tell of missing ones' },
  'backup.base': { zh: '按计划制作基础备份', en: 'Make base backups by schedule' },
  'backup.watch': { zh: '查看备份与归档是否过旧', en: 'Look after the age of backups' },
  'bills.forget': { zh: '清理过期的开单批次', en: 'Forget old bill batches' },
  'continuity.remind': { zh: '提醒到期的容灾演练', en: 'Remind of drills that are due' },
  'days.close': { zh: '到点自动关账', en: 'Close days when their hour comes' },
  'days.open': { zh: '开立新账期', en: 'Open business days' },
  'days.plan': { zh: '安排对账', en: 'Plan reconciliation' },
  'days.settle_day': { zh: '对账（一个渠道的一天）', en: 'Reconcile a day of a channel' },
  'days.share': { zh: '分担大账期的对账', en: 'Take a share of a large day' },
  'days.totals': { zh: '汇总账期', en: 'Add up days' },
  'discrepancies.overdue': { zh: '报告超时差错', en: 'Tell of overdue discrepancies' },
  'discrepancies.refunds': { zh: '跟进差错退款', en: 'Follow refunds of discrepancies' },
  'limits.forget': { zh: '清理访问限流记录', en: 'Forget old rate limits' },
  'log.export_root': { zh: '导出操作日志根', en: 'Export the root of the operation log' },
  'log.seal': { zh: '封存操作日志', en: 'Seal the operation log' },
  'notices.send': { zh: '发送短信和邮件', en: 'Send messages' },
  'payments.compensate': { zh: '支付延迟补偿（向渠道查询）', en: 'Ask channels about payments that wait' },
  'payments.latency': { zh: '统计渠道时延', en: 'Count how long channels take' },
  'refunds.compensate': { zh: '退款延迟补偿', en: 'Ask channels about refunds that wait' },
  'reports.expire': { zh: '清理过期的导出文件', en: 'Remove expired exports' },
  'reports.export': { zh: '生成报表文件', en: 'Write a report' },
  'reports.schedule': { zh: '按计划导出报表', en: 'Start scheduled reports' },
  'reviews.expire': { zh: '使过期的复核失效', en: 'Let reviews expire' },
  'rules.gate': { zh: '规则回归检查', en: 'Regression gate of rules' },
  'settlements.compare': { zh: '结算到账核对', en: 'Compare settlements with money received' },
  'vault.care': { zh: '密钥养护与重新加密', en: 'Care for keys, seal anew' },
  'vouchers.forget': { zh: '清理未使用的凭证', en: 'Forget vouchers nobody used' },
}

export const KINDS: Readonly<Record<string, Both>> = {
  trade: { zh: '交易账单', en: 'Trade statement' },
  funds: { zh: '资金账单', en: 'Funds statement' },
}

/** What a channel said last of a payment that waits. */
export const ANSWERS: Readonly<Record<string, Both>> = {
  '': { zh: '尚未查询', en: 'Not asked yet' },
  pending: { zh: '渠道：待支付', en: 'Channel: not paid yet' },
  absent: { zh: '渠道：无此订单', en: 'Channel: does not know it' },
  unknown: { zh: '渠道未能答复', en: 'Channel could not say' },
}

export const PAYMENT_STATES: Readonly<Record<string, Both>> = {
  created: { zh: '已创建', en: 'Created' },
  pending: { zh: '支付中', en: 'Pending' },
  success: { zh: '成功', en: 'Success' },
  failed: { zh: '失败', en: 'Failed' },
  closed: { zh: '已关闭', en: 'Closed' },
}
