/**
 * The text of a PostgreSQL array of one field of many rows, to be given as one parameter. The client's own way asks of each element what
 * it is and rewrites it twice, which was two fifths of what booking a batch costs us.
 */
export function sqlArray<T>(rows: readonly T[], field: (row: T) => string | number | boolean | null): string {
  let text = '{'
  for (let i = 0; i < rows.length; i++) {
    if (i > 0) text += ','
    const value = field(rows[i] as T)
    if (typeof value !== 'string') text += value === null ? 'NULL' : String(value)
    else text += SPECIAL.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`
  }
  return `${text}}`
}

/** Bytes as PostgreSQL writes them. */
export const bytesText = (bytes: Buffer | null): string | null =>
  bytes === null ? null : `\\x${bytes.toString('hex')}`

const SPECIAL = /["\\]/
