/**
 * A payer in the books, where rows are only compared: a keyed index in place of the name or number. `~n:` a name, `~a:` an account, card or openid,
 * then the index, and for an account `:` and the end of it that masked views show, so that 6222****1234 can still be told from another one.
 * What a channel has masked itself stays as it came.
 */

/** Letters and blanks only, with a blank or beyond ASCII: 张三, Zhang San. Accounts, openids and phones have digits or are one word. */
export const isPayerName = (payer: string): boolean => {
  if (payer.startsWith('~')) return payer.startsWith('~n:')
  return !/\d/.test(payer) && (/\s/.test(payer.trim()) || /[^\x20-\x7e*]/.test(payer))
}

/** Nothing to hide: none is given, or it is masked already. */
export const isOpenPayer = (payer: string): boolean => payer === '' || payer.includes('*')

export const isBlindPayer = (payer: string): boolean => /^~[na]:[\w-]{20}/.test(payer)

/** `index`: 20 letters of base64url. `plain` is the payer's normal spelling. */
export const blindPayer = (plain: string, index: string): string =>
  isPayerName(plain) ? `~n:${index}` : `~a:${index}:${tailOf(plain)}`

/** As much as `maskNumber` shows. */
const tailOf = (number: string): string => number.slice(number.length - Math.min(4, number.length >> 1))

/** What is shown at the two ends of a payer that is masked, blind, or whole. */
export function shownOf(payer: string): { readonly head: string; readonly tail: string } {
  if (payer.startsWith('~')) return { head: '', tail: payer.startsWith('~a:') ? (payer.split(':')[2] ?? '') : '' }
  if (!payer.includes('*')) return { head: payer, tail: payer }
  return { head: payer.split('*')[0] ?? '', tail: payer.split('*').at(-1) ?? '' }
}
