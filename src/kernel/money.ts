/**
 * Money is a whole number of minor units (分) together with its currency, everywhere. Single amounts are safe integers
 * (an amount that is not is refused when read); sums are `bigint`, because a day of large amounts passes 2^53.
 */

/** ISO 4217 (2024 list): currencies whose minor unit is not 1/100. Everything else has two decimals. */
const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
}

/** Number of decimals of the currency's minor unit: CNY 2, JPY 0, KWD 3. */
export const exponentOf = (currency: string): number => EXPONENTS[currency] ?? 2

/** "1234.50" for (123450, 'CNY'); "-0.05"; "1200" for JPY. Exact for bigint of any size. */
export function formatMinor(minor: number | bigint, currency: string): string {
  const exponent = exponentOf(currency)
  const negative = minor < 0
  const digits = (negative ? -BigInt(minor) : BigInt(minor)).toString().padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent)
  const text = exponent === 0 ? digits : `${whole}.${digits.slice(digits.length - exponent)}`
  return negative ? `-${text}` : text
}

/**
 * A plain decimal ("12", "12.5", "-0.05", "+3") to minor units; null when the text is anything else, has more
 * decimals than the currency (unless the extra digits are zero), or is not a safe integer of minor units.
 * Never a float on the way. Liberal spellings (￥, thousands, brackets, full width) are the statements' business.
 */
export function parseDecimal(text: string, exponent: number): number | null {
  const length = text.length
  let i = 0
  let negative = false
  const first = text.charCodeAt(0)
  if (first === 45 || first === 43) {
    negative = first === 45
    i = 1
  }
  let value = 0
  let decimals = -1
  let digits = 0
  for (; i < length; i++) {
    const c = text.charCodeAt(i)
    if (c >= 48 && c <= 57) {
      if (decimals < 0) value = value * 10 + (c - 48)
      else if (decimals < exponent) {
        value = value * 10 + (c - 48)
        decimals++
      } else if (c !== 48) return null
      digits++
    } else if (c === 46 && decimals < 0 && digits > 0) decimals = 0
    else return null
    if (value > Number.MAX_SAFE_INTEGER) return null
  }
  if (digits === 0 || text.charCodeAt(length - 1) === 46) return null
  for (let d = Math.max(decimals, 0); d < exponent; d++) value *= 10
  if (value > Number.MAX_SAFE_INTEGER) return null
  return negative && value !== 0 ? -value : value
}
