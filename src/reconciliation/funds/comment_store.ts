import type pg from 'pg'
import type { Vault } from '../../system/vault/vault.ts'
import { openComment, sealComment } from './sealed.ts'

export type Comment = {
  readonly id: string
  readonly at: Date
  readonly by: string
  readonly byName: string
  readonly text: string
}

export async function insertComment(
  tx: pg.ClientBase,
  vault: Vault,
  settlementId: number,
  comment: Comment,
): Promise<void> {
  await tx.query(
    'insert into settlement_comments (id, settlement_id, at, by, by_name, text) values ($1, $2, $3, $4, $5, $6)',
    [comment.id, settlementId, comment.at, comment.by, comment.byName, sealComment(vault, comment.id, comment.text)],
  )
}

export async function commentsOf(db: pg.Pool | pg.ClientBase, vault: Vault, settlementId: number): Promise<Comment[]> {
  const { rows } = await db.query(
    'select id, at, by, by_name as "byName", text from settlement_comments where settlement_id = $1 order by at, id',
    [settlementId],
  )
  return rows.map(row => ({ ...row, text: openComment(vault, row.id, row.text) }))
}
