import { hash } from 'node:crypto'
import { leafOf } from './merkle.ts'

/** An entry as it is sealed. All numbers are decimal text, `at` microseconds since 1970 UTC: nothing is lost between languages. */
export type SealedFields = readonly [
  id: string,
  xact: string,
  at: string,
  requestId: string,
  whoId: string,
  whoName: string,
  address: string,
  device: string,
  what: string,
  objectKind: string,
  objectId: string,
  detail: string,
]

export const ENTRY_FORMAT = 'fzpay-log-entry-1'

/** The bytes that are hashed: a JSON array of texts without spaces, UTF-8. */
export const entryText = (fields: SealedFields): string => JSON.stringify([ENTRY_FORMAT, ...fields])

export const entryDigest = (fields: SealedFields): Buffer => leafOf(entryText(fields))

/** What a block says of itself. Digests are lower-case hexadecimal. */
export type BlockHeader = {
  readonly no: number
  readonly entries: number
  readonly lastXact: string
  readonly lastId: string
  readonly root: string
  readonly previous: string
  /** Milliseconds since 1970 UTC. */
  readonly sealedAt: number
}

const BLOCK_FORMAT = 'fzpay-log-block-1'

/** The bytes of a header that are hashed: a JSON array without spaces, UTF-8. */
export const blockText = ({ no, entries, lastXact, lastId, root, previous, sealedAt }: BlockHeader): string =>
  JSON.stringify([BLOCK_FORMAT, no, entries, lastXact, lastId, root, previous, sealedAt])

/** What the next block carries, and what is exported. */
export const blockDigest = (header: BlockHeader): Buffer => hash('sm3', blockText(header), 'buffer')

/** What the first block carries as the one before it. */
export const NO_BLOCK = '0'.repeat(64)
