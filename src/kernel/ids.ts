import { LETTERS } from './transfer_reference.ts'

/** Ids made between 2020 and 2100: nobody's other numbers look like that. */
const MADE_FROM = Date.parse('2020-01-01T00:00:00Z')
const MADE_TO = Date.parse('2100-01-01T00:00:00Z')
const ID_WORD = new RegExp(`(?<![0-9A-Z])[${LETTERS}]{26}(?![0-9A-Z])`, 'g')

/**
 * An id of 26 capital letters and digits (Crockford's base 32, the layout of a ULID): 48 bits of time, then 80 of chance. It
 * fits every channel's idea of an order number (UnionPay: 8–40 letters and digits; WeChat: at most 32), sorts by time,
 * so that indexes grow at their end, and cannot be guessed. `random` gives 10 bytes; both come from outside.
 */
export function makeId(epochMs: number, random: Uint8Array): string {
  let text = ''
  let time = epochMs
  for (let i = 0; i < 10; i++) {
    text = LETTERS[time % 32] + text
    time = Math.floor(time / 32)
  }
  let bits = 0
  let kept = 0
  for (let i = 0; i < 10; i++) {
    bits = (bits << 8) | (random[i] as number)
    kept += 8
    while (kept >= 5) {
      kept -= 5
      text += LETTERS[(bits >> kept) & 31]
    }
    bits &= (1 << kept) - 1
  }
  return text
}

/** Ids that a text holds as words of their own, in capital letters. */
export function idsIn(text: string): readonly string[] {
  return text.length < 26 ? [] : (text.toUpperCase().match(ID_WORD) ?? []).filter(madeByUs)
}

function madeByUs(id: string): boolean {
  let time = 0
  for (const letter of id.slice(0, 10)) time = time * 32 + LETTERS.indexOf(letter)
  return time >= MADE_FROM && time < MADE_TO
}
