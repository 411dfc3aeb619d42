import { randomFillSync } from 'node:crypto'
import { makeId } from '../kernel/ids.ts'

const POOL = Buffer.allocUnsafeSlow(10 * 512)
let at = POOL.length

/** An id of 26 letters and digits, sorted by time: see `kernel/ids.ts`. Chance is drawn for many ids at once: one call each would cost more than the id. */
export function newId(): string {
  if (at === POOL.length) {
    randomFillSync(POOL)
    at = 0
  }
  at += 10
  return makeId(Date.now(), POOL.subarray(at - 10, at))
}
