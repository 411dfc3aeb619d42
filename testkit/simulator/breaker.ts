import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import pg from 'pg'
import { isAlive } from '../../src/system/postgres_process.ts'

/**
 * Breaks connections to the database, or the database itself, at a chosen statement. A statement counts when a client of the platform sends it; the one that is struck is never sent, so that what the
 * database has done by then is the same every time.
 */
type Strike = {
  /**
   * `platform`: nothing of it reaches the database any more, as after kill -9. `connections`: all are lost, new ones are taken. `database`: one of the server's processes is
   * killed, upon which it ends all others and recovers from its log; what is no longer there is what was never committed, and numbers of sequences that nobody has seen.
   */
  readonly kind: 'platform' | 'connections' | 'database'
  left: number
}

let strike: Strike | null = null
let dead = false
let struck = 0
let crashed = 0
const clients = new Set<pg.Client>()

/** Connections of whoever watches bear this name and are never struck. */
export const WATCHER = 'simulator'

type Connected = pg.Client & {
  readonly connectionParameters: { readonly application_name?: string }
  readonly connection: { readonly stream: { destroy(): void } }
  readonly host: string
  readonly port: number
  /** Of the server's process behind it, once it is connected. */
  readonly processID: number | null
}
const isWatcher = (client: pg.Client): boolean =>
  (client as Connected).connectionParameters.application_name?.startsWith(WATCHER) ?? false

const gone = (): Error => Object.assign(new Error('the simulation has cut this connection'), { code: '08006' })

function cut(): void {
  for (const client of clients) (client as Connected).connection.stream.destroy()
  clients.clear()
}

/** Nothing else happens meanwhile: whoever asks next finds the server as it is after its recovery. */
function crashServer(): void {
  const client = ([...clients] as Connected[]).find(({ processID }) => processID !== null)
  if (!client?.processID) return
  const { processID: pid, host, port } = client
  process.kill(pid, 'SIGKILL')
  crashed++
  const until = performance.now() + 5_000
  while (isAlive(pid) && performance.now() < until) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
  const { status, stderr } = spawnSync(process.execPath, [AWAITS_SERVER, host, String(port)])
  if (status !== 0) throw new Error(`the server did not come back: ${stderr}`)
}

const AWAITS_SERVER = join(import.meta.dirname, 'await_server.ts')

/** Puts the breaker between the platform and its database, once in a process. */
export function installBreaker(): void {
  const { connect, query } = pg.Client.prototype as unknown as Record<string, (...given: unknown[]) => unknown>
  if ((query as { breaker?: true }).breaker) return
  Object.assign(pg.Client.prototype, {
    connect(this: pg.Client, ...given: unknown[]) {
      if (dead && !isWatcher(this)) {
        const [told] = given
        if (typeof told !== 'function') return Promise.reject(gone())
        return void setImmediate(told as (error: Error) => void, gone())
      }
      if (!isWatcher(this)) {
        clients.add(this)
        this.once('end', () => clients.delete(this))
      }
      return connect?.apply(this, given)
    },
    query: Object.assign(
      function (this: pg.Client, ...given: unknown[]) {
        if (!isWatcher(this) && strike && --strike.left <= 0) {
          const { kind } = strike
          dead = kind === 'platform'
          strike = null
          struck++
          if (kind === 'database') crashServer()
          cut()
        }
        return query?.apply(this, given)
      },
      { breaker: true as const },
    ),
  })
}

/** The n-th statement from now on is the last one. */
export const strikeAt = (kind: Strike['kind'], n: number): void => void (strike = { kind, left: n })
/** Strikes no more until it is told again. */
export const calm = (): void => void (strike = null)
export const isDead = (): boolean => dead
/** How often it has struck. */
export const strikes = (): number => struck
/** How often the database was ended. */
export const crashes = (): number => crashed
/** A new platform may come: what the dead one still has is cut. */
export function bury(): void {
  strike = null
  cut()
  dead = false
}
