import type { Lang } from '../kernel/failure.ts'
import type { Section } from './config.ts'

/** One line of the reference: a field of the configuration, named by its whole path. */
export type Field = {
  /** `statements.accounts.NAME.source`, `intrusion.webhook.url`. */
  readonly path: string
  readonly type: string
  /** As YAML; '' where there is none. */
  readonly standard: string
  readonly required: boolean
  readonly description: string
}

// What a schema may hold, as it is read here.
type Node = {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly patternProperties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly pattern?: string
}

/** Every field of these sections, in the order of the schemas. Pure. */
export const fieldsOf = (sections: readonly Section[]): Field[] =>
  sections.flatMap(({ name, schema }) => fieldsUnder(name, schema as Node, false))

function fieldsUnder(path: string, node: Node, required: boolean): Field[] {
  const own: Field = {
    path,
    type: typeOf(node),
    standard: node.default === undefined || isEmptyObject(node.default) ? '' : JSON.stringify(node.default),
    required: required && node.default === undefined,
    description: node.description ?? '',
  }
  return [own, ...fieldsWithin(path, node)]
}

function fieldsWithin(
  path: string,
  { properties = {}, patternProperties = {}, required = [], items, anyOf }: Node,
): Field[] {
  return [
    ...Object.entries(properties).flatMap(([name, of]) => fieldsUnder(`${path}.${name}`, of, required.includes(name))),
    ...Object.values(patternProperties).flatMap(of => fieldsUnder(`${path}.NAME`, of, false)),
    ...(items ? fieldsWithin(`${path}[]`, items) : []),
    ...(anyOf ?? []).flatMap(each => fieldsWithin(`${path}${kindOf(each)}`, each)),
  ]
}

/** Of one of several shapes: the constant that tells it from the others. */
function kindOf({ properties = {} }: Node): string {
  const told = Object.entries(properties).find(([, { const: value }]) => value !== undefined)
  return told ? `(${told[0]}: ${told[1].const})` : ''
}

function typeOf(node: Node): string {
  if (node.anyOf) return [...new Set(node.anyOf.map(typeOf))].join(' | ')
  if (node.const !== undefined) return JSON.stringify(node.const)
  if (node.enum) return node.enum.join(' | ')
  if (node.type === 'array') return node.items?.type ? `${typeOf(node.items)}[]` : 'list'
  const { minimum, maximum, pattern } = node
  if (minimum !== undefined || maximum !== undefined) return `${node.type} ${minimum ?? ''}–${maximum ?? ''}`
  return pattern === undefined || node.type !== 'string' ? (node.type ?? 'any') : `string ${pattern}`
}

const isEmptyObject = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0

/** Paths without a word that says what they are for: names that speak for themselves are no excuse. Objects speak by their fields. */
export const undescribed = (sections: readonly Section[]): string[] =>
  fieldsOf(sections).flatMap(({ path, type, description }) =>
    description === '' && path.includes('.') && type !== 'object' && !type.startsWith('"') ? [path] : [],
  )

const WORDS = {
  zh: { field: '字段', type: '类型', standard: '默认', says: '说明', required: '必填' },
  en: { field: 'field', type: 'type', standard: 'default', says: 'meaning', required: 'required' },
}

/** The reference as a table in Markdown for each section. Pure. */
export function referenceText(sections: readonly Section[], lang: Lang): string {
  const words = WORDS[lang]
  return sections
    .map(section => {
      const [head, ...fields] = fieldsOf([section])
      const row = ({ path, type, standard, required, description }: Field): string =>
        `| \`${path.slice(section.name.length).replace(/^\./, '')}\` | ${code(type)} | ${required ? words.required : code(standard)} | ${cell(description)} |`
      const table = [
        `| ${words.field} | ${words.type} | ${words.standard} | ${words.says} |`,
        '|---|---|---|---|',
        ...fields.map(row),
      ]
      return [`## ${section.name}`, head?.description, fields.length > 0 ? table.join('\n') : undefined]
        .filter(part => part !== undefined && part !== '')
        .join('\n\n')
    })
    .join('\n\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
const code = (text: string): string => (text === '' ? '' : `\`${cell(text)}\``)
