import { type Static, Type } from 'typebox'
import { oneOf, orNull } from '../system/schema_words.ts'
import { DRILL_NAMES } from './drill.ts'

/** The shapes of continuity over HTTP and in the configuration. */

const At = Type.String({ format: 'date-time' })
const Text = Type.Object({ zh: Type.String(), en: Type.String() })
const Milliseconds = (description: string) => orNull(Type.Integer({ minimum: 0, description }))

/** The section `continuity` of the configuration. */
export const ContinuitySection = Type.Object(
  {
    drill_days: Type.Integer({
      minimum: 1,
      maximum: 3660,
      default: 90,
      description: 'A drill that did not pass for so long raises an alert. 演练间隔天数',
    }),
    drills: Type.Array(oneOf(...DRILL_NAMES), {
      default: [],
      description: 'Which drills this house holds; without any nobody is reminded. 本单位要做的演练',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type ContinuitySettings = Static<typeof ContinuitySection>

export const DrillView = Type.Object({
  drill_id: Type.String(),
  name: oneOf(...DRILL_NAMES),
  damage: Type.String(),
  outcome: oneOf('passed', 'failed'),
  began_at: At,
  ended_at: At,
  ran_by: Type.String(),
  rto_ms: Milliseconds('From the damage to the first acknowledged write'),
  rpo_ms: Milliseconds('How far back acknowledged work was lost'),
  acknowledged: Type.Integer(),
  lost: Type.Integer({ description: 'Acknowledged movements that are gone' }),
  lost_numbers: Type.Array(Type.String(), { description: 'Which ones, the first 1,000' }),
  reasons: Type.Array(Text, { description: 'Why it failed' }),
  checks: Type.Array(Type.Object({ what: Text, holds: Type.Boolean(), detail: Text })),
  events: Type.Array(Type.Object({ at_ms: Type.Integer({ description: 'From the damage' }), what: Text })),
  figures: Type.Array(Type.Object({ what: Text, value: Type.String() })),
})
export type DrillView = Static<typeof DrillView>

export const DrillQuery = Type.Object(
  {
    name: Type.Optional(oneOf(...DRILL_NAMES)),
    after: Type.Optional(
      Type.String({ pattern: '^[0-9A-Za-z]{1,40}$', description: '`next` of the page before. 上一页的 next' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  },
  { additionalProperties: false },
)
export type DrillQuery = Static<typeof DrillQuery>

export const DrillList = Type.Object({
  drills: Type.Array(DrillView),
  next: orNull(Type.String()),
  overdue: Type.Array(oneOf(...DRILL_NAMES), { description: 'Drills that are due. 到期未做的演练' }),
})
export type DrillList = Static<typeof DrillList>
