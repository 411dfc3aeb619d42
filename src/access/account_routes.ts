import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Access } from './access.ts'
import {
  createAccount,
  createServiceAccount,
  endTotp,
  issueKey,
  mustBeAgreed,
  resetPassword,
  revokeKey,
  setAccountState,
} from './accounts.ts'
import * as api from './api.ts'
import { actorOf } from './asking.ts'
import { revokeRole } from './grants.ts'
import { revokeDevice } from './passkeys.ts'
import { PERMISSIONS } from './permissions.ts'
import { accountUnknown } from './refusals.ts'
import { BUILT_IN_ROLES } from './roles.ts'
import { endSessionsOf } from './sessions.ts'
import * as store from './store.ts'
import { lockOf } from './tries.ts'
import { accountView, grantView, instant, keyView, passkeyView, sessionRow } from './views.ts'

/** Accounts belong to the house, not to a merchant. */
const READ = { permission: 'account.read', everywhere: true }
const MANAGE = { permission: 'account.manage', everywhere: true }
const GRANT = { permission: 'role.grant', everywhere: true }
const TAGS = { tags: ['accounts'] }
const DONE = { done: true as const }

/** Accounts of people and programs, what they hold, and the roles there are. Handing out more needs a second person: `reviews/role_routes.ts`. */
export function accountRoutes(server: FastifyInstance, app: Access): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/accounts',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '账户列表 Accounts',
        querystring: api.AccountQuery,
        response: { 200: api.AccountList },
      },
    },
    async ({ query }) => {
      const limit = query.limit ?? 100
      const found = await store.listAccounts(app.db.pool, {
        kind: query.kind ?? null,
        search: query.search ?? '',
        after: query.after ?? '',
        limit,
      })
      return { accounts: found.map(accountView), next: found.length === limit ? (found.at(-1)?.login ?? null) : null }
    },
  )
  http.get(
    '/accounts/:account_id',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '账户详情 One account with all that belongs to it',
        params: api.AccountKey,
        response: { 200: api.AccountDetail },
      },
    },
    async request => {
      const { account_id } = request.params
      const account = await store.findAccount(app.db.pool, account_id)
      if (!account) throw accountUnknown(account_id)
      const [grants, passkeys, sessions, keys, locked] = await Promise.all([
        store.grantsOf(app.db.pool, account_id),
        store.passkeysOf(app.db.pool, account_id),
        store.liveSessions(app.db.pool, account_id, app.now()),
        store.serviceKeysOf(app.db.pool, account_id),
        lockOf(app.db.pool, app.vault, account.login, app.now()),
      ])
      return {
        ...accountView(account),
        locked_until: instant(locked),
        grants: grants.map(grantView),
        passkeys: passkeys.map(passkeyView),
        sessions: sessions.map(session => sessionRow(session, actorOf(request).sessionId)),
        keys: keys.map(keyView),
      }
    },
  )
  http.post(
    '/accounts',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '开立账户（一人一户）Open an account',
        body: api.AccountAsk,
        response: { 200: api.AccountMade },
      },
    },
    async request => {
      const { kind, login, name } = request.body
      const actor = actorOf(request)
      if (kind === 'service')
        return { ...accountView(await createServiceAccount(app, actor, { login, name })), password: null }
      const account = await createAccount(app, actor, { login, name, password: null })
      const password = await resetPassword(app, actor, account.id)
      return { ...accountView({ ...account, passwordStale: true }), password }
    },
  )
  http.post(
    '/accounts/:account_id/state',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '停用、恢复或注销 Suspend, resume or close',
        params: api.AccountKey,
        body: api.StateAsk,
        response: { 200: api.AccountView },
      },
    },
    async request =>
      accountView(await setAccountState(app, actorOf(request), request.params.account_id, request.body.state)),
  )
  http.post(
    '/accounts/:account_id/password',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '重置密码（须另一主管先同意）Reset the password, after another supervisor agreed',
        params: api.AccountKey,
        response: { 200: api.PasswordMade },
      },
    },
    async request => {
      const actor = actorOf(request)
      await mustBeAgreed(app, actor, request.params.account_id)
      return { password: await resetPassword(app, actor, request.params.account_id) }
    },
  )
  http.delete(
    '/accounts/:account_id/totp',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary:
          '停用其动态验证码（须另一主管先同意）Switch off the second factor of a lost phone, after another supervisor agreed',
        params: api.AccountKey,
        response: { 200: api.Done },
      },
    },
    async request => {
      await mustBeAgreed(app, actorOf(request), request.params.account_id)
      await endTotp(app, actorOf(request), request.params.account_id)
      return DONE
    },
  )
  http.delete(
    '/accounts/:account_id/sessions',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '结束其全部会话 End all sessions of an account',
        params: api.AccountKey,
        response: { 200: api.Ended },
      },
    },
    async request => ({ sessions_ended: await endSessionsOf(app, actorOf(request), request.params.account_id, null) }),
  )
  http.delete(
    '/accounts/:account_id/sessions/:session_id',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '结束其一个会话 End one session',
        params: api.AccountSessionKey,
        response: { 200: api.Ended },
      },
    },
    async request => ({
      sessions_ended: await endSessionsOf(app, actorOf(request), request.params.account_id, request.params.session_id),
    }),
  )
  http.delete(
    '/accounts/:account_id/passkeys/:passkey_id',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '吊销遗失的设备（连同其会话）Revoke a lost device with its sessions',
        params: api.AccountPasskeyKey,
        response: { 200: api.Done },
      },
    },
    async request => {
      await revokeDevice(app, actorOf(request), request.params.account_id, request.params.passkey_id)
      return DONE
    },
  )
  http.post(
    '/accounts/:account_id/keys',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '签发服务账户密钥 Issue a key for a program',
        params: api.AccountKey,
        body: api.KeyAsk,
        response: { 200: api.KeyMade },
      },
    },
    async request => {
      const { name, expires_at } = request.body
      const { key, id } = await issueKey(app, actorOf(request), request.params.account_id, {
        name,
        expiresAt: expires_at === undefined ? null : new Date(expires_at),
      })
      return { key_id: id, key }
    },
  )
  http.delete(
    '/accounts/:account_id/keys/:key_id',
    {
      config: MANAGE,
      schema: { ...TAGS, summary: '吊销密钥 Revoke a key', params: api.KeyKey, response: { 200: api.Done } },
    },
    async request => {
      await revokeKey(app, actorOf(request), request.params.account_id, request.params.key_id)
      return DONE
    },
  )
  http.delete(
    '/accounts/:account_id/grants/:grant_id',
    {
      config: GRANT,
      schema: { ...TAGS, summary: '收回角色 Revoke a role', params: api.GrantKey, response: { 200: api.Done } },
    },
    async request => {
      await revokeRole(app, actorOf(request), request.params.account_id, request.params.grant_id)
      return DONE
    },
  )
  http.get(
    '/roles',
    { config: READ, schema: { ...TAGS, summary: '角色 All roles', response: { 200: api.RoleList } } },
    async () => {
      const made = await store.houseRoles(app.db.pool)
      return {
        roles: [
          ...Object.entries(BUILT_IN_ROLES).map(([role, { name, permissions }]) => ({
            role,
            name_zh: name.zh,
            name_en: name.en,
            built_in: true,
            permissions: [...permissions] as string[],
          })),
          ...made.map(role => ({
            role: role.code,
            name_zh: role.nameZh,
            name_en: role.nameEn,
            built_in: false,
            permissions: [...role.permissions],
          })),
        ],
      }
    },
  )
  http.get(
    '/permissions',
    { config: READ, schema: { ...TAGS, summary: '全部权限 All permissions', response: { 200: api.PermissionList } } },
    () => ({
      permissions: Object.entries(PERMISSIONS).map(([permission, { zh, en }]) => ({
        permission,
        name_zh: zh,
        name_en: en,
      })),
    }),
  )
}
