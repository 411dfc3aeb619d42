import type { App } from '../system/app.ts'
import { createAccount, createServiceAccount, issueKey } from './accounts.ts'
import { type Actor, SYSTEM } from './actor.ts'
import { grantRole, putHouseRole } from './grants.ts'
import { GRANTABLE } from './permissions.ts'
import * as store from './store.ts'

/** Accounts set up from the command line, by the demo and by tests: the same operations as over HTTP, several in a row. */

export type Place = Pick<Parameters<typeof grantRole>[2], 'departments' | 'merchants' | 'channels'>
export const EVERY_PLACE: Place = { departments: null, merchants: null, channels: null }

/** A key for a program that holds a role; the account is made when there is none of that login. */
export async function provideService(
  app: App,
  {
    login,
    name,
    role,
    place = EVERY_PLACE,
    expiresAt = null,
  }: { login: string; name: string; role: string; place?: Place; expiresAt?: Date | null },
  actor: Actor = SYSTEM,
): Promise<string> {
  const account =
    (await store.findByLogin(app.db.pool, login)) ?? (await createServiceAccount(app, actor, { login, name }))
  await grantRole(app, actor, { accountId: account.id, role, ...place })
  return (await issueKey(app, actor, account.id, { name, expiresAt })).key
}

/** A person's account that holds a role. */
export async function providePerson(
  app: App,
  {
    login,
    name,
    role,
    password,
    place = EVERY_PLACE,
  }: { login: string; name: string; role: string; password: string; place?: Place },
  actor: Actor = SYSTEM,
): Promise<store.Account> {
  const account =
    (await store.findByLogin(app.db.pool, login)) ?? (await createAccount(app, actor, { login, name, password }))
  await grantRole(app, actor, { accountId: account.id, role, ...place })
  return account
}

/** A key for a program that may just this, everywhere. */
export async function provideKey(app: App, login: string, permissions: readonly string[]): Promise<string> {
  const role = `only_${login.replaceAll(/[.-]/g, '_')}`
  await putHouseRole(app, SYSTEM, {
    code: role,
    nameZh: login,
    nameEn: login,
    permissions: permissions.filter(one => GRANTABLE.has(one)),
  })
  return await provideService(app, { login, name: login, role })
}
