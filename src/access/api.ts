import { type Static, Type } from 'typebox'
import { REQUEST_ID } from '../system/requests.ts'
import { oneOf } from '../system/schema_words.ts'
import { GRANTABLE } from './permissions.ts'

/** The shapes of sessions, accounts and roles over HTTP. Times are RFC 3339 with offset. */

const At = Type.String({ format: 'date-time' })
const OrNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Id = Type.String({ minLength: 1, maxLength: 64 })
const Name = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' })
const Password = Type.String({ minLength: 1, maxLength: 256 })
const Code = Type.String({ pattern: '^[0-9]{6}$' })
const Place = Type.Array(Type.String({ pattern: '^[A-Za-z0-9_-]{1,40}$' }), { minItems: 1, maxItems: 500 })
const Channel = oneOf('wechat', 'alipay', 'unionpay', 'bank')
const strict = { additionalProperties: false }

export const Empty = Type.Object({}, strict)
export const Done = Type.Object({ done: Type.Literal(true) })

export const LogInAsk = Type.Object(
  { login: Type.String({ minLength: 1, maxLength: 80 }), password: Password, code: Type.Optional(Code) },
  strict,
)

export const PhoneAsk = Type.Object({ phone: Type.String({ minLength: 11, maxLength: 20 }) }, strict)
export const CodeSent = Type.Object({ challenge_id: Type.String(), expires_at: At })
export const PhoneLogIn = Type.Object(
  { challenge_id: Id, phone: Type.String({ minLength: 11, maxLength: 20 }), code: Code },
  strict,
)

export const GrantView = Type.Object({
  grant_id: Type.String(),
  role: Type.String(),
  departments: OrNull(Type.Array(Type.String())),
  merchants: OrNull(Type.Array(Type.String())),
  channels: OrNull(Type.Array(Type.String())),
  granted_at: At,
  granted_by: Type.String(),
})

export const SessionRow = Type.Object({
  session_id: Type.String(),
  method: oneOf('password', 'password_totp', 'passkey', 'code'),
  created_at: At,
  seen_at: At,
  expires_at: At,
  address: Type.String(),
  device: Type.String(),
  warned_at: OrNull(Type.String({ description: 'The account was in use elsewhere at the same time. 同时在别处使用' })),
  present: Type.Boolean({ description: 'The one that asks. 当前会话' }),
})
export type SessionRow = Static<typeof SessionRow>

export const SessionView = Type.Object({
  account_id: Type.String(),
  login: Type.String(),
  name: Type.String(),
  kind: oneOf('staff', 'payer', 'service'),
  roles: Type.Array(GrantView),
  permissions: Type.Array(Type.String()),
  csrf_token: Type.String({ description: 'Send it as x-csrf-token with everything that changes something.' }),
  password_change_due: Type.Boolean(),
  second_factor: Type.Boolean(),
  expires_at: At,
  warnings: Type.Array(
    Type.Object({
      code: Type.Literal('account_in_two_places'),
      address: Type.String(),
      device: Type.String(),
      seen_at: At,
    }),
  ),
})
export type SessionView = Static<typeof SessionView>

export const SessionList = Type.Object({ sessions: Type.Array(SessionRow) })
export type SessionList = Static<typeof SessionList>
export const SessionKey = Type.Object({ session_id: Id })

export const PasswordAsk = Type.Object({ present: Password, next: Password }, strict)
export const TotpBegun = Type.Object({
  uri: Type.String({ description: 'otpauth://…, as a QR code for the authenticator app' }),
})
export const CodeAsk = Type.Object({ code: Code }, strict)

export const PasskeyView = Type.Object({
  passkey_id: Type.String(),
  name: Type.String(),
  created_at: At,
  used_at: OrNull(At),
})
export const PasskeyList = Type.Object({ passkeys: Type.Array(PasskeyView) })
export type PasskeyList = Static<typeof PasskeyList>
export const PasskeyKey = Type.Object({ passkey_id: Type.String({ minLength: 1, maxLength: 1400 }) })
/** As WebAuthn's own JSON; `@simplewebauthn` checks what is in it. */
const WebAuthn = Type.Unsafe<never>({ type: 'object', description: 'WebAuthn Level 3, JSON' })
export const PasskeyBegun = Type.Object({
  challenge_id: Type.String(),
  options: Type.Unsafe<object>({ type: 'object', additionalProperties: true }),
})
export type PasskeyBegun = Static<typeof PasskeyBegun>
export const PasskeyMade = Type.Object({ challenge_id: Id, name: Name, response: WebAuthn }, strict)
export const PasskeyLogIn = Type.Object({ challenge_id: Id, response: WebAuthn }, strict)

export const AccountKey = Type.Object({ account_id: Id })
export const AccountView = Type.Object({
  account_id: Type.String(),
  kind: oneOf('staff', 'payer', 'service'),
  login: Type.String(),
  name: Type.String(),
  state: oneOf('active', 'suspended', 'closed'),
  created_at: At,
  created_by: Type.String(),
  second_factor: Type.Boolean(),
  password_change_due: Type.Boolean(),
})
export type AccountView = Static<typeof AccountView>
export const AccountDetail = Type.Object({
  ...AccountView.properties,
  locked_until: OrNull(At),
  grants: Type.Array(GrantView),
  passkeys: Type.Array(PasskeyView),
  sessions: Type.Array(SessionRow),
  keys: Type.Array(
    Type.Object({
      key_id: Type.String(),
      name: Type.String(),
      created_at: At,
      created_by: Type.String(),
      expires_at: OrNull(At),
      used_at: OrNull(At),
      revoked_at: OrNull(At),
    }),
  ),
})
export const AccountQuery = Type.Object(
  {
    kind: Type.Optional(oneOf('staff', 'payer', 'service')),
    search: Type.Optional(Type.String({ maxLength: 80 })),
    after: Type.Optional(Type.String({ maxLength: 80 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  strict,
)
export const AccountList = Type.Object({ accounts: Type.Array(AccountView), next: OrNull(Type.String()) })
export const AccountAsk = Type.Object(
  { kind: oneOf('staff', 'service'), login: Type.String({ maxLength: 80 }), name: Name },
  strict,
)
export const AccountMade = Type.Object({
  ...AccountView.properties,
  password: OrNull(Type.String({ description: 'Told once; the first log-in changes it. 只显示这一次' })),
})
export const StateAsk = Type.Object({ state: oneOf('active', 'suspended', 'closed') }, strict)
export const PasswordMade = Type.Object({ password: Type.String({ description: 'Told once. 只显示这一次' }) })
export const Ended = Type.Object({ sessions_ended: Type.Integer() })

export const RecoveryAsk = Type.Object(
  { id: Type.String({ pattern: REQUEST_ID }), reason: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }) },
  strict,
)

export const KeyAsk = Type.Object({ name: Name, expires_at: Type.Optional(At) }, strict)
export const KeyMade = Type.Object({
  key_id: Type.String(),
  key: Type.String({ description: 'Told once. 只显示这一次' }),
})
export const KeyKey = Type.Object({ account_id: Id, key_id: Id })

const RequestId = Type.String({ pattern: REQUEST_ID, description: 'Made by the caller. 由调用方生成' })
const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' })

export const GrantAsk = Type.Object(
  {
    id: RequestId,
    reason: Reason,
    role: Type.String({ pattern: '^[a-z][a-z0-9_]{1,39}$' }),
    departments: Type.Optional(Place),
    merchants: Type.Optional(Place),
    channels: Type.Optional(Type.Array(Channel, { minItems: 1 })),
  },
  strict,
)
export const GrantKey = Type.Object({ account_id: Id, grant_id: Id })
export const AccountSessionKey = Type.Object({ account_id: Id, session_id: Id })
export const AccountPasskeyKey = Type.Object({
  account_id: Id,
  passkey_id: Type.String({ minLength: 1, maxLength: 1400 }),
})

export const RoleView = Type.Object({
  role: Type.String(),
  name_zh: Type.String(),
  name_en: Type.String(),
  built_in: Type.Boolean(),
  permissions: Type.Array(Type.String()),
})
export const RoleList = Type.Object({ roles: Type.Array(RoleView) })
export const RoleKey = Type.Object({ role: Type.String({ pattern: '^[a-z][a-z0-9_]{1,39}$' }) })
export const RoleAsk = Type.Object(
  {
    id: RequestId,
    reason: Reason,
    name_zh: Name,
    name_en: Name,
    permissions: Type.Array(Type.Unsafe<string>({ type: 'string', enum: [...GRANTABLE] }), {
      minItems: 1,
      uniqueItems: true,
    }),
  },
  strict,
)
export const PermissionList = Type.Object({
  permissions: Type.Array(Type.Object({ permission: Type.String(), name_zh: Type.String(), name_en: Type.String() })),
})

export type AccountDetail = Static<typeof AccountDetail>
export type AccountList = Static<typeof AccountList>
export type AccountMade = Static<typeof AccountMade>
export type GrantView = Static<typeof GrantView>
export type RoleView = Static<typeof RoleView>
export type RoleList = Static<typeof RoleList>
export type PermissionList = Static<typeof PermissionList>
