import type { PaymentRecordView, PaymentView } from '../../../../src/orders/api.ts'
import type { Say, StateLook } from '../../pieces/look.ts'
import type { Both } from '../../shell/both.ts'

/** Where a payment stands, in words for whoever paid. */

/** 水费 2026-11: what stands on top of a bill. A title that names its month already keeps as it is. Pure. */
export function billName({ title, period }: { readonly title: string; readonly period: string }): string {
  const digits = (text: string): string => text.replace(/\D/g, '')
  const named = title.includes(period) || (digits(period) !== '' && digits(title).includes(digits(period)))
  return named ? title : `${title} ${period}`
}

export const STEP_NAMES: Readonly<Record<PaymentView['steps'][number]['step'], Both>> = {
  submitted: { zh: '已提交', en: 'Submitted' },
  channel_confirmed: { zh: '渠道已确认', en: 'Confirmed' },
  booked: { zh: '已入账', en: 'Booked' },
  reconciled: { zh: '已对账', en: 'Reconciled' },
}

/** Whether it may still be paid. Pure. */
export const isOpen = ({ state }: Pick<PaymentView, 'state'>): boolean => state === 'created' || state === 'pending'

export type Told = { readonly look: 'wait' | 'done' | 'over' | 'surplus'; readonly title: Both; readonly more: Both }

/** The one sentence on top, and what it means for the payer. Pure. */
export function toldOf({ state, credited, steps }: Pick<PaymentView, 'state' | 'credited' | 'steps'>): Told {
  const reconciled = steps.some(({ step, done }) => step === 'reconciled' && done)
  switch (state) {
    case 'created':
      return {
        look: 'wait',
        title: { zh: '正在提交', en: 'Being submitted' },
        more: { zh: '正在联系支付渠道，请稍候', en: 'The channel is being asked; one moment' },
      }
    case 'pending':
      return {
        look: 'wait',
        title: { zh: '等待支付', en: 'Waiting for your payment' },
        more: {
          zh: '付款后本页自动更新。关掉本页也不要紧，结果不会丢。',
          en: 'This page updates itself once you have paid. Closing it loses nothing.',
        },
      }
    case 'failed':
      return {
        look: 'over',
        title: { zh: '支付没有成功', en: 'Not paid' },
        more: { zh: '没有扣款。可以换一种方式再付。', en: 'No money was taken. You may pay in another way.' },
      }
    case 'closed':
      return {
        look: 'over',
        title: { zh: '这次支付已取消或超时', en: 'Cancelled or expired' },
        more: {
          zh: '没有扣款。如果您确实已付款，系统会再次核实并告诉您。',
          en: 'No money was taken. Should you have paid after all, it is found and you are told.',
        },
      }
    case 'success':
      if (!credited)
        return {
          look: 'surplus',
          title: { zh: '这笔是多缴的', en: 'Paid more than was due' },
          more: {
            zh: '账单此前已缴清，这笔钱审核后按原路退回，不用您操作。',
            en: 'The bill was paid already. This amount goes back the way it came after a check; you need do nothing.',
          },
        }
      return reconciled
        ? {
            look: 'done',
            title: { zh: '缴费成功，已对账', en: 'Paid and reconciled' },
            more: { zh: '收费单位与支付渠道的账已核对一致。', en: 'Our books and the channel’s agree about it.' },
          }
        : {
            look: 'done',
            title: { zh: '缴费成功', en: 'Paid' },
            more: {
              zh: '钱已收到并入账。次日上午与渠道核对后，显示“已对账”。',
              en: 'The money has arrived and is booked. It is “reconciled” once compared with the channel on the next morning.',
            },
          }
  }
}

export type RecordState = 'reconciled' | 'paid' | 'surplus' | 'waiting' | 'failed' | 'closed'

/** What a record is to a payer. Pure. */
export function recordState({
  state,
  credited,
  reconciled,
}: Pick<PaymentRecordView, 'state' | 'credited' | 'reconciled'>): RecordState {
  if (state === 'success') return credited ? (reconciled ? 'reconciled' : 'paid') : 'surplus'
  return state === 'created' || state === 'pending' ? 'waiting' : state
}

export const RECORD_LOOKS: Readonly<Record<RecordState, StateLook>> = {
  reconciled: { zh: '已缴费 · 已对账', en: 'Paid · reconciled', colour: 'success' },
  paid: { zh: '已缴费 · 待对账', en: 'Paid · to be reconciled', colour: 'processing' },
  surplus: { zh: '多缴待退', en: 'Surplus, goes back', colour: 'warning' },
  waiting: { zh: '支付未完成', en: 'Not completed yet', colour: 'warning' },
  failed: { zh: '支付失败', en: 'Failed', colour: 'error' },
  closed: { zh: '已取消', en: 'Cancelled', colour: 'default' },
}

export const ORDER_LOOKS: Readonly<Record<string, StateLook>> = {
  unpaid: { zh: '待缴', en: 'Due', colour: 'warning' },
  under_way: { zh: '支付结果待确认', en: 'Payment being confirmed', colour: 'processing' },
  part_paid: { zh: '已缴一部分', en: 'Paid in part', colour: 'processing' },
  paid: { zh: '已缴清', en: 'Paid', colour: 'success' },
  closed: { zh: '已撤销', en: 'Taken back', colour: 'default' },
}

export const APPEAL_LOOKS: Readonly<Record<string, StateLook>> = {
  open: { zh: '处理中', en: 'Being looked into', colour: 'processing' },
  answered: { zh: '已答复', en: 'Answered', colour: 'success' },
  closed_by_reconciliation: { zh: '已对账，自动办结', en: 'Settled by the reconciliation', colour: 'success' },
  withdrawn: { zh: '已撤回', en: 'Taken back', colour: 'default' },
}

/** What payees usually call the number on their bills. Another word stays as it is. */
const ACCOUNT_LABELS: Readonly<Record<string, string>> = {
  户号: 'Account number',
  学号: 'Student number',
  卡号: 'Card number',
  房号: 'Flat number',
  纳税人识别号: 'Taxpayer number',
}

export const accountLabel = (t: Say, label = '户号'): string => t(label, ACCOUNT_LABELS[label] ?? label)
