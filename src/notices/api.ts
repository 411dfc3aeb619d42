import { type Static, Type } from 'typebox'
import { REQUEST_ID } from '../system/requests.ts'
import { oneOf } from '../system/schema_words.ts'
import { MEDIA, MESSAGE_STATES, TEMPLATES } from './message.ts'
import { MUTABLE } from './mute.ts'

const Time = Type.Union([Type.String(), Type.Null()])

export const NoticeView = Type.Object({
  notice_id: Type.Integer(),
  key: Type.String(),
  medium: oneOf(...MEDIA),
  recipient: Type.String({ description: 'Masked. 已打码' }),
  template: oneOf(...TEMPLATES),
  state: oneOf(...MESSAGE_STATES),
  attempts: Type.Integer(),
  created_at: Type.String(),
  handed_at: Time,
  next_at: Time,
  sent_at: Time,
  provider_ref: Type.String(),
  last_error: Type.String(),
})
export type NoticeView = Static<typeof NoticeView>

export const NoticeQuery = Type.Object(
  {
    state: Type.Optional(oneOf(...MESSAGE_STATES)),
    after: Type.Optional(Type.Integer({ minimum: 0, description: 'The last notice_id of the page before.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  { additionalProperties: false },
)
export type NoticeQuery = Static<typeof NoticeQuery>

export const NoticeList = Type.Object({ notices: Type.Array(NoticeView) })
export type NoticeList = Static<typeof NoticeList>

export const NoticeSummary = Type.Object({
  counts: Type.Array(
    Type.Object({
      medium: oneOf(...MEDIA),
      state: oneOf(...MESSAGE_STATES),
      count: Type.Integer(),
      oldest: Type.String(),
    }),
  ),
})
export type NoticeSummary = Static<typeof NoticeSummary>

export const NoticeResolve = Type.Object(
  {
    id: Type.String({ pattern: REQUEST_ID }),
    as: oneOf('sent', 'again', 'withdraw'),
    note: Type.String({ minLength: 1, maxLength: 200, description: 'Why, for the record. 处理说明' }),
  },
  { additionalProperties: false },
)
export type NoticeResolve = Static<typeof NoticeResolve>

export const OwnNotices = Type.Object({
  notices: Type.Array(Type.Object({ template: oneOf(...MUTABLE), wanted: Type.Boolean() })),
})
export type OwnNotices = Static<typeof OwnNotices>

export const OwnNoticesAsk = Type.Object(
  {
    muted: Type.Array(oneOf(...MUTABLE), {
      uniqueItems: true,
      description: '不再发送的通知 What is not sent any more',
    }),
  },
  { additionalProperties: false },
)
export type OwnNoticesAsk = Static<typeof OwnNoticesAsk>
