import type { Field } from '../../src/statements/statement.ts'
import { alikeIn, CLASSES, featuresOf, headerWords, type Model } from '../../src/statements/table/classifier.ts'
import { relationsOf } from '../../src/statements/table/relations.ts'
import { shapeOf } from '../../src/statements/table/shape.ts'
import { knownNames } from '../../src/statements/table/vocabulary.ts'
import { type LabelledLayout, readLayouts, seeded, tableOf } from './table.ts'

type Example = { readonly features: readonly number[]; readonly label: number }

/** Tables made of each layout, with other values. */
const VARIANTS = 4
/** Names taken away in so many of them, so that the values alone get their say. */
const NAMELESS = 0.12
const EPOCHS = 30
const RATE = 0.25
/** Pulls weights to zero: a word seen once must not be sure of itself. */
const DECAY = 0.00012
/** Features met fewer times than this are noise. */
const FEATURE_MIN = 2
/** Weights below this many hundredths are left out of the file. */
const WEIGHT_MIN = 6

/** The model of the labelled layouts and the vocabulary's names. The same table gives the same file, byte for byte. */
export function train(layouts: readonly LabelledLayout[] = readLayouts('layouts.tsv')): Model {
  const raw: { features: string[]; field: Field | null }[] = []
  for (const [index, layout] of layouts.entries())
    for (let variant = 0; variant < VARIANTS; variant++) raw.push(...examplesOf(layout, index * 100 + variant))
  raw.push(...examplesOfNames())
  const counts = new Map<string, number>()
  for (const { features } of raw) for (const name of features) counts.set(name, (counts.get(name) ?? 0) + 1)
  const names = [...counts].filter(([, count]) => count >= FEATURE_MIN).map(([name]) => name)
  const index = new Map(names.map((name, at) => [name, at]))
  const examples = raw.map(
    ({ features, field }): Example => ({
      features: features.map(name => index.get(name) ?? -1).filter(at => at >= 0),
      label: CLASSES.indexOf(field),
    }),
  )
  return fit(examples, names)
}

function examplesOf(layout: LabelledLayout, seed: number): { features: string[]; field: Field | null }[] {
  const rows = tableOf(layout, seed)
  const random = seeded(seed ^ 0x5bd1e995)
  const shapes = layout.columns.map((_, column) => shapeOf(rows.map(row => row[column]!)))
  const relations = relationsOf(rows, shapes)
  const alike = alikeIn(shapes)
  // What another column carries better is learnt as nothing: alone in its file it will be asked about.
  return layout.columns.map(({ header, field, spare }, column) => ({
    features: featuresOf(random() < NAMELESS ? '' : header, shapes[column]!, relations.get(column), alike),
    field: spare ? null : field,
  }))
}

/** A name on its own: its words, without values. */
const examplesOfNames = (): { features: string[]; field: Field | null }[] =>
  knownNames().map(([name, field]) => ({ features: headerWords(name), field }))

function fit(examples: readonly Example[], names: readonly string[]): Model {
  const classes = CLASSES.length
  const weights = new Float64Array(names.length * classes)
  const bias = new Float64Array(classes)
  const random = seeded(20261122)
  const order = examples.map((_, at) => at)
  const powers = new Float64Array(classes)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1))
      ;[order[i], order[j]] = [order[j]!, order[i]!]
    }
    const rate = RATE / (1 + epoch / 6)
    for (const at of order) {
      const { features, label } = examples[at]!
      let top = Number.NEGATIVE_INFINITY
      for (let k = 0; k < classes; k++) {
        let score = bias[k]!
        for (const feature of features) score += weights[feature * classes + k]!
        powers[k] = score
        if (score > top) top = score
      }
      let sum = 0
      for (let k = 0; k < classes; k++) sum += powers[k] = Math.exp(powers[k]! - top)
      for (let k = 0; k < classes; k++) {
        const step = rate * ((k === label ? 1 : 0) - powers[k]! / sum)
        bias[k]! += step * 0.1
        for (const feature of features) {
          const place = feature * classes + k
          weights[place] = weights[place]! * (1 - rate * DECAY * 10) + step * 0.3
        }
      }
    }
  }
  const kept: [string, number[]][] = names
    .map((name, feature): [string, number[]] => {
      const own: number[] = []
      for (let k = 0; k < classes; k++) {
        const weight = Math.round(weights[feature * classes + k]! * 100)
        if (Math.abs(weight) >= WEIGHT_MIN) own.push(k, weight)
      }
      return [name, own]
    })
    .filter(([, own]) => own.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return { bias: [...bias].map(weight => Math.round(weight * 100)), weights: Object.fromEntries(kept) }
}

/** One feature a line: what a change of the table did can be read in the difference. */
export const modelText = ({ bias, weights }: Model): string =>
  `{\n"bias": ${JSON.stringify(bias)},\n"weights": {\n${Object.entries(weights)
    .map(([name, own]) => `${JSON.stringify(name)}: ${JSON.stringify(own)}`)
    .join(',\n')}\n}\n}\n`
