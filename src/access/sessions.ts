import type pg from 'pg'
import type { Who } from '../audit/act.ts'
import { record } from '../audit/record.ts'
import type { Access } from './access.ts'
import type { Actor } from './actor.ts'
import { nameOf } from './actor_of_grants.ts'
import { accountUnknown, sessionUnknown } from './refusals.ts'
import { csrfOf, elsewhere, makeToken } from './session.ts'
import * as store from './store.ts'

/** Sessions: opening, seeing again, ending. */

export type Opened = {
  /** Goes into the cookie, and nowhere else. */
  readonly token: string
  readonly csrf: string
  readonly session: store.Session
  readonly account: store.Account
}
export type Where = Pick<Who, 'address' | 'device' | 'requestId'>

export const whoOf = (account: Pick<store.Account, 'kind' | 'login' | 'name'>, where: Where): Who => ({
  ...where,
  id: nameOf(account),
  name: account.name,
})

/**
 * A new session for an account that has shown who it is, always under a new token. More than are allowed end the oldest; in use elsewhere, all are
 * warned. `instead`: the session that the same browser had.
 */
export async function openSession(
  app: Access,
  tx: pg.ClientBase,
  at: Date,
  where: Where,
  account: store.Account,
  how: { readonly method: store.Session['method']; readonly passkeyId?: string; readonly instead: string },
): Promise<Opened> {
  const { token, digest } = makeToken()
  const { address, device } = where
  const { method, passkeyId = null } = how
  const session: store.Session = {
    id: app.newId(),
    accountId: account.id,
    method,
    createdAt: at,
    seenAt: at,
    expiresAt: new Date(at.getTime() + app.sessions.longest_hours * 3_600_000),
    address,
    device,
    passkeyId,
    warnedAt: null,
    endedAt: null,
    endedWhy: '',
  }
  const who = whoOf(account, where)
  if (how.instead !== '') await store.endSession(tx, how.instead, at, 'logged_in_again')
  await store.insertSession(tx, session, digest)
  const live = await store.liveSessions(tx, account.id, at)
  const over = live.slice(app.sessions.per_account).map(({ id }) => id)
  if (over.length > 0) await store.endSessions(tx, { accountId: account.id, ids: over }, at, 'too_many')
  await record(tx, at, who, [
    {
      what: 'session.open',
      object: { kind: 'session', id: session.id },
      after: { method, ...(over.length > 0 ? { ended: over } : {}) },
    },
  ])
  const shared = await warnIfShared(tx, at, who, session, live.slice(0, app.sessions.per_account))
  return { token, csrf: csrfOf(token), session: { ...session, warnedAt: shared ? at : null }, account }
}

/** One account in use from two places at a time: both sessions show it, and the log says so. */
async function warnIfShared(
  tx: pg.ClientBase,
  at: Date,
  who: Who,
  own: Pick<store.Session, 'id' | 'address' | 'device'>,
  live: readonly store.Session[],
): Promise<boolean> {
  const others = elsewhere(own, live, at)
  if (others.length === 0) return false
  await store.warnSessions(tx, [own.id, ...others.map(other => other.id)], at)
  await record(tx, at, who, [
    {
      what: 'account.shared',
      object: { kind: 'session', id: own.id },
      after: { also: others.map(({ id, address, device }) => ({ session: id, address, device })) },
    },
  ])
  return true
}

const WARNED_AGAIN_MS = 3_600_000

/** Called by the guard, at most once a minute for a session that stays where it is. */
export async function seenAgain(app: Access, session: store.AskingSession, actor: Actor): Promise<void> {
  await app.db.transaction(async tx => {
    const at = app.now()
    await store.touchSession(tx, session.id, at, actor.address)
    // Told once for each time that it begins.
    if (session.warnedAt && at.getTime() - session.warnedAt.getTime() < WARNED_AGAIN_MS) return
    const live = await store.liveSessions(tx, session.accountId, at)
    await warnIfShared(tx, at, actor, { id: session.id, address: actor.address, device: session.device }, live)
  })
}

/** Ends one of one's own sessions; `null` all but the present one. Throws session_unknown. */
export async function endOwnSessions(app: Access, actor: Actor, sessionId: string | null): Promise<number> {
  return await app.db.transaction(async tx => {
    const at = app.now()
    const { accountId } = actor
    const which = sessionId === null ? { accountId, except: actor.sessionId } : { accountId, ids: [sessionId] }
    const why = sessionId === actor.sessionId ? 'logged_out' : 'revoked'
    const ended = await store.endSessions(tx, which, at, why)
    if (sessionId !== null && ended.length === 0) throw sessionUnknown()
    await record(
      tx,
      at,
      actor,
      ended.map(id => ({ what: 'session.end', object: { kind: 'session', id }, after: { why } })),
    )
    return ended.length
  })
}

/** Ends sessions of an account, all or one, by somebody who manages accounts. Throws account_unknown, session_unknown. */
export async function endSessionsOf(
  app: Access,
  actor: Actor,
  accountId: string,
  sessionId: string | null,
): Promise<number> {
  return await app.db.transaction(async tx => {
    const at = app.now()
    const account = await store.lockAccount(tx, accountId)
    if (!account) throw accountUnknown(accountId)
    const ids = sessionId === null ? {} : { ids: [sessionId] }
    const ended = await store.endSessions(tx, { accountId, ...ids }, at, 'revoked')
    if (sessionId !== null && ended.length === 0) throw sessionUnknown()
    await record(tx, at, actor, [
      { what: 'session.revoke', object: { kind: 'account', id: accountId }, after: { sessions: ended } },
    ])
    return ended.length
  })
}

/** Ends a session because of what came with it, such as a probe of an attacker; for the intrusion guard. */
export async function endSessionFor(
  app: Pick<Access, 'db' | 'now'>,
  who: Who,
  sessionId: string,
  why: string,
): Promise<void> {
  await app.db.transaction(async tx => {
    if (!(await store.endSession(tx, sessionId, app.now(), why))) return
    await record(tx, app.now(), who, [
      { what: 'session.end', object: { kind: 'session', id: sessionId }, after: { why } },
    ])
  })
}
