import { readAccounts } from './channels/accounts.ts'
import type { Channels } from './channels/channel.ts'
import type { AccountDay } from './reconciliation/days/day_store.ts'
import { FORCED_CLOSE } from './reconciliation/days/forced.ts'
import { dayRoutes } from './reconciliation/days/routes.ts'
import { settleDay } from './reconciliation/days/run.ts'
import { type Shared, shareRun } from './reconciliation/days/sharing.ts'
import { closeDue, openNewDays, planRuns, SETTLE_DAY } from './reconciliation/days/tick.ts'
import { refreshTotals, staleTotals } from './reconciliation/days/totals_store.ts'
import { SETTLEMENT_ACCEPTANCE } from './reconciliation/funds/acceptance.ts'
import { type Comparing, compareSettlements } from './reconciliation/funds/compare.ts'
import { recognisePayouts } from './reconciliation/funds/recognise.ts'
import { settlementRoutes } from './reconciliation/funds/routes.ts'
import { SETTLEMENTS_SEALED } from './reconciliation/funds/sealed.ts'
import { SettlementsSection, type SettlementsSettings, settlePlans } from './reconciliation/funds/settings.ts'
import { CONFIRMATION } from './reconciliation/items/operations.ts'
import { itemRoutes } from './reconciliation/items/routes.ts'
import type { PartOf } from './server.ts'
import { addJob } from './system/jobs.ts'
import { workersAlive } from './system/queue_state.ts'

export type DaysPartOptions = {
  /** Tests: channels of their own, in place of the configured ones. */
  readonly channels?: Channels
}

/** 对账日: days open, are settled when their books change, and close when their time has come. */
export const daysPart = (options: DaysPartOptions = {}): PartOf => ({
  sections: [{ name: 'settlements', schema: SettlementsSection }],
  sealed: SETTLEMENTS_SEALED,
  start({ app: platform, config }) {
    const settlements = config.settlements as SettlementsSettings
    const comparing: Comparing = {
      ...platform,
      plans: settlePlans(settlements, () => options.channels?.all ?? accountsOf(config.channels)),
      lateDays: settlements.late_days,
      lookBackDays: settlements.look_back_days,
    }
    const share = {
      helpers: async () => Math.min(HELPERS, Math.max(0, (await workersAlive(platform.db)) - 1)),
      ask: async (shared: Shared) => {
        for (let n = 1; n <= HELPERS; n++)
          await addJob(platform.db.pool, SHARE_DAY, shared, { key: `share:${shared.schema}:${n}`, attempts: 1 })
      },
    }
    const app = { ...platform, share, beforeRun: (of: AccountDay) => recognisePayouts(comparing, of, false) }
    return {
      routes: [
        { prefix: '/api', register: server => dayRoutes(server, app) },
        { prefix: '/api', register: server => itemRoutes(server, app) },
        { prefix: '/api', register: server => settlementRoutes(server, platform) },
      ],
      reviewKinds: [CONFIRMATION, FORCED_CLOSE, SETTLEMENT_ACCEPTANCE],
      tasks: [
        { name: 'days.open', every: 30, run: async () => void (await openNewDays(app)) },
        { name: 'days.plan', every: 2, run: async () => void (await planRuns(app)) },
        { name: SETTLE_DAY, attempts: 10, run: async payload => void (await settleDay(app, payload as AccountDay)) },
        { name: SHARE_DAY, attempts: 1, run: async payload => void (await shareRun(platform, payload as Shared)) },
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
        {
          name: 'settlements.compare',
          every: 20,
          run: async (_, signal) => void (await compareSettlements(comparing, signal)),
        },
      ],
    }
  },
})

const SHARE_DAY = 'days.share'
/** Processes that are asked to take shares of a large day. */
const HELPERS = 4

const accountsOf = (configured: unknown) =>
  readAccounts(configured ?? []).map(({ account, channel }) => ({ account, name: channel }))
