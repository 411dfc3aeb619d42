/**
 * Wrong answers are counted for what was tried to be opened (a login, whether or not there is one, so that the answer tells nothing) and for the
 * address they come from. NIST SP 800-63B, 3.2.2 limits them to 100 in a row; this allows some 30 a day for a login.
 */
export type Target =
  | { readonly kind: 'login'; readonly of: string }
  | { readonly kind: 'address'; readonly of: string }
  /** A phone that a code was sent to. */
  | { readonly kind: 'phone'; readonly of: string }
  /** Codes that are sent to a phone, and that an address asks for: each counts, right or wrong. */
  | { readonly kind: 'sms'; readonly of: string }
  | { readonly kind: 'sms_address'; readonly of: string }
  /** Proof that an account number is one's own. */
  | { readonly kind: 'proof'; readonly of: string }

type Limit = { readonly forgiven: number; readonly firstLockS: number; readonly longestLockS: number }

/** A person mistypes, a machine goes on; behind one address may sit a whole office. */
const LIMITS: Readonly<Record<Target['kind'], Limit>> = {
  login: { forgiven: 5, firstLockS: 60, longestLockS: 3_600 },
  address: { forgiven: 30, firstLockS: 60, longestLockS: 3_600 },
  phone: { forgiven: 5, firstLockS: 300, longestLockS: 86_400 },
  sms: { forgiven: 1, firstLockS: 60, longestLockS: 3_600 },
  sms_address: { forgiven: 20, firstLockS: 60, longestLockS: 3_600 },
  proof: { forgiven: 5, firstLockS: 300, longestLockS: 86_400 },
}

/**
 * Until when a target is locked after its `failures`-th wrong answer in a row: when none is forgiven any more for a while, then twice as long each
 * time, up to the longest. null: not locked.
 */
export function lockedUntil(kind: Target['kind'], failures: number, at: Date): Date | null {
  const { forgiven, firstLockS, longestLockS } = LIMITS[kind]
  if (failures < forgiven) return null
  const seconds = Math.min(longestLockS, firstLockS * 2 ** Math.min(30, failures - forgiven))
  return new Date(at.getTime() + seconds * 1000)
}

/** Wrong answers are forgotten after a day without another. */
export const REMEMBERED_S = 86_400

/** The name of a target, one for all its spellings. */
export const targetName = ({ kind, of }: Target): string => `${kind} ${kind.endsWith('address') ? networkOf(of) : of}`

/** Whoever has an IPv6 address usually has all that share its first half with it. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(':')) return address
  const [head = '', tail] = (address.split('%')[0] as string).split('::')
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : [])
  const [front, back] = [groups(head), groups(tail)]
  const gap = tail === undefined ? [] : Array(Math.max(0, 8 - front.length - back.length)).fill('0')
  return [...front, ...gap, ...back]
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')
}
