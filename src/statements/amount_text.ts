/**
 * Money as people and programs write it. The answer is whole minor units or a reason, never a float and never a guess:
 * a text that could mean two amounts is unreadable.
 */

export type AmountTrouble =
  | 'empty' // nothing there: not the same as zero
  | 'scientific' // 4.2E+27: a spreadsheet has eaten digits
  | 'decimals' // more decimals than the currency has, and they are not zero
  | 'too_large' // not a safe integer of minor units
  | 'unreadable'

export type AmountStyle = {
  /** Number of decimals kept: the currency's, or 5 for WeChat fees. */
  readonly exponent: number
  /** Which sign separates decimals, proven by the file. */
  readonly decimal: '.' | ','
}

/** `side`: the text's own CR/DR mark, which is the account owner's side (CR in, DR out). */
export type AmountRead = { readonly minor: number; readonly side: 'in' | 'out' | null }

/** Any safe way to write an amount; the plain ones first and fast. */
export function readAmount(text: string, style: AmountStyle): AmountRead | AmountTrouble {
  const plain = style.decimal === '.' ? plainAmount(text, 0, text.length, style.exponent) : Number.NaN
  if (!Number.isNaN(plain)) return { minor: plain, side: null }
  return liberalAmount(text, style)
}

/**
 * "12", "12.5", "-0.05", "12.500" in place, without slicing; NaN for anything else (also for what is refused). The hot path
 * of every format.
 */
export function plainAmount(text: string, from: number, to: number, exponent: number): number {
  let at = from
  const first = text.charCodeAt(at)
  const negative = first === 45
  if (negative || first === 43) at++
  // Fifteen digits are safe without looking at the value.
  if (to - at > 16 || to <= at) return Number.NaN
  let value = 0
  let decimals = -1
  for (; at < to; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit >= 0 && digit <= 9) {
      if (decimals < exponent) {
        value = value * 10 + digit
        if (decimals >= 0) decimals++
      } else if (digit !== 0) return Number.NaN
    } else if (digit === -2 && decimals < 0 && at > from + (negative || first === 43 ? 1 : 0) && at < to - 1)
      decimals = 0
    else return Number.NaN
  }
  for (let d = decimals < 0 ? 0 : decimals; d < exponent; d++) value *= 10
  if (value > Number.MAX_SAFE_INTEGER) return Number.NaN
  return negative && value !== 0 ? -value : value
}

const BLANKS = /[\s\u00a0\u2007\u2009\u202f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const CURRENCY_MARK =
  /^(?:CNY|RMB|USD|EUR|GBP|HKD|JPY|MOP|TWD|SGD|AUD|CAD|CHF|KRW|THB|NZD|US\$|HK\$|NT\$|人民币|[¥$€£₩₹฿]|元)|(?:CNY|RMB|USD|EUR|GBP|HKD|JPY|MOP|TWD|SGD|AUD|CAD|CHF|KRW|THB|NZD|人民币|元|圆|[¥$€£₩₹฿])$/gi

function liberalAmount(text: string, style: AmountStyle): AmountRead | AmountTrouble {
  let rest = narrow(text)
    .replace(/[−–﹣]/g, '-')
    .trim()
  let side: 'in' | 'out' | null = null
  let negative = false
  const marked = /^(.*?)\s*(CR|DR|贷|借)\.?$/i.exec(rest)
  if (marked) {
    side = /^(CR|贷)$/i.test(marked[2]!) ? 'in' : 'out'
    rest = marked[1]!
  }
  rest = rest.replace(BLANKS, ' ').trim()
  if (rest === '') return 'empty'
  if (/^\((.*)\)$/.test(rest)) {
    negative = true
    rest = rest.slice(1, -1).trim()
  }
  // A sign stands before or behind the currency mark, or behind the number; never twice.
  for (let turn = 0, signs = 0; turn < 4; turn++) {
    if (/^[+-]/.test(rest) || /\d\s*[+-]$/.test(rest)) {
      if (++signs > 1 || (negative && signs > 0)) return 'unreadable'
      const leading = /^[+-]/.test(rest)
      negative = (leading ? rest[0] : rest[rest.length - 1]) === '-'
      rest = (leading ? rest.slice(1) : rest.slice(0, -1)).trim()
    }
    rest = rest.replace(CURRENCY_MARK, '').trim()
  }
  if (/^\d+(\.\d+)?E[+-]?\d+$/i.test(rest)) return 'scientific'
  const digits = ungrouped(rest, style.decimal)
  if (digits === null) return 'unreadable'
  const minor = minorOf(digits, style.exponent)
  if (typeof minor === 'string') return minor
  if (side !== null && negative) return 'unreadable'
  return { minor: (negative || side === 'out') && minor !== 0 ? -minor : minor, side }
}

/** Without thousands separators, which must stand at every third digit; decimals behind a point. */
function ungrouped(text: string, decimal: '.' | ','): string | null {
  const group = decimal === '.' ? ',' : '.'
  const [whole = '', fraction, ...more] = text.split(decimal)
  if (more.length > 0 || fraction === '' || (fraction !== undefined && !/^\d+$/.test(fraction))) return null
  const separator = [group, ' ', "'", '’'].find(candidate => whole.includes(candidate))
  if (separator !== undefined) {
    const groups = whole.split(separator)
    if (!/^\d{1,3}$/.test(groups[0]!) || groups.slice(1).some(part => !/^\d{3}$/.test(part))) return null
    return fraction === undefined ? groups.join('') : `${groups.join('')}.${fraction}`
  }
  // Some reports leave the zero before the point out: .11
  if (whole === '' && fraction !== undefined) return `0.${fraction}`
  if (!/^\d+$/.test(whole)) return null
  return fraction === undefined ? whole : `${whole}.${fraction}`
}

function minorOf(digits: string, exponent: number): number | AmountTrouble {
  const [whole = '', fraction = ''] = digits.split('.')
  const kept = fraction.slice(0, exponent).padEnd(exponent, '0')
  if (/[1-9]/.test(fraction.slice(exponent))) return 'decimals'
  const minor = Number(whole + kept)
  return Number.isSafeInteger(minor) ? minor : 'too_large'
}

const WIDE = /[\uff01-\uff5e\u3000￥]/
const WIDE_ALL = /[\uff01-\uff5e\u3000￥]/g

/** Full-width digits, letters and punctuation as their ASCII forms; 。and the ideographic blank too. */
export function narrow(text: string): string {
  if (!WIDE.test(text)) return text
  return text.replace(WIDE_ALL, character => {
    if (character === '\u3000') return ' '
    if (character === '￥') return '¥'
    return String.fromCharCode(character.charCodeAt(0) - 0xfee0)
  })
}

/** An identifier that went through a spreadsheet: 4.2E+27. Its digits are lost and no two such rows can be told apart. */
export const digitsLost = (text: string): boolean =>
  text.length > 3 && text.includes('E+') && /^\s*-?\d+(\.\d+)?E\+\d+\s*$/i.test(text)

/** Why an amount was refused, for the reader. */
export function amountTroubleText(trouble: AmountTrouble, found: string, exponent: number): { zh: string; en: string } {
  const shown = found.slice(0, 40)
  const of: Record<AmountTrouble, { zh: string; en: string }> = {
    empty: {
      zh: '金额为空（空不等于 0），应为 1234.50 这样的数字：请核对原始文件',
      en: 'the amount is empty (which is not zero); a number like 1234.50 is expected, look at the original file',
    },
    scientific: {
      zh: `金额“${shown}”是科学计数法，位数已丢失（文件被电子表格改过）：请使用未经 Excel 保存的原始文件`,
      en: `the amount "${shown}" is in scientific notation, its digits are lost (a spreadsheet saved the file); use the original file`,
    },
    decimals: {
      zh: `金额“${shown}”的小数多于该币种的 ${exponent} 位，多出的位应为 0：请核对原始文件和币种`,
      en: `the amount "${shown}" has more than the ${exponent} decimals of its currency, and they are not 0; look at the original file and at the currency`,
    },
    too_large: {
      zh: `金额“${shown}”过大，无法精确表示：请核对这一列是不是金额`,
      en: `the amount "${shown}" is too large to be exact; is this column an amount?`,
    },
    unreadable: {
      zh: `金额“${shown}”无法识别，应为 1234.50 这样的数字`,
      en: `the amount "${shown}" cannot be read; a number like 1234.50 is expected`,
    },
  }
  return of[trouble]
}
