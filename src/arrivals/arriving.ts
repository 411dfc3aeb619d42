import type { Intrusion } from '../intrusion/operations.ts'
import type { Day } from '../kernel/business_day.ts'
import { Failure } from '../kernel/failure.ts'
import { type ChannelRules, rulesOf } from '../rules/rules.ts'
import { rulesOn } from '../rules/store.ts'
import type { AccountPlan, Plans } from './plan.ts'

/** What the operations of this folder are given. */
export type Arriving = Intrusion & {
  readonly plans: Plans
  readonly backfillDays: number
  readonly stableSeconds: number
  /** Where relative folders of the configuration begin. */
  readonly folder: string
}

/** Throws a Failure channel_account_unknown. */
export function planOf({ plans }: Pick<Arriving, 'plans'>, account: string): AccountPlan {
  const plan = plans.get(account)
  if (plan) return plan
  throw new Failure(
    'channel_account_unknown',
    {
      zh: `没有渠道账户“${account}”：请检查账户名称或配置中的 channels`,
      en: `there is no channel account "${account}": check its name or the configuration's channels`,
    },
    { account },
  )
}

/** The channel's rules for a day, with the zone and the cutoff that the account is configured with. */
export async function rulesFor(
  { db }: Pick<Arriving, 'db'>,
  { channel }: AccountPlan,
  day: Day,
): Promise<Pick<ChannelRules, 'calendar' | 'closing'>> {
  const { calendar, closing } = rulesOf((await rulesOn(db.pool, day)).rules, channel.name)
  return { closing, calendar: { ...calendar, ...channel.calendar } }
}
