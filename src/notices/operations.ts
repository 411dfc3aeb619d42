import type { Actor } from '../access/actor.ts'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import { maskEmail, maskPhone } from '../kernel/mask.ts'
import type { App } from '../system/app.ts'
import { batcher } from '../system/batcher.ts'
import { once } from '../system/requests.ts'
import type { NoticeList, NoticeQuery, NoticeResolve, NoticeSummary, NoticeView } from './api.ts'
import {
  ABSENT_AFTER_S,
  type Claimed,
  decideAsked,
  decideMuted,
  decideSent,
  type Medium,
  type Verdict,
} from './message.ts'
import { unwanted } from './own_operations.ts'
import type { Sender, Senders } from './sender.ts'
import * as store from './store.ts'

export type Notifying = App & {
  readonly senders: Senders
  /** Seconds after which a provider that does not list a message never took it; default `ABSENT_AFTER_S`. */
  readonly absentAfterS?: number
}

export type SendTally = { sent: number; refused: number; unknown: number; asked: number }

/** Messages claimed at once. */
const BATCH = 200
/** A claim holds for the longest a batch can take, and then some. */
const LEASE_MARGIN_MS = 30_000

/**
 * Sends what is due, and asks about what was handed over without an answer, until nothing is due. Any number of processes
 * may do so at once. A message is marked and the mark committed before its provider hears of it; each answer is written as
 * soon as it comes. Media without a sender wait.
 */
export async function sendDue(app: Notifying): Promise<SendTally> {
  const tally: SendTally = { sent: 0, refused: 0, unknown: 0, asked: 0 }
  const media = Object.keys(app.senders) as Medium[]
  if (media.length === 0) return tally
  await Promise.all(media.map(medium => sendMedium(app, medium, app.senders[medium] as Sender, tally)))
  return tally
}

async function sendMedium(app: Notifying, medium: Medium, sender: Sender, tally: SendTally): Promise<void> {
  const verdicts = batcher(
    async (batch: readonly Verdict[]) => {
      await store.settle(app.db.pool, batch)
      return batch.map(() => null)
    },
    { most: BATCH, lanes: 1, queue: BATCH * 2, overloaded: () => new Error('more verdicts than messages') },
  )
  const leaseMs = Math.ceil(BATCH / sender.lanes) * sender.timeoutMs * 2 + LEASE_MARGIN_MS
  for (;;) {
    const at = app.now()
    const leaseUntil = new Date(at.getTime() + leaseMs)
    const claimed = await store.claimDue(app.db.pool, app.vault, [medium], at, leaseUntil, BATCH)
    const muted = await unwanted(app, claimed)
    const left = claimed.filter(({ id }) => !muted.has(id))
    for (const message of claimed) if (muted.has(message.id)) await verdicts.add(decideMuted(message))
    const lane = async () => {
      for (let message = left.shift(); message; message = left.shift()) {
        // Held up so long that somebody else may take it: it is left to be asked about.
        if (app.now().getTime() > leaseUntil.getTime() - sender.timeoutMs * 2) return
        const verdict = await handle(app, sender, message, tally)
        await verdicts.add(verdict)
      }
    }
    await Promise.all(Array.from({ length: Math.min(sender.lanes, claimed.length) }, lane))
    if (claimed.length < BATCH) return
  }
}

async function handle(app: Notifying, sender: Sender, message: Claimed, tally: SendTally): Promise<Verdict> {
  if (message.fresh) {
    const outcome = await sender.send(message, app.now())
    tally[outcome.state]++
    return decideSent(message, outcome, app.now(), sender.ask !== null)
  }
  tally.asked++
  if (!sender.ask)
    return decideSent(message, { state: 'unknown', reason: 'the sender was stopped while it sent' }, app.now(), false)
  const inquiry = await sender.ask(message, app.now())
  return decideAsked(message, inquiry, app.now(), app.absentAfterS ?? ABSENT_AFTER_S)
}

// --- what a person does --------------------------------------------------------------------------------------------------

/** What needs a person by default: failed and unknown ones. Recipients are masked. */
export async function readNotices(app: App, query: NoticeQuery): Promise<NoticeList> {
  const messages = await store.listMessages(app.db.pool, app.vault, {
    states: query.state ? [query.state] : ['failed', 'unknown'],
    after: query.after ?? 0,
    limit: query.limit ?? 100,
  })
  return { notices: messages.map(viewOf) }
}

export async function summarizeNotices(app: App): Promise<NoticeSummary> {
  const counts = await store.countMessages(app.db.pool)
  return { counts: counts.map(({ oldest, ...count }) => ({ ...count, oldest: oldest.toISOString() })) }
}

/**
 * A person decides about a message that failed or whose fate is unknown: `sent` (it did arrive), `again` (send it once more,
 * at the risk of a second one where it is unknown), `withdraw`. Throws notice_unknown, notice_not_open, id_reused.
 */
export async function resolveNotice(app: App, actor: Actor, noticeId: number, ask: NoticeResolve): Promise<NoticeView> {
  const at = app.now()
  const { id, ...rest } = ask
  const body = { ...rest, notice_id: noticeId }
  return await app.db.transaction(tx =>
    once(tx, { id, operation: 'resolve_notice', body, actor: actor.id, at }, async () => {
      const message = await store.lockMessage(tx, app.vault, noticeId)
      if (!message) throw noticeUnknown(noticeId)
      if (message.state !== 'failed' && message.state !== 'unknown') throw notOpen(message)
      const state = ({ sent: 'sent', again: 'waiting', withdraw: 'withdrawn' } as const)[ask.as]
      await store.markResolved(tx, noticeId, state, `${actor.id}: ${ask.note}`.slice(0, 300), at)
      const after = viewOf((await store.lockMessage(tx, app.vault, noticeId)) as store.Listed)
      await record(tx, at, actor, [
        {
          what: 'notice.resolve',
          object: { kind: 'notice', id: String(noticeId) },
          before: { state: message.state },
          after: { state: after.state, as: ask.as, note: ask.note },
        },
      ])
      return after
    }),
  )
}

const viewOf = (message: store.Listed): NoticeView => ({
  notice_id: message.id,
  key: message.key,
  medium: message.medium,
  recipient: message.medium === 'sms' ? maskPhone(message.recipient) : maskEmail(message.recipient),
  template: message.template,
  state: message.state,
  attempts: message.attempts,
  created_at: message.createdAt.toISOString(),
  handed_at: message.handedAt?.toISOString() ?? null,
  next_at: message.nextAt?.toISOString() ?? null,
  sent_at: message.sentAt?.toISOString() ?? null,
  provider_ref: message.providerRef,
  last_error: message.lastError,
})

const noticeUnknown = (id: number): Failure =>
  new Failure('notice_unknown', { zh: `没有通知 ${id}`, en: `There is no message ${id}` }, { notice_id: id })

const notOpen = ({ id, state }: store.Listed): Failure =>
  new Failure(
    'notice_not_open',
    {
      zh: `通知 ${id} 的状态是 ${state}，无需人工处理`,
      en: `Message ${id} is ${state}; there is nothing to decide about it`,
    },
    { notice_id: id, state },
  )
