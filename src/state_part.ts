import about from '../package.json' with { type: 'json' }
import type { PartOf } from './server.ts'
import { measureHouse } from './state/figures_metrics.ts'
import { stateRoutes } from './state/routes.ts'

/** How the platform itself stands, told to whoever runs it. */
export const statePart = (): PartOf => ({
  start({ app }) {
    const startedAt = app.now()
    const measured = measureHouse(app)
    return {
      routes: [{ prefix: '/api', register: server => stateRoutes(server, app, { version: about.version, startedAt }) }],
      stop: async () => measured.end(),
    }
  },
})
