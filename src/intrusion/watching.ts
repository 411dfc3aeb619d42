import type { FastifyRequest } from 'fastify'
import { type Actor, SYSTEM } from '../access/actor.ts'
import { whereOf } from '../access/asking.ts'
import type { Who } from '../audit/act.ts'
import { Failure } from '../kernel/failure.ts'
import type { Listener } from '../system/listen.ts'
import { counter, gauge } from '../system/metrics.ts'
import type { Watch, WatchedRoute } from '../system/watch.ts'
import { addressKey, addressTest } from './address.ts'
import { sampleOf } from './alert.ts'
import type { IntrusionSettings } from './api.ts'
import { probeInBody, probeInQuery } from './fields.ts'
import { createLimits } from './limits.ts'
import { bookIncident, type Incident, type Intrusion } from './operations.ts'
import { probeIn, type Sign } from './probes.ts'
import * as store from './store.ts'

const probes = counter('fzpay_probes_total', 'Requests that carried a probe', ['family', 'place'])
const turnedAway = counter('fzpay_blocked_requests_total', 'Requests from blocked addresses')
/** Addresses and until when they are turned away. */
type Held = Map<string, number>
const copies = new Set<Held>()
gauge('fzpay_blocked_addresses', 'Addresses that this process holds as blocked', () =>
  [...copies].reduce((sum, { size }) => sum + size, 0),
)

export type Watching = Watch & {
  /** Learns which addresses are blocked, and hears of new ones from then on. */
  open(listener: Listener): Promise<void>
  /** What was caught is written down. */
  close(): Promise<void>
}

export type WatchingOptions = {
  readonly settings: IntrusionSettings
  readonly trustedProxies: readonly string[]
  /** Ends a session of `access`, at once and everywhere. */
  readonly endSession: (who: Who, sessionId: string, why: string) => Promise<void>
}

/** Until the database has said for how long. */
const FIRST_HOLD_MS = 60_000
/** Different addresses that wait to be written down; a flood beyond it is counted on the last one. */
const WAITING_MAX = 500

/** Headers that browsers fill with punctuation of their own, and one that no log may see. */
const UNREAD_HEADERS =
  /^(?:authorization|accept.*|sec-.*|if-.*|content-(?:length|type)|connection|host|upgrade-insecure-requests)$/
const HEADER_SUSPECT = /[<>{}'"\\|`%]|\.\.|--|\(\)|\b(?:select|union|sleep|waitfor)\b/i

/** Looks at every request, ends the session of whoever probes, and turns his address away. */
export function createWatching(app: Intrusion, options: WatchingOptions): Watching {
  const { settings, endSession } = options
  const exempt = addressTest(['loopback', ...options.trustedProxies, ...settings.allow])
  const unwatched = settings.unwatched.length > 0 ? addressTest(settings.unwatched) : () => false
  const limits = createLimits(app, settings)
  const held: Held = new Map()
  copies.add(held)
  const booking = booker(app, (address, until) => hold(held, address, until))
  let unsubscribe: (() => void) | undefined

  const readBlocks = async (address: string | null): Promise<void> => {
    const blocks = await store.activeBlocks(app.db.pool, app.now(), address)
    if (address === null) held.clear()
    else held.delete(address)
    for (const block of blocks) held.set(block.address, block.until.getTime())
  }
  const readAgain = (address: string | null): void =>
    void readBlocks(address).catch(error => app.log.warn({ err: error }, 'blocked addresses could not be read'))

  return {
    arrived(request, route) {
      const { ip } = request
      const signed = route.limit === 'signed'
      if (!signed) turnAway(held, ip, app.now().getTime(), limits.spent)
      if (unwatched(ip)) return
      const sign = signInHead(request, route)
      if (sign) request.suspect = sign
    },
    known(request, { limit }) {
      if (limit === 'signed') return
      const actor = request.actor as Actor | undefined
      if (actor?.kind === 'service') return limits.take('service', actor.id)
      if (exempt(request.ip)) return
      const address = addressKey(request.ip)
      if (limit === 'login' || limit === 'code') return limits.take(limit, address)
      return actor?.accountId ? limits.take('account', actor.accountId) : limits.take('address', address)
    },
    read(request, route) {
      const { body } = request
      if (body === null || typeof body !== 'object' || route.limit === 'signed') return
      if (unwatched(request.ip)) return
      const sign = probeInBody(body, route.body)
      if (sign) request.suspect = sign
    },
    caught(request, suspect) {
      const sign = suspect as Sign
      probes.inc({ family: sign.family, place: sign.place })
      const actor = request.actor as Actor | undefined
      // A page of somebody else's made a browser send this: whoever sits before it has done nothing.
      const lured = request.headers['sec-fetch-site'] === 'cross-site'
      if (actor?.sessionId && !lured)
        endSession({ ...SYSTEM, ...whereOf(request) }, actor.sessionId, 'intrusion').catch(error =>
          app.log.error({ err: error, session: actor.sessionId }, 'the session of an intruder could not be ended'),
        )
      const address = addressKey(request.ip)
      const sheltered = lured || exempt(request.ip)
      if (sign.certain && !sheltered) hold(held, address, app.now().getTime() + FIRST_HOLD_MS)
      const incident = incidentOf(request, sign, address, app.now())
      const blocked = async (): Promise<boolean> => !sheltered && (sign.certain || (await limits.doubted(address)))
      booking.book(incident, blocked)
      return requestRefused(sign)
    },
    unknown(request) {
      if (!exempt(request.ip)) limits.penalise('unknown', addressKey(request.ip))
    },
    async open(listener) {
      unsubscribe = await listener.subscribe(store.CHANNEL, {
        message: address => readAgain(address),
        gap: () => readAgain(null),
      })
      await readBlocks(null)
    },
    async close() {
      unsubscribe?.()
      await booking.ended()
      copies.delete(held)
    },
  }
}

function hold(held: Held, address: string, until: number): void {
  held.set(address, Math.max(until, held.get(address) ?? 0))
}

function turnAway(held: Held, ip: string, at: number, spent: (key: string, at: number) => void): void {
  const address = addressKey(ip)
  spent(address, at)
  const until = held.size > 0 ? held.get(address) : undefined
  if (until === undefined) return
  if (until <= at) return void held.delete(address)
  turnedAway.inc()
  throw addressBlocked(Math.ceil((until - at) / 1000))
}

/** A probe in path, query or headers. Of signed requests only the path: what a channel adds is its own business. */
function signInHead(request: FastifyRequest, route: WatchedRoute): Sign | null {
  const url = request.raw.url ?? ''
  const mark = url.indexOf('?')
  const inPath = probeIn(mark < 0 ? url : url.slice(0, mark), 'path')
  if (inPath || route.limit === 'signed') return inPath
  if (mark >= 0) {
    const inQuery =
      route.limit === null || !request.query
        ? probeIn(url.slice(mark + 1).replaceAll('+', ' '), 'query')
        : probeInQuery(request.query, route.query)
    if (inQuery) return inQuery
  }
  const { headers } = request
  for (const name in headers) {
    const value = headers[name]
    if (typeof value !== 'string' || !HEADER_SUSPECT.test(value) || UNREAD_HEADERS.test(name)) continue
    const sign = probeIn(value, 'header', name)
    if (sign) return sign
  }
  return null
}

function incidentOf(request: FastifyRequest, sign: Sign, address: string, at: Date): Incident {
  const actor = request.actor as Actor | undefined
  const kind = sign.certain ? 'probe' : 'doubtful'
  const path = (request.raw.url ?? '').split('?')[0] as string
  return {
    alarm: {
      kind,
      key: `${kind}:${address}`,
      severity: sign.certain ? 'warning' : 'notice',
      address: request.ip,
      actor: actor?.id ?? 'anonymous',
      facts: {
        request: `${request.method} ${sampleOf('', path)}`,
        place: sign.place,
        field: sampleOf('', sign.field),
        family: sign.family,
        sample: sampleOf(sign.field, sign.text),
        request_id: request.id,
      },
    },
    who: { id: actor?.id ?? 'anonymous', name: '', ...whereOf(request) },
    block: address,
    count: 1,
    at,
  }
}

/** Writes incidents down one after the other; the same again, while one waits, is counted on it: a flood costs one write at a time. */
function booker(app: Intrusion, hold: (address: string, until: number) => void) {
  type Waiting = { incident: Incident; readonly blocked: () => Promise<boolean> }
  const waiting = new Map<string, Waiting>()
  let draining: Promise<void> | undefined

  const write = async ({ incident, blocked }: Waiting): Promise<void> => {
    const block = await bookIncident(app, { ...incident, block: (await blocked()) ? incident.block : null })
    if (block && incident.block !== null) hold(incident.block, block.until.getTime())
  }
  const drain = async (): Promise<void> => {
    while (waiting.size > 0) {
      const [key, next] = waiting.entries().next().value as [string, Waiting]
      waiting.delete(key)
      await write(next).catch(error =>
        app.log.error(
          { err: error, facts: next.incident.alarm.facts, count: next.incident.count },
          'a probe was caught but not written down',
        ),
      )
    }
    draining = undefined
  }
  return {
    book(incident: Incident, blocked: () => Promise<boolean>): void {
      const { key } = incident.alarm
      const same = waiting.get(key) ?? (waiting.size >= WAITING_MAX ? [...waiting.values()].at(-1) : undefined)
      if (same) same.incident = { ...same.incident, count: same.incident.count + 1 }
      else waiting.set(key, { incident, blocked })
      draining ??= drain()
    },
    ended: async (): Promise<void> => void (await draining),
  }
}

const requestRefused = (sign: Sign): Failure =>
  new Failure(
    'request_refused',
    {
      zh: `请求${sign.field ? `的 ${sign.field} ` : ''}中含有疑似攻击的内容，已拒绝并记录；如属误判，请联系管理员并提供请求编号`,
      en: `The request${sign.field ? ` (${sign.field})` : ''} looks like an attack and was refused and recorded; if that is wrong, tell an administrator the request id`,
    },
    { place: sign.place, field: sign.field },
  )

const addressBlocked = (seconds: number): Failure =>
  new Failure(
    'address_blocked',
    {
      zh: `来自此地址的请求因疑似攻击被暂时封锁，${seconds} 秒后解除；如属误判，请联系管理员`,
      en: `Requests from this address are blocked for ${seconds} seconds, as some looked like an attack; if that is wrong, tell an administrator`,
    },
    { retry_after_seconds: seconds },
  )
