import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import { Value } from 'typebox/value'

/** One place of a value that is not as its schema says. */
export type Mistake = {
  /** `/items/3/amount`, '' for the whole. */
  readonly path: string
  /** What stands there, shortened; never the content of a long text. */
  readonly found: string
  readonly expected: { readonly zh: string; readonly en: string }
}

export type Shape = {
  /** The value, with what its schema gives by default; or all mistakes. */
  readonly read: (value: unknown) => { readonly value: unknown } | { readonly mistakes: readonly Mistake[] }
}

export type ShapeOptions = {
  /** Texts are taken for numbers and booleans where the schema wants those: what comes in an address is always text. */
  readonly fromText?: boolean | undefined
}

/** A schema, compiled once. */
export function shapeOf(schema: TSchema, { fromText = false }: ShapeOptions = {}): Shape {
  const validator: Validator = Compile(schema)
  const defaults = JSON.stringify(schema).includes('"default":')
  return {
    read(given) {
      let value = given
      if (defaults) value = Value.Default(schema, value)
      if (fromText) value = Value.Convert(schema, value)
      return validator.Check(value) ? { value } : { mistakes: mistakesIn(value, validator.Errors(value)) }
    },
  }
}

type Place = Map<string, { found: string; zh: string[]; en: string[] }>

function mistakesIn(value: unknown, errors: readonly TLocalizedValidationError[]): Mistake[] {
  const places: Place = new Map()
  for (const error of errors)
    for (const { path, zh, en } of expectations(error)) {
      const place = places.get(path) ?? { found: shown(at(value, path)), zh: [], en: [] }
      places.set(path, place)
      if (!place.en.includes(en)) {
        place.zh.push(zh)
        place.en.push(en)
      }
    }
  return [...places].map(([path, { found, zh, en }]) => ({
    path,
    found,
    expected: { zh: zh.join('，或'), en: en.join(', or ') },
  }))
}

type Expectation = { readonly path: string; readonly zh: string; readonly en: string }

const TYPES: Readonly<Record<string, string>> = {
  string: '文本',
  number: '数字',
  integer: '整数',
  boolean: 'true 或 false',
  object: '对象',
  array: '列表',
  null: 'null',
}

/** What one error of the validator wants, in words. */
function expectations({ keyword, instancePath, params, message }: TLocalizedValidationError): Expectation[] {
  const path = instancePath
  const one = (zh: string, en: string): Expectation[] => [{ path, zh, en }]
  const given = params as Record<string, unknown>
  const list = (name: string): string[] => (given[name] as unknown[]).map(String)
  switch (keyword) {
    case 'type': {
      const types = [given.type].flat().map(String)
      return one(types.map(type => TYPES[type] ?? type).join('、'), types.join(' or '))
    }
    case 'required':
      return list('requiredProperties').map(name => ({ path: `${path}/${name}`, zh: '必填', en: 'a value' }))
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return list(keyword).map(name => ({ path: `${path}/${name}`, zh: '不给（没有这一项）', en: 'no such field' }))
    case 'boolean':
      return [] // A field that must not be there: `additionalProperties` names it.
    case 'enum':
      return one(`${list('allowedValues').join('、')} 之一`, `one of ${list('allowedValues').join(', ')}`)
    case 'const':
      return one(String(given.allowedValue), String(given.allowedValue))
    case 'pattern':
      return one(`符合 ${given.pattern}`, `text that fits ${given.pattern}`)
    case 'format':
      return one(`${given.format} 格式`, `the format ${given.format}`)
    case 'minLength':
      return one(`至少 ${given.limit} 个字符`, `at least ${given.limit} characters`)
    case 'maxLength':
      return one(`至多 ${given.limit} 个字符`, `at most ${given.limit} characters`)
    case 'minItems':
      return one(`至少 ${given.limit} 项`, `at least ${given.limit} items`)
    case 'maxItems':
      return one(`至多 ${given.limit} 项`, `at most ${given.limit} items`)
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return one(`${given.comparison} ${given.limit}`, `${given.comparison} ${given.limit}`)
    case 'anyOf':
    case 'oneOf':
      return [] // Its branches say what they want.
    default:
      return one(message, message)
  }
}

function at(value: unknown, path: string): unknown {
  let here = value
  for (const step of path.split('/').slice(1)) {
    if (here === null || typeof here !== 'object') return undefined
    here = (here as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return here
}

const LONGEST = 60

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? typeof value
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`
}
