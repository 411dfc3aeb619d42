import type { Channel, NoticeReply, RawNotice } from '../channels/channel.ts'
import { Failure } from '../kernel/failure.ts'
import { insertRefusedNotice } from './list_store.ts'
import type { Paying } from './paying.ts'

/** How a channel's word about a refund is taken: refunds come after orders, so it is handed in. */
export type RefundLearner = (app: Paying, refundNo: string, outcome: RefundOutcomeOf) => Promise<unknown>
type RefundOutcomeOf = Extract<Awaited<ReturnType<Channel['readNotice']>>, { kind: 'refund' }>['outcome']

/** At most this many refused notices a minute are kept: whoever sends rubbish must not fill our disk. */
const KEPT_A_MINUTE = 600

/**
 * Takes a channel's notice: verified, booked, and answered only after the commit, so that what we did not book comes again.
 * Forged, replayed, foreign and unknown ones are refused, logged with their address, and never booked.
 */
export function noticeTaker(app: Paying, learnRefund: RefundLearner) {
  let minute = 0
  let kept = 0

  const refuse = async (
    channel: Channel,
    notice: RawNotice,
    address: string,
    failure: Failure,
  ): Promise<NoticeReply> => {
    const { name, account } = channel
    app.log.warn({ code: failure.code, channel: name, account, address }, 'notice refused')
    const now = Math.floor(notice.at.getTime() / 60_000)
    if (now !== minute) {
      minute = now
      kept = 0
    }
    if (kept++ < KEPT_A_MINUTE) {
      const excerpt = notice.body.toString('utf8').replaceAll('\0', '').slice(0, 1000)
      await insertRefusedNotice(app.db.pool, {
        at: notice.at,
        channel: name,
        account,
        address,
        code: failure.code,
        excerpt,
      })
    }
    return channel.refused
  }

  /** Throws what `refuseOr` takes. */
  const book = async (channel: Channel, notice: RawNotice): Promise<NoticeReply> => {
    const read = await channel.readNotice(notice)
    if (read.kind === 'refund') {
      await learnRefund(app, read.refundNo, read.outcome)
      return channel.accepted
    }
    const booked = await app.findings.add({
      orderNo: read.orderNo,
      paymentNo: read.paymentNo,
      source: 'notice',
      outcome: read.outcome,
      merchant: channel.merchant,
      at: notice.at,
    })
    if (booked instanceof Failure) throw booked
    return channel.accepted
  }

  /** What the channel is told when booking threw: that is refused; what is no fault of the notice is thrown again. */
  const refuseOr = async (
    channel: Channel,
    notice: RawNotice,
    address: string,
    error: unknown,
  ): Promise<NoticeReply> => {
    if (error instanceof Failure && error.code !== 'overloaded') return await refuse(channel, notice, address, error)
    throw error
  }

  return { book, refuseOr }
}
