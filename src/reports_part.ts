import { EXPORT_TASK } from './reports/operations.ts'
import { reportRoutes } from './reports/routes.ts'
import { expireExports } from './reports/store.ts'
import { runSchedules } from './reports/template_operations.ts'
import { REPORTS_SEALED } from './reports/template_store.ts'
import { writeExport } from './reports/writing.ts'
import type { PartOf } from './server.ts'

/** Reports: templates, schedules, and exports that are written in the background. */
export const reportsPart = (): PartOf => ({
  sealed: REPORTS_SEALED,
  start: ({ app }) => ({
    routes: [{ prefix: '/api', register: reportRoutes }],
    tasks: [
      { name: EXPORT_TASK, run: (payload, signal) => writeExport(app, payload, signal) },
      { name: 'reports.schedule', every: 30, run: async (_, signal) => void (await runSchedules(app, signal)) },
      { name: 'reports.expire', every: 3600, run: () => expireExports(app.db.pool, app.now()) },
    ],
  }),
})
