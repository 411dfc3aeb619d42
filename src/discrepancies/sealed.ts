import type { SealedColumn } from '../system/vault/columns.ts'
import type { Vault } from '../system/vault/vault.ts'

/** Comments are sealed: people put names and numbers into them. */

const commentContext = (id: string) => `evidence.discrepancy_comments.text:${id}` as const

export const sealComment = (vault: Vault, id: string, text: string): Buffer => vault.seal(text, commentContext(id))

/** Throws Failure sealed_unreadable. */
export const openComment = (vault: Vault, id: string, sealed: Buffer): string =>
  vault.openText(sealed, commentContext(id))

export const DISCREPANCIES_SEALED: readonly SealedColumn[] = [
  {
    table: 'discrepancy_comments',
    column: 'text',
    key: [{ name: 'id', type: 'text' }],
    context: ([id = '']) => commentContext(id),
  },
]
