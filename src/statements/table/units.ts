import { narrow } from '../amount_text.ts'

/** What amounts are counted in: `minor` is 分 or cents, `unknown` a unit that has to be converted first (万元). */
export type Unit = { readonly currency: string | null; readonly minor: boolean; readonly unknown: string | null }

export const NO_UNIT: Unit = { currency: null, minor: false, unknown: null }

const MINOR = /^(?:人民币)?分$|^(?:in )?(?:minor(?: units?)?|(?:us |euro ?|euro-)?cents?|pence|fen)$/i
const LARGE =
  /^(?:人民币)?(?:百万|千万|[千万百亿]|角)元?$|^角$|^(?:in )?(?:(?:\w{3} )?(?:thousands?|millions?|hundreds?)|(?:\w{3} ?)?['’]000s?|(?:rmb|cny|usd|eur|gbp|hkd)? ?(?:k|mn|mio))$/i
const YUAN = /^(?:元|人民币元?|人民币:元|rmb|cny)$/i

/** The unit that a word names: 元, 分, 万元, cents; NO_UNIT for any other word. */
export function unitNamed(word: string): Unit {
  const bare = narrow(word)
    .trim()
    .replace(/^(?:金额)?单位\s*[:为是]?\s*/, '')
    .replace(/^(?:unit|amounts?)s?\s*[:=]?\s*/i, '')
    .replace(/^[+-]\s*/, '')
  if (YUAN.test(bare)) return { currency: 'CNY', minor: false, unknown: null }
  if (MINOR.test(bare)) return { currency: /分|fen/i.test(bare) ? 'CNY' : null, minor: true, unknown: null }
  if (bare === '£' || bare === '€') return { currency: bare === '£' ? 'GBP' : 'EUR', minor: false, unknown: null }
  if (/^(?:美元|USD)$/i.test(bare)) return { currency: 'USD', minor: false, unknown: null }
  if (/^(?:EUR|HKD|JPY|GBP|SGD|MOP|TWD|AUD|CAD|CHF|KRW|KWD|BHD)$/i.test(bare))
    return { currency: bare.toUpperCase(), minor: false, unknown: null }
  return LARGE.test(bare) ? { currency: null, minor: false, unknown: bare } : NO_UNIT
}

/** 金额(分), 金额【单位：元】: the first bracket that names a unit. */
export function unitInBrackets(header: string): Unit {
  for (const [, inside = ''] of narrow(header).matchAll(/[([【]([^)\]】]*)[)\]】]/g)) {
    const unit = unitNamed(inside)
    if (isUnit(unit)) return unit
  }
  return NO_UNIT
}

export const isUnit = (unit: Unit): boolean => unit.currency !== null || unit.minor || unit.unknown !== null

/** amount_cents, total_amount_fen, amount in cents: the bare name before the unit; null where it names none. */
export function beforeUnit(bare: string): { name: string; unit: Unit } | null {
  const parts =
    /^(.{2,}?)(?:in)?(fen|cents?|minorunits?|minor|pence)$/.exec(bare) ?? /^(.{2,}?)以?(分|万元|千元|元)计?$/.exec(bare)
  if (!parts) return null
  const word = parts[2]!
  return { name: parts[1]!, unit: unitNamed(/^minor/.test(word) ? 'minor' : word) }
}

const STATED = [
  /(?:金额|货币|计量|币种)?单位\s*(?:[:：]|为|是)?\s*((?:人民币)?(?:[百千万亿]{0,2}元|分|角))(?![\u4e00-\u9fff])/g,
  /金额(?:均|都)?[以按](?:人民币)?([百千万亿]{0,2}元|分|角)(?:计|为单位|表示|列示)/g,
  /\b(?:amounts?|figures|values|numbers|sums)\b[^.;,]{0,24}?\bin (?:\w{3} )?(thousands?|millions?|minor units?|(?:us |euro )?cents?|pence|fen|['’]000s?)\b/gi,
  /\bunits?(?: of amounts?)?\s*[:=]\s*(thousands?|millions?|minor(?: units?)?|cents?|pence|fen|['’]000s?)\b/gi,
]

/** What lines around a table say of its amounts: "单位：万元", "amounts in cents". Two that differ are no answer. */
export function unitStated(lines: readonly string[]): Unit {
  const found = new Map<string, Unit>()
  for (const line of lines)
    for (const pattern of STATED)
      for (const [, word = ''] of narrow(line).matchAll(pattern)) {
        const unit = unitNamed(word)
        if (isUnit(unit)) found.set(JSON.stringify(unit), unit)
      }
  return found.size === 1
    ? [...found.values()][0]!
    : found.size === 0
      ? NO_UNIT
      : { ...NO_UNIT, unknown: [...found.values()].map(unit => unit.unknown ?? (unit.minor ? '分' : '元')).join('/') }
}
