import { exponentOf, formatMinor, parseDecimal } from '../../../../src/kernel/money.ts'
import type { Both } from '../../shell/both.ts'

/** What is wrong with the amount of a refund, told while it is typed; the platform decides. Pure. */
export function amountFault(text: string, remaining: string, currency: string): Both | null {
  const exponent = exponentOf(currency)
  const amount = parseDecimal(text, exponent)
  const most = parseDecimal(remaining, exponent) ?? 0
  if (amount === null || amount <= 0)
    return {
      zh: `请填写大于零的金额，最多 ${exponent} 位小数`,
      en: `Give an amount above zero, with ${exponent} decimals at most`,
    }
  if (amount > most) return { zh: `超过可退余额 ${remaining}`, en: `More than what remains (${remaining})` }
  return null
}

/** What will remain after it: exact, in the currency's own decimals; null while the amount is no amount. */
export function remainsAfter(text: string, remaining: string, currency: string): string | null {
  if (amountFault(text, remaining, currency) !== null) return null
  const exponent = exponentOf(currency)
  return formatMinor((parseDecimal(remaining, exponent) ?? 0) - (parseDecimal(text, exponent) ?? 0), currency)
}
