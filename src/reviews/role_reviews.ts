import { hash } from 'node:crypto'
import type pg from 'pg'
import { allowRecovery } from '../access/accounts.ts'
import type { Actor } from '../access/actor.ts'
import { applyGrant, applyHouseRole, type GrantAsk } from '../access/grants.ts'
import { findAccount, grantsOf, type HouseRole, houseRoles, lockAccount } from '../access/store.ts'
import type { App } from '../system/app.ts'
import { type Json, once } from '../system/requests.ts'
import type { ReviewView } from './api.ts'
import type { ReviewKind } from './kind.ts'
import { askReview, type Reviewing, readReview } from './operations.ts'
import type { Fact, ReviewAsk } from './review.ts'

/** Handing out a role, and what a role of the house may: two supervisors. Taking away needs one. */

export type Granting = App & Reviewing

const WEEK = 7 * 24

export const roleReviews = (app: Pick<App, 'now' | 'newId'>): readonly ReviewKind[] => [
  {
    code: 'role_grant',
    name: { zh: '授予角色', en: 'Grant of a role' },
    decide: 'role.grant',
    see: 'account.read',
    expiresAfterHours: WEEK,
    needsVoucher: false,
    basis: grantBasis,
    apply: async (tx, { payload }, { who }) => ({
      grant_id: (await applyGrant(app, tx, who, payload as unknown as GrantAsk)).id,
    }),
    release: async () => {},
  },
  {
    code: 'role_change',
    name: { zh: '自定义角色', en: 'Role of the house' },
    decide: 'role.manage',
    see: 'account.read',
    expiresAfterHours: WEEK,
    needsVoucher: false,
    basis: roleBasis,
    apply: async (tx, { payload }, { who }) => ({
      role: (await applyHouseRole(app, tx, who, payload as unknown as HouseRole)).code,
    }),
    release: async () => {},
  },
  {
    code: 'account_recovery',
    name: { zh: '账户恢复', en: 'Recovery of an account' },
    decide: 'account.manage',
    see: 'account.read',
    expiresAfterHours: 24,
    needsVoucher: false,
    basis: recoveryBasis,
    apply: async (tx, { object, askedAccount }, { who }) => {
      await allowRecovery(app, tx, who, object.id, askedAccount)
      return { allowed: askedAccount }
    },
    release: async () => {},
  },
]

/** The account as it is: a password that its owner changed meanwhile needs no help any more. */
async function recoveryBasis(tx: pg.ClientBase, accountId: string): Promise<Json> {
  const account = await lockAccount(tx, accountId)
  return account && { state: account.state, password: account.password === null ? null : hash('sm3', account.password) }
}

/** The account as it is, and where it holds the role already. */
async function grantBasis(tx: pg.ClientBase, objectId: string): Promise<Json> {
  const [accountId = '', role = ''] = objectId.split('/')
  const account = await lockAccount(tx, accountId)
  if (!account) return null
  const held = (await grantsOf(tx, accountId)).filter(grant => grant.role === role)
  return { state: account.state, held: held.map(grant => grant.id) }
}

async function roleBasis(tx: pg.ClientBase, code: string): Promise<Json> {
  const role = (await houseRoles(tx)).find(each => each.code === code)
  return role ? { name_zh: role.nameZh, name_en: role.nameEn, permissions: role.permissions } : null
}

type Words = { readonly id: string; readonly reason: string }

/** Asks a second supervisor to grant a role. Throws what `applyGrant` throws, and review_open_already. */
export const askRoleGrant = (
  app: Granting,
  actor: Actor,
  { id, reason, ...ask }: GrantAsk & Words,
): Promise<ReviewView> =>
  askTried(app, actor, 'role_grant', { id, reason, ask }, async tx => {
    await applyGrant(app, tx, actor, ask)
    const account = await findAccount(tx, ask.accountId)
    const { departments, merchants, channels } = ask
    return {
      object: { kind: 'account_role', id: `${ask.accountId}/${ask.role}` },
      facts: [
        { zh: '账户', en: 'Account', value: `${account?.name} (${account?.login})` },
        { zh: '角色', en: 'Role', value: ask.role },
        placeFact('部门', 'Departments', departments),
        placeFact('收费单位', 'Merchants', merchants),
        placeFact('渠道', 'Channels', channels),
      ],
      after: { role: ask.role, departments, merchants, channels },
      payload: ask as unknown as Json,
      reason,
    }
  })

/** Asks a second supervisor for a new role of the house, or other permissions of one. Throws what `applyHouseRole` throws, and review_open_already. */
export const askHouseRole = (
  app: Granting,
  actor: Actor,
  { id, reason, ...role }: HouseRole & Words,
): Promise<ReviewView> =>
  askTried(app, actor, 'role_change', { id, reason, ask: role }, async tx => {
    const before = await roleBasis(tx, role.code)
    await applyHouseRole(app, tx, actor, role)
    return {
      object: { kind: 'role', id: role.code },
      facts: [
        { zh: '角色', en: 'Role', value: `${role.nameZh} ${role.nameEn} (${role.code})` },
        { zh: '权限', en: 'Permissions', value: role.permissions.join(', ') },
      ],
      before,
      after: { name_zh: role.nameZh, name_en: role.nameEn, permissions: role.permissions },
      payload: role as unknown as Json,
      reason,
    }
  })

/** Asks a second supervisor to let one help an owner back into his account: a new password, an end of his second factor. Throws account_unknown. */
export const askRecovery = (
  app: Granting,
  actor: Actor,
  { id, reason, accountId }: Words & { readonly accountId: string },
): Promise<ReviewView> =>
  askTried(app, actor, 'account_recovery', { id, reason, ask: { accountId } }, async tx => {
    await allowRecovery(app, tx, actor, accountId, actor.accountId)
    const account = await findAccount(tx, accountId)
    return {
      object: { kind: 'account', id: accountId },
      facts: [{ zh: '账户', en: 'Account', value: `${account?.name} (${account?.login})` }],
      reason,
    }
  })

/** What cannot be done is refused when it is asked: it is done and taken back, and what `trial` says of it is asked for. */
async function askTried(
  app: Granting,
  actor: Actor,
  code: string,
  { id, reason, ask }: Words & { readonly ask: unknown },
  trial: (tx: pg.ClientBase) => Promise<ReviewAsk>,
): Promise<ReviewView> {
  const at = app.now()
  const reviewId = await app.db.transaction(tx =>
    once(tx, { id, operation: `ask_${code}`, body: { ask, reason }, actor: actor.id, at }, async () => {
      await tx.query('savepoint trial')
      const tried = await trial(tx)
      await tx.query('rollback to savepoint trial')
      const made = app.newId()
      await askReview(tx, { id: made, at }, actor, app.kinds.get(code) as ReviewKind, tried)
      return made
    }),
  )
  return await readReview(app, actor, reviewId)
}

const placeFact = (zh: string, en: string, places: readonly string[] | null): Fact => ({
  zh,
  en,
  value: places === null ? '全部 all' : places.join(', '),
})
