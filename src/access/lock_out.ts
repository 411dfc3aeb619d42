/** Wrong answers that are forgiven before the first lock: a person mistypes, a machine goes on. */
const FORGIVEN = 5
const FIRST_LOCK_S = 60
const LONGEST_LOCK_S = 3_600

/**
 * Until when an account is locked after its `failures`-th wrong answer in a row: from the fifth on a minute, then twice as long each time, up to an
 * hour (NIST SP 800-63B, 3.2.2: at most 100 in a row is the limit; this allows some 25 a day). null: not locked.
 */
export function lockedUntil(failures: number, at: Date): Date | null {
  if (failures < FORGIVEN) return null
  const seconds = Math.min(LONGEST_LOCK_S, FIRST_LOCK_S * 2 ** (failures - FORGIVEN))
  return new Date(at.getTime() + seconds * 1000)
}
