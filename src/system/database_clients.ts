import pg from 'pg'
import { hostsOf } from './database_hosts.ts'
import { followPrimary, type Host, type Primaries } from './database_primary.ts'
import { secureConnection } from './database_tls.ts'

/** One connection, not yet made, to the database of `url`: to its primary, where the address names several servers. */
export function databaseClient(url: string, more: pg.ClientConfig = {}): pg.Client {
  const several = primariesOf(url)
  return several
    ? new several.Client({ ...OURS, ...more })
    : new pg.Client({ ...secureConnection(url), ...OURS, ...more })
}

/** A pool of them. */
export function databasePool(url: string, more: pg.PoolConfig = {}): pg.Pool {
  const several = primariesOf(url)
  return several
    ? new pg.Pool({ ...OURS, ...more, Client: several.Client })
    : new pg.Pool({ ...secureConnection(url), ...OURS, ...more })
}

/** All pools and connections of a process follow the same primary. */
const followed = new Map<string, Primaries>()

function primariesOf(url: string): Primaries | undefined {
  const known = followed.get(url)
  if (known) return known
  const { addresses, fenced } = hostsOf(url)
  if (!fenced) return undefined
  const primaries = followPrimary(addresses.map(hostOf))
  followed.set(url, primaries)
  return primaries
}

function hostOf(address: string): Host {
  const { connectionString = address, ssl } = secureConnection(address)
  const { host, port, user, database, password } = new pg.Client({ connectionString })
  return { host, port, user, database, password, ssl }
}

/**
 * How values come back: bigint as a number (one beyond 2^53 is a bug and stops us), date as its text, because a business
 * day has no time zone. numeric stays text: `sum` of amounts goes through BigInt.
 */
export const clientConfig = (url: string): pg.ClientConfig => ({ ...secureConnection(url), ...OURS })

const getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (format === 'binary') return pg.types.getTypeParser(oid, 'binary')
  if (oid === pg.types.builtins.INT8) return safeInteger
  if (oid === pg.types.builtins.DATE) return asText
  return pg.types.getTypeParser(oid, 'text')
}) as typeof pg.types.getTypeParser

const asText = (text: string): string => text

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`bigint beyond 2^53: ${text}`)
  return value
}

const OURS = { application_name: `fzpay ${process.pid}`, types: { getTypeParser } }
