import { SYSTEM } from '../access/actor.ts'
import { phonesOf } from '../access/store.ts'
import { record } from '../audit/record.ts'
import { raiseAlert } from '../intrusion/operations.ts'
import { enqueue } from '../notices/store.ts'
import { nudge, settledWords } from './appeal.ts'
import { dueMessages, settledMessages } from './messages.ts'
import type { Appealing } from './own_operations.ts'
import * as store from './store.ts'

/** What the platform does about appeals by itself, every minute. */

const AT_ONCE = 200

/** Runs until a round finds less than it could take. Gives how many it dealt with. */
async function inRounds(round: () => Promise<number>, signal?: AbortSignal): Promise<number> {
  let all = 0
  for (;;) {
    const some = await round()
    all += some
    if (some < AT_ONCE || signal?.aborted) return all
  }
}

/** 对账自动结案: closes those whose payment is reconciled by now, and tells their payers. */
export const settleAppeals = (app: Appealing, signal?: AbortSignal): Promise<number> =>
  inRounds(
    () =>
      app.db.transaction(async tx => {
        const at = app.now()
        const appeals = await store.lockSettled(tx, app.vault, AT_ONCE)
        if (appeals.length === 0) return 0
        await store.endAppeals(
          tx,
          app.vault,
          appeals.map(({ id, kind }) => ({
            id,
            state: 'closed_by_reconciliation',
            at,
            by: SYSTEM.id,
            name: SYSTEM.name,
            verdict: '',
            answer: settledWords(kind).zh,
          })),
        )
        const phones = await phonesOf(tx, app.vault, [...new Set(appeals.map(({ accountId }) => accountId))])
        await enqueue(
          tx,
          app.vault,
          appeals.flatMap(appeal => settledMessages(appeal, phones.get(appeal.accountId))),
          at,
        )
        await record(
          tx,
          at,
          SYSTEM,
          appeals.map(({ id, paymentNo }) => ({
            what: 'appeal.settle',
            object: { kind: 'appeal', id },
            before: { state: 'open' },
            after: { state: 'closed_by_reconciliation', payment_no: paymentNo },
          })),
        )
        await store.tellAppealChanged(
          tx,
          appeals.map(({ id }) => id),
        )
        return appeals.length
      }),
    signal,
  )

/** Reminds the staff of what is due soon, and marks and tells what is overdue. Gives how many it dealt with. */
export const nudgeAppeals = (app: Appealing, signal?: AbortSignal): Promise<number> =>
  inRounds(
    () =>
      app.db.transaction(async tx => {
        const at = app.now()
        const pressing = await store.lockPressing(tx, at, app.appeals.remindAtHours, AT_ONCE)
        const nudged = pressing.flatMap(appeal => {
          const due = nudge(appeal, at, app.appeals)
          return due === null ? [] : [{ ...appeal, ...due, escalated: due.kind === 'escalate' }]
        })
        if (nudged.length === 0) return 0
        await store.markNudged(tx, at, nudged)
        const { remind = [], escalate = [] } = Object.groupBy(nudged, ({ kind }) => kind)
        const mails = [
          ...dueMessages('remind', remind, app.appeals.mailTo),
          ...dueMessages('escalate', escalate, app.appeals.mailTo),
        ]
        await enqueue(tx, app.vault, mails, at)
        await record(
          tx,
          at,
          SYSTEM,
          nudged.map(({ id, kind, reminded, dueAt }) => ({
            what: `appeal.${kind}`,
            object: { kind: 'appeal', id },
            after: kind === 'remind' ? { reminder: reminded } : { due_at: dueAt.toISOString() },
          })),
        )
        // The list of alerts; mail goes to those who deal with appeals, not to those who watch for intruders.
        const alerting = { ...app, mailTo: [], webhook: false }
        for (const { id, paymentNo, merchantNo, channel, dueAt } of escalate)
          await raiseAlert(
            alerting,
            tx,
            {
              kind: 'appeal_overdue',
              key: `appeal_overdue:${id}`,
              severity: 'notice',
              address: '',
              actor: '',
              facts: {
                appeal_id: id,
                payment_no: paymentNo,
                merchant_no: merchantNo,
                channel,
                due_at: dueAt.toISOString(),
              },
            },
            at,
          )
        await store.tellAppealChanged(
          tx,
          nudged.map(({ id }) => id),
        )
        return nudged.length
      }),
    signal,
  )
