import { formatMinor } from '../../../../src/kernel/money.ts'
import type { Both } from '../../shell/both.ts'

/** The evidence of an anomaly, as a person reads it: amounts are whole minor units there. Pure. */

export type AnomalyFact =
  | { readonly name: Both; readonly kind: 'money'; readonly amount: string; readonly currency: string }
  | { readonly name: Both; readonly kind: 'when'; readonly at: string }
  | { readonly name: Both; readonly kind: 'text'; readonly text: string }

const both = (zh: string, en: string): Both => ({ zh, en })

const NAMES: Readonly<Record<string, Both>> = {
  asked: both('应收', 'Asked for'),
  amount: both('渠道实收', 'The channel took'),
  order_amount: both('缴费单金额', 'Amount of the order'),
  order_paid: both('此前已缴', 'Paid before'),
  channel_trade_no: both('渠道交易号', 'Channel’s number'),
  currency: both('币种', 'Currency'),
  asked_currency: both('应收币种', 'Currency asked for'),
  paid_at: both('支付时间', 'Paid at'),
  reason: both('渠道说明', 'The channel’s reason'),
  state: both('渠道状态', 'State at the channel'),
  booked: both('此前入账', 'Booked before'),
}
const MONEY: ReadonlySet<string> = new Set(['asked', 'amount', 'order_amount', 'order_paid'])

export function anomalyFacts(evidence: Readonly<Record<string, unknown>>): AnomalyFact[] {
  const currency = typeof evidence.currency === 'string' ? evidence.currency : 'CNY'
  return Object.entries(evidence).flatMap(([field, value]): AnomalyFact[] => {
    const name = NAMES[field] ?? both(field, field)
    if (value === null || value === '') return []
    if (MONEY.has(field) && typeof value === 'number' && Number.isSafeInteger(value))
      return [{ name, kind: 'money', amount: formatMinor(value, currency), currency }]
    if (field === 'paid_at' && typeof value === 'string') return [{ name, kind: 'when', at: value }]
    if (typeof value === 'object')
      return anomalyFacts({ currency, ...value })
        .filter(each => each.name !== NAMES.currency)
        .map(each => ({ ...each, name: both(`${name.zh}：${each.name.zh}`, `${name.en}: ${each.name.en}`) }))
    return [{ name, kind: 'text', text: String(value) }]
  })
}
