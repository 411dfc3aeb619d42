import { type Static, Type } from 'typebox'
import { REQUEST_ID } from '../system/requests.ts'

/** The shapes of rules and their versions over HTTP. Rules themselves are as `docs/rules.md` spells them. */

const RequestId = Type.String({ pattern: REQUEST_ID, description: '调用方生成的请求编号 Made by the caller' })
const At = Type.String({ format: 'date-time' })
const Day = Type.String({ format: 'date', examples: ['2026-11-20'] })
const Count = Type.Integer({ minimum: 1 })

export const VersionAsk = Type.Object(
  {
    id: RequestId,
    document: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200_000, description: '规则文件（YAML 或 JSON）The document as text' }),
    ),
    form: Type.Optional(
      Type.Unsafe<object>({
        type: 'object',
        additionalProperties: true,
        description: '按表单填写的规则 The document as an object: GET /rules/form',
      }),
    ),
    reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }),
    based_on: Type.Optional(Count),
  },
  { additionalProperties: false },
)
export type VersionAsk = Static<typeof VersionAsk>

export const VersionKey = Type.Object({ version: Count })
export const VersionQuery = Type.Object(
  { before: Type.Optional(Count), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })) },
  { additionalProperties: false },
)
export const DiffQuery = Type.Object({ against: Count }, { additionalProperties: false })

const VERSION = {
  version: Count,
  name: Type.String(),
  sm3: Type.String(),
  author: Type.String(),
  author_name: Type.String(),
  reason: Type.String(),
  based_on: Type.Union([Count, Type.Null()]),
  created_at: At,
}
const VersionLine = Type.Object(VERSION)
export const VersionList = Type.Object({ versions: Type.Array(VersionLine) })
export const VersionView = Type.Object({
  ...VERSION,
  document: Type.String({ description: '作者所写 As its author wrote it' }),
  rules: Type.Unknown({ description: '补全后的规则 Every field spelled out' }),
})
export type VersionLine = Static<typeof VersionLine>
export type VersionView = Static<typeof VersionView>

export const DiffView = Type.Object({
  before: Count,
  after: Count,
  changes: Type.Array(Type.Object({ path: Type.String(), before: Type.Unknown(), after: Type.Unknown() })),
})

export type DiffView = Static<typeof DiffView>

export const FormView = Type.Object({
  schema: Type.Unknown({ description: '带中英文标题的 JSON Schema' }),
  in_force: Type.Object({ version: Count, rules: Type.Unknown() }),
})
export const FormQuery = Type.Object({ day: Type.Optional(Day) }, { additionalProperties: false })

export const ActivationList = Type.Object({
  activations: Type.Array(
    Type.Object({
      version: Count,
      name: Type.String(),
      from_day: Day,
      activated_at: At,
      asked_by: Type.String(),
      decided_by: Type.String(),
      reason: Type.String(),
      review_id: Type.String(),
      gate_id: Type.String(),
    }),
  ),
})
export type ActivationList = Static<typeof ActivationList>
export type VersionList = Static<typeof VersionList>
export type FormView = Static<typeof FormView>
