/** Data that is sealed, each kind with keys of its own. A new one gets its first key when the platform next starts. */
export const PURPOSES = [
  'orders', // whom a bill is for
  'payments', // who paid
  'notices', // whom a message goes to, and what it says
  'receipts', // what a receipt says
  'statements', // the files of channels and banks
  'accounts', // second factors
  'evidence', // vouchers, attachments, and what people write in appeals
  'exports', // files that leave the database
] as const
export type Purpose = (typeof PURPOSES)[number]

/** Where a value is sealed: its data, then table, column and row. It opens only there. */
export type Context = `${Purpose}.${string}`

export const purposeOf = (context: Context): Purpose => context.slice(0, context.indexOf('.')) as Purpose

/** What can be looked for without being readable. */
export const BLIND_KINDS = ['phone', 'email', 'account_no', 'payer', 'target'] as const
export type BlindKind = (typeof BLIND_KINDS)[number]

/** Kept for a day at most, and counted anew under a new key: nothing is made anew from anything. */
export const SHORT_LIVED: ReadonlySet<string> = new Set<BlindKind>(['target'])

/** What is in its normal form already: nearly everything, and quicker seen than made. */
const PLAIN = /^[\x21-\x7e]*$/

/** The spelling that is indexed: one for all ways to write the same thing (full-width digits, blanks, +86). */
export function normalised(kind: BlindKind, text: string): string {
  // Made by us, one spelling each: what is written in it (a login, a secret) is for others to judge.
  if (kind === 'target') return text
  const plain = PLAIN.test(text) ? text : text.normalize('NFKC').replace(/\s+/gu, '')
  if (kind === 'email') return plain.toLowerCase()
  if (kind !== 'phone') return plain
  return plain.replace(/[-()]/g, '').replace(/^(?:\+|00)?86(?=1\d{10}$)/, '')
}
