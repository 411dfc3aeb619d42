import type pg from 'pg'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import type { Access } from './access.ts'
import type { Actor } from './actor.ts'
import type { Target } from './lock_out.ts'
import { checkPassword, hashPassword } from './password.ts'
import { checkPasswordRules } from './password_rules.ts'
import { logInRefused } from './refusals.ts'
import { totpContext } from './sealed_columns.ts'
import { type Opened, openSession, type Where, whoOf } from './sessions.ts'
import * as store from './store.ts'
import { totpStep } from './totp.ts'
import { countFailure, forgiveTries, holdTries, refuseLocked, targetKey } from './tries.ts'

export type LogIn = { readonly login: string; readonly password: string; readonly code: string | null }

/**
 * Opens a session by login and password, and by a code where a second factor is set up. Whether there is no such login, the password is wrong or the
 * account is suspended: the same work, the same count, the same answer. `instead`: the session that the same browser had, which ends.
 * Throws log_in_refused, log_in_locked; totp_needed when only the code is missing.
 */
export async function logIn(app: Access, where: Where, ask: LogIn, instead = ''): Promise<Opened> {
  const login = ask.login.trim().toLowerCase()
  const target: Target = { kind: 'login', of: login }
  const targets = [target, { kind: 'address', of: where.address }] as const
  await refuseLocked(app.db.pool, app.vault, app.now(), targets)
  const found = await store.findByLogin(app.db.pool, login)
  const { right, stale } = await checkPassword(found?.password ?? null, ask.password)
  const renewed = stale ? await hashPassword(ask.password) : null
  const opened = await app.db.transaction(async tx => {
    const at = app.now()
    await holdTries(tx, app.vault, at, targets)
    const account = found && (await store.lockAccount(tx, found.id))
    // Changed since it was checked: then it was the password of another moment.
    const why =
      !right || !account || account.password !== found.password
        ? 'password'
        : account.state !== 'active'
          ? account.state
          : await secondFactor(app, tx, account, ask.code, at)
    if (why === 'code_missing') return why
    if (!account || why !== null) return await refuse(app, tx, at, where, account, targets, why ?? 'password')
    await forgiveTries(tx, app.vault, target)
    if (renewed !== null) await store.rehash(tx, account.id, found.password as string, renewed)
    const method = account.totpSince ? 'password_totp' : 'password'
    return await openSession(app, tx, at, where, account, { method, instead })
  })
  if (opened === null) throw logInRefused()
  if (opened === 'code_missing')
    throw new Failure('totp_needed', { zh: '请输入动态验证码', en: 'Give the code of your authenticator' })
  return opened
}

/** null: there is none, or the code is right. */
async function secondFactor(
  app: Access,
  tx: pg.ClientBase,
  account: store.Account,
  code: string | null,
  at: Date,
): Promise<'code_missing' | 'code' | null> {
  if (!account.totpSecret || !account.totpSince) return null
  if (code === null) return 'code_missing'
  const secret = app.vault.open(account.totpSecret, totpContext(account.id))
  const step = totpStep(secret, code, account.totpStep, at)
  if (step === null) return 'code'
  await store.useTotpStep(tx, account.id, step)
  return null
}

async function refuse(
  app: Access,
  tx: pg.ClientBase,
  at: Date,
  where: Where,
  account: store.Account | null,
  targets: readonly [Target, ...Target[]],
  why: string,
): Promise<null> {
  const { failures, lockedUntil } = await countFailure(tx, app.vault, at, targets)
  const who = account ? whoOf(account, where) : { ...where, id: 'anonymous', name: '' }
  // What was typed in place of a login may be a password.
  const object = account
    ? { kind: 'account', id: account.id }
    : { kind: 'login', id: targetKey(app.vault, targets[0]).toString('hex').slice(0, 16) }
  await record(tx, at, who, [
    {
      what: 'session.refused',
      object,
      after: { why, failures, locked_until: lockedUntil?.toISOString() ?? null },
    },
  ])
  return null
}

/**
 * One changes his own password; all his other sessions end. Wrong answers count as at a log-in. Throws log_in_refused when the present one is wrong,
 * log_in_locked, password_weak.
 */
export async function changePassword(
  app: Access,
  actor: Actor,
  { present, next }: { readonly present: string; readonly next: string },
): Promise<void> {
  const found = await store.findAccount(app.db.pool, actor.accountId)
  if (!found) throw logInRefused()
  const targets = [{ kind: 'login', of: found.login } as const] as const
  await refuseLocked(app.db.pool, app.vault, app.now(), targets)
  const { right } = await checkPassword(found.password, present)
  if (right) checkPasswordRules(next, found)
  const hash = right ? await hashPassword(next) : ''
  const changed = await app.db.transaction(async tx => {
    const at = app.now()
    await holdTries(tx, app.vault, at, targets)
    const account = await store.lockAccount(tx, actor.accountId)
    if (!right || !account || account.password !== found.password)
      return await refuse(app, tx, at, actor, account, targets, 'password')
    await store.setPassword(tx, account.id, hash, false, at)
    await forgiveTries(tx, app.vault, targets[0])
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
