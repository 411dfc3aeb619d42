import type { Centre } from './node.ts'

/** Who is primary, until when, and who may follow it. Pure. */

/**
 * Kept where the manager is, apart from all three databases (on real servers: etcd, by Patroni). Whoever holds it renews it; who cannot steps down before it ends; nobody
 * else is promoted before it has ended. So at no moment do two of them hold it.
 */
export type Lease = {
  readonly holder: Centre
  /** One more with each promotion; the database has it in `primary_terms`. */
  readonly term: number
  /** Epoch milliseconds. */
  readonly until: number
  /** The standby that has every acknowledged commit, the only one that may be promoted without a person; null: none has. */
  readonly sync: Centre | null
}

export type LeaseTimes = {
  readonly leaseMs: number
  /** How long before the end of its lease a holder gives up: longer than its server takes to stop. */
  readonly marginMs: number
  /** How long a synchronous standby may be missed before the primary goes on without one. */
  readonly patienceMs: number
}

export const USUAL_TIMES: LeaseTimes = { leaseMs: 10_000, marginMs: 3_000, patienceMs: 5_000 }

/** What the manager sees at one moment. */
export type View = {
  readonly now: number
  readonly lease: Lease
  /** The holder answers, to the manager. */
  readonly holderAnswers: boolean
  /** Since when the synchronous standby has been missed; null: it streams, or there is none. */
  readonly syncMissedSince: number | null
  /** The synchronous standby answers, to the manager. */
  readonly syncAnswers: boolean
}

export type Step = 'renew' | 'loosen' | 'promote' | 'wait' | 'ask_a_person'

/** The manager's next step. `loosen`: from here on the primary waits for nobody, and nobody may follow it without a person. */
export function nextStep({ now, lease, holderAnswers, syncMissedSince, syncAnswers }: View, times: LeaseTimes): Step {
  if (holderAnswers && now < lease.until)
    return lease.sync !== null && syncMissedSince !== null && now - syncMissedSince >= times.patienceMs
      ? 'loosen'
      : 'renew'
  if (now < lease.until) return 'wait'
  return lease.sync !== null && syncAnswers ? 'promote' : 'ask_a_person'
}

/** Whether a server that takes writes must stop, by its own agent, which may be cut off from everybody: `renewedAt` is when it last renewed, by its own clock. */
export const mustStepDown = (renewedAt: number, now: number, { leaseMs, marginMs }: LeaseTimes): boolean =>
  now - renewedAt >= leaseMs - marginMs

export const renewed = (lease: Lease, now: number, { leaseMs }: LeaseTimes): Lease => ({
  ...lease,
  until: now + leaseMs,
})

/** Another holds it, under the next term. Whoever stood by the old primary follows nobody yet. */
export const passed = (lease: Lease, to: Centre, now: number, { leaseMs }: LeaseTimes): Lease => ({
  holder: to,
  term: lease.term + 1,
  until: now + leaseMs,
  sync: null,
})
