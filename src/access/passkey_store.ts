import type pg from 'pg'
import type { Db } from './account_store.ts'

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
