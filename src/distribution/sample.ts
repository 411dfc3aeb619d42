/** Orders of a sample: enough of them that they do not lie in one shard by chance. */
const NUMBERS = Array.from({ length: 16 }, (_, i) => `SAMPLE-${i}`)

/** Beginnings of the names of types, and a value that each reads. Other types are enumerations and such, and get null. */
const VALUES: readonly (readonly [type: string, value: string])[] = [
  ['text', 'SAMPLE-0'],
  ['character varying', 'SAMPLE-0'],
  ['timestamp', '2026-11-20 10:00:00+08'],
  ['date', '2026-11-20'],
  ['boolean', 'false'],
  ['json', '{}'],
  ['bytea', ''],
  ['bigint', '1'],
  ['integer', '1'],
  ['smallint', '1'],
  ['numeric', '1'],
]

/**
 * A literal for each parameter type (as `regtype` writes it) of a statement: every single text names the same order, every list names many, so that a
 * statement about one order is told from one about a set.
 */
export const literalsOf = (types: readonly string[]): readonly string[] => types.map(literalOf)

function literalOf(type: string): string {
  const list = type.endsWith('[]')
  const value = VALUES.find(([beginning]) => type.startsWith(beginning))?.[1]
  if (value === undefined) return `null::${type}`
  if (!list) return `'${value}'::${type}`
  const values = value === 'SAMPLE-0' ? NUMBERS : NUMBERS.map(() => value)
  return `array[${values.map(one => `'${one}'`).join(', ')}]::${type}`
}
