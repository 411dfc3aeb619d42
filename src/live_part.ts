import { permissionsBy } from './access/guard.ts'
import type { SessionSettings } from './access/session.ts'
import { liveRoutes } from './live/routes.ts'
import type { PartOf } from './server.ts'

/** Tells open screens which of their lists have changed. */
export const livePart = (): PartOf => ({
  start: ({ app, config, listener }) => ({
    routes: [
      {
        prefix: '/api',
        register: server =>
          liveRoutes(server, app, listener, request => permissionsBy(app, config.sessions as SessionSettings, request)),
      },
    ],
  }),
})
