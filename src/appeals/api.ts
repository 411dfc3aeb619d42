import { type Static, Type } from 'typebox'
import { PaymentKey } from '../orders/api.ts'
import { VoucherIds, VoucherView } from '../reviews/api.ts'
import { REQUEST_ID } from '../system/requests.ts'
import { oneOf } from '../system/schema_words.ts'
import {
  ACTS,
  type AppealAct,
  type AppealKind,
  type AppealState,
  KINDS,
  STATES,
  VERDICTS,
  type Verdict,
} from './appeal.ts'

/** The shapes of appeals over HTTP, and the section `appeals` of the configuration. */

export const AppealSection = Type.Object(
  {
    hours: Type.Integer({ minimum: 1, maximum: 240, default: 24, description: 'From filing to the answer. 答复时限' }),
    remind_at_hours: Type.Array(Type.Integer({ minimum: 1, maximum: 240 }), {
      maxItems: 10,
      default: [12, 20],
      description: 'Reminders to the staff, in hours after filing. 提醒时点',
    }),
    per_payer_and_day: Type.Integer({ minimum: 1, maximum: 100, default: 5, description: 'Appeals. 每人每日申诉' }),
    vouchers_per_payer_and_day: Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 20,
      description: 'Files with them. 每人每日附件',
    }),
    mail_to: Type.Array(Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$' }), {
      default: [],
      description: 'Who hears of what is due and overdue. 提醒和超时通知的收件人',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type AppealSection = Static<typeof AppealSection>

const At = Type.String({ format: 'date-time' })
const maybe = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const RequestId = Type.String({ pattern: REQUEST_ID, description: 'Made by the caller. 由调用方生成' })
const Id = Type.String({ minLength: 1, maxLength: 64 })
const Words = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '\\S' })

const Kind = oneOf<AppealKind>(...KINDS)
const State = oneOf<AppealState>(...STATES)

export const AppealKey = Type.Object({ appeal_id: Id })
export const AppealVoucherKey = Type.Object({ appeal_id: Id, voucher_id: Id })

export const FileAsk = Type.Object(
  {
    id: RequestId,
    payment_no: PaymentKey.properties.payment_no,
    kind: Kind,
    text: Words(1000),
    channel_trade_no: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: '渠道（微信、支付宝、银行）的交易号' }),
    ),
    email: Type.Optional(
      Type.String({ maxLength: 120, pattern: '^[^\\s@]+@[^\\s@]+$', description: '除短信外也用邮件答复' }),
    ),
    vouchers: Type.Optional(VoucherIds),
  },
  { additionalProperties: false },
)
export const DoAsk = Type.Object({ id: RequestId }, { additionalProperties: false })
export const WithdrawAsk = Type.Object(
  { id: RequestId, reason: Type.Optional(Type.String({ maxLength: 500 })) },
  { additionalProperties: false },
)
export const CommentAsk = Type.Object({ id: RequestId, text: Words(1000) }, { additionalProperties: false })
export const LinkAsk = Type.Object(
  { id: RequestId, discrepancy_id: maybe(Type.String({ pattern: '^[1-9][0-9]{0,14}$' })) },
  { additionalProperties: false },
)
export const AnswerAsk = Type.Object(
  {
    id: RequestId,
    verdict: oneOf<Verdict>(...VERDICTS),
    text: Type.String({
      minLength: 1,
      maxLength: 1000,
      pattern: '\\S',
      description: 'What the payer is told. 答复内容',
    }),
  },
  { additionalProperties: false },
)

const about = {
  appeal_id: Type.String(),
  kind: Kind,
  state: State,
  payment_no: Type.String(),
  order_no: Type.String(),
  title: Type.String(),
  channel: Type.String(),
  amount: Type.String({ examples: ['128.60'] }),
  currency: Type.String(),
  channel_trade_no: Type.String(),
  text: Type.String({ description: 'As the payer wrote it; for the staff numbers are masked as everywhere. 申诉内容' }),
  filed_at: At,
  due_at: At,
  seconds_left: Type.Integer({ description: '剩余秒数；超时为负，已结束为 0' }),
  overdue: Type.Boolean(),
  ended_at: maybe(At),
  verdict: maybe(oneOf<Verdict>(...VERDICTS)),
  answer: Type.String({ description: '给缴费人的答复' }),
}
const OwnVoucher = Type.Object({
  voucher_id: Type.String(),
  name: Type.String(),
  media_type: Type.String(),
  size: Type.Integer(),
})
export const OwnAppealView = Type.Object({ ...about, email: Type.String(), vouchers: Type.Array(OwnVoucher) })
export type OwnAppealView = Static<typeof OwnAppealView>
export const OwnAppealList = Type.Object({ appeals: Type.Array(OwnAppealView) })
export type OwnAppealList = Static<typeof OwnAppealList>

const shown = {
  ...about,
  merchant_no: Type.String(),
  filed_by: Type.String({ description: 'The payer, by his masked phone. 缴费人（手机号已遮蔽）' }),
  email: Type.String({ 'x-mask': 'email' }),
  vouchers: Type.Array(VoucherView),
  reminded: Type.Integer({ description: '已提醒次数' }),
  escalated_at: maybe(At),
  owner: Type.String(),
  owner_name: Type.String(),
  discrepancy_id: maybe(Type.String()),
  ended_by: Type.String(),
  ended_name: Type.String(),
}
export const AppealView = Type.Object(shown)
export type AppealView = Static<typeof AppealView>
export const AppealDetail = Type.Object({
  ...shown,
  payment_state: Type.String(),
  reconciled: Type.Boolean(),
  channel_says_trade_no: Type.String({ description: 'Of the payment as the platform knows it. 平台记录的渠道交易号' }),
  account_no: Type.String({ 'x-mask': 'account_no' }),
  payer_name: Type.String({ 'x-mask': 'payer_name' }),
  discrepancies: Type.Array(Type.String(), { description: 'Open ones the payment stands in. 该笔缴费所在的未结差错' }),
  comments: Type.Array(Type.Object({ at: At, by: Type.String(), by_name: Type.String(), text: Type.String() })),
  acts: Type.Array(oneOf<AppealAct>(...ACTS), { description: 'What the caller can do now. 当前用户可做的操作' }),
})
export type AppealDetail = Static<typeof AppealDetail>

export const AppealQuery = Type.Object(
  {
    state: Type.Optional(State),
    kind: Type.Optional(Kind),
    owner: Type.Optional(oneOf('mine', 'nobody')),
    overdue: Type.Optional(Type.Boolean({ description: '只看已超时' })),
    merchant_no: Type.Optional(Type.String({ maxLength: 40 })),
    channel: Type.Optional(Type.String({ maxLength: 40 })),
    payment_no: Type.Optional(Type.String({ maxLength: 64 })),
    after: Type.Optional(Type.String({ maxLength: 120, description: '`next` of the page before. 上一页的 next' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  },
  { additionalProperties: false },
)
export const AppealList = Type.Object({ appeals: Type.Array(AppealView), next: maybe(Type.String()) })
export type AppealList = Static<typeof AppealList>

export const FiguresQuery = Type.Object(
  {
    from: Type.Optional(
      Type.String({ format: 'date-time', description: 'Filed from; default 30 days ago. 提交时间起' }),
    ),
    to: Type.Optional(
      Type.String({ format: 'date-time', description: 'Filed before; default now. 提交时间止（不含）' }),
    ),
  },
  { additionalProperties: false },
)
export const AppealFigures = Type.Object({
  from: At,
  to: At,
  open: Type.Integer(),
  overdue: Type.Integer(),
  filed: Type.Integer(),
  answered: Type.Integer(),
  closed_by_reconciliation: Type.Integer(),
  withdrawn: Type.Integer(),
  median_answer_seconds: maybe(Type.Integer()),
  answered_in_time_share: maybe(Type.Number({ description: 'Of those answered or overdue; 0 to 1. 按时答复率' })),
})
export type AppealFigures = Static<typeof AppealFigures>
