import { type Static, Type } from 'typebox'
import { causeRoutes } from './causes/routes.ts'
import { followRefunds, tellOverdue } from './discrepancies/care.ts'
import { DISCREPANCY, UNMATCH } from './discrepancies/reviews.ts'
import { discrepancyRoutes } from './discrepancies/routes.ts'
import { DISCREPANCIES_SEALED } from './discrepancies/sealed.ts'
import { type PayingPartOptions, payingOf } from './paying_part.ts'
import type { PartOf } from './server.ts'

/** The section `discrepancies` of the configuration. */
const DiscrepancySection = Type.Object(
  {
    mail_to: Type.Array(Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$' }), {
      default: [],
      description: 'Who hears of what is overdue. 超时通知的收件人',
    }),
  },
  { additionalProperties: false, default: {} },
)

/** 差错 and 异常场景库: what people do about what the reconciliation could not match. */
export const discrepanciesPart = (options: PayingPartOptions = {}): PartOf => ({
  sealed: DISCREPANCIES_SEALED,
  sections: [{ name: 'discrepancies', schema: DiscrepancySection }],
  start(context) {
    const { app, config } = context
    const paying = payingOf(context, options)
    const { mail_to: mailTo } = config.discrepancies as Static<typeof DiscrepancySection>
    const caring = { ...paying, mailTo }
    return {
      routes: [
        { prefix: '/api', register: server => discrepancyRoutes(server, paying) },
        { prefix: '/api', register: server => causeRoutes(server, app) },
      ],
      reviewKinds: [DISCREPANCY, UNMATCH],
      tasks: [
        {
          name: 'discrepancies.overdue',
          every: 60,
          run: async (_, signal) => void (await tellOverdue(caring, signal)),
        },
        {
          name: 'discrepancies.refunds',
          every: 10,
          run: async (_, signal) => void (await followRefunds(caring, signal)),
        },
      ],
      stop: () => paying.close(),
    }
  },
})
