import { type Static, Type } from 'typebox'
import { AMOUNT_PATTERN } from '../kernel/amount_field.ts'
import { REQUEST_ID } from '../system/requests.ts'
import { oneOf, orNull } from '../system/schema_words.ts'
import { LATENCY_DAYS } from './latency.ts'

/** The shapes of orders and payments over HTTP. Amounts are decimal strings in major units, times RFC 3339 with offset. */

export const RequestId = Type.String({
  pattern: REQUEST_ID,
  description: 'Made by the caller: the same id and content give the same answer. 调用方生成的请求编号',
})
const Amount = Type.String({ pattern: AMOUNT_PATTERN, examples: ['128.60'] })
const Shown = Type.String({ examples: ['128.60'] })
const At = Type.String({ format: 'date-time', examples: ['2026-11-20T10:00:00+08:00'] })
const Day = Type.String({ format: 'date', examples: ['2026-11-30'] })
const Number40 = Type.String({ pattern: '^[A-Za-z0-9_-]{1,40}$' })
const Short = Type.String({ maxLength: 80 })

export const OrderKey = Type.Object({ order_no: Number40 })
export const PaymentKey = Type.Object({ payment_no: Type.String({ minLength: 1, maxLength: 64 }) })

export const OrderAsk = Type.Object(
  {
    order_no: Type.String({
      pattern: '^[A-Za-z0-9_-]{1,40}$',
      description: 'The id of this request too: the same order again is the same order. 缴费单号，同时是请求编号',
    }),
    merchant_no: Number40,
    fee_item_id: Number40,
    account_no: Type.String({ minLength: 1, maxLength: 60, description: '户号 / 学号 …' }),
    payer_name: Type.Optional(Short),
    phone: Type.Optional(Type.String({ pattern: '^\\+?[0-9]{6,20}$', description: 'For result notices. 通知手机号' })),
    email: Type.Optional(Type.String({ maxLength: 120, pattern: '^[^\\s@]+@[^\\s@]+$' })),
    title: Type.Optional(Short),
    period: Type.Optional(Type.String({ maxLength: 40, examples: ['2026-11'] })),
    amount: Amount,
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', default: 'CNY' })),
    due_on: Type.Optional(Day),
  },
  { additionalProperties: false },
)
export type OrderAsk = Static<typeof OrderAsk>

export const OrderView = Type.Object({
  order_no: Type.String(),
  merchant_no: Type.String(),
  fee_item_id: Type.String(),
  account_no: Type.String({ 'x-mask': 'account_no' }),
  title: Type.String(),
  period: Type.String(),
  amount: Shown,
  currency: Type.String(),
  paid: Shown,
  due: Type.String({ description: '待缴金额' }),
  refunded: Shown,
  remaining: Type.String({ description: '剩余金额 What could still be refunded' }),
  refund_flag: oneOf('none', 'partial', 'full'),
  part_payment: Type.Boolean(),
  part_min: Shown,
  due_on: orNull(Day),
  state: oneOf('unpaid', 'part_paid', 'paid', 'closed'),
  created_at: At,
  paid_at: orNull(At),
  closed_at: orNull(At),
  closed_why: Type.String(),
})
export type OrderView = Static<typeof OrderView>

export const BillQuery = Type.Object(
  { merchant_no: Number40, account_no: Type.String({ minLength: 1, maxLength: 60 }) },
  { additionalProperties: false },
)
/** What tells a payer's list of bills from others. */
export const UnderWay = {
  payment_under_way: Type.Boolean({
    description: 'An attempt to pay it may still turn out paid. 有一笔支付还没有结果',
  }),
}
export const BillList = Type.Object({ orders: Type.Array(Type.Object({ ...OrderView.properties, ...UnderWay })) })
export type BillList = Static<typeof BillList>

export const CloseAsk = Type.Object(
  { id: RequestId, reason: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
)

const Channel = oneOf('wechat', 'alipay', 'unionpay', 'bank')
export type PayChannel = Static<typeof Channel>
const Method = oneOf('jsapi', 'native', 'h5', 'page', 'wap', 'precreate', 'gateway', 'transfer')

export const PaymentAsk = Type.Object(
  {
    id: RequestId,
    channel: Channel,
    method: Method,
    amount: Type.Optional(
      Type.String({ pattern: AMOUNT_PATTERN, description: 'Without it: all that is due. 缺省为全部待缴' }),
    ),
    openid: Type.Optional(Type.String({ maxLength: 128, description: 'jsapi only' })),
  },
  { additionalProperties: false },
)
export type PaymentAsk = Static<typeof PaymentAsk>

export type PayMethod = Static<typeof Method>

export const WayList = Type.Object({
  ways: Type.Array(Type.Object({ channel: Channel, methods: Type.Array(Method) }), {
    description: 'Channels that are open, and how each can be paid by. 已开通的渠道与支付方式',
  }),
})
export type WayList = Static<typeof WayList>

const Checkout = Type.Union(
  [
    Type.Object({ kind: Type.Literal('qr'), code_url: Type.String() }),
    Type.Object({ kind: Type.Literal('redirect'), url: Type.String() }),
    Type.Object({
      kind: Type.Literal('form'),
      url: Type.String(),
      fields: Type.Record(Type.String(), Type.String()),
    }),
    Type.Object({ kind: Type.Literal('jsapi'), parameters: Type.Record(Type.String(), Type.String()) }),
    Type.Object({
      kind: Type.Literal('transfer'),
      bank: Type.String(),
      account_name: Type.String(),
      account_no: Type.String(),
      reference: Type.String(),
    }),
  ],
  { description: "What the payer's device needs to go on. 收银台参数" },
)
export type CheckoutView = Static<typeof Checkout>

export const PaymentView = Type.Object({
  payment_no: Type.String(),
  order_no: Type.String(),
  channel: Channel,
  method: Method,
  amount: Shown,
  currency: Type.String(),
  state: oneOf('created', 'pending', 'success', 'failed', 'closed'),
  created_at: At,
  expires_at: At,
  checkout: orNull(Checkout),
  channel_trade_no: Type.String(),
  received: orNull(Shown),
  paid_at: orNull(At),
  credited: Type.Boolean({ description: 'Counted into the order; a surplus is not. 是否计入缴费单' }),
  reason: Type.String(),
  refunded: Shown,
  refunding: Shown,
  remaining: Shown,
  refund_flag: oneOf('none', 'partial', 'full'),
  steps: Type.Array(
    Type.Object({
      step: oneOf('submitted', 'channel_confirmed', 'booked', 'reconciled'),
      done: Type.Boolean(),
      at: orNull(At),
    }),
    { description: '缴费进度：已提交 → 渠道确认 → 已入账 → 已对账' },
  ),
  final: Type.Boolean(),
})
export type PaymentView = Static<typeof PaymentView>

export const RepeatAsk = Type.Object({ id: RequestId }, { additionalProperties: false })

export const RecordQuery = Type.Object(
  {
    merchant_no: Type.Optional(Number40),
    account_no: Type.Optional(Type.String({ maxLength: 60 })),
    order_no: Type.Optional(Number40),
    channel: Type.Optional(Channel),
    state: Type.Optional(oneOf('created', 'pending', 'success', 'failed', 'closed')),
    from: Type.Optional(At),
    to: Type.Optional(At),
    after: Type.Optional(Type.String({ maxLength: 120, description: '`next` of the page before. 上一页的 next' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  },
  { additionalProperties: false },
)
export type RecordQuery = Static<typeof RecordQuery>

export const RecordList = Type.Object({
  records: Type.Array(
    Type.Object({
      payment_no: Type.String(),
      order_no: Type.String(),
      merchant_no: Type.String(),
      merchant_name: Type.String(),
      account_no: Type.String({ 'x-mask': 'account_no' }),
      title: Type.String(),
      period: Type.String(),
      channel: Channel,
      amount: Shown,
      received: orNull(Shown),
      currency: Type.String(),
      state: oneOf('created', 'pending', 'success', 'failed', 'closed'),
      order_state: oneOf('unpaid', 'part_paid', 'paid', 'closed'),
      credited: Type.Boolean(),
      refunded: Shown,
      refund_flag: oneOf('none', 'partial', 'full'),
      channel_trade_no: Type.String(),
      created_at: At,
      paid_at: orNull(At),
      reconciled: Type.Boolean({ description: '是否已对账' }),
    }),
  ),
  next: orNull(Type.String()),
})
export type RecordList = Static<typeof RecordList>
export type PaymentRecordView = Static<typeof RecordList>['records'][number]

export type RecordListView = Static<typeof RecordList>

export const WaitingView = Type.Object({
  summary: Type.Array(
    Type.Object({
      channel: Type.String(),
      state: Type.String(),
      answer: Type.String(),
      count: Type.Integer(),
      oldest: At,
    }),
  ),
  payments: Type.Array(
    Type.Object({
      payment_no: Type.String(),
      order_no: Type.String(),
      channel: Type.String(),
      account: Type.String(),
      amount: Shown,
      currency: Type.String(),
      state: Type.String(),
      created_at: At,
      expires_at: At,
      next_query_at: At,
      queries: Type.Integer(),
      last_answer: Type.String({ description: 'Why it waits. 渠道最近一次答复' }),
    }),
  ),
})

export type WaitingView = Static<typeof WaitingView>

export const AnomalyView = Type.Object({
  order_no: Type.String(),
  payment_no: Type.String(),
  kind: Type.String(),
  evidence: Type.Record(Type.String(), Type.Unknown()),
  found_at: At,
  settled_at: orNull(At),
  settled_by: Type.String(),
  note: Type.String(),
})
export type AnomalyView = Static<typeof AnomalyView>
export const AnomalyList = Type.Object({ anomalies: Type.Array(AnomalyView) })
export type AnomalyList = Static<typeof AnomalyList>
export const AnomalyKey = Type.Object({
  payment_no: Type.String({ maxLength: 64 }),
  kind: oneOf(
    'duplicate_payment',
    'overpayment',
    'order_closed',
    'amount_differs',
    'merchant_differs',
    'denied_after_success',
    'success_after_reversal',
  ),
})
export const SettleAsk = Type.Object(
  { id: RequestId, note: Type.String({ minLength: 1, maxLength: 500 }) },
  { additionalProperties: false },
)

export const RefusedList = Type.Object({
  notices: Type.Array(
    Type.Object({
      at: At,
      channel: Type.String(),
      account: Type.String(),
      address: Type.String(),
      code: Type.String(),
      excerpt: Type.String(),
    }),
  ),
})
export type RefusedList = Static<typeof RefusedList>

export const Limit = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })) },
  { additionalProperties: false },
)

export const LatencyQuery = Type.Object(
  {
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: LATENCY_DAYS,
        default: 7,
        description: 'So many Beijing days, today included. 含今天的天数',
      }),
    ),
  },
  { additionalProperties: false },
)
export const LatencyView = Type.Object({
  latency: Type.Array(
    Type.Object({
      channel: Type.String(),
      day: Day,
      payments: Type.Integer(),
      median_seconds: Type.Number(),
      p95_seconds: Type.Number(),
    }),
  ),
})
export type LatencyView = Static<typeof LatencyView>
