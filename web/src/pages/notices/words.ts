import type { StateLook } from '../../pieces/look.ts'
import type { Both } from '../../shell/both.ts'

export const STATES: Readonly<Record<string, StateLook>> = {
  waiting: { zh: '待发送', en: 'Waiting', colour: 'processing' },
  sending: { zh: '发送中', en: 'Sending', colour: 'processing' },
  sent: { zh: '已发送', en: 'Sent', colour: 'success' },
  failed: { zh: '发送失败', en: 'Failed', colour: 'error' },
  unknown: { zh: '结果不明', en: 'Unknown', colour: 'warning' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn', colour: 'default' },
}

export const MEDIA: Readonly<Record<string, Both>> = {
  sms: { zh: '短信', en: 'SMS' },
  mail: { zh: '邮件', en: 'Mail' },
}

export const TEMPLATES: Readonly<Record<string, Both>> = {
  payment_succeeded: { zh: '缴费成功', en: 'Payment succeeded' },
  payment_surplus: { zh: '多缴提醒', en: 'Paid too much' },
  refund_made: { zh: '退款到账', en: 'Refund made' },
  bill_issued: { zh: '新账单', en: 'New bill' },
  log_in_code: { zh: '登录验证码', en: 'Log-in code' },
  security_alert: { zh: '安全告警', en: 'Security alert' },
  appeal_received: { zh: '申诉已收到', en: 'Appeal received' },
  appeal_answered: { zh: '申诉已答复', en: 'Appeal answered' },
  appeal_settled: { zh: '申诉已办结', en: 'Appeal settled' },
  appeals_due: { zh: '申诉待办', en: 'Appeals due' },
  discrepancies_due: { zh: '差错待办', en: 'Discrepancies due' },
  report_ready: { zh: '报表已生成', en: 'Report ready' },
}
