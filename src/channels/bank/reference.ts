import { createHash } from 'node:crypto'
import { CODE, checkLetter, LETTERS } from '../../kernel/transfer_reference.ts'

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
