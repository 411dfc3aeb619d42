import type { SealedColumn } from '../system/vault/columns.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { Appeal } from './appeal.ts'

/** What people write is sealed: they put names and numbers into it, whatever they are asked for. */

const toldContext = (id: string) => `evidence.appeals.told:${id}` as const
const answerContext = (id: string) => `evidence.appeals.answer:${id}` as const
const commentContext = (id: string) => `evidence.appeal_comments.text:${id}` as const

type Told = Pick<Appeal, 'text' | 'email'>

export const sealTold = (vault: Vault, id: string, { text, email }: Told): Buffer =>
  vault.seal(JSON.stringify({ text, email }), toldContext(id))

export const sealAnswer = (vault: Vault, id: string, answer: string): Buffer => vault.seal(answer, answerContext(id))

export const sealComment = (vault: Vault, id: string, text: string): Buffer => vault.seal(text, commentContext(id))

export const openComment = (vault: Vault, id: string, sealed: Buffer): string =>
  vault.openText(sealed, commentContext(id))

/** Throws Failure sealed_unreadable. */
export function withWords(vault: Vault, row: object): Appeal {
  const { told, answer, ...rest } = row as { id: string; told: Buffer; answer: Buffer | null }
  const { text, email } = JSON.parse(vault.openText(told, toldContext(rest.id))) as Told
  const said = answer === null ? '' : vault.openText(answer, answerContext(rest.id))
  return { ...rest, text, email, answer: said } as unknown as Appeal
}

const KEY = [{ name: 'id', type: 'text' }] as const

export const APPEALS_SEALED: readonly SealedColumn[] = [
  { table: 'appeals', column: 'told', key: KEY, context: ([id = '']) => toldContext(id) },
  { table: 'appeals', column: 'answer', key: KEY, context: ([id = '']) => answerContext(id) },
  { table: 'appeal_comments', column: 'text', key: KEY, context: ([id = '']) => commentContext(id) },
]
