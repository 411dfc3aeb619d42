import type { StateLook } from '../../pieces/states.tsx'

export const DAY_LOOKS: Readonly<Record<string, StateLook>> = {
  waiting: { zh: '待对账单', en: 'Statement awaited', colour: 'default' },
  settling: { zh: '对账中', en: 'Reconciling', colour: 'processing' },
  provisional: { zh: '已对账，未关账', en: 'Reconciled, open', colour: 'warning' },
  closed: { zh: '已关账', en: 'Closed', colour: 'success' },
}
