import { type Static, Type } from 'typebox'
import { RequestId } from './api.ts'

export const REVEALED = ['account_no', 'payer_name', 'phone', 'email'] as const

export const RevealAsk = Type.Object(
  {
    id: RequestId,
    field: Type.Unsafe<(typeof REVEALED)[number]>({ type: 'string', enum: [...REVEALED] }),
    reason: Type.String({
      minLength: 4,
      maxLength: 200,
      pattern: '\\S',
      description: 'Stands in the operation log. 记入操作日志',
    }),
  },
  { additionalProperties: false },
)
export type RevealAsk = Static<typeof RevealAsk>

export const RevealView = Type.Object({
  order_no: Type.String(),
  field: Type.String(),
  value: Type.String({ description: '完整内容；空表示缴费单没有这一项 Whole; empty: the bill has none' }),
})
export type RevealView = Static<typeof RevealView>
