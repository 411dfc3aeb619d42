import { Logger, runTaskListOnce, type TaskList } from 'graphile-worker'
import pg from 'pg'
import { pino } from 'pino'
import { ALL_PERMISSIONS } from '../../src/access/permissions.ts'
import { provideKey, provideService } from '../../src/access/provision.ts'
import { accessPart } from '../../src/access_part.ts'
import { appealsPart } from '../../src/appeals_part.ts'
import { arrivalsPart } from '../../src/arrivals_part.ts'
import { auditPart } from '../../src/audit_part.ts'
import type { Channels } from '../../src/channels/channel.ts'
import { daysPart } from '../../src/days_part.ts'
import { discrepanciesPart } from '../../src/discrepancies_part.ts'
import { noticesPart } from '../../src/notices_part.ts'
import { payingPart } from '../../src/paying_part.ts'
import { reportsPart } from '../../src/reports_part.ts'
import { reviewsPart } from '../../src/reviews_part.ts'
import { rulesPart } from '../../src/rules_part.ts'
import { type Platform, startPlatform } from '../../src/server.ts'
import type { Task } from '../../src/system/jobs.ts'
import { vaultPart } from '../../src/vault_part.ts'
import { personOf } from '../people.ts'
import { freshDatabase } from '../server.ts'
import { TEST_MASTER } from '../vault.ts'
import { bury, installBreaker, isDead, WATCHER } from './breaker.ts'

export type SimulatedTime = { readonly now: () => Date; readonly wait: (seconds: number) => void }

// biome-ignore lint/suspicious/noExplicitAny: answers are read by their documented names
export type Answer = { readonly status: number; readonly body: any }
export type Who = 'clerk' | 'checker' | 'viewer' | 'nobody'

/** What the viewer may see: one merchant's payments by one channel. */
export const VIEWER_PLACE = { departments: null, merchants: ['M2'], channels: ['wechat'] }

/** A second person must be one: he logs in, and again when his session was idle for too long. */
const CHECKER = { login: 'checker', password: 'granite-otter-lantern-42' }

const AGAIN = new Set(['payment_under_way', 'payment_outcome_unknown', 'overloaded', 'stopping'])
const TRIES = 60
/** Connections of the simulation's own, which no strike hits but a crash of the server: then the question is asked again. */
function lastingPool(url: string, name: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: name })
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  const ask = pool.query.bind(pool) as (...given: unknown[]) => Promise<unknown>
  const query = (...given: unknown[]): Promise<unknown> =>
    ask(...given).catch((error: Error & { code?: string }) => {
      if (!/^57P0|^ECONN/.test(error.code ?? '') && !error.message.startsWith('Connection terminated')) throw error
      return ask(...given)
    })
  return Object.assign(pool, { query })
}

const QUIET = new Logger(() => () => {})

/**
 * The platform, all of it, in this process and on a database of its own: time stands until it is moved, background tasks run when told, and after a strike of the breaker
 * a new one is started on what the old one left.
 */
export class House {
  readonly watch: pg.Pool
  readonly now: () => Date
  /** Time goes on by so many seconds. */
  readonly #wait: (seconds: number) => void
  readonly #channels: Channels
  readonly #url: string
  readonly #drop: () => Promise<void>
  readonly #keys = new Map<Who, string>()
  #session: Readonly<Record<string, string>> = {}
  #platform: Platform | undefined
  #tasks: readonly Task[] = []
  #pool: pg.Pool | undefined
  /** How often a new platform was started. */
  revived = 0

  private constructor(url: string, drop: () => Promise<void>, channels: Channels, { now, wait }: SimulatedTime) {
    this.#url = url
    this.#wait = wait
    this.#drop = drop
    this.#channels = channels
    this.now = now
    this.watch = lastingPool(url, WATCHER)
  }

  static async open(channels: Channels, time: SimulatedTime): Promise<House> {
    const { url, drop } = await freshDatabase()
    // Only now: whoever says that the test server is in use must live to stop it.
    installBreaker()
    const house = new House(url, drop, channels, time)
    // Other tests may lose what they committed last; here the server crashes, and what it acknowledged must be there.
    await house.watch.query(`alter database ${new URL(url).pathname.slice(1)} set synchronous_commit = on`)
    await house.#start()
    const { app } = house.#running
    house.#keys.set('clerk', await provideKey(app, 'clerk', [...ALL_PERMISSIONS]))
    await personOf(app, CHECKER.login, 'only_clerk', {}, CHECKER.password)
    return house
  }

  /** Lets the viewer in, once there is what he may see. */
  async addViewer(): Promise<void> {
    const viewer = { login: 'viewer', name: 'viewer', role: 'cashier', place: VIEWER_PLACE }
    this.#keys.set('viewer', await provideService(this.app, viewer))
  }

  get #running(): Platform {
    if (!this.#platform) throw new Error('no platform runs')
    return this.#platform
  }
  /** A strike has hit it, and nobody has started another. */
  get dead(): boolean {
    return isDead()
  }
  get app(): Platform['app'] {
    return this.#running.app
  }

  async #start(): Promise<void> {
    const channels = this.#channels
    const settings = {
      accounts: Object.fromEntries(channels.all.map(({ account }) => [account, { kinds: ['trade'] }])),
    }
    this.#platform = await startPlatform({
      parts: [
        ...[
          auditPart(),
          accessPart(),
          vaultPart(),
          reviewsPart(),
          noticesPart(),
          payingPart({ channels }),
          rulesPart(),
        ],
        ...[
          daysPart({ channels }),
          discrepanciesPart({ channels }),
          appealsPart(),
          arrivalsPart({ channels }),
          reportsPart(),
        ],
      ],
      config: {
        name: 'simulation',
        folder: '.',
        text: JSON.stringify({ server: { several: true }, statements: settings }),
      },
      port: 0,
      database: { url: this.#url },
      master: TEST_MASTER,
      app: { now: this.now, log: pino({ level: 'silent' }) },
      jobs: { take: tasks => void (this.#tasks = tasks) },
    })
    // The queue's own statements are its library's business: struck are those of the tasks.
    this.#pool = lastingPool(this.#url, `${WATCHER} jobs`)
  }

  /** Ends what is left of a dead platform, and starts another. */
  async revive(): Promise<void> {
    this.revived++
    await this.#end()
    bury()
    await this.#start()
  }

  async #end(): Promise<void> {
    const [platform, pool] = [this.#platform, this.#pool]
    this.#platform = this.#pool = undefined
    await platform?.stop().catch(() => {})
    await pool?.end().catch(() => {})
  }

  /** One try; null: no answer. */
  async ask(method: string, path: string, body?: unknown, who: Who = 'clerk'): Promise<Answer | null> {
    const key = this.#keys.get(who)
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
    if (who === 'checker') Object.assign(headers, this.#session)
    if (body !== undefined) headers['content-type'] = 'application/json'
    try {
      const answer = await fetch(this.#running.url + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text }
    } catch {
      return null
    }
  }

  /** Asks until it is answered for good: the same request each time, also over the death of the platform. */
  async insist(method: string, path: string, body?: unknown, who: Who = 'clerk'): Promise<Answer> {
    let last: Answer | null = null
    for (let tries = 0; tries < TRIES; tries++) {
      last = await this.ask(method, path, body, who)
      if (last?.status === 401 && who === 'checker') {
        await this.#logIn()
        continue
      }
      if (isDead()) {
        await this.revive()
        continue
      }
      if (last && last.status < 500 && last.status !== 429 && !AGAIN.has(last.body?.error?.code)) return last
      // What is under way elsewhere ends or is given up by then; an outcome that is not known yet is found out by the tasks.
      this.#wait(2)
      await this.run('payments.compensate', 'refunds.compensate')
    }
    throw new Error(`${method} ${path} was never answered for good: ${JSON.stringify(last)}`)
  }

  async #logIn(): Promise<void> {
    const answer = await fetch(`${this.#running.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(CHECKER),
    }).catch(() => null)
    const { csrf_token: csrf } = ((await answer?.json().catch(() => ({}))) ?? {}) as { csrf_token?: string }
    const cookie = answer?.headers.getSetCookie()[0]?.split(';')[0]
    if (cookie && csrf) this.#session = { cookie, 'x-csrf-token': csrf }
    else if (isDead()) await this.revive()
  }

  /** Runs repeating tasks in their order (all, or those named), then all that was asked for meanwhile. */
  async run(...names: readonly string[]): Promise<void> {
    const due = this.#tasks.filter(
      task => task.every !== undefined && (names.length === 0 || names.includes(task.name)),
    )
    for (const { name } of due) {
      const task = this.#tasks.find(each => each.name === name)
      // What fails is tried at its next time, as it would be by the workers.
      await task?.run(null, new AbortController().signal).catch(() => {})
      if (isDead()) await this.revive()
    }
    await this.#asked()
  }

  /** Jobs of the queue, until none is left that may still be tried. */
  async #asked(): Promise<void> {
    for (let rounds = 0; rounds < 30; rounds++) {
      // Time of the queue is the database's: what waits for a later try is due now.
      const { rowCount } = await this.watch.query(
        `update fzpay_jobs._private_jobs set run_at = now() - interval '1 second', locked_at = null, locked_by = null where attempts < max_attempts`,
      )
      if (rowCount === 0) return
      // Of the platform that runs now: a strike in an earlier round has had another one started.
      const list: TaskList = Object.fromEntries(
        this.#tasks
          .filter(task => task.every === undefined)
          .map(task => [task.name, async payload => await task.run(payload, new AbortController().signal)]),
      )
      // The library asks nothing of a client but its queries.
      const client = this.#pool as unknown as pg.PoolClient
      await runTaskListOnce({ schema: 'fzpay_jobs', logger: QUIET, noHandleSignals: true }, list, client)
      if (isDead()) await this.revive()
    }
  }

  async close(): Promise<void> {
    bury()
    await this.#end()
    await this.watch.end()
    await this.#drop()
  }
}
