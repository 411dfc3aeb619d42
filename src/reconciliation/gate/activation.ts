import type pg from 'pg'
import { record } from '../../audit/record.ts'
import type { Day } from '../../kernel/business_day.ts'
import type { Ending, ReviewKind } from '../../reviews/kind.ts'
import type { Review } from '../../reviews/review.ts'
import { closesAt } from '../../rules/calendar.ts'
import { rulesOf } from '../../rules/rules.ts'
import { holdActivations, insertActivation, rulesOn } from '../../rules/store.ts'
import type { Json } from '../../system/requests.ts'
import { lastClosedDay } from './closed_days.ts'
import type { ActivationAsk } from './gate.ts'
import { holdOpenDays, type OpenDay, settleAnew } from './store.ts'

/** Letting a version of the rules hold, from a business day on: asked with its gate, decided by a second person. */
export const RULE_ACTIVATION: ReviewKind = {
  code: 'rule_activation',
  name: { zh: '启用规则版本', en: 'Activation of rules' },
  decide: 'rule.activate',
  see: 'rule.read',
  expiresAfterHours: 72,
  needsVoucher: false,
  basis,
  apply,
  release: async () => {},
}

/** What is in force for that day, and whether it is open still. */
async function basis(tx: pg.ClientBase, objectId: string): Promise<Json> {
  const [, fromDay = ''] = objectId.split('@') as [string, Day]
  await holdActivations(tx)
  const { version } = await rulesOn(tx, fromDay)
  return { in_force: version, open: fromDay > ((await lastClosedDay(tx)) ?? '') }
}

async function apply(tx: pg.ClientBase, review: Review, { who, at }: Ending): Promise<Json> {
  const { version, fromDay, gateId, reason } = review.payload as ActivationAsk & { reason: string }
  await insertActivation(tx, {
    version,
    fromDay,
    activatedAt: at,
    askedBy: review.askedBy,
    decidedBy: who.id,
    reason,
    reviewId: review.id,
    gateId,
  })
  const open = await holdOpenDays(tx, fromDay)
  const anew: (OpenDay & { closesAt: Date })[] = []
  // Day by day: a later activation may hold for some of them.
  for (const day of open) {
    const { rules } = await rulesOn(tx, day.day)
    anew.push({ ...day, closesAt: closesAt(day.day, rulesOf(rules, day.channel)) })
  }
  await settleAnew(tx, anew)
  await record(tx, at, who, [
    {
      what: 'rule.activate',
      object: { kind: 'rule_version', id: String(version) },
      before: review.before,
      after: { version, from_day: fromDay, gate_id: gateId, review_id: review.id },
    },
  ])
  return { version, from_day: fromDay }
}
