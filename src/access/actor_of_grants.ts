import type { Who } from '../audit/act.ts'
import type { Actor } from './actor.ts'
import { BUILT_IN_ROLES, type BuiltInRole } from './roles.ts'
import type { Area } from './scope.ts'
import type { Asking, HeldGrant } from './store.ts'

/** What a role may: built in, or of the house; a role that is gone may nothing. */
export const permissionsOf = (grant: Pick<HeldGrant, 'role' | 'permissions'>): readonly string[] =>
  Object.hasOwn(BUILT_IN_ROLES, grant.role)
    ? BUILT_IN_ROLES[grant.role as BuiltInRole].permissions
    : (grant.permissions ?? [])

/** How the operation log names an account. Logins are never given to somebody else. */
export const nameOf = ({ kind, login }: Pick<Asking, 'kind' | 'login'>): string => `${kind}:${login}`

/** Who asks, from his live grants. A permission holds in the areas of the grants that bring it, and nowhere else. Pure. */
export function actorOfGrants(
  asking: Asking,
  sessionId: string,
  where: Pick<Who, 'address' | 'device' | 'requestId'>,
): Actor {
  const areas = new Map<string, Area[]>()
  for (const grant of asking.grants) {
    const area = { merchants: grant.merchants, channels: grant.channels }
    for (const permission of permissionsOf(grant)) {
      const known = areas.get(permission)
      if (known) known.push(area)
      else areas.set(permission, [area])
    }
  }
  if (sessionId !== '') areas.set('own.session', [{ merchants: null, channels: null }])
  return {
    ...where,
    id: nameOf(asking),
    name: asking.name,
    kind: asking.kind,
    accountId: asking.accountId,
    sessionId,
    permissions: new Set(areas.keys()),
    scopeOf: permission => areas.get(permission) ?? [],
  }
}
