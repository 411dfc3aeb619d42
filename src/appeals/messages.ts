import { formatMinor } from '../kernel/money.ts'
import type { Message, MessageData, Template } from '../notices/message.ts'
import { type Appeal, settledWords, type Verdict } from './appeal.ts'

/** What payers and the staff are told. Pure. */

export const VERDICT_WORDS: Readonly<Record<Verdict, { readonly zh: string; readonly en: string }>> = {
  accepted: { zh: '申诉成立', en: 'accepted' },
  explained: { zh: '已说明', en: 'explained' },
  rejected: { zh: '申诉不成立', en: 'rejected' },
}

type Told = Pick<Appeal, 'id' | 'title' | 'amount' | 'currency' | 'paymentNo' | 'email'>

/** To the phone that he logs in by, and to the mail address he gave. `what` happens once to an appeal, so each is there once. */
const toPayer = (
  appeal: Told,
  phone: string | undefined,
  what: string,
  template: Template,
  facts: MessageData,
): Message[] => {
  const data = {
    appeal_id: appeal.id,
    title: appeal.title,
    amount: formatMinor(appeal.amount, appeal.currency),
    currency: appeal.currency,
    payment_no: appeal.paymentNo,
    ...facts,
  }
  const to = [
    { medium: 'sms', recipient: phone ?? '' },
    { medium: 'mail', recipient: appeal.email },
  ] as const
  return to
    .filter(({ recipient }) => recipient !== '')
    .map(({ medium, recipient }) => ({
      key: `appeal:${appeal.id}:${what}:${medium}`,
      medium,
      recipient,
      template,
      data,
    }))
}

export const receivedMessages = (appeal: Told & Pick<Appeal, 'dueAt'>, phone: string | undefined): Message[] =>
  toPayer(appeal, phone, 'received', 'appeal_received', { due_at: appeal.dueAt.toISOString() })

export const answeredMessages = (
  appeal: Told,
  phone: string | undefined,
  { verdict, answer }: { readonly verdict: Verdict; readonly answer: string },
): Message[] => {
  const { zh, en } = VERDICT_WORDS[verdict]
  return toPayer(appeal, phone, 'answered', 'appeal_answered', { verdict_zh: zh, verdict_en: en, answer })
}

export const settledMessages = (appeal: Told & Pick<Appeal, 'kind'>, phone: string | undefined): Message[] => {
  const { zh, en } = settledWords(appeal.kind)
  return toPayer(appeal, phone, 'settled', 'appeal_settled', { answer_zh: zh, answer_en: en })
}

const IDS_MAX = 20

/** One mail for all that became due at once. The first one's id and its count of reminders make it this mail and no other. */
export function dueMessages(
  kind: 'remind' | 'escalate',
  due: readonly (Pick<Appeal, 'id' | 'dueAt'> & { readonly reminded: number })[],
  mailTo: readonly string[],
): Message[] {
  const [first] = due
  if (!first) return []
  const ids = due.slice(0, IDS_MAX).map(({ id }) => id)
  const data = {
    stage_zh: kind === 'escalate' ? '已超时' : '即将到期',
    stage_en: kind === 'escalate' ? 'overdue' : 'due soon',
    count: String(due.length),
    due_at: first.dueAt.toISOString(),
    appeal_ids: due.length > ids.length ? `${ids.join(', ')} …` : ids.join(', '),
  }
  const mark = kind === 'escalate' ? 'overdue' : `reminder-${first.reminded}`
  return mailTo.map(recipient => ({
    key: `appeals:${mark}:${first.id}:${recipient}`,
    medium: 'mail' as const,
    recipient,
    template: 'appeals_due' as const,
    data,
  }))
}
