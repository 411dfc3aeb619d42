import { SYSTEM } from '../../access/actor.ts'
import { addDays, businessDayOf } from '../../kernel/business_day.ts'
import { rulesOf } from '../../rules/rules.ts'
import { rulesOn } from '../../rules/store.ts'
import { addJob } from '../../system/jobs.ts'
import { closeDay } from './close.ts'
import * as days from './day_store.ts'
import { openDay, type Settling, settleDay } from './run.ts'

/** What the platform does by itself, day after day. Each of these may run in any number of processes, and may die at any moment. */

/** Days further back than this are not opened by themselves. */
const REACH_DAYS = 45

/** Opens days that our book or a statement has begun to speak of. Gives how many. */
export async function openNewDays(app: Settling): Promise<number> {
  const at = app.now()
  const from = addDays(at.toISOString().slice(0, 10), -REACH_DAYS)
  const fresh = await days.unopenedDays(app.db.pool, from)
  for (const of of fresh) await openDay(app, of, await rulesOn(app.db.pool, of.day), at)
  return fresh.length
}

/** A day to be settled, as a job. */
export const SETTLE_DAY = 'days.settle_day'

/** Asks for runs of the days whose books changed: one job a day, whoever takes it. */
export async function planRuns(app: Settling): Promise<number> {
  await days.passOnTouches(app.db.pool)
  const due = await days.daysToSettle(app.db.pool)
  for (const of of due)
    await addJob(app.db.pool, SETTLE_DAY, of, { key: `settle:${of.channel}:${of.account}:${of.day}`, attempts: 10 })
  return due.length
}

/**
 * Closes the days whose deadline has come, each after a last run, if nothing speaks against it; what does is kept with the day. Gives those that it closed.
 */
export async function closeDue(app: Settling, signal?: AbortSignal): Promise<number> {
  let closed = 0
  for (const of of await days.daysToClose(app.db.pool, app.now())) {
    if (signal?.aborted) break
    const { rules } = await rulesOn(app.db.pool, of.day)
    if (businessDayOf(rulesOf(rules, of.channel).calendar)(app.now().getTime()) <= of.day) continue
    const before = await days.findDay(app.db.pool, of)
    if (before && before.run > 0) await settleDay(app, of)
    const day = await closeDay(app, SYSTEM, of)
    if (day.state === 'closed') closed++
    else if (day.blocked !== before?.blocked) app.log.warn({ day: of, blocked: day.blocked }, 'a day cannot close')
  }
  return closed
}
