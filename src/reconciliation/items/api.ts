import { type Static, Type } from 'typebox'
import { AMOUNT_PATTERN } from '../../kernel/amount_field.ts'
import { REQUEST_ID } from '../../system/requests.ts'
import { oneOf, orNull } from '../../system/schema_words.ts'
import { ITEM_STATES } from './item.ts'

/** Shapes of items over HTTP. Amounts are decimal strings in major units, times RFC 3339 with offset. */
const closed = { additionalProperties: false }
const At = Type.String({ format: 'date-time' })
const Day = Type.String({ format: 'date', examples: ['2026-11-20'] })
const Short = Type.String({ minLength: 1, maxLength: 64 })
const RequestId = Type.String({ pattern: REQUEST_ID, description: '调用方生成的请求编号 Made by the caller' })

export const ItemKey = Type.Object({ payment_no: Type.String({ minLength: 1, maxLength: 64 }) })

export const ItemView = Type.Object({
  place: Type.Integer({
    description: '在列表中的位置：after=place 从其后继续 Where it stands: `after` goes on behind it',
  }),
  payment_no: Type.String(),
  order_no: Type.String(),
  title: Type.String(),
  account_no: Type.String({ 'x-mask': 'account_no' }),
  payer_name: Type.String({ 'x-mask': 'payer_name' }),
  kind: oneOf('payment', 'refund'),
  merchant_no: Type.String(),
  fee_item_id: Type.String(),
  channel: Type.String(),
  account: Type.String(),
  channel_trade_no: Type.String(),
  amount: Type.String({ examples: ['128.60'] }),
  currency: Type.String(),
  paid_at: orNull(At),
  business_date: Day,
  day_id: orNull(Type.Integer()),
  state: oneOf(...ITEM_STATES),
  flags: Type.Array(Type.String()),
  anomalous: Type.Boolean({ description: '确认时须说明理由 Confirmed only with a reason' }),
  doubt: orNull(
    Type.Object({
      kind: Type.String(),
      cause: Type.String(),
      expected: Type.Record(Type.String(), Type.String()),
      found: Type.Record(Type.String(), Type.String()),
      zh: Type.String(),
      en: Type.String(),
    }),
  ),
  discrepancy_id: orNull(Type.Integer()),
  confirmed: orNull(Type.Object({ at: At, by: Type.String(), kind: Type.String(), reason: Type.String() })),
  undoable: Type.Boolean({ description: '确认可以撤回 Its confirmation can be taken back' }),
  review_id: orNull(Type.String({ description: '待第二人复核 A second person is asked to confirm it' })),
})
export type ItemView = Static<typeof ItemView>

export const ItemDetail = Type.Object({
  ...ItemView.properties,
  second_person: Type.Boolean({ description: '确认须第二人复核 Its confirmation needs a second person' }),
  match: orNull(
    Type.Object({
      pass: Type.String(),
      run: Type.Integer(),
      rules: orNull(Type.Integer({ description: '规则版本 Version of the rules' })),
      difference: Type.String(),
      by: Type.String({ description: '手工匹配人 Who matched it by hand' }),
      reason: Type.String(),
      group: orNull(Type.Integer()),
    }),
  ),
  lines: Type.Array(
    Type.Object({
      file: Type.String(),
      file_id: Type.Integer(),
      record: Type.Integer({ description: '账单中的第几条记录 Which record of the file' }),
      kind: Type.String(),
      status: Type.String(),
      amount: Type.String(),
      currency: Type.String(),
      occurred_at: orNull(At),
      channel_trade_no: Type.String(),
      fee: orNull(Type.String()),
    }),
    { description: '与之匹配或同属一件差错的对账单记录 Lines it is matched with, or in one discrepancy with' },
  ),
  confirmations: Type.Array(
    Type.Object({ at: At, by: Type.String(), kind: Type.String(), reason: Type.String(), undone_at: orNull(At) }),
  ),
})
export type ItemDetail = Static<typeof ItemDetail>

export const ItemQuery = Type.Object(
  {
    channel: Type.Optional(Short),
    account: Type.Optional(Type.String({ maxLength: 32 })),
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    merchant_no: Type.Optional(Short),
    least: Type.Optional(Type.String({ pattern: AMOUNT_PATTERN })),
    most: Type.Optional(Type.String({ pattern: AMOUNT_PATTERN })),
    state: Type.Optional(oneOf('open', ...ITEM_STATES)),
    number: Type.Optional(Type.String({ minLength: 4, maxLength: 64, description: '任意号码 Any number' })),
    after: Type.Optional(Type.Integer({ minimum: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  closed,
)
export type ItemQuery = Static<typeof ItemQuery>
export const ItemList = Type.Object({ items: Type.Array(ItemView), next: orNull(Type.Integer()) })
export type ItemList = Static<typeof ItemList>

export const PlaceQuery = Type.Object(
  { at: At, channel: Type.Optional(Short), account: Type.Optional(Type.String({ maxLength: 32 })) },
  closed,
)
export const PlaceAnswer = Type.Object({ after: orNull(Type.Integer()) })

export const ConfirmAsk = Type.Object({ id: RequestId, reason: Type.Optional(Type.String({ maxLength: 500 })) }, closed)
export const UndoAsk = Type.Object({ id: RequestId }, closed)
export const ConfirmAnswer = Type.Object({
  payment_no: Type.String(),
  state: oneOf('awaiting_review', ...ITEM_STATES),
  review_id: orNull(Type.String()),
  report: orNull(Type.Integer({ description: '异常交易专项报告编号 Number of the anomaly report' })),
})
export type ConfirmAnswer = Static<typeof ConfirmAnswer>
export const BulkAsk = Type.Object(
  {
    id: RequestId,
    payment_nos: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      minItems: 1,
      maxItems: 200,
      uniqueItems: true,
    }),
    reason: Type.Optional(Type.String({ maxLength: 500 })),
  },
  closed,
)
export const BulkAnswer = Type.Object({
  results: Type.Array(
    Type.Object({
      payment_no: Type.String(),
      state: orNull(oneOf('awaiting_review', ...ITEM_STATES)),
      review_id: orNull(Type.String()),
      report: orNull(Type.Integer()),
      error: orNull(Type.Object({ code: Type.String(), message_zh: Type.String(), message_en: Type.String() })),
    }),
  ),
})
export type BulkAnswer = Static<typeof BulkAnswer>

export const ReportQuery = Type.Object(
  {
    after: Type.Optional(Type.Integer({ minimum: 1 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  closed,
)
export const ReportList = Type.Object({
  reports: Type.Array(
    Type.Object({
      id: Type.Integer(),
      at: At,
      payment_no: Type.String(),
      order_no: Type.String(),
      merchant_no: Type.String(),
      channel: Type.String(),
      business_date: Day,
      amount: Type.String(),
      currency: Type.String(),
      kind: Type.String(),
      cause: Type.String(),
      expected: Type.Record(Type.String(), Type.String()),
      found: Type.Record(Type.String(), Type.String()),
      reason: Type.String(),
      by: Type.String(),
    }),
  ),
  next: orNull(Type.Integer()),
})
export type ReportList = Static<typeof ReportList>
