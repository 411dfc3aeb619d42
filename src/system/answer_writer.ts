import build from 'fast-json-stringify'
import { ErrorBody } from './http_errors.ts'

/** An answer → its JSON, with the fields that the schema declares and no others. */
export type AnswerWriter = (answer: unknown) => string

const made = new WeakMap<object, AnswerWriter>()

/**
 * What writes answers of a schema, which may refer to `Error#`. Made once for each schema: of the answers that the routes describe, five of six share theirs
 * with another one (all routes refuse alike), and making them was two thirds of what a start takes. Throws at a schema that cannot be written.
 */
export function answerWriter(schema: object): AnswerWriter {
  const known = made.get(schema)
  if (known) return known
  const writer = build(schema, { schema: { Error: ErrorBody } }) as AnswerWriter
  made.set(schema, writer)
  return writer
}
