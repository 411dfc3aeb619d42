/** What two states of a thing have differently. Pure. */

export type Change = { readonly path: string; readonly before: unknown; readonly after: unknown }

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Field by field what two states of a thing have; fields that are the same stay out unless there is nothing before. */
export function changesBetween(before: unknown, after: unknown, path = ''): Change[] {
  if (isRecord(before) || isRecord(after)) {
    const [old, next] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}]
    return [...new Set([...Object.keys(old), ...Object.keys(next)])].flatMap(name =>
      changesBetween(old[name], next[name], path === '' ? name : `${path}.${name}`),
    )
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }]
}
