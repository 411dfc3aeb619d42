import type { PartOf } from './server.ts'
import { careForKeys } from './system/vault/care.ts'
import { vaultRoutes } from './vault/routes.ts'

/** Keys: their state, their rotation, and the work that follows from it. */
export const vaultPart = (): PartOf => ({
  start: ({ app, sealed }) => ({
    routes: [{ prefix: '/api', register: server => vaultRoutes(server, app, sealed) }],
    tasks: [{ name: 'vault.care', every: 60, run: (_, signal) => careForKeys(app, sealed, signal) }],
  }),
})
