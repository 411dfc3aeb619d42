import { maskText } from '../kernel/mask.ts'

/** Alerts and blocks: what is decided about them. Pure. */

export const SEVERITIES = ['notice', 'warning'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Something administrators should hear of. Texts in `facts` are masked by whoever raises it. */
export type Alarm = {
  readonly kind: string
  /** While an alert with this key is open, the same again is counted on it. */
  readonly key: string
  readonly severity: Severity
  readonly address: string
  readonly actor: string
  readonly facts: Readonly<Record<string, string>>
}

export type Block = { readonly level: number; readonly until: Date }

/** Seconds: one minute for the first, a day for the fifth and all that follow. */
export const BLOCK_STEPS_S = [60, 300, 1_800, 14_400, 86_400] as const
/** Addresses change hands: after a week of peace counting begins anew. */
const FORGIVEN_AFTER_MS = 7 * 86_400_000

/** The block that follows the last one of an address. A block under way is never made shorter. */
export function nextBlock(last: Block | null, at: Date): Block {
  const level = last === null || at.getTime() - last.until.getTime() > FORGIVEN_AFTER_MS ? 1 : last.level + 1
  const seconds = BLOCK_STEPS_S[Math.min(level, BLOCK_STEPS_S.length) - 1] as number
  return { level, until: new Date(Math.max(at.getTime() + seconds * 1000, last?.until.getTime() ?? 0)) }
}

const SAMPLE_LENGTH = 200
const SECRET = /pass|secret|token|cookie|authorization|key|code/i

/** What of a payload is kept and told: no secret, no whole number or mail address, nothing that a terminal or a page would obey. */
export function sampleOf(field: string, text: string): string {
  if (SECRET.test(field)) return '***'
  const shown = [...text.slice(0, SAMPLE_LENGTH * 2)].slice(0, SAMPLE_LENGTH).join('')
  return maskText(shown).replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    one => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}
