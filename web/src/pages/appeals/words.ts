import type { AppealKind, AppealState } from '../../../../src/appeals/appeal.ts'
import type { StateLook } from '../../pieces/states.tsx'

export const APPEAL_KINDS: Readonly<Record<AppealKind, StateLook>> = {
  not_reconciled: { zh: '已缴费未对账', en: 'Paid, not reconciled', colour: 'default' },
  not_paid: { zh: '已扣款未到账', en: 'Charged, not shown as paid', colour: 'warning' },
}

export const APPEAL_STATES: Readonly<Record<AppealState, StateLook>> = {
  open: { zh: '待答复', en: 'Open', colour: 'processing' },
  answered: { zh: '已答复', en: 'Answered', colour: 'success' },
  closed_by_reconciliation: { zh: '对账后自动办结', en: 'Settled by the reconciliation', colour: 'success' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn', colour: 'default' },
}
