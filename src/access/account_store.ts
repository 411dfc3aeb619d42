import type pg from 'pg'
import type { Vault } from '../system/vault/vault.ts'
import { phoneContext } from './sealed_columns.ts'

export type Db = pg.Pool | pg.ClientBase

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
  /** The account that may set a new password, as two people agreed, and until when. */
  readonly recoveryBy: string
  readonly recoveryUntil: Date | null
  readonly totpSecret: Buffer | null
  readonly totpSince: Date | null
  readonly totpStep: number
}

const ACCOUNT = `a.id, a.kind, a.login, a.name, a.state, a.created_at as "createdAt", a.created_by as "createdBy", a.password,
  a.password_stale as "passwordStale", a.recovery_by as "recoveryBy",
  a.recovery_until as "recoveryUntil", a.totp_secret as "totpSecret",
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

/** Names of people by their logins, whatever became of their accounts. */
export async function namesByLogin(db: Db, logins: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db.query('select a.login, a.name from accounts a where a.login = any($1)', [logins])
  return new Map(rows.map(row => [row.login, row.name]))
}

/** A payer's account by the blind indexes of his phone, under all keys that live. */
export async function lockPayer(tx: pg.ClientBase, blinds: readonly Buffer[]): Promise<Account | null> {
  const { rows } = await tx.query(`select ${ACCOUNT} from accounts a where a.phone_blind = any($1) for update`, [
    blinds,
  ])
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
  phone: { readonly sealed: Buffer; readonly blind: Buffer } | null = null,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into accounts (id, kind, login, name, created_at, created_by, password, password_at, password_stale, phone, phone_blind)
     values ($1, $2, $3, $4, $5, $6, $7, case when $7::text is not null then $5::timestamptz end, $8, $9, $10) on conflict (login) do nothing`,
    [
      account.id,
      account.kind,
      account.login,
      account.name,
      at,
      account.createdBy,
      account.password,
      account.passwordStale,
      phone?.sealed ?? null,
      phone?.blind ?? null,
    ],
  )
  return rowCount === 1
}

export const setState = (tx: Db, id: string, state: AccountState): Promise<unknown> =>
  tx.query('update accounts set state = $2 where id = $1', [id, state])

export const setPassword = (tx: Db, id: string, password: string, stale: boolean, at: Date): Promise<unknown> =>
  tx.query(`update accounts set password = $2, password_at = $3, password_stale = $4 where id = $1`, [
    id,
    password,
    at,
    stale,
  ])

/** The same password under stronger parameters. */
export const rehash = (tx: Db, id: string, before: string, password: string): Promise<unknown> =>
  tx.query('update accounts set password = $3 where id = $1 and password = $2', [id, before, password])

export const setTotp = (tx: Db, id: string, secret: Buffer | null, since: Date | null): Promise<unknown> =>
  tx.query('update accounts set totp_secret = $2, totp_since = $3, totp_step = 0 where id = $1', [id, secret, since])

export const useTotpStep = (tx: Db, id: string, step: number): Promise<unknown> =>
  tx.query('update accounts set totp_step = $2 where id = $1', [id, step])

export const setRecovery = (tx: Db, id: string, by: string, until: Date): Promise<unknown> =>
  tx.query('update accounts set recovery_by = $2, recovery_until = $3 where id = $1', [id, by, until])

/** Phones of payers, opened, by account; one that has none, or is closed, is left out. Throws Failure sealed_unreadable. */
export async function phonesOf(db: Db, vault: Vault, accountIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db.query(
    `select id, phone from accounts where id = any($1) and phone is not null and state <> 'closed'`,
    [accountIds],
  )
  return new Map(rows.map(({ id, phone }) => [id, vault.openText(phone, phoneContext(id))]))
}

/** Accounts of payers by the blind indexes (hex) of their phones. */
export async function payersByPhones(db: Db, blinds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db.query(
    `select encode(phone_blind, 'hex') as blind, id from accounts
      where phone_blind = any(select decode(b, 'hex') from unnest($1::text[]) as b) and state <> 'closed'`,
    [blinds],
  )
  return new Map(rows.map(({ blind, id }) => [blind, id]))
}
