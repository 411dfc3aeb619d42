import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { instantText } from '../kernel/instant_text.ts'
import * as api from './api.ts'
import { actorOf, whereOf } from './asking.ts'
import { askCode, enterByCode, type PayerAccess } from './payers.ts'
import { enter } from './session_routes.ts'

const ANYBODY = { permission: 'public', limit: 'code' } as const
const TAGS = { tags: ['session'] }

/** Payers log in by a code sent to their phone. */
export function payerRoutes(server: FastifyInstance, app: PayerAccess): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.post(
    '/session/code/ask',
    {
      config: ANYBODY,
      schema: {
        ...TAGS,
        summary: '缴费人登录：发送短信验证码 Send a code to a payer’s phone',
        body: api.PhoneAsk,
        response: { 200: api.CodeSent },
      },
    },
    async request => {
      const { challengeId, expiresAt } = await askCode(app, whereOf(request), request.body.phone)
      return { challenge_id: challengeId, expires_at: instantText(expiresAt) }
    },
  )
  http.post(
    '/session/code',
    {
      config: ANYBODY,
      schema: {
        ...TAGS,
        summary: '缴费人登录：验证码 Log in by that code',
        body: api.PhoneLogIn,
        response: { 200: api.SessionView },
      },
    },
    async (request, reply) => {
      const { challenge_id, phone, code } = request.body
      const ask = { challengeId: challenge_id, phone, code }
      const opened = await enterByCode(app, whereOf(request), ask, actorOf(request).sessionId)
      return await enter(app, request, reply, opened)
    },
  )
}
