import type { State as DiscrepancyState } from '../../../src/discrepancies/actions.ts'
import { ACTIONS } from '../../../src/discrepancies/actions.ts'
import type { DiscrepancyKind } from '../../../src/matching/entry.ts'
import type { Both } from '../shell/both.ts'
import type { StateLook } from './states.tsx'

/** The field's words for discrepancies (`docs/glossary.md`). */

export const KIND_LOOKS: Readonly<Record<DiscrepancyKind, StateLook>> = {
  channel_only: { zh: '长款', en: 'Surplus', colour: 'warning' },
  platform_only: { zh: '短款', en: 'Shortage', colour: 'error' },
  amount_mismatch: { zh: '金额不符', en: 'Amount differs', colour: 'error' },
  status_mismatch: { zh: '状态不符', en: 'Status differs', colour: 'warning' },
  duplicate_payment: { zh: '重复支付', en: 'Duplicate payment', colour: 'warning' },
  duplicate_line: { zh: '账单重复行', en: 'Duplicate line', colour: 'default' },
  fee_mismatch: { zh: '手续费不符', en: 'Fee differs', colour: 'default' },
  currency_mismatch: { zh: '币种不符', en: 'Currency differs', colour: 'error' },
  ambiguous: { zh: '多解', en: 'Ambiguous', colour: 'processing' },
  unresolved: { zh: '未决', en: 'Unresolved', colour: 'processing' },
  in_transit: { zh: '在途', en: 'In transit', colour: 'default' },
  waived: { zh: '豁免', en: 'Waived', colour: 'default' },
  rejected_line: { zh: '坏行', en: 'Rejected line', colour: 'error' },
}

export const DISCREPANCY_STATES: Readonly<Record<DiscrepancyState, StateLook>> = {
  open: { zh: '未结', en: 'Open', colour: 'processing' },
  waived: { zh: '已豁免', en: 'Waived', colour: 'default' },
  explained: { zh: '已对平', en: 'Explained', colour: 'success' },
  replaced: { zh: '已并入另一差错', en: 'Replaced', colour: 'default' },
  resolved: { zh: '已结案', en: 'Resolved', colour: 'success' },
}

/** What ended one that no person ended. */
const OTHER_ENDINGS: Readonly<Record<string, Both>> = {
  payout: { zh: '认出为渠道结算到账', en: 'Recognised as a payout' },
  matched: { zh: '对账时自动对平', en: 'Matched by a run' },
  regrouped: { zh: '并入另一件差错', en: 'Became part of another' },
  restated: { zh: '账单重述后对平', en: 'Settled by a restated statement' },
}

export const actionWords = (action: string): Both | undefined =>
  (ACTIONS as Readonly<Record<string, Both>>)[action] ?? OTHER_ENDINGS[action]
