import type pg from 'pg'
import { lockedUntil, type Target, targetKey } from './lock_out.ts'
import { triesLocked } from './refusals.ts'
import * as store from './store.ts'

/** Before anything costly is done. Throws log_in_locked. */
export const refuseLocked = async (db: pg.Pool, at: Date, targets: readonly Target[]): Promise<void> =>
  refuse(await store.readTries(db, targets.map(targetKey)), at)

/** As `refuseLocked`; from here to the end of the transaction nobody else tries the same, so that a hundred guesses at once are not one. */
export const holdTries = async (tx: pg.ClientBase, at: Date, targets: readonly Target[]): Promise<void> =>
  refuse(await store.holdTries(tx, targets.map(targetKey), at), at)

function refuse(tries: readonly store.Tries[], at: Date): void {
  const until = Math.max(0, ...tries.map(({ lockedUntil }) => lockedUntil?.getTime() ?? 0))
  if (until > at.getTime()) throw triesLocked(new Date(until), at)
}

export type Counted = { readonly failures: number; readonly lockedUntil: Date | null }

/** Counts a wrong answer for targets that are held; gives that of the first. */
export async function countFailure(
  tx: pg.ClientBase,
  at: Date,
  targets: readonly [Target, ...Target[]],
): Promise<Counted> {
  const before = await store.readTries(tx, targets.map(targetKey))
  const counted = targets.map(target => {
    const key = targetKey(target)
    const failures = (before.find(tries => tries.key.equals(key))?.failures ?? 0) + 1
    return { key, failures, lockedUntil: lockedUntil(target.kind, failures, at) }
  })
  await store.setTries(tx, counted, at)
  return counted[0] as Counted
}

/** The right answer. The address keeps its count: who has an account of his own does not wipe out his guesses at others. */
export const forgiveTries = (tx: pg.ClientBase, target: Target): Promise<unknown> =>
  store.forgetTries(tx, [targetKey(target)])

/** Until when a log-in by password is locked; null: it is not. */
export async function lockOf(db: pg.Pool, login: string, at: Date): Promise<Date | null> {
  const [tries] = await store.readTries(db, [targetKey({ kind: 'login', of: login })])
  return tries?.lockedUntil && tries.lockedUntil > at ? tries.lockedUntil : null
}
