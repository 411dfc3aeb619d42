import pg from 'pg'

/**
 * Breaks connections to the database at a chosen statement. A statement counts when a client of the platform sends it; the one that is struck is never sent, so that what the
 * database has done by then is the same every time.
 */
type Strike = {
  /** `platform`: nothing of it reaches the database any more, as after kill -9. `database`: all connections are lost, new ones are taken. */
  readonly kind: 'platform' | 'database'
  left: number
}

let strike: Strike | null = null
let dead = false
let struck = 0
const clients = new Set<pg.Client>()

/** Connections of whoever watches bear this name and are never struck. */
export const WATCHER = 'simulator'

type Connected = pg.Client & {
  readonly connectionParameters: { readonly application_name?: string }
  readonly connection: { readonly stream: { destroy(): void } }
}
const isWatcher = (client: pg.Client): boolean =>
  (client as Connected).connectionParameters.application_name?.startsWith(WATCHER) ?? false

const gone = (): Error => Object.assign(new Error('the simulation has cut this connection'), { code: '08006' })

function cut(): void {
  for (const client of clients) (client as Connected).connection.stream.destroy()
  clients.clear()
}

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
          dead = strike.kind === 'platform'
          strike = null
          struck++
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
/** A new platform may come: what the dead one still has is cut. */
export function bury(): void {
  strike = null
  cut()
  dead = false
}
