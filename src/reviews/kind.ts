import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import type { Meaning, Permission } from '../access/permissions.ts'
import type { Json } from '../system/requests.ts'
import type { Review, ReviewState } from './review.ts'

/** How a question ended: who, when, and why in his words. */
export type Ending = {
  readonly state: Exclude<ReviewState, 'open'>
  readonly who: Actor
  readonly at: Date
  readonly why: string
}

/**
 * Something that needs a second person. The folder that asks brings its kinds to the platform (`Part.reviewKinds`), so what an
 * approval does is known to the mechanism without looking upwards.
 */
export type ReviewKind = {
  /** As the table keeps it: `refund_final`. */
  readonly code: string
  readonly name: Meaning
  /** What the checker must be allowed to, besides `review.decide`, where the object lies. */
  readonly decide: Permission
  /** What one must be allowed to, besides `review.read`, to see it at all. */
  readonly see: Permission
  /** null: it waits until somebody decides. */
  readonly expiresAfterHours: number | null
  readonly needsVoucher: boolean
  /**
   * Locks the object, as whoever changes it does, and gives what of it the question stands on, without personal data. Called when
   * it is asked and before each ending: another answer then means that the object has changed, and approval is refused. The
   * object is always locked before its review, so that two ways to them never wait for each other.
   */
  readonly basis: (tx: pg.ClientBase, objectId: string) => Promise<Json>
  /** Does what was approved, in the transaction of the approval: approved is done. Gives what is worth keeping of it. */
  readonly apply: (tx: pg.ClientBase, review: Review, ending: Ending) => Promise<Json>
  /** Frees what was held for it: it was refused, withdrawn, or nobody decided in time. */
  readonly release: (tx: pg.ClientBase, review: Review, ending: Ending) => Promise<void>
}

/** All kinds there are, by their codes. */
export type ReviewKinds = ReadonlyMap<string, ReviewKind>

export function kindsByCode(kinds: readonly ReviewKind[]): ReviewKinds {
  const byCode = new Map<string, ReviewKind>()
  for (const kind of kinds) {
    if (byCode.has(kind.code)) throw new Error(`two kinds of reviews are named ${kind.code}`)
    byCode.set(kind.code, kind)
  }
  return byCode
}
