import type pg from 'pg'
import type { Mutable } from './mute.ts'

type Db = pg.Pool | pg.ClientBase

/** What payers do not want to be told, by account. */
export async function mutesOf(db: Db, accountIds: readonly string[]): Promise<Map<string, Set<Mutable>>> {
  const { rows } = await db.query('select account_id as id, template from notice_mutes where account_id = any($1)', [
    accountIds,
  ])
  const found = new Map<string, Set<Mutable>>()
  for (const { id, template } of rows) found.set(id, (found.get(id) ?? new Set()).add(template))
  return found
}

/** Nobody else changes this payer's choice until the transaction ends. */
export const lockMutes = (tx: pg.ClientBase, accountId: string): Promise<unknown> =>
  tx.query("select pg_advisory_xact_lock(hashtextextended('notice mutes ' || $1, 0))", [accountId])

/** These, and no others, are muted from now on. */
export async function replaceMutes(
  tx: pg.ClientBase,
  accountId: string,
  templates: readonly Mutable[],
  at: Date,
): Promise<void> {
  await tx.query('delete from notice_mutes where account_id = $1 and template <> all($2::text[])', [
    accountId,
    templates,
  ])
  await tx.query(
    `insert into notice_mutes (account_id, template, muted_at) select $1, template, $3 from unnest($2::text[]) as t (template)
         on conflict do nothing`,
    [accountId, templates, at],
  )
}
