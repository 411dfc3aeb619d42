import type { Actor } from '../access/actor.ts'
import type { Meaning } from '../access/permissions.ts'
import { covers } from '../access/scope.ts'
import { canonicalJson } from '../kernel/canonical_json.ts'
import { Failure } from '../kernel/failure.ts'
import type { Json } from '../system/requests.ts'
import type { ReviewKind } from './kind.ts'

/** One thing that the checker reads; `value` is the same in both languages, and masked by whoever asks. */
export type Fact = { readonly zh: string; readonly en: string; readonly value: string }

export type ReviewState = 'open' | 'approved' | 'refused' | 'withdrawn' | 'expired'

/** 复核: a question to a second person, and what became of it. */
export type Review = {
  readonly id: string
  readonly kind: string
  readonly object: { readonly kind: string; readonly id: string }
  readonly facts: readonly Fact[]
  readonly before: Json
  readonly after: Json
  /** What of the object the question stands on. */
  readonly basis: Json
  /** What applying needs; shown to nobody. */
  readonly payload: Json
  /** Minor units of `currency`. */
  readonly amount: number | null
  readonly currency: string | null
  readonly merchantNo: string | null
  readonly channel: string | null
  readonly askedBy: string
  readonly askedName: string
  /** '' for the platform itself. */
  readonly askedAccount: string
  readonly askedAt: Date
  readonly reason: string
  /** null: it waits until somebody decides. */
  readonly expiresAt: Date | null
  readonly state: ReviewState
  readonly decidedBy: string
  readonly decidedName: string
  readonly endedAt: Date | null
  readonly endedWhy: string
  readonly outcome: Json
}

/** What somebody wants decided by somebody else. */
export type ReviewAsk = {
  readonly object: { readonly kind: string; readonly id: string }
  readonly facts: readonly Fact[]
  readonly before?: Json
  readonly after?: Json
  readonly payload?: Json
  readonly amount?: { readonly minor: number; readonly currency: string }
  /** Where it lies, for scopes. */
  readonly merchantNo?: string
  readonly channel?: string
  readonly reason: string
  /** Ids of uploaded vouchers. */
  readonly vouchers?: readonly string[]
}

export type Verdict = 'approved' | 'refused'

type Asker = Pick<Actor, 'id' | 'accountId'>

/** Whoever asked, by whatever key or session. */
export const isMaker = (review: Pick<Review, 'askedBy' | 'askedAccount'>, who: Asker): boolean =>
  review.askedBy === who.id || (review.askedAccount !== '' && review.askedAccount === who.accountId)

/** What lies in no single merchant or channel ('' is none of them) is for those who may see all of them. */
const placeOf = ({ merchantNo, channel }: Pick<Review, 'merchantNo' | 'channel'>) => ({
  merchant: merchantNo ?? '',
  channel: channel ?? '',
})

const holds = (actor: Actor, permission: string, review: Review): boolean =>
  actor.permissions.has(permission) && covers(actor.scopeOf(permission), placeOf(review))

/** One's own, and those of the kinds and places that one may see. `seenSql` says the same to the database. */
export const canSee = (actor: Actor, kind: ReviewKind | undefined, review: Review): boolean =>
  isMaker(review, actor) ||
  (kind !== undefined && holds(actor, 'review.read', review) && holds(actor, kind.see, review))

/** Whether a verdict of his would count, if it came now. */
export const mayDecide = (actor: Actor, kind: ReviewKind, review: Review, at: Date): boolean =>
  review.state === 'open' &&
  !isOver(review, at) &&
  !isMaker(review, actor) &&
  actor.kind === 'staff' &&
  holds(actor, 'review.decide', review) &&
  holds(actor, kind.decide, review)

const isOver = (review: Review, at: Date): boolean => review.expiresAt !== null && review.expiresAt <= at

/**
 * What a verdict does: `same` is the same verdict of the same person once more, which changes nothing.
 * Throws review_decided_already, review_expired, maker_is_checker, checker_not_person, not_permitted, reason_missing.
 */
export function decideVerdict(
  review: Review,
  kind: ReviewKind,
  verdict: Verdict,
  actor: Actor,
  { at, reason }: { at: Date; reason: string },
): 'do' | 'same' {
  if (review.state === verdict && review.decidedBy === actor.id) return 'same'
  if (review.state !== 'open') throw over(review)
  if (isMaker(review, actor))
    throw new Failure(
      'maker_is_checker',
      {
        zh: '申请人不能复核自己的申请，请由另一人处理',
        en: 'Whoever asked cannot decide it: let another person do so',
      },
      { review_id: review.id },
    )
  if (actor.kind !== 'staff' || actor.accountId === '')
    throw new Failure(
      'checker_not_person',
      {
        zh: '复核必须由登录的工作人员本人作出，服务账户和程序不能复核',
        en: 'Only a member of staff who is logged in can decide: programs and their keys cannot',
      },
      { review_id: review.id },
    )
  for (const permission of ['review.decide', kind.decide])
    if (!holds(actor, permission, review)) throw decidingNotPermitted(kind.name, permission)
  if (isOver(review, at)) throw expired(review)
  if (verdict === 'refused' && reason.trim() === '')
    throw new Failure('reason_missing', { zh: '拒绝时请写明理由', en: 'Say why it is refused' }, { field: 'reason' })
  return 'do'
}

/** What was approved must be what stands. Throws review_stale. */
export function checkBasis(review: Review, now: Json): void {
  if (canonicalJson(review.basis) === canonicalJson(now)) return
  throw new Failure(
    'review_stale',
    {
      zh: '申请之后情况已变化，不能再同意：请拒绝，或由申请人撤回后重新申请',
      en: 'Things have changed since this was asked, so it cannot be approved: refuse it, or have it withdrawn and asked anew',
    },
    { review_id: review.id, asked: review.basis, now },
  )
}

/** The maker takes his question back. Throws review_decided_already, not_permitted. */
export function decideWithdrawal(review: Review, who: Asker): 'do' | 'same' {
  if (!isMaker(review, who))
    throw new Failure(
      'not_permitted',
      {
        zh: '只有申请人本人可以撤回；如不同意请拒绝',
        en: 'Only whoever asked can withdraw it; refuse it if you do not agree',
      },
      { review_id: review.id },
    )
  if (review.state === 'withdrawn') return 'same'
  if (review.state !== 'open') throw over(review)
  return 'do'
}

const STATES: Readonly<Record<ReviewState, Meaning>> = {
  open: { zh: '待复核', en: 'open' },
  approved: { zh: '已同意', en: 'approved' },
  refused: { zh: '已拒绝', en: 'refused' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
  expired: { zh: '已过期', en: 'expired' },
}

const over = (review: Review): Failure => {
  const by = review.decidedName === '' ? '' : review.decidedName
  return new Failure(
    'review_decided_already',
    {
      zh: `该申请${by === '' ? '' : `由${by}`}${STATES[review.state].zh}，不能再处理`,
      en: `This was ${STATES[review.state].en} already${by === '' ? '' : ` by ${by}`}`,
    },
    { review_id: review.id, state: review.state, decided_by: review.decidedBy },
  )
}

const expired = (review: Review): Failure =>
  new Failure(
    'review_expired',
    { zh: '该申请已过期，请由申请人重新申请', en: 'This has expired: it must be asked for anew' },
    { review_id: review.id, expired_at: review.expiresAt?.toISOString() },
  )

const decidingNotPermitted = (name: Meaning, permission: string): Failure =>
  new Failure(
    'not_permitted',
    {
      zh: `没有权限复核“${name.zh}”（需要 ${permission}，且在授权范围内）`,
      en: `Deciding "${name.en}" needs the permission ${permission} here`,
    },
    { permission },
  )

export const reviewUnknown = (id: string): Failure =>
  new Failure('review_unknown', { zh: `没有复核事项 ${id}`, en: `There is no review ${id}` }, { review_id: id })

/** Throws voucher_required. */
export function checkVouchers(kind: Pick<ReviewKind, 'needsVoucher' | 'name'>, vouchers: readonly string[]): void {
  if (!kind.needsVoucher || vouchers.length > 0) return
  throw new Failure(
    'voucher_required',
    {
      zh: `“${kind.name.zh}”须附凭证：请先上传（POST /api/vouchers），再在申请中给出编号`,
      en: `"${kind.name.en}" needs a voucher: upload it first (POST /api/vouchers), then give its id`,
    },
    { field: 'vouchers' },
  )
}
