import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import type { Actor } from './actor.ts'
import { canGrant } from './grants.ts'
import { hashPassword } from './password.ts'
import { checkPasswordRules } from './password_rules.ts'
import { accountUnknown, codeRefused, lastSupervisor, loginTaken } from './refusals.ts'
import { totpContext } from './sealed_columns.ts'
import { digestOf } from './session.ts'
import * as store from './store.ts'
import { totpStep, totpUri } from './totp.ts'
import { countFailure, forgiveTries, holdTries } from './tries.ts'

/** Accounts: opening, suspending, passwords, second factors, keys of programs. */

const LOGIN = /^[a-z][a-z0-9._-]{1,39}$/

export type NewAccount = { readonly login: string; readonly name: string; readonly password: string | null }

/**
 * A person's account. A password given here was chosen by somebody else, so the first log-in changes it; without one a passkey or a reset opens it.
 * Throws login_invalid, already_exists, password_weak.
 */
export async function createAccount(app: App, actor: Actor, ask: NewAccount): Promise<store.Account> {
  const login = loginOf(ask.login)
  const name = ask.name.trim()
  if (ask.password !== null) checkPasswordRules(ask.password, { login, name })
  const password = ask.password === null ? null : await hashPassword(ask.password)
  return await app.db.transaction(tx =>
    insert(app, tx, actor, { kind: 'staff', login, name, password, passwordStale: password !== null }),
  )
}

/** A program's account: it has keys and no password. Throws login_invalid, already_exists. */
export const createServiceAccount = (
  app: App,
  actor: Actor,
  ask: { readonly login: string; readonly name: string },
): Promise<store.Account> =>
  app.db.transaction(tx =>
    insert(app, tx, actor, {
      kind: 'service',
      login: loginOf(ask.login),
      name: ask.name.trim(),
      password: null,
      passwordStale: false,
    }),
  )

async function insert(
  app: App,
  tx: pg.ClientBase,
  actor: Actor,
  account: Pick<store.Account, 'kind' | 'login' | 'name' | 'password' | 'passwordStale'>,
): Promise<store.Account> {
  const at = app.now()
  const id = app.newId()
  if (!(await store.insertAccount(tx, { ...account, id, createdBy: actor.id }, at))) throw loginTaken(account.login)
  await record(tx, at, actor, [
    {
      what: 'account.create',
      object: { kind: 'account', id },
      after: { kind: account.kind, login: account.login, name: account.name },
    },
  ])
  return (await store.findAccount(tx, id)) as store.Account
}

/** Suspended, nothing of it opens any more: its sessions end, its keys are refused. Throws account_unknown, last_supervisor. */
export async function setAccountState(
  app: App,
  actor: Actor,
  accountId: string,
  state: 'active' | 'suspended' | 'closed',
): Promise<store.Account> {
  return await app.db.transaction(async tx => {
    const at = app.now()
    const account = await store.lockAccount(tx, accountId)
    if (!account) throw accountUnknown(accountId)
    if (account.state === 'closed' && state !== 'closed')
      throw new Failure(
        'account_closed',
        { zh: '已注销的账户不能恢复：请开立新账户', en: 'A closed account stays closed: open a new one' },
        { account_id: accountId },
      )
    if (account.state === state) return account
    if (state !== 'active') {
      const holders = await canGrant(tx)
      if (holders.length === 1 && holders[0] === accountId) throw lastSupervisor()
      await store.endSessions(tx, { accountId }, at, `account_${state}`)
    }
    await store.setState(tx, accountId, state)
    await store.tellAccessChanged(tx)
    await record(tx, at, actor, [
      {
        what: 'account.set_state',
        object: { kind: 'account', id: accountId },
        before: { state: account.state },
        after: { state },
      },
    ])
    return { ...account, state }
  })
}

/** So long may whoever asked set a new password after another one agreed. */
const RECOVERY_MINUTES = 60

/**
 * Two people agreed: `makerId` may now help the owner back in. One alone could make himself anybody, and be maker and checker in one. Throws
 * account_unknown.
 */
export async function allowRecovery(
  app: Pick<App, 'now'>,
  tx: pg.ClientBase,
  actor: Actor,
  accountId: string,
  makerId: string,
): Promise<void> {
  const at = app.now()
  const account = await store.lockAccount(tx, accountId)
  if (account?.kind !== 'staff') throw accountUnknown(accountId)
  const until = new Date(at.getTime() + RECOVERY_MINUTES * 60_000)
  await store.setRecovery(tx, accountId, makerId, until)
  await record(tx, at, actor, [
    {
      what: 'account.allow_recovery',
      object: { kind: 'account', id: accountId },
      after: { by: makerId, until: until.toISOString() },
    },
  ])
}

/** Throws account_unknown, recovery_not_agreed. */
export async function mustBeAgreed(app: App, actor: Actor, accountId: string): Promise<void> {
  const account = await store.findAccount(app.db.pool, accountId)
  if (!account) throw accountUnknown(accountId)
  if (account.recoveryBy === actor.accountId && account.recoveryUntil && account.recoveryUntil > app.now()) return
  throw new Failure(
    'recovery_not_agreed',
    {
      zh: '重置密码或停用动态验证码须先由另一位主管同意：请发起“账户恢复”申请，同意后一小时内由申请人办理',
      en: 'A new password or an end of the second factor needs another supervisor first: ask for the recovery of the account, then do it within an hour',
    },
    { account_id: accountId },
  )
}

/**
 * A new password made by chance, told once; its owner changes it at the next log-in. All his sessions end. Over HTTP `mustBeAgreed` comes before it. Throws
 * account_unknown.
 */
export async function resetPassword(app: App, actor: Actor, accountId: string): Promise<string> {
  const password = randomBytes(15).toString('base64url')
  const hash = await hashPassword(password)
  await app.db.transaction(async tx => {
    const at = app.now()
    const found = await store.findAccount(tx, accountId)
    // Before the account, as a log-in does.
    if (found) await forgiveTries(tx, app.vault, { kind: 'login', of: found.login })
    const account = await store.lockAccount(tx, accountId)
    if (!account || account.kind !== 'staff') throw accountUnknown(accountId)
    await store.setPassword(tx, accountId, hash, true, at)
    await store.endSessions(tx, { accountId }, at, 'password_reset')
    await record(tx, at, actor, [{ what: 'account.reset_password', object: { kind: 'account', id: accountId } }])
  })
  return password
}

// --- the second factor ---------------------------------------------------------------------------------------------------

const SECRET_BYTES = 20

/** Begins: what an authenticator app is told. It counts from the first right code on. */
export async function beginTotp(app: App, actor: Actor): Promise<string> {
  const secret = randomBytes(SECRET_BYTES)
  const account = await app.db.transaction(async tx => {
    const found = (await store.lockAccount(tx, actor.accountId)) as store.Account
    if (found.totpSince)
      throw new Failure('totp_in_use', {
        zh: '动态验证码已启用；更换前请先停用',
        en: 'A second factor is in use already: switch it off first',
      })
    await store.setTotp(tx, found.id, app.vault.seal(secret, totpContext(found.id)), null)
    return found
  })
  return totpUri(secret, account.login)
}

/** Throws code_refused. */
export async function confirmTotp(app: App, actor: Actor, code: string): Promise<void> {
  await app.db.transaction(async tx => {
    const at = app.now()
    const account = (await store.lockAccount(tx, actor.accountId)) as store.Account
    const secret = account.totpSecret && app.vault.open(account.totpSecret, totpContext(account.id))
    const step = secret && totpStep(secret, code, account.totpStep, at)
    if (!secret || !step) throw codeRefused()
    await store.setTotp(tx, account.id, account.totpSecret, at)
    await store.useTotpStep(tx, account.id, step)
    await record(tx, at, actor, [{ what: 'account.totp_on', object: { kind: 'account', id: account.id } }])
  })
}

/** By its owner, who shows that he still has it; wrong codes count as at a log-in. Throws code_refused, log_in_locked. */
export async function endOwnTotp(app: App, actor: Actor, code: string): Promise<void> {
  const right = await app.db.transaction(async tx => {
    const at = app.now()
    const { login } = (await store.findAccount(tx, actor.accountId)) as store.Account
    const target = { kind: 'login', of: login } as const
    await holdTries(tx, app.vault, at, [target])
    const account = (await store.lockAccount(tx, actor.accountId)) as store.Account
    const secret = account.totpSecret && app.vault.open(account.totpSecret, totpContext(account.id))
    if (!secret || totpStep(secret, code, account.totpStep, at) === null) {
      await countFailure(tx, app.vault, at, [target])
      return false
    }
    await switchTotpOff(tx, at, actor, account.id)
    return true
  })
  if (!right) throw codeRefused()
}

/** By somebody who manages accounts, when the phone is lost. Throws account_unknown. */
export async function endTotp(app: App, actor: Actor, accountId: string): Promise<void> {
  await app.db.transaction(async tx => {
    if (!(await store.lockAccount(tx, accountId))) throw accountUnknown(accountId)
    await switchTotpOff(tx, app.now(), actor, accountId)
  })
}

async function switchTotpOff(tx: pg.ClientBase, at: Date, actor: Actor, accountId: string): Promise<void> {
  await store.setTotp(tx, accountId, null, null)
  await record(tx, at, actor, [{ what: 'account.totp_off', object: { kind: 'account', id: accountId } }])
}

// --- keys of programs ------------------------------------------------------------------------------------------------------

/** A new key, told once; older ones go on until they are revoked or expire, so that a program changes over without a gap. Throws account_unknown. */
export async function issueKey(
  app: App,
  actor: Actor,
  accountId: string,
  ask: { readonly name: string; readonly expiresAt: Date | null },
): Promise<{ readonly key: string; readonly id: string }> {
  const key = `fzk_${randomBytes(32).toString('base64url')}`
  const id = app.newId()
  await app.db.transaction(async tx => {
    const at = app.now()
    const account = await store.lockAccount(tx, accountId)
    if (!account || account.kind !== 'service') throw accountUnknown(accountId)
    await store.insertServiceKey(
      tx,
      { id, accountId, name: ask.name, createdBy: actor.id, expiresAt: ask.expiresAt },
      digestOf(key),
      at,
    )
    await record(tx, at, actor, [
      {
        what: 'service_key.issue',
        object: { kind: 'account', id: accountId },
        after: { key_id: id, name: ask.name, expires_at: ask.expiresAt?.toISOString() ?? null },
      },
    ])
  })
  return { key, id }
}

/** Throws key_unknown. */
export async function revokeKey(app: App, actor: Actor, accountId: string, keyId: string): Promise<void> {
  await app.db.transaction(async tx => {
    const at = app.now()
    if (!(await store.revokeServiceKey(tx, accountId, keyId, at)))
      throw new Failure('key_unknown', { zh: '没有这个密钥', en: 'There is no such key' }, { key_id: keyId })
    await store.tellAccessChanged(tx)
    await record(tx, at, actor, [
      { what: 'service_key.revoke', object: { kind: 'account', id: accountId }, after: { key_id: keyId } },
    ])
  })
}

function loginOf(text: string): string {
  const login = text.trim().toLowerCase()
  if (LOGIN.test(login)) return login
  throw new Failure(
    'login_invalid',
    {
      zh: `登录名“${text.slice(0, 40)}”不合规：应以字母开头，2–40 位小写字母、数字或 . _ -`,
      en: `The login "${text.slice(0, 40)}" is not valid: 2 to 40 small letters, digits or . _ - beginning with a letter are expected`,
    },
    { login: text.slice(0, 40) },
  )
}
