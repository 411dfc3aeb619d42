import type { Outcome } from '../../../../src/discrepancies/api.ts'
import type { Both } from '../../shell/both.ts'

const OUTCOMES: Readonly<Record<Outcome, Both>> = {
  done: { zh: '已完成', en: 'Done' },
  awaiting_review: { zh: '已提交复核', en: 'Submitted for review' },
  refund_asked: { zh: '已申请退款，成功后自动结案', en: 'The refund is asked for; its success ends it' },
  booked: {
    zh: '渠道已确认，已补单入账；下一次对账自动对平',
    en: 'The channel confirmed and it is booked; the next run matches it',
  },
}

export const outcomeWords = (outcome: Outcome): Both => OUTCOMES[outcome]
