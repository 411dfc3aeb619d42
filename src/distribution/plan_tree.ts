/** A node of a plan as `EXPLAIN (VERBOSE, FORMAT JSON)` writes it. */
export type PlanNode = { readonly [field: string]: unknown; readonly Plans?: readonly PlanNode[] }

/** A table that a plan reads or writes. */
export type Relation = {
  readonly table: string
  /** As the plan calls it: a table may occur more than once. */
  readonly alias: string
  /** By SELECT … FOR UPDATE. */
  readonly locked: boolean
  /** Of an insertion: what goes into the columns, by their positions. */
  readonly inserted: readonly string[] | null
}

/**
 * Two terms that a condition holds equal: columns as `alias.column`, parameters as `$1`, lists as `ANY ($1)`. `within`: the outer joins and subplans in
 * which it holds; for what is outside of them it says nothing.
 */
export type Equality = { readonly terms: readonly [string, string]; readonly within: readonly number[] }

/**
 * A piece of a plan within which conditions bind what is read. `optional`: for each alias the outer joins and subplans whose optional side it is on:
 * what holds there says nothing of the rows outside.
 */
export type Part = {
  readonly relations: readonly Relation[]
  readonly equalities: readonly Equality[]
  readonly optional: ReadonlyMap<string, readonly number[]>
}

/** The branches of a union are parts of their own: what stands above it names the columns of the first, and binds none. */
export function partsOf(root: PlanNode): readonly Part[] {
  const part = {
    relations: [] as Relation[],
    equalities: [] as Equality[],
    optional: new Map<string, readonly number[]>(),
  }
  const branches: PlanNode[] = []
  let nodes = 0
  const visit = (node: PlanNode, under: boolean, optional: readonly number[]): void => {
    const locked = under || node['Node Type'] === 'LockRows'
    const relation = relationOf(node, locked)
    if (relation) part.relations.push(relation)
    if (typeof node.Alias === 'string') part.optional.set(node.Alias, optional)
    const sides = OPTIONAL_SIDES[node['Join Type'] as string] ?? []
    const number = ++nodes
    part.equalities.push(...equalitiesOf(node, optional, sides.length > 0 ? [...optional, number] : optional))
    const union = ['Append', 'Merge Append'].includes(node['Node Type'] as string)
    for (const child of node.Plans ?? []) {
      const side = child['Parent Relationship'] as string
      if (union && side === 'Member') branches.push(child)
      else visit(child, locked, sides.includes(side) || /Plan$/.test(side) ? [...optional, number] : optional)
    }
  }
  visit(root, false, [])
  return [part, ...branches.flatMap(partsOf)]
}

/** Which children of a join keep no row of the other from being there. */
const OPTIONAL_SIDES: Readonly<Record<string, readonly string[]>> = {
  Left: ['Inner'],
  Anti: ['Inner'],
  Right: ['Outer'],
  'Right Anti': ['Outer'],
  Full: ['Outer', 'Inner'],
}

function relationOf(node: PlanNode, locked: boolean): Relation | null {
  const { 'Relation Name': table, Alias: alias, Operation: operation, Plans: children = [] } = node
  if (typeof table !== 'string') return null
  const source = children.find(child => child['Parent Relationship'] === 'Outer')
  const inserted = operation === 'Insert' ? ((source?.Output as string[] | undefined) ?? []) : null
  return { table, alias: String(alias), locked, inserted }
}

const COLUMN = String.raw`(?:"[^"]+"|\w+)\.(?:"[^"]+"|\w+)`
const TERM = String.raw`${COLUMN}|\$\d+|ANY \(\$\d+\)`
const EQUALITY = new RegExp(`^(${TERM}) = (${TERM})$`)

/** Of what a node holds: Filter, Index Cond, Hash Cond, Join Filter and the like. Only what always holds counts, not what stands in an OR. */
function equalitiesOf(node: PlanNode, optional: readonly number[], joining: readonly number[]): Equality[] {
  // One of several alternatives, maybe: the scan above it says what they come to.
  if (node['Node Type'] === 'Bitmap Index Scan') return []
  return Object.entries(node).flatMap(([field, value]) => {
    if (!/(?:Cond|Filter)$/.test(field) || typeof value !== 'string') return []
    return conjuncts(value).flatMap(text => {
      const [, left, right] = EQUALITY.exec(text) ?? []
      if (left === undefined || right === undefined) return []
      const terms = [left.replaceAll('"', ''), right.replaceAll('"', '')] as const
      // A join's Filter is applied to what comes out of it; the other ones say which rows meet.
      return [{ terms, within: field === 'Filter' ? optional : joining }]
    })
  })
}

/** The parts of `((a = b) AND (c = d))`, without their brackets. */
function conjuncts(condition: string): string[] {
  const text = bare(condition)
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')') depth--
    else if (depth === 0 && text.startsWith(' AND ', at)) {
      parts.push(text.slice(from, at))
      from = at + ' AND '.length
    }
  }
  return from === 0 ? [text] : [...parts, text.slice(from)].flatMap(conjuncts)
}

/** Without brackets around the whole. */
function bare(text: string): string {
  if (!text.startsWith('(')) return text
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at === text.length - 1 ? bare(text.slice(1, -1)) : text
  }
  return text
}
