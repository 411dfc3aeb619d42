import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import * as access from '../access/api.ts'
import { actorOf } from '../access/asking.ts'
import { ReviewView } from './api.ts'
import { askHouseRole, askRecovery, askRoleGrant, type Granting } from './role_reviews.ts'

const TAGS = { tags: ['accounts'] }

/** Asking for roles: a second supervisor decides. */
export function roleRoutes(server: FastifyInstance, app: Granting): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.post(
    '/accounts/:account_id/grants',
    {
      config: { permission: 'role.grant', everywhere: true },
      schema: {
        ...TAGS,
        summary: '申请授予角色及范围（须另一主管复核）Ask to grant a role, everywhere or in a scope',
        params: access.AccountKey,
        body: access.GrantAsk,
        response: { 200: ReviewView },
      },
    },
    request => {
      const { id, reason, role, departments, merchants, channels } = request.body
      return askRoleGrant(app, actorOf(request), {
        id,
        reason,
        accountId: request.params.account_id,
        role,
        departments: departments ?? null,
        merchants: merchants ?? null,
        channels: channels ?? null,
      })
    },
  )

  http.post(
    '/accounts/:account_id/recovery',
    {
      config: { permission: 'account.manage', everywhere: true },
      schema: {
        ...TAGS,
        summary: '申请账户恢复（须另一主管同意）Ask to help an owner back into his account',
        params: access.AccountKey,
        body: access.RecoveryAsk,
        response: { 200: ReviewView },
      },
    },
    request => {
      const { id, reason } = request.body
      return askRecovery(app, actorOf(request), { id, reason, accountId: request.params.account_id })
    },
  )

  http.put(
    '/roles/:role',
    {
      config: { permission: 'role.manage', everywhere: true },
      schema: {
        ...TAGS,
        summary: '申请设置自定义角色（须另一主管复核）Ask to make or change a role of the house',
        params: access.RoleKey,
        body: access.RoleAsk,
        response: { 200: ReviewView },
      },
    },
    request => {
      const { id, reason, name_zh, name_en, permissions } = request.body
      return askHouseRole(app, actorOf(request), {
        id,
        reason,
        code: request.params.role,
        nameZh: name_zh.trim(),
        nameEn: name_en.trim(),
        permissions: [...permissions].sort(),
      })
    },
  )
}
