import type pg from 'pg'
import type { Logger } from 'pino'
import type { Database } from './database.ts'

/** Who wants to hear what is told on a channel of PostgreSQL. */
export type Subscriber = {
  readonly message: (payload: string) => void
  /** The connection was away: anything may have been told meanwhile. */
  readonly gap: () => void
}

export type Listener = {
  /** Resolves when the database tells us, or, if it cannot be reached, leaves it to `gap`; call what it gives to end it. */
  subscribe(channel: string, subscriber: Subscriber): Promise<() => void>
  close(): Promise<void>
}

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 5_000
const PING_MS = 15_000
const PING_PATIENCE_MS = 5_000

/** One connection for all LISTEN of this process; it comes back by itself, and tells everybody that there was a gap. */
export function createListener(db: Database, log: Logger): Listener {
  const channels = new Map<string, Set<Subscriber>>()
  let client: pg.Client | undefined
  let connecting: Promise<void> | undefined
  let closed = false
  let delay = FIRST_DELAY_MS
  let retry: NodeJS.Timeout | undefined
  let ping: NodeJS.Timeout | undefined

  const listenTo = (on: pg.Client, channel: string): Promise<unknown> =>
    on.query(`listen ${on.escapeIdentifier(channel)}`)

  const lost = (gone: pg.Client): void => {
    if (client !== gone) return
    client = undefined
    clearInterval(ping)
    gone.end().catch(() => {})
    if (closed) return
    log.warn('the connection for news was lost; connecting again')
    again()
  }

  const again = (): void => {
    if (closed) return
    retry = setTimeout(() => {
      connecting = open(true).catch(() => again())
    }, delay)
    delay = Math.min(delay * 2, LONGEST_DELAY_MS)
  }

  const open = async (afterGap: boolean): Promise<void> => {
    const next = await db.connect()
    try {
      next.on('error', () => lost(next))
      next.on('end', () => lost(next))
      next.on('notification', ({ channel, payload = '' }) => {
        for (const subscriber of channels.get(channel) ?? []) subscriber.message(payload)
      })
      for (const channel of channels.keys()) await listenTo(next, channel)
    } catch (error) {
      next.end().catch(() => {})
      throw error
    }
    if (closed) return void (await next.end())
    client = next
    delay = FIRST_DELAY_MS
    ping = setInterval(() => checkAlive(next, () => lost(next)), PING_MS)
    // From here on nothing is missed; what was told before is in the state that everybody reads now.
    if (afterGap) for (const set of channels.values()) for (const subscriber of set) subscriber.gap()
  }

  return {
    async subscribe(channel, subscriber) {
      let set = channels.get(channel)
      const first = !set
      if (!set) channels.set(channel, (set = new Set()))
      set.add(subscriber)
      connecting ??= open(false).catch(() => again())
      await connecting
      if (first && client) await listenTo(client, channel)
      return () => {
        set.delete(subscriber)
      }
    },
    async close() {
      closed = true
      clearTimeout(retry)
      clearInterval(ping)
      await connecting?.catch(() => {})
      await client?.end().catch(() => {})
    },
  }
}

/** A peer that vanished without a word is noticed within seconds, not when the kernel gives up. */
function checkAlive(client: pg.Client, dead: () => void): void {
  const patience = setTimeout(dead, PING_PATIENCE_MS)
  client.query('select').then(
    () => clearTimeout(patience),
    () => {
      clearTimeout(patience)
      dead()
    },
  )
}
