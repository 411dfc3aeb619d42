import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/asking.ts'
import type { App } from '../system/app.ts'
import * as api from './api.ts'
import * as own from './own_operations.ts'

const TAGS = { tags: ['own'] }

/** A payer's choice of what he is told by SMS. */
export function ownNoticeRoutes(server: FastifyInstance, app: App): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()
  http.get(
    '/own/notices',
    {
      config: { permission: 'own.read' },
      schema: { ...TAGS, summary: '本人的通知设置 What I am told by SMS', response: { 200: api.OwnNotices } },
    },
    request => own.readOwnNotices(app, actorOf(request)),
  )
  http.put(
    '/own/notices',
    {
      config: { permission: 'own.manage' },
      schema: {
        ...TAGS,
        summary: '修改通知设置 Choose what I am told by SMS',
        description: '退款、多缴、申诉答复和验证码始终发送。 Refunds, surpluses, answers and codes are always sent.',
        body: api.OwnNoticesAsk,
        response: { 200: api.OwnNotices },
      },
    },
    request => own.setOwnNotices(app, actorOf(request), request.body),
  )
}
