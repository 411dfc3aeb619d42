import { type Static, Type } from 'typebox'

/** The shapes of the operation log over HTTP. Times are RFC 3339 with offset. */

const Text = Type.String({ maxLength: 200 })
const At = Type.String({ format: 'date-time' })
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SM3' })

export const LogQuery = Type.Object(
  {
    who: Type.Optional(Text),
    object: Type.Optional(Text),
    kind: Type.Optional(Text),
    what: Type.Optional(Text),
    address: Type.Optional(Text),
    request_id: Type.Optional(Text),
    from: Type.Optional(At),
    to: Type.Optional(At),
    before: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,18}$', description: '`next` of the page before. 上一页的 next' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  },
  { additionalProperties: false },
)
export type LogQuery = Static<typeof LogQuery>

export const EntryView = Type.Object({
  entry_id: Type.String(),
  at: At,
  request_id: Type.String(),
  who: Type.String({ description: 'staff:…, payer:…, service:…, shell:…, system, anonymous' }),
  who_name: Type.String(),
  address: Type.String(),
  device: Type.String(),
  what: Type.String({ description: '操作代码 Code of the act' }),
  object_kind: Type.String(),
  object_id: Type.String(),
  before: Type.Unknown(),
  after: Type.Unknown(),
})
export type EntryView = Static<typeof EntryView>

export const LogList = Type.Object({
  entries: Type.Array(EntryView),
  next: Type.Union([Type.String(), Type.Null()]),
})
export type LogList = Static<typeof LogList>

export const EntryKey = Type.Object({ entry_id: Type.String({ pattern: '^[0-9]{1,18}$' }) })

export const ProofView = Type.Object({
  format: Type.String(),
  entry: Type.String({ description: '被封存的原始内容 The very bytes that are sealed' }),
  path: Type.Array(
    Type.Object({ side: Type.Unsafe<'left' | 'right'>({ type: 'string', enum: ['left', 'right'] }), digest: Digest }),
  ),
  headers: Type.Array(Type.String()),
  root: Type.Object({ block: Type.Integer(), digest: Digest }),
})

export const RootView = Type.Object({
  format: Type.String(),
  block: Type.Integer(),
  digest: Digest,
  sealed_at: At,
  exported_at: At,
})

export const LogState = Type.Object({
  blocks: Type.Integer(),
  unsealed: Type.Integer({ description: '尚未封存的条数 Written and not sealed yet' }),
  last_block: Type.Union([
    Type.Object({ block: Type.Integer(), digest: Digest, sealed_at: At, entries: Type.Integer() }),
    Type.Null(),
  ]),
})
export type LogState = Static<typeof LogState>
