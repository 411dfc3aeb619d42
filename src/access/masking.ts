import { maskEmail, maskName, maskNumber, maskPhone } from '../kernel/mask.ts'
import type { Actor } from './actor.ts'
import type { Permission } from './permissions.ts'

/** Kinds of fields that not everybody sees whole: who does, and what the others see. */
export const MASKED_FIELDS = {
  account_no: { permission: 'field.account_no', mask: maskNumber },
  payer_name: { permission: 'field.payer_name', mask: maskName },
  phone: { permission: 'field.contact', mask: maskPhone },
  email: { permission: 'field.contact', mask: maskEmail },
  /** The payer as a channel knows him: an openid, a buyer's login, an account with a bank. */
  payer_id: { permission: 'field.account_no', mask: maskNumber },
} as const satisfies Readonly<
  Record<string, { readonly permission: Permission; readonly mask: (value: string) => string }>
>

export type MaskedField = keyof typeof MASKED_FIELDS

/** The value as this actor may see it. Pure: depends on his permissions and the kind of field only; whoever is unknown sees it masked. */
export function seenBy(
  actor: Partial<Pick<Actor, 'permissions'>> | undefined,
  field: MaskedField,
  value: string,
): string {
  const { permission, mask } = MASKED_FIELDS[field]
  return actor?.permissions?.has(permission) ? value : mask(value)
}
