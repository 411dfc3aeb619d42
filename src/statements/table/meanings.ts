import type { Field } from '../statement.ts'
import { alikeIn, classify, featuresOf, isSpoken } from './classifier.ts'
import { type Relation, type Relations, relationsOf } from './relations.ts'
import type { Shape } from './shape.ts'
import type { Unit } from './units.ts'
import { isKnownName, isTurnedInBrackets, meaningOf } from './vocabulary.ts'

/**
 * From this probability on a column is taken for what it is proposed to be; below, it is asked about when an amount, a time or
 * a direction hangs on it. On layouts held back from training no such guess above it was wrong, and the wrong ones begin at 0.82;
 * see docs/column-recognition.md.
 */
export const SURE = 0.85

/** A guess at what only helps (a name, a number, a note) is taken from here on: nothing is booked wrongly by it. */
const LIKELY = 0.4

/** Numbers that add up leave no doubt. */
const PROVEN = 0.99

/** Values alone ("x" with sums in it) can be a balance or a limit as well: always below SURE. */
const UNSPOKEN = 0.8

/** Fields on which hangs what is booked, and when. */
export const CRITICAL: ReadonlySet<Field> = new Set([
  'occurred_at',
  'date',
  'time',
  'amount',
  'amount_in',
  'amount_out',
  'direction',
  'kind',
  'status',
])

const AMOUNTS: ReadonlySet<Field> = new Set(['amount', 'amount_in', 'amount_out'])

/** What stands between the vocabulary's names and the classifier's guesses in the order of preference. */
const GUESSED = 100

export type Meaning = {
  readonly field: Field | null
  /** The smaller is preferred among columns of one field. */
  readonly rank: number
  readonly confidence: number
  readonly unit: Unit
  /** How likely each field is; empty where the vocabulary knows the name. */
  readonly likely: ReadonlyMap<Field, number>
}

/** Was it told by the classifier, not by the vocabulary or a person? */
export const isGuessed = (rank: number): boolean => rank >= GUESSED

/**
 * What each column means by itself. A name that the vocabulary knows means what it says; for any other the classifier weighs
 * its words, its values and what adds up. What is not likely is left open.
 */
export function meaningsOf(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  shapes: readonly Shape[],
): readonly Meaning[] {
  const nameless = headers.map(header => /^#\d+$/.test(header) || header.trim() === '')
  const guessed = headers.map((header, column) => !nameless[column] && !isKnownName(header))
  const relations = guessed.includes(true) || nameless.includes(true) ? relationsOf(rows, shapes) : null
  const alike = relations ? alikeIn(shapes) : { days: 0, money: 0 }
  return headers.map((header, column): Meaning => {
    const meaning = meaningOf(header)
    if (meaning.field !== null && AMOUNTS.has(meaning.field) && isTurnedInBrackets(header))
      return { field: null, rank: 0, confidence: 0, unit: meaning.unit, likely: new Map() }
    const shown = guessed[column] || nameless[column] ? provenField(relations?.get(column), relations) : null
    if (!guessed[column] && !shown) return { ...meaning, likely: new Map() }
    if (shown) return { field: shown, rank: GUESSED, confidence: PROVEN, unit: meaning.unit, likely: new Map() }
    const guesses = classify(featuresOf(header, shapes[column]!, relations?.get(column), alike))
    const [best] = guesses
    const likely = new Map<Field, number>()
    for (const { field, probability } of guesses) if (field !== null) likely.set(field, probability)
    const { field } = best!
    const probability =
      field !== null && CRITICAL.has(field) && !isSpoken(header)
        ? Math.min(best!.probability, UNSPOKEN)
        : best!.probability
    return probability < (field !== null && CRITICAL.has(field) ? 0.5 : LIKELY)
      ? { field: null, rank: 0, confidence: 0, unit: meaning.unit, likely }
      : {
          field,
          rank: GUESSED * (2 - probability),
          confidence: Math.round(probability * 100) / 100,
          unit: meaning.unit,
          likely,
        }
  })
}

const SHOWN: readonly (readonly [Relation, Field])[] = [
  ['comes in', 'amount_in'],
  ['goes out', 'amount_out'],
  ['moves', 'amount'],
  ['balances', 'balance'],
]

/** Proof beats probability: the one column that the running balance follows from, or the balance itself. */
function provenField(own: ReadonlySet<Relation> | undefined, all: Relations | null): Field | null {
  for (const [relation, field] of SHOWN)
    if (own?.has(relation) && [...(all?.values() ?? [])].filter(each => each.has(relation)).length === 1) return field
  return null
}
