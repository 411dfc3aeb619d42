import type { Db } from './account_store.ts'

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

export const SESSION = `s.id, s.account_id as "accountId", s.method, s.created_at as "createdAt", s.seen_at as "seenAt", s.expires_at as "expiresAt",
  s.address, s.device, s.passkey_id as "passkeyId", s.warned_at as "warnedAt", s.ended_at as "endedAt", s.ended_why as "endedWhy"`

export const insertSession = (tx: Db, session: Session, tokenDigest: Buffer): Promise<unknown> =>
  tx.query(
    `insert into sessions (id, account_id, token_sm3, method, created_at, seen_at, expires_at, address, device, passkey_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      session.id,
      session.accountId,
      tokenDigest,
      session.method,
      session.createdAt,
      session.seenAt,
      session.expiresAt,
      session.address,
      session.device,
      session.passkeyId,
    ],
  )

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

/** Ends those that are not ended yet; the answer is which. Without more all of the account. */
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

/** false: it had ended already. */
export async function endSession(tx: Db, id: string, at: Date, why: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update sessions set ended_at = $2, ended_why = $3 where id = $1 and ended_at is null',
    [id, at, why],
  )
  return rowCount === 1
}
