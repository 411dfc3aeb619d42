import { type Static, type TSchema, Type } from 'typebox'
import { ABSENT_AFTER_S, TEMPLATES } from './message.ts'

/** The sections `sms` and `mail` of the configuration. A medium without its section is not sent: its messages wait. */

export const SmsSettings = Type.Object(
  {
    endpoint: Type.String({
      default: 'https://dysmsapi.aliyuncs.com',
      pattern: '^https?://[^/]+$',
      description: 'The gateway. 短信网关',
    }),
    access_key_id: Type.String({ minLength: 1, description: 'As the provider gave it' }),
    access_key_secret: Type.String({ minLength: 1, description: 'Or access_key_secret_file: PATH' }),
    sign_name: Type.String({ minLength: 1, description: 'The registered signature. 短信签名' }),
    templates: Type.Object(
      Object.fromEntries(
        TEMPLATES.map(name => [
          name,
          Type.Optional(Type.String({ minLength: 1, description: 'Its text: docs/notices.md' })),
        ]),
      ) as Record<(typeof TEMPLATES)[number], ReturnType<typeof Type.Optional<ReturnType<typeof Type.String>>>>,
      { additionalProperties: false, description: 'Our message → the registered template. 模板 CODE' },
    ),
    timeout_seconds: Type.Integer({ default: 10, minimum: 1, maximum: 60, description: 'Of one request. 超时' }),
    absent_after_seconds: Type.Integer({
      default: ABSENT_AFTER_S,
      minimum: 10,
      description:
        'What the provider does not list so long after the hand-over never reached it. 超过此时长仍查不到即视为未送达网关',
    }),
    lanes: Type.Integer({ default: 10, minimum: 1, maximum: 200, description: 'Messages under way at once. 并发' }),
  },
  { additionalProperties: false },
)
export type SmsSettings = Static<typeof SmsSettings>

export const MailSettings = Type.Object(
  {
    host: Type.String({ minLength: 1, description: 'The SMTP server. 邮件服务器' }),
    port: Type.Integer({ default: 465, minimum: 1, maximum: 65_535, description: '465 implicit, 587 starttls' }),
    tls: Type.Unsafe<'implicit' | 'starttls' | 'none'>({
      type: 'string',
      enum: ['implicit', 'starttls', 'none'],
      default: 'implicit',
      description: 'none: only to a relay on this machine. 仅限本机中继',
    }),
    user: Type.Optional(Type.String({ description: 'Without it nobody logs in there' })),
    password: Type.Optional(Type.String({ description: 'Or password_file: PATH' })),
    from: Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$', description: 'The sender. 发件地址' }),
    from_name: Type.String({ default: '抚州支付平台', description: 'The sender as people read it. 发件人名称' }),
    timeout_seconds: Type.Integer({ default: 20, minimum: 1, maximum: 60, description: 'Of each step. 超时' }),
    lanes: Type.Integer({ default: 4, minimum: 1, maximum: 50, description: 'Messages under way at once. 并发' }),
  },
  { additionalProperties: false },
)
export type MailSettings = Static<typeof MailSettings>

export const NOTICE_SECTIONS: readonly { readonly name: string; readonly schema: TSchema }[] = [
  { name: 'sms', schema: SmsSettings },
  { name: 'mail', schema: MailSettings },
]
