/** Stands where each request must have an id of its own. */
export const FRESH_ID = 'fresh0id0of0the0request0'

type Schema = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}
type Parameter = { readonly name: string; readonly in: string; readonly schema: Schema; readonly example?: unknown }
type Operation = {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> }
}
/** As much of an OpenAPI document as targets are made of. */
export type OpenApi = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

export type Target = {
  readonly name: string
  readonly method: string
  readonly url: string
  readonly body: unknown
  readonly parameters: number
}

/** Streams never end, and the document describes itself. */
const LEFT_OUT = /\/progress$|^\/api\/docs|^\/api\/openapi/

/** Every route that takes anything, with a value for each parameter that its schema would take; `*` marks parts of paths for sqlmap. */
export function injectionTargets(
  description: OpenApi,
  base: string,
  known: Readonly<Record<string, string>>,
): Target[] {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      if (LEFT_OUT.test(path)) return []
      const all = operation.parameters ?? []
      const inPath = all.filter(one => one.in === 'path')
      const inQuery = all.filter(one => one.in === 'query')
      const content = operation.requestBody?.content ?? {}
      const schema = content['application/json']?.schema
      const body = schema ? (sample('', schema, known) as Record<string, unknown>) : null
      const parameters = inPath.length + inQuery.length + leaves(body)
      if (parameters === 0) return []
      const filled = inPath.reduce(
        (text, { name, schema }) =>
          text.replace(`{${name}}`, `${encodeURIComponent(String(sample(name, schema, known)))}*`),
        path,
      )
      const query = inQuery.map(
        ({ name, schema }) =>
          `${name}=${encodeURIComponent(String(sample(name, schema, known)))}${inPath.length > 0 ? '*' : ''}`,
      )
      // Where parts of a path are marked, sqlmap tests marked places alone: the body is marked as well.
      const marked = inPath.length > 0 && body !== null ? mark(body) : body
      return [
        {
          name: `${method.toUpperCase()} ${path}`,
          method: method.toUpperCase(),
          url: `${base}${filled}${query.length > 0 ? `?${query.join('&')}` : ''}`,
          body: marked,
          parameters,
        },
      ]
    }),
  )
}

const leaves = (value: unknown): number =>
  value === null
    ? 0
    : typeof value !== 'object'
      ? 1
      : Object.values(value).reduce((sum: number, inner) => sum + leaves(inner), 0)

const mark = (value: unknown): unknown =>
  typeof value === 'string'
    ? `${value}*`
    : Array.isArray(value)
      ? value.map(mark)
      : value !== null && typeof value === 'object'
        ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mark(inner)]))
        : value

const SAMPLES: Readonly<Record<string, string>> = {
  id: FRESH_ID,
  merchant_no: 'FZWATER',
  fee_item_id: 'WATER',
  department_id: 'FZ',
  account_no: '10086001',
  email: 'zhang@example.com',
  phone: '13800000000',
  address: '203.0.113.1',
  currency: 'CNY',
  after: '',
}

function sample(name: string, schema: Schema, known: Readonly<Record<string, string>>): unknown {
  const text = known[name] ?? SAMPLES[name]
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.anyOf) return sample(name, schema.anyOf[0] as Schema, known)
  if (schema.properties)
    return Object.fromEntries(Object.entries(schema.properties).map(([key, inner]) => [key, sample(key, inner, known)]))
  if (schema.type === 'array') return schema.items ? [sample(name, schema.items, known)] : []
  if (schema.type === 'integer' || schema.type === 'number') return schema.default ?? schema.minimum ?? 1
  if (schema.type === 'boolean') return false
  if (text !== undefined) return text
  if (schema.examples?.[0] !== undefined) return schema.examples[0]
  if (schema.default !== undefined) return schema.default
  if (schema.format === 'date-time') return '2026-11-20T10:00:00+08:00'
  if (schema.format === 'date') return '2026-11-30'
  if (schema.pattern?.includes('\\.')) return '1.00'
  return 'A1'
}
