import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { actorOf } from '../access/asking.ts'
import type { App } from '../system/app.ts'
import * as api from './api.ts'
import * as notices from './operations.ts'

/** Messages carry no merchant of their own yet: they are for whoever may see all of them. */
const READ = { permission: 'notice.read', everywhere: true }
const MANAGE = { permission: 'notice.manage', everywhere: true }

/** The outbox as its operator sees it. */
export function noticeRoutes(server: FastifyInstance, app: App): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/notices',
    {
      config: READ,
      schema: {
        tags: ['notices'],
        summary: '通知列表（默认：失败和结果不明的） Messages; failed and unknown ones by default',
        querystring: api.NoticeQuery,
        response: { 200: api.NoticeList },
      },
    },
    request => notices.readNotices(app, request.query),
  )
  http.get(
    '/notices/summary',
    {
      config: READ,
      schema: {
        tags: ['notices'],
        summary: '通知数量 Messages counted by medium and state',
        response: { 200: api.NoticeSummary },
      },
    },
    () => notices.summarizeNotices(app),
  )
  http.post(
    '/notices/:notice_id/resolve',
    {
      config: MANAGE,
      schema: {
        tags: ['notices'],
        summary: '人工处理一条通知 Decide about a message that failed or is unknown',
        params: Type.Object({ notice_id: Type.Integer({ minimum: 1 }) }),
        body: api.NoticeResolve,
        response: { 200: api.NoticeView },
      },
    },
    request => notices.resolveNotice(app, actorOf(request), request.params.notice_id, request.body),
  )
}
