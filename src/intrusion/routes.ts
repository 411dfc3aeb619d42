import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/asking.ts'
import * as api from './api.ts'
import * as operations from './operations.ts'

const READ = { permission: 'alert.read', everywhere: true }
const MANAGE = { permission: 'alert.manage', everywhere: true }
const TAGS = { tags: ['security'] }

/** Security alerts and blocked addresses. */
export function intrusionRoutes(server: FastifyInstance, app: operations.Intrusion): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()
  http.get(
    '/alerts',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '安全告警 Security alerts',
        querystring: api.AlertQuery,
        response: { 200: api.AlertList },
      },
    },
    request => operations.readAlerts(app, request.query),
  )
  http.post(
    '/alerts/:alert_id/acknowledge',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '处理告警 Acknowledge an alert',
        params: api.AlertKey,
        body: api.AcknowledgeAsk,
        response: { 200: api.AlertView },
      },
    },
    request => operations.acknowledge(app, actorOf(request), request.params.alert_id, request.body),
  )
  http.get(
    '/address-blocks',
    {
      config: READ,
      schema: { ...TAGS, summary: '当前封锁的地址 Addresses blocked at present', response: { 200: api.BlockList } },
    },
    async () => ({ blocks: await operations.readBlocks(app) }),
  )
  http.delete(
    '/address-blocks/:address',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '解除封锁 Lift a block',
        params: api.BlockKey,
        querystring: api.LiftQuery,
        response: { 200: api.Lifted },
      },
    },
    request => operations.lift(app, actorOf(request), request.params.address, request.query.reason),
  )
}
