import type { Who } from '../audit/act.ts'
import type { Actor } from './actor.ts'
import { OWN_SESSION } from './permissions.ts'
import { BUILT_IN_ROLES, type BuiltInRole } from './roles.ts'
import { type Area, EVERYWHERE, NOWHERE } from './scope.ts'
import type { Asking, HeldGrant } from './store.ts'

/** What a role may: built in, or of the house; a role that is gone may nothing. */
export const permissionsOf = (grant: Pick<HeldGrant, 'role' | 'permissions'>): readonly string[] =>
  Object.hasOwn(BUILT_IN_ROLES, grant.role)
    ? BUILT_IN_ROLES[grant.role as BuiltInRole].permissions
    : (grant.permissions ?? [])

/** How the operation log names an account. Logins are never given to somebody else. */
export const nameOf = ({ kind, login }: Pick<Asking, 'kind' | 'login'>): string => `${kind}:${login}`

/** What somebody may, and where: one permission in the areas of all grants that bring it. */
export type Held = ReadonlyMap<string, readonly Area[]>

/** A permission holds in the areas of the grants that bring it, and nowhere else. Pure. */
export function heldBy({ grants }: Pick<Asking, 'grants'>): Held {
  const held = new Map<string, Area[]>()
  for (const grant of grants) {
    const area = { merchants: grant.merchants, channels: grant.channels }
    for (const permission of permissionsOf(grant)) {
      const known = held.get(permission)
      if (known) known.push(area)
      else held.set(permission, [area])
    }
  }
  return held
}

/** Whoever is logged in may deal with his own log-ins, whatever else he may. */
export const withOwnSession = (held: Held): Held => new Map([...held, [OWN_SESSION, EVERYWHERE]])

/** Who asks. Pure. */
export const actorOfGrants = (
  { kind, login, name, accountId }: Pick<Asking, 'kind' | 'login' | 'name' | 'accountId'>,
  held: Held,
  sessionId: string,
  { address, device, requestId }: Pick<Who, 'address' | 'device' | 'requestId'>,
): Actor => ({
  id: nameOf({ kind, login }),
  name,
  address,
  device,
  requestId,
  kind,
  accountId,
  sessionId,
  permissions: new Set(held.keys()),
  scopeOf: permission => held.get(permission) ?? NOWHERE,
})
