import type pg from 'pg'

type Db = pg.Pool | pg.ClientBase

// --- accounts ----------------------------------------------------------------------------------------------------------

export type AccountKind = 'staff' | 'payer' | 'service'
export type AccountState = 'active' | 'suspended' | 'closed'

export type Account = {
  readonly id: string
  readonly kind: AccountKind
  readonly login: string
  readonly name: string
  readonly state: AccountState
  readonly createdAt: Date
  readonly createdBy: string
  readonly password: string | null
  readonly passwordStale: boolean
  readonly failures: number
  readonly lockedUntil: Date | null
  readonly totpSecret: Buffer | null
  readonly totpSince: Date | null
  readonly totpStep: number
}

const ACCOUNT = `a.id, a.kind, a.login, a.name, a.state, a.created_at as "createdAt", a.created_by as "createdBy", a.password,
  a.password_stale as "passwordStale", a.failures, a.locked_until as "lockedUntil", a.totp_secret as "totpSecret",
  a.totp_since as "totpSince", a.totp_step::integer as "totpStep"`

export async function findAccount(db: Db, id: string): Promise<Account | null> {
  const { rows } = await db.query(`select ${ACCOUNT} from accounts a where a.id = $1`, [id])
  return rows[0] ?? null
}

export async function lockAccount(tx: pg.ClientBase, id: string): Promise<Account | null> {
  const { rows } = await tx.query(`select ${ACCOUNT} from accounts a where a.id = $1 for update`, [id])
  return rows[0] ?? null
}

export async function findByLogin(db: Db, login: string): Promise<Account | null> {
  const { rows } = await db.query(`select ${ACCOUNT} from accounts a where a.login = $1`, [login])
  return rows[0] ?? null
}

export async function listAccounts(
  db: Db,
  { kind, search, after, limit }: { kind: AccountKind | null; search: string; after: string; limit: number },
): Promise<Account[]> {
  const { rows } = await db.query(
    `select ${ACCOUNT} from accounts a
      where ($1::account_kind is null or a.kind = $1) and ($2 = '' or strpos(lower(a.login), lower($2)) > 0 or strpos(lower(a.name), lower($2)) > 0)
        and a.login > $3 order by a.login limit $4`,
    [kind, search, after, limit],
  )
  return rows
}

/** false: the login is taken. */
export async function insertAccount(
  tx: Db,
  account: Pick<Account, 'id' | 'kind' | 'login' | 'name' | 'createdBy' | 'password' | 'passwordStale'>,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into accounts (id, kind, login, name, created_at, created_by, password, password_at, password_stale)
     values ($1, $2, $3, $4, $5, $6, $7, case when $7::text is not null then $5::timestamptz end, $8) on conflict (login) do nothing`,
    [
      account.id,
      account.kind,
      account.login,
      account.name,
      at,
      account.createdBy,
      account.password,
      account.passwordStale,
    ],
  )
  return rowCount === 1
}

export const setState = (tx: Db, id: string, state: AccountState): Promise<unknown> =>
  tx.query('update accounts set state = $2 where id = $1', [id, state])

export const setPassword = (tx: Db, id: string, password: string, stale: boolean, at: Date): Promise<unknown> =>
  tx.query(
    `update accounts set password = $2, password_at = $3, password_stale = $4, failures = 0, locked_until = null where id = $1`,
    [id, password, at, stale],
  )

/** The same password under stronger parameters. */
export const rehash = (tx: Db, id: string, before: string, password: string): Promise<unknown> =>
  tx.query('update accounts set password = $3 where id = $1 and password = $2', [id, before, password])

export const setFailures = (tx: Db, id: string, failures: number, lockedUntil: Date | null): Promise<unknown> =>
  tx.query('update accounts set failures = $2, locked_until = $3 where id = $1', [id, failures, lockedUntil])

export const setTotp = (tx: Db, id: string, secret: Buffer | null, since: Date | null): Promise<unknown> =>
  tx.query('update accounts set totp_secret = $2, totp_since = $3, totp_step = 0 where id = $1', [id, secret, since])

export const useTotpStep = (tx: Db, id: string, step: number): Promise<unknown> =>
  tx.query('update accounts set totp_step = $2 where id = $1', [id, step])

// --- sessions ------------------------------------------------------------------------------------------------------------

export type Session = {
  readonly id: string
  readonly accountId: string
  readonly method: 'password' | 'password_totp' | 'passkey' | 'code'
  readonly createdAt: Date
  readonly seenAt: Date
  readonly expiresAt: Date
  readonly address: string
  readonly device: string
  readonly passkeyId: string | null
  readonly warnedAt: Date | null
  readonly endedAt: Date | null
  readonly endedWhy: string
}

const SESSION = `s.id, s.account_id as "accountId", s.method, s.created_at as "createdAt", s.seen_at as "seenAt", s.expires_at as "expiresAt",
  s.address, s.device, s.passkey_id as "passkeyId", s.warned_at as "warnedAt", s.ended_at as "endedAt", s.ended_why as "endedWhy"`

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

export async function insertSession(
  tx: Db,
  session: Pick<Session, 'id' | 'accountId' | 'method' | 'expiresAt' | 'address' | 'device' | 'passkeyId'>,
  tokenDigest: Buffer,
  at: Date,
): Promise<void> {
  await tx.query(
    `insert into sessions (id, account_id, token_sm3, method, created_at, seen_at, expires_at, address, device, passkey_id)
     values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9)`,
    [
      session.id,
      session.accountId,
      tokenDigest,
      session.method,
      at,
      session.expiresAt,
      session.address,
      session.device,
      session.passkeyId,
    ],
  )
}

/** Seen again, from where it is now. */
export const touchSession = (db: Db, id: string, at: Date, address: string): Promise<unknown> =>
  db.query('update sessions set seen_at = $2, address = $3 where id = $1 and seen_at < $2', [id, at, address])

/** Sessions that are not ended and not past their longest time, newest first. */
export async function liveSessions(db: Db, accountId: string, at: Date): Promise<Session[]> {
  const { rows } = await db.query(
    `select ${SESSION} from sessions s where s.account_id = $1 and s.ended_at is null and s.expires_at > $2
      order by s.created_at desc, s.id desc`,
    [accountId, at],
  )
  return rows
}

export const warnSessions = (tx: Db, ids: readonly string[], at: Date): Promise<unknown> =>
  tx.query('update sessions set warned_at = $2 where id = any($1)', [ids, at])

/** Ends those that are not ended yet; the answer is which. `null` ends all of the account. */
export async function endSessions(
  tx: Db,
  which: {
    readonly accountId: string
    readonly ids?: readonly string[]
    readonly passkeyId?: string
    readonly except?: string
  },
  at: Date,
  why: string,
): Promise<string[]> {
  const { rows } = await tx.query(
    `update sessions set ended_at = $5, ended_why = $6
      where account_id = $1 and ended_at is null and ($2::text[] is null or id = any($2)) and ($3::text is null or passkey_id = $3)
        and ($4::text is null or id <> $4)
      returning id`,
    [which.accountId, which.ids ?? null, which.passkeyId ?? null, which.except ?? null, at, why],
  )
  return rows.map(row => row.id)
}

export async function endSession(tx: Db, id: string, at: Date, why: string): Promise<string | null> {
  const { rows } = await tx.query(
    'update sessions set ended_at = $2, ended_why = $3 where id = $1 and ended_at is null returning account_id',
    [id, at, why],
  )
  return rows[0]?.account_id ?? null
}

// --- passkeys --------------------------------------------------------------------------------------------------------------

export type Passkey = {
  readonly id: string
  readonly accountId: string
  readonly publicKey: Buffer
  readonly counter: number
  readonly transports: readonly string[]
  readonly name: string
  readonly createdAt: Date
  readonly usedAt: Date | null
  readonly revokedAt: Date | null
}

const PASSKEY = `p.id, p.account_id as "accountId", p.public_key as "publicKey", p.counter::float8 as counter, p.transports, p.name,
  p.created_at as "createdAt", p.used_at as "usedAt", p.revoked_at as "revokedAt"`

export async function passkeysOf(db: Db, accountId: string): Promise<Passkey[]> {
  const { rows } = await db.query(
    `select ${PASSKEY} from passkeys p where p.account_id = $1 and p.revoked_at is null order by p.created_at, p.id`,
    [accountId],
  )
  return rows
}

export async function lockPasskey(tx: pg.ClientBase, id: string): Promise<Passkey | null> {
  const { rows } = await tx.query(`select ${PASSKEY} from passkeys p where p.id = $1 for update`, [id])
  return rows[0] ?? null
}

export async function insertPasskey(
  tx: Db,
  passkey: Omit<Passkey, 'usedAt' | 'revokedAt' | 'createdAt'>,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into passkeys (id, account_id, public_key, counter, transports, name, created_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (id) do nothing`,
    [passkey.id, passkey.accountId, passkey.publicKey, passkey.counter, passkey.transports, passkey.name, at],
  )
  return rowCount === 1
}

export const usePasskey = (tx: Db, id: string, counter: number, at: Date): Promise<unknown> =>
  tx.query('update passkeys set counter = $2, used_at = $3 where id = $1', [id, counter, at])

export const revokePasskey = (tx: Db, id: string, at: Date): Promise<unknown> =>
  tx.query('update passkeys set revoked_at = $2 where id = $1 and revoked_at is null', [id, at])

// --- challenges --------------------------------------------------------------------------------------------------------------

export type Challenge = {
  readonly id: string
  readonly purpose: 'passkey_register' | 'passkey_log_in' | 'payer_code'
  readonly accountId: string | null
  readonly challenge: string
  readonly expiresAt: Date
  readonly tries: number
}

export const insertChallenge = (tx: Db, challenge: Omit<Challenge, 'tries'>): Promise<unknown> =>
  tx.query('insert into challenges (id, purpose, account_id, challenge, expires_at) values ($1, $2, $3, $4, $5)', [
    challenge.id,
    challenge.purpose,
    challenge.accountId,
    challenge.challenge,
    challenge.expiresAt,
  ])

/** Takes a challenge away: it is good once, whatever comes of it. */
export async function takeChallenge(
  tx: Db,
  id: string,
  purpose: Challenge['purpose'],
  at: Date,
): Promise<Challenge | null> {
  const { rows } = await tx.query(
    `delete from challenges where id = $1 and purpose = $2
     returning id, purpose, account_id as "accountId", challenge, expires_at as "expiresAt", tries`,
    [id, purpose],
  )
  return rows[0] && rows[0].expiresAt > at ? rows[0] : null
}

/** Counts a try at a code that was sent; null when there is none to try any more. */
export async function tryChallenge(
  tx: Db,
  id: string,
  purpose: Challenge['purpose'],
  at: Date,
  triesMax: number,
): Promise<Challenge | null> {
  const { rows } = await tx.query(
    `update challenges set tries = tries + 1 where id = $1 and purpose = $2 and expires_at > $3 and tries < $4
     returning id, purpose, account_id as "accountId", challenge, expires_at as "expiresAt", tries`,
    [id, purpose, at, triesMax],
  )
  return rows[0] ?? null
}

export const dropChallenge = (tx: Db, id: string): Promise<unknown> =>
  tx.query('delete from challenges where id = $1', [id])

export const forgetChallenges = (db: Db, at: Date): Promise<unknown> =>
  db.query('delete from challenges where expires_at < $1', [at])

// --- service keys ----------------------------------------------------------------------------------------------------------------

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

// --- roles and grants ------------------------------------------------------------------------------------------------------------

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

/** Roles an account holds, with the permissions of those that the house made. */
export async function rolesHeld(db: Db, accountId: string): Promise<Pick<HeldGrant, 'role' | 'permissions'>[]> {
  const { rows } = await db.query(
    `select distinct g.role, r.permissions from grants g left join roles r on r.code = g.role
      where g.account_id = $1 and g.revoked_at is null`,
    [accountId],
  )
  return rows
}
