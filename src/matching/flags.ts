import type { Entry, Flag } from './entry.ts'

/** split 1:N, merged N:1, batch N:M, and whether the rows lie on different business days. */
export function shapeFlags(payments: readonly Entry[], lines: readonly Entry[], given: readonly Flag[]): Flag[] {
  const flags: Flag[] = []
  // An interchangeable set is so many pairs, not a batch.
  if (!given.includes('interchangeable')) {
    if (payments.length === 1 && lines.length > 1) flags.push('split')
    if (payments.length > 1 && lines.length === 1) flags.push('merged')
    if (payments.length > 1 && lines.length > 1) flags.push('batch')
  }
  if (payments.length > 0 && lines.length > 0) {
    const days = new Set([...payments, ...lines].map(row => row.day))
    if (days.size > 1) flags.push('cross_day')
  }
  return flags
}

const ORDER: readonly Flag[] = [
  'interchangeable',
  'tolerance',
  'cross_day',
  'split',
  'merged',
  'batch',
  'fee_netted',
  'needs_confirmation',
]

/** Each flag once, in the contract's order. */
export const inOrder = (flags: readonly Flag[]): Flag[] => ORDER.filter(flag => flags.includes(flag))
