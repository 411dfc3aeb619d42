import { type Static, Type } from 'typebox'
import { AMOUNT_PATTERN } from '../kernel/amount_field.ts'
import { RequestId } from '../orders/api.ts'
import { VoucherIds } from '../reviews/api.ts'

/** The shapes of refunds over HTTP. Amounts are decimal strings in major units, positive. */

const At = Type.String({ format: 'date-time' })
const Reason = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })

export const RefundAsk = Type.Object(
  {
    id: RequestId,
    amount: Type.Optional(
      Type.String({ pattern: AMOUNT_PATTERN, description: 'Without it: all that remains. 缺省为全部剩余金额' }),
    ),
    reason: Reason,
    vouchers: Type.Optional(VoucherIds),
  },
  { additionalProperties: false },
)

export const ReversalAsk = Type.Object({ id: RequestId, reason: Reason }, { additionalProperties: false })

export const RefundView = Type.Object({
  refund_no: Type.String(),
  order_no: Type.String(),
  payment_no: Type.String(),
  kind: Type.Unsafe<'refund' | 'surplus' | 'reversal'>({ type: 'string', enum: ['refund', 'surplus', 'reversal'] }),
  amount: Type.String({ examples: ['12.50'] }),
  currency: Type.String(),
  reason: Type.String(),
  state: Type.Unsafe<'awaiting_review' | 'approved' | 'pending' | 'success' | 'failed' | 'refused'>({
    type: 'string',
    enum: ['awaiting_review', 'approved', 'pending', 'success', 'failed', 'refused'],
  }),
  asked_by: Type.String(),
  asked_at: At,
  decided_by: Type.String(),
  channel_refund_no: Type.String(),
  refunded_at: Type.Union([At, Type.Null()]),
  failure: Type.String(),
  last_answer: Type.String(),
  review_id: Type.String({ description: 'The second person’s question, or empty. 复核编号，无需复核时为空' }),
})
export type RefundView = Static<typeof RefundView>

export const RefundList = Type.Object({ refunds: Type.Array(RefundView) })
export type RefundList = Static<typeof RefundList>
export const RefundKey = Type.Object({ refund_no: Type.String({ minLength: 1, maxLength: 64 }) })
