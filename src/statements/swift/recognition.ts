import type { Probe, Recognition } from '../format.ts'

export type MessageType = 'mt940' | 'mt942'

/** How many lines after :20: may pass before the tag that tells MT940 from MT942. */
const HEADER_LINES_MAX = 40
const CANDIDATES_MAX = 200

/** The type of the first complete message header in the probe; null when there is none. */
export function messageTypeOf(text: string): { readonly type: MessageType; readonly complete: boolean } | null {
  let at = text.indexOf(':20:')
  for (let tried = 0; at >= 0 && tried < CANDIDATES_MAX; at = text.indexOf(':20:', at + 4), tried++) {
    if (!beginsLine(text, at)) continue
    const lines = text.slice(at, at + 4_096).split(/\r\n|\n|\r/, HEADER_LINES_MAX)
    const account = lines.findIndex(line => /^:25P?:/.test(line))
    if (account < 1 || account > 4) continue
    const telling = lines.find(line =>
      /^:(?:60[FM]:[CD]\d{6}[A-Z]{3}\d|34F:[A-Z]{3}[CD]?\d|13D:\d{10}|90[CD]:\d{1,5}[A-Z]{3})/.test(line),
    )
    if (telling) return { type: telling.startsWith(':60') ? 'mt940' : 'mt942', complete: true }
    if (lines.some(line => /^:28C?:/.test(line))) return { type: 'mt940', complete: false }
  }
  return null
}

function beginsLine(text: string, at: number): boolean {
  for (let i = at - 1; i >= 0; i--) {
    const code = text.charCodeAt(i)
    if (code === 10 || code === 13 || code === 0xfeff) return true
    if (text.startsWith('{4:', i - 2)) return true
    if (code >= 32 || code === 9) return false
  }
  return true
}

/** How sure it is that the file holds messages of this type. */
export function recogniseMessages(type: MessageType, probe: Probe): Recognition | null {
  const found = messageTypeOf(probe.text)
  if (found?.type !== type) return null
  return {
    score: found.complete ? 0.99 : 0.6,
    reasons: [
      found.complete ? 'tags :20:, :25: and a balance or report tag in their order' : 'tags :20:, :25: and :28C:',
    ],
  }
}
