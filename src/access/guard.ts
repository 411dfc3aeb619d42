import { parseCookie } from 'cookie'
import type { FastifyRequest } from 'fastify'
import type pg from 'pg'
import { Failure } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import { PUBLIC } from '../system/http.ts'
import type { Listener } from '../system/listen.ts'
import { type Actor, anonymous } from './actor.ts'
import { actorOfGrants, type Held, heldBy, withOwnSession } from './actor_of_grants.ts'
import { actorOf, whereOf } from './asking.ts'
import { OWN_SESSION } from './permissions.ts'
import {
  csrfRefused,
  keyExpired,
  keyInvalid,
  notAuthenticated,
  notPermitted,
  passwordStale,
  scopeTooNarrow,
  sessionOver,
} from './refusals.ts'
import { isEverywhere } from './scope.ts'
import { csrfOf, digestOf, type SessionSettings, stateOf } from './session.ts'
import { type AskingKey, type AskingSession, keyOf, sessionOf, useServiceKeys } from './store.ts'

/** Who asks, and whether he may: by a session's cookie or a service key. On a public route whoever it may be. */
export type AccessGuard = {
  /** Throws not_authenticated, session_over, csrf_refused, password_change_due, key_invalid, key_expired, not_permitted. */
  check(request: FastifyRequest, permission: string): Promise<Actor> | Actor
  close(): Promise<void>
}

export type GuardOptions = {
  readonly app: Pick<App, 'db' | 'now' | 'log'>
  readonly listener: Listener
  readonly settings: SessionSettings
  /** A session is seen again, for the first time in a minute. */
  readonly seenAgain: (session: AskingSession, actor: Actor) => Promise<void>
}

export const COOKIE = 'fzpay'
/** Browsers take a cookie of this name from https only, for this host and all its paths. */
export const SECURE_COOKIE = '__Host-fzpay'
export const cookieName = (request: Pick<FastifyRequest, 'protocol'>): string =>
  request.protocol === 'https' ? SECURE_COOKIE : COOKIE

/** Keys are remembered for so long; news of changes come by the database, and this is for when they do not. */
const REMEMBERED_MS = 5_000
const REMEMBERED_MAX = 10_000
const SEEN_MS = 60_000
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

export async function openGuard({ app, listener, settings, seenAgain }: GuardOptions): Promise<AccessGuard> {
  const keys = new Map<string, Remembered>()
  const used = new Set<string>()
  // What was read before such news may be older than it.
  let news = 0
  const forget = (): void => {
    news++
    keys.clear()
  }
  const unsubscribe = await listener.subscribe('access_changed', { message: forget, gap: forget })
  const writeUsed = async (): Promise<void> => {
    const ids = [...used]
    used.clear()
    if (ids.length > 0)
      await useServiceKeys(app.db.pool, ids, app.now()).catch(error =>
        app.log.warn({ err: error }, 'use of keys was not written'),
      )
  }
  const timer = setInterval(() => void writeUsed(), SEEN_MS)
  timer.unref()

  const readKey = async (text: string): Promise<Remembered> => {
    const newsBefore = news
    const key = await keyOf(app.db.pool, digestOf(text))
    if (!key) throw keyInvalid()
    const read = { at: performance.now(), key, held: heldBy(key) }
    if (keys.size >= REMEMBERED_MAX) keys.clear()
    if (news === newsBefore) keys.set(text, read)
    return read
  }
  const byKey = ({ key, held }: Remembered, request: FastifyRequest): Actor => {
    if (key.revokedAt || key.state !== 'active') throw keyInvalid()
    if (key.expiresAt && key.expiresAt <= app.now()) throw keyExpired(key.expiresAt)
    used.add(key.keyId)
    return actorOfGrants(key, held, '', whereOf(request))
  }
  const bySession = async (token: string, request: FastifyRequest, permission: string): Promise<Actor> => {
    const at = app.now()
    const session = await liveSession(app.db.pool, settings, token, at)
    if (!SAFE.has(request.method) && !(sameSite(request) && request.headers['x-csrf-token'] === csrfOf(token)))
      throw csrfRefused()
    const actor = actorOfGrants(session, withOwnSession(heldBy(session)), session.id, whereOf(request))
    if (at.getTime() - session.seenAt.getTime() >= SEEN_MS || session.address !== actor.address)
      await seenAgain(session, actor)
    if (session.passwordStale && permission !== OWN_SESSION && permission !== PUBLIC) throw passwordStale()
    return actor
  }
  const allowed = (actor: Actor, permission: string, request: FastifyRequest): Actor => {
    if (permission === PUBLIC) return actor
    if (!actor.permissions.has(permission)) throw notPermitted(actor.id, permission)
    if (request.routeOptions.config.everywhere && !isEverywhere(actor.scopeOf(permission)))
      throw scopeTooNarrow(permission)
    return actor
  }

  const check = (request: FastifyRequest, permission: string): Actor | Promise<Actor> => {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const [, text] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
      if (text === undefined) throw notAuthenticated()
      const known = keys.get(text)
      if (known && performance.now() - known.at < REMEMBERED_MS)
        return allowed(byKey(known, request), permission, request)
      return readKey(text).then(read => allowed(byKey(read, request), permission, request))
    }
    const token = tokenOf(request)
    if (!token) throw notAuthenticated()
    return bySession(token, request, permission).then(actor => allowed(actor, permission, request))
  }

  return {
    check(request, permission) {
      if (permission !== PUBLIC) return check(request, permission)
      // Where anybody may come, whoever was logged in once may, too: to log in again, above all.
      return Promise.try(check, request, permission).catch(error => {
        if (error instanceof Failure) return anonymous(whereOf(request))
        throw error
      })
    },
    async close() {
      clearInterval(timer)
      unsubscribe()
      await writeUsed()
    },
  }
}

async function liveSession(db: pg.Pool, settings: SessionSettings, token: string, at: Date): Promise<AskingSession> {
  const session = await sessionOf(db, digestOf(token))
  if (!session) throw sessionOver('unknown')
  const state = stateOf(session, settings, at)
  if (state !== 'live') throw sessionOver(state === 'ended' ? session.endedWhy : state)
  if (session.state !== 'active') throw sessionOver('account_suspended')
  return session
}

const tokenOf = ({ headers: { cookie }, protocol }: FastifyRequest): string | undefined =>
  cookie === undefined ? undefined : parseCookie(cookie)[cookieName({ protocol })]

/**
 * What whoever opened a stream may do by now. It does not count as being seen: an open page alone keeps no session alive. Throws session_over.
 * Whoever came by a service key is believed until the stream is opened again.
 */
export async function permissionsBy(
  app: Pick<App, 'db' | 'now'>,
  settings: SessionSettings,
  request: FastifyRequest,
): Promise<ReadonlySet<string>> {
  const token = tokenOf(request)
  if (token === undefined) return actorOf(request).permissions
  const session = await liveSession(app.db.pool, settings, token, app.now())
  return actorOfGrants(session, withOwnSession(heldBy(session)), session.id, whereOf(request)).permissions
}

type Remembered = { readonly at: number; readonly key: AskingKey; readonly held: Held }

/** Browsers say from where a request comes; whoever says "from elsewhere" is refused, whatever token he has. */
function sameSite({ headers, host, protocol }: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = headers
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return origin === undefined || origin === `${protocol}://${host}`
}
