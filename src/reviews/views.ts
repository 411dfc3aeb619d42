import type { Actor } from '../access/actor.ts'
import { instantText } from '../kernel/instant_text.ts'
import { formatMinor } from '../kernel/money.ts'
import type { ReviewView, VoucherView } from './api.ts'
import type { ReviewKind } from './kind.ts'
import { isMaker, type Review } from './review.ts'
import { isUploader, type Voucher, WHOLE } from './voucher.ts'

export const voucherView = (voucher: Voucher): VoucherView => ({
  voucher_id: voucher.id,
  name: voucher.name,
  media_type: voucher.mediaType,
  size: voucher.size,
  uploaded_by: voucher.uploadedBy,
  uploaded_at: instantText(voucher.uploadedAt),
})

/** As its reader gets it; `before`, `after` and the facts were masked by whoever asked. */
export const reviewView = (
  review: Review,
  kind: ReviewKind | undefined,
  vouchers: readonly Voucher[],
  { actor, mayDecide }: { readonly actor: Actor; readonly mayDecide: boolean },
): ReviewView => ({
  review_id: review.id,
  kind: review.kind,
  kind_zh: kind?.name.zh ?? review.kind,
  kind_en: kind?.name.en ?? review.kind,
  object: review.object,
  facts: [...review.facts],
  before: review.before,
  after: review.after,
  amount: review.amount === null ? null : formatMinor(review.amount, review.currency as string),
  currency: review.currency,
  merchant_no: review.merchantNo,
  channel: review.channel,
  asked_by: review.askedBy,
  asked_name: review.askedName,
  asked_at: instantText(review.askedAt),
  reason: review.reason,
  vouchers: vouchers.map((voucher, index) => ({
    ...voucherView(voucher),
    // People name files after people.
    ...(isUploader(voucher, actor) || actor.permissions.has(WHOLE) ? {} : { name: `凭证 ${index + 1}` }),
  })),
  expires_at: review.expiresAt && instantText(review.expiresAt),
  state: review.state,
  decided_by: review.decidedBy,
  decided_name: review.decidedName,
  ended_at: review.endedAt && instantText(review.endedAt),
  ended_why: review.endedWhy,
  outcome: review.outcome,
  mine: isMaker(review, actor),
  may_decide: mayDecide,
})
