import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/asking.ts'
import type { App } from '../system/app.ts'
import type { SealedColumn } from '../system/vault/columns.ts'
import { RotateAsk, RotateView, VaultView } from './api.ts'
import { readVault, rotateKeys } from './operations.ts'

/** The state of the keys, and their rotation. */
export function vaultRoutes(server: FastifyInstance, app: App, columns: readonly SealedColumn[]): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()
  http.get(
    '/vault',
    {
      config: { permission: 'vault.read', everywhere: true },
      schema: { tags: ['vault'], summary: '密钥状态 State of the keys', response: { 200: VaultView } },
    },
    () => readVault(app, columns),
  )
  http.post(
    '/vault/rotate',
    {
      config: { permission: 'vault.rotate', everywhere: true },
      schema: {
        tags: ['vault'],
        summary: '轮换数据密钥 Rotate data keys',
        body: RotateAsk,
        response: { 200: RotateView },
      },
    },
    request => rotateKeys(app, actorOf(request), request.body, columns),
  )
}
