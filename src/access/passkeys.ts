import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { record } from '../audit/record.ts'
import type { Access } from './access.ts'
import type { Actor } from './actor.ts'
import { nameOf } from './actor_of_grants.ts'
import { challengeOver, passkeyRefused, passkeyUnknown } from './refusals.ts'
import { type Opened, openSession, type Where } from './sessions.ts'
import * as store from './store.ts'

/**
 * Passkeys (WebAuthn level 3): fingerprint or face on the device itself, as the only step of a log-in. Credentials are discoverable, so that nothing is
 * typed, and the device must have verified its user each time.
 */

const CHALLENGE_MINUTES = 5
const NAME = '抚州支付平台'

/**
 * Where pages of ours come from, such as `https://pay.example.com`: passkeys are bound to it. Browsers know none for an IP address, so on this machine
 * pages are opened by the name localhost.
 */
function relyingParty(url: string): { readonly id: string; readonly origin: string } {
  const page = new URL(url)
  if (page.hostname === '127.0.0.1' || page.hostname === '[::1]') page.hostname = 'localhost'
  return { id: page.hostname, origin: page.origin }
}

type Begun<Options> = { readonly challenge_id: string; readonly options: Options }

/** What the browser gives to the device to make a passkey for one's own account. */
export async function beginRegistration(
  app: Access,
  url: string,
  actor: Actor,
): Promise<Begun<PublicKeyCredentialCreationOptionsJSON>> {
  const account = (await store.findAccount(app.db.pool, actor.accountId)) as store.Account
  const known = await store.passkeysOf(app.db.pool, account.id)
  const options = await generateRegistrationOptions({
    rpName: NAME,
    rpID: relyingParty(url).id,
    userName: account.kind === 'payer' ? account.name : account.login,
    userDisplayName: account.name,
    userID: Uint8Array.from(Buffer.from(account.id)),
    attestationType: 'none',
    excludeCredentials: known.map(({ id, transports }) => ({ id, transports: [...transports] })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  return { challenge_id: await keep(app, 'passkey_register', account.id, options.challenge), options }
}

/** Throws challenge_over, passkey_refused. */
export async function finishRegistration(
  app: Access,
  url: string,
  actor: Actor,
  {
    challengeId,
    name,
    response,
  }: { readonly challengeId: string; readonly name: string; readonly response: RegistrationResponseJSON },
): Promise<store.Passkey> {
  const challenge = await store.takeChallenge(app.db.pool, challengeId, 'passkey_register', app.now())
  if (!challenge || challenge.accountId !== actor.accountId) throw challengeOver()
  const party = relyingParty(url)
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge.challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
  }).catch(error => {
    throw passkeyRefused((error as Error).message)
  })
  if (!verified.verified) throw passkeyRefused('not verified')
  const { credential } = verified.registrationInfo
  const passkey = {
    id: credential.id,
    accountId: actor.accountId,
    publicKey: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: credential.transports ?? [],
    name,
  }
  return await app.db.transaction(async tx => {
    const at = app.now()
    if (!(await store.insertPasskey(tx, passkey, at))) throw passkeyRefused('registered already')
    await record(tx, at, actor, [
      {
        what: 'passkey.add',
        object: { kind: 'account', id: actor.accountId },
        after: { passkey_id: passkey.id, name },
      },
    ])
    return { ...passkey, createdAt: at, usedAt: null, revokedAt: null }
  })
}

/** What the browser gives to the device to log in; nobody says who he is yet. */
export async function beginLogIn(app: Access, url: string): Promise<Begun<PublicKeyCredentialRequestOptionsJSON>> {
  const options = await generateAuthenticationOptions({ rpID: relyingParty(url).id, userVerification: 'required' })
  return { challenge_id: await keep(app, 'passkey_log_in', null, options.challenge), options }
}

/** Opens a session for whose passkey it is. Throws challenge_over, passkey_refused. */
export async function finishLogIn(
  app: Access,
  url: string,
  where: Where,
  { challengeId, response }: { readonly challengeId: string; readonly response: AuthenticationResponseJSON },
  instead = '',
): Promise<Opened> {
  const challenge = await store.takeChallenge(app.db.pool, challengeId, 'passkey_log_in', app.now())
  if (!challenge) throw challengeOver()
  const party = relyingParty(url)
  return await app.db.transaction(async tx => {
    const at = app.now()
    const passkey = await store.lockPasskey(tx, String(response.id))
    if (!passkey || passkey.revokedAt) throw passkeyRefused('unknown or revoked')
    const account = await store.lockAccount(tx, passkey.accountId)
    if (account?.state !== 'active') throw passkeyRefused('account not active')
    const verified = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge.challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      credential: {
        id: passkey.id,
        publicKey: Uint8Array.from(passkey.publicKey),
        counter: passkey.counter,
      },
    }).catch(error => {
      throw passkeyRefused((error as Error).message)
    })
    if (!verified.verified) throw passkeyRefused('not verified')
    await store.usePasskey(tx, passkey.id, verified.authenticationInfo.newCounter, at)
    return await openSession(app, tx, at, where, account, { method: 'passkey', passkeyId: passkey.id, instead })
  })
}

/** A device that is lost: its passkey and all sessions it opened end in one step. Throws passkey_unknown. */
export async function revokeDevice(app: Access, actor: Actor, accountId: string, passkeyId: string): Promise<void> {
  await app.db.transaction(async tx => {
    const at = app.now()
    const passkey = await store.lockPasskey(tx, passkeyId)
    if (!passkey || passkey.accountId !== accountId || passkey.revokedAt) throw passkeyUnknown()
    await store.revokePasskey(tx, passkeyId, at)
    const ended = await store.endSessions(tx, { accountId, passkeyId }, at, 'device_revoked')
    const account = (await store.findAccount(tx, accountId)) as store.Account
    await record(tx, at, actor, [
      {
        what: 'passkey.revoke',
        object: { kind: 'account', id: accountId },
        before: { passkey_id: passkeyId, name: passkey.name, of: nameOf(account) },
        after: { sessions_ended: ended.length },
      },
    ])
  })
}

async function keep(
  app: Access,
  purpose: store.Challenge['purpose'],
  accountId: string | null,
  challenge: string,
): Promise<string> {
  const id = app.newId()
  const expiresAt = new Date(app.now().getTime() + CHALLENGE_MINUTES * 60_000)
  await store.insertChallenge(app.db.pool, { id, purpose, accountId, challenge, expiresAt })
  return id
}
