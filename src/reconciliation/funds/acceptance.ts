import type pg from 'pg'
import { record } from '../../audit/record.ts'
import type { ReviewKind } from '../../reviews/kind.ts'
import type { Json } from '../../system/requests.ts'
import type { Difference } from './settlement.ts'
import { lockSettlement, markAccepted, type Settlement } from './settlement_store.ts'

/** What is asked about: these differences of a settlement, and no others. */
export const differencesOf = ({ differences, payout, due }: Settlement): Json =>
  JSON.parse(JSON.stringify({ differences, payout, due })) as Json

/** A second person lets a difference between the bills, or between what was due and what came, stand. */
export const SETTLEMENT_ACCEPTANCE: ReviewKind = {
  code: 'settlement_accept',
  name: { zh: '接受结算差异', en: 'Acceptance of a difference in a settlement' },
  decide: 'discrepancy.review',
  see: 'discrepancy.read',
  expiresAfterHours: 7 * 24,
  needsVoucher: false,
  async basis(tx: pg.ClientBase, id: string): Promise<Json> {
    const settlement = await lockSettlement(tx, Number(id))
    return settlement && differencesOf(settlement)
  },
  async apply(tx, review, { who, at }) {
    const id = Number(review.object.id)
    const settlement = (await lockSettlement(tx, id)) as Settlement
    const differences = settlement.differences as readonly Difference[]
    await markAccepted(tx, id, {
      ...{ differences, at, by: who.id, name: who.name, why: review.reason, reviewId: review.id },
    })
    await record(tx, at, who, [
      {
        what: 'settlement.accept',
        object: { kind: 'settlement', id: review.object.id },
        before: { state: settlement.state },
        after: { accepted: differences.map(({ code, amount }) => ({ code, amount })), review_id: review.id },
      },
    ])
    return { settlement_id: id }
  },
  release: async () => {},
}
