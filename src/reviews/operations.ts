import type pg from 'pg'
import { type Actor, SYSTEM } from '../access/actor.ts'
import type { Act, Who } from '../audit/act.ts'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import { once } from '../system/requests.ts'
import type { ReviewView } from './api.ts'
import type { Ending, ReviewKind, ReviewKinds } from './kind.ts'
import {
  canSee,
  checkBasis,
  checkVouchers,
  decideVerdict,
  decideWithdrawal,
  mayDecide,
  type Review,
  type ReviewAsk,
  reviewUnknown,
  type Verdict,
} from './review.ts'
import * as store from './store.ts'
import { reviewView } from './views.ts'
import { isUploader, voucherUnknown } from './voucher.ts'
import { attachVouchers, findVouchers, vouchersOf } from './voucher_store.ts'

export type Reviewing = Pick<App, 'db' | 'now' | 'log'> & { readonly kinds: ReviewKinds }

/** The platform itself, where it proposes something. */
export const PLATFORM: Who = { ...SYSTEM, id: 'platform', name: '平台 Platform' }

const HOUR_MS = 3_600_000

/**
 * Asks for a second person, in the transaction that makes the object wait for it; the object is locked from here on. `id` becomes the
 * review's. Throws review_open_already, voucher_required, voucher_unknown.
 */
export async function askReview(
  tx: pg.ClientBase,
  { id, at }: { readonly id: string; readonly at: Date },
  who: Who & { readonly accountId: string },
  kind: ReviewKind,
  ask: ReviewAsk,
): Promise<void> {
  const vouchers = [...new Set(ask.vouchers)]
  checkVouchers(kind, vouchers)
  const basis = await kind.basis(tx, ask.object.id)
  const asked = { ...ask, id, basis }
  const made = await store.insertReviews(tx, [newReview(at, who, kind, asked)])
  if (!made.has(id)) throw openAlready(kind, ask)
  if (vouchers.length > 0) {
    const found = await findVouchers(tx, vouchers)
    for (const voucher of vouchers)
      if (!found.some(each => each.id === voucher && isUploader(each, who))) throw voucherUnknown(voucher)
    await attachVouchers(tx, id, vouchers)
  }
  await record(tx, at, who, [askAct(kind.code, asked, vouchers)])
  await store.tellReviewChanged(tx, [id])
}

type Proposal = ReviewAsk & { readonly id: string; readonly basis: Review['basis'] }

/**
 * The platform asks by itself, in sets, from folders below the one whose kind it is; these wait until somebody decides. The caller
 * has locked the objects and gives their basis.
 */
export async function proposeReviews(
  tx: pg.ClientBase,
  at: Date,
  code: string,
  proposals: readonly Proposal[],
): Promise<void> {
  if (proposals.length === 0) return
  const who = { ...PLATFORM, accountId: '' }
  const kind = { code, expiresAfterHours: null }
  await store.insertReviews(
    tx,
    proposals.map(proposal => newReview(at, who, kind, proposal)),
  )
  await record(
    tx,
    at,
    who,
    proposals.map(proposal => askAct(code, proposal, [])),
  )
  await store.tellReviewChanged(
    tx,
    proposals.map(({ id }) => id),
  )
}

const newReview = (
  at: Date,
  who: Who & { readonly accountId: string },
  kind: Pick<ReviewKind, 'code' | 'expiresAfterHours'>,
  ask: Proposal,
): store.NewReview => ({
  id: ask.id,
  kind: kind.code,
  object: ask.object,
  facts: ask.facts,
  before: ask.before,
  after: ask.after,
  basis: ask.basis,
  payload: ask.payload,
  amount: ask.amount?.minor ?? null,
  currency: ask.amount?.currency ?? null,
  merchantNo: ask.merchantNo ?? null,
  channel: ask.channel ?? null,
  askedBy: who.id,
  askedName: who.name,
  askedAccount: who.accountId,
  askedAt: at,
  reason: ask.reason,
  expiresAt: kind.expiresAfterHours === null ? null : new Date(at.getTime() + kind.expiresAfterHours * HOUR_MS),
})

/** What a person says about a review. */
export type Word = {
  /** Of the request. */
  readonly id: string
  readonly reviewId: string
  readonly reason: string
}

/**
 * The second person agrees, and it is done, all in one transaction. The same again changes nothing.
 * Throws review_unknown, what `decideVerdict` throws, review_stale, id_reused, and what applying throws.
 */
export const approveReview = (app: Reviewing, actor: Actor, word: Word): Promise<ReviewView> =>
  decide(app, actor, 'approved', word)

/** The second person says no, and what was held is free. Throws as `approveReview`, and reason_missing. */
export const refuseReview = (app: Reviewing, actor: Actor, word: Word): Promise<ReviewView> =>
  decide(app, actor, 'refused', word)

const decide = (app: Reviewing, actor: Actor, verdict: Verdict, word: Word): Promise<ReviewView> =>
  onReview(app, actor, verdict, word, async (tx, kind, review, basis, at) => {
    if (decideVerdict(review, kind, verdict, actor, { at, reason: word.reason }) === 'same') return
    const ending = { state: verdict, who: actor, at, why: word.reason.trim() }
    if (verdict === 'approved') checkBasis(review, basis)
    await end(tx, kind, review, ending)
  })

/** The maker takes his question back, and what was held is free. Throws review_unknown and what `decideWithdrawal` throws. */
export const withdrawReview = (app: Reviewing, actor: Actor, word: Word): Promise<ReviewView> =>
  onReview(app, actor, 'withdrawn', word, async (tx, kind, review, _basis, at) => {
    if (decideWithdrawal(review, actor) === 'same') return
    await end(tx, kind, review, { state: 'withdrawn', who: actor, at, why: word.reason.trim() })
  })

const EXPIRE_AT_ONCE = 100

/**
 * Nobody decided in time: ends those that are overdue, each in a transaction of its own, so that one that cannot be released keeps none
 * of the others. Gives how many.
 */
export async function expireReviews(app: Reviewing, signal?: AbortSignal): Promise<number> {
  let ended = 0
  for (;;) {
    const overdue = await store.overdueReviews(app.db.pool, app.now(), [...app.kinds.keys()], EXPIRE_AT_ONCE)
    const before = ended
    for (const { id, kind, objectId } of overdue) {
      if (signal?.aborted) return ended
      try {
        if (await expireReview(app, id, app.kinds.get(kind) as ReviewKind, objectId)) ended++
      } catch (error) {
        app.log.error({ err: error, review: id, kind }, 'an overdue review could not be ended')
      }
    }
    if (overdue.length < EXPIRE_AT_ONCE || ended === before) return ended
  }
}

const expireReview = (app: Reviewing, id: string, kind: ReviewKind, objectId: string): Promise<boolean> =>
  app.db.transaction(async tx => {
    await kind.basis(tx, objectId)
    const review = await store.lockReview(tx, id)
    if (review.state !== 'open') return false
    await end(tx, kind, review, { state: 'expired', who: SYSTEM, at: app.now(), why: '' })
    return true
  })

/** Reads it as the actor may see it, locks its object and then itself, and lets `act` end it. */
async function onReview(
  app: Reviewing,
  actor: Actor,
  state: Ending['state'],
  word: Word,
  act: (tx: pg.ClientBase, kind: ReviewKind, review: Review, basis: Review['basis'], at: Date) => Promise<void>,
): Promise<ReviewView> {
  const { kind, review: seen } = await mustSee(app, actor, word.reviewId)
  if (!kind) throw kindUnknown(seen)
  const at = app.now()
  await app.db.transaction(tx =>
    once(
      tx,
      { id: word.id, operation: `review_${state}`, body: { ...word, id: undefined }, actor: actor.id, at },
      async () => {
        const basis = await kind.basis(tx, seen.object.id)
        await act(tx, kind, await store.lockReview(tx, seen.id), basis, at)
        return true
      },
    ),
  )
  return await readReview(app, actor, word.reviewId)
}

/** One place for every ending: what it does to the object, to the review, and to the log. */
async function end(tx: pg.ClientBase, kind: ReviewKind, review: Review, ending: Ending): Promise<void> {
  const decided = ending.state === 'approved' || ending.state === 'refused'
  const outcome = ending.state === 'approved' ? await kind.apply(tx, review, ending) : null
  if (ending.state !== 'approved') await kind.release(tx, review, ending)
  await store.endReview(tx, review.id, { ...ending, checker: decided ? ending.who : null, outcome })
  await record(tx, ending.at, ending.who, [
    {
      what: `review.${ACTS[ending.state]}`,
      object: review.object,
      before: { review: review.id, kind: review.kind, state: review.state, asked_by: review.askedBy },
      after: { review: review.id, kind: review.kind, state: ending.state, reason: ending.why, outcome },
    },
  ])
  await store.tellReviewChanged(tx, [review.id])
}

const ACTS = { approved: 'approve', refused: 'refuse', withdrawn: 'withdraw', expired: 'expire' } as const

const askAct = (code: string, ask: Proposal, vouchers: readonly string[]): Act => ({
  what: 'review.ask',
  object: ask.object,
  ...(ask.before === undefined ? {} : { before: ask.before }),
  after: {
    review: ask.id,
    kind: code,
    reason: ask.reason,
    ...(ask.amount === undefined ? {} : { amount: ask.amount }),
    ...(ask.after === undefined ? {} : { change: ask.after }),
    ...(vouchers.length === 0 ? {} : { vouchers }),
  },
})

// --- reading -----------------------------------------------------------------------------------------------------------------

/** Throws review_unknown, also for one that lies outside what the actor may see. */
export async function readReview(app: Reviewing, actor: Actor, id: string): Promise<ReviewView> {
  const { review } = await mustSee(app, actor, id)
  const [view] = await viewsOf(app, actor, [review])
  return view as ReviewView
}

/** A page of what the actor may see, newest first. */
export async function readReviews(
  app: Reviewing,
  actor: Actor,
  filter: store.ReviewFilter,
): Promise<{ reviews: ReviewView[]; next: string | null }> {
  const rows = await store.listReviews(app.db.pool, actor, app.kinds, { ...filter, limit: filter.limit + 1 })
  const page = rows.slice(0, filter.limit)
  const last = page.at(-1)
  return {
    reviews: await viewsOf(app, actor, page),
    next: last && rows.length > filter.limit ? `${last.askedAt.getTime()}_${last.id}` : null,
  }
}

async function viewsOf(app: Reviewing, actor: Actor, reviews: readonly Review[]): Promise<ReviewView[]> {
  const at = app.now()
  const vouchers = await vouchersOf(
    app.db.pool,
    reviews.map(({ id }) => id),
  )
  return reviews.map(review => {
    const kind = app.kinds.get(review.kind)
    return reviewView(review, kind, vouchers.get(review.id) ?? [], {
      mayDecide: kind !== undefined && mayDecide(actor, kind, review, at),
      actor,
    })
  })
}

type Seen = { readonly review: Review; readonly kind: ReviewKind | undefined }

/** null: there is none, or none for this actor; he is not told which. */
export async function findSeen(app: Reviewing, actor: Actor, id: string): Promise<Seen | null> {
  const review = await store.findReview(app.db.pool, id)
  if (!review) return null
  const kind = app.kinds.get(review.kind)
  return canSee(actor, kind, review) ? { review, kind } : null
}

async function mustSee(app: Reviewing, actor: Actor, id: string): Promise<Seen> {
  const seen = await findSeen(app, actor, id)
  if (!seen) throw reviewUnknown(id)
  return seen
}

const openAlready = (kind: ReviewKind, { object }: ReviewAsk): Failure =>
  new Failure(
    'review_open_already',
    {
      zh: `该对象已有一项“${kind.name.zh}”待复核，请先处理`,
      en: `"${kind.name.en}" is waiting for a second person already: have that one decided first`,
    },
    { kind: kind.code, object },
  )

const kindUnknown = ({ id, kind }: Review): Failure =>
  new Failure(
    'review_kind_unknown',
    {
      zh: `此版本的程序不认识复核类型 ${kind}，请升级后处理`,
      en: `This version of the program does not know reviews of the kind ${kind}: upgrade it first`,
    },
    { review_id: id, kind },
  )
