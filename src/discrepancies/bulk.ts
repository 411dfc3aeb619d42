import { hash } from 'node:crypto'
import type { Actor } from '../access/actor.ts'
import { Failure } from '../kernel/failure.ts'
import type { BulkAnswer } from './api.ts'
import { refundDuplicate, supplement } from './asking.ts'
import { act, type Discrepancies, type Doing, type Done } from './operations.ts'

/** One action, whatever it needs: alone in the database, or with a channel. */
export const doAction = (app: Discrepancies, actor: Actor, doing: Doing): Promise<Done> => {
  if (doing.action === 'supplement') return supplement(app, actor, doing)
  if (doing.action === 'refund_duplicate') return refundDuplicate(app, actor, doing)
  return act(app, actor, doing)
}

/** The id of one row of a bulk request: the same request gives the same ids. */
const rowId = (id: string, discrepancyId: number): string => hash('sm3', `${id} ${discrepancyId}`)

/**
 * The same for many, one after the other, each in a transaction of its own: a refused one says so and keeps none of the others. The same id again gives
 * the same answers.
 */
export async function actOnMany(
  app: Discrepancies,
  actor: Actor,
  { id, discrepancies, ...doing }: Omit<Doing, 'discrepancyId'> & { readonly discrepancies: readonly number[] },
): Promise<BulkAnswer> {
  const results: BulkAnswer['results'] = []
  for (const discrepancyId of discrepancies) {
    const about = { discrepancy_id: String(discrepancyId) }
    try {
      const done = await doAction(app, actor, { ...doing, id: rowId(id, discrepancyId), discrepancyId })
      const { outcome, reviewId, refundNo } = done
      results.push({
        ...about,
        outcome,
        review_id: reviewId,
        refund_no: refundNo,
        code: '',
        message_zh: '',
        message_en: '',
      })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const { code, zh, en } = error
      results.push({ ...about, outcome: 'refused', review_id: '', refund_no: '', code, message_zh: zh, message_en: en })
    }
  }
  const refused = results.filter(({ outcome }) => outcome === 'refused').length
  return { done: results.length - refused, refused, results }
}
