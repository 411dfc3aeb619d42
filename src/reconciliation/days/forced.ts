import type { Actor } from '../../access/actor.ts'
import { record } from '../../audit/record.ts'
import { Failure } from '../../kernel/failure.ts'
import type { ReviewKind } from '../../reviews/kind.ts'
import { askReview } from '../../reviews/operations.ts'
import type { BusinessDay } from './day.ts'
import { dayById, lockDay, markForced } from './day_store.ts'
import type { Settling } from './run.ts'

/**
 * 强制关账: the channel never publishes a statement of the day, and a second person agrees that it closes without. Nothing else is passed over: the proof
 * must hold. What is agreed is kept with the day, and the next close takes it.
 */
export const FORCED_CLOSE: ReviewKind = {
  code: 'day_force_close',
  name: { zh: '强制关账（无对账单）', en: 'Closing a day without its statement' },
  decide: 'day.review',
  see: 'day.read',
  expiresAfterHours: 72,
  needsVoucher: false,
  async basis(tx, id) {
    const day = await lockDay(tx, Number(id))
    return { state: day.state, run: day.run }
  },
  async apply(tx, review, ending) {
    const day = (await dayById(tx, Number(review.object.id))) as BusinessDay
    await markForced(tx, day.id, review.id)
    await record(tx, ending.at, ending.who, [
      {
        what: 'day.force',
        object: { kind: 'day', id: `${day.channel}/${day.account}/${day.day}` },
        after: { review: review.id },
      },
    ])
    return { day_id: day.id }
  },
  release: async () => {},
}

/** Throws day_unknown, day_closed, review_open_already, voucher_unknown. */
export async function askForcedClose(
  app: Settling,
  actor: Actor,
  day: BusinessDay,
  ask: { readonly id: string; readonly reason: string; readonly vouchers: readonly string[] },
): Promise<{ review_id: string }> {
  if (day.state === 'closed') throw dayClosed(day)
  await app.db.transaction(tx =>
    askReview(tx, { id: ask.id, at: app.now() }, actor, FORCED_CLOSE, {
      object: { kind: 'day', id: String(day.id) },
      facts: [
        { zh: '渠道', en: 'Channel', value: `${day.channel} ${day.account}`.trim() },
        { zh: '账期', en: 'Business day', value: day.day },
        { zh: '关账时限', en: 'Closes at', value: day.closesAt.toISOString() },
      ],
      before: { state: day.state },
      after: { state: 'closed' },
      payload: null,
      channel: day.channel,
      reason: ask.reason,
      vouchers: ask.vouchers,
    }),
  )
  return { review_id: ask.id }
}

export const dayClosed = (day: Pick<BusinessDay, 'channel' | 'account' | 'day'>): Failure =>
  new Failure(
    'day_closed',
    {
      zh: `${day.channel}${day.account ? `/${day.account}` : ''} ${day.day} 已关账，不再改变：更正记入未关账的账期`,
      en: `${day.day} of ${day.channel}${day.account ? `/${day.account}` : ''} is closed and changes no more: corrections are entered in an open day`,
    },
    { channel: day.channel, account: day.account, day: day.day },
  )
