import { mailSender } from './notices/mail.ts'
import { type Notifying, sendDue } from './notices/operations.ts'
import { ownNoticeRoutes } from './notices/own_routes.ts'
import { noticeRoutes } from './notices/routes.ts'
import { NOTICES_SEALED } from './notices/sealed.ts'
import type { Senders } from './notices/sender.ts'
import { type MailSettings, NOTICE_SECTIONS, type SmsSettings } from './notices/settings.ts'
import { smsSender } from './notices/sms.ts'
import type { PartOf } from './server.ts'

/** Messages to people: they leave the outbox by whatever the configuration names; a medium without its section waits. */
export const noticesPart = (): PartOf => ({
  sealed: NOTICES_SEALED,
  sections: NOTICE_SECTIONS,
  start({ app, config }) {
    const sms = config.sms as SmsSettings | undefined
    const senders: Senders = {
      ...(sms ? { sms: smsSender(sms) } : {}),
      ...(config.mail ? { mail: mailSender(config.mail as MailSettings) } : {}),
    }
    const notifying: Notifying = { ...app, senders, ...(sms ? { absentAfterS: sms.absent_after_seconds } : {}) }
    return {
      routes: [
        { prefix: '/api', register: server => noticeRoutes(server, app) },
        { prefix: '/api', register: server => ownNoticeRoutes(server, app) },
      ],
      tasks: [{ name: 'notices.send', every: 2, run: async () => void (await sendDue(notifying)) }],
      stop: async () => void (await Promise.all(Object.values(senders).map(sender => sender.close()))),
    }
  },
})
