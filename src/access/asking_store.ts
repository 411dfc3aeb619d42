import type { Account, Db } from './account_store.ts'
import { SESSION, type Session } from './session_store.ts'

/** A grant as the guard needs it: what the role may, and where; null is everywhere. */
export type HeldGrant = {
  readonly role: string
  /** Of a role of the house; null: the role is built in, or gone. */
  readonly permissions: readonly string[] | null
  readonly merchants: readonly string[] | null
  readonly channels: readonly string[] | null
}

/** Grants of account `a`; departments stand for the merchants below them, as they are now. */
const GRANTS = `coalesce((
    select jsonb_agg(jsonb_build_object('role', g.role, 'permissions', r.permissions, 'channels', g.channels, 'merchants',
             case when g.departments is not null or g.merchants is not null then
               array(select unnest(g.merchants) union
                     select m.merchant_no from merchants m where m.department_id in (
                       with recursive below as (select d.id from departments d where d.id = any(g.departments)
                                                union select d.id from departments d join below b on d.parent_id = b.id)
                       select id from below)) end))
      from grants g left join roles r on r.code = g.role where g.account_id = a.id and g.revoked_at is null), '[]') as grants`

export type Asking = Pick<Account, 'login' | 'name' | 'kind' | 'state' | 'passwordStale'> & {
  readonly accountId: string
  readonly grants: readonly HeldGrant[]
}

export type AskingSession = Session & Asking

/** Who holds this token: one read for each request. */
export async function sessionOf(db: Db, tokenDigest: Buffer): Promise<AskingSession | null> {
  const { rows } = await db.query({
    name: 'session_of',
    text: `select ${SESSION}, a.login, a.name, a.kind, a.state, a.password_stale as "passwordStale", ${GRANTS}
             from sessions s join accounts a on a.id = s.account_id where s.token_sm3 = $1`,
    values: [tokenDigest],
  })
  return rows[0] ?? null
}

export type AskingKey = Asking & {
  readonly keyId: string
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
}

/** Whose key this is. */
export async function keyOf(db: Db, digest: Buffer): Promise<AskingKey | null> {
  const { rows } = await db.query({
    name: 'service_key_of',
    text: `select k.id as "keyId", k.expires_at as "expiresAt", k.revoked_at as "revokedAt", a.id as "accountId", a.login, a.name, a.kind, a.state,
                  a.password_stale as "passwordStale", ${GRANTS}
             from service_keys k join accounts a on a.id = k.account_id where k.key_sm3 = $1`,
    values: [digest],
  })
  return rows[0] ?? null
}

/** An account, for what is done in its name while it is not there. */
export async function askingOf(db: Db, accountId: string): Promise<Asking | null> {
  const { rows } = await db.query(
    `select a.id as "accountId", a.login, a.name, a.kind, a.state, a.password_stale as "passwordStale", ${GRANTS}
       from accounts a where a.id = $1`,
    [accountId],
  )
  return rows[0] ?? null
}

/** Roles an account holds, with the permissions of those that the house made. */
export async function rolesHeld(db: Db, accountId: string): Promise<Pick<HeldGrant, 'role' | 'permissions'>[]> {
  const { rows } = await db.query(
    `select distinct g.role, r.permissions from grants g left join roles r on r.code = g.role
      where g.account_id = $1 and g.revoked_at is null`,
    [accountId],
  )
  return rows
}
