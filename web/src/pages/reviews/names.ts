import { PERMISSIONS } from '../../../../src/access/permissions.ts'
import { BUILT_IN_ROLES } from '../../../../src/access/roles.ts'
import { KIND_LOOKS } from '../../pieces/discrepancy_words.ts'
import { DIFFERENCES } from '../../pieces/settlement_words.ts'
import { CHANNEL_NAMES } from '../../pieces/values.tsx'
import type { Both } from '../../shell/both.ts'

export const permissionWords = (code: string): Both | undefined => (PERMISSIONS as Readonly<Record<string, Both>>)[code]

/** Words of codes that stand in reviews; `causeName` knows the library. */
export const namesOfCodes =
  (causeName: (code: string) => string) =>
  (field: string, code: string): Both | undefined => {
    if (field === 'permissions') return permissionWords(code)
    if (field === 'role') return (BUILT_IN_ROLES as Readonly<Record<string, { name: Both }>>)[code]?.name
    if (field === 'accepted') return DIFFERENCES[code]
    if (field === 'true_cause') return { zh: causeName(code), en: causeName(code) }
    if (field === 'kind') return (KIND_LOOKS as Readonly<Record<string, Both>>)[code]
    return CHANNEL_NAMES[code]
  }

export const REVIEW_STATES = {
  open: { zh: '待复核', en: 'Open', colour: 'processing' },
  approved: { zh: '已同意', en: 'Approved', colour: 'success' },
  refused: { zh: '已拒绝', en: 'Refused', colour: 'error' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn', colour: 'default' },
  expired: { zh: '已过期', en: 'Expired', colour: 'default' },
} as const

/** Where the object of a review has its page. */
export function pageOfObject({ kind, id }: { readonly kind: string; readonly id: string }): string | null {
  if (kind === 'discrepancy') return `/discrepancies/${id}`
  if (kind === 'settlement') return `/settlements/${id}`
  return null
}
