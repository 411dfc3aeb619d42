import type pg from 'pg'
import { rulesOf } from '../rules/rules.ts'
import { rulesOn } from '../rules/store.ts'
import { inOrder, likelyCause } from './cause.ts'
import { addedCauses, factsOf, setLikely, setNumbers } from './store.ts'

/** What a run, or a person, calls with discrepancies that were found or renewed: their numbers and their likely causes. */
export async function describeDiscrepancies(tx: pg.ClientBase, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await setNumbers(tx, ids)
  await refineCauses(tx, ids)
}

/** Facts read at one time. */
const AT_ONCE = 2_000

/**
 * Holds the causes that people added against discrepancies that were found or renewed: the first whose conditions hold is the likely cause, beside the
 * engine's own. Where none holds, the engine's stands. Gives how many changed.
 */
export async function refineCauses(tx: pg.ClientBase, ids: readonly number[]): Promise<number> {
  if (ids.length === 0) return 0
  const causes = inOrder(await addedCauses(tx))
  if (causes.length === 0)
    return await setLikely(
      tx,
      ids.map(id => ({ id, cause: '', version: null })),
    )
  let changed = 0
  const zones = new Map<string, string>()
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const found: Parameters<typeof setLikely>[1][number][] = []
    for (const facts of await factsOf(tx, ids.slice(from, from + AT_ONCE))) {
      const key = `${facts.businessDate} ${facts.channel}`
      let zone = zones.get(key)
      if (zone === undefined) {
        zone = rulesOf((await rulesOn(tx, facts.businessDate)).rules, facts.channel).calendar.zone
        zones.set(key, zone)
      }
      const likely = likelyCause(causes, facts, zone)
      found.push({ id: facts.id, cause: likely?.code ?? '', version: likely?.version ?? null })
    }
    changed += await setLikely(tx, found)
  }
  return changed
}
