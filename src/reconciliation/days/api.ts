import { type Static, Type } from 'typebox'
import { REQUEST_ID } from '../../system/requests.ts'
import { orNull } from '../../system/schema_words.ts'

const closed = { additionalProperties: false }
const At = Type.String({ format: 'date-time' })
const Day = Type.String({ format: 'date', examples: ['2026-11-20'] })

export const DayKey = Type.Object({ day_id: Type.Integer({ minimum: 1 }) })

export const ProofView = Type.Object({
  at: At,
  ok: Type.Boolean(),
  currencies: Type.Array(
    Type.Object({
      currency: Type.String(),
      ours: Type.String(),
      theirs: Type.String(),
      steps: Type.Array(
        Type.Object({
          step: Type.String(),
          zh: Type.String(),
          en: Type.String(),
          rows: Type.Integer(),
          amount: Type.String(),
        }),
      ),
      rest: Type.String({ description: '平账时为 0 Zero when it holds' }),
    }),
  ),
})
export type ProofView = Static<typeof ProofView>

export const DayView = Type.Object({
  day_id: Type.Integer(),
  channel: Type.String(),
  account: Type.String(),
  business_date: Day,
  state: Type.Unsafe<string>({ type: 'string', enum: ['waiting', 'settling', 'provisional', 'closed'] }),
  closes_at: At,
  closes_in: Type.Integer({
    description: '距关账时限的秒数，负数为已逾期 Seconds until then by the platform’s clock; negative: late',
  }),
  provisional_at: orNull(At),
  closed_at: orNull(At),
  closed_by: Type.String(),
  blocked: Type.String(),
  blocked_why: orNull(Type.Object({ zh: Type.String(), en: Type.String() })),
  run: Type.Integer(),
  rules: orNull(Type.Integer({ description: '所用规则版本 Version of the rules it was decided by' })),
  proof: orNull(ProofView),
  self_check: orNull(
    Type.Object({ at: At, ok: Type.Boolean(), sampled: Type.Integer(), disagreements: Type.Array(Type.String()) }),
  ),
  totals: Type.Array(
    Type.Object({
      currency: Type.String(),
      state: Type.String(),
      kind: Type.String(),
      rows: Type.Integer(),
      amount: Type.String(),
    }),
  ),
  discrepancies: Type.Array(Type.Object({ kind: Type.String(), state: Type.String(), rows: Type.Integer() })),
  settlements: Type.Array(
    Type.Object({
      settlement_id: Type.Integer(),
      currency: Type.String(),
      state: Type.String(),
      payout: Type.String(),
    }),
    { description: '三方对账；只给能看全部收费单位的人 The third leg, for whoever sees all merchants' },
  ),
})
export type DayView = Static<typeof DayView>

export const DayQuery = Type.Object(
  {
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    channel: Type.Optional(Type.String({ maxLength: 32 })),
    account: Type.Optional(Type.String({ maxLength: 32 })),
    state: Type.Optional(
      Type.Unsafe<string>({ type: 'string', enum: ['waiting', 'settling', 'provisional', 'closed', 'open'] }),
    ),
  },
  closed,
)
export const DayList = Type.Object({ days: Type.Array(DayView) })
export type DayList = Static<typeof DayList>

export const TotalsQuery = Type.Object(
  {
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    channel: Type.Optional(Type.String({ maxLength: 32 })),
    account: Type.Optional(Type.String({ maxLength: 32 })),
    merchant_no: Type.Optional(Type.String({ maxLength: 64 })),
  },
  closed,
)
export const TotalsView = Type.Object({
  totals: Type.Array(
    Type.Object({
      state: Type.String(),
      kind: Type.String(),
      currency: Type.String(),
      rows: Type.Integer(),
      amount: Type.String(),
      fee: Type.String(),
    }),
  ),
})
export type TotalsView = Static<typeof TotalsView>

export const DayAsk = Type.Object({ id: Type.String({ pattern: REQUEST_ID }) }, closed)
export const ForceAsk = Type.Object(
  {
    id: Type.String({ pattern: REQUEST_ID }),
    reason: Type.String({ minLength: 1, maxLength: 500 }),
    vouchers: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 10 })),
  },
  closed,
)
export const ForceAnswer = Type.Object({ review_id: Type.String() })
export type ForceAnswer = Static<typeof ForceAnswer>
