import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { actorOf } from '../access/asking.ts'
import type { App } from '../system/app.ts'
import { createStreams, type State } from '../system/event_stream.ts'
import type { Listener } from '../system/listen.ts'
import { heardBy, NEWS, TOPICS, type Topic } from './topics.ts'

/** However much happens, an open screen is told at most so often. */
const BREATH_MS = 250

/**
 * `GET /live`: which lists of the workbench have changed, as numbers that grow with each change. It names topics and nothing of what is in them: whoever hears of
 * one reads it again, with his own permissions and scope. After an interruption the numbers say what was missed; another server's numbers are another `source`.
 */
export async function liveRoutes(
  server: FastifyInstance,
  app: Pick<App, 'newId'>,
  listener: Listener,
  stillThere: (request: FastifyRequest) => Promise<ReadonlySet<string>>,
): Promise<void> {
  const source = app.newId()
  const revisions: Partial<Record<Topic, number>> = {}
  let total = 0
  const everybody = ['']
  const count = (topics: readonly Topic[]): readonly string[] => {
    if (topics.length === 0) return []
    for (const topic of new Set(topics)) revisions[topic] = (revisions[topic] ?? 0) + 1
    total++
    return everybody
  }
  // What was told while the database was away is not known: everything may have changed.
  const unsubscribe = await listener.subscribe('acted', { message() {}, gap: () => void count(TOPICS) })
  server.addHook('onClose', async () => unsubscribe())
  const streams = await createStreams(
    server,
    listener,
    Object.fromEntries(
      Object.entries(NEWS).map(([channel, topicsOf]) => [channel, (payload: string) => count(topicsOf(payload))]),
    ),
  )
  server.get(
    '/live',
    {
      config: { permission: 'own.session' },
      schema: {
        tags: ['live'],
        summary: '工作台变更推送（SSE）What has changed on the workbench, as server-sent events',
        description:
          'Events `changed`: `{ source, revisions: { items: 12, … } }`. A number that grew, or another source: read that list again. 数字变大或 source 不同即重读该列表。',
        produces: ['text/event-stream'],
        response: { 200: { description: 'text/event-stream', type: 'string' } },
      },
    },
    async (request, reply) => {
      let first = true
      await streams.open(request, reply, {
        key: '',
        event: 'changed',
        async read(): Promise<State> {
          const permissions = first ? actorOf(request).permissions : await stillThere(request)
          if (!first) await sleep(BREATH_MS)
          first = false
          return { id: `${source}-${total}`, data: { source, revisions: heardBy(revisions, permissions) } }
        },
      })
      return reply
    },
  )
}
