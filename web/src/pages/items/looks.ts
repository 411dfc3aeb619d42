import { causeName, FLAGS, KINDS, PASSES } from '../../../../src/reports/words.ts'
import { ANOMALY_WORDS } from '../../pieces/payment_words.ts'
import type { StateLook } from '../../pieces/states.tsx'
import type { Both } from '../../shell/text.ts'

export const ITEM_LOOKS: Readonly<Record<string, StateLook>> = {
  waiting: { zh: '待对账单', en: 'Statement awaited', colour: 'default' },
  matched: { zh: '已匹配', en: 'Matched', colour: 'processing' },
  in_transit: { zh: '在途', en: 'In transit', colour: 'warning' },
  discrepancy: { zh: '异常', en: 'Anomalous', colour: 'error' },
  confirmed: { zh: '已确认', en: 'Confirmed', colour: 'success' },
  reconciled: { zh: '已对账', en: 'Reconciled', colour: 'success' },
  awaiting_review: { zh: '待复核', en: 'With a second person', colour: 'warning' },
}

export const TAB_NAMES: Readonly<Record<string, Both>> = {
  open: { zh: '待对账', en: 'To reconcile' },
  matched: { zh: '已匹配', en: 'Matched' },
  waiting: { zh: '待对账单', en: 'Statement awaited' },
  discrepancy: { zh: '异常', en: 'Anomalous' },
  in_transit: { zh: '在途', en: 'In transit' },
  confirmed: { zh: '已确认', en: 'Confirmed' },
  reconciled: { zh: '已对账', en: 'Reconciled' },
}

const both = (of: (lang: 'zh' | 'en') => string): Both => ({ zh: of('zh'), en: of('en') })

/** A kind of discrepancy, or what booking found. */
export const kindWords = (kind: string): Both =>
  kind === 'anomaly'
    ? { zh: '入账异常', en: 'Found while booking' }
    : (KINDS[kind as keyof typeof KINDS] ?? { zh: kind, en: kind })
export const causeWords = (cause: string): Both => ANOMALY_WORDS[cause] ?? both(lang => causeName(cause, lang))
export const passWords = (pass: string): Both =>
  PASSES[pass as keyof typeof PASSES] ??
  (pass === 'by_hand' ? { zh: '手工匹配', en: 'By hand' } : { zh: pass, en: pass })
export const flagWords = (flag: string): Both => FLAGS[flag as keyof typeof FLAGS] ?? { zh: flag, en: flag }

/** Fields of what was expected and what was found. */
const FIELD_WORDS: Readonly<Record<string, Both>> = {
  amount: { zh: '金额', en: 'Amount' },
  channel_trade_no: { zh: '渠道流水号', en: 'Channel trade no' },
  state: { zh: '状态', en: 'State' },
  kind: { zh: '类型', en: 'Kind' },
  difference: { zh: '差额', en: 'Difference' },
  anomalies: { zh: '入账时发现', en: 'Found while booking' },
  occurred_at: { zh: '时间', en: 'Time' },
  file: { zh: '对账单', en: 'Statement' },
  fee: { zh: '手续费', en: 'Fee' },
}
export const fieldWords = (field: string): Both => FIELD_WORDS[field] ?? { zh: field, en: field }
