import { endSessionFor } from './access/sessions.ts'
import { IntrusionSection, type IntrusionSettings } from './intrusion/api.ts'
import { type Intrusion, WEBHOOK_JOB } from './intrusion/operations.ts'
import { intrusionRoutes } from './intrusion/routes.ts'
import { forgetCounts } from './intrusion/store.ts'
import { createWatching } from './intrusion/watching.ts'
import { webhookSender } from './intrusion/webhook.ts'
import type { PartOf, ServerSettings } from './server.ts'

/** Looks at what comes in before anything else does: probes, blocked addresses, rates; and tells the administrators. */
export const intrusionPart = (): PartOf => ({
  sections: [{ name: 'intrusion', schema: IntrusionSection }],
  async start({ app, config, listener }) {
    const settings = config.intrusion as IntrusionSettings
    const post = settings.webhook ? webhookSender(settings.webhook, app.now) : undefined
    const intrusion: Intrusion = { ...app, mailTo: settings.mail_to, webhook: post !== undefined }
    const watching = createWatching(intrusion, {
      settings,
      trustedProxies: (config.server as ServerSettings).trusted_proxies,
      endSession: (who, id, why) => endSessionFor(app, who, id, why),
    })
    await watching.open(listener)
    return {
      watch: watching,
      routes: [{ prefix: '/api', register: server => intrusionRoutes(server, intrusion) }],
      tasks: [
        { name: 'limits.forget', every: 3600, run: () => forgetCounts(app.db.pool, app.now()) },
        ...(post ? [{ name: WEBHOOK_JOB, run: post }] : []),
      ],
      stop: () => watching.close(),
    }
  },
})
