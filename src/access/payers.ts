import { randomInt } from 'node:crypto'
import type pg from 'pg'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import { maskPhone } from '../kernel/mask.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { Access } from './access.ts'
import { SYSTEM } from './actor.ts'
import type { Target } from './lock_out.ts'
import { challengeOver, codeRefused } from './refusals.ts'
import { phoneContext } from './sealed_columns.ts'
import { type Opened, openSession, type Where, whoOf } from './sessions.ts'
import * as store from './store.ts'
import { countFailure, forgiveTries, holdTries } from './tries.ts'

/** Payers: known by their phone, which a code sent to it proves; nobody opens accounts for them. */

/** How access sends: through the outbox, in the transaction that made the code. */
export type SendCode = (
  tx: pg.ClientBase,
  vault: Vault,
  code: { readonly challengeId: string; readonly phone: string; readonly code: string },
  at: Date,
) => Promise<void>
export type PayerAccess = Access & { readonly sendCode: SendCode }

export const CODE_MINUTES = 5
const TRIES_MAX = 5
const PHONE = /^1[3-9]\d{9}$/

/** The eleven digits of a mobile number of the mainland, however it is written; null: it is none. Pure. */
export function plainPhone(text: string): string | null {
  const plain = text
    .normalize('NFKC')
    .replace(/[\s\-()]/g, '')
    .replace(/^(?:\+|00)?86/, '')
  return PHONE.test(plain) ? plain : null
}

/** As `plainPhone`. Throws phone_invalid. */
export function phoneOf(text: string): string {
  const plain = plainPhone(text)
  if (plain !== null) return plain
  throw new Failure('phone_invalid', {
    zh: '手机号不正确：应为 11 位中国大陆手机号',
    en: 'The phone number is not valid: a mobile number of 11 digits is expected',
  })
}

/**
 * Sends a code to a phone, known or not. The next one to the same phone waits a minute, then twice as long each time until a code was used; an
 * address that asks for many waits too. Throws phone_invalid, log_in_locked.
 */
export async function askCode(
  app: PayerAccess,
  where: Where,
  phoneText: string,
): Promise<{ challengeId: string; expiresAt: Date }> {
  const phone = phoneOf(phoneText)
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  const challengeId = app.newId()
  return await app.db.transaction(async tx => {
    const at = app.now()
    const expiresAt = new Date(at.getTime() + CODE_MINUTES * 60_000)
    const asks = [
      { kind: 'sms', of: phone },
      { kind: 'sms_address', of: where.address },
    ] as const satisfies Target[]
    await holdTries(tx, app.vault, at, asks)
    await countFailure(tx, app.vault, at, asks)
    const challenge = app.vault.blind('target', codeText(challengeId, phone, code)).toString('hex')
    await store.insertChallenge(tx, { id: challengeId, purpose: 'payer_code', accountId: null, challenge, expiresAt })
    await app.sendCode(tx, app.vault, { challengeId, phone, code }, at)
    await record(tx, at, { ...where, id: 'anonymous', name: '' }, [
      { what: 'payer_code.send', object: { kind: 'challenge', id: challengeId }, after: { phone: maskPhone(phone) } },
    ])
    return { challengeId, expiresAt }
  })
}

/** Of this a MAC is kept: whoever reads the database soon has tried a million codes, but has no key of the vault. Five guesses end it. */
const codeText = (challengeId: string, phone: string, code: string): string => `code ${challengeId} ${phone} ${code}`

/** Opens a session for the phone that the code was sent to; its first use makes the account. Throws phone_invalid, code_refused, challenge_over, log_in_locked. */
export async function enterByCode(
  app: Access,
  where: Where,
  ask: { readonly challengeId: string; readonly phone: string; readonly code: string },
  instead = '',
): Promise<Opened> {
  const phone = phoneOf(ask.phone)
  const target: Target = { kind: 'phone', of: phone }
  const targets = [target, { kind: 'address', of: where.address }] as const
  const opened = await app.db.transaction(async tx => {
    const at = app.now()
    await holdTries(tx, app.vault, at, targets)
    const challenge = await store.tryChallenge(tx, ask.challengeId, 'payer_code', at, TRIES_MAX)
    if (!challenge) return 'over' as const
    const right = app.vault.blinds('target', codeText(challenge.id, phone, ask.code))
    if (!right.some(index => index.toString('hex') === challenge.challenge)) {
      await countFailure(tx, app.vault, at, targets)
      return 'wrong' as const
    }
    await store.dropChallenge(tx, challenge.id)
    await forgiveTries(tx, app.vault, target)
    await forgiveTries(tx, app.vault, { kind: 'sms', of: phone })
    const account =
      (await store.lockPayer(tx, app.vault.blinds('phone', phone))) ?? (await makePayer(app, tx, at, where, phone))
    if (account.state !== 'active') return 'wrong' as const
    return await openSession(app, tx, at, where, account, { method: 'code', instead })
  })
  if (opened === 'over') throw challengeOver()
  if (opened === 'wrong') throw codeRefused()
  return opened
}

/** Under the lock of the phone's tries, so that there is one account for one phone. */
async function makePayer(
  app: Access,
  tx: pg.ClientBase,
  at: Date,
  where: Where,
  phone: string,
): Promise<store.Account> {
  const id = app.newId()
  const login = `payer-${id.toLowerCase()}`
  const account = {
    id,
    kind: 'payer',
    login,
    name: maskPhone(phone),
    createdBy: SYSTEM.id,
    password: null,
    passwordStale: false,
  } as const
  await store.insertAccount(tx, account, at, {
    sealed: app.vault.seal(phone, phoneContext(id)),
    blind: app.vault.blind('phone', phone),
  })
  await store.insertGrant(
    tx,
    {
      id: app.newId(),
      accountId: id,
      role: 'payer',
      departments: null,
      merchants: null,
      channels: null,
      grantedBy: SYSTEM.id,
    },
    at,
  )
  await record(tx, at, whoOf(account, where), [
    { what: 'account.create', object: { kind: 'account', id }, after: { kind: 'payer', name: account.name } },
  ])
  return (await store.findAccount(tx, id)) as store.Account
}
