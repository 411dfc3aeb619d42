import { ContinuitySection, type ContinuitySettings } from './continuity/api.ts'
import { type Continuity, remindOfDrills } from './continuity/operations.ts'
import { measureReplication } from './continuity/replication/lag_metrics.ts'
import { continuityRoutes } from './continuity/routes.ts'
import type { IntrusionSettings } from './intrusion/api.ts'
import type { PartOf } from './server.ts'

/** The history of drills, and who is reminded of them. */
export const continuityPart = (): PartOf => ({
  sections: [{ name: 'continuity', schema: ContinuitySection }],
  start({ app, config }) {
    const settings = config.continuity as ContinuitySettings
    // A part may stand without that of alerts: then nobody is told by mail.
    const alerts = config.intrusion as IntrusionSettings | undefined
    const continuity: Continuity = {
      ...app,
      mailTo: alerts?.mail_to ?? [],
      webhook: alerts?.webhook !== undefined,
      drillDays: settings.drill_days,
      drills: settings.drills,
    }
    const measured = measureReplication(app.db)
    return {
      routes: [{ prefix: '/api', register: server => continuityRoutes(server, continuity) }],
      tasks: [{ name: 'continuity.remind', every: 3600, run: async () => void (await remindOfDrills(continuity)) }],
      stop: async () => measured.end(),
    }
  },
})
