import { exponentOf } from '../../kernel/money.ts'
import { plainAmount } from '../amount_text.ts'
import { ExactSum } from '../collector.ts'
import type { Detail, Movement } from './message.ts'

/** Sum that can start again. */
export class ExactSumPair {
  #sum = new ExactSum()
  #used = false

  add(value: number): void {
    this.#used = true
    this.#sum.add(value)
  }

  clear(): void {
    if (this.#used) this.#sum = new ExactSum()
    this.#used = false
  }

  get value(): bigint {
    return this.#sum.value
  }
}

/** xs:decimal, never negative; NaN for anything else and for decimals that the currency does not have. */
export function decimalAmount(text: string, exponent: number): number {
  const minor = plainAmount(text, 0, text.length, exponent)
  if (!Number.isNaN(minor)) return minor < 0 ? Number.NaN : minor
  const short = /^\+?(\d*)\.(\d*)$/.exec(text)
  if (!short || (short[1] === '' && short[2] === '')) return Number.NaN
  const full = `${short[1] || '0'}.${short[2] || '0'}`
  return plainAmount(full, 0, full.length, exponent)
}

/** The detail's amount in the account's currency: the one element that must agree with the entry. */
export function amountIn(detail: Detail, currency: string): string {
  if (detail.amount !== '' && (detail.currency || currency) === currency) return detail.amount
  if (detail.transactionAmount !== '' && detail.transactionCurrency === currency) return detail.transactionAmount
  if (detail.counterAmount !== '' && detail.counterCurrency === currency) return detail.counterAmount
  if (detail.instructedAmount !== '' && detail.instructedCurrency === currency) return detail.instructedAmount
  return ''
}
export const hasCharges = (movement: Movement): boolean => movement.charges.length > 0 || movement.chargesTotal !== null

/** What the bank took, in the currency of the record; null where it does not say. */
export function feeOf(movement: Movement | null, currency: string): number | null {
  if (!movement) return null
  const charges = movement.charges.length > 0 ? movement.charges : movement.chargesTotal ? [movement.chargesTotal] : []
  const own = charges.filter(charge => (charge.currency || currency) === currency)
  if (own.length === 0) return null
  let fee = 0
  for (const charge of own) {
    const minor = decimalAmount(charge.amount, exponentOf(currency))
    if (Number.isNaN(minor)) return null
    fee += charge.side === 'CRDT' ? -minor : minor
  }
  return fee
}
