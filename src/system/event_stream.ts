import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Listener } from './listen.ts'
import { gauge } from './metrics.ts'

/** How something stands now. */
export type State = {
  /** The same for the same state, such as a version or digest of it; without line ends. */
  readonly id: string
  readonly data: unknown
  /** Nothing will change any more: the stream ends. */
  readonly final?: boolean | undefined
}

/** What a stream shows. States are sent, not messages: what was missed does not matter, as the newest state holds it. */
export type Watch = {
  /** What the news must name for it to be read again. */
  readonly key: string
  /** Name of the events, such as 'progress'. */
  readonly event: string
  readonly read: () => Promise<State>
}

export type Streams = {
  /** Answers the request by a stream of server-sent events. Throws what the first `read` throws, as an ordinary answer. */
  open(request: FastifyRequest, reply: FastifyReply, watch: Watch): Promise<void>
  /** Ends all streams; their clients come again after a moment. */
  close(): void
}

export type StreamOptions = {
  /** Milliseconds. */
  readonly heartbeat?: number | undefined
  /** A client that takes nothing for so long is dropped. */
  readonly patience?: number | undefined
}

const RETRY_MS = 2_000
/** After an interruption of news everybody reads again: not all in the same instant. */
const GAP_SPREAD_MS = 500

let openStreams = 0
/** Streams of this process that are open now. */
export const openStreamCount = (): number => openStreams
gauge('fzpay_event_streams', 'Open streams of server-sent events', openStreamCount)

/** Says which keys a message of a channel is about. */
export type KeysOf = (payload: string) => readonly string[]

/**
 * Streams fed by channels of PostgreSQL, each with what its messages are about. However often a thing changes, one read
 * is under way and at most one waits; a slow client holds one state in memory, never a queue.
 */
export async function createStreams(
  http: FastifyInstance,
  listener: Listener,
  news: Readonly<Record<string, KeysOf>>,
  { heartbeat = 15_000, patience = 30_000 }: StreamOptions = {},
): Promise<Streams> {
  const byKey = new Map<string, Set<Stream>>()
  const all = new Set<Stream>()
  const subscribed: (() => void)[] = []
  for (const [channel, keysOf] of Object.entries(news))
    subscribed.push(
      await listener.subscribe(channel, {
        message(payload) {
          for (const key of keysOf(payload)) for (const stream of byKey.get(key) ?? []) stream.changed()
        },
        gap() {
          for (const stream of all) setTimeout(() => stream.changed(), Math.random() * GAP_SPREAD_MS)
        },
      }),
    )
  const beat = setInterval(() => {
    for (const stream of all) stream.beat()
  }, heartbeat)
  beat.unref()

  const leave = (stream: Stream): void => {
    if (!all.delete(stream)) return
    openStreams--
    const set = byKey.get(stream.watch.key)
    set?.delete(stream)
    if (set?.size === 0) byKey.delete(stream.watch.key)
  }

  const streams: Streams = {
    async open(request, reply, watch) {
      const seen = request.headers['last-event-id']
      const stream = streamOf(watch, typeof seen === 'string' ? seen : '', patience, () => leave(stream))
      // Entered before the first state is read: what changes meanwhile is read again.
      all.add(stream)
      openStreams++
      const set = byKey.get(watch.key) ?? new Set()
      byKey.set(watch.key, set.add(stream))
      let first: State
      try {
        first = await watch.read()
      } catch (error) {
        leave(stream)
        throw error
      }
      // By the standard a browser that is told 204 does not come again.
      if (first.final && first.id === seen) {
        leave(stream)
        return void (await reply.code(204).send())
      }
      reply.hijack()
      reply.raw.writeHead(200, {
        ...http.headersOfAll,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        connection: 'close',
        'x-accel-buffering': 'no',
        'x-request-id': request.id,
      })
      stream.start(reply.raw, first)
    },
    close() {
      clearInterval(beat)
      for (const unsubscribe of subscribed) unsubscribe()
      for (const stream of [...all]) stream.end()
    },
  }
  http.addHook('preClose', async () => streams.close())
  return streams
}

type Stream = {
  readonly watch: Watch
  start(to: ServerResponse, first: State): void
  changed(): void
  beat(): void
  end(): void
}

function streamOf(watch: Watch, seen: string, patience: number, leave: () => void): Stream {
  let to: ServerResponse | undefined
  let sent = seen
  let reading = false
  let dirty = false
  let blocked: NodeJS.Timeout | undefined
  let over = false

  const stop = (): void => {
    over = true
    clearTimeout(blocked)
    leave()
  }

  const write = (text: string): void => {
    if (over || !to || to.write(text) || blocked) return
    blocked = setTimeout(() => {
      stop()
      to?.destroy()
    }, patience)
    to.once('drain', () => {
      clearTimeout(blocked)
      blocked = undefined
      if (dirty) stream.changed()
    })
  }

  const send = (state: State): void => {
    if (over || !to) return
    if (state.id !== sent) {
      sent = state.id
      write(`id: ${state.id}\nevent: ${watch.event}\ndata: ${JSON.stringify(state.data)}\n\n`)
    }
    if (!state.final) return
    stop()
    finish(to)
  }

  /** The end is waited for as long as anything else: who does not take it would stay for ever. */
  const finish = (ending: ServerResponse): void => {
    const timer = setTimeout(() => ending.destroy(), patience)
    ending.once('close', () => clearTimeout(timer))
    ending.end()
  }

  const stream: Stream = {
    watch,
    start(response, first) {
      to = response
      response.on('close', stop)
      write(`retry: ${RETRY_MS}\n\n`)
      send(first)
      if (dirty) stream.changed()
    },
    changed() {
      dirty = true
      if (!to || reading || blocked || over) return
      dirty = false
      reading = true
      watch
        .read()
        .then(send, () => {
          // The client comes again with the id of what it has.
          stream.end()
        })
        .finally(() => {
          reading = false
          if (dirty) stream.changed()
        })
    },
    beat() {
      if (!blocked) write(': \n\n')
    },
    end() {
      const stuck = blocked !== undefined
      if (!over) write(`retry: ${RETRY_MS}\n\n`)
      stop()
      // Who takes nothing is not waited for: nobody could stop before his patience is over.
      if (stuck) to?.destroy()
      else if (to) finish(to)
    },
  }
  return stream
}
