import type pg from 'pg'
import { raiseAlert, settleAlert } from '../intrusion/operations.ts'
import { addDays, businessDayOf, type Day } from '../kernel/business_day.ts'
import { instantText } from '../kernel/instant_text.ts'
import { firstDayOf } from '../orders/first_day.ts'
import { addJob } from '../system/jobs.ts'
import { type Arriving, rulesFor } from './arriving.ts'
import { expectedOf } from './schedule.ts'
import { type Arrival, dueArrivals, insertArrivals, type NewArrival, plannedUntil, takeMissing } from './store.ts'

export const FETCH_JOB = 'arrivals.fetch'
const DUE_AT_A_TIME = 200
const ALERTS_AT_A_TIME = 50

/** Writes down which statements are expected by now: of each account every business day that is over. Gives how many are new. */
export async function planArrivals(app: Arriving): Promise<number> {
  const at = app.now()
  const planned = await plannedUntil(app.db.pool)
  const rows: NewArrival[] = []
  for (const plan of app.plans.values()) {
    const { channel, kinds, schedule, source } = plan
    const yesterday = addDays(businessDayOf(channel.calendar)(at.getTime()), -1)
    for (const kind of kinds) {
      const last = planned.get(`${channel.account}/${kind}`)
      let day = last === undefined ? await firstDay(app, channel, yesterday) : addDays(last, 1)
      for (; day <= yesterday; day = addDays(day, 1)) {
        const { expectedAt, alertAt } = expectedOf(day, schedule, await rulesFor(app, plan, day))
        rows.push({
          ...{ channel: channel.name, account: channel.account, day, kind, source: source.type, expectedAt, alertAt },
          // What lies in a folder or is brought by a person is not asked for.
          nextTryAt: source.type === 'api' ? expectedAt : null,
        })
      }
    }
  }
  return await insertArrivals(app.db.pool, rows)
}

/** A new account is looked back for to its first movement, but not for ever. */
async function firstDay(
  { db, backfillDays }: Arriving,
  { name, account }: { readonly name: string; readonly account: string },
  yesterday: Day,
): Promise<Day> {
  const moved = (await firstDayOf(db.pool, name, account)) ?? yesterday
  const earliest = addDays(yesterday, 1 - backfillDays)
  return moved < earliest ? earliest : moved
}

/** Hands what is due to whichever worker is free. */
export async function queueDue(app: Arriving): Promise<number> {
  const due = await dueArrivals(app.db.pool, app.now(), DUE_AT_A_TIME)
  for (const id of due) await addJob(app.db.pool, FETCH_JOB, { id }, { key: `arrival:${id}`, attempts: 1 })
  return due.length
}

/** Tells of each statement that is missing when its alert is due, once. */
export const alertMissing = (app: Arriving): Promise<number> =>
  app.db.transaction(async tx => {
    const at = app.now()
    const missing = await takeMissing(tx, at, ALERTS_AT_A_TIME)
    for (const arrival of missing)
      await raiseAlert(
        app,
        tx,
        {
          kind: 'statement_missing',
          key: alertKey(arrival),
          severity: 'warning',
          address: '',
          actor: '',
          facts: {
            account: arrival.account,
            day: arrival.day,
            statement: arrival.kind,
            state: arrival.state,
            expected_at: instantText(arrival.expectedAt),
            reason: arrival.error?.zh ?? '',
          },
        },
        at,
      )
    return missing.length
  })

/** It is there: whoever was told that it is missing need not look any more. */
export const settleMissing = (tx: pg.ClientBase, arrival: Arrival, at: Date): Promise<void> =>
  settleAlert(tx, alertKey(arrival), '对账单已到 The statement has arrived', at)

const alertKey = ({ account, day, kind }: Arrival): string => `statement_missing:${account}:${day}:${kind}`
