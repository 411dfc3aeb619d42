import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Readable } from 'node:stream'
import swagger from '@fastify/swagger'
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
  type RouteOptions,
} from 'fastify'
import type { Logger } from 'pino'
import type { TSchema } from 'typebox'
import { Failure } from '../kernel/failure.ts'
import { answerWriter } from './answer_writer.ts'
import {
  bodyOf,
  bugBody,
  databaseFailure,
  ErrorBody,
  frameFailure,
  notFound,
  requestInvalid,
  statusOf,
} from './http_errors.ts'
import { type Masker, maskerOf } from './masks.ts'
import { methodsOfRoutes } from './methods.ts'
import { timings } from './metrics.ts'
import { type QuickRoute, quickLane, triedBefore } from './quick_lane.ts'
import { headersOfAll, securityHeaders } from './security_headers.ts'
import { shapeOf } from './shape.ts'
import { TLS_OPTIONS } from './tls.ts'
import { NO_ROUTE, type Watch, type WatchedRoute } from './watch.ts'

/** Named by a route that anybody may call. */
export const PUBLIC = 'public'

/** Says who asks, and that he may; throws Failure not_authenticated, key_invalid, not_permitted. */
export type Guard = (request: FastifyRequest, permission: string) => Caller | Promise<Caller>
type Caller = { readonly id: string }

export type HttpOptions = {
  readonly log: Logger
  readonly newId: () => string
  readonly guard: Guard
  /** All permissions there are; a route that names another one is not registered. */
  readonly permissions: ReadonlySet<string>
  /** Addresses (or CIDR ranges) of proxies whose x-forwarded-* headers are believed. */
  readonly trustedProxies?: readonly string[] | undefined
  /** Bytes of a body; a route may set its own. Default 256 KiB. */
  readonly bodyLimit?: number | undefined
  /** Certificate and key in PEM: HTTPS. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined
  readonly version?: string | undefined
  /** Browsers are told to come by HTTPS only (HSTS). Default: when `tls` is given. */
  readonly httpsOnly?: boolean | undefined
  readonly watch?: Watch | undefined
  /** What a caller sees of a value whose schema has `x-mask`. Without it: nothing but stars. */
  readonly see?: ((caller: Caller | undefined, kind: string, value: string) => string) | undefined
}

const ANYBODY: Caller = { id: 'anonymous' }
const REQUEST_ID = /^[A-Za-z0-9_.:-]{8,64}$/

const duration = timings(
  'fzpay_http_request_seconds',
  'Time from the head of a request to the end of its answer',
  ['method', 'route', 'status'],
  [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
)

/**
 * The frame of all HTTP: validation and answers by TypeBox schemas, one shape of errors, request ids, a permission for every
 * route, metrics, OpenAPI. Routes are registered on what it gives; nothing listens yet.
 */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { log, newId, tls, watch } = options
  const requestId = ({ headers }: Pick<IncomingMessage, 'headers'>): string => {
    const given = headers['x-request-id']
    return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId()
  }
  const ofAll = headersOfAll(options.httpsOnly ?? tls !== undefined)
  const lane = quickLane({
    requestId,
    headers: ofAll,
    observe: (route, status) => duration({ method: 'POST', route, status }),
    handOn: (request, response) => http.routing(request, response),
  })
  const methods = methodsOfRoutes()
  const refuse = (error: unknown, request: FastifyRequest, reply: Reply): Reply =>
    answerError(log, watch, error, request, reply)
  const http = fastify({
    loggerInstance: withoutChildren(log),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    bodyLimit: options.bodyLimit ?? 256 << 10,
    forceCloseConnections: 'idle',
    serverFactory(frame) {
      const take: typeof frame = (request, response) => void (lane.take(request, response) || frame(request, response))
      const server = tls ? createTlsServer({ ...TLS_OPTIONS, cert: tls.cert, key: tls.key }, take) : createServer(take)
      server.requestTimeout = 30_000
      server.keepAliveTimeout = 75_000
      return server
    },
    // What comes in over an open connection while we stop is still answered, and the connection then closed.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => {
      refuse(look(watch, request, NO_ROUTE) ?? error, request, reply)
    },
  }) as unknown as FastifyInstance

  http.addSchema(ErrorBody)
  http.setValidatorCompiler<TSchema>(({ schema, httpPart = 'body' }) => {
    const shape = shapeOf(schema, { fromText: httpPart !== 'body' })
    return value => {
      const read = shape.read(value)
      return 'mistakes' in read ? { error: requestInvalid(httpPart, read.mistakes) } : read
    }
  })
  http.setSerializerCompiler<TSchema>(({ schema }) => answerWriter(schema))
  http.setErrorHandler(refuse)
  http.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] as string
    return refuse(look(watch, request, NO_ROUTE) ?? notFound(request.method, path, methods.at(path)), request, reply)
  })
  http.decorateRequest('actor', undefined)
  http.decorateRequest('suspect', undefined)
  securityHeaders(http, ofAll)
  http.decorate('permissionOfAll', undefined)
  http.decorate('quick', lane.add)
  http.addHook('preClose', async () => lane.close())
  // A connection whose last answer goes out while we stop would be kept open for the next request that never comes.
  http.addHook('preClose', async () => {
    const timer = setInterval(() => http.server.closeIdleConnections(), 50)
    http.server.once('close', () => clearInterval(timer))
    if (!http.server.listening) clearInterval(timer)
  })
  http.addHook('onRoute', function (this: FastifyInstance, route) {
    methods.add(route.method, route.url)
    frameRoute(route, this.permissionOfAll, options)
  })
  await http.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: '抚州支付平台 Fuzhou Pay',
        version: options.version ?? '0',
        description: ABOUT,
      },
      components: {
        securitySchemes: {
          service_key: { type: 'http', scheme: 'bearer', description: '服务账户密钥 Service account key' },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `def-${index}`) },
  })
  return http
}

/** A logger for each request costs more than the rest of the frame; what is logged names its request itself. */
function withoutChildren(log: Logger): Logger {
  const same: Logger = Object.create(log)
  same.child = () => same as never
  return same
}

const ABOUT = `金额为主币单位的十进制字符串（"1234.50"），时间为带时区的 RFC 3339。修改类请求的 id 由调用方生成：同一 id 与内容得到同一回答。

Amounts are decimal strings in major units ("1234.50"), times RFC 3339 with offset. Every call that changes something carries an id made by
the caller: the same id and content give the same answer.`

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the frame before a route runs. */
    actor?: Caller
  }
  interface FastifyContextConfig {
    /** What a caller must be allowed to; each route names one. */
    permission?: string
    /** It concerns the house as a whole: whoever may do it for some merchants or channels only is refused. */
    everywhere?: boolean
  }
  interface FastifyInstance {
    /** For routes of a library, which name no permission themselves: the one of them all, set on the instance it is registered on. */
    permissionOfAll: string | undefined
    /** Opens the quick lane for a route that the frame has too. */
    quick: (route: QuickRoute) => void
  }
}

/** Holds a route to the rules of the house, and puts around it what every route has. */
function frameRoute(route: RouteOptions, permissionOfAll: string | undefined, options: HttpOptions): void {
  const name = `${route.method} ${route.url}`
  const permission = route.config?.permission ?? permissionOfAll
  if (permission === undefined) throw new Error(`${name}: names no permission (config.permission)`)
  if (permission !== PUBLIC && !options.permissions.has(permission))
    throw new Error(`${name}: no such permission: ${permission}`)
  route.config = { ...route.config, permission }
  const schema = route.schema ?? {}
  if ((schema as { consumes?: readonly string[] }).consumes?.includes('application/octet-stream')) {
    if (route.bodyLimit === undefined) throw new Error(`${name}: takes files and states no bodyLimit`)
    if (!route.config.upload?.length) throw new Error(`${name}: takes files and states no kinds (config.upload)`)
  }
  if (schema.hide !== true) {
    const answers = (schema.response ?? {}) as Record<string, unknown>
    if (!Object.keys(answers).some(status => /^[23]/.test(status)))
      throw new Error(`${name}: describes no answer (schema.response)`)
    route.schema = {
      ...schema,
      response: { ...answers, '4xx': ERROR, '5xx': ERROR },
      security: permission === PUBLIC ? [] : [{ service_key: [] }],
      'x-permission': permission,
    } as typeof schema
  }
  const mask = maskedAnswers(schema.response as Record<string, unknown> | undefined, options)
  if (mask !== null)
    route.preSerialization = [mask, ...[route.preSerialization ?? []].flat()] as typeof route.preSerialization
  const { watch } = options
  const watched = { limit: route.config.limit ?? 'usual', body: schema.body, query: schema.querystring }
  route.onRequest = [
    ...(watch ? [arrived(watch, watched)] : []),
    guarded(permission, options.guard),
    ...(watch ? [recognised(watch, watched)] : []),
    ...[route.onRequest ?? []].flat(),
  ] as typeof route.onRequest
  if (watch && route.method !== 'GET')
    route.preValidation = [
      bodyWatched(watch, watched),
      ...[route.preValidation ?? []].flat(),
    ] as typeof route.preValidation
  route.onResponse = [measured(String(route.method), route.url), ...[route.onResponse ?? []].flat()]
}

type Serialization = (request: FastifyRequest, reply: FastifyReply, answer: unknown) => Promise<unknown>

/** Masks answers of a route by their schema; null where none of its answers has anything to mask. */
function maskedAnswers(
  answers: Readonly<Record<string, unknown>> | undefined,
  options: HttpOptions,
): Serialization | null {
  const maskers = new Map<string, Masker>()
  for (const [status, schema] of Object.entries(answers ?? {})) {
    const masker = maskerOf(schema)
    if (masker) maskers.set(status, masker)
  }
  if (maskers.size === 0) return null
  const see = options.see ?? ((_caller, _kind, value) => '*'.repeat(value.length))
  return async (request, reply, answer) => {
    const masker = maskers.get(String(reply.statusCode))
    return masker ? masker(answer, (kind, value) => see(request.actor, kind, value)) : answer
  }
}

const ERROR = { description: '被拒绝 Refused', $ref: 'Error#' }

type Hook = (request: FastifyRequest, reply: Reply, done: (error?: Error) => void) => void
type Reply = FastifyReply

function guarded(permission: string, guard: Guard): Hook {
  return (request, reply, done) => {
    mark(request, reply)
    // Nobody is asked about who says nothing of himself where anybody may come: notices of channels come here by the thousand.
    if (permission === PUBLIC && !request.headers.cookie && !request.headers.authorization) {
      request.actor = ANYBODY
      return done()
    }
    let actor: Caller | Promise<Caller>
    try {
      // A suspect is refused in any case: it only matters who he is.
      actor = guard(request, request.suspect === undefined ? permission : PUBLIC)
    } catch (error) {
      return done(error as Error)
    }
    if (!(actor instanceof Promise)) {
      request.actor = actor
      return done()
    }
    actor.then(found => {
      request.actor = found
      done()
    }, done)
  }
}

function mark(request: FastifyRequest, reply: Reply): void {
  reply.header('x-request-id', request.id)
  reply.header('cache-control', 'no-store')
}

/** A first look, without knowing who asks; what it throws is given back. */
function look(watch: Watch | undefined, request: FastifyRequest, route: WatchedRoute): Error | undefined {
  try {
    watch?.arrived(request, route)
  } catch (error) {
    return error as Error
  }
}

const arrived =
  (watch: Watch, route: WatchedRoute): Hook =>
  (request, _reply, done) =>
    done(look(watch, request, route))

function recognised(watch: Watch, route: WatchedRoute): Hook {
  return (request, _reply, done) => {
    if (request.suspect !== undefined) return done(SUSPECT)
    let allowed: void | Promise<void>
    try {
      allowed = watch.known(request, route)
    } catch (error) {
      return done(error as Error)
    }
    if (allowed instanceof Promise) allowed.then(() => done(), done)
    else done()
  }
}

function bodyWatched(watch: Watch, route: WatchedRoute): Hook {
  return (request, _reply, done) => {
    watch.read(request, route)
    done(request.suspect === undefined ? undefined : SUSPECT)
  }
}

/** Stops the hooks; the answer is made where all refusals are, by `caught`. */
const SUSPECT = new Error('a suspect')

function measured(method: string, route: string): Hook {
  const byStatus = new Map<number, (seconds: number) => void>()
  return (_request, reply, done) => {
    const status = reply.statusCode
    let observe = byStatus.get(status)
    if (!observe) byStatus.set(status, (observe = duration({ method, route, status })))
    observe(reply.elapsedTime / 1000)
    done()
  }
}

/** Any error → its status and body. A refusal is logged by its code only, as its detail may name people; a bug with all it has. */
function answerError(
  log: Logger,
  watch: Watch | undefined,
  thrown: unknown,
  request: FastifyRequest,
  reply: Reply,
): Reply {
  const error = watch && request.suspect !== undefined ? watch.caught(request, request.suspect) : thrown
  const failure = error instanceof Failure ? error : (frameFailure(error as FastifyError) ?? databaseFailure(error))
  const about = {
    request_id: request.id,
    method: request.method,
    path: request.url.split('?')[0],
    address: request.ip,
    actor: request.actor?.id,
  }
  reply.header('content-type', 'application/json; charset=utf-8').header('x-request-id', request.id)
  if (!failure) {
    log.error({ ...about, err: error }, 'a bug')
    return reply.code(500).send(bugBody(request.id))
  }
  const status = statusOf(failure.code)
  log[status >= 500 ? 'warn' : 'info']({ ...about, status, code: failure.code }, 'refused')
  const wait = status === 503 ? 1 : failure.detail.retry_after_seconds
  if (typeof wait === 'number') reply.header('retry-after', wait)
  // RFC 9110, 15.5.6: whoever is told 405 must be told what is allowed.
  if (status === 405) reply.header('allow', String(failure.detail.allowed))
  if (status === 401) {
    reply.header('www-authenticate', 'Bearer')
    watch?.unknown(request)
  }
  return reply.code(status).send(bodyOf(failure, request.id))
}

/**
 * For notices of channels and uploads: within `server` (an instance of its own, by `register`) every body comes as a Buffer of the
 * very bytes that were sent, whatever its content type, because signatures are over bytes.
 */
export function takeRawBodies(server: FastifyInstance, bodyLimit?: number): void {
  // What the quick lane has read already is read again from there.
  server.addHook('preParsing', (request, _reply, payload, done) => {
    const tried = triedBefore(request.raw)
    done(null, tried ? Readable.from([tried.body], { objectMode: false }) : payload)
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer', ...(bodyLimit ? { bodyLimit } : {}) }, (_request, body, done) =>
    done(null, body),
  )
}
