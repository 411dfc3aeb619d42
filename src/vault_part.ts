import type { PartOf } from './server.ts'
import { STATEMENT_RAW } from './statements/file_store.ts'
import { careForKeys } from './system/vault/care.ts'
import { vaultRoutes } from './vault/routes.ts'

/** Keys: their state, their rotation, and the work that follows from it. */
export const vaultPart = (): PartOf => ({
  // Statements are imported by a command; they have no part of their own yet.
  sealed: [STATEMENT_RAW],
  start: ({ app, sealed }) => ({
    routes: [{ prefix: '/api', register: server => vaultRoutes(server, app, sealed) }],
    tasks: [{ name: 'vault.care', every: 60, run: (_, signal) => careForKeys(app, sealed, signal) }],
  }),
})
