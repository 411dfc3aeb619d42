import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { parseDocument } from 'yaml'
import { Failure } from '../kernel/failure.ts'
import { type Mistake, shapeOf } from './shape.ts'

/** What a folder adds to the configuration: its own part of the file, by name. */
export type Section<S extends TSchema = TSchema> = { readonly name: string; readonly schema: S }

export type ConfigSource = {
  /** Shown in messages. */
  readonly name: string
  /** The folder relative names of files start from. */
  readonly folder: string
  readonly text: string
}

type Env = Readonly<Record<string, string | undefined>>

/** The configuration file: FZPAY_CONFIG, else ./fzpay.yaml where there is one, else none. Throws Failure config_unreadable. */
export function findConfig(env: Env = process.env, cwd = process.cwd()): ConfigSource | null {
  const given = env.FZPAY_CONFIG || undefined
  const path = resolve(cwd, given ?? 'fzpay.yaml')
  try {
    return { name: path, folder: dirname(path), text: readFileSync(path, 'utf8') }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (given === undefined && code === 'ENOENT') return null
    throw new Failure(
      'config_unreadable',
      {
        zh: `配置文件 ${path} 无法读取（${code}）：请检查 FZPAY_CONFIG 和文件权限`,
        en: `The configuration ${path} cannot be read (${code}): check FZPAY_CONFIG and the file's rights`,
      },
      { file: path, reason: code },
    )
  }
}

/**
 * The configuration, checked against the sections of all folders, with defaults filled in. `${NAME}` in a text is taken from the
 * environment; `x_file: PATH` gives `x` the content of a file without its last line end: so secrets need not stand in the configuration.
 * Throws Failure config_invalid, which names every mistake.
 */
export function readConfig(source: ConfigSource | null, sections: readonly Section[], env: Env = process.env): unknown {
  const name = source?.name ?? ''
  const schema = wholeSchema(sections)
  const mistakes: Mistake[] = []
  const given = source ? parse(source) : {}
  const filled = fill(given, '', source?.folder ?? '.', env, mistakes)
  if (mistakes.length > 0) throw configInvalid(name, mistakes)
  const read = shapeOf(schema).read(filled)
  if ('mistakes' in read) throw configInvalid(name, read.mistakes)
  return read.value
}

/** One folder's section, for commands that need no other; what else stands in the file is not looked at. Throws as `readConfig`. */
export function readSection<S extends TSchema>(
  source: ConfigSource | null,
  section: Section<S>,
  env: Env = process.env,
): Static<S> {
  const whole = source === null ? {} : parse(source)
  const own = whole !== null && typeof whole === 'object' ? (whole as Record<string, unknown>)[section.name] : undefined
  const text = own === undefined ? '{}' : JSON.stringify({ [section.name]: own })
  const read = readConfig({ name: source?.name ?? '', folder: source?.folder ?? '.', text }, [section], env)
  return (read as Record<string, Static<S>>)[section.name] as Static<S>
}

function wholeSchema(sections: readonly Section[]): TObject {
  const properties: Record<string, TSchema> = {}
  for (const { name, schema } of sections) {
    if (properties[name]) throw new Error(`two sections of the configuration are named ${name}`)
    properties[name] = 'default' in schema ? schema : Type.Optional(schema)
  }
  return Type.Object(properties, { additionalProperties: false })
}

function parse(source: ConfigSource): unknown {
  const document = parseDocument(source.text, { prettyErrors: true })
  const wrong = document.errors[0]
  if (wrong) {
    const at = wrong.linePos?.[0]
    const reason = wrong.message.split('\n')[0] ?? ''
    throw new Failure(
      'config_unreadable',
      {
        zh: `${source.name}${at ? ` 第 ${at.line} 行第 ${at.col} 列` : ''}不是有效的 YAML：${reason}`,
        en: `${source.name}${at ? `:${at.line}:${at.col}` : ''} is not valid YAML: ${reason}`,
      },
      { file: source.name, line: at?.line, column: at?.col, reason },
    )
  }
  return document.toJS() ?? {}
}

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g

/** Puts in what stands in the environment and in files; notes what is missing. */
function fill(value: unknown, path: string, folder: string, env: Env, mistakes: Mistake[]): unknown {
  if (typeof value === 'string')
    return value.replaceAll(VARIABLE, (_, variable: string) => {
      const found = env[variable]
      if (found === undefined)
        mistakes.push(mistake(path, `\${${variable}}`, `环境变量 ${variable}`, `the environment variable ${variable}`))
      return found ?? ''
    })
  if (Array.isArray(value)) return value.map((item, index) => fill(item, `${path}/${index}`, folder, env, mistakes))
  if (value === null || typeof value !== 'object') return value
  const filled: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    const there = `${path}/${key}`
    const content = fill(inner, there, folder, env, mistakes)
    if (!key.endsWith('_file') || typeof content !== 'string') {
      filled[key] = content
      continue
    }
    const plain = key.slice(0, -'_file'.length)
    if (plain in value)
      mistakes.push(mistake(there, key, `只给 ${plain} 或 ${key} 之一`, `either ${plain} or ${key}, not both`))
    const file = resolve(folder, content)
    try {
      filled[plain] = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      mistakes.push(mistake(there, `${file} (${code})`, '可读取的文件', 'a file that can be read'))
    }
  }
  return filled
}

const mistake = (path: string, found: string, zh: string, en: string): Mistake => ({
  path,
  found,
  expected: { zh, en },
})

const SECRET = /key|secret|password|token/i

function configInvalid(name: string, all: readonly Mistake[]): Failure {
  // A secret that does not fit its schema must not be shown on a terminal or in a log.
  const mistakes = all.map(one =>
    SECRET.test(one.path) && !['nothing', '""'].includes(one.found) && !one.found.startsWith('${')
      ? { ...one, found: '***' }
      : one,
  )
  const dotted = (path: string): string => path.slice(1).replaceAll('/', '.') || '(root)'
  return new Failure(
    'config_invalid',
    {
      zh: `配置 ${name} 有 ${mistakes.length} 处错误：${mistakes
        .map(
          ({ path, found, expected }) =>
            `${dotted(path)} 为 ${found === 'nothing' ? '空' : found}，应为 ${expected.zh}`,
        )
        .join('；')}`,
      en: `The configuration ${name} has ${mistakes.length} mistake${mistakes.length === 1 ? '' : 's'}: ${mistakes
        .map(({ path, found, expected }) => `${dotted(path)} is ${found}, expected ${expected.en}`)
        .join('; ')}`,
    },
    {
      file: name,
      mistakes: mistakes.map(({ path, found, expected }) => ({
        path: dotted(path),
        found,
        expected_zh: expected.zh,
        expected_en: expected.en,
      })),
    },
  )
}
