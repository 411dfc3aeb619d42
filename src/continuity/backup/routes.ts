import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { App } from '../../system/app.ts'
import * as api from './api.ts'
import { readBackups } from './operations.ts'
import type { Repository } from './repository.ts'

/** State of the backups, for the operator's page. */
export function backupRoutes(server: FastifyInstance, app: App, repository: Repository | null): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()
  http.get(
    '/backups',
    {
      config: { permission: 'backup.read' },
      schema: {
        tags: ['continuity'],
        summary: '备份状态 State and history of the backups',
        response: { 200: api.BackupsView },
      },
    },
    () => readBackups(app, repository),
  )
}
