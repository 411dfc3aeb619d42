import { type Static, Type } from 'typebox'
import { BLIND_KINDS, PURPOSES } from '../system/vault/purposes.ts'

const OneOf = <T extends string>(values: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...values] })
const Moment = Type.String({ format: 'date-time' })

export const KeyView = Type.Object({
  key: Type.Integer({ description: 'Sealed values begin with it. 密文以此编号开头' }),
  use: OneOf(['seal', 'blind']),
  purpose: Type.String(),
  state: OneOf(['next', 'current', 'old', 'destroyed']),
  master: Type.String({ description: 'Name of the master key it is wrapped with' }),
  created_at: Moment,
  created_by: Type.String(),
  active_from: Moment,
  seals: Type.Integer({ description: 'Seals made with it, as of a minute ago; good for 2^32' }),
  destroyed_at: Type.Union([Moment, Type.Null()]),
})

export const WorkView = Type.Object({
  column: Type.String(),
  rows_done: Type.Integer(),
  rows_failed: Type.Integer(),
  started_at: Moment,
  finished_at: Type.Union([Moment, Type.Null()]),
})

export const VaultView = Type.Object({
  master: Type.String({ description: 'Name of the master key in use; a digest, it opens nothing' }),
  keys: Type.Array(KeyView),
  work: Type.Array(WorkView, { description: 'Re-sealing under the current keys' }),
})
export type VaultView = Static<typeof VaultView>

export const RotateAsk = Type.Object(
  {
    id: Type.String({ description: 'Made by the caller: the same id again changes nothing' }),
    purposes: Type.Optional(Type.Array(OneOf(PURPOSES), { minItems: 1, description: 'Without it all' })),
    blind: Type.Optional(Type.Array(OneOf(BLIND_KINDS), { description: 'Blind indexes to be made anew as well' })),
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Why, for the operation log' })),
  },
  { additionalProperties: false },
)
export type RotateAsk = Static<typeof RotateAsk>

export const RotateView = Type.Object({
  active_from: Type.String({ format: 'date-time', description: 'The new keys are used from then on' }),
  rotated: Type.Array(Type.String()),
})
export type RotateView = Static<typeof RotateView>
