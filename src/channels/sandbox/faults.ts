import { hash } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { Failure } from '../../kernel/failure.ts'
import type { ChannelName } from '../channel.ts'

const words = <T extends string>(...all: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...all] })

/** What the sandbox can be told to do wrong, at which occasion. */
const MISDEEDS: Readonly<Record<string, readonly string[]>> = {
  notice: ['delay', 'drop', 'double', 'reorder', 'sign_wrong', 'change_amount'],
  create: ['delay', 'hang', 'error_500', 'sign_wrong', 'refuse'],
  query: ['delay', 'hang', 'error_500', 'sign_wrong', 'change_amount'],
  close: ['delay', 'hang', 'error_500', 'sign_wrong', 'race'],
  refund: ['delay', 'hang', 'error_500', 'sign_wrong', 'refuse'],
  query_refund: ['delay', 'hang', 'error_500', 'sign_wrong'],
  bill: ['delay', 'hang', 'error_500', 'sign_wrong', 'late', 'empty'],
}

export type Occasion = 'notice' | 'create' | 'query' | 'close' | 'refund' | 'query_refund' | 'bill'

export const Rule = Type.Object(
  {
    id: Type.Optional(Type.String({ pattern: '^[\\w.-]{1,64}$' })),
    on: words('notice', 'create', 'query', 'close', 'refund', 'query_refund', 'bill'),
    do: words(
      'delay',
      'drop',
      'double',
      'reorder',
      'sign_wrong',
      'change_amount',
      'hang',
      'error_500',
      'refuse',
      'race',
      'late',
      'empty',
    ),
    channel: Type.Optional(words('wechat', 'alipay', 'unionpay', 'bank')),
    /** Only this payment (or refund); with `on: bill` a day, "2026-11-25". */
    no: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    /** Whether it strikes follows from the seed, this rule's id and the number: the same every time. */
    probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    /** Strikes so often, then is spent. */
    next: Type.Optional(Type.Integer({ minimum: 1 })),
    /** delay, reorder: how long (at most). */
    ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400_000 })),
    /** double: how often it comes. */
    times: Type.Optional(Type.Integer({ minimum: 2, maximum: 10 })),
    /** drop: how many deliveries get lost; without it all of them. */
    attempts: Type.Optional(Type.Integer({ minimum: 1 })),
    /** change_amount: added to the amount. */
    fen: Type.Optional(Type.Integer()),
    /** refuse: the channel's code. */
    code: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    /** hang, error_500: the request is not carried out either. */
    undone: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
export type Rule = Static<typeof Rule>
type Kept = Rule & { readonly id: string }

/** Throws a Failure `sandbox_rule_invalid`. */
export function readRules(value: unknown): Kept[] {
  const given = Array.isArray(value) ? value : [value]
  return given.map((each, index) => {
    const [error] = Value.Errors(Rule, each)
    if (error) throw wrongRule(index, `${error.instancePath.slice(1) || 'rule'} ${error.message}`)
    const rule = each as Rule
    if (!MISDEEDS[rule.on]?.includes(rule.do))
      throw wrongRule(index, `on ${rule.on} there is ${MISDEEDS[rule.on]?.join(', ')}`)
    return { ...rule, id: rule.id ?? `${rule.on}-${rule.do}-${index + 1}` }
  })
}

const wrongRule = (index: number, reason: string): Failure =>
  new Failure(
    'sandbox_rule_invalid',
    { zh: `第 ${index + 1} 条规则有误：${reason}`, en: `rule ${index + 1} is wrong: ${reason}` },
    { rule: index + 1, reason },
  )

export class Faults {
  readonly #seed: number
  #rules: Kept[] = []
  readonly #left = new Map<string, number>()
  readonly #asked = new Map<string, number>()

  constructor(seed: number) {
    this.#seed = seed
  }

  get rules(): readonly Kept[] {
    return this.#rules
  }

  /** Replaces all rules; what was spent begins anew. */
  set(rules: readonly Kept[]): void {
    this.#rules = [...rules]
    this.#left.clear()
    this.#asked.clear()
    for (const { id, next } of rules) if (next !== undefined) this.#left.set(id, next)
  }

  byId(ids: readonly string[]): Kept[] {
    return this.#rules.filter(({ id }) => ids.includes(id))
  }

  /** The rules that strike now. */
  strike(on: Occasion, channel: ChannelName, no: string): Kept[] {
    if (this.#rules.length === 0) return []
    return this.#rules.filter(rule => {
      if (rule.on !== on || (rule.channel && rule.channel !== channel) || (rule.no && rule.no !== no)) return false
      if (rule.probability !== undefined && this.#chance(rule, channel, no) >= rule.probability) return false
      const left = this.#left.get(rule.id)
      if (left === 0) return false
      if (left !== undefined) this.#left.set(rule.id, left - 1)
      return true
    })
  }

  /** From 0 to 1: the same for the same seed, rule, number and how often it was asked about. */
  #chance({ id, on }: Kept, channel: ChannelName, no: string): number {
    const key = `${id}/${channel}/${no}`
    const nth = on === 'notice' ? 0 : (this.#asked.get(key) ?? 0)
    if (on !== 'notice') this.#asked.set(key, nth + 1)
    return hash('sha1', `${this.#seed}/${key}/${nth}`, 'buffer').readUInt32BE(0) / 2 ** 32
  }
}
