import type { AccountDay } from './reconciliation/days/day_store.ts'
import { FORCED_CLOSE } from './reconciliation/days/forced.ts'
import { dayRoutes } from './reconciliation/days/routes.ts'
import { settleDay } from './reconciliation/days/run.ts'
import { closeDue, openNewDays, planRuns, SETTLE_DAY } from './reconciliation/days/tick.ts'
import { refreshTotals, staleTotals } from './reconciliation/days/totals_store.ts'
import { CONFIRMATION } from './reconciliation/items/operations.ts'
import { itemRoutes } from './reconciliation/items/routes.ts'
import type { PartOf } from './server.ts'

/** 对账日: days open, are settled when their books change, and close when their time has come. */
export const daysPart = (): PartOf => ({
  start: ({ app }) => ({
    routes: [
      { prefix: '/api', register: server => dayRoutes(server, app) },
      { prefix: '/api', register: server => itemRoutes(server, app) },
    ],
    reviewKinds: [CONFIRMATION, FORCED_CLOSE],
    tasks: [
      { name: 'days.open', every: 30, run: async () => void (await openNewDays(app)) },
      { name: 'days.plan', every: 2, run: async () => void (await planRuns(app)) },
      { name: SETTLE_DAY, attempts: 10, run: async payload => void (await settleDay(app, payload as AccountDay)) },
      { name: 'days.close', every: 5, run: async (_, signal) => void (await closeDue(app, signal)) },
      {
        name: 'days.totals',
        every: 5,
        run: async (_, signal) => {
          for (const day of await staleTotals(app.db.pool)) {
            if (signal.aborted) return
            await app.db.transaction(tx => refreshTotals(tx, day))
          }
        },
      },
    ],
  }),
})
