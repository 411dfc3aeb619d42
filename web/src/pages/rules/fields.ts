import type { Both } from '../../shell/both.ts'

/** What a form for rules is made of, read from the schema of `GET /api/rules/form`. Pure. */

type Schema = {
  readonly title?: string
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
}

export type Field = {
  /** Beneath its scope: ['calendar', 'zone']. */
  readonly path: readonly string[]
  readonly title: Both
  readonly kind: 'text' | 'count' | 'yes_no' | 'choice' | 'order' | 'days' | 'schedule'
  readonly choices?: readonly string[]
  readonly least?: number
  readonly most?: number
}
export type Section = { readonly title: Both; readonly fields: readonly Field[] }

/** "金额容差 Amount tolerance" in its two languages: the English begins after the last Chinese character or full-width sign. */
export function wordsOf(title: string): Both {
  const [, zh = title, en = title] = /^(.*[\u2e80-\u9fff\uff00-\uffef])\s*(.*)$/.exec(title) ?? []
  return { zh, en: en === '' ? zh : en }
}

const constants = (schema: Schema): string[] =>
  schema.anyOf?.every(each => each.const !== undefined) ? schema.anyOf.map(each => String(each.const)) : []

/** The schema without its "or null": an empty field means that it is not set. */
const plain = (schema: Schema): Schema => {
  const rest = schema.anyOf?.filter(each => each.type !== 'null')
  return rest?.length === 1 && rest.length < (schema.anyOf?.length ?? 0) ? { ...rest[0], ...pick(schema) } : schema
}
const pick = ({ title }: Schema): Schema => (title === undefined ? {} : { title })

function fieldOf(path: readonly string[], given: Schema): Field | null {
  const schema = plain(given)
  const title = wordsOf(given.title ?? path.at(-1) ?? '')
  const choices = constants(schema)
  if (choices.length > 0) return { path, title, kind: 'choice', choices }
  if (schema.type === 'string') return { path, title, kind: 'text' }
  if (schema.type === 'boolean') return { path, title, kind: 'yes_no' }
  if (schema.type === 'integer')
    return {
      ...{ path, title, kind: 'count' },
      ...(schema.minimum === undefined ? {} : { least: schema.minimum }),
      ...(schema.maximum === undefined ? {} : { most: schema.maximum }),
    }
  if (schema.type === 'array' && schema.items) {
    const names = constants(schema.items)
    if (names.length > 0) return { path, title, kind: 'order', choices: names }
    return { path, title, kind: schema.items.type === 'object' ? 'schedule' : 'days' }
  }
  return null
}

/** The fields of one scope's rules by sections; single fields come first. Tables of exceptions are scopes of their own. */
export function sectionsOf(schema: Schema): Section[] {
  const single: Field[] = []
  const sections: Section[] = []
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    if (part.patternProperties) continue
    if (part.type === 'object') {
      const fields = Object.entries(part.properties ?? {}).flatMap(
        ([inner, each]) => fieldOf([name, inner], each) ?? [],
      )
      sections.push({ title: wordsOf(part.title ?? name), fields })
    } else {
      const field = fieldOf([name], part)
      if (field) single.push(field)
    }
  }
  return [{ title: { zh: '基本', en: 'General' }, fields: single }, ...sections]
}

export type Whole = { readonly channel: readonly Section[]; readonly row: readonly Section[] }

/** Sections for a channel's rules and for those of an exception (a merchant, a fee item). */
export function wholeForm(schema: unknown): Whole {
  const channel = (schema as Schema).properties?.defaults ?? {}
  const row = Object.values(channel.properties?.merchants?.patternProperties ?? {})[0] ?? {}
  return { channel: sectionsOf(channel), row: sectionsOf(row) }
}

/** Where a field stands in the document: `defaults`, `channels.wechat`, or an exception beneath one of these. */
export type Scope = readonly string[]

/** All scopes that a document names, the defaults first. */
export function scopesIn(document: unknown): Scope[] {
  const record = (value: unknown): Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
  const whole = record(document)
  const bases: Scope[] = [['defaults'], ...Object.keys(record(whole.channels)).map(name => ['channels', name])]
  return bases.flatMap(base => {
    const rules = base.reduce<unknown>((at, name) => record(at)[name], whole)
    const exceptions = ['merchants', 'fee_items'].flatMap(kind =>
      Object.keys(record(record(rules)[kind])).map(name => [...base, kind, name]),
    )
    return [base, ...exceptions]
  })
}

export const isException = (scope: Scope): boolean => scope.at(-2) === 'merchants' || scope.at(-2) === 'fee_items'
