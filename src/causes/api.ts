import { type Static, Type } from 'typebox'
import { REQUEST_ID } from '../system/requests.ts'
import { Conditions } from './conditions.ts'

/** The shapes of the library of causes 异常场景库 over HTTP. */

const At = Type.String({ format: 'date-time' })
const maybe = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const RequestId = Type.String({ pattern: REQUEST_ID, description: 'Made by the caller. 由调用方生成' })
const Words = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '\\S' })
const closed = { additionalProperties: false }

export const CauseKey = Type.Object({ cause: Type.String({ pattern: '^[a-z][a-z0-9_]{2,39}$' }) })

const told = {
  name_zh: Words(60),
  name_en: Words(60),
  recognised: Words(1000),
  what_to_do: Words(1000),
  whom_to_ask: Type.Optional(Type.String({ maxLength: 200 })),
  usual_action: Type.Optional(Type.String({ maxLength: 40, description: 'A code of the actions. 常用处理方式' })),
  conditions: Conditions,
  priority: Type.Integer({ minimum: 1, maximum: 1000, description: 'The lowest that holds counts. 数字小的优先' }),
}

export const CauseAsk = Type.Object(
  { id: RequestId, code: CauseKey.properties.cause, ...told, reason: Words(500) },
  closed,
)
export const VersionAsk = Type.Object({ id: RequestId, ...told, reason: Words(500) }, closed)
export const RetireAsk = Type.Object({ id: RequestId, reason: Words(500) }, closed)
export const ApplyAsk = Type.Object({ id: RequestId }, closed)
export const TrialAsk = Type.Object(
  {
    code: Type.Optional(CauseKey.properties.cause),
    conditions: Conditions,
    priority: told.priority,
  },
  closed,
)

const Counts = Type.Object({ open: Type.Integer(), past: Type.Integer() })
export const TrialView = Type.Object({
  tried: Counts,
  holds: Type.Object(
    { open: Type.Integer(), past: Type.Integer() },
    { description: 'Its conditions hold. 条件成立的差错数' },
  ),
  takes: Type.Object(
    { open: Type.Integer(), past: Type.Integer() },
    { description: 'It would be the likely cause, by its priority. 按优先级会归入的差错数' },
  ),
  covered_by: Type.Array(Type.Object({ cause: Type.String(), count: Type.Integer() }), {
    description: 'Others come first where it holds. 被更优先的场景盖住',
  }),
  taken_from: Type.Array(Type.Object({ cause: Type.String(), count: Type.Integer() }), {
    description: 'Whose discrepancies it would take. 从哪些原因取得',
  }),
  examples: Type.Array(Type.String(), { description: 'Discrepancies that it would take, at most 20. 差错编号' }),
})
export type TrialView = Static<typeof TrialView>

export const CauseVersionView = Type.Object({
  version: Type.Integer(),
  ...told,
  whom_to_ask: Type.String(),
  usual_action: Type.String(),
  retired: Type.Boolean(),
  author: Type.String(),
  author_name: Type.String(),
  reason: Type.String(),
  created_at: At,
})
export type CauseVersionView = Static<typeof CauseVersionView>

const Figures = Type.Object({
  found: Type.Integer({ description: '发现次数' }),
  open: Type.Integer({ description: '未结' }),
  resolved: Type.Integer({ description: '由人处理完的' }),
  right: Type.Integer({ description: '其中判断正确的' }),
  right_share: maybe(Type.Number({ description: 'Of those resolved by people; 0 to 1. 准确率' })),
  turned_out: Type.Integer({ description: 'Resolved with this as the true cause. 最终认定为此原因' }),
  median_seconds: maybe(Type.Integer({ description: '处理用时中位数（秒）' })),
  usual_action: Type.String({ description: 'What people did most often. 最常用的处理' }),
})
export type Figures = Static<typeof Figures>

export const CauseView = Type.Object({
  cause: Type.String(),
  origin: Type.Unsafe<'built_in' | 'added'>({ type: 'string', enum: ['built_in', 'added'] }),
  name_zh: Type.String(),
  name_en: Type.String(),
  recognised_zh: Type.String(),
  recognised_en: Type.String(),
  what_to_do_zh: Type.String(),
  what_to_do_en: Type.String(),
  whom_to_ask_zh: Type.String(),
  whom_to_ask_en: Type.String(),
  usual_action: Type.String(),
  priority: maybe(Type.Integer()),
  retired: Type.Boolean(),
  figures: Figures,
})
export type CauseView = Static<typeof CauseView>
export const CauseDetail = Type.Object({
  ...CauseView.properties,
  versions: Type.Array(CauseVersionView, { description: 'Newest first; none for those of the program. 版本' }),
})
export type CauseDetail = Static<typeof CauseDetail>
export const CauseList = Type.Object({ from: At, to: At, causes: Type.Array(CauseView) })
export type CauseList = Static<typeof CauseList>

export const CauseQuery = Type.Object(
  {
    from: Type.Optional(
      Type.String({ format: 'date-time', description: 'Found from; default 90 days ago. 发现时间起' }),
    ),
    to: Type.Optional(
      Type.String({ format: 'date-time', description: 'Found before; default now. 发现时间止（不含）' }),
    ),
  },
  closed,
)
export const Applied = Type.Object({ looked_at: Type.Integer(), changed: Type.Integer() })
export type Applied = Static<typeof Applied>
