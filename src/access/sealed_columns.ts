import type { SealedColumn } from '../system/vault/columns.ts'

export const totpContext = (accountId: string) => `accounts.totp_secret.${accountId}` as const
export const phoneContext = (accountId: string) => `accounts.phone.${accountId}` as const

const KEY = [{ name: 'id', type: 'text' }] as const

/** What access keeps sealed. */
export const SEALED_OF_ACCESS: readonly SealedColumn[] = [
  { table: 'accounts', column: 'totp_secret', key: KEY, context: ([id = '']) => totpContext(id) },
  {
    table: 'accounts',
    column: 'phone',
    key: KEY,
    context: ([id = '']) => phoneContext(id),
    blind: { column: 'phone_blind', kind: 'phone', of: opened => opened.toString('utf8') },
  },
]
