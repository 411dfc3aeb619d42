import type { PaymentView } from '../../../../src/orders/api.ts'
import type { Both } from '../../shell/both.ts'

export type AppealKind = 'not_reconciled' | 'not_paid'

/** What can be said to be wrong with a payment; null: nothing, it is reconciled. Pure. */
export function mayAppeal({ state, steps }: Pick<PaymentView, 'state' | 'steps'>): AppealKind | null {
  if (state !== 'success') return 'not_paid'
  return steps.some(({ step, done }) => step === 'reconciled' && done) ? null : 'not_reconciled'
}

export const KIND_WORDS: Readonly<Record<AppealKind, Both>> = {
  not_paid: { zh: '已扣款，却没有显示缴费成功', en: 'I was charged, and it is not shown as paid' },
  not_reconciled: { zh: '已缴费，却一直没有对账', en: 'Paid, and not reconciled for long' },
}

export const VERDICT_WORDS: Readonly<Record<string, Both>> = {
  accepted: { zh: '申诉成立', en: 'You were right' },
  explained: { zh: '已说明情况', en: 'Explained' },
  rejected: { zh: '申诉不成立', en: 'Not upheld' },
}
