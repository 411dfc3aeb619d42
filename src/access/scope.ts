/** Where a permission holds. null: everywhere. */
export type Area = {
  readonly merchants: readonly string[] | null
  readonly channels: readonly string[] | null
}

/** What rows one may see: those in any of the areas. Empty: none. */
export type Scope = readonly Area[]

export const EVERYWHERE: Scope = [{ merchants: null, channels: null }]
export const NOWHERE: Scope = []

export const isEverywhere = (scope: Scope): boolean =>
  scope.some(area => area.merchants === null && area.channels === null)

/**
 * Whether a row lies in the scope, by what it has: an order has a merchant and no channel, so channels do not bind it. What could have a merchant
 * and has none says so by '', and lies only in areas of all merchants.
 */
export const covers = (scope: Scope, row: { readonly merchant?: string; readonly channel?: string }): boolean =>
  scope.some(
    area =>
      (area.merchants === null || row.merchant === undefined || area.merchants.includes(row.merchant)) &&
      (area.channels === null || row.channel === undefined || area.channels.includes(row.channel)),
  )

/** The merchants of all areas; null: all there are. What several merchants share is seen by whoever sees each of them. */
export const merchantsOf = (scope: Scope): readonly string[] | null =>
  scope.some(area => area.merchants === null) ? null : [...new Set(scope.flatMap(area => area.merchants ?? []))]

/**
 * `covers` as a condition of SQL; values go into `values`, so that nothing of a scope is ever part of the text. `columns` are written by us,
 * never by a caller.
 */
export function scopeSql(
  scope: Scope,
  columns: { readonly merchant?: string; readonly channel?: string },
  values: unknown[],
): string {
  if (isEverywhere(scope)) return 'true'
  const areas = scope.map(area => {
    const parts: string[] = []
    if (area.merchants !== null && columns.merchant !== undefined)
      parts.push(`${columns.merchant} = any($${values.push(area.merchants)}::text[])`)
    if (area.channels !== null && columns.channel !== undefined)
      parts.push(`${columns.channel} = any($${values.push(area.channels)}::text[])`)
    return parts.length === 0 ? 'true' : `(${parts.join(' and ')})`
  })
  return areas.length === 0 ? 'false' : `(${areas.join(' or ')})`
}
