import { narrow } from '../amount_text.ts'
import { zoneOf } from './vocabulary.ts'

/** Abbreviations that several zones share. */
const SHARED = /^(?:CST|ET|PT|CT|MT|IST|AST)$/

/** The zone that a column's name states: Created (UTC), created_at_utc, 交易时间(北京时间). '': one that could be several. */
export function zoneInName(header: string): string | null {
  const text = narrow(header)
  for (const [, inside = ''] of text.matchAll(/[([【]([^)\]】]*)[)\]】]/g)) {
    const word = inside.trim().replace(/^(?:in|time ?zone:?|时区:?)\s*/i, '')
    if (SHARED.test(word)) return ''
    const zone = zoneOf(word)
    if (zone !== null) return zone
  }
  return /(?:^|[\s_\-.])(?:UTC|GMT)$/i.test(text) || /(?<=[a-z])(?:UTC|GMT)$/.test(text) ? 'UTC' : null
}

/** What lines above a table say of its times: "时区：UTC+8", "all times are in UTC". */
export function zoneStated(lines: readonly string[]): string | null {
  const found = new Set<string>()
  for (const line of lines) {
    const text = narrow(line)
    const named =
      /(?:时区|time ?zone)\s*[:=为]?\s*[(]?([A-Za-z]+\/[A-Za-z_]+|(?:UTC|GMT)?\s?[+-]\s?\d{1,2}(?::?\d{2})?|[A-Z]{2,5}|北京时间)/i.exec(
        text,
      )?.[1]
    const spoken = /\b(?:all |the )?(?:times?|timestamps|dates)\b[^.;,]{0,20}?\bin (UTC|GMT)\b/i.exec(text)?.[1]
    const word = (named ?? spoken)?.replace(/\s/g, '')
    if (word === undefined) continue
    found.add(SHARED.test(word) ? '' : (zoneOf(word) ?? ''))
  }
  return found.size === 0 ? null : found.size === 1 ? [...found][0]! : ''
}
