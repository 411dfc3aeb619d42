import type pg from 'pg'
import { type Actor, SYSTEM } from '../access/actor.ts'
import { Failure } from '../kernel/failure.ts'
import type { ReviewKind } from '../reviews/kind.ts'
import { askReview, proposeReviews } from '../reviews/operations.ts'
import type { Fact, ReviewAsk } from '../reviews/review.ts'
import { acceptStatement, basisOf, lockedBasis, refuseStatement } from '../statements/accept.ts'
import { type HeldFile, lockFile } from '../statements/file_list.ts'
import type { StatementFile } from '../statements/file_store.ts'
import { type Arriving, planOf, rulesFor } from './arriving.ts'
import { settleMissing } from './expecting.ts'
import { nextTry } from './schedule.ts'
import { concludeArrival, lockArrivalsOfFile } from './store.ts'

/** What a second person decides about a statement with unreadable records: booked without them, or refused. */

const ACCEPT = 'statement_accept'
const REASON = '对账单有无法读取的记录 The statement has unreadable records'

const NOT_ACCEPTED = {
  code: 'statement_not_accepted',
  zh: '复核未同意接受这份有坏行的对账单：请重新获取完整的文件',
  en: 'The second person did not accept this statement with unreadable records: fetch a whole one',
}

export const acceptanceKind = (app: Arriving): ReviewKind => ({
  code: ACCEPT,
  name: { zh: '接受有坏行的对账单', en: 'Acceptance of a statement with unreadable records' },
  decide: 'statement.accept',
  see: 'statement.read',
  expiresAfterHours: null,
  needsVoucher: false,
  basis: (tx, id) => lockedBasis(tx, Number(id)),
  async apply(tx, review, { who, at }) {
    const id = Number(review.object.id)
    const { account, day } = (await lockFile(tx, id)) as HeldFile
    const plan = planOf(app, account)
    const { calendar } = await rulesFor(app, plan, day ?? at.toISOString().slice(0, 10))
    const done = await acceptStatement(app, tx, id, { ...plan.reading, calendar }, { who, at })
    for (const arrival of await lockArrivalsOfFile(tx, id)) {
      await concludeArrival(tx, arrival.id, null, {
        ...{ state: 'arrived', error: null, nextTryAt: null, fileId: id, source: arrival.source, at },
      })
      await settleMissing(tx, arrival, at)
    }
    return done
  },
  async release(tx, review, { who, at }) {
    const id = Number(review.object.id)
    await refuseStatement(tx, id, { who, at })
    for (const arrival of await lockArrivalsOfFile(tx, id)) {
      const plan = app.plans.get(arrival.account)
      const again = plan?.source.type === 'api' ? nextTry(1, at, arrival.alertAt, plan.schedule) : null
      await concludeArrival(tx, arrival.id, null, {
        ...{ state: 'refused', error: NOT_ACCEPTED, nextTryAt: again, fileId: id, source: arrival.source, at },
      })
    }
  },
})

/** Asks a second person: in the name of who brought the file, so that he cannot accept it himself, else in the platform's. */
export async function askAcceptance(
  app: Arriving,
  tx: pg.ClientBase,
  file: StatementFile,
  who: Actor,
  at: Date,
): Promise<void> {
  const held = await lockFile(tx, file.id)
  if (held?.state !== 'awaiting_acceptance') return
  const ask: ReviewAsk = {
    object: { kind: 'statement_file', id: String(file.id) },
    facts: factsOf(file),
    before: { state: file.state },
    after: { state: 'booked', readable: file.records - file.rejected, left_out: file.rejected },
    channel: file.channel,
    reason: REASON,
  }
  if (who.id === SYSTEM.id)
    return await proposeReviews(tx, at, ACCEPT, [{ ...ask, id: app.newId(), basis: basisOf(held) }])
  try {
    await askReview(tx, { id: app.newId(), at }, who, acceptanceKind(app), ask)
  } catch (error) {
    // The same file was brought before: its question is open.
    if (!(error instanceof Failure) || error.code !== 'review_open_already') throw error
  }
}

const factsOf = (file: StatementFile): Fact[] => [
  { zh: '文件', en: 'File', value: file.name },
  { zh: '账户', en: 'Account', value: file.account },
  { zh: '账期', en: 'Day', value: file.day ?? '' },
  { zh: '记录', en: 'Records', value: String(file.records) },
  { zh: '无法读取', en: 'Unreadable', value: String(file.rejected) },
]
