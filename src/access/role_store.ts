import type pg from 'pg'
import type { Db } from './account_store.ts'

export type HouseRole = {
  readonly code: string
  readonly nameZh: string
  readonly nameEn: string
  readonly permissions: readonly string[]
}

export async function houseRoles(db: Db): Promise<HouseRole[]> {
  const { rows } = await db.query(
    'select code, name_zh as "nameZh", name_en as "nameEn", permissions from roles order by code',
  )
  return rows
}

export const putRole = (tx: Db, role: HouseRole, at: Date): Promise<unknown> =>
  tx.query(
    `insert into roles (code, name_zh, name_en, permissions, created_at, changed_at) values ($1, $2, $3, $4, $5, $5)
         on conflict (code) do update set name_zh = $2, name_en = $3, permissions = $4, changed_at = $5`,
    [role.code, role.nameZh, role.nameEn, role.permissions, at],
  )

export type Grant = {
  readonly id: string
  readonly accountId: string
  readonly role: string
  readonly departments: readonly string[] | null
  readonly merchants: readonly string[] | null
  readonly channels: readonly string[] | null
  readonly grantedAt: Date
  readonly grantedBy: string
  readonly revokedAt: Date | null
}

const GRANT = `g.id, g.account_id as "accountId", g.role, g.departments, g.merchants, g.channels, g.granted_at as "grantedAt",
  g.granted_by as "grantedBy", g.revoked_at as "revokedAt"`

export async function grantsOf(db: Db, accountId: string): Promise<Grant[]> {
  const { rows } = await db.query(
    `select ${GRANT} from grants g where g.account_id = $1 and g.revoked_at is null order by g.granted_at, g.id`,
    [accountId],
  )
  return rows
}

export const insertGrant = (tx: Db, grant: Omit<Grant, 'grantedAt' | 'revokedAt'>, at: Date): Promise<unknown> =>
  tx.query(
    `insert into grants (id, account_id, role, departments, merchants, channels, granted_at, granted_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [grant.id, grant.accountId, grant.role, grant.departments, grant.merchants, grant.channels, at, grant.grantedBy],
  )

export async function revokeGrant(tx: Db, accountId: string, id: string, by: string, at: Date): Promise<Grant | null> {
  const { rows } = await tx.query(
    `update grants g set revoked_at = $3, revoked_by = $4 where g.account_id = $1 and g.id = $2 and g.revoked_at is null returning ${GRANT}`,
    [accountId, id, at, by],
  )
  return rows[0] ?? null
}

/** Active staff accounts that hold one of the roles everywhere, one at a time for whoever asks. */
export async function holdersOf(tx: pg.ClientBase, roles: readonly string[]): Promise<string[]> {
  await tx.query('lock table grants in share row exclusive mode')
  const { rows } = await tx.query(
    `select distinct a.id from accounts a join grants g on g.account_id = a.id
      where a.state = 'active' and a.kind = 'staff' and g.revoked_at is null and g.role = any($1)
        and g.departments is null and g.merchants is null and g.channels is null`,
    [roles],
  )
  return rows.map(row => row.id)
}

/** Departments and merchants among these that do not exist. */
export async function unknownPlaces(
  db: Db,
  departments: readonly string[],
  merchants: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query(
    `select id from unnest($1::text[]) as x (id) where not exists (select from departments d where d.id = x.id)
     union all select id from unnest($2::text[]) as x (id) where not exists (select from merchants m where m.merchant_no = x.id)`,
    [departments, merchants],
  )
  return rows.map(row => row.id)
}

/** News for the guards of all processes: what they remember of keys is out of date. */
export const tellAccessChanged = (tx: Db): Promise<unknown> => tx.query("select pg_notify('access_changed', '')")
