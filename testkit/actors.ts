import type { Actor } from '../src/access/actor.ts'
import { ALL_PERMISSIONS } from '../src/access/permissions.ts'
import { EVERYWHERE, type Scope } from '../src/access/scope.ts'

/** Somebody of a test's: may do everything, in the given scope. */
export const actor = (name: string, scope: Scope = EVERYWHERE): Actor => ({
  id: name,
  name,
  address: '192.0.2.1',
  device: 'test',
  requestId: '',
  kind: 'staff',
  accountId: name,
  sessionId: '',
  permissions: ALL_PERMISSIONS,
  scopeOf: () => scope,
})
