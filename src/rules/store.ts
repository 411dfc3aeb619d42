import type pg from 'pg'
import type { Day } from '../kernel/business_day.ts'
import { parseRules } from './read.ts'
import type { Rules } from './rules.ts'

type Db = pg.Pool | pg.ClientBase

/** Rules and the number of the version they are: what a run keeps with all it makes. */
export type RulesInForce = { readonly version: number; readonly rules: Rules }

/** The rules that hold for a business day: of the activations that have begun by then the latest, by day and then by when it was made. */
export async function rulesOn(db: Db, day: Day): Promise<RulesInForce> {
  const { rows } = await db.query(
    `select v.version, v.canonical, v.sm3 from rule_activations a join rule_versions v using (version)
      where a.from_day <= $1 order by a.from_day desc, a.id desc limit 1`,
    [day],
  )
  const [row] = rows
  if (!row) throw new Error(`no rules hold for ${day}`)
  return { version: row.version, rules: rulesFrom(row) }
}

/** Versions never change: each is read once. Kept by what it says, as one process may see several databases. */
const known = new Map<string, Rules>()
const KNOWN_AT_MOST = 64

export function rulesFrom({ version, canonical, sm3 }: { version: number; canonical: string; sm3: string }): Rules {
  const seen = known.get(sm3)
  if (seen) return seen
  const rules = parseRules(canonical, `version ${version}`)
  if (known.size >= KNOWN_AT_MOST) known.clear()
  known.set(sm3, rules)
  return rules
}
