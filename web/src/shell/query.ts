export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What is asked for behind the question mark of an address. */
export type Query = Readonly<Record<string, string | number | boolean | undefined | null>>

/** `/api/days` with its query; what is undefined, null or empty is left out. */
export function addressOf(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return text === '' ? path : `${path}?${text}`
}
