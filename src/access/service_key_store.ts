import type { Db } from './account_store.ts'

export type ServiceKey = {
  readonly id: string
  readonly accountId: string
  readonly name: string
  readonly createdAt: Date
  readonly createdBy: string
  readonly expiresAt: Date | null
  readonly usedAt: Date | null
  readonly revokedAt: Date | null
}

export async function serviceKeysOf(db: Db, accountId: string): Promise<ServiceKey[]> {
  const { rows } = await db.query(
    `select id, account_id as "accountId", name, created_at as "createdAt", created_by as "createdBy", expires_at as "expiresAt",
            used_at as "usedAt", revoked_at as "revokedAt"
       from service_keys where account_id = $1 order by created_at, id`,
    [accountId],
  )
  return rows
}

export const insertServiceKey = (
  tx: Db,
  key: Pick<ServiceKey, 'id' | 'accountId' | 'name' | 'createdBy' | 'expiresAt'>,
  digest: Buffer,
  at: Date,
): Promise<unknown> =>
  tx.query(
    `insert into service_keys (id, account_id, key_sm3, name, created_at, created_by, expires_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [key.id, key.accountId, digest, key.name, at, key.createdBy, key.expiresAt],
  )

export async function revokeServiceKey(tx: Db, accountId: string, id: string, at: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update service_keys set revoked_at = coalesce(revoked_at, $3) where account_id = $1 and id = $2',
    [accountId, id, at],
  )
  return rowCount === 1
}

export const useServiceKeys = (db: Db, ids: readonly string[], at: Date): Promise<unknown> =>
  db.query('update service_keys set used_at = $2 where id = any($1)', [ids, at])
