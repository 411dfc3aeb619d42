import { acceptanceKind } from './arrivals/acceptance.ts'
import type { Arriving } from './arrivals/arriving.ts'
import { alertMissing, FETCH_JOB, planArrivals, queueDue } from './arrivals/expecting.ts'
import { fetchArrival, lookIntoBoxes, noteBooked } from './arrivals/operations.ts'
import { plansOf } from './arrivals/plan.ts'
import { arrivalRoutes } from './arrivals/routes.ts'
import { StatementsSection, type StatementsSettings } from './arrivals/settings.ts'
import type { Channels } from './channels/channel.ts'
import { openChannels, readAccounts } from './channels/channels.ts'
import type { IntrusionSettings } from './intrusion/api.ts'
import type { PartOf } from './server.ts'
import type { StatementOptions } from './statements/statement.ts'

export type ArrivalsPartOptions = {
  /** Tests: channels of their own, in place of the configured ones. */
  readonly channels?: Channels
}

/** Statements arrive by themselves: from channels, servers and folders, or by hand. */
export const arrivalsPart = (options: ArrivalsPartOptions = {}): PartOf => ({
  sections: [{ name: 'statements', schema: StatementsSection }],
  check({ config, folder, now }) {
    plansOf(
      config.statements as StatementsSettings,
      openChannels(config.channels, { now, folder }),
      readingOf(config.channels),
    )
  },
  start({ app, config, folder }) {
    const settings = config.statements as StatementsSettings
    const channels = options.channels ?? openChannels(config.channels, { now: app.now, folder })
    // A part may stand without that of alerts: then nobody is told by mail.
    const alerts = config.intrusion as IntrusionSettings | undefined
    const arriving: Arriving = {
      ...app,
      mailTo: alerts?.mail_to ?? [],
      webhook: alerts?.webhook !== undefined,
      plans: plansOf(settings, channels, options.channels ? undefined : readingOf(config.channels)),
      backfillDays: settings.backfill_days,
      stableSeconds: settings.stable_seconds,
      folder,
    }
    return {
      routes: [{ prefix: '/api', register: server => arrivalRoutes(server, arriving, settings.bytes_max) }],
      reviewKinds: [acceptanceKind(arriving)],
      tasks: [
        {
          name: 'arrivals.plan',
          every: 60,
          run: async () => {
            await planArrivals(arriving)
            await noteBooked(arriving)
            await queueDue(arriving)
            await alertMissing(arriving)
          },
        },
        { name: 'arrivals.look', every: 30, run: (_, signal) => lookIntoBoxes(arriving, signal) },
        { name: FETCH_JOB, attempts: 1, run: payload => fetchArrival(arriving, (payload as { id: number }).id) },
      ],
    }
  },
})

/** Columns and currency of a bank's files, as its account is configured. */
function readingOf(configured: unknown): (account: string) => StatementOptions {
  const accounts = new Map(readAccounts(configured).map(account => [account.account, account]))
  return name => {
    const account = accounts.get(name)
    if (account?.channel !== 'bank') return {}
    const { mapping } = account.statements
    return { currency: account.currency, ...(mapping ? { mapping, standingMapping: true } : {}) }
  }
}
