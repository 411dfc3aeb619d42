import { type Static, Type } from 'typebox'
import { REQUEST_ID } from '../system/requests.ts'
import { orNull } from '../system/schema_words.ts'
import { SEVERITIES } from './alert.ts'

const At = Type.String({ format: 'date-time' })
const limit = (least: number, usual: number, description: string) =>
  Type.Integer({ minimum: least, default: usual, description })

/** The section `intrusion` of the configuration. */
export const IntrusionSection = Type.Object(
  {
    allow: Type.Array(Type.String(), {
      default: [],
      description: 'Addresses and ranges that are never blocked nor limited; what they do is recorded all the same',
    }),
    unwatched: Type.Array(Type.String(), {
      default: [],
      description: 'Addresses whose requests are not looked at: for penetration tests of what lies behind',
    }),
    mail_to: Type.Array(Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$' }), {
      default: [],
      description: 'Who is told of alerts by mail',
    }),
    webhook: Type.Optional(
      Type.Object(
        {
          url: Type.String({ pattern: '^https?://\\S+$', description: 'Who is told of alerts by HTTP. 告警回调' }),
          secret: Type.String({ minLength: 16, description: 'Signs what is sent; or secret_file: PATH' }),
        },
        { additionalProperties: false },
      ),
    ),
    limits: Type.Object(
      {
        address_per_minute: limit(1, 3_000, 'Without a session or key, by address'),
        account_per_minute: limit(1, 1_200, 'Staff and payers, by account'),
        service_per_minute: limit(1, 600_000, 'Service accounts'),
        unknown_per_minute: limit(1, 60, 'Answers 401, by address'),
        login_per_5_minutes: limit(1, 60, 'Log-ins, by address'),
        code_per_10_minutes: limit(1, 20, 'Codes sent or tried, by address'),
      },
      { additionalProperties: false, default: {} },
    ),
  },
  { additionalProperties: false, default: {} },
)
export type IntrusionSettings = Static<typeof IntrusionSection>

export const AlertView = Type.Object({
  id: Type.String(),
  kind: Type.String({ examples: ['probe'] }),
  severity: Type.Unsafe<(typeof SEVERITIES)[number]>({ type: 'string', enum: [...SEVERITIES] }),
  address: Type.String(),
  actor: Type.String(),
  facts: Type.Record(Type.String(), Type.String(), {
    description: 'Request, field, family and sample of a probe; cut and masked. 已截断并遮蔽',
  }),
  count: Type.Integer({ description: 'So often since first_at. 累计次数' }),
  first_at: At,
  last_at: At,
  acknowledged_at: orNull(At),
  acknowledged_by: Type.String(),
  note: Type.String(),
})
export type AlertView = Static<typeof AlertView>

export const AlertQuery = Type.Object(
  {
    state: Type.Optional(
      Type.Unsafe<'open' | 'acknowledged' | 'all'>({
        type: 'string',
        enum: ['open', 'acknowledged', 'all'],
        default: 'open',
      }),
    ),
    after: Type.Optional(
      Type.String({ pattern: '^[0-9A-Za-z.:_-]{1,80}$', description: '`next` of the page before. 上一页的 next' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  { additionalProperties: false },
)
export type AlertQuery = Static<typeof AlertQuery>
export const AlertList = Type.Object({ alerts: Type.Array(AlertView), next: orNull(Type.String()) })
export type AlertList = Static<typeof AlertList>

export const AlertKey = Type.Object({ alert_id: Type.String({ pattern: '^[0-9A-Za-z]{1,40}$' }) })
export const AcknowledgeAsk = Type.Object(
  { id: Type.String({ pattern: REQUEST_ID }), note: Type.Optional(Type.String({ maxLength: 500 })) },
  { additionalProperties: false },
)
export type AcknowledgeAsk = Static<typeof AcknowledgeAsk>

export const BlockView = Type.Object({
  address: Type.String({ description: 'IPv6 by its /64' }),
  level: Type.Integer({ description: 'How often in a row. 连续封锁次数' }),
  blocked_at: At,
  until: At,
  alert_id: Type.String(),
})
export type BlockView = Static<typeof BlockView>
export const BlockList = Type.Object({ blocks: Type.Array(BlockView) })
export const BlockKey = Type.Object({ address: Type.String({ pattern: '^[0-9a-f.:]{2,45}(?:/64)?$' }) })
export const LiftQuery = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
)
export const Lifted = Type.Object({ address: Type.String(), lifted_at: At })
