import type pg from 'pg'
import type { Who } from '../audit/act.ts'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import type { Actor } from './actor.ts'
import { nameOf } from './actor_of_grants.ts'
import { lockedUntil } from './lock_out.ts'
import { checkPassword, hashPassword } from './password.ts'
import { checkPasswordRules } from './password_rules.ts'
import { accountUnknown, logInRefused, sessionUnknown } from './refusals.ts'
import { csrfOf, elsewhere, makeToken, type SessionSettings } from './session.ts'
import * as store from './store.ts'
import { totpStep } from './totp.ts'

/** What access works with. */
export type Access = App & { readonly sessions: SessionSettings }

export type Opened = {
  readonly token: string
  readonly csrf: string
  readonly session: store.Session
  readonly account: store.Account
}
type Where = Pick<Who, 'address' | 'device' | 'requestId'>

export const totpContext = (accountId: string) => `accounts.totp_secret.${accountId}` as const

/**
 * Opens a session by login and password, and by a code where a second factor is set up. A wrong answer counts towards the lock; while it is locked
 * nothing opens it. Throws log_in_refused, the same for all of this; totp_needed when only the code is missing.
 */
export async function logIn(
  app: Access,
  where: Where,
  { login, password, code }: { readonly login: string; readonly password: string; readonly code: string | null },
): Promise<Opened> {
  const found = await store.findByLogin(app.db.pool, login.trim().toLowerCase())
  const { right, stale } = await checkPassword(found?.password ?? null, password)
  if (!found || found.kind !== 'staff') throw logInRefused()
  if (stale) await store.rehash(app.db.pool, found.id, found.password as string, await hashPassword(password))
  const opened = await app.db.transaction(async tx => {
    const at = app.now()
    const account = (await store.lockAccount(tx, found.id)) as store.Account
    if (account.lockedUntil && account.lockedUntil > at) return await refuse(tx, at, where, account, 'locked')
    if (account.state !== 'active') return await refuse(tx, at, where, account, 'suspended')
    // Changed between the check and the lock: it was the password of another moment.
    if (!right || account.password === null || (!stale && account.password !== found.password))
      return await countFailure(tx, at, where, account, 'password')
    if (account.totpSecret && account.totpSince) {
      if (code === null) return 'totp_needed' as const
      const secret = app.vault.open(account.totpSecret, totpContext(account.id))
      const step = totpStep(secret, code, account.totpStep, at)
      if (step === null) return await countFailure(tx, at, where, account, 'code')
      await store.useTotpStep(tx, account.id, step)
    }
    if (account.failures > 0) await store.setFailures(tx, account.id, 0, null)
    return await openSession(app, tx, at, where, account, account.totpSince ? 'password_totp' : 'password', null)
  })
  if (opened === null) throw logInRefused()
  if (opened === 'totp_needed')
    throw new Failure('totp_needed', { zh: '请输入动态验证码', en: 'Give the code of your authenticator' })
  return opened
}

async function refuse(tx: pg.ClientBase, at: Date, where: Where, account: store.Account, why: string): Promise<null> {
  await record(tx, at, { ...where, id: nameOf(account), name: account.name }, [
    { what: 'session.refused', object: { kind: 'account', id: account.id }, after: { why } },
  ])
  return null
}

async function countFailure(
  tx: pg.ClientBase,
  at: Date,
  where: Where,
  account: store.Account,
  why: string,
): Promise<null> {
  const failures = account.failures + 1
  const until = lockedUntil(failures, at)
  await store.setFailures(tx, account.id, failures, until)
  await record(tx, at, { ...where, id: nameOf(account), name: account.name }, [
    {
      what: 'session.refused',
      object: { kind: 'account', id: account.id },
      after: { why, failures, locked_until: until?.toISOString() ?? null },
    },
  ])
  return null
}

/** A new session for an account that has shown who it is. More than are allowed end the oldest; in use elsewhere, all are warned. */
export async function openSession(
  app: Access,
  tx: pg.ClientBase,
  at: Date,
  where: Where,
  account: store.Account,
  method: store.Session['method'],
  passkeyId: string | null,
): Promise<Opened> {
  const { token, digest } = makeToken()
  const id = app.newId()
  const expiresAt = new Date(at.getTime() + app.sessions.longest_hours * 3_600_000)
  const { address, device } = where
  await store.insertSession(
    tx,
    { id, accountId: account.id, method, expiresAt, address, device, passkeyId },
    digest,
    at,
  )
  const who = { ...where, id: nameOf(account), name: account.name }
  const live = await store.liveSessions(tx, account.id, at)
  const over = live.slice(app.sessions.per_account).map(session => session.id)
  if (over.length > 0) await store.endSessions(tx, { accountId: account.id, ids: over }, at, 'too_many')
  await record(tx, at, who, [{ what: 'session.open', object: { kind: 'session', id }, after: { method } }])
  await warnIfShared(tx, at, who, { id, address, device }, live)
  return {
    token,
    csrf: csrfOf(token),
    session: (await store.liveSessions(tx, account.id, at))[0] as store.Session,
    account,
  }
}

/** One account in use from two places at a time: both sessions show it, and the log says so. */
async function warnIfShared(
  tx: pg.ClientBase,
  at: Date,
  who: Who,
  own: Pick<store.Session, 'id' | 'address' | 'device'>,
  live: readonly store.Session[],
): Promise<void> {
  const others = elsewhere(own, live, at)
  if (others.length === 0) return
  await store.warnSessions(tx, [own.id, ...others.map(other => other.id)], at)
  await record(tx, at, who, [
    {
      what: 'account.shared',
      object: { kind: 'session', id: own.id },
      after: { also: others.map(({ id, address, device }) => ({ session: id, address, device })) },
    },
  ])
}

/** Called by the guard, at most once a minute for a session. */
export async function seenAgain(app: Access, session: store.AskingSession, actor: Actor): Promise<void> {
  await app.db.transaction(async tx => {
    const at = app.now()
    await store.touchSession(tx, session.id, at, actor.address)
    // Told once for each time that it begins.
    if (session.warnedAt && at.getTime() - session.warnedAt.getTime() < 3_600_000) return
    await warnIfShared(
      tx,
      at,
      actor,
      { ...session, address: actor.address },
      await store.liveSessions(tx, session.accountId, at),
    )
  })
}

export async function logOut(app: Access, actor: Actor): Promise<void> {
  await endOwnSession(app, actor, actor.sessionId, 'logged_out')
}

/** Ends one of one's own sessions. Throws session_unknown. */
export async function endOwnSession(app: Access, actor: Actor, sessionId: string, why: string): Promise<void> {
  await app.db.transaction(async tx => {
    const ended = await store.endSessions(tx, { accountId: actor.accountId, ids: [sessionId] }, app.now(), why)
    if (ended.length === 0) throw sessionUnknown()
    await record(tx, app.now(), actor, [
      { what: 'session.end', object: { kind: 'session', id: sessionId }, after: { why } },
    ])
  })
}

/** Ends sessions of an account, all or one, by somebody who manages accounts. Throws account_unknown. */
export async function endSessionsOf(
  app: Access,
  actor: Actor,
  accountId: string,
  sessionId: string | null,
): Promise<number> {
  return await app.db.transaction(async tx => {
    const account = await store.lockAccount(tx, accountId)
    if (!account) throw accountUnknown(accountId)
    const ids = sessionId === null ? {} : { ids: [sessionId] }
    const ended = await store.endSessions(tx, { accountId, ...ids }, app.now(), 'revoked')
    if (sessionId !== null && ended.length === 0) throw sessionUnknown()
    await record(tx, app.now(), actor, [
      { what: 'session.revoke', object: { kind: 'account', id: accountId }, after: { sessions: ended } },
    ])
    return ended.length
  })
}

/** Ends a session because of what came with it, such as a probe of an attacker; for the intrusion guard. */
export async function endSessionFor(
  app: Pick<App, 'db' | 'now'>,
  who: Who,
  sessionId: string,
  why: string,
): Promise<void> {
  await app.db.transaction(async tx => {
    if ((await store.endSession(tx, sessionId, app.now(), why)) === null) return
    await record(tx, app.now(), who, [
      { what: 'session.end', object: { kind: 'session', id: sessionId }, after: { why } },
    ])
  })
}

/** One changes his own password; all other sessions end. Throws log_in_refused when the present one is wrong, password_weak. */
export async function changePassword(
  app: Access,
  actor: Actor,
  { present, next }: { readonly present: string; readonly next: string },
): Promise<void> {
  const found = await store.findAccount(app.db.pool, actor.accountId)
  if (!found) throw logInRefused()
  const { right } = await checkPassword(found.password, present)
  if (right) checkPasswordRules(next, found)
  const hash = right ? await hashPassword(next) : ''
  const changed = await app.db.transaction(async tx => {
    const at = app.now()
    const account = (await store.lockAccount(tx, actor.accountId)) as store.Account
    if (account.lockedUntil && account.lockedUntil > at) return false
    if (!right || account.password !== found.password) {
      await countFailure(tx, at, actor, account, 'password')
      return false
    }
    await store.setPassword(tx, account.id, hash, false, at)
    const ended = await store.endSessions(
      tx,
      { accountId: account.id, except: actor.sessionId },
      at,
      'password_changed',
    )
    await record(tx, at, actor, [
      {
        what: 'account.change_password',
        object: { kind: 'account', id: account.id },
        after: { sessions_ended: ended.length },
      },
    ])
    return true
  })
  if (!changed) throw logInRefused()
}
