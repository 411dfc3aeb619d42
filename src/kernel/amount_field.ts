import { Failure } from './failure.ts'
import { exponentOf, parseDecimal } from './money.ts'

/** How amounts are written in JSON: decimal strings in major units. */
export const AMOUNT_PATTERN = '^\\d{1,15}(\\.\\d{1,4})?$'

/** "1234.50" to minor units of the currency. Throws amount_invalid for zero, too many decimals, or one too large. */
export function readAmount(text: string, currency: string, field: string): number {
  const amount = parseDecimal(text, exponentOf(currency))
  if (amount !== null && amount > 0) return amount
  const decimals = exponentOf(currency)
  throw new Failure(
    'amount_invalid',
    {
      zh: `${field}：“${text}”不是有效金额，应为大于零、最多 ${decimals} 位小数的 ${currency} 金额，如 "${'12.50'.slice(0, decimals === 0 ? 2 : 3 + decimals)}"`,
      en: `${field}: "${text}" is no valid amount; more than zero in ${currency} with at most ${decimals} decimals is expected`,
    },
    { field, found: text },
  )
}
