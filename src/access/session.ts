import { hash, randomBytes } from 'node:crypto'
import { type Static, Type } from 'typebox'

/** The section `sessions` of the configuration. */
export const SessionSettings = Type.Object(
  {
    idle_minutes: Type.Integer({ minimum: 1, maximum: 1440, default: 30, description: 'Without a request. 无操作' }),
    longest_hours: Type.Integer({ minimum: 1, maximum: 720, default: 12, description: 'Then one logs in again. 最长' }),
    per_account: Type.Integer({ minimum: 1, maximum: 50, default: 5, description: 'More end the oldest. 同时会话数' }),
  },
  { additionalProperties: false, default: {} },
)
export type SessionSettings = Static<typeof SessionSettings>

export type SessionTimes = { readonly seenAt: Date; readonly expiresAt: Date; readonly endedAt: Date | null }

export type SessionState = 'live' | 'ended' | 'expired' | 'idle'

/** Pure: what a session is at a moment. */
export function stateOf(
  session: SessionTimes,
  settings: Pick<SessionSettings, 'idle_minutes'>,
  at: Date,
): SessionState {
  if (session.endedAt) return 'ended'
  if (session.expiresAt <= at) return 'expired'
  if (at.getTime() - session.seenAt.getTime() >= settings.idle_minutes * 60_000) return 'idle'
  return 'live'
}

/** Two sessions of one account that were both used within this time from different places are looked at as one account of two people. */
const TOGETHER_MINUTES = 10

type Place = { readonly id: string; readonly address: string; readonly device: string; readonly seenAt: Date }

/**
 * Sessions of the same account that are in use at the same time from elsewhere: from another address (the computers of an office are all of one make)
 * or on another device (behind one address sits the whole office). Pure.
 */
export const elsewhere = <T extends Place>(
  own: Pick<Place, 'id' | 'address' | 'device'>,
  others: readonly T[],
  at: Date,
): T[] =>
  others.filter(
    other =>
      other.id !== own.id &&
      (other.address !== own.address || other.device !== own.device) &&
      at.getTime() - other.seenAt.getTime() < TOGETHER_MINUTES * 60_000,
  )

/** A secret of 256 bits, and the digest by which we know it again. */
export function makeToken(): { readonly token: string; readonly digest: Buffer } {
  const token = randomBytes(32).toString('base64url')
  return { token, digest: digestOf(token) }
}

/** What a page of ours must send with everything that changes something. It follows from the token, which no other site can read. */
export const csrfOf = (token: string): string => hash('sm3', `csrf ${token}`, 'buffer').toString('base64url')

export const digestOf = (token: string): Buffer => hash('sm3', token, 'buffer')
