import { type Static, Type } from 'typebox'
import { VoucherIds } from '../../reviews/api.ts'
import { REQUEST_ID } from '../../system/requests.ts'
import { CHANGES } from './compare.ts'

/** The shapes of the regression gate and of activations over HTTP. Money is decimal text in major units. */

const RequestId = Type.String({ pattern: REQUEST_ID, description: '调用方生成的请求编号 Made by the caller' })
const At = Type.String({ format: 'date-time' })
const Day = Type.String({ format: 'date', examples: ['2026-11-20'] })
const Count = Type.Integer({ minimum: 0 })

export const GateAsk = Type.Object(
  {
    id: RequestId,
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 400,
        default: 30,
        description: '每个账户最近多少个已关账期 Closed days of each account',
      }),
    ),
  },
  { additionalProperties: false },
)
export type GateAsk = Static<typeof GateAsk>
export const GateKey = Type.Object({ gate_id: Type.String({ minLength: 1, maxLength: 64 }) })

const Change = Type.Unsafe<(typeof CHANGES)[number]>({ type: 'string', enum: [...CHANGES] })
const Money = Type.Object({ ours: Type.String(), theirs: Type.String(), difference: Type.String() })

const ComparisonView = Type.Object({
  replayed: Count,
  rows: Count,
  changes: Type.Array(
    Type.Object({
      change: Change,
      ours: Count,
      theirs: Count,
      money: Type.Record(Type.String(), Money),
      examples: Type.Array(
        Type.Object({
          side: Type.Unsafe<'ours' | 'theirs'>({ type: 'string', enum: ['ours', 'theirs'] }),
          name: Type.String({ description: 'payment_no, or statement#record' }),
          channel: Type.String(),
          day: Day,
          amount: Type.String(),
          currency: Type.String(),
          before: Type.String(),
          after: Type.String(),
        }),
      ),
    }),
  ),
  days: Type.Array(Type.Object({ day: Day, changes: Type.Record(Type.String(), Count) })),
  cases: Type.Object({
    cases: Count,
    changes: Type.Array(
      Type.Object({
        code: Type.String(),
        name_zh: Type.String(),
        name_en: Type.String(),
        row: Type.String(),
        change: Change,
        before: Type.String(),
        after: Type.String(),
      }),
    ),
  }),
})
export type ComparisonView = Static<typeof ComparisonView>

export const GateView = Type.Object({
  gate_id: Type.String(),
  version: Type.Integer(),
  against: Type.Integer(),
  days: Type.Integer(),
  state: Type.Unsafe<'waiting' | 'running' | 'done' | 'failed'>({
    type: 'string',
    enum: ['waiting', 'running', 'done', 'failed'],
  }),
  asked_by: Type.String(),
  asked_at: At,
  ended_at: Type.Union([At, Type.Null()]),
  done: Count,
  total: Count,
  last_day: Type.Union([Day, Type.Null()]),
  failure: Type.String(),
  result: Type.Union([ComparisonView, Type.Null()]),
})
export type GateView = Static<typeof GateView>
export const GateList = Type.Object({ gates: Type.Array(GateView) })
export type GateList = Static<typeof GateList>

export const ActivationAskBody = Type.Object(
  {
    id: RequestId,
    from_day: Day,
    gate_id: Type.String({ minLength: 1, maxLength: 64 }),
    reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }),
    vouchers: Type.Optional(VoucherIds),
  },
  { additionalProperties: false },
)
export type ActivationAskBody = Static<typeof ActivationAskBody>
export const ActivationAsked = Type.Object({ review_id: Type.String() })
