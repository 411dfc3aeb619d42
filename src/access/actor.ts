import type { Who } from '../audit/act.ts'
import { EVERYWHERE, NOWHERE, type Scope } from './scope.ts'

/** Who asks, what he may, and where. Made by the guard for each request. */
export type Actor = Who & {
  readonly kind: 'anonymous' | 'staff' | 'payer' | 'service' | 'system'
  /** `accounts.id`; '' for the anonymous and the system. */
  readonly accountId: string
  /** '' where there is no session: keys, commands. */
  readonly sessionId: string
  readonly permissions: ReadonlySet<string>
  /** Where a permission holds: the areas of all grants whose role has it. */
  readonly scopeOf: (permission: string) => Scope
}

/** Jobs and commands act in its name. */
export const SYSTEM: Actor = {
  id: 'system',
  name: '系统 System',
  address: '',
  device: '',
  requestId: '',
  kind: 'system',
  accountId: '',
  sessionId: '',
  permissions: new Set(),
  scopeOf: () => EVERYWHERE,
}

/** Somebody without an account. */
export const anonymous = (where: Pick<Who, 'address' | 'device' | 'requestId'>): Actor => ({
  ...where,
  id: 'anonymous',
  name: '',
  kind: 'anonymous',
  accountId: '',
  sessionId: '',
  permissions: new Set(),
  scopeOf: () => NOWHERE,
})

/** Whoever types a command at the machine itself. */
export const shellActor = (user: string): Actor => ({ ...SYSTEM, id: `shell:${user}`, name: user, device: 'fzpay' })
