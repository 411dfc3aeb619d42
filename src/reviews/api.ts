import { type Static, Type } from 'typebox'
import { REQUEST_ID } from '../system/requests.ts'
import type { ReviewState } from './review.ts'
import { VOUCHERS_MAX } from './voucher.ts'

/** The shapes of reviews and vouchers over HTTP. */

const At = Type.String({ format: 'date-time' })
const RequestId = Type.String({ pattern: REQUEST_ID, description: 'Made by the caller. 由调用方生成' })
const Id = Type.String({ minLength: 1, maxLength: 64 })

const State = Type.Unsafe<ReviewState>({
  type: 'string',
  enum: ['open', 'approved', 'refused', 'withdrawn', 'expired'],
})

export const VoucherView = Type.Object({
  voucher_id: Type.String(),
  name: Type.String(),
  media_type: Type.String(),
  size: Type.Integer({ description: 'bytes 字节' }),
  uploaded_by: Type.String(),
  uploaded_at: At,
})
export type VoucherView = Static<typeof VoucherView>

export const VoucherUpload = Type.Object(
  { id: RequestId, name: Type.String({ minLength: 1, maxLength: 300, description: '文件名' }) },
  { additionalProperties: false },
)
export const VoucherKey = Type.Object({ voucher_id: Id })

/** Ids of vouchers, as requests that need a second person carry them. */
export const VoucherIds = Type.Array(Id, {
  maxItems: VOUCHERS_MAX,
  description: 'Of POST /api/vouchers. 已上传凭证的编号',
})

export const ReviewView = Type.Object({
  review_id: Type.String(),
  kind: Type.String({ examples: ['refund'] }),
  kind_zh: Type.String(),
  kind_en: Type.String(),
  object: Type.Object({ kind: Type.String(), id: Type.String() }),
  facts: Type.Array(Type.Object({ zh: Type.String(), en: Type.String(), value: Type.String() })),
  before: Type.Unknown({ description: '变更前（已脱敏）' }),
  after: Type.Unknown({ description: '变更后（已脱敏）' }),
  amount: Type.Union([Type.String({ examples: ['12.50'] }), Type.Null()]),
  currency: Type.Union([Type.String(), Type.Null()]),
  merchant_no: Type.Union([Type.String(), Type.Null()]),
  channel: Type.Union([Type.String(), Type.Null()]),
  asked_by: Type.String(),
  asked_name: Type.String(),
  asked_at: At,
  reason: Type.String(),
  vouchers: Type.Array(VoucherView),
  expires_at: Type.Union([At, Type.Null()]),
  state: State,
  decided_by: Type.String(),
  decided_name: Type.String(),
  ended_at: Type.Union([At, Type.Null()]),
  ended_why: Type.String({ description: 'The checker’s reason, or the maker’s for withdrawing. 复核或撤回理由' }),
  outcome: Type.Unknown({ description: 'What approving it did. 执行结果' }),
  mine: Type.Boolean({ description: '是否本人申请' }),
  may_decide: Type.Boolean({ description: 'Whether the caller may decide it now. 当前用户能否复核' }),
})
export type ReviewView = Static<typeof ReviewView>

export const ReviewKey = Type.Object({ review_id: Id })

export const ReviewQuery = Type.Object(
  {
    state: Type.Optional(State),
    kind: Type.Optional(Type.String({ maxLength: 40 })),
    whose: Type.Optional(
      Type.Unsafe<'mine' | 'others'>({ type: 'string', enum: ['mine', 'others'], description: '本人或他人申请' }),
    ),
    object_kind: Type.Optional(Type.String({ maxLength: 40 })),
    object_id: Type.Optional(Id),
    after: Type.Optional(Type.String({ maxLength: 120, description: '`next` of the page before. 上一页的 next' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  },
  { additionalProperties: false },
)

export const ReviewList = Type.Object({
  reviews: Type.Array(ReviewView),
  next: Type.Union([Type.String(), Type.Null()]),
})
export type ReviewList = Static<typeof ReviewList>

const Why = Type.String({ maxLength: 500 })
export const ApproveAsk = Type.Object({ id: RequestId, reason: Type.Optional(Why) }, { additionalProperties: false })
export const RefuseAsk = Type.Object(
  { id: RequestId, reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }) },
  { additionalProperties: false },
)

export const ReviewKindList = Type.Object({
  kinds: Type.Array(
    Type.Object({
      kind: Type.String(),
      zh: Type.String(),
      en: Type.String(),
      decide: Type.String({ description: 'Permission that deciding needs besides review.decide. 复核所需权限' }),
      expires_after_hours: Type.Union([Type.Integer(), Type.Null()]),
      needs_voucher: Type.Boolean(),
    }),
  ),
})
