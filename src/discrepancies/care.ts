import { SYSTEM } from '../access/actor.ts'
import { record } from '../audit/record.ts'
import { raiseAlert } from '../intrusion/operations.ts'
import { enqueue } from '../notices/store.ts'
import { followRefund } from './asking.ts'
import * as store from './care_store.ts'
import { overdueMessages } from './messages.ts'
import type { Discrepancies } from './operations.ts'

/** What the platform does about discrepancies by itself, every minute. */

export type Caring = Discrepancies & { readonly mailTo: readonly string[] }

const AT_ONCE = 500

/** Ends discrepancies whose refunds are over. Gives how many changed. */
export async function followRefunds(app: Discrepancies, signal?: AbortSignal): Promise<number> {
  let changed = 0
  for (const id of await store.refunded(app.db.pool, AT_ONCE)) {
    if (signal?.aborted) break
    if (await followRefund(app, id)) changed++
  }
  return changed
}

/** Tells once of what nobody dealt with in time: in the log, in the list of alerts by day, and in one mail. Gives how many. */
export async function tellOverdue(app: Caring, signal?: AbortSignal): Promise<number> {
  let all = 0
  for (;;) {
    const some = await tellSome(app)
    all += some
    if (some < AT_ONCE || signal?.aborted) return all
  }
}

const tellSome = (app: Caring): Promise<number> =>
  app.db.transaction(async tx => {
    const at = app.now()
    const overdue = await store.lockOverdue(tx, at, AT_ONCE)
    if (overdue.length === 0) return 0
    await store.markOverdue(
      tx,
      overdue.map(({ id }) => id),
      at,
    )
    await record(
      tx,
      at,
      SYSTEM,
      overdue.map(({ id, dueAt, owner }) => ({
        what: 'discrepancy.overdue',
        object: { kind: 'discrepancy', id: String(id) },
        after: { due_at: dueAt.toISOString(), owner },
      })),
    )
    await enqueue(tx, app.vault, overdueMessages(overdue, app.mailTo), at)
    // The list of alerts; mail goes to those who deal with discrepancies, not to those who watch for intruders.
    const alerting = { ...app, mailTo: [], webhook: false }
    for (const [day, of] of Object.entries(
      Object.groupBy(overdue, each => `${each.channel}/${each.account}/${each.day}`),
    ))
      await raiseAlert(
        alerting,
        tx,
        {
          kind: 'discrepancy_overdue',
          key: `discrepancy_overdue:${day}`,
          severity: 'notice',
          address: '',
          actor: '',
          facts: { day, first: String(of?.[0]?.id ?? ''), count: String(of?.length ?? 0) },
        },
        at,
        of?.length ?? 1,
      )
    return overdue.length
  })
