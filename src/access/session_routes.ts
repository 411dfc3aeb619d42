import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { instantText } from '../kernel/instant_text.ts'
import type { Access } from './access.ts'
import { beginTotp, confirmTotp, endOwnTotp } from './accounts.ts'
import { permissionsOf } from './actor_of_grants.ts'
import * as api from './api.ts'
import { actorOf, whereOf } from './asking.ts'
import { cookieName } from './guard.ts'
import { changePassword, logIn } from './log_in.ts'
import { beginLogIn, beginRegistration, finishLogIn, finishRegistration, revokeDevice } from './passkeys.ts'
import { OWN_SESSION } from './permissions.ts'
import { notAuthenticated } from './refusals.ts'
import { csrfOf, elsewhere } from './session.ts'
import { endOwnSessions, type Opened } from './sessions.ts'
import * as store from './store.ts'
import { grantView, passkeyView, sessionRow } from './views.ts'

const OWN = { permission: 'own.session' }
const ANYBODY = { permission: 'public', limit: 'login' } as const
const TAGS = { tags: ['session'] }

/** One's own log-in: password, second factor, passkeys, sessions. */
export function sessionRoutes(server: FastifyInstance, app: Access, url: () => string): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.post(
    '/session',
    {
      config: ANYBODY,
      schema: { ...TAGS, summary: '登录 Log in', body: api.LogInAsk, response: { 200: api.SessionView } },
    },
    async (request, reply) => {
      const { login, password, code } = request.body
      return await enter(
        app,
        request,
        reply,
        await logIn(app, whereOf(request), { login, password, code: code ?? null }, actorOf(request).sessionId),
      )
    },
  )
  http.post(
    '/session/passkey/options',
    {
      config: ANYBODY,
      schema: {
        ...TAGS,
        summary: '指纹或面容登录：开始 Begin a log-in by passkey',
        response: { 200: api.PasskeyBegun },
      },
    },
    () => beginLogIn(app, url()),
  )
  http.post(
    '/session/passkey',
    {
      config: ANYBODY,
      schema: {
        ...TAGS,
        summary: '指纹或面容登录 Log in by passkey',
        body: api.PasskeyLogIn,
        response: { 200: api.SessionView },
      },
    },
    async (request, reply) => {
      const { challenge_id, response } = request.body
      return await enter(
        app,
        request,
        reply,
        await finishLogIn(
          app,
          url(),
          whereOf(request),
          { challengeId: challenge_id, response },
          actorOf(request).sessionId,
        ),
      )
    },
  )
  http.get(
    '/session',
    { config: OWN, schema: { ...TAGS, summary: '当前登录 Who I am', response: { 200: api.SessionView } } },
    async request => {
      const token = parseCookie(request.headers.cookie ?? '')[cookieName(request)]
      const actor = actorOf(request)
      const account = await store.findAccount(app.db.pool, actor.accountId)
      if (!token || !account) throw notAuthenticated()
      return await viewOf(app, account, actor.sessionId, csrfOf(token))
    },
  )
  http.delete(
    '/session',
    { config: OWN, schema: { ...TAGS, summary: '退出 Log out', response: { 200: api.Done } } },
    async (request, reply) => {
      await endOwnSessions(app, actorOf(request), actorOf(request).sessionId)
      reply.header('set-cookie', cookieOf(request, '', 0))
      return { done: true as const }
    },
  )
  http.get(
    '/session/all',
    { config: OWN, schema: { ...TAGS, summary: '本人的全部会话 All my sessions', response: { 200: api.SessionList } } },
    async request => {
      const { accountId, sessionId } = actorOf(request)
      const sessions = await store.liveSessions(app.db.pool, accountId, app.now())
      return { sessions: sessions.map(session => sessionRow(session, sessionId)) }
    },
  )
  http.delete(
    '/session/all',
    {
      config: OWN,
      schema: {
        ...TAGS,
        summary: '结束本人的其他会话 End all my other sessions',
        response: { 200: api.Ended },
      },
    },
    async request => ({ sessions_ended: await endOwnSessions(app, actorOf(request), null) }),
  )
  http.delete(
    '/session/all/:session_id',
    {
      config: OWN,
      schema: {
        ...TAGS,
        summary: '结束本人的一个会话 End one of my sessions',
        params: api.SessionKey,
        response: { 200: api.Done },
      },
    },
    async request => {
      await endOwnSessions(app, actorOf(request), request.params.session_id)
      return { done: true as const }
    },
  )
  http.post(
    '/session/password',
    {
      config: OWN,
      schema: {
        ...TAGS,
        summary: '修改密码（其他会话随之结束）Change my password; my other sessions end',
        body: api.PasswordAsk,
        response: { 200: api.Done },
      },
    },
    async request => {
      await changePassword(app, actorOf(request), request.body)
      return { done: true as const }
    },
  )
  http.post(
    '/session/totp',
    {
      config: OWN,
      schema: { ...TAGS, summary: '启用动态验证码：开始 Begin with a second factor', response: { 200: api.TotpBegun } },
    },
    async request => ({ uri: await beginTotp(app, actorOf(request)) }),
  )
  http.post(
    '/session/totp/confirm',
    {
      config: OWN,
      schema: {
        ...TAGS,
        summary: '启用动态验证码：确认 Confirm it by its first code',
        body: api.CodeAsk,
        response: { 200: api.Done },
      },
    },
    async request => {
      await confirmTotp(app, actorOf(request), request.body.code)
      return { done: true as const }
    },
  )
  http.post(
    '/session/totp/end',
    {
      config: OWN,
      schema: {
        ...TAGS,
        summary: '停用动态验证码 Switch the second factor off',
        body: api.CodeAsk,
        response: { 200: api.Done },
      },
    },
    async request => {
      await endOwnTotp(app, actorOf(request), request.body.code)
      return { done: true as const }
    },
  )
  http.get(
    '/session/passkeys',
    { config: OWN, schema: { ...TAGS, summary: '本人的通行密钥 My passkeys', response: { 200: api.PasskeyList } } },
    async request => ({ passkeys: (await store.passkeysOf(app.db.pool, actorOf(request).accountId)).map(passkeyView) }),
  )
  http.post(
    '/session/passkeys/options',
    {
      config: OWN,
      schema: { ...TAGS, summary: '登记通行密钥：开始 Begin to add a passkey', response: { 200: api.PasskeyBegun } },
    },
    request => beginRegistration(app, url(), actorOf(request)),
  )
  http.post(
    '/session/passkeys',
    {
      config: OWN,
      schema: {
        ...TAGS,
        summary: '登记通行密钥 Add a passkey',
        body: api.PasskeyMade,
        response: { 200: api.PasskeyView },
      },
    },
    async request => {
      const { challenge_id, name, response } = request.body
      return passkeyView(
        await finishRegistration(app, url(), actorOf(request), { challengeId: challenge_id, name, response }),
      )
    },
  )
  http.delete(
    '/session/passkeys/:passkey_id',
    {
      config: OWN,
      schema: {
        ...TAGS,
        summary: '吊销遗失的设备（连同其会话）Revoke a lost device with its sessions',
        params: api.PasskeyKey,
        response: { 200: api.Done },
      },
    },
    async request => {
      const actor = actorOf(request)
      await revokeDevice(app, actor, actor.accountId, request.params.passkey_id)
      return { done: true as const }
    },
  )
}

/** Answers a log-in: the token goes into the cookie and nowhere else. */
export async function enter(app: Access, request: FastifyRequest, reply: FastifyReply, opened: Opened) {
  const { token, csrf, account, session } = opened
  reply.header('set-cookie', cookieOf(request, token, app.sessions.longest_hours * 3_600))
  return await viewOf(app, account, session.id, csrf)
}

function cookieOf(request: FastifyRequest, value: string, seconds: number): string {
  return stringifySetCookie({
    name: cookieName(request),
    value,
    path: '/',
    httpOnly: true,
    secure: request.protocol === 'https',
    sameSite: 'strict',
    maxAge: seconds,
  })
}

async function viewOf(app: Access, account: store.Account, sessionId: string, csrf: string) {
  const at = app.now()
  const [grants, live, held] = await Promise.all([
    store.grantsOf(app.db.pool, account.id),
    store.liveSessions(app.db.pool, account.id, at),
    store.rolesHeld(app.db.pool, account.id),
  ])
  const own = live.find(session => session.id === sessionId)
  return {
    account_id: account.id,
    login: account.login,
    name: account.name,
    kind: account.kind,
    roles: grants.map(grantView),
    permissions: [...new Set([OWN_SESSION, ...held.flatMap(permissionsOf)])].sort(),
    csrf_token: csrf,
    password_change_due: account.passwordStale,
    second_factor: account.totpSince !== null,
    expires_at: instantText(own?.expiresAt ?? at),
    warnings: own
      ? elsewhere(own, live, at).map(other => ({
          code: 'account_in_two_places' as const,
          address: other.address,
          device: other.device,
          seen_at: instantText(other.seenAt),
        }))
      : [],
  }
}
