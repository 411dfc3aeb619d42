/** `x-mask: KIND` at a text of a response schema: such a value leaves the house as the caller may see it. */
export const MASK = 'x-mask'

type Schema = { readonly [keyword: string]: unknown }

/** Says what a caller sees of a value of a kind; made anew for each answer. */
export type Sight = (kind: string, value: string) => string

/** An answer → the same answer as seen; what was given is left as it is. */
export type Masker = (answer: unknown, see: Sight) => unknown

/**
 * What to mask in answers of a schema, or null when it has nothing to mask: made once for each route, so that answers without such fields
 * cost nothing. Follows properties, items, records and unions; a field is masked if any branch of a union says so, as masking too
 * much is the lesser mistake. Throws at a mask on anything but a text, and at one within what it does not follow.
 */
export function maskerOf(schema: unknown): Masker | null {
  const made = compile(schema as Schema)
  const asked = (JSON.stringify(schema)?.match(new RegExp(`"${MASK}":`, 'g')) ?? []).length
  if (asked !== made.masks) throw new Error(`${asked} masks in the schema, ${made.masks} can be reached`)
  return made.apply
}

type Compiled = { readonly apply: Masker | null; readonly masks: number }
const NOTHING: Compiled = { apply: null, masks: 0 }

function compile(schema: Schema | undefined): Compiled {
  if (schema === undefined || typeof schema !== 'object') return NOTHING
  const kind = schema[MASK]
  if (kind !== undefined) {
    if (schema.type !== 'string') throw new Error(`a mask on what is no text: ${JSON.stringify(schema)}`)
    return {
      apply: (value, see) => (typeof value === 'string' && value !== '' ? see(String(kind), value) : value),
      masks: 1,
    }
  }
  return both(unionOf(schema), both(objectOf(schema), both(recordOf(schema), arrayOf(schema))))
}

const both = (a: Compiled, b: Compiled): Compiled => {
  const masks = a.masks + b.masks
  const [first, second] = [a.apply, b.apply]
  if (first === null) return { apply: second, masks }
  if (second === null) return { apply: first, masks }
  return { apply: (value, see) => second(first(value, see), see), masks }
}

function unionOf(schema: Schema): Compiled {
  const branches = [schema.anyOf, schema.oneOf, schema.allOf].flatMap(list => (list as Schema[] | undefined) ?? [])
  return branches.map(compile).reduce(both, NOTHING)
}

function objectOf(schema: Schema): Compiled {
  const fields = Object.entries((schema.properties as Readonly<Record<string, Schema>> | undefined) ?? {}).flatMap(
    ([name, field]) => {
      const { apply, masks } = compile(field)
      return apply === null ? [] : [{ name, apply, masks }]
    },
  )
  if (fields.length === 0) return NOTHING
  return {
    masks: fields.reduce((sum, field) => sum + field.masks, 0),
    apply(value, see) {
      if (value === null || typeof value !== 'object') return value
      const seen: Record<string, unknown> = { ...value }
      for (const { name, apply } of fields) if (Object.hasOwn(seen, name)) seen[name] = apply(seen[name], see)
      return seen
    },
  }
}

/** Records: every value is of one shape. */
function recordOf(schema: Schema): Compiled {
  const shapes = [
    ...Object.values((schema.patternProperties as Readonly<Record<string, Schema>> | undefined) ?? {}),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties as Schema] : []),
  ]
  const { apply, masks } = shapes.map(compile).reduce(both, NOTHING)
  if (apply === null) return NOTHING
  const known = new Set(Object.keys((schema.properties as object | undefined) ?? {}))
  return {
    masks,
    apply: (value, see) =>
      value === null || typeof value !== 'object'
        ? value
        : Object.fromEntries(
            Object.entries(value).map(([name, one]) => [name, known.has(name) ? one : apply(one, see)]),
          ),
  }
}

function arrayOf(schema: Schema): Compiled {
  const { apply, masks } = compile(schema.items as Schema | undefined)
  if (apply === null) return NOTHING
  return { masks, apply: (value, see) => (Array.isArray(value) ? value.map(one => apply(one, see)) : value) }
}
