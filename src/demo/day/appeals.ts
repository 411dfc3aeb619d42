import { type Answer, until } from './caller.ts'
import type { Evening } from './evening.ts'
import { type DayStage, type Ids, labelled } from './stage.ts'

/** 对账申诉: one that the staff answers, one that is left to the reconciliation. Gives the latter. */
export async function playAppeals(stage: DayStage, { restated, doubled }: Evening, id: Ids): Promise<string> {
  const { payer, support, lang, say } = stage
  const zh = lang === 'zh'
  const { accounts } = await payer.get('/api/own/accounts')
  if (accounts.length === 0)
    await payer.post('/api/own/accounts', { merchant_no: 'FZWATER', account_no: '10086001', payer_name: '王小明' })
  const file = (paymentNo: string, text: string): Promise<Answer> =>
    payer.post('/api/own/appeals', { id: id(), payment_no: paymentNo, kind: 'not_reconciled', text })
  const first = await file(
    restated,
    zh ? '昨晚交的水费 88.80 元，页面一直显示未对账' : 'Paid 88.80 last night, and it is not reconciled',
  )
  const second = await file(
    doubled,
    zh ? '付款后一直未对账，是不是扣了两次？' : 'Not reconciled either: was I charged twice?',
  )
  say(
    labelled('申诉', `缴费人短信登录，提交 2 件申诉，${clockOf(first.due_at)} 前答复`),
    labelled('appeal', `the payer logs in by SMS and files two, to be answered by ${clockOf(first.due_at)}`),
  )
  await support.post(`/api/appeals/${first.appeal_id}/take`, { id: id() })
  await support.post(`/api/appeals/${first.appeal_id}/answer`, {
    ...{ id: id(), verdict: 'explained' },
    text: zh
      ? '支付宝已更正账单，您的缴费无误，今日 10:00 关账后显示已对账。'
      : 'Alipay has corrected its statement: your payment is right, and is shown as reconciled after 10:00.',
  })
  const seen = await payer.get(`/api/own/appeals/${first.appeal_id}`)
  say(
    labelled('', `柯客服答复，缴费人看到：${seen.answer}`),
    labelled('', `support answers, and the payer reads: ${seen.answer}`),
  )
  return second.appeal_id
}

/** What the close itself answered. */
export async function playSettledAppeal({ payer, say }: DayStage, appealId: string): Promise<void> {
  const appeal = await until(
    'the appeal that the close settles',
    () => payer.get(`/api/own/appeals/${appealId}`),
    each => each.state === 'closed_by_reconciliation',
  )
  say(
    labelled('申诉', `第 2 件由对账自动结案：${appeal.answer}`),
    labelled('appeal', 'the second one is closed by the reconciliation itself, and the payer is told by SMS'),
  )
}

const clockOf = (at: string): string => at.slice(5, 16).replace('T', ' ')
