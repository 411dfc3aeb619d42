import { readFileSync } from 'node:fs'
import { narrow } from '../amount_text.ts'
import { FIELDS, type Field } from '../statement.ts'
import type { Relation } from './relations.ts'
import { type Shape, shapeWords } from './shape.ts'
import { endingOf, isTurned, simplified } from './vocabulary.ts'

/** What a column can be: a Field, or none of them. */
export const CLASSES = [...FIELDS, null] as const

/** Multinomial logistic regression: per feature its weights, in hundredths, as [class, weight, class, weight, …]. */
export type Model = { readonly bias: readonly number[]; readonly weights: Readonly<Record<string, readonly number[]>> }

export type Guess = { readonly field: Field | null; readonly probability: number }

/** Everything the classifier sees of a column, as words. */
export function featuresOf(
  header: string,
  shape: Shape,
  relations: ReadonlySet<Relation> | undefined,
  alike: { readonly days: number; readonly money: number },
): string[] {
  const words = shapeWords(shape)
  const features = headerWords(header)
  for (const word of words) features.push(`~${word}`)
  for (const relation of relations ?? []) features.push(`&${relation}`)
  if (words.includes('day') || words.includes('stamp')) features.push(`days ${Math.min(3, alike.days)}`)
  if (words.includes('money')) features.push(`moneys ${Math.min(4, alike.money)}`)
  return features
}

/** How many columns of a table look like days, and how many like money. */
export function alikeIn(shapes: readonly Shape[]): { days: number; money: number } {
  const words = shapes.map(shapeWords)
  return {
    days: words.filter(each => each.includes('day') || each.includes('stamp')).length,
    money: words.filter(each => each.includes('money')).length,
  }
}

/** 本次交易额(元) → its characters and pairs, its end, what the vocabulary says of that; Posting Date → its words and parts. */
export function headerWords(header: string): string[] {
  const text = simplified(narrow(header))
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  const bracket = /[([【]([^)\]】]*)[)\]】]/.exec(text)?.[1]?.trim()
  const bare = text.replace(/[([【][^)\]】]*[)\]】]/g, ' ').replace(/^#\d+$/, '')
  const features: string[] = []
  for (const run of bare.match(/[\u4e00-\u9fff]+/g) ?? []) {
    for (let i = 0; i < run.length; i++) {
      features.push(run[i]!)
      if (i > 0) features.push(run.slice(i - 1, i + 1))
    }
    features.push(`^${run.slice(0, 2)}`, `${run.slice(-2)}$`, `${run.slice(-1)}$`)
    if (run.length <= 2) features.push(`^${run}$`)
  }
  const words = bare.match(/\p{Script=Latin}+/gu) ?? []
  for (const word of words) {
    features.push(word)
    if (word.length >= 6) features.push(`${word.slice(0, 5)}…`)
    if (word.length >= 7) features.push(`…${word.slice(-5)}`)
    if (word.length >= 9) features.push(`…${word.slice(-6)}`)
  }
  if (words.length > 0) features.push(`${words.at(-1)}$`, `^${words[0]}`)
  if (words.length > 1) features.push(`${words.at(-2)} ${words.at(-1)}$`)
  if (bracket && /^(收入|存入|贷方?|收)$/.test(bracket)) features.push('(in)')
  if (bracket && /^(支出|支取|借方?|付)$/.test(bracket)) features.push('(out)')
  const ending = endingOf(header)
  if (ending) features.push(`=${ending}`)
  if (isTurned(header)) features.push('turned')
  if (features.length === 0) features.push('nameless')
  return [...new Set(features)]
}

/** Probabilities of all classes, best first. */
export function classify(features: readonly string[], model: Model = trained()): Guess[] {
  const scores = [...model.bias]
  for (const feature of features) {
    const weights = Object.hasOwn(model.weights, feature) ? model.weights[feature]! : []
    for (let i = 0; i < weights.length; i += 2) scores[weights[i]!]! += weights[i + 1]!
  }
  const top = Math.max(...scores)
  const powers = scores.map(score => Math.exp((score - top) / 100))
  const sum = powers.reduce((a, b) => a + b, 0)
  return CLASSES.map((field, index) => ({ field, probability: powers[index]! / sum })).toSorted(
    (a, b) => b.probability - a.probability,
  )
}

/** Has the model ever met a word of this name? */
export const isSpoken = (header: string): boolean =>
  headerWords(header).some(word => word !== 'nameless' && Object.hasOwn(trained().weights, word))

let model: Model | undefined

/** Read when the first header is met that the vocabulary does not know. */
const trained = (): Model => (model ??= JSON.parse(readFileSync(new URL('./model.json', import.meta.url), 'utf8')))
