import type pg from 'pg'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import type { Actor } from './actor.ts'
import { GRANTABLE } from './permissions.ts'
import { accountUnknown, lastSupervisor, oneself, roleUnknown } from './refusals.ts'
import { BUILT_IN_ROLES } from './roles.ts'
import * as store from './store.ts'

/** Roles, and who holds them where. */

export type GrantAsk = {
  readonly accountId: string
  readonly role: string
  /** null: everywhere. */
  readonly departments: readonly string[] | null
  readonly merchants: readonly string[] | null
  readonly channels: readonly string[] | null
}

const GRANTING = 'role.grant'

/** Accounts that can grant roles everywhere. */
export async function canGrant(tx: pg.ClientBase): Promise<string[]> {
  const built = Object.entries(BUILT_IN_ROLES).flatMap(([code, role]) =>
    (role.permissions as readonly string[]).includes(GRANTING) ? [code] : [],
  )
  const made = (await store.houseRoles(tx)).filter(role => role.permissions.includes(GRANTING)).map(role => role.code)
  return await store.holdersOf(tx, [...built, ...made])
}

/** Throws account_unknown, role_unknown, grant_to_oneself, place_unknown, role_for_staff. */
export const grantRole = (app: App, actor: Actor, ask: GrantAsk): Promise<store.Grant> =>
  app.db.transaction(tx => applyGrant(app, tx, actor, ask))

/** As `grantRole`, in a transaction of somebody else's: a review that was approved. */
export async function applyGrant(
  app: Pick<App, 'now' | 'newId'>,
  tx: pg.ClientBase,
  actor: Actor,
  ask: GrantAsk,
): Promise<store.Grant> {
  const at = app.now()
  if (actor.accountId === ask.accountId) throw oneself()
  const account = await store.lockAccount(tx, ask.accountId)
  if (!account) throw accountUnknown(ask.accountId)
  await checkRole(tx, account.kind, ask.role)
  const unknown = await store.unknownPlaces(tx, ask.departments ?? [], ask.merchants ?? [])
  if (unknown.length > 0)
    throw new Failure(
      'place_unknown',
      {
        zh: `没有部门或收费单位 ${unknown.join('、')}`,
        en: `There is no department or merchant ${unknown.join(', ')}`,
      },
      { unknown },
    )
  const same = (await store.grantsOf(tx, ask.accountId)).find(grant => sameGrant(grant, ask))
  if (same) return same
  const grant = { ...ask, id: app.newId(), grantedBy: actor.accountId || actor.id }
  await store.insertGrant(tx, grant, at)
  await store.tellAccessChanged(tx)
  await record(tx, at, actor, [
    {
      what: 'role.grant',
      object: { kind: 'account', id: ask.accountId },
      after: { role: ask.role, departments: ask.departments, merchants: ask.merchants, channels: ask.channels },
    },
  ])
  return { ...grant, grantedAt: at, revokedAt: null }
}

/** Throws grant_to_oneself, grant_unknown, last_supervisor. */
export async function revokeRole(app: App, actor: Actor, accountId: string, grantId: string): Promise<void> {
  await app.db.transaction(async tx => {
    const at = app.now()
    if (actor.accountId === accountId) throw oneself()
    const before = await canGrant(tx)
    const grant = await store.revokeGrant(tx, accountId, grantId, actor.id, at)
    if (!grant)
      throw new Failure('grant_unknown', { zh: '没有这项授权', en: 'There is no such grant' }, { grant_id: grantId })
    if (before.length > 0 && (await canGrant(tx)).length === 0) throw lastSupervisor()
    await store.tellAccessChanged(tx)
    await record(tx, at, actor, [
      {
        what: 'role.revoke',
        object: { kind: 'account', id: accountId },
        before: {
          role: grant.role,
          departments: grant.departments,
          merchants: grant.merchants,
          channels: grant.channels,
        },
      },
    ])
  })
}

/** A role of the house, new or changed. It holds only permissions that there are. Throws role_built_in, permission_unknown, role_too_wide. */
export const putHouseRole = (app: App, actor: Actor, role: store.HouseRole): Promise<store.HouseRole> =>
  app.db.transaction(tx => applyHouseRole(app, tx, actor, role))

/** As `putHouseRole`, in a transaction of somebody else's. */
export async function applyHouseRole(
  app: Pick<App, 'now'>,
  tx: pg.ClientBase,
  actor: Actor,
  role: store.HouseRole,
): Promise<store.HouseRole> {
  if (Object.hasOwn(BUILT_IN_ROLES, role.code))
    throw new Failure(
      'role_built_in',
      {
        zh: `角色 ${role.code} 是内置的，不能修改：请另建角色`,
        en: `The role ${role.code} is built in: make another one`,
      },
      { role: role.code },
    )
  const unknown = role.permissions.filter(permission => !GRANTABLE.has(permission))
  if (unknown.length > 0)
    throw new Failure(
      'permission_unknown',
      { zh: `没有权限 ${unknown.join('、')}`, en: `There is no permission ${unknown.join(', ')}` },
      { unknown },
    )
  const before = (await store.houseRoles(tx)).find(known => known.code === role.code)
  // Whoever holds the role cannot widen it for himself.
  if ((await store.grantsOf(tx, actor.accountId)).some(grant => grant.role === role.code)) throw oneself()
  await store.putRole(tx, role, app.now())
  await store.tellAccessChanged(tx)
  await record(tx, app.now(), actor, [
    {
      what: 'role.put',
      object: { kind: 'role', id: role.code },
      ...(before ? { before: { permissions: before.permissions } } : {}),
      after: { name_zh: role.nameZh, name_en: role.nameEn, permissions: role.permissions },
    },
  ])
  return role
}

async function checkRole(tx: pg.ClientBase, kind: store.AccountKind, role: string): Promise<void> {
  const known = Object.hasOwn(BUILT_IN_ROLES, role) || (await store.houseRoles(tx)).some(made => made.code === role)
  if (!known) throw roleUnknown(role)
  if ((role === 'payer') !== (kind === 'payer'))
    throw new Failure(
      'role_for_staff',
      {
        zh: '缴费人角色只属于缴费人账户，其他角色只授予员工和服务账户',
        en: 'The payer’s role is for payers, all others for staff and programs',
      },
      { role, kind },
    )
}

const list = (places: readonly string[] | null): string => JSON.stringify(places && [...places].sort())
const sameGrant = (grant: store.Grant, ask: GrantAsk): boolean =>
  grant.role === ask.role &&
  list(grant.departments) === list(ask.departments) &&
  list(grant.merchants) === list(ask.merchants) &&
  list(grant.channels) === list(ask.channels)
