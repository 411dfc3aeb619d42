import { createHash } from 'node:crypto'
import { Failure } from '../kernel/failure.ts'

/**
 * SM3 of what a caller asked for, in canonical JSON (names sorted, `undefined` left out): the same request once more has
 * the same digest, whatever the order of its fields.
 */
export const askDigest = (ask: unknown): string => createHash('sm3').update(canonical(ask)).digest('hex')

function canonical(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value.toISOString())
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`
}

export const idReused = (id: string): Failure =>
  new Failure(
    'id_reused',
    {
      zh: `编号 ${id} 已用于内容不同的请求：重试请用原内容，新请求请换编号`,
      en: `The id ${id} was used for another request: repeat it with the same content, or take a new id`,
    },
    { id },
  )
