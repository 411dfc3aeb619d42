import type { Sentence } from '../../matching/entry.ts'

const NAMES: Readonly<Record<string, Sentence>> = {
  in_transit_in: { zh: '在途转入', en: 'In transit, in' },
  in_transit_out: { zh: '在途转出', en: 'In transit, out' },
  in_transit: { zh: '在途', en: 'In transit' },
  channel_only: { zh: '长款', en: 'Surplus (theirs only)' },
  platform_only: { zh: '短款', en: 'Shortage (ours only)' },
  amount_mismatch: { zh: '金额不符', en: 'Amounts differ' },
  status_mismatch: { zh: '状态不符', en: 'States differ' },
  duplicate_payment: { zh: '重复支付', en: 'Paid twice' },
  currency_mismatch: { zh: '币种不符', en: 'Currencies differ' },
  ambiguous: { zh: '多解', en: 'Ambiguous' },
  unresolved: { zh: '未决', en: 'Unresolved' },
  waived: { zh: '豁免', en: 'Waived' },
  matched: { zh: '匹配内差额', en: 'Differences within matches' },
  settlement: { zh: '渠道结算到账', en: 'Payouts of channels' },
}

/** What a step of the proof is called. */
export const stepName = (step: string): Sentence => NAMES[step] ?? { zh: step, en: step }
