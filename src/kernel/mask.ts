/** What may be shown of a personal number or name to somebody who need not know it. Pure; the default everywhere is masked. */

const stars = (count: number): string => '*'.repeat(count)

/** The last four of a long number, fewer of a short one, never more than half: "3601002688" → "******2688", "12" → "*2". */
export function maskNumber(number: string): string {
  const characters = [...number]
  const shown = Math.min(4, Math.floor(characters.length / 2))
  return stars(characters.length - shown) + characters.slice(characters.length - shown).join('')
}

/** "13812345678" → "138****5678"; anything shorter as a number. */
export const maskPhone = (phone: string): string =>
  phone.length < 11 ? maskNumber(phone) : `${phone.slice(0, -8)}****${phone.slice(-4)}`

/** "zhang@example.com" → "z****@example.com". */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@')
  if (at < 1) return maskNumber(email)
  const [first = ''] = [...email]
  return `${first}${stars(4)}${email.slice(at)}`
}

/** The family name's first character: "欧阳修" → "欧**", "Li Na" → "L****". */
export function maskName(name: string): string {
  const [first = '', ...rest] = [...name.trim()]
  return first + stars(Math.max(rest.length, first === '' ? 0 : 1))
}

/** Free text with its mail addresses and all numbers of seven digits and more masked: people write their own and others' into it. */
export const maskText = (text: string): string =>
  text.replaceAll(/[^\s@'"<>]{1,64}@[^\s@'"<>]{1,100}\.[a-z]{2,10}/gi, maskEmail).replaceAll(/\d{7,}/g, maskNumber)
