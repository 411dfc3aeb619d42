import { Failure } from './kernel/failure.ts'

/** The words of a command line: options with their values, and what stands alone. */
export type Words = {
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly operands: readonly string[]
}

export type OptionKinds = {
  /** Stand alone: --json. */
  readonly flags: readonly string[]
  /** Take one value: --out FILE. */
  readonly single: readonly string[]
  /** Take one value each time they are given: --column 金额=amount --column 日期=date. */
  readonly repeated?: readonly string[]
  /** Take all values up to the next option, and may be repeated: --statement A B. */
  readonly many: readonly string[]
}

/** Reads `--name value`, `--name=value` and operands; what is not known is refused with the nearest thing that is. */
export function parseWords(args: readonly string[], kinds: OptionKinds): Words {
  const flags = new Set<string>()
  const values = new Map<string, string[]>()
  const operands: string[] = []
  const repeated = kinds.repeated ?? []
  const known = [...kinds.flags, ...kinds.single, ...repeated, ...kinds.many]
  let open: string | undefined
  let literal = false
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string
    if (literal || word === '-' || !word.startsWith('-')) {
      if (open !== undefined) values.get(open)?.push(word)
      else operands.push(word)
      continue
    }
    open = undefined
    if (word === '--') {
      literal = true
      continue
    }
    const [name, ...rest] = word.replace(/^--?/, '').split('=') as [string, ...string[]]
    const given = rest.length > 0 ? rest.join('=') : undefined
    if (!known.includes(name) || !word.startsWith('--')) throw unknownOption(word, known)
    if (kinds.flags.includes(name)) {
      if (given !== undefined) throw refusal('option_value', `--${name} 不带值`, `--${name} takes no value`)
      flags.add(name)
      continue
    }
    const next = given ?? args[i + 1]
    if (next === undefined || (given === undefined && next.startsWith('--')) || next === '')
      throw refusal('option_value', `--${name} 后面缺少值`, `--${name} needs a value`)
    if (given === undefined) i++
    if (kinds.single.includes(name)) {
      if (values.has(name)) throw refusal('option_twice', `--${name} 只能给一次`, `--${name} may be given only once`)
      values.set(name, [next])
    } else {
      values.set(name, [...(values.get(name) ?? []), next])
      if (given === undefined && !repeated.includes(name)) open = name
    }
  }
  return { flags, values, operands }
}

function unknownOption(word: string, known: readonly string[]): Failure {
  const bare = word.replace(/^-+/, '').split('=')[0] as string
  const near = known.find(name => name.startsWith(bare) || bare.startsWith(name) || distance(name, bare) <= 2)
  return refusal(
    'option_unknown',
    `不认识的选项 ${word.split('=')[0]}${near ? `，是否指 --${near}` : ''}；fzpay help 列出全部选项`,
    `unknown option ${word.split('=')[0]}${near ? `, did you mean --${near}` : ''}; see fzpay help`,
  )
}

export const refusal = (code: string, zh: string, en: string): Failure => new Failure(code, { zh, en })

/** Levenshtein, for two short words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
      )
    row = next
  }
  return row[b.length] as number
}

/** A port as it was typed; undefined for none. Throws Failure option_value. */
export function portOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1
  if (port < 0 || port > 65535)
    throw refusal(
      'option_value',
      `端口 ${text} 无效：应为 0–65535`,
      `port ${text} is not valid: 0 to 65535 is expected`,
    )
  return port
}
