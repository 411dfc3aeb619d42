import { instantText } from '../kernel/instant_text.ts'
import type { AccountView, SessionRow } from './api.ts'
import type * as store from './store.ts'

export const instant = (at: Date | null): string | null => at && instantText(at)

export const accountView = (account: store.Account): AccountView => ({
  account_id: account.id,
  kind: account.kind,
  login: account.login,
  name: account.name,
  state: account.state,
  created_at: instantText(account.createdAt),
  created_by: account.createdBy,
  second_factor: account.totpSince !== null,
  password_change_due: account.passwordStale,
})

export const sessionRow = (session: store.Session, present: string): SessionRow => ({
  session_id: session.id,
  method: session.method,
  created_at: instantText(session.createdAt),
  seen_at: instantText(session.seenAt),
  expires_at: instantText(session.expiresAt),
  address: session.address,
  device: session.device,
  warned_at: instant(session.warnedAt),
  present: session.id === present,
})

const places = (list: readonly string[] | null): string[] | null => list && [...list]

export const grantView = (grant: store.Grant) => ({
  grant_id: grant.id,
  role: grant.role,
  departments: places(grant.departments),
  merchants: places(grant.merchants),
  channels: places(grant.channels),
  granted_at: instantText(grant.grantedAt),
  granted_by: grant.grantedBy,
})

export const passkeyView = (passkey: store.Passkey) => ({
  passkey_id: passkey.id,
  name: passkey.name,
  created_at: instantText(passkey.createdAt),
  used_at: instant(passkey.usedAt),
})

export const keyView = (key: store.ServiceKey) => ({
  key_id: key.id,
  name: key.name,
  created_at: instantText(key.createdAt),
  created_by: key.createdBy,
  expires_at: instant(key.expiresAt),
  used_at: instant(key.usedAt),
  revoked_at: instant(key.revokedAt),
})
