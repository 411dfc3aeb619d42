import { type Static, Type } from 'typebox'
import { AMOUNT_PATTERN } from '../kernel/amount_field.ts'
import { DISCREPANCY_KINDS, type DiscrepancyKind } from '../matching/entry.ts'
import { VoucherIds, VoucherView } from '../reviews/api.ts'
import { REQUEST_ID } from '../system/requests.ts'
import { oneOf } from '../system/schema_words.ts'
import { ACTION_CODES, type Action, type State } from './actions.ts'

/** The shapes of discrepancies over HTTP. Amounts are decimal strings in major units. */

const closed = { additionalProperties: false }
const At = Type.String({ format: 'date-time' })
const Day = Type.String({ format: 'date' })
const maybe = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const RequestId = Type.String({ pattern: REQUEST_ID, description: 'Made by the caller. 由调用方生成' })
const Id = Type.String({ pattern: '^[1-9][0-9]{0,14}$' })
const Name = Type.String({ maxLength: 64 })
const Words = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '\\S' })

const Kind = oneOf<DiscrepancyKind>(...DISCREPANCY_KINDS)
const StateOf = oneOf<State>('open', 'waived', 'explained', 'replaced', 'resolved')
const Side = oneOf('ours', 'theirs')
/** Matching by hand takes rows of several: it has a route of its own. */
const ActionOf = oneOf<Exclude<Action, 'match'>>(...ACTION_CODES.filter(code => code !== 'match'))
const Amount = Type.String({ examples: ['128.60'] })

export const DiscrepancyKey = Type.Object({ discrepancy_id: Id })
export const DiscrepancyVoucherKey = Type.Object({ discrepancy_id: Id, voucher_id: Name })

const filter = {
  state: Type.Optional(StateOf),
  kind: Type.Optional(
    Type.String({
      pattern: '^[a-z_]+(,[a-z_]+)*$',
      maxLength: 300,
      description: 'One or several, by commas. 可用逗号并列',
    }),
  ),
  cause: Type.Optional(Name),
  from: Type.Optional(Day),
  to: Type.Optional(Day),
  channel: Type.Optional(Name),
  account: Type.Optional(Name),
  merchant_no: Type.Optional(Name),
  currency: Type.Optional(
    Type.String({ pattern: '^[A-Z]{3}$', default: 'CNY', description: 'Of the amounts asked for.' }),
  ),
  owner: Type.Optional(
    Type.String({ maxLength: 64, description: '`mine`, `nobody`, or a person such as `staff:li`. 处理人' }),
  ),
  older_than_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 3660, description: '账龄（天）' })),
  overdue: Type.Optional(Type.Boolean({ description: '只看已超时' })),
  amount_from: Type.Optional(Type.String({ pattern: AMOUNT_PATTERN })),
  amount_to: Type.Optional(Type.String({ pattern: AMOUNT_PATTERN })),
  number: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'Of an order, payment, refund, batch, or of the channel. 任一号码',
    }),
  ),
}
export const DiscrepancyQuery = Type.Object(
  {
    ...filter,
    order: Type.Optional(oneOf('due', 'newest')),
    after: Type.Optional(Type.String({ maxLength: 60, description: '`next` of the page before. 上一页的 next' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  },
  closed,
)
export type DiscrepancyQuery = Static<typeof DiscrepancyQuery>
export const TotalsQuery = Type.Object(filter, closed)
export type FilterQuery = Static<typeof TotalsQuery>

const shown = {
  discrepancy_id: Type.String(),
  kind: Kind,
  state: StateOf,
  channel: Type.String(),
  account: Type.String(),
  business_date: Day,
  day: Type.String({ format: 'date', description: 'The day it is worked on with. 现所在账期' }),
  merchant_no: Type.String(),
  amount: Amount,
  difference: Type.String({ description: 'Theirs minus ours. 渠道减平台' }),
  currency: Type.String(),
  by_currency: maybe(Type.Record(Type.String(), Type.String())),
  cause: Type.String({ description: 'The likely one: of the library, else the engine’s. 可能原因' }),
  engine_cause: Type.String(),
  evidence_zh: Type.String(),
  evidence_en: Type.String(),
  owner: Type.String(),
  owner_name: Type.String(),
  opened_at: At,
  age_days: Type.Integer(),
  due_at: maybe(At),
  overdue: Type.Boolean(),
  waits_until: maybe(At),
  waits_why: Type.String(),
  ended_at: maybe(At),
  ended_by: Type.String(),
  action: Type.String({ description: 'What ended it. 处理方式' }),
  reason: Type.String(),
  true_cause: Type.String(),
  review_id: Type.String({ description: 'The second person’s question, or empty. 复核编号' }),
  asked_action: Type.String({ description: 'What that question is about. 待复核的处理' }),
  refund_no: Type.String(),
}
export const DiscrepancyView = Type.Object(shown)
export type DiscrepancyView = Static<typeof DiscrepancyView>
export const DiscrepancyList = Type.Object({ discrepancies: Type.Array(DiscrepancyView), next: maybe(Type.String()) })
export type DiscrepancyList = Static<typeof DiscrepancyList>

export const TotalsView = Type.Object({
  totals: Type.Array(
    Type.Object({
      kind: Kind,
      state: StateOf,
      currency: Type.String(),
      count: Type.Integer(),
      overdue: Type.Integer(),
      amount: Type.String(),
      difference: Type.String(),
    }),
  ),
})
export type TotalsView = Static<typeof TotalsView>

export const FiguresView = Type.Object({
  figures: Type.Array(
    Type.Object({
      cause: Type.String(),
      age: oneOf('today', 'days_1_3', 'days_4_7', 'older'),
      currency: Type.String(),
      count: Type.Integer(),
      amount: Type.String(),
    }),
  ),
})
export type FiguresView = Static<typeof FiguresView>

const RowView = Type.Object({
  side: Side,
  order_no: Type.String(),
  row_id: Type.String(),
  name: Type.String({ description: 'Our payment or refund number; FILE#N of a statement. 名称' }),
  file: Type.String(),
  record: maybe(Type.Integer({ description: '账单中的第几条记录' })),
  kind: Type.String(),
  status: Type.String(),
  amount: Type.String(),
  currency: Type.String(),
  occurred_at: maybe(At),
  business_date: Day,
  channel_trade_no: Type.String(),
  merchant_order_no: Type.String(),
  refund_no: Type.String(),
  channel_refund_no: Type.String(),
  fee: maybe(Type.String()),
  batch_no: Type.String(),
  merchant: Type.String(),
  live: Type.Boolean({ description: 'This discrepancy is the row’s place. 是否仍在本差错中' }),
})
export type RowView = Static<typeof RowView>

export const OpenRowQuery = Type.Object(
  {
    side: Side,
    channel: Name,
    account: Name,
    currency: Type.String({ pattern: '^[A-Z]{3}$', default: 'CNY' }),
    amount: Type.Optional(
      Type.String({ pattern: AMOUNT_PATTERN, description: 'Of exactly this size, whatever its sign. 金额（绝对值）' }),
    ),
    discrepancy_id: Type.Optional(Id),
    number: filter.number,
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    after: Type.Optional(
      Type.String({ pattern: '^\\d{1,19}$', description: '`next` of the page before. 上一页的 next' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  closed,
)
export type OpenRowQuery = Static<typeof OpenRowQuery>
const OpenRowView = Type.Object({
  discrepancy_id: Type.String(),
  discrepancy_kind: Kind,
  key: Type.Object(
    { side: Side, order_no: Type.String(), row_id: Type.String() },
    { description: 'For POST /api/matches. 手工匹配时原样带回' },
  ),
  moved: Type.String({ description: 'What it counts for, signed; 0 where no money moved. 计入的金额' }),
  row: RowView,
})
export type OpenRowView = Static<typeof OpenRowView>
export const OpenRowList = Type.Object({ rows: Type.Array(OpenRowView), next: maybe(Type.String()) })
export type OpenRowList = Static<typeof OpenRowList>

export const DiscrepancyDetail = Type.Object({
  ...shown,
  actions: Type.Array(oneOf<Action>(...ACTION_CODES), {
    description: 'What the caller can do now. 当前用户可做的操作',
  }),
  rules_version: Type.Integer({ description: 'By which the run decided. 规则版本' }),
  linked_to: Type.Array(Type.String(), { description: 'The pair that a surplus repeats. 重复的原笔' }),
  rows: Type.Array(RowView),
  compared: Type.Array(
    Type.Object({
      field: Type.String(),
      ours: Type.Array(Type.String()),
      theirs: Type.Array(Type.String()),
      equal: Type.Boolean(),
    }),
    { description: 'Where both sides have rows: what they say, field by field. 逐项比较' },
  ),
  payments: Type.Array(
    Type.Object({
      payment_no: Type.String(),
      order_no: Type.String(),
      state: Type.String(),
      merchant_no: Type.String(),
      title: Type.String(),
      account_no: Type.String({ 'x-mask': 'account_no' }),
      payer_name: Type.String({ 'x-mask': 'payer_name' }),
      confirmed_at: maybe(At),
      confirmed_by: Type.String(),
      confirmed_why: Type.String(),
      anomalies: Type.Array(
        Type.Object({ kind: Type.String(), found_at: At, settled_at: maybe(At), note: Type.String() }),
      ),
    }),
    { description: 'Of the platform, at most 10. 相关支付' },
  ),
  match_group: maybe(Type.String()),
  matched_movement: maybe(Type.Object({ order_no: Type.String(), movement_id: Type.String() })),
  replaced_by: maybe(Type.String()),
  comments: Type.Array(Type.Object({ at: At, by: Type.String(), by_name: Type.String(), text: Type.String() })),
  vouchers: Type.Array(VoucherView),
  history: Type.Array(
    Type.Object({ at: At, what: Type.String(), by: Type.String(), by_name: Type.String(), detail: Type.String() }),
    { description: 'Acts, newest first, at most 200. 操作记录' },
  ),
})
export type DiscrepancyDetail = Static<typeof DiscrepancyDetail>

const doing = {
  action: ActionOf,
  reason: Type.Optional(Type.String({ maxLength: 500 })),
  until: Type.Optional(Type.String({ format: 'date-time', description: 'Of `wait`. 等待至' })),
  owner: Type.Optional(Type.String({ maxLength: 64, description: 'Of `assign`: a log-in name. 被指派人登录名' })),
  true_cause: Type.Optional(
    Type.String({ maxLength: 40, description: 'As it turned out; default the likely one. 认定的原因' }),
  ),
  vouchers: Type.Optional(VoucherIds),
}
export const ActAsk = Type.Object({ id: RequestId, ...doing }, closed)
export type ActAsk = Static<typeof ActAsk>
export const BulkAsk = Type.Object(
  {
    id: RequestId,
    discrepancies: Type.Array(Id, { minItems: 1, maxItems: 500, uniqueItems: true }),
    ...doing,
  },
  closed,
)
export const CommentAsk = Type.Object({ id: RequestId, text: Words(1000) }, closed)
export const VouchersAsk = Type.Object({ id: RequestId, vouchers: VoucherIds }, closed)

export const OUTCOMES = ['done', 'awaiting_review', 'refund_asked', 'booked'] as const
export type Outcome = (typeof OUTCOMES)[number]
const answered = {
  outcome: oneOf<Outcome>(...OUTCOMES),
  review_id: Type.String(),
  refund_no: Type.String(),
}
export const ActAnswer = Type.Object({ ...answered, discrepancy: DiscrepancyDetail })
export type ActAnswer = Static<typeof ActAnswer>
export const BulkAnswer = Type.Object({
  done: Type.Integer(),
  refused: Type.Integer(),
  results: Type.Array(
    Type.Object({
      discrepancy_id: Type.String(),
      outcome: oneOf<Outcome | 'refused'>(...OUTCOMES, 'refused'),
      review_id: Type.String(),
      refund_no: Type.String(),
      code: Type.String(),
      message_zh: Type.String(),
      message_en: Type.String(),
    }),
  ),
})
export type BulkAnswer = Static<typeof BulkAnswer>

const RowKeyOf = Type.Object(
  { side: Side, order_no: Type.String({ maxLength: 80 }), row_id: Type.String({ pattern: '^[0-9]{1,19}$' }) },
  closed,
)
export const MatchAsk = Type.Object(
  {
    id: RequestId,
    discrepancies: Type.Optional(
      Type.Array(Id, { maxItems: 200, uniqueItems: true, description: 'All their rows. 整个差错的全部记录' }),
    ),
    rows: Type.Optional(
      Type.Array(RowKeyOf, { maxItems: 1000, description: 'Single rows of open discrepancies. 单笔记录' }),
    ),
    reason: Words(500),
    true_cause: doing.true_cause,
    vouchers: Type.Optional(VoucherIds),
  },
  closed,
)
export type MatchAsk = Static<typeof MatchAsk>
export const MatchAnswer = Type.Object({
  outcome: oneOf<'done' | 'awaiting_review'>('done', 'awaiting_review'),
  review_id: Type.String(),
  match_group: Type.String(),
  difference: Type.String(),
  currency: Type.String(),
})
export type MatchAnswer = Static<typeof MatchAnswer>

export const UnmatchAsk = Type.Object(
  {
    id: RequestId,
    match_group: Type.Optional(Id),
    order_no: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    payment_no: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'With order_no: our row of the match. 平台流水号，与缴费单号同时给出',
      }),
    ),
    reason: Words(500),
    vouchers: Type.Optional(VoucherIds),
  },
  closed,
)
export const UnmatchAnswer = Type.Object({
  outcome: oneOf<'done' | 'awaiting_review'>('done', 'awaiting_review'),
  review_id: Type.String(),
  discrepancies: Type.Array(Type.String(), { description: 'What its rows stand in now. 拆开后的差错' }),
})
export type UnmatchAnswer = Static<typeof UnmatchAnswer>
