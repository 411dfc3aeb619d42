import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import * as api from './api.ts'
import { type Continuity, readDrills } from './operations.ts'

/** The history of drills, for the operator's page. */
export function continuityRoutes(server: FastifyInstance, app: Continuity): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()
  http.get(
    '/drills',
    {
      config: { permission: 'drill.read' },
      schema: {
        tags: ['continuity'],
        summary: '容灾演练记录 Drills of continuity, and which are due',
        querystring: api.DrillQuery,
        response: { 200: api.DrillList },
      },
    },
    request => readDrills(app, request.query),
  )
}
