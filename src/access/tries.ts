import { hash } from 'node:crypto'
import type pg from 'pg'
import type { Vault } from '../system/vault/vault.ts'
import { lockedUntil, type Target, targetName } from './lock_out.ts'
import { triesLocked } from './refusals.ts'
import * as store from './store.ts'

/**
 * What tries of a target are kept under: HMAC-SM3 by a key of the vault, brought to the width of its column. There are few phones and fewer logins,
 * so that a digest anybody can make would be found by trying them all. Under a new key counts begin anew.
 */
export const targetKey = (vault: Vault, target: Target): Buffer =>
  hash('sm3', vault.blind('target', targetName(target)), 'buffer')

const keysOf = (vault: Vault, targets: readonly Target[]): Buffer[] => targets.map(target => targetKey(vault, target))

/** Before anything costly is done. Throws log_in_locked. */
export const refuseLocked = async (db: pg.Pool, vault: Vault, at: Date, targets: readonly Target[]): Promise<void> =>
  refuse(await store.readTries(db, keysOf(vault, targets)), at)

/** As `refuseLocked`; from here to the end of the transaction nobody else tries the same, so that a hundred guesses at once are not one. */
export const holdTries = async (tx: pg.ClientBase, vault: Vault, at: Date, targets: readonly Target[]): Promise<void> =>
  refuse(await store.holdTries(tx, keysOf(vault, targets), at), at)

function refuse(tries: readonly store.Tries[], at: Date): void {
  const until = Math.max(0, ...tries.map(({ lockedUntil }) => lockedUntil?.getTime() ?? 0))
  if (until > at.getTime()) throw triesLocked(new Date(until), at)
}

export type Counted = { readonly failures: number; readonly lockedUntil: Date | null }

/** Counts a wrong answer for targets that are held; gives that of the first. */
export async function countFailure(
  tx: pg.ClientBase,
  vault: Vault,
  at: Date,
  targets: readonly [Target, ...Target[]],
): Promise<Counted> {
  const keys = keysOf(vault, targets)
  const before = await store.readTries(tx, keys)
  const counted = targets.map(({ kind }, index) => {
    const key = keys[index] as Buffer
    const failures = (before.find(tries => tries.key.equals(key))?.failures ?? 0) + 1
    return { key, failures, lockedUntil: lockedUntil(kind, failures, at) }
  })
  await store.setTries(tx, counted, at)
  return counted[0] as Counted
}

/** The right answer. The address keeps its count: who has an account of his own does not wipe out his guesses at others. */
export const forgiveTries = (tx: pg.ClientBase, vault: Vault, target: Target): Promise<unknown> =>
  store.forgetTries(tx, keysOf(vault, [target]))

/** Until when a log-in by password is locked; null: it is not. */
export async function lockOf(db: pg.Pool, vault: Vault, login: string, at: Date): Promise<Date | null> {
  const [tries] = await store.readTries(db, keysOf(vault, [{ kind: 'login', of: login }]))
  return tries?.lockedUntil && tries.lockedUntil > at ? tries.lockedUntil : null
}
