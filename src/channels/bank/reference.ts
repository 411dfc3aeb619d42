import { createHash } from 'node:crypto'

/** Crockford's letters: none that is taken for a digit, so that a payer may copy them by hand. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE = 10
const LENGTH = CODE + 1
const CODE_TEXT = new RegExp(`^[${LETTERS}]{${LENGTH}}$`)

/**
 * The short code a payer writes into the remittance text (附言): 50 bits of the number's SHA-256 and a check letter, eleven letters
 * and digits. It follows from the number, so nothing needs to be kept to find it again.
 */
export function referenceOf(no: string): string {
  const digest = createHash('sha256').update(no).digest()
  let code = ''
  for (let i = 0; i < CODE; i++) {
    const bit = i * 5
    const pair = (digest[bit >> 3]! << 8) | digest[(bit >> 3) + 1]!
    code += LETTERS[(pair >> (11 - (bit & 7))) & 31]
  }
  return code + checkLetter(code)
}

/** Told by any one wrong letter (but 0 for Z) and by two neighbours in the wrong order. */
const checkLetter = (code: string): string =>
  LETTERS[[...code].reduce((sum, letter, i) => sum + LETTERS.indexOf(letter) * (i + 1), 0) % 31] as string

/** All codes a text may hold, however the payer or the bank wrote it: spaces, dashes, small or full-width letters, O for 0. */
export function referencesIn(text: string): Set<string> {
  const plain = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-_.]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
  const found = new Set<string>()
  for (let i = 0; i + LENGTH <= plain.length; i++) {
    const candidate = plain.slice(i, i + LENGTH)
    if (CODE_TEXT.test(candidate) && candidate[CODE] === checkLetter(candidate.slice(0, CODE))) found.add(candidate)
  }
  return found
}
