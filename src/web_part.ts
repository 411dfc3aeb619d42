import type { PartOf } from './server.ts'
import { webRoutes } from './system/web_app.ts'

/** The workbench and the payer's pages, as files that were built from `web/`. */
export const webPart = (): PartOf => ({
  start: () => ({ routes: [{ prefix: '', register: webRoutes }] }),
})
