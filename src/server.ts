import type { Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { type Actor, anonymous } from './access/actor.ts'
import { whereOf } from './access/asking.ts'
import { type MaskedField, seenBy } from './access/masking.ts'
import { ALL_PERMISSIONS } from './access/permissions.ts'
import { notAuthenticated } from './access/refusals.ts'
import { Failure } from './kernel/failure.ts'
import { kindsByCode, type ReviewKind, type ReviewKinds } from './reviews/kind.ts'
import type { App } from './system/app.ts'
import { type ConfigSource, findConfig, readConfig, type Section } from './system/config.ts'
import { type DatabaseOptions, openDatabase } from './system/database.ts'
import { healthRoutes } from './system/health.ts'
import { createHttp, type Guard, PUBLIC } from './system/http.ts'
import { newId } from './system/ids.ts'
import { type Jobs, type JobsOptions, prepareJobs, startJobs, type Task } from './system/jobs.ts'
import { createListener, type Listener } from './system/listen.ts'
import { createLog } from './system/log.ts'
import { migrate } from './system/migrate.ts'
import type { Say } from './system/notice.ts'
import { referencePage } from './system/reference.ts'
import { openTls, refuseBlindTrust, type Tls, TlsSettings } from './system/serving_tls.ts'
import type { SealedColumn } from './system/vault/columns.ts'
import type { KeyHolder } from './system/vault/master_key.ts'
import { openVault, VaultSettings } from './system/vault/open_vault.ts'
import type { Vault } from './system/vault/vault.ts'
import type { Watch } from './system/watch.ts'

/** The section `server` of the configuration. */
export const ServerSettings = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1', description: 'Where it listens; anything but loopback needs tls' }),
    port: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 65535, description: 'Without it 8080 or the next free one' }),
    ),
    public_url: Type.Optional(
      Type.String({
        pattern: '^https?://\\S*[^/\\s]$',
        description: 'As channels and payers reach us; without it the address we listen on',
      }),
    ),
    trusted_proxies: Type.Array(Type.String(), {
      default: [],
      description: 'Addresses whose x-forwarded-for is believed',
    }),
    body_limit: Type.Integer({ minimum: 1024, default: 256 << 10, description: 'Bytes of a JSON body' }),
    tls: Type.Optional(TlsSettings),
    log_level: Type.Unsafe<string>({
      type: 'string',
      enum: ['debug', 'info', 'warn', 'error', 'silent'],
      default: 'info',
      description: 'What is not worth telling is left out',
    }),
    several: Type.Boolean({
      default: false,
      description: 'Several servers share the database; without it a second one is refused, as it is mostly a mistake',
    }),
    stop_seconds: Type.Integer({
      minimum: 1,
      default: 25,
      description: 'What is under way has so long to end; five seconds later the process is gone, whatever holds it',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type ServerSettings = Static<typeof ServerSettings>

const OWN_SECTIONS: readonly Section[] = [
  { name: 'server', schema: ServerSettings },
  { name: 'vault', schema: VaultSettings },
]
/** Everything that may stand in the configuration: the platform's own sections, and those of the parts. */
export const configSections = (parts: readonly PartOf[]): readonly Section[] => [
  ...OWN_SECTIONS,
  ...parts.flatMap(part => part.sections ?? []),
]

type OwnConfig = {
  readonly server: ServerSettings
  readonly vault: VaultSettings
}

/** Routes of a folder; those of the API stand under `/api`. */
export type Routes = {
  readonly prefix: '/api' | ''
  readonly register: (server: FastifyInstance, app: App) => void | Promise<void>
}

/** What a folder brings to the platform. */
export type Part = {
  readonly routes?: readonly Routes[]
  readonly tasks?: readonly Task[]
  /** Says who asks, and whether he may; one part brings it. */
  readonly guard?: Guard
  /** What of it needs a second person. */
  readonly reviewKinds?: readonly ReviewKind[]
  /** Looks at all requests before their routes do. */
  readonly watch?: Watch
  /** Called after the last request was answered and before the database is closed: flush here. */
  readonly stop?: () => Promise<void>
}

export type Context = {
  readonly app: App
  /** The whole configuration; a folder reads its own section. */
  readonly config: Readonly<Record<string, unknown>>
  /** Where names of files in the configuration start from. */
  readonly folder: string
  /**
   * As channels and payers reach us, without a slash at the end. Asked for when a request or a task needs it, not while the parts
   * are put together. Throws a Failure public_url_missing in a worker whose configuration does not say.
   */
  readonly url: () => string
  /** News from the database, for streams. */
  readonly listener: Listener
  /** Sealed columns of all parts. */
  readonly sealed: readonly SealedColumn[]
  /** What needs a second person, of all parts: known once all of them are put together. */
  readonly reviewKinds: () => ReviewKinds
}

export type PartOf = {
  readonly sections?: readonly Section[]
  /** Columns of its folders that hold sealed values: all of them. */
  readonly sealed?: readonly SealedColumn[]
  /** Looks for what of the configuration its schema cannot see, such as keys that do not fit, without a database. Throws the Failure that `start` would. */
  readonly check?: (given: Pick<Context, 'config' | 'folder'> & { readonly now: () => Date }) => void
  readonly start: (context: Context) => Part | Promise<Part>
}

export type PlatformOptions = {
  readonly parts?: readonly PartOf[]
  readonly config?: ConfigSource | null | undefined
  /** Wins over the configuration. */
  readonly port?: number | undefined
  /** HTTPS by a certificate of our own where the configuration gives none. */
  readonly tls?: boolean | undefined
  readonly database?: DatabaseOptions | undefined
  /** Tests: a clock, ids and a log of their own. */
  readonly app?: Partial<Omit<App, 'db' | 'vault'>> | undefined
  /** In place of a master key from environment, configuration or file: an HSM, or a test's. */
  readonly master?: KeyHolder | undefined
  /** What a person at the terminal should know, such as where a new master key lies. */
  readonly say?: Say | undefined
  readonly jobs?: JobsOptions | undefined
}

export type Platform = {
  readonly app: App
  readonly http: FastifyInstance
  /** `http://127.0.0.1:8080` */
  readonly url: string
  /** What HTTPS shows; null for HTTP. */
  readonly certificate: Tls['shown'] | null
  /** `server.stop_seconds` */
  readonly stopSeconds: number
  /** Answers what is under way, flushes, closes; the same promise every time. */
  stop(): Promise<void>
}

/** Opens the database, brings it up to date, puts the parts together and listens. Throws a Failure where something given does not fit. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const house = await openHouse(options, true)
  const { app, config, started } = house
  const { server: settings } = config
  let http: FastifyInstance | undefined
  let jobs: Jobs | undefined
  let tls: Tls | undefined
  let stopping: Promise<void> | undefined
  // First nothing new, then what is under way, then what waits to be written, then the database.
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      tls?.close()
      await Promise.all([http && closeHttp(http, settings.stop_seconds, app), jobs?.stop()])
      await house.close()
    })())
  try {
    const given = settings.tls ?? (options.tls ? { self_signed: true as const } : undefined)
    if (given) tls = await openTls(app, given, hostsOf(settings), () => house.readAgain().server.tls)
    else refusePlainHttp(settings)
    http = await createHttp({
      log: app.log,
      newId: app.newId,
      guard: guardOf(started),
      permissions: ALL_PERMISSIONS,
      see: (caller, kind, value) => seenBy(caller as Actor | undefined, kind as MaskedField, value),
      trustedProxies: settings.trusted_proxies,
      bodyLimit: settings.body_limit,
      tls: tls?.first,
      httpsOnly: settings.public_url?.startsWith('https:') || tls !== undefined,
      watch: started.find(part => part.watch)?.watch,
      version: await packageVersion(),
    })
    healthRoutes(http, app.db, () => stopping !== undefined)
    await referencePage(http)
    for (const { prefix, register } of started.flatMap(part => part.routes ?? []))
      await http.register(async server => register(server, app), { prefix })
    tls?.keepFresh(http.server as HttpsServer)
    const url = await listen(http, settings, options.port, tls !== undefined)
    house.listensOn(url)
    jobs = await startJobs(app, tasksOf(started), options.jobs)
    return { app, http, url, certificate: tls?.shown ?? null, stopSeconds: settings.stop_seconds, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

export type Worker = {
  readonly app: App
  /** Names of the tasks it works on. */
  readonly tasks: readonly string[]
  /** `server.stop_seconds` */
  readonly stopSeconds: number
  stop(): Promise<void>
}

/** The tasks of all parts without HTTP: any number of such processes, on any number of machines, share the work. */
export async function startWorker(options: PlatformOptions = {}): Promise<Worker> {
  const house = await openHouse(options, false)
  try {
    const tasks = tasksOf(house.started)
    const jobs = await startJobs(house.app, tasks, options.jobs)
    const stop = async (): Promise<void> => {
      await jobs.stop()
      await house.close()
    }
    return {
      app: house.app,
      tasks: tasks.map(task => task.name),
      stopSeconds: house.config.server.stop_seconds,
      stop,
    }
  } catch (error) {
    await house.close()
    throw error
  }
}

/** Without a part that knows people nobody is let in but where anybody may come. */
const guardOf = (parts: readonly Part[]): Guard =>
  parts.find(part => part.guard)?.guard ??
  ((request, permission) => {
    if (permission === PUBLIC) return anonymous(whereOf(request))
    throw notAuthenticated()
  })

const tasksOf = (parts: readonly Part[]): Task[] => parts.flatMap(part => part.tasks ?? [])

type House = {
  readonly app: App
  readonly config: OwnConfig & Readonly<Record<string, unknown>>
  readonly started: readonly Part[]
  readonly listensOn: (url: string) => void
  /** The configuration with its files as they are now. */
  readonly readAgain: () => OwnConfig
  close(): Promise<void>
}

/** Configuration, database and parts: what both kinds of processes begin with. */
async function openHouse(options: PlatformOptions, exclusive: boolean): Promise<House> {
  const parts = options.parts ?? []
  const source = options.config === undefined ? findConfig() : options.config
  const sections = configSections(parts)
  const readAgain = () => readConfig(source, sections) as House['config']
  const config = readAgain()
  refuseBlindTrust(process.env)
  const log = options.app?.log ?? createLog({ level: config.server.log_level })
  const db = await openDatabase({ ...options.database, exclusive: exclusive && !config.server.several })
  const listener = createListener(db, log)
  let vault: Vault | undefined
  const started: Part[] = []
  const close = async (): Promise<void> => {
    // Last started, first stopped: a part may use those before it.
    for (const part of started.toReversed())
      await part.stop?.().catch(error => log.error({ err: error }, 'a part did not stop cleanly'))
    await vault?.close()
    await listener.close()
    await db.close()
  }
  try {
    await migrate(db.pool)
    await prepareJobs(db, log)
    const now = options.app?.now ?? (() => new Date())
    vault = await openVault({
      db,
      now,
      log,
      settings: config.vault,
      settingsNow: () => readAgain().vault,
      holder: options.master,
      say: options.say ?? toLog(log),
    })
    await vault.listen(listener)
    const app: App = { newId, ...options.app, now, log, db, vault }
    let url = config.server.public_url
    let reviewKinds: ReviewKinds = new Map()
    const context: Context = {
      app,
      config,
      folder: source?.folder ?? process.cwd(),
      url() {
        if (url === undefined) throw publicUrlMissing()
        return url
      },
      listener,
      sealed: parts.flatMap(part => part.sealed ?? []),
      reviewKinds: () => reviewKinds,
    }
    for (const { start } of parts) started.push(await start(context))
    reviewKinds = kindsByCode(started.flatMap(part => part.reviewKinds ?? []))
    return { app, config, started, listensOn: at => (url ??= at), readAgain, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Where nobody sits at a terminal. */
const toLog =
  (log: App['log']): Say =>
  notice =>
    log.warn(notice.zh)

async function closeHttp(http: FastifyInstance, seconds: number, app: App): Promise<void> {
  const patience = setTimeout(() => {
    app.log.warn({ seconds }, 'requests still under way are cut off')
    http.server.closeAllConnections()
  }, seconds * 1000)
  await http.close()
  clearTimeout(patience)
}

const FIRST_PORT = 8080
const PORTS_TRIED = 20

async function listen(
  http: FastifyInstance,
  settings: ServerSettings,
  given: number | undefined,
  secure: boolean,
): Promise<string> {
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
  return `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)

/** Names that a certificate of our own must bear. */
const hostsOf = ({ host, public_url }: ServerSettings): string[] => [
  ...(public_url ? [new URL(public_url).hostname.replace(/^\[|\]$/g, '')] : []),
  host,
]

async function packageVersion(): Promise<string> {
  const { default: about } = await import('../package.json', { with: { type: 'json' } })
  return about.version
}

/** Without TLS nobody on the network is served. Throws a Failure plain_http_refused. */
export function refusePlainHttp({ host, tls }: ServerSettings): void {
  if (tls === undefined && !isLoopback(host)) throw plainHttpRefused(host)
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

const publicUrlMissing = (): Failure =>
  new Failure('public_url_missing', {
    zh: '配置缺少 server.public_url：后台进程不监听端口，需要它来告诉渠道通知地址',
    en: 'server.public_url is missing in the configuration: a worker listens on no port, and channels must be told where to send notices',
  })

const portUnavailable = (port: number, reason: string): Failure =>
  new Failure(
    'port_unavailable',
    {
      zh: `端口 ${port} 无法使用（${reason === 'EACCES' ? '权限不足' : '已被占用'}）：请用 --port 或 FZPAY_PORT 换一个`,
      en: `Port ${port} cannot be used (${reason === 'EACCES' ? 'not permitted' : 'in use'}): choose another by --port or FZPAY_PORT`,
    },
    { port, reason },
  )
