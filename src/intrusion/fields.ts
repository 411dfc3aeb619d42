import type { Place, Sign } from './probes.ts'
import { probeIn } from './probes.ts'

/**
 * Which texts of a request are free, by its schema: a text that a pattern, a format or a list of values limits is an identifier; what the
 * schema leaves open is for people to write in. So a new route is judged rightly without a word about it here.
 */
type Plan = {
  readonly free: boolean
  readonly fields: ReadonlyMap<string, Plan> | null
  /** Elements of a list, values of a record. */
  readonly inner: Plan | null
}

type Schema = {
  readonly [keyword: string]: unknown
  readonly type?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly patternProperties?: Readonly<Record<string, Schema>>
}

const OPEN: Plan = { free: true, fields: null, inner: null }
/** Patterns that only say that something must be there. */
const LIMITS_NOTHING = new Set(['\\S', '^.*\\S.*$', '\\S+', '.', '.+'])

function planOf(schema: Schema | undefined): Plan {
  if (!schema || typeof schema !== 'object') return OPEN
  const branches = ['anyOf', 'oneOf', 'allOf'].flatMap(name => (schema[name] as Schema[] | undefined) ?? [])
  const plans = branches.map(planOf)
  const fields = new Map<string, Plan>()
  for (const plan of plans)
    for (const [name, inner] of plan.fields ?? []) fields.set(name, either(fields.get(name), inner))
  for (const [name, inner] of Object.entries(schema.properties ?? {})) fields.set(name, planOf(inner))
  const pattern = Object.values(schema.patternProperties ?? {})[0]
  const more = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
  const inner = schema.items ?? pattern ?? more
  return {
    free: branches.length > 0 ? plans.some((plan, at) => plan.free && isText(branches[at])) : isFree(schema),
    fields: fields.size > 0 ? fields : null,
    inner: inner ? planOf(inner) : (plans.find(plan => plan.inner)?.inner ?? null),
  }
}

const either = (a: Plan | undefined, b: Plan): Plan => (a?.free ? a : b)

const isText = (schema: Schema | undefined): boolean => schema?.type === 'string' || schema?.type === undefined

const isFree = (schema: Schema): boolean =>
  isText(schema) &&
  schema.enum === undefined &&
  schema.const === undefined &&
  schema.format === undefined &&
  (typeof schema.pattern !== 'string' || LIMITS_NOTHING.has(schema.pattern))

const plans = new WeakMap<object, Plan>()

function planFor(schema: unknown): Plan {
  if (schema === null || typeof schema !== 'object') return OPEN
  let plan = plans.get(schema)
  if (!plan) plans.set(schema, (plan = planOf(schema as Schema)))
  return plan
}

/** Nothing of ours is deeper, and what is deeper is not looked at for ever. */
const DEPTH = 12
/** A password may be anything; it is digested, never stored or shown. */
const UNREAD = /^(?:.*_)?(?:password|passphrase)$/
/** The fields of a change of password. */
const UNREAD_IN_BODY = /^(?:present|next|(?:.*_)?(?:password|passphrase))$/

/** The first probe in a body, by the schema of its route; null where there is none. */
export const probeInBody = (body: unknown, schema: unknown): Sign | null => walk(body, planFor(schema), '', 0)

/** The first probe in a query. What the schema does not name is judged like an identifier. */
export function probeInQuery(query: unknown, schema: unknown): Sign | null {
  const plan = planFor(schema)
  for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
    const found = keyProbe(name)
    if (found) return found
    const known = plan.fields?.get(name)
    const place: Place = known?.free ? 'free_text' : known ? 'identifier' : 'query'
    for (const text of [value].flat()) {
      const sign = typeof text === 'string' && !UNREAD.test(name) ? probeIn(text, place, name) : null
      if (sign) return sign
    }
  }
  return null
}

function walk(value: unknown, plan: Plan, field: string, depth: number): Sign | null {
  if (typeof value === 'string') {
    const sign = probeIn(value, plan.free ? 'free_text' : 'identifier', field)
    return sign !== null && UNREAD_IN_BODY.test(field) ? null : sign
  }
  if (value === null || typeof value !== 'object' || depth > DEPTH || Buffer.isBuffer(value)) return null
  if (Array.isArray(value)) {
    for (const one of value) {
      const sign = walk(one, plan.inner ?? OPEN, field, depth + 1)
      if (sign) return sign
    }
    return null
  }
  for (const name in value) {
    const known = plan.fields?.get(name)
    const sign =
      (known === undefined ? keyProbe(name) : null) ??
      walk((value as Record<string, unknown>)[name], known ?? plan.inner ?? OPEN, name, depth + 1)
    if (sign) return sign
  }
  return null
}

const PLAIN_KEY = /^\w{1,80}$/

/** Operators of document databases, and ways to the prototype, come as names. */
function keyProbe(name: string): Sign | null {
  if (PLAIN_KEY.test(name) && !name.startsWith('__')) return null
  if (name.startsWith('__'))
    return { family: 'template', certain: true, place: 'key', field: name.slice(0, 40), text: name }
  return probeIn(name, 'key', name.slice(0, 40))
}
