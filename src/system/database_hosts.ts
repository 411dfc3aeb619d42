import { Failure } from '../kernel/failure.ts'

/** An address with several servers, and which of them is the primary. Pure. */

const SEVERAL = /^(postgres(?:ql)?:\/\/(?:[^@/?]*@)?)([^/?]*)(.*)$/s

/** What libpq knows of whom to take; only the one that writes is of use to a platform that books. */
const ATTRIBUTES = 'target_session_attrs'

/**
 * One address for each server of a DATABASE_URL as libpq writes it: `postgres://user:password@a:5432,b:5432/fzpay`, and `&target_session_attrs=read-write`, which
 * also holds for a single host (a virtual address that moves). `fenced`: only the newest primary is taken. Throws database_attributes_unknown.
 */
export function hostsOf(address: string): { readonly addresses: readonly string[]; readonly fenced: boolean } {
  const [, head = '', hosts = '', rest = ''] = SEVERAL.exec(address) ?? []
  if (head === '') return { addresses: [address], fenced: false }
  const [path = '', query = ''] = rest.split('?') as [string, string?]
  const parameters = new URLSearchParams(query)
  const wanted = parameters.get(ATTRIBUTES)
  if (wanted !== null && !['read-write', 'primary'].includes(wanted)) throw attributesUnknown(wanted)
  parameters.delete(ATTRIBUTES)
  const kept = parameters.size > 0 ? `?${parameters}` : ''
  const names = hosts.split(',').filter(name => name !== '')
  if (names.length < 2 && wanted === null) return { addresses: [address], fenced: false }
  return { addresses: names.map(name => `${head}${name}${path}${kept}`), fenced: true }
}

const attributesUnknown = (wanted: string): Failure =>
  new Failure(
    'database_attributes_unknown',
    {
      zh: `DATABASE_URL 的 ${ATTRIBUTES}=${wanted} 不适用：平台要写入，只能是 read-write 或 primary`,
      en: `${ATTRIBUTES}=${wanted} in DATABASE_URL does not fit: the platform writes, so it is read-write or primary`,
    },
    { found: wanted },
  )

/** What a server says of itself. */
export type Standing = {
  /** Neither a standby nor closed to writing. */
  readonly writable: boolean
  /** Of `primary_terms`; 0 before the first migration. */
  readonly term: number
}

export type Choice =
  | { readonly index: number; readonly term: number }
  | { readonly none: 'no_primary' | 'outdated' | 'two_primaries' }

/**
 * The primary among the servers, null being one that does not answer: it writes, and its term is the newest, and not older than `seen`, the newest that was ever seen. Of two that write under one
 * term neither is taken: somebody promoted by hand, and a person must say which one counts.
 */
export function choosePrimary(standings: readonly (Standing | null)[], seen: number): Choice {
  const writable = standings.flatMap((standing, index) => (standing?.writable ? [{ index, term: standing.term }] : []))
  const current = writable.filter(({ term }) => term >= seen)
  if (current.length === 0) return { none: writable.length > 0 ? 'outdated' : 'no_primary' }
  const newest = Math.max(...current.map(({ term }) => term))
  const [first, ...others] = current.filter(({ term }) => term === newest)
  return first && others.length === 0 ? first : { none: 'two_primaries' }
}
