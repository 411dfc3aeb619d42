import { createHash } from 'node:crypto'
import { canonicalJson } from '../kernel/canonical_json.ts'
import { Failure } from '../kernel/failure.ts'

/**
 * SM3 of what a caller asked for, in canonical JSON (names sorted, `undefined` left out): the same request once more has
 * the same digest, whatever the order of its fields.
 */
export const askDigest = (ask: unknown): string => createHash('sm3').update(canonicalJson(ask)).digest('hex')

export const idReused = (id: string): Failure =>
  new Failure(
    'id_reused',
    {
      zh: `编号 ${id} 已用于内容不同的请求：重试请用原内容，新请求请换编号`,
      en: `The id ${id} was used for another request: repeat it with the same content, or take a new id`,
    },
    { id },
  )
