import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { serviceGuard } from './access/guard.ts'
import { ALL_PERMISSIONS } from './access/permissions.ts'
import { ServiceAccounts } from './access/service_keys.ts'
import { Failure } from './kernel/failure.ts'
import type { App } from './system/app.ts'
import { type ConfigSource, findConfig, readConfig, type Section } from './system/config.ts'
import { type Database, type DatabaseOptions, startExclusive } from './system/database.ts'
import { healthRoutes } from './system/health.ts'
import { createHttp } from './system/http.ts'
import { newId } from './system/ids.ts'
import { createLog } from './system/log.ts'
import { migrate } from './system/migrate.ts'
import { referencePage } from './system/reference.ts'

/** The section `server` of the configuration. */
export const ServerSettings = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1' }),
    port: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 65535, description: 'Without it 8080 or the next free one' }),
    ),
    trusted_proxies: Type.Array(Type.String(), {
      default: [],
      description: 'Addresses whose x-forwarded-for is believed',
    }),
    body_limit: Type.Integer({ minimum: 1024, default: 256 << 10, description: 'Bytes of a JSON body' }),
    tls: Type.Optional(Type.Object({ cert: Type.String(), key: Type.String() }, { additionalProperties: false })),
    log_level: Type.Unsafe<string>({
      type: 'string',
      enum: ['debug', 'info', 'warn', 'error', 'silent'],
      default: 'info',
    }),
    stop_seconds: Type.Integer({ minimum: 1, default: 25, description: 'What is under way has so long to end' }),
  },
  { additionalProperties: false, default: {} },
)
export type ServerSettings = Static<typeof ServerSettings>

const OWN_SECTIONS: readonly Section[] = [
  { name: 'server', schema: ServerSettings },
  { name: 'service_accounts', schema: ServiceAccounts },
]
type OwnConfig = { readonly server: ServerSettings; readonly service_accounts: ServiceAccounts }

/** Routes of a folder; those of the API stand under `/api`. */
export type Routes = {
  readonly prefix: '/api' | ''
  readonly register: (server: FastifyInstance, app: App) => void | Promise<void>
}

/** What a folder brings to the platform. */
export type Part = {
  readonly routes?: readonly Routes[]
  /** Called after the last request was answered and before the database is closed: flush here. */
  readonly stop?: () => Promise<void>
}

export type Context = {
  readonly app: App
  /** The whole configuration; a folder reads its own section. */
  readonly config: Readonly<Record<string, unknown>>
  /** Where names of files in the configuration start from. */
  readonly folder: string
  /** Where we listen; asked for when a request or a job needs it, not while the parts are put together. */
  readonly url: () => string
}

export type PartOf = {
  readonly sections?: readonly Section[]
  readonly start: (context: Context) => Part | Promise<Part>
}

export type PlatformOptions = {
  readonly parts?: readonly PartOf[]
  readonly config?: ConfigSource | null | undefined
  /** Wins over the configuration. */
  readonly port?: number | undefined
  readonly database?: DatabaseOptions | undefined
  /** Tests: a clock, ids and a log of their own. */
  readonly app?: Partial<Omit<App, 'db'>> | undefined
}

export type Platform = {
  readonly app: App
  readonly http: FastifyInstance
  /** `http://127.0.0.1:8080` */
  readonly url: string
  /** Answers what is under way, flushes, closes; the same promise every time. */
  stop(): Promise<void>
}

/** Opens the database, brings it up to date, puts the parts together and listens. Throws a Failure where something given does not fit. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const parts = options.parts ?? []
  const source = options.config === undefined ? findConfig() : options.config
  const sections = [...OWN_SECTIONS, ...parts.flatMap(part => part.sections ?? [])]
  const config = readConfig(source, sections) as OwnConfig & Readonly<Record<string, unknown>>
  const { server: settings } = config
  if (!settings.tls && !isLoopback(settings.host)) throw plainHttpRefused(settings.host)

  const log = options.app?.log ?? createLog({ level: settings.log_level })
  const db = await startExclusive(options.database)
  const app: App = { now: () => new Date(), newId, ...options.app, log, db }
  const started: Part[] = []
  let http: FastifyInstance | undefined
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => (stopping ??= stopAll(http, started, db, settings.stop_seconds, app))
  try {
    await migrate(db.pool)
    http = await createHttp({
      log,
      newId: app.newId,
      guard: serviceGuard(config.service_accounts, app.now),
      permissions: ALL_PERMISSIONS,
      trustedProxies: settings.trusted_proxies,
      bodyLimit: settings.body_limit,
      tls: settings.tls,
      version: await packageVersion(),
    })
    healthRoutes(http, db, () => stopping !== undefined)
    await referencePage(http)
    let listening = ''
    const context: Context = { app, config, folder: source?.folder ?? process.cwd(), url: () => listening }
    for (const { start } of parts) {
      const part = await start(context)
      started.push(part)
      for (const { prefix, register } of part.routes ?? [])
        await http.register(async server => register(server, app), { prefix })
    }
    listening = await listen(http, settings, options.port)
    return { app, http, url: listening, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** First nothing new, then what is under way, then what waits to be written, then the database. */
async function stopAll(
  http: FastifyInstance | undefined,
  parts: readonly Part[],
  db: Database,
  seconds: number,
  app: App,
): Promise<void> {
  const patience = setTimeout(() => {
    app.log.warn({ seconds }, 'requests still under way are cut off')
    http?.server.closeAllConnections()
  }, seconds * 1000)
  try {
    await http?.close()
  } finally {
    clearTimeout(patience)
    // Last started, first stopped: a part may use those before it.
    for (const part of [...parts].reverse())
      await part.stop?.().catch(error => app.log.error({ err: error }, 'a part did not stop cleanly'))
    await db.close()
  }
}

const FIRST_PORT = 8080
const PORTS_TRIED = 20

async function listen(http: FastifyInstance, settings: ServerSettings, given: number | undefined): Promise<string> {
  const wanted = given ?? settings.port
  const { host } = settings
  for (let port = wanted ?? FIRST_PORT; ; port++) {
    try {
      await http.listen({ host, port })
      break
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
      if (wanted !== undefined || port >= FIRST_PORT + PORTS_TRIED) throw portUnavailable(port, code)
    }
  }
  const { port } = http.server.address() as AddressInfo
  return `${settings.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)

async function packageVersion(): Promise<string> {
  const { default: about } = await import('../package.json', { with: { type: 'json' } })
  return about.version
}

const plainHttpRefused = (host: string): Failure =>
  new Failure(
    'plain_http_refused',
    {
      zh: `server.host 为 ${host}，不加密的 HTTP 只允许在本机地址（127.0.0.1）上使用：请配置 server.tls，或由本机的反向代理对外服务`,
      en: `server.host is ${host}, but plain HTTP is served on loopback (127.0.0.1) only: configure server.tls, or put a proxy on this machine in front`,
    },
    { host },
  )

const portUnavailable = (port: number, reason: string): Failure =>
  new Failure(
    'port_unavailable',
    {
      zh: `端口 ${port} 无法使用（${reason === 'EACCES' ? '权限不足' : '已被占用'}）：请用 --port 或 FZPAY_PORT 换一个`,
      en: `Port ${port} cannot be used (${reason === 'EACCES' ? 'not permitted' : 'in use'}): choose another by --port or FZPAY_PORT`,
    },
    { port, reason },
  )
