import { type Static, Type } from 'typebox'

const Flag = Type.Unsafe<'none' | 'partial' | 'full'>({ type: 'string', enum: ['none', 'partial', 'full'] })

/** What a receipt says; numbers and names of persons are masked. */
export const ReceiptView = Type.Object({
  receipt_no: Type.String(),
  code: Type.String({ description: '校验码', examples: ['5GKF-6P8C-VNV1-YFFZ'] }),
  issued_at: Type.String(),
  order_no: Type.String(),
  payment_no: Type.String(),
  merchant_no: Type.String(),
  merchant: Type.String(),
  fee_item: Type.String(),
  account_label: Type.String(),
  account: Type.String(),
  payer: Type.String(),
  title: Type.String(),
  period: Type.String(),
  amount: Type.String(),
  amount_in_capitals: Type.String({ description: '人民币大写' }),
  currency: Type.String(),
  channel: Type.String(),
  channel_trade_no: Type.String(),
  paid_at: Type.String(),
  booked_at: Type.String(),
  refunded: Type.String(),
  refund_flag: Flag,
})
export type ReceiptView = Static<typeof ReceiptView>

export const VerificationView = Type.Object({
  genuine: Type.Literal(true),
  receipt: ReceiptView,
  now: Type.Object({
    refunded: Type.String(),
    refund_flag: Flag,
    reversed: Type.Boolean(),
    changed: Type.Boolean({ description: 'Something was given back since it was issued. 出具后有退款或冲正' }),
  }),
})
export type VerificationView = Static<typeof VerificationView>

export const VerifyQuery = Type.Object(
  {
    code: Type.String({ minLength: 1, maxLength: 64 }),
    amount: Type.Optional(Type.String({ maxLength: 40, description: 'As on the paper. 纸面金额' })),
    order_no: Type.Optional(Type.String({ maxLength: 64 })),
    payment_no: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
)
export type VerifyQuery = Static<typeof VerifyQuery>

/** The section `receipts` of the configuration. */
export const ReceiptSection = Type.Object(
  {
    keys: Type.Array(Type.String({ minLength: 32 }), {
      default: [],
      description:
        'Secrets of verification codes: the first signs, older ones are still believed. 首个用于签发，其余仅用于核验',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type ReceiptSection = Static<typeof ReceiptSection>
