/** Who asks. Until people have accounts: nobody in particular, a service account, or the system itself. */
export type Actor = {
  /** As the operation log names him: `service:NAME`, `anonymous`, `system`. */
  readonly id: string
  readonly kind: 'anonymous' | 'service' | 'system'
  readonly permissions: ReadonlySet<string>
}

/** Jobs and commands act in its name. */
export const SYSTEM: Actor = { id: 'system', kind: 'system', permissions: new Set() }
