import type { SealedColumn } from '../../system/vault/columns.ts'
import type { Vault } from '../../system/vault/vault.ts'

/** What people write about a settlement is sealed: they put names and numbers into it. */

const commentContext = (id: string) => `evidence.settlement_comments.text:${id}` as const

export const sealComment = (vault: Vault, id: string, text: string): Buffer => vault.seal(text, commentContext(id))

export const openComment = (vault: Vault, id: string, sealed: Buffer): string =>
  vault.openText(sealed, commentContext(id))

export const SETTLEMENTS_SEALED: readonly SealedColumn[] = [
  {
    table: 'settlement_comments',
    column: 'text',
    key: [{ name: 'id', type: 'text' }],
    context: ([id = '']) => commentContext(id),
  },
]
