import { AppealSection } from './appeals/api.ts'
import type { AppealSettings } from './appeals/appeal.ts'
import { nudgeAppeals, settleAppeals } from './appeals/clock.ts'
import { ownAppealRoutes } from './appeals/own_routes.ts'
import { appealRoutes } from './appeals/routes.ts'
import { APPEALS_SEALED } from './appeals/sealed.ts'
import { Failure } from './kernel/failure.ts'
import type { PartOf } from './server.ts'

/** 对账申诉: what payers say about their payments, and the clock until they have an answer. */
export const appealsPart = (): PartOf => ({
  sealed: APPEALS_SEALED,
  sections: [{ name: 'appeals', schema: AppealSection }],
  start({ app, config }) {
    const section = config.appeals as AppealSection
    const settings = settingsOf(section)
    const appealing = { ...app, appeals: settings }
    return {
      routes: [
        { prefix: '/api', register: server => ownAppealRoutes(server, appealing) },
        { prefix: '/api', register: server => appealRoutes(server, appealing) },
      ],
      tasks: [
        { name: 'appeals.settle', every: 60, run: async (_, signal) => void (await settleAppeals(appealing, signal)) },
        { name: 'appeals.nudge', every: 60, run: async (_, signal) => void (await nudgeAppeals(appealing, signal)) },
      ],
    }
  },
})

/** Throws appeal_reminder_late. */
function settingsOf(section: AppealSection): AppealSettings {
  const late = section.remind_at_hours.find(hours => hours >= section.hours)
  if (late !== undefined)
    throw new Failure(
      'appeal_reminder_late',
      {
        zh: `配置 appeals.remind_at_hours 中的 ${late} 小时不早于答复时限 ${section.hours} 小时：请改为更早的时点`,
        en: `appeals.remind_at_hours has ${late}, which is not before the end of the clock (${section.hours}): give an earlier hour`,
      },
      { found: late, below: section.hours },
    )
  return {
    hours: section.hours,
    remindAtHours: section.remind_at_hours.toSorted((a, b) => a - b),
    perPayerAndDay: section.per_payer_and_day,
    vouchersPerPayerAndDay: section.vouchers_per_payer_and_day,
    mailTo: section.mail_to,
  }
}
