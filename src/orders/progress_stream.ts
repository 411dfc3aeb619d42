import type { FastifyInstance } from 'fastify'
import { createStreams } from '../system/event_stream.ts'
import type { Listener } from '../system/listen.ts'
import { PaymentKey } from './api.ts'
import type { Paying } from './paying.ts'
import type { Progress } from './progress.ts'
import { readProgress } from './routes.ts'
import { paymentView } from './views.ts'

/**
 * Where a payment stands, live: the state at once, then each change, to the end. A closed window loses nothing: whoever comes
 * again gets the state as it is then.
 */
export async function progressStream(server: FastifyInstance, app: Paying, listener: Listener): Promise<void> {
  const streams = await createStreams(server, listener, { payment_changed: payload => payload.split(' ') })
  server.get<{ Params: { payment_no: string } }>(
    '/payments/:payment_no/progress',
    {
      config: { permission: 'public' },
      schema: {
        tags: ['payers'],
        summary: '支付进度推送（SSE）Where a payment stands, as server-sent events',
        description:
          'Events `progress`, each with the shape of GET /payments/{payment_no}. 事件 progress，内容同查询接口。',
        params: PaymentKey,
        produces: ['text/event-stream'],
        response: { 200: { description: 'text/event-stream', type: 'string' } },
      },
    },
    async (request, reply) => {
      const paymentNo = request.params.payment_no
      await streams.open(request, reply, {
        key: paymentNo,
        event: 'progress',
        async read() {
          const progress = await readProgress(app, paymentNo)
          return { id: versionOf(progress), data: paymentView(progress), final: progress.final }
        },
      })
      return reply
    },
  )
}

/** The same for the same state: what may still change of a payment. */
const versionOf = ({ payment, steps }: Progress): string =>
  [payment.state, ...steps.map(step => Number(step.done)), payment.refunded, payment.refunding].join('-')
