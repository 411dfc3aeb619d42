import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { takeRawBodies } from '../system/http.ts'
import { triedBefore } from '../system/quick_lane.ts'
import { noticeTaker, type RefundLearner } from './channel_notices.ts'
import type { Paying } from './paying.ts'

/** Bytes of a notice; real ones have a few thousand. */
const NOTICE_BYTES_MAX = 64 << 10
const ROUTE = '/notify/:channel/:account'

/** Where channels tell us what became of payments and refunds: on an instance of its own, because signatures are over raw bytes. */
export function channelNoticeRoutes(server: FastifyInstance, app: Paying, learnRefund: RefundLearner): void {
  takeRawBodies(server, NOTICE_BYTES_MAX)
  const { book, refuseOr } = noticeTaker(app, learnRefund)
  const accounts = new Map(app.channels.all.map(channel => [channel.account, channel]))
  server.quick({
    route: ROUTE,
    prefix: '/notify/',
    bytesMax: NOTICE_BYTES_MAX,
    open(rest) {
      const channel = accounts.get(rest.slice(rest.indexOf('/') + 1))
      return channel ? ({ headers, body }) => book(channel, { headers, body, at: app.now() }) : null
    },
  })
  server.post<{ Params: { channel: string; account: string }; Body: Buffer | null }>(
    ROUTE,
    {
      config: { permission: 'public', limit: 'signed' },
      schema: {
        tags: ['channels'],
        summary: '渠道通知：验签、入账后才应答 A notice of a channel: verified, booked, then answered',
        params: Type.Object({ channel: Type.String(), account: Type.String() }),
        response: { 200: Type.String({ description: "In the channel's own words. 按渠道约定应答" }) },
      },
      // The two names are any text, and the account must be one of ours: nothing is left for the schema to check.
      validatorCompiler: () => () => true,
    },
    async (request, reply) => {
      const channel = app.channels.account(request.params.account)
      const notice = { headers: request.headers, body: request.body ?? Buffer.alloc(0), at: app.now() }
      const tried = triedBefore(request.raw)
      const { status, contentType, body } = await (tried ? Promise.reject(tried.error) : book(channel, notice)).catch(
        error => refuseOr(channel, notice, request.ip, error),
      )
      return reply.code(status).type(contentType).send(body)
    },
  )
}
