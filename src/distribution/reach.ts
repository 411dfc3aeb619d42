import { type Catalogue, columnOf } from './catalogue.ts'
import { ORDER_NO, type Place, placesOf } from './places.ts'
import { type Part, type PlanNode, partsOf, type Relation } from './plan_tree.ts'

/**
 * How a statement finds the rows of a distributed table: those of one order, those of a set of orders (a list, or a join with rows that name their
 * orders), or by something else, for which every shard is searched.
 */
export type Reach = 'one_order' | 'set' | 'every_shard'

export type TableReach = Pick<Relation, 'table' | 'alias' | 'locked'> & { readonly reach: Reach }

/**
 * What Citus makes of a statement, by its documentation (SQL Support and Workarounds; Query Processing):
 * - `coordinator`: it names no distributed table;
 * - `router`: all rows are those of one order, so all of it, or each of its parts, goes to one shard;
 * - `pushed_down`: it runs on all shards at once, each with the orders of the set that are its own;
 * - `every_shard`: it runs, and searches every shard for a few rows;
 * - `refused`: "SELECT … FOR UPDATE work in single-shard queries only".
 */
export type Verdict = 'coordinator' | 'router' | 'pushed_down' | 'every_shard' | 'refused'

export type StatementReach = {
  readonly verdict: Verdict
  readonly tables: readonly TableReach[]
  /** Tables of the coordinator that it names too: Citus plans such parts by themselves and carries their rows. */
  readonly beside: readonly string[]
}

/** How a statement reaches the distributed tables, from its generic plan on plain PostgreSQL. */
export function reachOf(plan: PlanNode, catalogue: Catalogue): StatementReach {
  const places = placesOf(catalogue)
  const parts = partsOf(plan)
  const tables = parts.flatMap(part => partReach(part, catalogue, places))
  const named = parts.flatMap(part => part.relations.map(({ table }) => table))
  return {
    verdict: verdictOf(tables),
    tables,
    beside: [...new Set(named)].filter(table => places.get(table) === 'coordinator').sort(),
  }
}

function verdictOf(tables: readonly TableReach[]): Verdict {
  if (tables.length === 0) return 'coordinator'
  if (tables.some(({ locked, reach }) => locked && reach !== 'one_order')) return 'refused'
  if (tables.some(({ reach }) => reach === 'every_shard')) return 'every_shard'
  return tables.every(({ reach }) => reach === 'one_order') ? 'router' : 'pushed_down'
}

function partReach(part: Part, catalogue: Catalogue, places: ReadonlyMap<string, Place>): readonly TableReach[] {
  const found = new Map<string, TableReach>()
  for (const relation of part.relations) {
    const { table, alias } = relation
    if (places.get(table) !== 'distributed') continue
    const reach = relation.inserted ? insertReach(relation, catalogue) : scanReach(alias, part)
    // An update names its table twice: where it writes and where it reads.
    const locked = relation.locked || found.get(alias)?.locked === true
    found.set(alias, { table, alias, reach, locked })
  }
  return [...found.values()]
}

/** What the order's number of an alias is equal to, directly and through others. */
function scanReach(alias: string, part: Part): Reach {
  const tables = new Set(part.relations.map(relation => relation.alias))
  const terms = boundTo(`${alias}.${ORDER_NO}`, part)
  if (terms.some(term => term.startsWith('$'))) return 'one_order'
  // A column of a table is searched for itself, and says of no order that it is asked for.
  return terms.some(term => !tables.has(aliasOf(term))) ? 'set' : 'every_shard'
}

function boundTo(column: string, { equalities, optional }: Part): readonly string[] {
  const sidesOf = (term: string): readonly number[] => optional.get(aliasOf(term)) ?? []
  const found = new Set([column])
  for (const term of found) {
    // A list is equal to nothing: two columns within the same list need not be the same order.
    if (!term.includes('.')) continue
    for (const { terms, within } of equalities) {
      const other = terms[0] === term ? terms[1] : terms[1] === term ? terms[0] : undefined
      if (other === undefined) continue
      const sides = sidesOf(term)
      // What is optional does not bind what is there without it.
      if ([...within, ...sidesOf(other)].every(side => sides.includes(side))) found.add(other)
    }
  }
  found.delete(column)
  return [...found]
}

const aliasOf = (term: string): string => term.split('.')[0] as string

function insertReach({ table, inserted }: Relation, catalogue: Catalogue): Reach {
  const described = catalogue.find(({ name }) => name === table)
  const position = described && columnOf(described, ORDER_NO)?.position
  const value = position === undefined ? undefined : inserted?.[position - 1]
  return value !== undefined && /^\(?\$\d+\)?$/.test(value) ? 'one_order' : 'set'
}
