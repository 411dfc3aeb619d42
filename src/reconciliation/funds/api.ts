import { type Static, Type } from 'typebox'
import { VoucherIds } from '../../reviews/api.ts'
import { REQUEST_ID } from '../../system/requests.ts'
import { orNull } from '../../system/schema_words.ts'
import { SETTLEMENT_STATES } from './settlement.ts'

/** The shapes of settlements over HTTP. Money is decimal text in major units. */

const strict = { additionalProperties: false }
const words = <T extends string>(...all: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...all] })
const RequestId = Type.String({ pattern: REQUEST_ID, description: '调用方生成的请求编号 Made by the caller' })
const At = Type.String({ format: 'date-time' })
const Day = Type.String({ format: 'date', examples: ['2026-11-20'] })
const Name = Type.String({ minLength: 1, maxLength: 64 })
const Count = Type.Integer({ minimum: 0 })
const Money = Type.String({ examples: ['1234.50'] })
const Text = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' })

export const SettlementKey = Type.Object({ settlement_id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) })

const State = words(...SETTLEMENT_STATES)

const DifferenceView = Type.Object({
  code: Type.String({ examples: ['fees_differ'] }),
  amount: Money,
  explained: Type.Boolean({ description: '已有解释，无需处理 Nobody needs to act' }),
  message_zh: Type.String(),
  message_en: Type.String(),
  rows: Type.Array(Type.Object({ trade_no: Type.String(), amount: Money })),
})

const bill = {
  rows: Count,
  payments: Count,
  gross: Money,
  refunds: Money,
  fees: Money,
  net: Money,
}

export const SettlementView = Type.Object({
  settlement_id: Type.Integer(),
  channel: Type.String(),
  account: Type.String(),
  business_date: Day,
  currency: Type.String(),
  state: State,
  open: Type.Boolean({ description: '需要人处理 A person must look at it' }),
  trade: Type.Object({ ...bill, fees_missing: Count }, { description: '交易账单 By the trade bill' }),
  funds: orNull(
    Type.Object(
      { ...bill, withdrawn: Money, other: Money, opening: orNull(Money), closing: orNull(Money) },
      { description: '资金账单；null 没有 By the funds bill; null: there is none' },
    ),
  ),
  payout: words('none', 'unknown', 'waiting', 'received', 'differs', 'ambiguous', 'overdue'),
  due: orNull(Money),
  due_on: orNull(Day),
  differences: Type.Array(DifferenceView),
  accepted: orNull(
    Type.Object({
      at: At,
      by: Type.String(),
      reason: Type.String(),
      review_id: Type.String(),
      still_holds: Type.Boolean({ description: '接受后差异没有变化 The differences are those that were accepted' }),
    }),
  ),
  updated_at: At,
})
export type SettlementView = Static<typeof SettlementView>

export const CreditView = Type.Object({
  line: Type.String({ description: '银行对账单编号#记录 Statement#record' }),
  bank: Type.String(),
  paid_on: Day,
  amount: Money,
  currency: Type.String(),
  accounts: Type.Array(Type.String(), { description: '可能的付款账户 Accounts whose patterns know it' }),
  how: orNull(words('exact', 'batch', 'parts', 'differs')),
})
export type CreditView = Static<typeof CreditView>

export const SettlementDetail = Type.Object({
  ...SettlementView.properties,
  credits: Type.Array(CreditView),
  pays_days: Type.Array(Day, { description: '同一笔到账覆盖的账期 Days paid together' }),
  comments: Type.Array(Type.Object({ at: At, by: Type.String(), text: Type.String() })),
})
export type SettlementDetail = Static<typeof SettlementDetail>

const page = {
  after: Type.Optional(
    Type.String({
      pattern: '^\\d{4}-\\d{2}-\\d{2}_\\d{1,19}$',
      description: '`next` of the page before. 上一页的 next',
    }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
}
const period = { from: Type.Optional(Day), to: Type.Optional(Day) }

export const SettlementQuery = Type.Object(
  {
    ...period,
    channel: Type.Optional(Name),
    account: Type.Optional(Name),
    state: Type.Optional(State),
    open: Type.Optional(Type.Boolean()),
    ...page,
  },
  strict,
)
export type SettlementQuery = Static<typeof SettlementQuery>
export const SettlementList = Type.Object({ settlements: Type.Array(SettlementView), next: orNull(Type.String()) })
export type SettlementList = Static<typeof SettlementList>

export const CreditQuery = Type.Object(
  {
    ...period,
    bank: Type.Optional(Name),
    assigned: Type.Optional(Type.Boolean({ description: '是否已对应到账期 Whether it pays a day we know' })),
    ...page,
  },
  strict,
)
export type CreditQuery = Static<typeof CreditQuery>
export const CreditList = Type.Object({ credits: Type.Array(CreditView), next: orNull(Type.String()) })
export type CreditList = Static<typeof CreditList>

export const CommentAsk = Type.Object({ id: RequestId, text: Text }, strict)
export type CommentAsk = Static<typeof CommentAsk>

export const AcceptAsk = Type.Object({ id: RequestId, reason: Text, vouchers: Type.Optional(VoucherIds) }, strict)
export type AcceptAsk = Static<typeof AcceptAsk>
export const AcceptAnswer = Type.Object({ review_id: Type.String() })
