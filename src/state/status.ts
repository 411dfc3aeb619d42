import { instantText } from '../kernel/instant_text.ts'
import type { StatusNote, StatusView } from './api.ts'
import type { Figures } from './figures_store.ts'

/** How the house stands in sentences a manager understands, by the thresholds of deploy/prometheus/alerts.yml. Pure. */

/** Seconds, and the alert that says the same to whoever is on duty. */
export const THRESHOLDS = {
  StatementMissing: 3_600,
  StatementMissingAtClose: 1_200,
  ProofFailingAtClose: 2_400,
  ReviewWaiting: 14_400,
  CompensationStandsStill: 300,
  CompensationAgeing: 86_400,
  RefundStuck: 86_400,
  MessagesStandStill: 900,
  JobsStandStill: 300,
} as const

export type Facts = Figures & {
  /** How long ago the first due background task should have begun, in seconds. */
  readonly jobsLate: number
  readonly workers: number
}

const sum = (counts: readonly number[]): number => counts.reduce((all, each) => all + each, 0)

/** 45 分钟, 3 小时, 2 天: as exact as one needs to know. */
function spoken(seconds: number): { readonly zh: string; readonly en: string } {
  const [n, zh, en] =
    seconds < 5_400
      ? [Math.max(1, Math.round(seconds / 60)), '分钟', 'minute']
      : seconds < 129_600
        ? [Math.round(seconds / 3_600), '小时', 'hour']
        : [Math.round(seconds / 86_400), '天', 'day']
  return { zh: `${n} ${zh}`, en: `${n} ${en}${n === 1 ? '' : 's'}` }
}

/** What is wrong, worst first; nothing wrong is `good`. `at`: of the figures. */
export function statusOf(of: Facts, at: Date): StatusView {
  const notes = [...dayNotes(of), ...workNotes(of), ...machineNotes(of)]
  const danger = notes.filter(note => note.level === 'danger')
  const attention = notes.filter(note => note.level === 'attention')
  const level = danger.length > 0 ? 'danger' : attention.length > 0 ? 'attention' : 'good'
  const close = of.nextClose === null ? null : instantText(new Date(at.getTime() + of.nextClose * 1000))
  return { level, at: instantText(at), next_close_at: close, notes: [...danger, ...attention] }
}

function dayNotes({ statements, nextClose, proofsFailing, daysOverdue, daysOverdueFor }: Facts): StatusNote[] {
  const notes: StatusNote[] = []
  const soon = statements.filter(({ due }) => due <= THRESHOLDS.StatementMissing)
  if (soon.length > 0) {
    const due = Math.min(...soon.map(each => each.due))
    const left = spoken(Math.abs(due))
    const urgent = due <= THRESHOLDS.StatementMissingAtClose
    notes.push({
      level: urgent ? 'danger' : 'attention',
      alert: urgent ? 'StatementMissingAtClose' : 'StatementMissing',
      zh: `${soon.length} 个账户的对账单未到，${due > 0 ? `距日终还有 ${left.zh}` : `日终已过 ${left.zh}`}`,
      en: `${soon.length} accounts lack a statement; the day ${due > 0 ? `closes in ${left.en}` : `should have closed ${left.en} ago`}`,
    })
  }
  if (proofsFailing > 0) {
    const urgent = nextClose !== null && nextClose <= THRESHOLDS.ProofFailingAtClose
    notes.push({
      level: urgent ? 'danger' : 'attention',
      alert: urgent ? 'ProofFailingAtClose' : 'ProofFailing',
      zh: `${proofsFailing} 个账期勾稽不平，平之前不能关闭`,
      en: `The proof of ${proofsFailing} days has a rest; they cannot close before it is gone`,
    })
  }
  if (daysOverdue > 0) {
    const past = spoken(daysOverdueFor)
    notes.push({
      level: 'danger',
      alert: 'DayOpenPastClose',
      zh: `${daysOverdue} 个账期过了日终仍未关闭，最久 ${past.zh}`,
      en: `${daysOverdue} days are open past their close, the oldest for ${past.en}`,
    })
  }
  return notes
}

function workNotes({ discrepancies, reviews, compensation, refunds, outboxLate }: Facts): StatusNote[] {
  const notes: StatusNote[] = []
  const late = (
    alert: keyof typeof THRESHOLDS,
    level: StatusNote['level'],
    seconds: number,
    zh: string,
    en: string,
  ): void => {
    if (seconds <= THRESHOLDS[alert]) return
    const time = spoken(seconds)
    notes.push({ level, alert, zh: `${zh} ${time.zh}`, en: `${en} ${time.en}` })
  }
  const oldest = (all: readonly { readonly oldest: number }[]): number => Math.max(0, ...all.map(each => each.oldest))
  const overdue = sum(discrepancies.map(each => each.overdue))
  if (overdue > 0)
    notes.push({
      level: 'attention',
      alert: 'DiscrepanciesOverdue',
      zh: `${overdue} 笔差错超时未处理`,
      en: `${overdue} discrepancies were not dealt with in time`,
    })
  late('ReviewWaiting', 'attention', oldest(reviews), '有复核已等待', 'A review has waited for')
  const unasked = Math.max(0, ...compensation.map(each => each.late))
  late(
    'CompensationStandsStill',
    'danger',
    unasked,
    '向渠道查询支付结果已停滞',
    'Nobody has asked the channels about payments for',
  )
  late('CompensationAgeing', 'attention', oldest(compensation), '有支付没有结果已', 'A payment has had no end for')
  late('RefundStuck', 'attention', oldest(refunds), '有退款没有结果已', 'A refund has had no end for')
  late('MessagesStandStill', 'attention', outboxLate, '短信和邮件积压已', 'Messages have not left for')
  return notes
}

function machineNotes({ jobsLate, workers }: Facts): StatusNote[] {
  if (workers > 0 && jobsLate <= THRESHOLDS.JobsStandStill) return []
  return [
    {
      level: 'danger',
      alert: 'JobsStandStill',
      zh: '后台任务停滞，对账和补偿不会前进',
      en: 'Background tasks stand still: nothing is settled or asked about',
    },
  ]
}
