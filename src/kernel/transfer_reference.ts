/** Crockford's letters: none that is taken for a digit, so that a payer may copy them by hand. */
export const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Letters of a reference without its check letter, and with it. */
export const CODE = 10
const LENGTH = CODE + 1
const CODE_TEXT = new RegExp(`^[${LETTERS}]{${LENGTH}}$`)
const SEPARATOR = /[\s\-_.]/
const WORD = /[0-9A-Z]/

/** Told by any one wrong letter (but 0 for Z) and by two neighbours in the wrong order. */
export const checkLetter = (code: string): string =>
  LETTERS[[...code].reduce((sum, letter, i) => sum + LETTERS.indexOf(letter) * (i + 1), 0) % 31] as string

/** A code that a text may mean, at its letters from `from` on, separators not counted. */
export type ReferencePlace = {
  readonly code: string
  readonly from: number
  /** It begins and ends where words do, and has letters and digits: somebody wrote it as a reference. */
  readonly whole: boolean
  /** Whole, and nothing stands between its letters. */
  readonly word: boolean
}

/**
 * All codes a text may hold, however the payer or the bank wrote it: spaces, dashes and breaks of lines within, small or full-width
 * letters, O for 0, letters beside it. One run of letters in 31 has the right check letter by chance, so a code is only
 * as good as the payment that is known to have it.
 */
export function referencePlaces(text: string): ReferencePlace[] {
  let plain = ''
  // Where separators stood between the letters.
  const breaks = new Set<number>([0])
  for (const character of text.normalize('NFKC').toUpperCase())
    if (SEPARATOR.test(character)) breaks.add(plain.length)
    else plain += character === 'O' ? '0' : character === 'I' || character === 'L' ? '1' : character
  breaks.add(plain.length)
  const border = (at: number): boolean =>
    breaks.has(at) || !WORD.test(plain[at - 1] ?? '') || !WORD.test(plain[at] ?? '')
  const found: ReferencePlace[] = []
  for (let from = 0; from + LENGTH <= plain.length; from++) {
    const code = plain.slice(from, from + LENGTH)
    if (!CODE_TEXT.test(code) || code[CODE] !== checkLetter(code.slice(0, CODE))) continue
    const mixed = /\d/.test(code) && /[A-Z]/.test(code)
    const whole = mixed && border(from) && border(from + LENGTH)
    let word = whole
    for (let at = from + 1; word && at < from + LENGTH; at++) word = !breaks.has(at)
    found.push({ code, from, whole, word })
  }
  return found
}

/** Beside the code at `place`, the text names another one in full: which of them is meant, nobody can tell. */
export const contested = (place: ReferencePlace, all: readonly ReferencePlace[]): boolean =>
  all.some(other => other.whole && other.code !== place.code && Math.abs(other.from - place.from) >= LENGTH)

/** The one code that the text names in one word; "" where it names none, or may name several. */
export function onlyReference(text: string): string {
  if (text.length < LENGTH) return ''
  const named = referencePlaces(text).filter(({ whole }) => whole)
  const [first] = named
  return first && named.some(({ word }) => word) && named.every(({ code }) => code === first.code) ? first.code : ''
}
