import { maskNumber } from '../kernel/mask.ts'
import type { Message, MessageData, Template } from './message.ts'

/**
 * What people are told. An SMS is the provider's registered text with our variables in it (docs/notices.md has the texts to
 * register); a mail is written here, Chinese first and English below it.
 */

/** A variable of an SMS may have so many characters. */
const VARIABLE_MAX = 35

const local = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/** "2026-11-25 09:30:12" in China, wherever the server stands; '' where no time is given. */
const timeText = (text: string | undefined): string => (text ? local.format(new Date(text)) : '')

const VARIABLES: Readonly<Record<Template, (data: MessageData) => Record<string, string | undefined>>> = {
  payment_succeeded: data => ({
    title: data.title,
    account: maskNumber(data.account_no ?? ''),
    amount: money(data),
    time: timeText(data.paid_at),
  }),
  payment_surplus: data => ({ title: data.title, amount: money(data), time: timeText(data.paid_at) }),
  refund_made: data => ({ title: data.title, amount: money(data), time: timeText(data.refunded_at) }),
  bill_issued: data => ({
    merchant: data.merchant,
    title: data.title,
    account: maskNumber(data.account_no ?? ''),
    amount: money(data),
    due: data.due_on || '—',
  }),
  log_in_code: data => ({ code: data.code, minutes: data.minutes }),
  security_alert: data => ({ kind: data.kind, address: data.address || '—', time: timeText(data.at) }),
  appeal_received: data => ({ title: data.title, amount: money(data), due: timeText(data.due_at) }),
  appeal_answered: data => ({ title: data.title, verdict: data.verdict_zh, answer: data.answer }),
  appeal_settled: data => ({ title: data.title, amount: money(data) }),
  appeals_due: data => ({ stage: data.stage_zh, count: data.count, due: timeText(data.due_at) }),
  discrepancies_due: data => ({ count: data.count, due: timeText(data.due_at) }),
  report_ready: data => ({ report: data.report, rows: data.rows, time: timeText(data.at) }),
}

/** The variables of an SMS template, each within the provider's limit. */
export function smsVariables({ template, data }: Message): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [name, value = ''] of Object.entries(VARIABLES[template](data)))
    variables[name] = [...value.replace(/\s+/g, ' ').trim()].slice(0, VARIABLE_MAX).join('') || '-'
  return variables
}

export type Mail = { readonly subject: string; readonly text: string }

/** A mail's subject and plain text. */
export function mailText({ template, data }: Message): Mail {
  const { subject, zh, en } = MAILS[template](data)
  const rows = (lines: readonly (readonly [string, string | undefined])[], colon: string) =>
    lines.filter(([, value]) => value).map(([name, value]) => `${name}${colon}${oneLine(value ?? '')}\n`)
  return {
    subject: oneLine(subject),
    text: `${zh.begin}\n\n${rows(zh.rows, '：').join('')}\n${en.begin}\n\n${rows(en.rows, ': ').join('')}\n抚州支付平台 Fuzhou Pay\n本邮件由系统发出，请勿回复。 This mail was sent automatically; please do not reply.\n`,
  }
}

type Words = { readonly begin: string; readonly rows: readonly (readonly [string, string | undefined])[] }

const MAILS: Readonly<Record<Template, (data: MessageData) => { subject: string; zh: Words; en: Words }>> = {
  payment_succeeded: data => ({
    subject: `缴费成功 Payment received：${data.title} ${money(data)}`,
    zh: { begin: '您的缴费已成功。', rows: paymentRows(data, 'zh') },
    en: { begin: 'Your payment was received.', rows: paymentRows(data, 'en') },
  }),
  payment_surplus: data => ({
    subject: `多缴款项待退 Surplus payment：${data.title} ${money(data)}`,
    zh: { begin: '您的缴费单此前已缴清，本次款项为多缴，平台将审核后原路退回。', rows: paymentRows(data, 'zh') },
    en: {
      begin: 'Your bill was paid already; this payment is a surplus and will be reviewed and returned the way it came.',
      rows: paymentRows(data, 'en'),
    },
  }),
  refund_made: data => ({
    subject: `退款完成 Refund made：${data.title} ${money(data)}`,
    zh: { begin: '退款已完成，款项将按支付渠道的到账时间退回原支付账户。', rows: refundRows(data, 'zh') },
    en: {
      begin: 'The refund was made; the money returns to the account that paid, within the time your channel takes.',
      rows: refundRows(data, 'en'),
    },
  }),
  bill_issued: data => ({
    subject: `缴费提醒 Bill issued：${data.title} ${money(data)}`,
    zh: { begin: `${data.merchant ?? ''} 向您开出了一张缴费单。`, rows: billRows(data, 'zh') },
    en: { begin: `${data.merchant ?? ''} has issued a bill to you.`, rows: billRows(data, 'en') },
  }),
  log_in_code: data => ({
    subject: `登录验证码 Log-in code：${data.code ?? ''}`,
    zh: { begin: `您的登录验证码是 ${data.code ?? ''}，${data.minutes ?? ''} 分钟内有效。请勿告诉他人。`, rows: [] },
    en: {
      begin: `Your log-in code is ${data.code ?? ''}, good for ${data.minutes ?? ''} minutes. Tell it to nobody.`,
      rows: [],
    },
  }),
  security_alert: data => ({
    subject: `安全告警 Security alert：${data.kind} ${data.address ?? ''}`,
    zh: { begin: '平台发现疑似攻击，已拒绝并记录。请登录平台查看告警。', rows: alertRows(data, 'zh') },
    en: {
      begin: 'The platform saw what looks like an attack; it was refused and recorded. See the alerts in the platform.',
      rows: alertRows(data, 'en'),
    },
  }),
  appeal_received: data => ({
    subject: `对账申诉已受理 Appeal received：${data.title} ${money(data)}`,
    zh: { begin: `您的对账申诉已受理，将在 ${timeText(data.due_at)} 前答复。`, rows: appealRows(data, 'zh') },
    en: {
      begin: `Your appeal was received and will be answered by ${timeText(data.due_at)}.`,
      rows: appealRows(data, 'en'),
    },
  }),
  appeal_answered: data => ({
    subject: `对账申诉答复 Appeal answered：${data.title} ${data.verdict_zh} ${data.verdict_en}`,
    zh: { begin: '您的对账申诉已答复。', rows: answerRows(data, 'zh') },
    en: { begin: 'Your appeal was answered.', rows: answerRows(data, 'en') },
  }),
  appeal_settled: data => ({
    subject: `对账申诉已解决 Appeal settled：${data.title} ${money(data)}`,
    zh: { begin: data.answer_zh ?? '', rows: appealRows(data, 'zh') },
    en: { begin: data.answer_en ?? '', rows: appealRows(data, 'en') },
  }),
  appeals_due: data => ({
    subject: `对账申诉${data.stage_zh} Appeals ${data.stage_en}：${data.count}`,
    zh: { begin: `有 ${data.count} 件对账申诉${data.stage_zh}，请登录平台处理。`, rows: dueRows(data, 'zh') },
    en: {
      begin: `${data.count} appeal(s) ${data.stage_en}: please deal with them in the platform.`,
      rows: dueRows(data, 'en'),
    },
  }),
  discrepancies_due: data => ({
    subject: `差错超时 Discrepancies overdue：${data.count}`,
    zh: { begin: `有 ${data.count} 件差错超过处理时限，请登录平台处理。`, rows: overdueRows(data, 'zh') },
    en: {
      begin: `${data.count} discrepancies are overdue: please deal with them in the platform.`,
      rows: overdueRows(data, 'en'),
    },
  }),
  report_ready: data => ({
    subject: `报表已生成 Report ready：${data.report ?? ''}`,
    zh: { begin: '您计划的报表已生成，请登录平台下载；文件不随邮件发送。', rows: reportRows(data, 'zh') },
    en: {
      begin: 'The report you scheduled is ready. Log in to download it; files are not sent by mail.',
      rows: reportRows(data, 'en'),
    },
  }),
}

type Lang = 'zh' | 'en'
const pick = (lang: Lang, zh: string, en: string): string => (lang === 'zh' ? zh : en)

const common = (data: MessageData, lang: Lang): (readonly [string, string | undefined])[] => [
  [pick(lang, '项目', 'For'), data.title],
  [pick(lang, '户号', 'Account'), maskNumber(data.account_no ?? '')],
  [pick(lang, '缴费单号', 'Bill'), data.order_no],
]

const paymentRows = (data: MessageData, lang: Lang) => [
  ...common(data, lang),
  [pick(lang, '金额', 'Amount'), money(data)] as const,
  [pick(lang, '支付时间', 'Paid at'), timeText(data.paid_at)] as const,
  [pick(lang, '支付单号', 'Payment'), data.payment_no] as const,
]

const refundRows = (data: MessageData, lang: Lang) => [
  ...common(data, lang),
  [pick(lang, '退款金额', 'Refunded'), money(data)] as const,
  [pick(lang, '退款时间', 'Refunded at'), timeText(data.refunded_at)] as const,
  [pick(lang, '退款单号', 'Refund'), data.refund_no] as const,
]

const billRows = (data: MessageData, lang: Lang) => [
  ...common(data, lang),
  [pick(lang, '应缴金额', 'Amount due'), money(data)] as const,
  [pick(lang, '截止日期', 'Due on'), data.due_on] as const,
]

const appealRows = (data: MessageData, lang: Lang) => [
  [pick(lang, '项目', 'For'), data.title] as const,
  [pick(lang, '金额', 'Amount'), money(data)] as const,
  [pick(lang, '支付单号', 'Payment'), data.payment_no] as const,
  [pick(lang, '申诉编号', 'Appeal'), data.appeal_id] as const,
]

const answerRows = (data: MessageData, lang: Lang) => [
  [pick(lang, '结果', 'Result'), pick(lang, data.verdict_zh ?? '', data.verdict_en ?? '')] as const,
  [pick(lang, '答复', 'Answer'), data.answer] as const,
  ...appealRows(data, lang),
]

const dueRows = (data: MessageData, lang: Lang) => [
  [pick(lang, '最早到期', 'First due'), timeText(data.due_at)] as const,
  [pick(lang, '申诉编号', 'Appeals'), data.appeal_ids] as const,
]

const overdueRows = (data: MessageData, lang: Lang) => [
  [pick(lang, '最早到期', 'First due'), timeText(data.due_at)] as const,
  [pick(lang, '差错编号', 'Discrepancies'), data.discrepancy_ids] as const,
]

const alertRows = (data: MessageData, lang: Lang) => [
  [pick(lang, '类型', 'Kind'), [data.kind, data.family].filter(Boolean).join(' / ')] as const,
  [pick(lang, '时间', 'Time'), timeText(data.at)] as const,
  [pick(lang, '来源地址', 'Address'), data.address] as const,
  [pick(lang, '操作者', 'By'), data.actor] as const,
  [pick(lang, '请求', 'Request'), data.request] as const,
  [pick(lang, '位置', 'Where'), [data.place, data.field].filter(Boolean).join(' / ')] as const,
  [pick(lang, '内容（已截断、遮蔽）', 'Content (cut, masked)'), data.sample] as const,
  [pick(lang, '请求编号', 'Request id'), data.request_id] as const,
]

const reportRows = (data: MessageData, lang: Lang) => [
  [pick(lang, '报表', 'Report'), data.report] as const,
  [pick(lang, '行数', 'Rows'), data.rows] as const,
  [pick(lang, '生成时间', 'Made at'), timeText(data.at)] as const,
  [pick(lang, '可下载至', 'Kept until'), timeText(data.expires_at)] as const,
  [pick(lang, '导出编号', 'Export'), data.export_id] as const,
]

/** "1234.50元", "1234.50 USD". */
const money = ({ amount = '', currency = 'CNY' }: MessageData): string =>
  currency === 'CNY' ? `${amount}元` : `${amount} ${currency}`

/** A line of a mail is one line, whatever a merchant wrote into a title. */
const oneLine = (text: string): string => text.replace(/[\r\n\u2028\u2029]+/g, ' ')
