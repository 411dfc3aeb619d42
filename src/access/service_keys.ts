import { createHash, hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Static, Type } from 'typebox'
import type { Actor } from './actor.ts'
import { ALL_PERMISSIONS } from './permissions.ts'
import { EVERYWHERE } from './scope.ts'

/** The section `service_accounts` of the configuration. */
export const ServiceAccounts = Type.Array(
  Type.Object(
    {
      name: Type.String({ pattern: '^[a-z0-9_-]{1,40}$' }),
      key_sha256: Type.String({
        pattern: '^[0-9a-f]{64}$',
        description: '`fzpay key` prints a key and this digest of it',
      }),
      permissions: Type.Array(Type.Unsafe<string>({ type: 'string', enum: [...ALL_PERMISSIONS] })),
      expires: Type.Optional(Type.String({ format: 'date-time' })),
    },
    { additionalProperties: false },
  ),
  { default: [] },
)
export type ServiceAccounts = Static<typeof ServiceAccounts>

export type KeyCheck =
  | { readonly state: 'valid'; readonly actor: Actor }
  | { readonly state: 'unknown' }
  | { readonly state: 'expired'; readonly name: string; readonly at: Date }

/**
 * Whose key it is. Keys carry 256 bits of chance, so one round of SHA-256 hides them well enough; every account is compared, in constant
 * time, so that how long it takes says nothing.
 */
export function keyChecker(accounts: ServiceAccounts): (key: string, at: Date) => KeyCheck {
  const known = accounts.map(account => ({
    digest: Buffer.from(account.key_sha256, 'hex'),
    expires: account.expires === undefined ? null : new Date(account.expires),
    actor: {
      id: `service:${account.name}`,
      name: account.name,
      address: '',
      device: '',
      requestId: '',
      kind: 'service',
      accountId: '',
      sessionId: '',
      permissions: new Set<string>(account.permissions),
      scopeOf: () => EVERYWHERE,
    } as const satisfies Actor,
  }))
  return (key, at) => {
    const digest = hash('sha256', key, 'buffer')
    let found: (typeof known)[number] | undefined
    for (const account of known) if (timingSafeEqual(account.digest, digest)) found = account
    if (!found) return { state: 'unknown' }
    if (found.expires && found.expires <= at) return { state: 'expired', name: found.actor.id, at: found.expires }
    return { state: 'valid', actor: found.actor }
  }
}

/** A new key, and the digest that goes into the configuration. The key itself is kept nowhere. */
export function makeKey(): { readonly key: string; readonly digest: string } {
  const key = `fzk_${randomBytes(32).toString('base64url')}`
  return { key, digest: createHash('sha256').update(key).digest('hex') }
}
