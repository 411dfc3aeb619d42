import { Failure } from '../../kernel/failure.ts'
import { formatMinor } from '../../kernel/money.ts'
import type { DayState } from '../days/day.ts'

/**
 * What a payment is to reconciliation. waiting: no statement has been compared yet. matched: its line was found, the day is open. in_transit, discrepancy:
 * as they say. confirmed: a person vouches for it, and its line has not come or
 * does not fit. reconciled: 已对账.
 */
export const ITEM_STATES = ['waiting', 'matched', 'in_transit', 'discrepancy', 'confirmed', 'reconciled'] as const
export type ItemState = (typeof ITEM_STATES)[number]

export type Item = {
  readonly orderNo: string
  readonly movementId: number
  readonly paymentNo: string
  readonly kind: 'payment' | 'refund'
  readonly merchantNo: string
  readonly feeItemId: string
  readonly channel: string
  readonly account: string
  readonly tradeNo: string
  readonly amount: number
  readonly currency: string
  readonly paidAt: Date | null
  readonly day: string
  readonly dayId: number | null
  readonly dayState: DayState | null
  /** By a pair or a group. */
  readonly matched: boolean
  /** The day whose run matched it, or found its discrepancy, is closed. */
  readonly final: boolean
  readonly lineId: number | null
  readonly flags: readonly string[]
  readonly discrepancy: {
    readonly id: number
    readonly kind: string
    readonly state: string
    readonly cause: string
    readonly difference: number
    readonly zh: string
    readonly en: string
  } | null
  readonly confirmation: {
    readonly at: Date
    readonly by: string
    readonly name: string
    readonly kind: string
    readonly reason: string
  } | null
  /** Open anomalies that booking found. */
  readonly anomalies: readonly string[]
}

export function itemState(item: Pick<Item, 'matched' | 'final' | 'discrepancy' | 'confirmation'>): ItemState {
  const { matched, final, discrepancy, confirmation } = item
  if (matched) return final || confirmation ? 'reconciled' : 'matched'
  if (discrepancy) {
    if (discrepancy.state === 'resolved' || discrepancy.state === 'waived') return final ? 'reconciled' : 'matched'
    if (confirmation) return 'confirmed'
    return discrepancy.kind === 'in_transit' ? 'in_transit' : 'discrepancy'
  }
  return confirmation ? 'confirmed' : 'waiting'
}

/** What speaks against an item, in the words of whoever confirms it; null: nothing. */
export type Doubt = {
  readonly kind: string
  readonly cause: string
  readonly expected: Readonly<Record<string, string>>
  readonly found: Readonly<Record<string, string>>
  readonly zh: string
  readonly en: string
}

export function doubtOf(item: Item): Doubt | null {
  const expected = { amount: formatMinor(item.amount, item.currency), channel_trade_no: item.tradeNo, state: 'success' }
  if (item.discrepancy?.state === 'open' && item.discrepancy.kind !== 'in_transit') {
    const { kind, cause, difference, zh, en } = item.discrepancy
    return { kind, cause, expected, found: { kind, difference: formatMinor(difference, item.currency) }, zh, en }
  }
  const [anomaly] = item.anomalies
  if (anomaly === undefined) return null
  return {
    kind: 'anomaly',
    cause: anomaly,
    expected,
    found: { anomalies: item.anomalies.join(' ') },
    zh: `入账时发现异常（${item.anomalies.join('、')}），尚未处理。`,
    en: `Booking found it anomalous (${item.anomalies.join(', ')}); nobody has dealt with that yet.`,
  }
}

export type Verdict =
  | { readonly act: 'same' }
  | { readonly act: 'confirm'; readonly kind: 'plain' | 'anomalous' }
  /** A second person decides. */
  | { readonly act: 'review'; readonly kind: 'plain' | 'anomalous' }

/** Above `threshold` (minor units) a second person is asked; null: never. Throws item_final, confirmation_reason_required. */
export function decideConfirm(item: Item, reason: string, threshold: number | null): Verdict {
  if (item.confirmation) return { act: 'same' }
  if (itemState(item) === 'reconciled') throw itemFinal(item.paymentNo)
  const doubt = doubtOf(item)
  if (doubt && reason.trim() === '')
    throw new Failure(
      'confirmation_reason_required',
      {
        zh: `${item.paymentNo} 有异常，须说明理由才能确认：${doubt.zh}`,
        en: `${item.paymentNo} is anomalous and is confirmed only with a reason: ${doubt.en}`,
      },
      {
        payment_no: item.paymentNo,
        kind: doubt.kind,
        cause: doubt.cause,
        expected: doubt.expected,
        found: doubt.found,
      },
    )
  const kind = doubt ? 'anomalous' : 'plain'
  return threshold !== null && Math.abs(item.amount) > threshold ? { act: 'review', kind } : { act: 'confirm', kind }
}

export const itemFinal = (paymentNo: string): Failure =>
  new Failure(
    'item_final',
    { zh: `${paymentNo} 已对账，状态不再改变`, en: `${paymentNo} is reconciled: it changes no more` },
    { payment_no: paymentNo },
  )
